/**
 * The displacement bases of the mouth: for each articulation how the upper and the lower layer move, in E, in rest space.
 * Amplitudes started from the recipe (fractions of E) and were tuned by looking at portraits and drawn faces.
 */
import { POSE_SIZE, type Pose } from '../../../shared/vocabulary.ts';
import { curveAt, ramp } from './landmarks.ts';
import { aboveChin, belowNose, opening, restGap, type MouthShape } from './mouthShape.ts';
import type { Extent, Field } from './slit.ts';

/**
 * Order of the mouth's bases. `openRound` is the jaw's opening between rounded lips, narrower than `open`; `chin` is the jaw's
 * drop behind lips that stay together.
 */
const MOUTH_BASES = ['open', 'openRound', 'wide', 'round', 'close', 'fv', 'teeth', 'seal', 'chin'] as const;

/** How far the lower lip drops at jaw 1, and the share of it that the chin follows. */
const JAW_DROP = 0.153;
const CHIN_SHARE = 0.7;
/** Lips close faster than a jaw does: this share of the drop stays in the chin while they are together. */
const CHIN_STAYS = 0.75;
/** The share of the drop at the mouth's corners, where both layers move alike. */
const CORNER_SHARE = 0.12;

export interface MouthWeights {
  /** In the order of MOUTH_BASES. */
  weights: Float32Array;
  /** 0..1: how far the jaw is down, for what rides on it. */
  jaw: number;
  tongue: number;
  round: number;
  fv: number;
  /** 0 the photo's own interior .. 1 the speaking mouth's. */
  act: number;
}

/** A pose through the coupling of articulators (a closed mouth has no jaw opening, round lips are not wide, …). */
export function mouthWeights(pose: Pose, alwaysSealed = false, into?: MouthWeights): MouthWeights {
  const out = into ?? { weights: new Float32Array(MOUTH_BASES.length), jaw: 0, tongue: 0, round: 0, fv: 0, act: 0 };
  const unit = (index: number) => (index < POSE_SIZE ? Math.min(1, Math.max(0, pose[index] || 0)) : 0);
  const jaw = unit(0), wide = unit(1), round = unit(2), close = unit(3), fv = unit(4), teeth = unit(5), act = alwaysSealed ? 1 : unit(7);
  const drop = jaw * (1 - 0.95 * close) * (1 - 0.85 * fv) * (1 - 0.25 * round);
  const w = out.weights;
  w[0] = drop * (1 - round);
  w[1] = drop * round;
  w[2] = wide * (1 - round) * (0.4 + 0.6 * (1 - close));
  w[3] = round * (1 - 0.35 * close);
  w[4] = close;
  w[5] = fv * (1 - close);
  w[6] = teeth * (1 - close) * (1 - fv) * (1 - 0.6 * round) * act;
  w[7] = act;
  w[8] = CHIN_STAYS * Math.max(0, jaw * (1 - 0.25 * round) - drop);
  out.jaw = drop;
  out.tongue = unit(6) * (1 - close);
  out.round = w[3];
  out.fv = w[5];
  out.act = act;
  return out;
}

/** The region that the mouth may move, from the nose base to the neck. */
export function mouthExtent(shape: MouthShape): Extent {
  const side = Math.max(0.64, shape.half + 0.34);
  return { left: -side, right: side, top: shape.noseBase, bottom: shape.chin + 0.5 };
}

