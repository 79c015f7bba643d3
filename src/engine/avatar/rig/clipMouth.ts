/**
 * A clip's person may be talking already. So every plate gets the lower face of the clip's most closed plate, laid over its own
 * by the parts of the face that speech does not move: at rest that is one still closed mouth, and the rig of that one plate
 * speaks for all of them.
 */
import { i420Planes, type I420 } from '../../media/i420.ts';
import {
  CHIN, LOWER_INNER, mouthFrame, MOUTH_LEFT, NOSE_BASE, pointIn, pointX, pointY, MOUTH_RIGHT, ramp, toFrame, UPPER_INNER, LEFT_OUTLINE, RIGHT_OUTLINE,
} from './landmarks.ts';
import type { Affine } from '../sample.ts';
import { cubicSample, linearSample } from './sample.ts';

/** Eyes, brows' roots, nose, cheekbones, temples and forehead: where the head is, whatever the mouth says. */
const STILL_POINTS = [33, 133, 159, 145, 362, 263, 386, 374, 168, 6, 197, 195, 5, 4, 1, 98, 327, 2, 10, 151, 9, 127, 356, 234, 454, 116, 345, 50, 280];

/** The index of the plate whose lips are closest together, relative to the face; −1 where no plate shows a face. */
export function mostClosed(landmarks: readonly (Float32Array | null)[]): number {
  let best = -1, least = Infinity;
  landmarks.forEach((points, index) => {
    if (!points) return;
    const frame = mouthFrame(points);
    const gap = [4, 5, 6].reduce((sum, i) => sum + pointIn(frame, points, LOWER_INNER[i])[1] - pointIn(frame, points, UPPER_INNER[i])[1], 0);
    // Among equally closed lips the widest apart corners are the calmest: pursed lips are closed too.
    const width = pointIn(frame, points, MOUTH_RIGHT)[0] - pointIn(frame, points, MOUTH_LEFT)[0];
    const score = gap - 0.15 * width;
    if (score < least) {
      least = score;
      best = index;
    }
  });
  return best;
}

/** The lower face of the reference plate: how opaque it is laid over other plates, 0..255 per pixel of a rectangle. */
export interface MouthCover {
  x0: number;
  y0: number;
  width: number;
  height: number;
  alpha: Uint8Array;
}

/** @param landmarks of the reference plate, in its pixels */
export function coverOfMouth(plate: { width: number; height: number }, landmarks: Float32Array): MouthCover {
  const frame = mouthFrame(landmarks);
  const [, noseBase] = pointIn(frame, landmarks, NOSE_BASE);
  const [, chin] = pointIn(frame, landmarks, CHIN);
  const half = (pointIn(frame, landmarks, MOUTH_RIGHT)[0] - pointIn(frame, landmarks, MOUTH_LEFT)[0]) / 2;
  const side = Math.min(...LEFT_OUTLINE.slice(0, 4).map((i) => -pointIn(frame, landmarks, i)[0]), ...RIGHT_OUTLINE.slice(0, 4).map((i) => pointIn(frame, landmarks, i)[0]));
  const reach = Math.max(half + 0.12, Math.min(half + 0.4, side - 0.03));
  const radius = frame.unit * Math.hypot(reach, chin + 0.2);
  const x0 = Math.max(0, Math.floor(frame.originX - radius)), y0 = Math.max(0, Math.floor(frame.originY - radius));
  const width = Math.min(plate.width, Math.ceil(frame.originX + radius)) - x0, height = Math.min(plate.height, Math.ceil(frame.originY + radius)) - y0;
  const alpha = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [x, y] = toFrame(frame, x0 + column, y0 + row);
      const narrowing = ramp(0.12, chin + 0.05, y);
      const edge = reach + (Math.min(reach, 0.34) - reach) * narrowing;
      const across = 1 - ramp(Math.max(half * 0.9, edge - 0.2) * (1 - 0.4 * narrowing), edge, Math.abs(x));
      const down = ramp(noseBase + 0.01, noseBase + 0.11, y) * (1 - ramp(chin - 0.02, chin + 0.14, y));
      alpha[row * width + column] = Math.round(255 * across * down);
    }
  }
  return { x0, y0, width, height, alpha };
}

/**
 * Lays the reference's lower face over a plate.
 * @param speaking the reference plate with its mouth as it is to be
 * @param from landmarks of the reference plate, `to` those of the plate in `out`
 * @param out holds the plate; pixels outside the cover are not touched
 */
