/**
 * Steadies a face track. The head's place, size and turn are smoothed apart from the face's own movement, with kernels centred on
 * each frame (nothing runs ahead or lags), never across a cut or an unfilled gap. Lips and jaw are hardly smoothed: a lip closure lasts
 * two frames, and the composer must know how open each plate's mouth is.
 */
import type { Face } from './faces.ts';
import { boxOfLandmarks, LEFT_EYE, MESH_POINTS, RIGHT_EYE } from './mesh.ts';

/** Standard deviations in seconds. */
const SIGMA = { pose: 0.05, shape: 0.08, mouth: 0.02 };
/** Points that stay where the skull is: eye corners, nose bridge, temples. */
const SKULL = [33, 133, 362, 263, 168, 6, 197, 195, 127, 356, 234, 454, 10, 151];
/** Points lower than the nose base belong to mouth and jaw. */
const NOSE_BASE = 2;

/** x' = a·x − b·y + tx, y' = b·x + a·y + ty. */
interface Similarity {
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
  const steadyPoses = convolve(poses, SIGMA.pose * fps, (list) => ({ a: sum(list, 'a'), b: sum(list, 'b'), tx: sum(list, 'tx'), ty: sum(list, 'ty') }));
  const shapes = run.map(({ landmarks }, i) => moved(landmarks, poses[i]));
  const isMouth = Array.from({ length: MESH_POINTS }, (_, point) => isBelowNose(reference, point));
  const calm = convolve(shapes, SIGMA.shape * fps, mixed);
  const quick = convolve(shapes, SIGMA.mouth * fps, mixed);
  return run.map((face, i) => {
    const shape = calm[i].map((value, at) => (isMouth[Math.floor(at / 3)] ? quick[i][at] : value));
    const landmarks = movedBack(shape, steadyPoses[i]);
    return { landmarks, box: boxOfLandmarks(landmarks), score: face.score };
  });
}

/** Measured along the face, which may be tilted. */
function isBelowNose(landmarks: Float32Array, point: number): boolean {
  const [dx, dy] = [landmarks[RIGHT_EYE * 3] - landmarks[LEFT_EYE * 3], landmarks[RIGHT_EYE * 3 + 1] - landmarks[LEFT_EYE * 3 + 1]];
  const [x, y] = [landmarks[point * 3] - landmarks[NOSE_BASE * 3], landmarks[point * 3 + 1] - landmarks[NOSE_BASE * 3 + 1]];
  return dx * y - dy * x > 0;
}

type Weighted<T> = { value: T; weight: number }[];

/** Gaussian mean over neighbours; at the ends the kernel is cut and rescaled. */
function convolve<T>(values: T[], sigma: number, mean: (list: Weighted<T>) => T): T[] {
  const radius = Math.ceil(sigma * 2.5);
  return values.map((_, i) => {
    const list: Weighted<T> = [];
    // The same reach to both sides, so that the ends do not lean inward.
    const reach = Math.min(radius, i, values.length - 1 - i);
    for (let k = -reach; k <= reach; k++) list.push({ value: values[i + k], weight: Math.exp((-k * k) / (2 * sigma * sigma)) });
    const total = list.reduce((all, { weight }) => all + weight, 0);
    return mean(list.map(({ value, weight }) => ({ value, weight: weight / total })));
  });
}

function sum<K extends string>(list: Weighted<Record<K, number>>, key: K): number {
  return list.reduce((all, { value, weight }) => all + value[key] * weight, 0);
}

function mixed(list: Weighted<Float32Array>): Float32Array {
  const out = new Float32Array(list[0].value.length);
  for (const { value, weight } of list) for (let i = 0; i < out.length; i++) out[i] += value[i] * weight;
  return out;
}

/** The similarity that brings the skull's points of `landmarks` nearest to those of `reference` (least squares). */
function alignment(landmarks: Float32Array, reference: Float32Array): Similarity {
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

function moved(landmarks: Float32Array, { a, b, tx, ty }: Similarity): Float32Array {
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
