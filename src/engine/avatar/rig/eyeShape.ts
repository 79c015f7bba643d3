/** The eyes as slits: the upper lid's own skin and lashes come down over the eye, the lower lid rises a little. */
import { i420Planes, type I420 } from '../../media/i420.ts';
import {
  curveAt, curveThrough, frameBetween, LEFT_BROW, LEFT_EYE_LOWER, LEFT_EYE_UPPER, fromFrame, makeCurve, pointIn, ramp, RIGHT_BROW, RIGHT_EYE_LOWER, RIGHT_EYE_UPPER, smoothCurve,
  type Curve, type Frame,
} from './landmarks.ts';
import { makeSlit, type Field, type Slit } from './slit.ts';

/** How much of the gap the lower lid takes. */
const LOWER_SHARE = 0.12;
/** How far the upper lid's lashes come to lie below the mesh's lower line, which runs inside the white: in E. */
const OVERLAP = 0.016;

/** Both eyes, the picture's left one first; an eye that is shut or nearly so in the picture has no slit. */
export function makeEyes(plate: I420, landmarks: Float32Array): Slit[] {
  const sides = [
    { upper: LEFT_EYE_UPPER, lower: LEFT_EYE_LOWER, brow: LEFT_BROW },
    { upper: RIGHT_EYE_UPPER, lower: RIGHT_EYE_LOWER, brow: RIGHT_BROW },
  ];
  return sides.flatMap(({ upper, lower, brow }) => {
    const slit = makeEye(plate, landmarks, upper, lower, brow);
    return slit ? [slit] : [];
  });
}

function makeEye(plate: I420, landmarks: Float32Array, upperPoints: readonly number[], lowerPoints: readonly number[], browPoints: readonly number[]): Slit | null {
  const frame = frameBetween(landmarks, upperPoints[0], upperPoints[upperPoints.length - 1]);
  const half = pointIn(frame, landmarks, upperPoints[upperPoints.length - 1])[0];
  const reach = half * 1.4;
  const meshUpper = curveThrough(frame, landmarks, upperPoints, -reach, reach, 97);
  const meshLower = curveThrough(frame, landmarks, lowerPoints, -reach, reach, 97);
  const gapOf = (x: number) => Math.max(0, curveAt(meshLower, x) - curveAt(meshUpper, x));
  const widest = Math.max(...[-0.4, -0.2, 0, 0.2, 0.4].map((s) => gapOf(s * half)));
  if (!(half > 0.06) || widest < 0.022) return null;

  const middle = (x: number) => (curveAt(meshUpper, x) + curveAt(meshLower, x)) / 2;
  const upper = makeCurve(-reach, reach, 97, (x) => middle(x) - gapOf(x) / 2);
  const lower = makeCurve(-reach, reach, 97, (x) => middle(x) + gapOf(x) / 2);
  const brow = browPoints.map((index) => pointIn(frame, landmarks, index)[1]).sort((a, b) => a - b)[browPoints.length >> 1];
  // The lid's skin stretches between the lash line and here; the brow itself hardly follows.
  const fold = Math.min(0.22, Math.max(0.12, 0.95 * (curveAt(upper, 0) - brow)), clearAbove(plate, frame, upper, half));
  // Softened along the lid, so that the lashes at the corners come down a little too instead of kinking.
  const reachOut = half * 1.5;
  const closing = smoothCurve(
    makeCurve(-reachOut, reachOut, 97, (x) => gapOf(x) + OVERLAP * Math.min(1, (2.5 * gapOf(x)) / widest)),
    0.022,
  );
  const close = (x: number) => curveAt(closing, x) * (1 - ramp(half * 1.2, reachOut, Math.abs(x)));

  const upperField: Field = (x, y) => {
    const above = curveAt(upper, x) - y;
    const t = Math.min(1, Math.max(0, above / fold));
    // Cubic: the gentlest stretch between the lashes and the brow.
    return [0, close(x) * (1 - t * t * (3 - 2 * t))];
  };
  const lowerField: Field = (x, y) => {
    const below = y - curveAt(lower, x);
    return [0, -LOWER_SHARE * gapOf(x) * (1 - ramp(0.02, 0.13, below))];
  };
  return makeSlit({
    frame,
    extent: { left: -reachOut, right: reachOut, top: curveAt(upper, 0) - fold - 0.04, bottom: curveAt(lower, 0) + 0.16 },
    width: plate.width,
    height: plate.height,
    density: 48,
    lines: { upper, lower },
    overlap: 1,
    upper: [upperField],
    lower: [lowerField],
  });
}

/** How far above the lashes the skin reaches before something dark (the rim of glasses, a fringe), in E. */
function clearAbove(plate: I420, frame: Frame, lashes: Curve, half: number): number {
  const { y } = i420Planes(plate);
  const rowAt = (above: number): number => {
    const values = [-0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6].map((s) => {
      const [px, py] = fromFrame(frame, s * half, curveAt(lashes, s * half) - above);
      const ix = Math.min(plate.width - 1, Math.max(0, Math.round(px))), iy = Math.min(plate.height - 1, Math.max(0, Math.round(py)));
      return y[iy * plate.width + ix] - 16;
    });
    return values.sort((a, b) => a - b)[3];
  };
  let brightest = 0;
  for (let above = 0.05; above < 0.24; above += 0.008) {
    const row = rowAt(above);
    brightest = Math.max(brightest, row);
    if (row < 0.45 * brightest) return Math.max(0.075, above - 0.02);
  }
  return Infinity;
}
