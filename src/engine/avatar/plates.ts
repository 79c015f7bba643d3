/** Plates: an avatar's source frames, scaled once to the output size, as I420. */
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { rgbToI420, type I420 } from '../media/i420.ts';
import { coverOf } from './cover.ts';
import type { Box } from './detect.ts';
import { openPhoto, rawPicture } from './picture.ts';
import type { Avatar } from './prepare.ts';

export interface Plates {
  /** Even. */
  width: number;
  height: number;
  /** 1 for a photo. */
  count: number;
  /** Avatar (source) pixels → plate pixels. */
  toPlate(x: number, y: number): [x: number, y: number];
  /** Plate `index` (0…count−1). Shared: copy it before drawing on it. */
  at(index: number): Promise<I420>;
  /** Frees files and decoders. The opener closes. */
  close(): Promise<void>;
}

/** The plate of a frame: forth and back over the clip, so that its end and its start never meet. */
export function plateIndex(frameIndex: number, count: number): number {
  if (count <= 1) return 0;
  const period = 2 * (count - 1);
  const phase = frameIndex % period;
  return phase < count ? phase : period - phase;
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

/**
 * Opens an avatar's plates.
 * @param size even output size that the picture covers (see coverOf: the face stays inside); null: the source's own size, made even by
 * dropping an odd last column or row
 * @throws StudioError invalid-input where the source is gone or damaged, or the size is odd
 */
export async function openPlates(avatar: Avatar, size: { width: number; height: number } | null, signal?: AbortSignal): Promise<Plates> {
  const cover = coverOf(avatar, size, faceRegion(avatar));
  const [scaleX, scaleY] = [cover.scaledWidth / avatar.width, cover.scaledHeight / avatar.height];
  const { width, height } = cover;
  const toPlate = (x: number, y: number): [number, number] => [x * scaleX - cover.left, y * scaleY - cover.top];
  if (avatar.kind === 'clip') throw new StudioError('bug', 'Clips are not there yet.');

  throwIfCanceled(signal);
  const photo = await openPhoto(avatar.source);
  let pixels = photo.pixels();
  if (cover.scaledWidth !== photo.width || cover.scaledHeight !== photo.height) pixels = pixels.resize(cover.scaledWidth, cover.scaledHeight, { fit: 'fill', kernel: 'lanczos3' });
  const { rgb } = await rawPicture(pixels.extract({ left: cover.left, top: cover.top, width, height }), avatar.source);
  const plate = rgbToI420(rgb, width, height);
  return { width, height, count: 1, toPlate, at: () => Promise.resolve(plate), close: () => Promise.resolve() };
}

/** Where the face is over the whole source: from its first to its last place. */
function faceRegion({ faces }: Avatar): Box | null {
  const boxes = faces.flatMap((face) => (face ? [face.box] : []));
  if (boxes.length === 0) return null;
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  return { x, y, width: Math.max(...boxes.map((box) => box.x + box.width)) - x, height: Math.max(...boxes.map((box) => box.y + box.height)) - y };
}
