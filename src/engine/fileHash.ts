import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { throwIfCanceled } from '../shared/errors.ts';

/** sha256 of a file's bytes in lower-case hex; memory does not grow with the file. @throws the file system's error, canceled */
export async function sha256OfFile(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    throwIfCanceled(signal);
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}