export function mouthFields(shape: MouthShape): { upper: Field[]; lower: Field[] } {
  const { cornerHalf, innerHalf, chin } = shape;
  const upperLine = (x: number) => curveAt(shape.lines.upper, x);
  const lowerLine = (x: number) => curveAt(shape.lines.lower, x);
  const cheekEnd = Math.max(cornerHalf + 0.1, Math.min(cornerHalf + 0.3, shape.cheek - 0.06));

  /** 0 at the lower lip line, 1 at the chin. */
  const down = (x: number, y: number) => ramp(lowerLine(x) + 0.02, chin, y);
  /** 1 in the middle, 0 outside: wide at the lips, narrowing to a chin that takes the whole jaw along. */
  const lateral = (x: number, t: number) => {
    const from = cornerHalf + (0.1 - cornerHalf) * t;
    const to = cornerHalf + 0.26 + (0.62 - cornerHalf - 0.26) * t;
    return 1 - ramp(from, to, Math.abs(x));
  };
  const belowChin = (y: number) => 1 - ramp(chin, chin + 0.4, y);
  /** Towards −1 and 1 at the corners, 0 in the middle and where the cheeks end: pulls the corners in or out. */
  const corners = (x: number) => {
    const s = Math.abs(x) / cornerHalf;
    return Math.sign(x) * (s < 1 ? s * (1.25 - 0.25 * s ** 4) : 1 - ramp(cornerHalf, cheekEnd, Math.abs(x)));
  };
  const lipsV = (x: number, y: number) => (y < upperLine(x) ? belowNose(shape, x, y) : aboveChin(shape, x, y));
  /** 0 at the lip line, 1 at the vermilion border and beyond: thickens or thins a lip. */
  const upperThick = (x: number, y: number) => ramp(upperLine(x), curveAt(shape.upperOuter, x), y) * belowNose(shape, x, y);
  const lowerThick = (x: number, y: number) => ramp(lowerLine(x), curveAt(shape.lowerOuter, x), y) * aboveChin(shape, x, y);

  const openUpper = (half: number, power: number): Field => (x, y) => {
    const s = opening(x, half, power);
    const w = belowNose(shape, x, y);
    return [-0.009 * corners(x) * lipsV(x, y), (CORNER_SHARE * JAW_DROP * (1 - s) * lateral(x, 0) - 0.014 * s) * w];
  };
  const openLower = (half: number, power: number): Field => (x, y) => {
    const t = down(x, y);
    const lip = CORNER_SHARE + (1 - CORNER_SHARE) * opening(x, half, power);
    return [-0.009 * corners(x) * lipsV(x, y), JAW_DROP * (lip + (CHIN_SHARE - lip) * t) * lateral(x, t) * belowChin(y)];
  };
  const still: Field = () => [0, 0];
  const chinLower: Field = (x, y) => {
    const t = down(x, y);
    return [0, JAW_DROP * CHIN_SHARE * t * lateral(x, t) * belowChin(y)];
  };
  const both = (field: Field): [Field, Field] => [field, field];

  const wide: Field = (x, y) => {
    const c = corners(x), v = lipsV(x, y);
    return [0.044 * c * v, -0.01 * c * c * v];
  };
  const pull = 0.07 + 0.2 * shape.excess;
  const roundUpper: Field = (x, y) => [
    -pull * corners(x) * lipsV(x, y),
    -0.014 * opening(x, innerHalf * 0.86, 0.42) * belowNose(shape, x, y) - 0.012 * upperThick(x, y) * opening(x, cornerHalf, 0.7),
  ];
  const roundLower: Field = (x, y) => [
    -pull * corners(x) * lipsV(x, y),
    0.02 * opening(x, innerHalf * 0.86, 0.42) * aboveChin(shape, x, y) + 0.012 * lowerThick(x, y) * opening(x, cornerHalf, 0.7),
  ];
  const press = (x: number) => opening(x, cornerHalf * 1.1, 0.5);
  const closeUpper: Field = (x, y) => [0, 0.01 * press(x) * belowNose(shape, x, y)];
  const closeLower: Field = (x, y) => [0, -0.012 * press(x) * aboveChin(shape, x, y)];
  const fvUpper: Field = (x, y) => [0, -0.03 * opening(x, innerHalf, 0.7) * belowNose(shape, x, y)];
  const fvLower: Field = (x, y) => [0, (-0.005 - 0.012 * lowerThick(x, y)) * opening(x, cornerHalf, 0.7) * aboveChin(shape, x, y)];
  const teethUpper: Field = (x, y) => [0, -0.014 * opening(x, innerHalf, 0.7) * belowNose(shape, x, y)];
  const teethLower: Field = (x, y) => [0, 0.022 * opening(x, innerHalf, 0.7) * aboveChin(shape, x, y)];
  // An open mouth is brought to touching lips, a smile's width towards one at ease. Closed mouths need neither.
  const seal = shape.lines.closed ? 0 : 1;
  const sealPull = 0.45 * shape.excess * seal;
  const sealUpper: Field = (x, y) => [
    -sealPull * corners(x) * lipsV(x, y),
    seal * (0.42 * restGap(shape, x) + 0.006 * press(x)) * belowNose(shape, x, y),
  ];
  const sealLower: Field = (x, y) => [
    -sealPull * corners(x) * lipsV(x, y),
    -seal * (0.58 * restGap(shape, x) + 0.01 * press(x)) * aboveChin(shape, x, y),
  ];
  const [wideUpper, wideLower] = both(wide);
  return {
    upper: [openUpper(innerHalf, 0.72), openUpper(innerHalf * 0.9, 0.55), wideUpper, roundUpper, closeUpper, fvUpper, teethUpper, sealUpper, still],
    lower: [openLower(innerHalf, 0.62), openLower(innerHalf * 0.9, 0.45), wideLower, roundLower, closeLower, fvLower, teethLower, sealLower, chinLower],
  };
}
