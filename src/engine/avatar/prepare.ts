/** From a photo or clip to an avatar: which face, and where its 468 points are in every plate. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { openClip } from '../media/clip.ts';
import { rateValue } from '../media/rate.ts';
import type { Sessions } from '../onnx/sessions.ts';
import { findFaces, type Face } from './faces.ts';
import { loadPicture, sniff } from './picture.ts';
import { pyramidOf } from './sample.ts';
import { trackFace } from './track.ts';

export type { Face } from './faces.ts';

/** Models that `prepare` runs; load them to warm up. */
export const FACE_MODELS = ['face-front', 'face-back', 'face-mesh'] as const;

export interface Avatar {
  /** sha256 of the source file's bytes in hex, with `-N` for face N where the source shows several. */
  id: string;
  kind: 'photo' | 'clip';
  /** The source file. */
  source: string;
  /** Upright size in pixels; may be odd. */
  width: number;
  height: number;
  /** Frames per second of a clip; null for a photo. */
  fps: number | null;
  /** From 1, left to right. */
  faceIndex: number;
  faceCount: number;
  /** One per plate (one for a photo), in source pixels; null: no face in that frame. */
  faces: (Face | null)[];
}

export interface PrepareOptions {
  sessions: Pick<Sessions, 'run'>;
  /** From 1, left to right; needed where there are several faces. */
  faceIndex?: number;
  signal?: AbortSignal;
  /** 0..1. */
  onProgress?: (done: number) => void;
}

/**
 * Registers the face in a photo or clip (told apart by content, not by name).
 * @throws StudioError invalid-input where the file cannot be read, shows no face, or shows several and none is chosen
 */
export async function prepare(file: string, options: PrepareOptions): Promise<Avatar> {
  const kind = await sniff(file);
  const found = kind === 'photo' ? await preparePhoto(file, options) : await prepareClip(file, kind === 'clip', options);
  options.onProgress?.(1);
  return found;
}

async function preparePhoto(file: string, options: PrepareOptions): Promise<Avatar> {
  const [picture, hash] = await Promise.all([loadPicture(file), hashOf(file, options.signal)]);
  throwIfCanceled(options.signal);
  options.onProgress?.(0.3);
  const faces = await findFaces(pyramidOf(picture), options.sessions, options.signal);
  const faceIndex = chooseFace(faces.length, options.faceIndex, file);
  const { width, height } = picture;
  return { id: idOf(hash, faceIndex, faces.length), kind: 'photo', source: file, width, height, fps: null, faceIndex, faceCount: faces.length, faces: [faces[faceIndex - 1]] };
}

async function prepareClip(file: string, isSurelyClip: boolean, { sessions, faceIndex: wanted, signal, onProgress }: PrepareOptions): Promise<Avatar> {
  const clip = await openClip(file, { signal }).catch((error: unknown) => {
    if (isSurelyClip || !(error instanceof StudioError) || error.code !== 'invalid-input') throw error;
    throw new StudioError('invalid-input', `"${basename(file)}" is neither a photo nor a video that can be read. It may be damaged or of another kind: give a JPEG, PNG, WebP, TIFF, AVIF, MP4, MOV or WebM file.`, { cause: error });
  });
  try {
    const { sourceWidth: width, sourceHeight: height, rate, durationSec } = clip.info;
    const fps = rateValue(rate);
    const expected = durationSec === null ? null : Math.max(1, durationSec * fps);
    const [track, hash] = await Promise.all([
      trackFace(clip.frames(), {
        fps,
        sessions,
        signal,
        choose: (count) => chooseFace(count, wanted, file),
        onFrame: (done) => expected !== null && onProgress?.(Math.min(0.99, done / expected)),
      }),
      hashOf(file, signal),
    ]);
    return { id: idOf(hash, track.faceIndex, track.faceCount), kind: 'clip', source: file, width, height, fps, ...track };
  } finally {
    await clip.close();
  }
}

function idOf(hash: string, faceIndex: number, faceCount: number): string {
  return faceCount > 1 ? `${hash}-${faceIndex}` : hash;
}

/** Which face of several; the sentence says what to do where that is not clear. */
export function chooseFace(count: number, wanted: number | undefined, file: string): number {
  const name = basename(file);
  if (count === 0) {
    throw new StudioError('invalid-input', `No face was found in "${name}". Use a picture or video in which a face is seen from the front, well lit and not too small.`);
  }
  if (wanted === undefined) {
    if (count === 1) return 1;
    throw new StudioError('invalid-input', `"${name}" shows ${count} faces. Choose one with --face 1…${count}, counted from left to right.`, { details: { faceCount: count } });
  }
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > count) {
    const there = count === 1 ? 'only one face' : `${count} faces`;
    throw new StudioError('invalid-input', `There is no face ${wanted} in "${name}": it shows ${there}, counted from 1, left to right.`, { details: { faceCount: count } });
  }
  return wanted;
}

/** sha256 of a file's bytes, read as a stream. */
async function hashOf(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) {
    throwIfCanceled(signal);
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}
