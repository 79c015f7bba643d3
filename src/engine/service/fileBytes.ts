/** Bytes of files, piece by piece. */
import { open, type FileHandle } from 'node:fs/promises';
import { StudioError } from '../../shared/errors.ts';

export const PIECE_BYTES = 256 << 10;

export async function* fileBytes(file: string, start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
  const handle = await open(file);
  try {
    for (let at = start; at < end && !signal.aborted; at += PIECE_BYTES) yield await read(handle, at, Math.min(PIECE_BYTES, end - at), file);
  } finally {
    await handle.close();
  }
}

/** @throws io where the file ends before */
export async function read(handle: FileHandle, offset: number, bytes: number, name: string): Promise<Uint8Array> {
  const piece = new Uint8Array(bytes);
  for (let got = 0; got < bytes; ) {
    const { bytesRead } = await handle.read(piece, got, bytes - got, offset + got);
    if (bytesRead === 0) throw new StudioError('io', `The video ${name} ends before its last fragment.`);
    got += bytesRead;
  }
  return piece;
}
