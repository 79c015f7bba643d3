/**
 * Where things lie, in a checkout and in a built app alike: a build keeps each source file as a file of its own, so only the endings
 * of the entries and the way to the project's folder differ.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const isBuilt = !import.meta.url.endsWith('.ts');

/** The folder of package.json, models/ and resources/. */
export const PROJECT = projectFolder(import.meta.dirname);

/** The file to start as a thread or process. @param source URL of its TypeScript file, e.g. `new URL('./sessionThread.ts', import.meta.url)` */
export const entryOf = (source: URL): string => fileURLToPath(isBuilt ? source.href.replace(/\.ts$/, '.js') : source);

function projectFolder(from: string): string {
  const parent = path.dirname(from);
  return existsSync(path.join(from, 'package.json')) || parent === from ? from : projectFolder(parent);
}
