/** Electron's program in a checkout: where it is, whether it can run here, and fetching it. Its package brings none along. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { throwIfCanceled } from '../shared/errors.ts';

/** The program, or why there is none, as a clause that goes on after “because”. */
export type ElectronProgram = { file: string } | { because: string };

interface Surroundings {
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  isRoot: boolean;
  /** Electron's package; null: it is not installed. */
  folder: string | null;
}

export function surroundings(): Surroundings {
  let folder: string | null = null;
  try {
    folder = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch {
    // Installed without the tools of a checkout.
  }
  return { platform: process.platform, env: process.env, isRoot: process.getuid?.() === 0, folder };
}

/** Why no window can be opened here, whatever is installed; null: it can. */
export function noWindowHere({ platform, env, isRoot }: Surroundings): string | null {
  if (platform !== 'linux') return null;
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return 'this machine has no display';
  return isRoot ? 'Electron’s sandbox does not run as root' : null;
}

const NAMES: Partial<Record<NodeJS.Platform, string>> = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };

/** As Electron's package and electron-vite look for it; null where it is not there. */
export function electronFile({ platform, env, folder }: Surroundings): string | null {
  if (env.ELECTRON_EXEC_PATH) return existsSync(env.ELECTRON_EXEC_PATH) ? env.ELECTRON_EXEC_PATH : null;
  if (folder === null) return null;
  const named = path.join(folder, 'path.txt');
  const name = existsSync(named) ? readFileSync(named, 'utf8') : (NAMES[platform] ?? 'electron');
  const file = path.join(env.ELECTRON_OVERRIDE_DIST_PATH || path.join(folder, 'dist'), name);
  return existsSync(file) ? file : null;
}

/** Long enough for a slow line, short enough to wait for. */
const REACH_MS = 4000;

/** What is there, else what can be fetched. @param onFetch told before a download begins. @throws canceled */
export async function obtainElectron(around: Surroundings, signal: AbortSignal, onFetch: () => void): Promise<ElectronProgram> {
  const unable = noWindowHere(around);
  if (unable !== null) return { because: unable };
  const { env, folder } = around;
  const there = electronFile(around);
  if (there !== null) return { file: there };
  if (env.ELECTRON_EXEC_PATH) return { because: `ELECTRON_EXEC_PATH names ${env.ELECTRON_EXEC_PATH}, which does not exist` };
  if (env.ELECTRON_OVERRIDE_DIST_PATH) return { because: `ELECTRON_OVERRIDE_DIST_PATH names ${env.ELECTRON_OVERRIDE_DIST_PATH}, where no Electron lies` };
  if (folder === null) return { because: 'Electron’s package is not installed (“npm ci” installs it)' };
  if (env.ELECTRON_SKIP_BINARY_DOWNLOAD) return { because: 'Electron’s program is not installed, and ELECTRON_SKIP_BINARY_DOWNLOAD forbids to fetch it' };
  const source = downloadUrl(around, folder);
  if (!(await isReachable(source, signal))) return { because: `Electron’s program is not installed, and ${new URL(source).host} cannot be reached to fetch it` };
  onFetch();
  const code = await new Promise<number | null>((resolve) => {
    const child = spawn(process.execPath, [path.join(folder, 'install.js')], { stdio: ['ignore', 'ignore', 'inherit'], signal });
    child.on('error', () => resolve(null));
    child.on('close', resolve);
  });
  throwIfCanceled(signal);
  const fetched = electronFile(around);
  return code === 0 && fetched !== null ? { file: fetched } : { because: 'Electron’s program could not be fetched' };
}

/** Where its installer will look. */
function downloadUrl({ platform, env }: Surroundings, folder: string): string {
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string };
  const mirror = env.npm_config_electron_mirror || env.ELECTRON_MIRROR || 'https://github.com/electron/electron/releases/download/';
  return `${mirror}${mirror.endsWith('/') ? '' : '/'}v${version}/electron-v${version}-${platform}-${process.arch}.zip`;
}

async function isReachable(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await fetch(url, { method: 'HEAD', signal: AbortSignal.any([signal, AbortSignal.timeout(REACH_MS)]) })).ok;
  } catch {
    throwIfCanceled(signal);
    return false;
  }
}
