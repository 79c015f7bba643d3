/**
 * Files of the user's that are whole or not there: written beside, then renamed. Every writing has a name of its own, so two that aim at the
 * same file do not disturb each other (the last to finish wins), and no file that lies there already is touched.
 */
import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { StudioError } from '../../shared/errors.ts';

const { errno } = constants;
const REASONS: Record<number, (file: string) => string> = {
  [errno.ENOSPC]: (file) => `The disk is full: ${file} could not be written. Free some space and try again.`,
  [errno.EDQUOT]: (file) => `Your disk quota is used up: ${file} could not be written. Free some space and try again.`,
  [errno.EFBIG]: (file) => `${file} grew larger than this disk or account allows.`,
  [errno.EACCES]: (file) => `There is no permission to write ${file}. Choose another folder.`,
  [errno.EPERM]: (file) => `There is no permission to write ${file}. Choose another folder.`,
  [errno.EROFS]: (file) => `${file} is on a read-only disk. Choose another folder.`,
  [errno.ENOENT]: (file) => `The folder of ${file} does not exist. Create it or choose another.`,
  [errno.ENOTDIR]: (file) => `The folder of ${file} does not exist. Create it or choose another.`,
  [errno.EISDIR]: (file) => `${file} is a folder. Give the name of a file.`,
  [errno.ENAMETOOLONG]: (file) => `The name ${file} is too long for this disk.`,
};

/** A file that cannot be written, as `io`. @param reason an errno of either sign; 0 where there is none */
export function writeFailure(file: string, reason: number, fallback: string, cause?: unknown): StudioError {
  const sentence = REASONS[Math.abs(reason)] as ((file: string) => string) | undefined;
  return new StudioError('io', sentence?.(file) ?? `${file} could not be written: ${fallback}.`, { cause });
}

/** A thrown system error as `io`; a StudioError stays as it is. */
export function systemFailure(file: string, error: unknown): StudioError {
  if (error instanceof StudioError) return error;
  const { errno: number, code, message } = error as Partial<NodeJS.ErrnoException>;
  // The name first: on Windows the number is one of libuv's own.
  const reason = errno[code as keyof typeof errno] as number | undefined;
  return writeFailure(file, reason ?? number ?? 0, message ?? String(error), error);
}

export interface PartFile {
  /** Exists: `.NAME.<uuid>.part` in the folder of the file, or the name that was asked for. */
  path: string;
  /** Gives the written file its name. Where that fails it is removed, unless its name was asked for. @throws io */
  commit(): Promise<void>;
  /** Removes it. Does nothing after `commit`. */
  discard(): Promise<void>;
}

/**
 * Makes the file in which `file` is to be written. What `file` itself is stays as it is until `commit`.
 * @param named where to write, on the disk of `file`; without it a new hidden name beside `file`. What lies there is emptied
 * @param kept the named file must exist, and its bytes stay
 * @throws io
 */
export async function openPart(file: string, named?: string, kept = false): Promise<PartFile> {
  // 48 letters of any script are at most 192 bytes: the name stays within the 255 that disks allow.
  const path = named ?? join(dirname(file), `.${Array.from(basename(file)).slice(0, 48).join('')}.${randomUUID()}.part`);
  try {
    // What only the renaming would find out is said before the work.
    const existing = await stat(file).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    });
    if (existing?.isDirectory()) throw writeFailure(file, errno.EISDIR, 'it is a folder');
    await (await open(path, named === undefined ? 'wx' : kept ? 'r+' : 'w')).close();
  } catch (error) {
    throw systemFailure(file, error);
  }
  let done = false;
  const discard = async () => {
    if (done) return;
    done = true;
    await rm(path, { force: true });
  };
  return {
    path,
    discard,
    async commit() {
      try {
        await rename(path, file);
        done = true;
      } catch (error) {
        if (named === undefined) await discard();
        throw systemFailure(file, error);
      }
    },
  };
}

/** Writes a small file, whole or not at all. @throws io */
export async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  const part = await openPart(file);
  try {
    await writeFile(part.path, content);
  } catch (error) {
    await part.discard();
    throw systemFailure(file, error);
  }
  await part.commit();
}
