/** The app's build in a checkout: made where it is missing or older than its sources. */
import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROJECT } from '../engine/places.ts';
import { StudioError, throwIfCanceled } from '../shared/errors.ts';

const OUT = path.join(PROJECT, 'out');
/** Written last by a build. */
const RESULTS = ['main/main/index.js', 'preload/index.cjs', 'renderer/index.html'].map((name) => path.join(OUT, name));
const SOURCES = ['src', 'electron.vite.config.ts', 'package-lock.json'].map((name) => path.join(PROJECT, name));

/** Whether a build of the sources as they are lies there. */
export function isBuilt(): boolean {
  const built = RESULTS.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return Math.min(...built) > Math.max(...SOURCES.map(newest));
}

function newest(place: string): number {
  const info = statSync(place, { throwIfNoEntry: false });
  if (!info) return 0;
  if (!info.isDirectory()) return info.mtimeMs;
  return Math.max(0, ...readdirSync(place).map((name) => newest(path.join(place, name))));
}

/**
 * One at a time over all processes: a build empties its folder first. @param onBuild told before a build begins
 * @throws missing-asset where the tools of a checkout are not installed; bug where the sources do not build; canceled
 */
export async function ensureBuilt(signal?: AbortSignal, onBuild: () => void = () => undefined): Promise<void> {
  if (isBuilt()) return;
  await mkdir(path.dirname(LOCK), { recursive: true });
  while (!(await lock())) {
    throwIfCanceled(signal);
    await sleep(LOOK_MS);
  }
  try {
    if (isBuilt()) return; // by who had the lock before
    onBuild();
    await build(signal);
  } finally {
    await rm(LOCK, { force: true });
  }
}

/** Holds the number of the process that builds: one that has ended holds nothing. */
const LOCK = path.join(PROJECT, '.cache', 'build.lock');
const LOOK_MS = 200;

async function lock(): Promise<boolean> {
  try {
    await writeFile(LOCK, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw new StudioError('io', `The folder ${path.dirname(LOCK)} cannot be written, so the studio’s page cannot be built.`, { cause: error });
  }
  const holder = Number(await readFile(LOCK, 'utf8').catch(() => ''));
  if (holder > 0 && !isRunning(holder)) await rm(LOCK, { force: true });
  return false;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function build(signal: AbortSignal | undefined): Promise<void> {
  let tool: string;
  try {
    tool = path.join(path.dirname(createRequire(import.meta.url).resolve('electron-vite/package.json')), 'bin', 'electron-vite.js');
  } catch (error) {
    throw new StudioError('missing-asset', 'The studio’s page is not built, and what builds it is not installed. Run “npm ci”, then try again.', { cause: error });
  }
  const child = spawn(process.execPath, [tool, 'build', '--logLevel', 'warn'], { cwd: PROJECT, stdio: ['ignore', 'ignore', 'pipe'], signal });
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => (said = (said + bytes.toString()).slice(-4000)));
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(null)); // its end by the signal too
    child.on('close', resolve);
  });
  throwIfCanceled(signal);
  if (code !== 0) throw new StudioError('bug', `The studio’s page could not be built (“npm run build” shows all of it):\n${said.trim()}`);
}
