/**
 * Where things lie, in a checkout, in a build and in an installed app alike: a build keeps each source file as a file of its own, so only the
 * endings of the entries and the way to the project's folder differ. An installed app is an archive (`app.asar`) with, beside it, what must be
 * files of the disk: all that the engine process and its threads load, and what native code opens by name.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const isBuilt = !import.meta.url.endsWith('.ts');

/** Electron reads from its archive; threads, the engine process and native code do not. */
const onDisk = (file: string): string => file.replace(/\bapp\.asar(?=[\\/]|$)/, 'app.asar.unpacked');

/** The folder of package.json, models/ and resources/. */
export const PROJECT = onDisk(projectFolder(import.meta.dirname));

/** The file to start as a thread or process. @param source URL of its TypeScript file, e.g. `new URL('./sessionThread.ts', import.meta.url)` */
export const entryOf = (source: URL): string => onDisk(fileURLToPath(isBuilt ? source.href.replace(/\.ts$/, '.js') : source));

function projectFolder(from: string): string {
  const parent = path.dirname(from);
  return existsSync(path.join(from, 'package.json')) || parent === from ? from : projectFolder(parent);
}