export function layMouth(speaking: I420, cover: MouthCover, from: Float32Array, to: Float32Array, out: I420): void {
  const forward = fit(from, to), back = fit(to, from);
  const corners = [[0, 0], [cover.width, 0], [0, cover.height], [cover.width, cover.height]].map(([x, y]) => apply(forward, cover.x0 + x + 0.5, cover.y0 + y + 0.5));
  const even = (value: number) => 2 * Math.floor(value / 2);
  const x0 = Math.max(0, even(Math.min(...corners.map(([x]) => x)) - 2)), x1 = Math.min(out.width, even(Math.max(...corners.map(([x]) => x)) + 4));
  const y0 = Math.max(0, even(Math.min(...corners.map(([, y]) => y)) - 2)), y1 = Math.min(out.height, even(Math.max(...corners.map(([, y]) => y)) + 4));
  const source = i420Planes(speaking), target = i420Planes(out);
  const { width, height } = speaking;
  const shift = lightBetween(speaking, cover, back, out, [x0, y0, x1, y1]);
  // Landmarks count from the picture's corner, samples from pixel centres: half a pixel there and back.
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const sx = back.xx * (x + 0.5) + back.xy * (y + 0.5) + back.x0 - 0.5, sy = back.yx * (x + 0.5) + back.yy * (y + 0.5) + back.y0 - 0.5;
      const a = coverAt(cover, sx, sy);
      if (a === 0) continue;
      const o = y * out.width + x;
      target.y[o] = byte(target.y[o] + (cubicSample(source.y, width, height, sx, sy) + shift[0] - target.y[o]) * a);
    }
  }
  const w = width / 2, h = height / 2;
  for (let y = y0 / 2; y < y1 / 2; y++) {
    for (let x = x0 / 2; x < x1 / 2; x++) {
      const px = 2 * x + 1, py = 2 * y + 1;
      const sx = back.xx * px + back.xy * py + back.x0 - 0.5, sy = back.yx * px + back.yy * py + back.y0 - 0.5;
      const a = coverAt(cover, sx, sy);
      if (a === 0) continue;
      const o = (y * out.width) / 2 + x, cx = (sx - 0.5) / 2, cy = (sy - 0.5) / 2;
      target.u[o] = byte(target.u[o] + (linearSample(source.u, w, h, cx, cy) + shift[1] - target.u[o]) * a);
      target.v[o] = byte(target.v[o] + (linearSample(source.v, w, h, cx, cy) + shift[2] - target.v[o]) * a);
    }
  }
}

/** Light changes within a clip: how much brighter and more coloured the plate is than the reference, along the cover's soft edge. */
function lightBetween(speaking: I420, cover: MouthCover, back: Affine, out: I420, [x0, y0, x1, y1]: [number, number, number, number]): [y: number, u: number, v: number] {
  const source = i420Planes(speaking), target = i420Planes(out);
  const w = speaking.width / 2, h = speaking.height / 2;
  const step = Math.max(1, Math.round((x1 - x0) / 128));
  let weight = 0, y = 0, u = 0, v = 0;
  // What moved (a jaw, a collar) differs far more than light does: it counts for no more than this.
  const limited = (value: number) => Math.min(24, Math.max(-24, value));
  for (let row = y0 / 2; row < y1 / 2; row += step) {
    for (let column = x0 / 2; column < x1 / 2; column += step) {
      const px = 2 * column + 1, py = 2 * row + 1;
      const sx = back.xx * px + back.xy * py + back.x0 - 0.5, sy = back.yx * px + back.yy * py + back.y0 - 0.5;
      const a = coverAt(cover, sx, sy);
      if (a < 0.08 || a > 0.7) continue;
      const o = (row * out.width) / 2 + column, p = 2 * row * out.width + 2 * column;
      const bright = (target.y[p] + target.y[p + 1] + target.y[p + out.width] + target.y[p + out.width + 1]) / 4;
      y += limited(bright - linearSample(source.y, speaking.width, speaking.height, sx, sy));
      u += limited(target.u[o] - linearSample(source.u, w, h, (sx - 0.5) / 2, (sy - 0.5) / 2));
      v += limited(target.v[o] - linearSample(source.v, w, h, (sx - 0.5) / 2, (sy - 0.5) / 2));
      weight++;
    }
  }
  return weight === 0 ? [0, 0, 0] : [y / weight, u / weight, v / weight];
}

function byte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value + 0.5;
}

function coverAt(cover: MouthCover, x: number, y: number): number {
  const cx = x - cover.x0, cy = y - cover.y0;
  if (cx < 0 || cy < 0 || cx >= cover.width || cy >= cover.height) return 0;
  return linearSample(cover.alpha, cover.width, cover.height, cx, cy) / 255;
}

function apply(map: Affine, x: number, y: number): [x: number, y: number] {
  return [map.xx * x + map.xy * y + map.x0, map.yx * x + map.yy * y + map.y0];
}

/** Least squares of an affine map over the still points, each centred on its mean. */
function fit(from: Float32Array, to: Float32Array): Affine {
  const n = STILL_POINTS.length;
  const mean = (points: Float32Array): [number, number] => [
    STILL_POINTS.reduce((sum, i) => sum + pointX(points, i), 0) / n,
    STILL_POINTS.reduce((sum, i) => sum + pointY(points, i), 0) / n,
  ];
  const [fx, fy] = mean(from), [tx, ty] = mean(to);
  let sxx = 0, sxy = 0, syy = 0, xx = 0, xy = 0, yx = 0, yy = 0;
  for (const i of STILL_POINTS) {
    const x = pointX(from, i) - fx, y = pointY(from, i) - fy;
    const u = pointX(to, i) - tx, v = pointY(to, i) - ty;
    sxx += x * x;
    sxy += x * y;
    syy += y * y;
    xx += u * x;
    xy += u * y;
    yx += v * x;
    yy += v * y;
  }
  const determinant = sxx * syy - sxy * sxy || 1;
  const map = {
    xx: (xx * syy - xy * sxy) / determinant,
    xy: (xy * sxx - xx * sxy) / determinant,
    yx: (yx * syy - yy * sxy) / determinant,
    yy: (yy * sxx - yx * sxy) / determinant,
  };
  return { ...map, x0: tx - map.xx * fx - map.xy * fy, y0: ty - map.yx * fx - map.yy * fy };
}
