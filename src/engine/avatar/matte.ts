/** The person in a picture, told from the background: a segmentation network's coarse matte, brought to the picture's own edges. */
import type { Sessions } from '../onnx/sessions.ts';
import { throwIfCanceled } from '../../shared/errors.ts';
import { guidedModel, modelReader } from './guided.ts';
import { clearHaze } from './matteHaze.ts';
import { dropSpecks, fillHoles, type Grid } from './matteRegions.ts';
import { boxMean, colourPlanes, combine, createPlane, enlarged, rowReader, workingSize, type Plane } from './planes.ts';
import { pyramidOf, sampleRgb, type Picture, type Pyramid } from './sample.ts';

/** Models that `matteOf` runs; load them to warm up. */
export const MATTE_MODELS = ['selfie'] as const;

export interface Matte {
  width: number;
  height: number;
  /** One per pixel: 0 background … 1 person. */
  alpha: Float32Array;
  /** The smaller matte before it was brought to the edges: hand it to `matteOf` as `previous` for a clip's next frame. */
  coarse: Plane;
}

export interface MatteOptions {
  sessions: Pick<Sessions, 'run'>;
  /** Landmarks (n × x,y,z in picture pixels): whatever the network thinks, the face is person. null: no face is known. */
  face: Float32Array | null;
  /** In a clip: the frame before's `coarse`, to keep the matte steady; null at the start. */
  previous?: Plane | null;
  /** `fast` (clips) takes one look at the whole, and half the working size. */
  effort?: 'full' | 'fast';
  signal?: AbortSignal;
}

/** Side of the network's input. */
const NETWORK_SIZE = 256;
/** Longer side of the picture in which edges are sought; the finest hair is then drawn at full size. */
const WORKING_SIDE = { full: 640, fast: 320 };
/** Of the network's 0..1 this much at each end is noise. */
const SURE = { background: 0.3, person: 0.7 };
/** Window of the guided filter as a share of the working side: about two cells of the network's grid each way. */
const WINDOW = 0.011;
/** Variance of colour (0..1) below which there is no edge to follow. */
const FLAT = 2e-5;
/** The guided matte never quite reaches 0 and 1; this much at each end is cut off. */
const TRIM = { background: 0.12, person: 0.9 };
/** The second look: a part of the picture this many faces wide and high, its middle this much of a face below the face's. */
const CLOSE_UP = { side: 3.6, below: 0.35, feather: 0.12, worth: 0.75 };
/** Share of the previous frame's matte that is kept where both agree, and the difference from which nothing is kept. */
const STEADY = { keep: 0.65, moved: 0.35 };
/** Mean difference of two mattes that means a cut. */
const CUT = 0.12;

interface Rect {
  left: number;
  top: number;
  width: number;
  height: number;
}

/**
 * @param picture upright RGB
 * @returns alpha of the picture's own size; exactly 0 and 1 away from edges
 */
export async function matteOf(picture: Picture, { sessions, face, previous = null, effort = 'full', signal }: MatteOptions): Promise<Matte> {
  const { width, height } = picture;
  const size = workingSize(width, height, WORKING_SIDE[effort]);
  const hull = face ? faceHull(face) : null;
  let coarse = await look(picture, hull, size, { sessions, effort, signal });
  throwIfCanceled(signal);
  if (previous?.width === size.width && previous.height === size.height) coarse = steadied(coarse, previous);
  const guide = colourPlanes(picture, size.width, size.height);
  const radius = Math.max(2, Math.round(WINDOW * Math.max(size.width, size.height)));
  const alphaAt = modelReader(guidedModel(guide, coarse, radius, FLAT), picture);
  throwIfCanceled(signal);
  // Away from the coarse matte's edge its word is final: no grain of the picture shows through a face or a wall.
  const matte = createPlane(width, height);
  const read = rowReader(certainty(coarse, radius), width, height);
  const sure = new Float32Array(width);
  for (let row = 0, o = 0; row < height; row++) {
    read(row, sure);
    for (let col = 0; col < width; col++, o++) {
      const bound = sure[col];
      if (bound <= -1) continue;
      const alpha = bound >= 1 ? 1 : (alphaAt(col, row) - TRIM.background) / (TRIM.person - TRIM.background) + bound * Math.abs(bound);
      matte.values[o] = Math.min(1, Math.max(0, alpha));
    }
  }
  clearHaze(picture, matte);
  if (hull) markInside(matte, hull, 1);
  return { width, height, alpha: matte.values, coarse };
}

