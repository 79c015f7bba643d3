/** BlazeFace over a picture or over windows of it. */
import type { Sessions } from '../onnx/sessions.ts';
import { throwIfCanceled } from '../../shared/errors.ts';
import { sampleRgb, squareMap, type Picture, type Pyramid } from './sample.ts';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A face as the detector sees it, in picture pixels. */
export interface Detection {
  box: Box;
  /** 0..1. */
  score: number;
  /** 6 × x,y: the two eyes (the viewer's left one first), nose tip, mouth, two ears. */
  points: Float32Array;
}

interface Detector {
  modelId: string;
  size: number;
  /** Cells per side and anchors per cell, finer grid first; both BlazeFace models share it. */
  grids: { cells: number; anchors: number }[];
}

/** A square window of the picture that the detector looks at. */
interface Window {
  x: number;
  y: number;
  side: number;
}

const GRIDS = [
  { cells: 16, anchors: 2 },
  { cells: 8, anchors: 6 },
];
const FRONT: Detector = { modelId: 'face-front', size: 128, grids: GRIDS };
const BACK: Detector = { modelId: 'face-back', size: 256, grids: GRIDS };

/**
 * Low on purpose: the mesh looks at every candidate afterwards and says whether it is a face. On a set of photos a true face gave 0.64,
 * a cat 0.77, a rocket 0.76 and a cup of coffee 0.64; the mesh refused all but the face.
 */
const MIN_SCORE = 0.6;
/** Detections that overlap by more than this share of their union are one face. */
const SAME_FACE_OVERLAP = 0.3;
/** Centre, width, height and 6 points. */
const NUMBERS_PER_BOX = 16;

/**
 * Candidates for faces in a picture, to be confirmed by the mesh; empty where there is none.
 * @param share side of the windows looked at over the picture's longer side: 1 looks at the whole picture with both detectors,
 * less at overlapping windows with the one for small faces
 */
export async function detectFaces(pyramid: Pyramid, share: number, sessions: Pick<Sessions, 'run'>, signal?: AbortSignal): Promise<Detection[]> {
  const picture = pyramid.levels[0];
  const side = Math.max(picture.width, picture.height) * share;
  const found: Detection[] = [];
  for (const window of windowsOver(picture, side)) {
    if (share === 1) found.push(...(await detectIn(pyramid, window, FRONT, sessions, signal)));
    found.push(...(await detectIn(pyramid, window, BACK, sessions, signal)));
  }
  return mergeOverlapping(found.filter(({ box }) => isInside(box, picture)));
}

/** Square windows of one size (centred where one is enough) that cover the picture, each overlapping the next by half. */
function windowsOver(picture: Picture, side: number): Window[] {
  const starts = (extent: number) => {
    const count = Math.max(1, Math.ceil((extent - side) / (side / 2)) + 1);
    return Array.from({ length: count }, (_, i) => (count === 1 ? (extent - side) / 2 : (i * (extent - side)) / (count - 1)));
  };
  return starts(picture.height).flatMap((y) => starts(picture.width).map((x) => ({ x, y, side })));
}

async function detectIn(pyramid: Pyramid, window: Window, detector: Detector, sessions: Pick<Sessions, 'run'>, signal?: AbortSignal): Promise<Detection[]> {
  throwIfCanceled(signal);
  const { size } = detector;
  const planar = new Float32Array(3 * size * size);
  const half = window.side / 2;
  // Both detectors were trained on −1..1 with black borders.
  sampleRgb(pyramid, squareMap({ x: window.x + half, y: window.y + half, side: window.side, angle: 0 }, size), size, size, planar, 0, 2 / 255, -1);
  const outputs = Object.values(await sessions.run(detector.modelId, [{ type: 'float32', dims: [1, size, size, 3], data: packed(planar, size) }], signal));
  const scale = window.side / size;
  return detector.grids.flatMap(({ cells, anchors }) => {
    const count = cells * cells * anchors;
    const scores = outputs.find(({ dims }) => dims[1] === count && dims[2] === 1)!.data as Float32Array;
    const boxes = outputs.find(({ dims }) => dims[1] === count && dims[2] === NUMBERS_PER_BOX)!.data as Float32Array;
    const found: Detection[] = [];
    for (let i = 0; i < count; i++) {
      const score = 1 / (1 + Math.exp(-scores[i]));
      if (score < MIN_SCORE) continue;
      const cell = Math.floor(i / anchors);
      const anchorX = (((cell % cells) + 0.5) / cells) * size;
      const anchorY = ((Math.floor(cell / cells) + 0.5) / cells) * size;
      const at = i * NUMBERS_PER_BOX;
      const [width, height] = [boxes[at + 2] * scale, boxes[at + 3] * scale];
      const box = { x: window.x + (anchorX + boxes[at]) * scale - width / 2, y: window.y + (anchorY + boxes[at + 1]) * scale - height / 2, width, height };
      const points = new Float32Array(12);
      for (let p = 0; p < 6; p++) {
        points[p * 2] = window.x + (anchorX + boxes[at + 4 + p * 2]) * scale;
        points[p * 2 + 1] = window.y + (anchorY + boxes[at + 5 + p * 2]) * scale;
      }
      found.push({ box, score, points });
    }
    return found;
  });
}

/** Weighted non-maximum suppression: overlapping detections become their mean, weighted by score, with the best one's score. */
function mergeOverlapping(detections: Detection[]): Detection[] {
  let left = [...detections].sort((a, b) => b.score - a.score);
  const merged: Detection[] = [];
  while (left.length > 0) {
    const best = left[0];
    const same = left.filter(({ box }) => overlap(box, best.box) > SAME_FACE_OVERLAP);
    left = left.filter((detection) => !same.includes(detection));
    const total = same.reduce((sum, { score }) => sum + score, 0);
    const mean = (value: (detection: Detection) => number) => same.reduce((sum, detection) => sum + value(detection) * detection.score, 0) / total;
    merged.push({
      box: { x: mean(({ box }) => box.x), y: mean(({ box }) => box.y), width: mean(({ box }) => box.width), height: mean(({ box }) => box.height) },
      score: best.score,
      points: best.points.map((_, i) => mean(({ points }) => points[i])),
    });
  }
  return merged;
}

/** Intersection over union, or over the smaller box where one lies within the other. */
function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  const areas = [a.width * a.height, b.width * b.height];
  return Math.max(both / (areas[0] + areas[1] - both), both / Math.min(...areas) > 0.7 ? 1 : 0);
}

function isInside(box: Box, picture: Picture): boolean {
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  return box.width > 0 && box.height > 0 && x >= 0 && y >= 0 && x <= picture.width && y <= picture.height;
}

/** Planar [3,S,S] to packed [S,S,3]. */
function packed(planar: Float32Array, size: number): Float32Array {
  const plane = size * size;
  const out = new Float32Array(planar.length);
  for (let i = 0; i < plane; i++) {
    out[i * 3] = planar[i];
    out[i * 3 + 1] = planar[i + plane];
    out[i * 3 + 2] = planar[i + 2 * plane];
  }
  return out;
}
