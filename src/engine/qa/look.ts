/**
 * How the mouth looks in one frame beside the rest of the face, and beside the picture that the frame was made from: whether it is as sharp,
 * and whether an edge shows around it.
 */
import { LEFT_EYE, RIGHT_EYE, squareOfLandmarks } from '../avatar/mesh.ts';
import { blurOf } from '../avatar/qualityMeasures.ts';
import { applyAffine, invertAffine, pyramidUnder, sampleRgb, squareMap, type Square } from '../avatar/sample.ts';
import { alignment, moved } from '../avatar/smooth.ts';
import type { I420 } from '../media/i420.ts';
import { quantile } from './curves.ts';

/** What a frame was made from: the picture as its head stands in that frame, and the face of the picture at rest, 468 × x,y,z in its pixels. */
export interface FaceOnPlate {
  picture: I420;
  landmarks: Float32Array;
}

export interface Look {
  frame: number;
  /** Sharpness of the mouth over that of eyes and nose, over the same in the plate where there is one; null: too small to tell. */
  sharpness: number | null;
  /** How much stronger edges run around the mouth than in the plate; null: no plate, or too small. */
  seam: number | null;
}

/** Side of the picture that is measured, at most. */
const VIEW_SIZE = 384;
/** A mouth of fewer pixels says nothing about sharpness. */
const MIN_MOUTH = 18;
/** What a mouth has of its face's sharpness where the source is not known: .96 to .99 in photos, .74 and .89 in the painted presenters. */
const USUAL_RATIO = 0.85;

/** @param plate what the frame was made from, with its face */
export function lookAt(frame: I420, landmarks: Float32Array, index: number, plate: FaceOnPlate | null): Look {
  // The plate shows the head where the frame does, but its landmarks are those of the picture at rest: they go with what the mouth does not move.
  const reference = plate ? moved(plate.landmarks, alignment(plate.landmarks, landmarks)) : landmarks;
  const square = squareOfLandmarks(reference);
  const size = Math.max(32, Math.min(VIEW_SIZE, 2 * Math.round(square.side / 2)));
  const own = viewOf(frame, landmarks, square, size);
  const source = plate ? viewOf(plate.picture, reference, square, size) : null;
  const ratio = sharpnessOf(own);
  const fit = source ? sharpnessOf(source) : USUAL_RATIO;
  return { frame: index, sharpness: ratio === null || fit === null ? null : ratio / fit, seam: source && ratio !== null ? seamBetween(own, source) : null };
}

/** The face in a square picture of its own: brightness 0..255, and landmarks in its pixels. */
interface View {
  size: number;
  luma: Uint8Array;
  /** 468 × x,y. */
  points: Float32Array;
}

function viewOf(picture: I420, landmarks: Float32Array, square: Square, size: number): View {
  const map = squareMap(square, size);
  const planar = new Float32Array(3 * size * size);
  sampleRgb(pyramidUnder(picture, map, size, size), map, size, size, planar, 0, 1, 0);
  const plane = size * size;
  const luma = new Uint8Array(plane);
  for (let i = 0; i < plane; i++) luma[i] = 0.2126 * planar[i] + 0.7152 * planar[i + plane] + 0.0722 * planar[i + 2 * plane];
  const toView = invertAffine(map);
  const points = new Float32Array((landmarks.length / 3) * 2);
  for (let i = 0; i < points.length / 2; i++) [points[i * 2], points[i * 2 + 1]] = applyAffine(toView, landmarks[i * 3], landmarks[i * 3 + 1]);
  return { size, luma, points };
}

const [MOUTH_LEFT, MOUTH_RIGHT, LIP_TOP, LIP_BOTTOM, NOSE_TIP, NOSE_BASE, BROW, CHIN] = [61, 291, 0, 17, 1, 2, 105, 152];

/** What is left of 1 when a blurred picture's share is taken away, mouth over eyes and nose. */
function sharpnessOf({ size, luma, points }: View): number | null {
  const [x, y] = [(point: number) => points[point * 2], (point: number) => points[point * 2 + 1]];
  const width = Math.hypot(x(MOUTH_RIGHT) - x(MOUTH_LEFT), y(MOUTH_RIGHT) - y(MOUTH_LEFT));
  if (width < MIN_MOUTH) return null;
  const eyes = x(RIGHT_EYE) - x(LEFT_EYE);
  const mouth = boxIn(size, x(MOUTH_LEFT) - 0.12 * width, y(LIP_TOP) - 0.18 * width, x(MOUTH_RIGHT) + 0.12 * width, y(LIP_BOTTOM) + 0.18 * width);
  const rest = boxIn(size, x(LEFT_EYE) - 0.05 * eyes, y(BROW), x(RIGHT_EYE) + 0.05 * eyes, y(NOSE_TIP));
  const [ofMouth, ofRest] = [1 - blurOf(luma, size, mouth), 1 - blurOf(luma, size, rest)];
  return ofRest > 0.02 ? ofMouth / ofRest : null;
}

