/** Plates: an avatar's source frames, scaled once to the output size, as I420. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { openClip } from '../media/clip.ts';
import { createI420, i420Planes, rgbToI420, type I420 } from '../media/i420.ts';
import { openPlateReader, writePlates } from '../media/plates.ts';
import { coverOf, type Cover } from './cover.ts';
import type { Box } from './detect.ts';
import { openPhoto, rawPicture } from './picture.ts';
import type { Avatar } from './prepare.ts';
import type { Picture } from './sample.ts';

export interface Plates {
  /** Even. */
  width: number;
  height: number;
  /** 1 for a photo. */
  count: number;
  /** Avatar (source) pixels → plate pixels. */
  toPlate(x: number, y: number): [x: number, y: number];
  /** Plate `index` (0…count−1); fast when indices go up or down by one. Nobody may write into it: copy it before drawing. */
  at(index: number): Promise<I420>;
  /** Frees files and decoders. The opener closes. */
  close(): Promise<void>;
}

/** The same plates, read independently of their first reader. The opener closes. */
export type PlateReading = Pick<Plates, 'at' | 'close'>;

export interface OpenPlates extends Plates {
  /** For a second user at another place: one decoder would seek to and fro between the two. To be closed before the plates. */
  openReading(): Promise<PlateReading>;
}

/** Landmarks (n × x,y,z in avatar pixels) in plate pixels; z is scaled alike. */
export function landmarksOnPlate(landmarks: Float32Array, plates: Pick<Plates, 'toPlate'>): Float32Array {
  const [x0] = plates.toPlate(0, 0);
  const scale = plates.toPlate(1, 0)[0] - x0;
  const out = new Float32Array(landmarks.length);
  for (let i = 0; i < landmarks.length; i += 3) {
    [out[i], out[i + 1]] = plates.toPlate(landmarks[i], landmarks[i + 1]);
    out[i + 2] = landmarks[i + 2] * scale;
  }
  return out;
}

/** Where plates come from, nothing being read yet. */
export interface PlateSource extends Pick<Plates, 'width' | 'height' | 'toPlate'> {
  /** The photo, scaled and cut. @throws StudioError invalid-input where it is gone or damaged */
  photo(): Promise<Picture>;
  /** The clip's frames from its start, scaled and cut. @throws StudioError invalid-input where it is gone or damaged */
  frames(signal?: AbortSignal): AsyncGenerator<I420>;
}

/** The pictures that `openPlates` gives, before they are stored: for what is done to each of them first. @param size as for openPlates */
export function openPlateSource(avatar: Avatar, size: { width: number; height: number } | null): PlateSource {
  const cover = coverOf(avatar, size, faceRegion(avatar));
  const [scaleX, scaleY] = [cover.scaledWidth / avatar.width, cover.scaledHeight / avatar.height];
  const { width, height } = cover;
  return {
    width,
    height,
    toPlate: (x, y) => [x * scaleX - cover.left, y * scaleY - cover.top],
    async photo() {
      const photo = await openPhoto(avatar.source);
      let pixels = photo.pixels();
      if (cover.scaledWidth !== photo.width || cover.scaledHeight !== photo.height) pixels = pixels.resize(cover.scaledWidth, cover.scaledHeight, { fit: 'fill', kernel: 'lanczos3' });
      return rawPicture(pixels.extract({ left: cover.left, top: cover.top, width, height }), avatar.source);
    },
    async *frames(signal) {
      const clip = await openClip(avatar.source, { ...(size ? { size: { width: cover.scaledWidth, height: cover.scaledHeight } } : {}), signal });
      try {
        yield* cutOut(clip.frames(), cover);
      } finally {
        await clip.close();
      }
    },
  };
}

/**
 * Opens an avatar's plates.
 * @param size even output size that the picture covers (see coverOf: the face stays inside); null: the source's own size, made even by
 * dropping an odd last column or row
 * @throws StudioError invalid-input where the source is gone or damaged, or the size is odd
 */
export async function openPlates(avatar: Avatar, size: { width: number; height: number } | null, signal?: AbortSignal): Promise<OpenPlates> {
  const source = openPlateSource(avatar, size);
  const { width, height, toPlate } = source;
  if (avatar.kind === 'clip' && avatar.platesFile !== undefined && isNative(source, avatar)) {
    const { platesFile } = avatar;
    const reader = await openPlateReader(platesFile);
    return { width, height, toPlate, count: reader.count, at: (index) => reader.at(index), openReading: () => openPlateReader(platesFile), close: () => reader.close() };
  }
  if (avatar.kind === 'clip') return { ...(await openClipPlates(avatar, source, signal)), toPlate };

  throwIfCanceled(signal);
  const { rgb } = await source.photo();
  const plate = rgbToI420(rgb, width, height);
  const reading: PlateReading = { at: () => Promise.resolve(plate), close: () => Promise.resolve() };
  return { width, height, count: 1, toPlate, ...reading, openReading: () => Promise.resolve(reading) };
}

/** Whether plates are the source's own pixels, an odd last row or column aside. */
export function isNative({ width, height, toPlate }: Pick<PlateSource, 'width' | 'height' | 'toPlate'>, avatar: Avatar): boolean {
  const [x, y] = toPlate(1, 1);
  return x === 1 && y === 1 && avatar.width - width <= 1 && avatar.height - height <= 1;
}

/** A clip's frames in an all-intra file of a temporary folder that goes with `close`. */
async function openClipPlates(avatar: Avatar, source: PlateSource, signal?: AbortSignal): Promise<Omit<OpenPlates, 'toPlate'>> {
  const folder = await mkdtemp(join(tmpdir(), 'sima-plates-'));
  const discard = () => rm(folder, { recursive: true, force: true });
  try {
    const file = join(folder, 'plates.mp4');
    await writePlates(file, source.frames(signal), { width: source.width, height: source.height, signal });
    const reader = await openPlateReader(file);
    if (reader.count !== avatar.faces.length) {
      await reader.close();
      throw new StudioError('invalid-input', `"${basename(avatar.source)}" has changed since its face was registered (${reader.count} frames, there were ${avatar.faces.length}). Register it again.`);
    }
    const close = async () => {
      await reader.close();
      await discard();
    };
    return { width: reader.width, height: reader.height, count: reader.count, at: (index) => reader.at(index), openReading: () => openPlateReader(file), close };
  } catch (error) {
    await discard();
    throw error;
  }
}

/** Cuts each frame at an even place. */
async function* cutOut(frames: AsyncIterable<I420>, { left, top, width, height }: Cover): AsyncGenerator<I420> {
  for await (const frame of frames) {
    if (frame.width === width && frame.height === height) {
      yield frame;
      continue;
    }
    const cut = createI420(width, height);
    const [from, to] = [i420Planes(frame), i420Planes(cut)];
    for (const [plane, step] of [['y', 1], ['u', 2], ['v', 2]] as const) {
      const [stride, wide, high, x, y] = [frame.width / step, width / step, height / step, left / step, top / step];
      for (let row = 0; row < high; row++) to[plane].set(from[plane].subarray((y + row) * stride + x, (y + row) * stride + x + wide), row * wide);
    }
    yield cut;
  }
}

/** Where the face is over the whole source: from its first to its last place. */
function faceRegion({ faces }: Avatar): Box | null {
  const boxes = faces.flatMap((face) => (face ? [face.box] : []));
  if (boxes.length === 0) return null;
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  return { x, y, width: Math.max(...boxes.map((box) => box.x + box.width)) - x, height: Math.max(...boxes.map((box) => box.y + box.height)) - y };
}
