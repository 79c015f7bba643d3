/** `npm start`: the studio in a window of its own where Electron can be had, else the same studio in the browser, with the reason. */
import { spawn } from 'node:child_process';
import { PROJECT } from '../../engine/places.ts';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { ensureBuilt } from '../build.ts';
import type { Context } from '../context.ts';
import { noWindowHere, obtainElectron, surroundings, type ElectronProgram } from '../electron.ts';
import { serve } from './serve.ts';

export interface StartOptions {
  browser?: boolean;
  open: boolean;
}

/** A program that cannot run here (a library, the sandbox) ends at once. */
const FAILED_WITHIN_MS = 15_000;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

export async function start({ browser = false, open }: StartOptions, context: Context): Promise<void> {
  const { home, signal } = context;
  await ensureBuilt(signal, () => say('Building the studio’s page: once, and again when its sources change …'));
  const around = surroundings();
  const program: ElectronProgram = browser ? { because: 'you asked for it' } : await obtainElectron(around, signal, () => say('Fetching Electron, once (about 110 MB) …'));
  const because = 'because' in program ? program.because : await runApp(program.file, home, signal);
  if (because === null) return;
  say(`The studio opens in the browser, because ${because}.`);
  await serve({ host: '127.0.0.1', port: 0, device: 'auto', onServed: (url) => {
    say('Open this address in a browser on this machine. Ctrl-C ends the studio.');
    if (open && noDisplay(around) === null) openBrowser(url);
  } }, context);
}

/** A browser needs a display as well, but minds no root. */
const noDisplay = (around: ReturnType<typeof surroundings>): string | null => noWindowHere({ ...around, isRoot: false });

/** Until its window is closed. @returns null, or why it did not run */
async function runApp(file: string, home: string, signal: AbortSignal): Promise<string | null> {
  const since = performance.now();
  const child = spawn(file, [PROJECT], { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, SIMA_HOME: home }, signal, killSignal: 'SIGTERM' });
  const ended = await new Promise<string | null>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, killedBy) => resolve(code === 0 ? null : killedBy === null ? `exit code ${code}` : killedBy));
  });
  throwIfCanceled(signal);
  if (ended === null) return null;
  if (performance.now() - since > FAILED_WITHIN_MS) throw new StudioError('bug', `The app ended unexpectedly (${ended}). Takes under way go on when it is started again: npm start.`);
  return `Electron does not run here (${ended})`;
}

/** Nobody waits for it; where there is none, the address is on the screen. */
function openBrowser(url: string): void {
  const [command, ...given] = process.platform === 'darwin' ? ['open', url] : process.platform === 'win32' ? ['explorer.exe', url] : ['xdg-open', url];
  spawn(command, given, { stdio: 'ignore', detached: true }).on('error', () => undefined).unref();
}
