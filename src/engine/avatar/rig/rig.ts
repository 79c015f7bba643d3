/** The rig of one plate: everything a frame needs besides the plate itself, as plain data. */
import type { Pose } from '../../../shared/vocabulary.ts';
import type { I420 } from '../../media/i420.ts';
import { makeEyes } from './eyeShape.ts';
import { makeHead, type Head } from './head.ts';
import { lookInside, type InteriorLook } from './interior.ts';
import { CHIN, curveAt, LEFT_EYE_OUTER, mouthFrame, NOSE_BASE, NOSE_TIP, pointIn, RIGHT_EYE_OUTER } from './landmarks.ts';
import { mouthExtent, mouthFields, mouthWeights } from './mouthFields.ts';
import { measureMouth, restGap, type MouthShape } from './mouthShape.ts';
import { makeSlit, type Slit } from './slit.ts';

export interface Rig {
  width: number;
  height: number;
  mouth: Slit;
  /** The eyes that can blink: 0..2. */
  eyes: Slit[];
  head: Head;
  interior: InteriorLook;
  opening: OpeningLook;
  /** An open mouth is closed at every pose, the resting one included. */
  alwaysSealed: boolean;
  warnings: string[];
}

/** What commandedOpening needs, in E: vertical motion of both lips in the middle per basis, and of the corners. */
export interface OpeningLook {
  restGap: number;
  width: number;
  gapPerBasis: Float32Array;
  widthPerBasis: Float32Array;
}

/** Grid steps per E: fine enough for a lip, coarse enough that the grid costs less than its pixels. */
const DENSITY = 32;

/**
 * @param plate the picture at rest
 * @param faceLandmarks 468×3, x y z in plate pixels, a pixel's centre at +0.5
 * @param options `sealed`: an open mouth is closed at every pose, the resting one included (clips)
 * @returns typed arrays and numbers only; about 0.6 MB
 */
export function buildRig(plate: I420, faceLandmarks: Float32Array, options: { sealed?: boolean } = {}): Rig {
  const landmarks = toPixelCentres(faceLandmarks);
  const frame = mouthFrame(landmarks);
  const shape = measureMouth(plate, frame, landmarks);
  const fields = mouthFields(shape);
  const mouth = makeSlit({ frame, extent: mouthExtent(shape), width: plate.width, height: plate.height, density: DENSITY, lines: shape.lines, overlap: 0.5, ...fields });
  const at = (x: number) => ({ upper: curveAt(shape.lines.upper, x), lower: curveAt(shape.lines.lower, x) });
  const middle = at(0);
  const corner = shape.cornerHalf;
  return {
    width: plate.width,
    height: plate.height,
    mouth,
    eyes: makeEyes(plate, landmarks),
    head: makeHead(landmarks, plate.width, plate.height),
    interior: lookInside(plate, frame, landmarks, shape),
    opening: {
      restGap: restGap(shape, 0),
      width: 2 * shape.half,
      gapPerBasis: Float32Array.from(fields.lower, (field, k) => field(0, middle.lower)[1] - fields.upper[k](0, middle.upper)[1]),
      widthPerBasis: Float32Array.from(fields.lower, (field) => field(corner, at(corner).lower)[0] - field(-corner, at(-corner).lower)[0]),
    },
    alwaysSealed: (options.sealed ?? false) && !shape.lines.closed,
    warnings: limitsOf(landmarks, shape),
  };
}

/** Sampling counts from pixel centres, landmarks from the picture's corner. */
function toPixelCentres(landmarks: Float32Array): Float32Array {
  return landmarks.map((value, i) => (i % 3 === 2 ? value : value - 0.5));
}

/** Inner-lip gap over mouth width that the rig aims at for a pose: what a mesh should find on the rendered frame. */
export function commandedOpening(rig: Rig, pose: Pose): number {
  const { weights } = mouthWeights(pose, rig.alwaysSealed);
  let gap = rig.opening.restGap, width = rig.opening.width;
  for (let k = 0; k < weights.length; k++) {
    gap += weights[k] * rig.opening.gapPerBasis[k];
    width += weights[k] * rig.opening.widthPerBasis[k];
  }
  return Math.max(0, gap) / Math.max(0.1, width);
}

/** Why this face may not speak well, in clear words; empty for most portraits. */
export function rigLimits(plate: I420, faceLandmarks: Float32Array): string[] {
  const landmarks = toPixelCentres(faceLandmarks);
  return limitsOf(landmarks, measureMouth(plate, mouthFrame(landmarks), landmarks));
}

function limitsOf(landmarks: Float32Array, shape: MouthShape): string[] {
  const warnings: string[] = [];
  const frame = mouthFrame(landmarks);
  const gap = Math.max(...[-0.4, -0.2, 0, 0.2, 0.4].map((s) => restGap(shape, s * shape.half)));
  if (gap > 0.12 && shape.lines.certainty < 0.45) {
    warnings.push('The mouth is wide open and its lips are hard to tell apart, so they may not close while speaking. A picture with closed lips or a small smile works better.');
  }
  // A frontal nose tip lies midway between the eyes; at 30° of yaw it is off by about a quarter of their distance.
  const [left] = pointIn(frame, landmarks, LEFT_EYE_OUTER);
  const [right] = pointIn(frame, landmarks, RIGHT_EYE_OUTER);
  const [nose] = pointIn(frame, landmarks, NOSE_TIP);
  const turn = (nose - (left + right) / 2) / Math.max(0.1, right - left);
  if (Math.abs(turn) > 0.24) {
    warnings.push('The head is turned far to the side, so the mouth may move unevenly. A picture from the front works better.');
  }
  const [, noseBase] = pointIn(frame, landmarks, NOSE_BASE);
  const [, chin] = pointIn(frame, landmarks, CHIN);
  if (chin - noseBase < 0.45) {
    warnings.push('The head is tilted far up or down, so the mouth looks short. A picture at eye level works better.');
  }
  if (frame.unit < 40) {
    warnings.push(`The face is small in the picture (${Math.round(frame.unit)} pixels between the outer eye corners), so lips and teeth stay coarse. A closer picture works better.`);
  }
  return warnings;
}
