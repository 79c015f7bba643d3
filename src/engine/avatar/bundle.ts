/**
 * Everything about a face that does not depend on the words, computed once at registration: where it is in every plate, the mask and
 * crop of lip-sync models, a photo's rig, a thumbnail; and a clip's plates as an all-intra file.
 */
import { basename } from 'node:path';
import sharp from 'sharp';
import { StudioError } from '../../shared/errors.ts';
import { openClip, type Clip } from '../media/clip.ts';
import type { I420 } from '../media/i420.ts';
import { openPlateReader, writePlates } from '../media/plates.ts';
import { rateValue } from '../media/rate.ts';
import type { Sessions } from '../onnx/sessions.ts';
import { placeCrop, templateMap } from './crop.ts';
import { lowerFaceMask, type Mask } from './mask.ts';
import { sniff } from './picture.ts';
import { landmarksOnPlate, openPlates } from './plates.ts';
import { chooseFace, prepare, type Avatar, type Face } from './prepare.ts';
import { buildRig, type Rig } from './rig/rig.ts';
import { applyAffine, invertAffine, pyramidUnder, sampleRgb, squareMap } from './sample.ts';
import { trackFace } from './track.ts';

/** Raised by every change that makes other face data of the same source: older ones are then made again on their first use. */
export const PREPARATION_VERSION = 1;

/** Side of the stored crop: that of the Wav2Lip models that people have. Other sizes are cut from the plate when asked for. */
export const STORED_CROP_SIZE = 96;
const THUMBNAIL_SIZE = 192;
/** The thumbnail's side in face widths or heights: head and shoulders. */
const THUMBNAIL_ROOM = 1.9;

export interface FaceData {
  preparation: number;
  avatar: Avatar;
  /** null for a photo. */
  durationSec: number | null;
  /** The lower face in crop shares, for crops of any size; of a clip the mean of its plates. */
  mask: Mask;
  /** A photo's crop, `[3,size,size]` planar BGR 0..255; null for a clip, whose crops are cut from its plates. */
  crop: { size: number; bgr: Uint8Array } | null;
  /** A photo's rig on its own size made even; null for a clip, whose plates each need one of 0.2 MB. */
  rig: Rig | null;
  /** WebP, 192×192. */
  thumbnail: Uint8Array;
  /** What may look wrong with this face, in clear words. */
  warnings: string[];
}

export interface BundleOptions {
  sessions: Pick<Sessions, 'run'>;
  /** From 1, left to right; needed where there are several faces. */
  faceIndex?: number;
  /** sha256 of the source's bytes in hex. */
  sourceHash: string;
  /** Where a clip's plates go; nothing is written for a photo. */
  plateFile: string;
  signal?: AbortSignal;
  /** 0..1. */
  onProgress?: (done: number) => void;
}

/**
 * Prepares a photo or clip. A clip is decoded once: its frames are followed and written as plates at the same time.
 * @throws StudioError as `prepare` does; io where the plates cannot be written
 */
export async function makeBundle(file: string, options: BundleOptions): Promise<FaceData> {
  const kind = await sniff(file);
  const made = kind === 'photo' ? await photoBundle(file, options) : await clipBundle(file, kind === 'clip', options);
  options.onProgress?.(1);
  return made;
}

async function photoBundle(file: string, { onProgress, ...options }: BundleOptions): Promise<FaceData> {
  const avatar = await prepare(file, { ...options, onProgress: (done) => onProgress?.(done * 0.8) });
  const plates = await openPlates(avatar, null, options.signal);
  try {
    const plate = await plates.at(0);
    const landmarks = landmarksOnPlate(avatar.faces[0]!.landmarks, plates);
    const mask = meanMask([landmarks]);
    const rig = buildRig(plate, landmarks);
    const { crop } = placeCrop(plate, landmarks, STORED_CROP_SIZE, mask);
    return {
      preparation: PREPARATION_VERSION, avatar, durationSec: null, mask, rig, warnings: rig.warnings,
      crop: { size: STORED_CROP_SIZE, bgr: Uint8Array.from(crop, (value) => Math.round(255 * value)) },
      thumbnail: await thumbnailOf(plate, avatar.faces[0]!),
    };
  } finally {
    await plates.close();
  }
}

