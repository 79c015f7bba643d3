/** From a photo or clip to an avatar: which face, where its 468 points are in every plate, and how well it will do. */
import { basename } from 'node:path';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { sha256OfFile } from '../fileHash.ts';
import { openClip, type Clip } from '../media/clip.ts';
import { rateValue } from '../media/rate.ts';
import type { Sessions } from '../onnx/sessions.ts';
import { findFaces, type Face } from './faces.ts';
import { loadPicture, sniff } from './picture.ts';
import { withPlates } from './platesBeside.ts';
import { qualityOf, type Quality } from './quality.ts';
import { measureInPicture } from './qualityMeasures.ts';
import { pyramidOf } from './sample.ts';
import { followFace } from './track.ts';

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
  /** A clip's frames as all-intra plates at its own size made even, where they were kept; otherwise they are made of `source`. */
  platesFile?: string;
}

/** What registration finds out. */
export interface Registration {
  avatar: Avatar;
  quality: Quality;
  /** null for a photo. */
  durationSec: number | null;
}

export interface PrepareOptions {
  sessions: Pick<Sessions, 'run'>;
  /** From 1, left to right; needed where there are several faces. */
  faceIndex?: number;
  signal?: AbortSignal;
  /** 0..1. */
  onProgress?: (done: number) => void;
}

export interface RegisterOptions extends PrepareOptions {
  /** Where a clip's plates go, at its own size, written in the same pass; without it none are written, and for a photo there are none. */
  platesFile?: string;
  /** sha256 of the file's bytes in hex where it is known already. */
  sourceHash?: string;
}

/** As `registerFace`, for those who need the avatar alone. */
export async function prepare(file: string, options: PrepareOptions): Promise<Avatar> {
  return (await registerFace(file, options)).avatar;
}

/**
 * Registers the face in a photo or clip (told apart by content, not by name). A clip is decoded once.
 * @throws StudioError invalid-input where the file cannot be read, shows no face or one that nothing can be made of, or shows several
 * and none is chosen; io where the plates cannot be written
 */
export async function registerFace(file: string, options: RegisterOptions): Promise<Registration> {
  const kind = await sniff(file);
  const found = kind === 'photo' ? await registerPhoto(file, options) : await registerClip(file, kind === 'clip', options);
  const refusal = found.quality.findings.find(({ severity }) => severity === 'refuse');
  if (refusal) throw new StudioError('invalid-input', `"${basename(file)}" cannot be used. ${refusal.sentence}`, { details: { findings: found.quality.findings } });
  options.onProgress?.(1);
  return found;
}

async function registerPhoto(file: string, options: RegisterOptions): Promise<Registration> {
  const { signal, sessions } = options;
  const [picture, hash] = await Promise.all([loadPicture(file), options.sourceHash ?? sha256OfFile(file, signal)]);
  throwIfCanceled(signal);
  options.onProgress?.(0.3);
  const pyramid = pyramidOf(picture);
  const faces = await findFaces(pyramid, sessions, signal);
  const faceIndex = chooseFace(faces.length, options.faceIndex, file);
  const face = faces[faceIndex - 1];
  const { width, height } = picture;
  return {
    avatar: { id: idOf(hash, faceIndex, faces.length), kind: 'photo', source: file, width, height, fps: null, faceIndex, faceCount: faces.length, faces: [face] },
    quality: qualityOf({ faceCount: faces.length, measures: [measureInPicture(pyramid, face.landmarks)], track: null }),
    durationSec: null,
  };
}

async function registerClip(file: string, isSurelyClip: boolean, { sessions, faceIndex: wanted, platesFile, sourceHash, signal, onProgress }: RegisterOptions): Promise<Registration> {
  const clip = await openClipOf(file, isSurelyClip, signal);
  try {
    const { sourceWidth: width, sourceHeight: height, rate, durationSec } = clip.info;
    const fps = rateValue(rate);
    const expected = durationSec === null ? null : Math.max(1, durationSec * fps);
    const following = withPlates(clip, platesFile ?? null, signal, (frames) =>
      followFace(frames, {
        fps,
        sessions,
        signal,
        choose: (count) => chooseFace(count, wanted, file),
        onFrame: (done) => expected !== null && onProgress?.(Math.min(0.99, done / expected)),
      }),
    );
    const [{ track, cuts, measures }, hash] = await Promise.all([following, sourceHash ?? sha256OfFile(file, signal)]);
    const { faceIndex, faceCount, faces } = track;
    return {
      avatar: { id: idOf(hash, faceIndex, faceCount), kind: 'clip', source: file, width, height, fps, ...track },
      quality: qualityOf({ faceCount, measures, track: { faces, cuts } }),
      durationSec: faces.length / fps,
    };
  } finally {
    await clip.close();
  }
}

/** Opens a clip, or says that the file is neither kind. The opener closes. */
export async function openClipOf(file: string, isSurelyClip: boolean, signal?: AbortSignal): Promise<Clip> {
  return openClip(file, { signal }).catch((error: unknown) => {
    if (isSurelyClip || !(error instanceof StudioError) || error.code !== 'invalid-input') throw error;
    throw new StudioError('invalid-input', `"${basename(file)}" is neither a photo nor a video that can be read. It may be damaged or of another kind: give a JPEG, PNG, WebP, TIFF, AVIF, MP4, MOV or WebM file.`, { cause: error });
  });
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
