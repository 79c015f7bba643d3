/** Files that are whole or not there: written beside, brought to the disk, renamed. */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';

const REASONS: Record<string, string> = {
  ENOSPC: 'the disk is full; free some space and try again',
  SQLITE_FULL: 'the disk is full; free some space and try again',
  EDQUOT: 'your disk quota is used up; free some space and try again',
  EACCES: 'there is no permission',
  EPERM: 'there is no permission',
  EROFS: 'the disk is read-only',
  SQLITE_READONLY: 'it may not be written',
  SQLITE_CANTOPEN: 'it cannot be opened',
  SQLITE_BUSY: 'another process keeps it busy; try again',
  ENOTDIR: 'a file is in the way of a folder',
};

/** A failure of the file system or of SQLite as `io`; everything else as it is. @param what e.g. 'The library /home/…' */
export function storageFailure(error: unknown, what: string): unknown {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (error instanceof StudioError || typeof code !== 'string' || !/^(E[A-Z0-9]+$|SQLITE_)/.test(code)) return error;
  const known = REASONS[code] ?? Object.entries(REASONS).find(([name]) => code.startsWith(`${name}_`))?.[1];
  return new StudioError('io', `${what} cannot be used: ${known ?? String(message)}.`, { cause: error });
}

/** Whether a failure, translated or not, is for want of space. */
export function isDiskFull(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  return [code, cause?.code].some((each) => each === 'ENOSPC' || each === 'EDQUOT' || (typeof each === 'string' && each.startsWith('SQLITE_FULL')));
}

/** A new file with these bytes, on the disk when this resolves. */
export async function writeDurably(file: string, bytes: Uint8Array | string): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The file's new content, all or nothing. */
export async function replaceDurably(file: string, bytes: Uint8Array | string): Promise<void> {
  const part = `${file}.${randomUUID()}.part`;
  try {
    await writeDurably(part, bytes);
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  await syncFolder(dirname(file));
}

/** Brings a file that another library wrote to the disk. */
export async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Brings names to the disk. Windows has no such call and needs none. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Copies to a new file and tells what was copied; memory does not grow with the file. */
export async function copyDurably(from: string, to: string, signal?: AbortSignal): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const handle = await open(to, 'wx');
  try {
    for await (const chunk of createReadStream(from, { highWaterMark: 1 << 20 })) {
      throwIfCanceled(signal);
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      await handle.writeFile(chunk as Buffer);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}
