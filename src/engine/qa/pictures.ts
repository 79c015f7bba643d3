/** Moments of a take as pictures: the frame, the source picture that it was made from, and what differs between the two. */
import sharp from 'sharp';
import { StudioError } from '../../shared/errors.ts';
import { meshInSquare, squareOfLandmarks } from '../avatar/mesh.ts';
import { invertAffine, pictureOfI420, pyramidOf, sampleRgb, type Affine, type Picture } from '../avatar/sample.ts';
import { alignment } from '../avatar/smooth.ts';
import { pictureAt } from '../media/poster.ts';
import type { Sessions } from '../onnx/sessions.ts';
import type { TakePlates } from './ofTake.ts';

export interface PictureOrder {
  what: 'frame' | 'plate' | 'difference';
  atSec: number;
  /** How much differences are enlarged. */
  gain: number;
  /** At most so many pixels wide. */
  width: number | null;
}

/** @throws invalid-input where there is no such moment, or its source picture is not known any more */
export async function pictureOf(file: string, { what, atSec, gain, width }: PictureOrder, parts: { plates: TakePlates | null; sessions: Pick<Sessions, 'run'>; signal: AbortSignal }): Promise<Uint8Array> {
  const { rgb, width: wide, height } = await pictureAt(file, atSec, parts.signal);
  const frame: Picture = { width: wide, height, rgb: new Uint8Array(rgb) };
  if (what === 'frame') return jpegOf(frame, width);
  const plate = await parts.plates?.at(atSec);
  if (!plate) throw new StudioError('invalid-input', 'The picture that this moment was made from is not known any more: its avatar was removed.');
  const source = await laidOn(frame, pictureOfI420(plate.picture), plate.landmarks, parts);
  return jpegOf(what === 'plate' ? source : difference(frame, source, gain), width);
}

/** The plate moved as the head is moved in the frame; as it is where the head did not move. */
async function laidOn(frame: Picture, plate: Picture, landmarks: Float32Array, { sessions, signal }: { sessions: Pick<Sessions, 'run'>; signal: AbortSignal }): Promise<Picture> {
  const square = squareOfLandmarks(landmarks);
  // Both are looked at in the same way, so that the mesh errs alike.
  const [inFrame, inPlate] = [await meshInSquare(pyramidOf(frame), square, sessions, signal), await meshInSquare(pyramidOf(plate), square, sessions, signal)];
  if (!inFrame || !inPlate) return plate;
  const { a, b, tx, ty } = alignment(inPlate.landmarks, inFrame.landmarks);
  const moved = Math.hypot(a * square.x - b * square.y + tx - square.x, b * square.x + a * square.y + ty - square.y);
  if (moved < STILL_PIXELS && Math.abs(a - 1) < STILL_TURN && Math.abs(b) < STILL_TURN) return plate;
  const toFrame: Affine = { xx: a, xy: -b, x0: tx, yx: b, yy: a, y0: ty };
  const { width, height } = frame;
  const planar = new Float32Array(3 * width * height);
  sampleRgb(pyramidOf(plate), invertAffine(toFrame), width, height, planar, 0, 1, 0);
  const plane = width * height;
  const rgb = new Uint8Array(3 * plane);
  for (let i = 0; i < plane; i++) for (let c = 0; c < 3; c++) rgb[i * 3 + c] = planar[c * plane + i] + 0.5;
  return { width, height, rgb };
}

/** The mesh's own noise. */
const STILL_PIXELS = 0.4;
const STILL_TURN = 0.002;

/** Black where they agree. */
function difference(frame: Picture, source: Picture, gain: number): Picture {
  return { ...frame, rgb: frame.rgb.map((value, i) => Math.min(255, Math.abs(value - source.rgb[i]) * gain)) };
}

async function jpegOf({ rgb, width, height }: Picture, most: number | null): Promise<Uint8Array> {
  const picture = sharp(rgb, { raw: { width, height, channels: 3 } });
  if (most !== null && most < width) picture.resize(most);
  return picture.jpeg({ quality: 85 }).toBuffer();
}
