/**
 * Steadies a face track. The head's place, size and turn are smoothed apart from the face's own movement, with kernels centred on
 * each frame (nothing runs ahead or lags), never across a cut or an unfilled gap. How open and wide the lips are is hardly smoothed: a lip
 * closure lasts two frames, and the composer must know it. Where the mouth is as a whole is, or crops would shake while somebody speaks.
 */
import type { Face } from './faces.ts';
import { boxOfLandmarks, MESH_POINTS } from './mesh.ts';

/** Standard deviations in seconds. */
const SIGMA = { pose: 0.05, shape: 0.08, mouth: 0.02 };
/** Points that stay where the skull is: eye corners, nose bridge, temples. */
export const SKULL: readonly number[] = [33, 133, 362, 263, 168, 6, 197, 195, 127, 356, 234, 454, 10, 151];
/** Both borders of both lips. */
const LIPS = [
  61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 146, 91, 181, 84, 17, 314, 405, 321, 375,
  78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 95, 88, 178, 87, 14, 317, 402, 318, 324,
];
/** Corners, upper and lower border: the mouth's place, as crops take it. */
const MOUTH_CENTRE = [61, 291, 0, 17];

/** x' = a·x − b·y + tx, y' = b·x + a·y + ty. */
export interface Similarity {
  a: number;
  b: number;
  tx: number;
  ty: number;
}

/**
 * @param found one face per frame or null
 * @param cuts index of the first frame of each shot
 * @param maxFilledSec gaps up to this long within a shot are filled by interpolation
 */
export function steady(found: readonly (Face | null)[], cuts: readonly number[], fps: number, maxFilledSec: number): (Face | null)[] {
  const out: (Face | null)[] = [];
  const starts = [...new Set([0, ...cuts])].sort((a, b) => a - b);
  starts.forEach((start, i) => {
    const shot = filled(found.slice(start, starts[i + 1] ?? found.length), Math.round(maxFilledSec * fps));
    for (let from = 0; from < shot.length; ) {
      if (!shot[from]) {
        out.push(null);
        from += 1;
        continue;
      }
      let to = from;
      while (to < shot.length && shot[to]) to++;
      out.push(...smoothed(shot.slice(from, to) as Face[], fps));
      from = to;
    }
  });
  return out;
}

function filled(shot: (Face | null)[], maxFrames: number): (Face | null)[] {
  const out = [...shot];
  for (let from = 0; from < out.length; from++) {
    if (out[from] || from === 0 || !out[from - 1]) continue;
    let to = from;
    while (to < out.length && !out[to]) to++;
    const [before, after] = [out[from - 1]!, out[to]];
    if (!after || to - from > maxFrames) continue;
    for (let index = from; index < to; index++) {
      const share = (index - from + 1) / (to - from + 1);
      const landmarks = before.landmarks.map((value, i) => value + (after.landmarks[i] - value) * share);
      out[index] = { landmarks, box: boxOfLandmarks(landmarks), score: Math.min(before.score, after.score) };
    }
  }
  return out;
}

function smoothed(run: Face[], fps: number): Face[] {
  if (run.length < 3) return run;
  const reference = run[0].landmarks;
  const poses = run.map(({ landmarks }) => alignment(landmarks, reference));
  // Only those that are still or soon needed are kept: a long clip has thousands.
  const shapes = new Map<number, Float32Array>();
  const shapeAt = (index: number): Float32Array => {
    const shape = shapes.get(index) ?? moved(run[index].landmarks, poses[index]);
    shapes.set(index, shape);
    return shape;
  };
  return run.map((face, i) => {
    const pose = { a: 0, b: 0, tx: 0, ty: 0 };
    for (const { index, weight } of neighbours(i, run.length, SIGMA.pose * fps)) {
      for (const key of ['a', 'b', 'tx', 'ty'] as const) pose[key] += poses[index][key] * weight;
    }
    const near = neighbours(i, run.length, SIGMA.shape * fps);
    const shape = mixed(near, shapeAt);
    const quick = mixed(neighbours(i, run.length, SIGMA.mouth * fps), shapeAt);
    shapes.delete(near[0].index);
    for (const axis of [0, 1, 2]) {
      const centre = (points: Float32Array) => MOUTH_CENTRE.reduce((all, point) => all + points[point * 3 + axis], 0) / MOUTH_CENTRE.length;
      const shift = centre(shape) - centre(quick);
      for (const point of LIPS) shape[point * 3 + axis] = quick[point * 3 + axis] + shift;
    }
    const landmarks = movedBack(shape, pose);
    return { landmarks, box: boxOfLandmarks(landmarks), score: face.score };
  });
}

interface Neighbour {
  index: number;
  weight: number;
}

/** Gaussian weights around `i`, in order, of sum 1. Towards the ends the reach shrinks to both sides alike, so that the ends do not lean inward. */
function neighbours(i: number, count: number, sigma: number): Neighbour[] {
  const reach = Math.min(Math.ceil(sigma * 2.5), i, count - 1 - i);
  const list = Array.from({ length: 2 * reach + 1 }, (_, k) => ({ index: i - reach + k, weight: Math.exp((-(k - reach) * (k - reach)) / (2 * sigma * sigma)) }));
  const total = list.reduce((sum, { weight }) => sum + weight, 0);
  return list.map(({ index, weight }) => ({ index, weight: weight / total }));
}

function mixed(list: Neighbour[], valueAt: (index: number) => Float32Array): Float32Array {
  const out = new Float32Array(MESH_POINTS * 3);
  for (const { index, weight } of list) {
    const value = valueAt(index);
    for (let i = 0; i < out.length; i++) out[i] += value[i] * weight;
  }
  return out;
}

/** The similarity that brings the skull's points of `landmarks` nearest to those of `reference` (least squares). */
export function alignment(landmarks: Float32Array, reference: Float32Array): Similarity {
  const mean = (points: Float32Array, axis: number) => SKULL.reduce((all, point) => all + points[point * 3 + axis], 0) / SKULL.length;
  const [mx, my, rx, ry] = [mean(landmarks, 0), mean(landmarks, 1), mean(reference, 0), mean(reference, 1)];
  let [dot, cross, square] = [0, 0, 0];
  for (const point of SKULL) {
    const [x, y] = [landmarks[point * 3] - mx, landmarks[point * 3 + 1] - my];
    const [u, v] = [reference[point * 3] - rx, reference[point * 3 + 1] - ry];
    dot += x * u + y * v;
    cross += x * v - y * u;
    square += x * x + y * y;
  }
  const [a, b] = [dot / square, cross / square];
  return { a, b, tx: rx - a * mx + b * my, ty: ry - b * mx - a * my };
}

export function moved(landmarks: Float32Array, { a, b, tx, ty }: Similarity): Float32Array {
  const out = new Float32Array(MESH_POINTS * 3);
  const scale = Math.hypot(a, b);
  for (let i = 0; i < out.length; i += 3) {
    out[i] = a * landmarks[i] - b * landmarks[i + 1] + tx;
    out[i + 1] = b * landmarks[i] + a * landmarks[i + 1] + ty;
    out[i + 2] = landmarks[i + 2] * scale;
  }
  return out;
}

function movedBack(landmarks: Float32Array, { a, b, tx, ty }: Similarity): Float32Array {
  const scale = a * a + b * b;
  const [ia, ib] = [a / scale, -b / scale];
  return moved(landmarks, { a: ia, b: ib, tx: -(ia * tx - ib * ty), ty: -(ib * tx + ia * ty) });
}
