/** The eyes as slits: the upper lid's own skin and lashes come down over the eye, the lower lid rises a little. */
import {
  curveAt, curveThrough, frameBetween, LEFT_BROW, LEFT_EYE_LOWER, LEFT_EYE_UPPER, makeCurve, pointIn, ramp, RIGHT_BROW, RIGHT_EYE_LOWER, RIGHT_EYE_UPPER,
} from './landmarks.ts';
import { makeSlit, type Field, type Slit } from './slit.ts';

const UPPER_SHARE = 0.9;
const LOWER_SHARE = 0.12;

/** Both eyes, the picture's left one first; an eye that is shut or nearly so in the picture has no slit. */
export function makeEyes(landmarks: Float32Array, width: number, height: number): Slit[] {
  const sides = [
    { upper: LEFT_EYE_UPPER, lower: LEFT_EYE_LOWER, brow: LEFT_BROW },
    { upper: RIGHT_EYE_UPPER, lower: RIGHT_EYE_LOWER, brow: RIGHT_BROW },
  ];
  return sides.flatMap(({ upper, lower, brow }) => {
    const slit = makeEye(landmarks, width, height, upper, lower, brow);
    return slit ? [slit] : [];
  });
}

function makeEye(landmarks: Float32Array, width: number, height: number, upperPoints: readonly number[], lowerPoints: readonly number[], browPoints: readonly number[]): Slit | null {
  const frame = frameBetween(landmarks, upperPoints[0], upperPoints[upperPoints.length - 1]);
  const half = pointIn(frame, landmarks, upperPoints[upperPoints.length - 1])[0];
  const reach = half * 1.4;
  const meshUpper = curveThrough(frame, landmarks, upperPoints, -reach, reach, 97);
  const meshLower = curveThrough(frame, landmarks, lowerPoints, -reach, reach, 97);
  const gapOf = (x: number) => Math.max(0, curveAt(meshLower, x) - curveAt(meshUpper, x)) * ramp(half, half * 0.8, Math.abs(x));
  const widest = Math.max(...[-0.4, -0.2, 0, 0.2, 0.4].map((s) => gapOf(s * half)));
  if (!(half > 0.06) || widest < 0.022) return null;

  const middle = (x: number) => (curveAt(meshUpper, x) + curveAt(meshLower, x)) / 2;
  const upper = makeCurve(-reach, reach, 97, (x) => middle(x) - gapOf(x) / 2);
  const lower = makeCurve(-reach, reach, 97, (x) => middle(x) + gapOf(x) / 2);
  const browY = Math.max(...browPoints.map((index) => pointIn(frame, landmarks, index)[1]));
  // The lid's skin stretches between the lash line and here; the brow itself stays where it is.
  const fold = Math.min(0.2, Math.max(0.09, 0.8 * (curveAt(upper, 0) - browY)));

  const upperField: Field = (x, y) => {
    const above = curveAt(upper, x) - y;
    const reachUp = 1 - ramp(-0.02, fold, above);
    return [0, UPPER_SHARE * gapOf(x) * reachUp];
  };
  const lowerField: Field = (x, y) => {
    const below = y - curveAt(lower, x);
    return [0, -LOWER_SHARE * gapOf(x) * (1 - ramp(0, 0.09, below))];
  };
  return makeSlit({
    frame,
    extent: { left: -half * 1.1, right: half * 1.1, top: curveAt(upper, 0) - fold - 0.04, bottom: curveAt(lower, 0) + 0.14 },
    width,
    height,
    density: 48,
    lines: { upper, lower },
    upper: [upperField],
    lower: [lowerField],
  });
}
