/** One picture of a take, growing or whole: only the fragments from the keyframe before it are read, so it takes as long at the end of an hour as at its start. */
import { open, rm, writeFile } from 'node:fs/promises';
import type { Frame } from 'node-av/lib';
import sharp from 'sharp';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { openFilterChain } from './filters.ts';
import { decodeFrames, openSource } from './source.ts';

export interface FramePictureJob {
  /** The take's MP4. */
  file: string;
  initBytes: number;
  /** Of the fragments from one that begins with a keyframe to the one that holds the picture. */
  offset: number;
  bytes: number;
  /** Frames from that keyframe to the picture. */
  frame: number;
  /** Of the JPEG; never more than the take's own. */
  height: number;
  /** A name that nothing else has, for the piece of the take that is decoded. */
  pieceFile: string;
}

const QUALITY = 82;

/** @throws StudioError io where the file is not there or ends too early */
export async function framePicture(job: FramePictureJob, signal?: AbortSignal): Promise<Uint8Array> {
  const { file, pieceFile, initBytes, offset, bytes } = job;
  const handle = await open(file).catch((error: unknown) => {
    throw new StudioError('io', `The video ${file} cannot be read.`, { cause: error });
  });
  try {
    const piece = Buffer.alloc(initBytes + bytes);
    const header = await handle.read(piece, 0, initBytes, 0);
    const rest = await handle.read(piece, initBytes, bytes, offset);
    if (header.bytesRead + rest.bytesRead < piece.length) throw new StudioError('io', `The video ${file} ends before its last fragment.`);
    await writeFile(pieceFile, piece, { flag: 'wx' });
  } finally {
    await handle.close();
  }
  try {
    return await decoded(job, signal);
  } finally {
    await rm(pieceFile, { force: true });
  }
}

async function decoded({ pieceFile, file, frame, height }: FramePictureJob, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const source = await openSource(pieceFile);
  try {
    let index = 0;
    for await (const picture of decodeFrames(source, source.videoStream!, { signal })) {
      throwIfCanceled(signal);
      if (index++ === frame) return await jpegOf(picture, Math.min(height, picture.height));
    }
    throw new StudioError('io', `The video ${file} has no picture ${frame} there.`);
  } finally {
    await source.close();
  }
}

async function jpegOf(picture: Frame, height: number): Promise<Uint8Array> {
  const width = Math.max(1, Math.round((picture.width * height) / picture.height));
  const input = `video_size=${picture.width}x${picture.height}:pix_fmt=${picture.format}:time_base=1/25:pixel_aspect=1/1:colorspace=${picture.colorSpace}:range=${picture.colorRange}`;
  const chain = await openFilterChain('video', input, `scale=${width}:${height}:flags=area+accurate_rnd:out_range=pc,format=rgb24`);
  try {
    for await (const scaled of chain.run(picture)) return await sharp(scaled.toBuffer(), { raw: { width, height, channels: 3 } }).jpeg({ quality: QUALITY }).toBuffer();
    throw new StudioError('bug', 'The picture was lost in scaling.');
  } finally {
    chain.close();
  }
}
