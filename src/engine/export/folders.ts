/** Where exports come to lie, and the hidden folder beside that in which each is made. */
import { constants, rmSync } from 'node:fs';
import { access, mkdir, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { ExportInfo } from '../../shared/contract/export.ts';
import { StudioError } from '../../shared/errors.ts';
import { systemFailure } from '../media/wholeFile.ts';

/** Left free on the disk. */
const RESERVE_BYTES = 64 << 20;

/** What cannot be removed is in nobody's way. */
export const discard = (workFolder: string): Promise<void> => rm(workFolder, { recursive: true, force: true }).catch(() => undefined);

/** What a host that was killed has left: gone before the export begins again in the same place. What cannot be removed is in nobody's way. */
export function clear(workFolder: string): void {
  try {
    rmSync(workFolder, { recursive: true, force: true });
  } catch {
    // The export itself says so, if it cannot begin anew.
  }
}

/** On the disk of the result, so that giving it its name moves no bytes; hidden, and known by the export's id, so that it is found after a crash. */
export const workFolderOf = ({ folder, info: { id } }: { folder: string; info: Pick<ExportInfo, 'id'> }): string => path.join(folder, `.sima-export-${id}`);

export async function anew(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
  } catch (error) {
    throw systemFailure(folder, error);
  }
}

/** @throws io where it cannot be written, capacity where there is no room */
export async function checkFolder(folder: string, own: string, bytes: number): Promise<void> {
  if (!path.isAbsolute(folder)) throw new StudioError('invalid-input', `${folder} must be the whole path of a folder.`);
  try {
    if (folder === own) await mkdir(folder, { recursive: true });
    else if (!(await stat(folder)).isDirectory()) throw new StudioError('io', `${folder} is a file, not a folder. Choose a folder.`);
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof StudioError) throw error;
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'may not be written';
    throw new StudioError('io', `The folder ${folder} ${why}. Choose another one for exports.`, { cause: error });
  }
  const room = await statfs(folder).catch(() => null);
  if (!room) return;
  const freeBytes = room.bavail * room.bsize - RESERVE_BYTES;
  if (bytes > freeBytes) throw new StudioError('capacity', `The disk of ${folder} has no room for this export: it needs about ${Math.ceil(bytes / 1e6)} MB. Free some space, or choose another folder.`, { details: { neededBytes: bytes, freeBytes: Math.max(0, freeBytes) } });
}
