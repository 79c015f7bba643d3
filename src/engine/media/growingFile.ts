/** The file in which a take grows: bytes are appended, and with the last of them it gets its name. */
import { open, type FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { StudioError } from '../../shared/errors.ts';
import { outputFailure } from './failure.ts';
import { openPart } from './wholeFile.ts';

export interface GrowingFile {
  path: string;
  readonly sizeBytes: number;
  /** Resolves when the system has the bytes: from then on they outlive this process, however it ends (a loss of power is another matter). @throws io */
  append(bytes: Uint8Array): Promise<void>;
  /** Closes it and gives it its name. @throws io */
  commit(): Promise<void>;
  /** Closes it and leaves it as it is. Does nothing the second time. */
  close(): Promise<void>;
  /** Closes and removes it. Does nothing after `commit`. */
  discard(): Promise<void>;
}

/**
 * @param file its final name
 * @param path where it grows, in the folder of `file`; without it under a hidden name of its own. What lies there is replaced
 * @param keepBytes of what lies at `path` the first so many bytes stay, and it grows on from there; the rest is cut off
 * @throws io
 */
export async function openGrowingFile(file: string, path?: string, keepBytes?: number): Promise<GrowingFile> {
  if (path !== undefined && (dirname(resolve(path)) !== dirname(resolve(file)) || resolve(path) === resolve(file))) {
    throw new StudioError('bug', `${path} must lie in the folder of ${file}, under another name.`);
  }
  const part = await openPart(file, path, keepBytes !== undefined);
  let handle: FileHandle | null = null;
  try {
    handle = await open(part.path, 'a');
    await handle.truncate(keepBytes ?? 0);
  } catch (error) {
    await handle?.close();
    if (keepBytes === undefined) await part.discard();
    throw outputFailure(file, error);
  }
  let sizeBytes = keepBytes ?? 0;
  const close = async () => {
    const closing = handle;
    handle = null;
    await closing?.close();
  };
  return {
    path: part.path,
    get sizeBytes() {
      return sizeBytes;
    },
    async append(bytes) {
      try {
        await handle!.appendFile(bytes);
        sizeBytes += bytes.length;
      } catch (error) {
        throw outputFailure(file, error);
      }
    },
    async commit() {
      await close().catch((error: unknown) => {
        throw outputFailure(file, error);
      });
      await part.commit();
    },
    close,
    async discard() {
      await close();
      await part.discard();
    },
  };
}