/** The network's matte at the working size, noise cut off, specks dropped and small holes filled. */
async function look(picture: Picture, hull: Point[] | null, size: { width: number; height: number }, { sessions, effort, signal }: Required<Pick<MatteOptions, 'sessions' | 'effort'>> & { signal?: AbortSignal }): Promise<Plane> {
  const pyramid = pyramidOf(picture);
  const whole: Rect = { left: 0, top: 0, width: picture.width, height: picture.height };
  const mattes = await Promise.all((effort === 'full' ? [false, true] : [false]).map((mirrored) => segment(pyramid, whole, mirrored, sessions, signal)));
  let coarse = enlarged(meanOf(mattes), size.width, size.height);
  const close = effort === 'full' && hull ? closeUp(hull, whole) : null;
  if (close) {
    const [plain, mirrored] = await Promise.all([false, true].map((turn) => segment(pyramid, close, turn, sessions, signal)));
    coarse = blended(coarse, meanOf([plain, mirrored]), close, picture);
  }
  const { values } = coarse;
  for (let i = 0; i < values.length; i++) {
    const t = Math.min(1, Math.max(0, (values[i] - SURE.background) / (SURE.person - SURE.background)));
    values[i] = t * t * (3 - 2 * t);
  }
  if (hull) markInside(coarse, hull.map(([x, y]): Point => [(x * size.width) / picture.width, (y * size.height) / picture.height]), 1);
  const grid: Grid = { ...size, values };
  dropSpecks(grid);
  fillHoles(grid);
  return coarse;
}

/** One run of the network over a part of the picture. */
async function segment(pyramid: Pyramid, part: Rect, mirrored: boolean, sessions: Pick<Sessions, 'run'>, signal?: AbortSignal): Promise<Plane> {
  throwIfCanceled(signal);
  const data = new Float32Array(new SharedArrayBuffer(3 * NETWORK_SIZE * NETWORK_SIZE * 4));
  const [xx, yy] = [part.width / NETWORK_SIZE, part.height / NETWORK_SIZE];
  const map = { xx: mirrored ? -xx : xx, xy: 0, x0: mirrored ? part.left + part.width : part.left, yx: 0, yy, y0: part.top };
  sampleRgb(pyramid, map, NETWORK_SIZE, NETWORK_SIZE, data, 0, 1 / 255, 0);
  const { alpha } = await sessions.run('selfie', { picture: { type: 'float32', dims: [1, 3, NETWORK_SIZE, NETWORK_SIZE], data } }, signal);
  const values = alpha.data as Float32Array;
  if (mirrored) for (let row = 0; row < NETWORK_SIZE; row++) values.subarray(row * NETWORK_SIZE, (row + 1) * NETWORK_SIZE).reverse();
  return { width: NETWORK_SIZE, height: NETWORK_SIZE, values };
}

function meanOf(planes: readonly Plane[]): Plane {
  return combine(planes, (i) => planes.reduce((sum, { values }) => sum + values[i], 0) / planes.length);
}