function boxIn(size: number, left: number, top: number, right: number, bottom: number): Uint8Array {
  const where = new Uint8Array(size * size);
  const clamp = (value: number) => Math.min(size, Math.max(0, Math.round(value)));
  for (let row = clamp(top); row < clamp(bottom); row++) where.fill(1, row * size + clamp(left), row * size + clamp(right));
  return where;
}

/** Face outline from the viewer's left cheekbone down to the right one, as a lower-face mask follows it. */
const JAW = [93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323];
/** Contours at which an edge is looked for, as shares of the outline around the mouth: masks end inside it, boxes about at it. */
const CONTOURS = [0.65, 0.75, 0.85, 0.95];
const POINTS = 56;
/** Brightness steps under this are texture and coding noise. */
const NOISE = 2.5;
/** An edge that shows along so much of a contour is one that people see. */
const SHOWN_SHARE = 0.3;

/**
 * Steps of brightness across contours around the mouth, over those of the source picture at the same places. The chin moves with the jaw, so
 * what lies below the lips is left out. The strongest contour counts.
 */
function seamBetween(own: View, source: View): number {
  const { points } = source;
  const at = (point: number): [number, number] => [points[point * 2], points[point * 2 + 1]];
  const [cx, cy] = [MOUTH_LEFT, MOUTH_RIGHT, LIP_TOP, LIP_BOTTOM].map(at).reduce(([sx, sy], [x, y]) => [sx + x / 4, sy + y / 4], [0, 0]);
  const brim = at(NOSE_BASE)[1];
  const lowest = cy + 0.35 * (at(CHIN)[1] - cy);
  const jaw = JAW.map(at).map(([x, y]): [number, number] => [x, Math.max(y, brim)]);
  const outline = evenly([...jaw, jaw[0]], POINTS);
  return Math.max(
    ...CONTOURS.map((share) => {
      const ratios = outline.flatMap(([x, y], i) => {
        const [px, py] = [cx + (x - cx) * share, cy + (y - cy) * share];
        if (py > lowest) return [];
        const [bx, by] = outline[(i + outline.length - 1) % outline.length];
        const [nx, ny] = outline[(i + 1) % outline.length];
        const length = Math.hypot(nx - bx, ny - by) || 1;
        const along: [number, number] = [(nx - bx) / length, (ny - by) / length];
        return [(stepAcross(own, px, py, along) + NOISE) / (stepAcross(source, px, py, along) + NOISE)];
      });
      return ratios.length < 8 ? 1 : quantile(ratios, 1 - SHOWN_SHARE);
    }),
  );
}

/** The greatest step of brightness across a line near a point, each side averaged along the line: an edge stays, texture does not. */
function stepAcross({ size, luma }: View, x: number, y: number, [ax, ay]: [number, number]): number {
  const reach = Math.max(2, Math.round(size / 96));
  const mean = (depth: number) => {
    let sum = 0;
    for (let k = -reach; k <= reach; k++) {
      const [col, row] = [Math.round(x - ay * depth + ax * k), Math.round(y + ax * depth + ay * k)];
      sum += luma[Math.min(size - 1, Math.max(0, row)) * size + Math.min(size - 1, Math.max(0, col))];
    }
    return sum / (2 * reach + 1);
  };
  let most = 0;
  for (let depth = -reach; depth <= reach; depth++) most = Math.max(most, Math.abs(mean(depth + 1) - mean(depth - 1)));
  return most;
}

/** So many points along a polyline, equally far apart. */
function evenly(line: readonly [number, number][], count: number): [number, number][] {
  const lengths = line.slice(1).map(([x, y], i) => Math.hypot(x - line[i][0], y - line[i][1]));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  let [segment, before] = [0, 0];
  return Array.from({ length: count }, (_, i) => {
    const want = (i / count) * total;
    while (segment < lengths.length - 1 && before + lengths[segment] < want) before += lengths[segment++];
    const t = lengths[segment] === 0 ? 0 : (want - before) / lengths[segment];
    const [[x, y], [nx, ny]] = [line[segment], line[segment + 1]];
    return [x + (nx - x) * t, y + (ny - y) * t];
  });
}
