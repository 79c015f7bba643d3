import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { StudioError } from '../shared/errors.ts';

/**
 * Finds out before the work whether its result can be written.
 * @param option the name of the option that gives the file
 * @param sources what is read, by what it is called: never replaced
 */
export async function checkOutput(option: string, file: string, ending: string, sources: Record<string, string | undefined>): Promise<void> {
  if (path.extname(file).toLowerCase() !== ending) throw new StudioError('invalid-input', `${file} must end in ${ending}.`);
  const folder = path.dirname(path.resolve(file));
  const info = await stat(folder).catch(() => null);
  if (!info?.isDirectory()) throw new StudioError('io', `The folder ${folder} does not exist. Create it first.`);
  const existing = await realpath(file).catch(() => null);
  for (const [name, source] of Object.entries(sources)) {
    if (existing !== null && source !== undefined && (await realpath(source).catch(() => null)) === existing) {
      throw new StudioError('invalid-input', `--${option} would replace the file of ${name} (${file}). Give another name.`);
    }
  }
  if ((await stat(file).catch(() => null))?.isDirectory()) throw new StudioError('io', `${file} is a folder. Give the name of a file.`);
  try {
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new StudioError('io', `The folder ${folder} may not be written. Choose another place for ${path.basename(file)}.`, { cause: error });
  }
}