/** The part around head and shoulders, if it is so much smaller than the picture that a second look shows more. */
function closeUp(hull: Point[], whole: Rect): Rect | null {
  const [xs, ys] = [hull.map(([x]) => x), hull.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const side = CLOSE_UP.side * Math.max(right - left, bottom - top);
  const middle = (top + bottom) / 2 + CLOSE_UP.below * (bottom - top);
  const from = { x: Math.max(0, (left + right - side) / 2), y: Math.max(0, middle - side / 2) };
  const to = { x: Math.min(whole.width, (left + right + side) / 2), y: Math.min(whole.height, middle + side / 2) };
  const part = { left: from.x, top: from.y, width: to.x - from.x, height: to.y - from.y };
  return part.width < 8 || part.height < 8 || Math.max(part.width / whole.width, part.height / whole.height) > CLOSE_UP.worth ? null : part;
}

/** The second look inside its part of the first, with a soft seam where the part does not end with the picture. */
function blended(coarse: Plane, close: Plane, part: Rect, picture: Picture): Plane {
  const out = createPlane(coarse.width, coarse.height);
  out.values.set(coarse.values);
  const [scaleX, scaleY] = [coarse.width / picture.width, coarse.height / picture.height];
  const [left, top] = [Math.round(part.left * scaleX), Math.round(part.top * scaleY)];
  const [width, height] = [Math.min(coarse.width - left, Math.round(part.width * scaleX)), Math.min(coarse.height - top, Math.round(part.height * scaleY))];
  const read = rowReader(close, width, height);
  const line = new Float32Array(width);
  const along = (at: number, length: number, offset: number, limit: number) =>
    Math.min(1, offset <= 0 ? 1 : (at + 0.5) / (length * CLOSE_UP.feather), offset + length >= limit ? 1 : (length - at - 0.5) / (length * CLOSE_UP.feather));
  for (let row = 0; row < height; row++) {
    read(row, line);
    const down = along(row, height, top, coarse.height);
    for (let col = 0, o = (top + row) * coarse.width + left; col < width; col++, o++) {
      const weight = Math.min(down, along(col, width, left, coarse.width));
      out.values[o] += (line[col] - out.values[o]) * weight;
    }
  }
  return out;
}

/** Keeps still edges still from frame to frame and lets moving ones go; starts anew at a cut. */
function steadied(now: Plane, before: Plane): Plane {
  let difference = 0;
  for (let i = 0; i < now.values.length; i++) difference += Math.abs(now.values[i] - before.values[i]);
  if (difference > CUT * now.values.length) return now;
  return combine([now], (i) => {
    const change = before.values[i] - now.values[i];
    return now.values[i] + change * STEADY.keep * Math.max(0, 1 - Math.abs(change) / STEADY.moved);
  });
}

/** −1 where all within the radius is background, 1 where all is person, else 0. */
function certainty(coarse: Plane, radius: number): Plane {
  const notPerson = boxMean(combine([coarse], (i) => (coarse.values[i] < 0.995 ? 1 : 0)), radius).values;
  const notBackground = boxMean(combine([coarse], (i) => (coarse.values[i] > 0.005 ? 1 : 0)), radius).values;
  // Running sums may leave a rest of rounding; one pixel of a window is far more.
  return combine([coarse], (i) => (notPerson[i] < 1e-6 ? 1 : notBackground[i] < 1e-6 ? -1 : 0));
}

type Point = [x: number, y: number];

/** Convex hull of the face's landmarks, drawn in a little: the mesh's outline may lie on the edge itself. */
function faceHull(landmarks: Float32Array): Point[] {
  const points: Point[] = [];
  for (let i = 0; i + 1 < landmarks.length; i += 3) points.push([landmarks[i], landmarks[i + 1]]);
  points.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (sorted: Point[]) => {
    const chain: Point[] = [];
    for (const point of sorted) {
      while (chain.length > 1 && turn(chain[chain.length - 2], chain[chain.length - 1], point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  const hull = [...half(points), ...half(points.reverse())];
  const [cx, cy] = [0, 1].map((axis) => hull.reduce((sum, point) => sum + point[axis], 0) / hull.length);
  return hull.map(([x, y]): Point => [cx + (x - cx) * 0.95, cy + (y - cy) * 0.95]);
}

function turn([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point): number {
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
}

/** Sets the pixels whose centres lie in a convex polygon. */
function markInside({ width, height, values }: Plane, hull: Point[], value: number): void {
  const ys = hull.map(([, y]) => y);
  for (let row = Math.max(0, Math.floor(Math.min(...ys))); row < Math.min(height, Math.max(...ys)); row++) {
    const y = row + 0.5;
    let [from, to] = [Infinity, -Infinity];
    for (let i = 0; i < hull.length; i++) {
      const [[ax, ay], [bx, by]] = [hull[i], hull[(i + 1) % hull.length]];
      if (ay > y === by > y) continue;
      const x = ax + ((y - ay) / (by - ay)) * (bx - ax);
      from = Math.min(from, x);
      to = Math.max(to, x);
    }
    if (to > from) values.fill(value, row * width + Math.max(0, Math.ceil(from - 0.5)), row * width + Math.min(width, Math.floor(to + 0.5)));
  }
}