async function clipBundle(file: string, isSurelyClip: boolean, options: BundleOptions): Promise<FaceData> {
  const { signal, sessions, plateFile } = options;
  const clip = await openClip(file, { signal }).catch((error: unknown) => {
    if (isSurelyClip || !(error instanceof StudioError) || error.code !== 'invalid-input') throw error;
    throw new StudioError('invalid-input', `"${basename(file)}" is neither a photo nor a video that can be read. It may be damaged or of another kind: give a JPEG, PNG, WebP, TIFF, AVIF, MP4, MOV or WebM file.`, { cause: error });
  });
  try {
    const { sourceWidth: width, sourceHeight: height, rate, durationSec } = clip.info;
    const fps = rateValue(rate);
    const expected = durationSec === null ? null : Math.max(1, durationSec * fps);
    const track = await writingPlates(clip, plateFile, signal, (frames) =>
      trackFace(frames, {
        fps, sessions, signal,
        choose: (count) => chooseFace(count, options.faceIndex, file),
        onFrame: (done) => expected !== null && options.onProgress?.(Math.min(0.95, (0.95 * done) / expected)),
      }),
    );
    const id = track.faceCount > 1 ? `${options.sourceHash}-${track.faceIndex}` : options.sourceHash;
    const avatar: Avatar = { id, kind: 'clip', source: file, width, height, fps, ...track };
    return {
      preparation: PREPARATION_VERSION, avatar, durationSec: track.faces.length / fps, crop: null, rig: null, warnings: [],
      mask: meanMask(track.faces.flatMap((face) => (face ? [face.landmarks] : []))),
      thumbnail: await clipThumbnail(plateFile, track.faces),
    };
  } finally {
    await clip.close();
  }
}

/** Frames that wait for the plate encoder while the tracker is ahead. */
const PLATES_WAITING = 3;

/** Gives the clip's frames to `work` and writes each as a plate beside it; whoever is slower sets the pace. */
async function writingPlates<T>(clip: Clip, file: string, signal: AbortSignal | undefined, work: (frames: AsyncIterable<I420>) => Promise<T>): Promise<T> {
  const waiting: I420[] = [];
  let [ended, failure]: [boolean, unknown] = [false, null];
  let wake: () => void = () => undefined;
  const changed = () => new Promise<void>((resolve) => (wake = resolve));
  const end = (error: unknown = null) => {
    failure ??= error;
    ended = true;
    wake();
  };

  async function* toWrite(): AsyncGenerator<I420> {
    for (;;) {
      const next = waiting.shift();
      wake();
      if (next) yield next;
      else if (failure !== null) throw failure as Error;
      else if (ended) return;
      else await changed();
    }
  }
  async function* toFollow(): AsyncGenerator<I420> {
    let whole = false;
    try {
      for await (const frame of clip.frames()) {
        while (waiting.length >= PLATES_WAITING && failure === null) await changed();
        if (failure !== null) throw failure as Error;
        waiting.push(frame);
        wake();
        yield frame;
      }
      whole = true;
    } finally {
      end(whole ? null : new StudioError('canceled', 'The clip was left before its end.'));
    }
  }
  const { width, height } = clip.info;
  const writing = writePlates(file, toWrite(), { width, height, signal });
  writing.catch(end);
  const following = work(toFollow());
  following.catch(end);
  const [followed, written] = await Promise.allSettled([following, writing]);
  if (followed.status === 'rejected') throw followed.reason;
  if (written.status === 'rejected') throw written.reason;
  return followed.value;
}

/** The lower face's mask from the mean place of each landmark in the crop. */
function meanMask(landmarks: readonly Float32Array[]): Mask {
  const mean = new Float32Array((landmarks[0].length / 3) * 2);
  for (const points of landmarks) {
    const unit = invertAffine(templateMap(points, 1));
    for (let i = 0; i < mean.length / 2; i++) {
      const [x, y] = applyAffine(unit, points[i * 3], points[i * 3 + 1]);
      mean[i * 2] += x / landmarks.length;
      mean[i * 2 + 1] += y / landmarks.length;
    }
  }
  return lowerFaceMask(mean);
}

/** From the plate with the first face; a clip always has one. */
async function clipThumbnail(plateFile: string, faces: readonly (Face | null)[]): Promise<Uint8Array> {
  const index = faces.findIndex((face) => face !== null);
  const reader = await openPlateReader(plateFile, { ahead: 0 });
  try {
    return await thumbnailOf(await reader.at(index), faces[index]!);
  } finally {
    await reader.close();
  }
}

async function thumbnailOf(plate: I420, { box }: Face): Promise<Uint8Array> {
  const side = Math.min(plate.width, plate.height, Math.max(box.width, box.height) * THUMBNAIL_ROOM);
  const within = (place: number, size: number) => Math.min(size - side / 2, Math.max(side / 2, place));
  // The box is the face without its hair, so the middle of the head is a little higher.
  const map = squareMap({ x: within(box.x + box.width / 2, plate.width), y: within(box.y + box.height * 0.45, plate.height), side, angle: 0 }, THUMBNAIL_SIZE);
  const plane = THUMBNAIL_SIZE ** 2;
  const planar = new Float32Array(3 * plane);
  sampleRgb(pyramidUnder(plate, map, THUMBNAIL_SIZE, THUMBNAIL_SIZE), map, THUMBNAIL_SIZE, THUMBNAIL_SIZE, planar, 0, 1, 0);
  const rgb = new Uint8Array(3 * plane);
  for (let i = 0; i < plane; i++) for (let c = 0; c < 3; c++) rgb[i * 3 + c] = planar[c * plane + i];
  return sharp(rgb, { raw: { width: THUMBNAIL_SIZE, height: THUMBNAIL_SIZE, channels: 3 } }).webp({ quality: 82 }).toBuffer();
}
