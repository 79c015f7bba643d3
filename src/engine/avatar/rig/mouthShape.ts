/** The measures of one mouth, in E of its frame: everything that the displacement bases and the interior ask about it. */
import type { I420 } from '../../media/i420.ts';
import {
  CHIN, curveAt, curveThrough, LEFT_OUTLINE, LOWER_OUTER, makeCurve, MOUTH_LEFT, MOUTH_RIGHT, NOSE_BASE, pointIn, ramp, RIGHT_OUTLINE, UPPER_OUTER,
  type Curve, type Frame,
} from './landmarks.ts';
import { snapLipLines, type LipLines } from './lipLines.ts';

export interface MouthShape {
  /** Half of the mouth's width. */
  half: number;
  /** Half-width that moves with the corners, and half-width of what can open. */
  cornerHalf: number;
  innerHalf: number;
  /** How much wider than a mouth at ease (0.56 E, recipe) each half is: large for smiles. */
  excess: number;
  noseBase: number;
  chin: number;
  lines: LipLines;
  /** The closed seam: middle of the two lines. */
  seam: Curve;
  /** Vermilion borders. */
  upperOuter: Curve;
  lowerOuter: Curve;
  /** Distance from the frame's y-axis to the nearer side of the face, at the mouth. */
  cheek: number;
}

export function measureMouth(plate: I420, frame: Frame, landmarks: Float32Array): MouthShape {
  const [left] = pointIn(frame, landmarks, MOUTH_LEFT);
  const [right] = pointIn(frame, landmarks, MOUTH_RIGHT);
  const half = Math.max(0.12, (right - left) / 2);
  const lines = snapLipLines(plate, frame, landmarks, half);
  const reach = half * 1.3;
  const seam = makeCurve(-reach, reach, 161, (x) => (curveAt(lines.upper, x) + curveAt(lines.lower, x)) / 2);
  // A border never crosses its lip line; towards the corners it keeps a little distance, so that no ratio divides by 0.
  const border = (indices: readonly number[], sign: number): Curve => {
    const mesh = curveThrough(frame, landmarks, indices, -reach, reach, 161);
    return makeCurve(-reach, reach, 161, (x) => {
      const line = curveAt(sign < 0 ? lines.upper : lines.lower, x);
      return sign < 0 ? Math.min(curveAt(mesh, x), line - 0.022) : Math.max(curveAt(mesh, x), line + 0.022);
    });
  };
  const outline = (indices: readonly number[], sign: number) =>
    Math.min(...indices.map((index) => pointIn(frame, landmarks, index)).filter(([, y]) => y > -0.35 && y < 0.25).map(([x]) => sign * x), 0.75);
  const [, noseBase] = pointIn(frame, landmarks, NOSE_BASE);
  const [, chin] = pointIn(frame, landmarks, CHIN);
  return {
    half,
    cornerHalf: 0.97 * half,
    innerHalf: 0.9 * 0.97 * half,
    excess: Math.max(0, half - 0.28),
    noseBase: Math.min(noseBase, curveAt(lines.upper, 0) - 0.1),
    chin: Math.max(chin, curveAt(lines.lower, 0) + 0.25),
    lines,
    seam,
    upperOuter: border(UPPER_OUTER, -1),
    lowerOuter: border(LOWER_OUTER, 1),
    cheek: Math.max(half + 0.08, Math.min(outline(LEFT_OUTLINE, -1), outline(RIGHT_OUTLINE, 1))),
  };
}

/** How open the mouth may be at x: 1 in the middle, 0 at ± `half` and beyond. */
export function opening(x: number, half: number, power: number): number {
  const p = 1 - (x / half) ** 2;
  return p <= 0 ? 0 : Math.pow(p, power);
}

/** Gap between the lip lines at rest. */
export function restGap(shape: MouthShape, x: number): number {
  return Math.max(0, curveAt(shape.lines.lower, x) - curveAt(shape.lines.upper, x));
}

/** 0 at the nose base, 1 from the upper vermilion border down: what keeps the nose still. */
export function belowNose(shape: MouthShape, x: number, y: number): number {
  return ramp(shape.noseBase + 0.015, Math.max(curveAt(shape.upperOuter, x), shape.noseBase + 0.075), y);
}

/** 1 down to the lower vermilion border, 0 at the chin. */
export function aboveChin(shape: MouthShape, x: number, y: number): number {
  const from = Math.min(curveAt(shape.lowerOuter, x) + 0.01, shape.chin - 0.1);
  return 1 - ramp(from, shape.chin, y);
}
