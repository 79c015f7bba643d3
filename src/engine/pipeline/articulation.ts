/**
 * Phonemes with times → poses: the text path of the built-in lip-sync, and the teacher of the network that hears recordings.
 *
 * Each phoneme is a gesture with targets and weights; curves are weighted Gaussian means of the gestures, sampled at 200 Hz on an
 * absolute grid. Everything has finite support, so a frame depends only on phonemes within 0.8 s of it, and calling
 * again for the next frames gives the very numbers that one long call gives.
 */
import { POSE_SIZE, type Phoneme } from '../../shared/vocabulary.ts';
import { parse, RELEASE, voiced, type Articulation } from './articulationTable.ts';

/** Curves are computed on a grid that starts at 0 s, whatever frames are asked for. */
export const CURVE_RATE = 200;
/** Parameters that the curves give: all of a pose but `act`, which is a function of distance to speech. */
export const CURVE_SIZE = 7;
/** A frame farther than this from every phoneme is exactly at rest. */
export const SUPPORT_SEC = 0.8;

export interface FrameRange {
  fps: number;
  firstFrame: number;
  frames: number;
}

/** What the mouth does from `startSec` to `endSec`. Arrays are in the order of POSE_PARAMETERS, without `act`. */
interface Gesture {
  startSec: number;
  endSec: number;
  target: readonly number[];
  weight: readonly number[];
}

/** eSpeak times a plosive at its burst: by how much its closure comes before that, and how long the lips stay together after. */
const CLOSURE_LEAD_SEC = 0.045;
const CLOSURE_LEAD_AFTER_PAUSE_SEC = 0.07;
const RELEASE_SEC = 0.02;
/** A voiced stop longer than this holds its closure after the event; a shorter one is only its burst. */
const VOICED_CLOSURE_SEC = 0.045;

/**
 * Poses of frames `firstFrame … firstFrame + frames − 1`; frame i is shown from i/fps to (i+1)/fps.
 * @param phonemes in order of time, seconds on the frames' own clock; gaps and '' are pauses. Only those within 0.8 s of
 *   the frames matter.
 * @returns frames × 8, 0..1, order of POSE_PARAMETERS; exactly zero farther than 0.8 s from speech. `close` is 1 in the
 *   frame that holds the middle of an m, b or p.
 */
export function posesFromPhonemes(phonemes: readonly Phoneme[], range: FrameRange): Float32Array {
  const { fps, firstFrame, frames } = range;
  const poses = new Float32Array(frames * POSE_SIZE);
  if (frames === 0) return poses;
  const from = sampleWindow(firstFrame, fps)[0];
  const to = sampleWindow(firstFrame + frames - 1, fps)[1];
  const gestures = gesturesOf(phonemes);
  const curves = curvesOf(gestures, from, to - from);
  const near = voiced(phonemes);
  let cursor = 0;
  for (let i = 0; i < frames; i++) {
    const [first, end] = sampleWindow(firstFrame + i, fps);
    const pose = poses.subarray(i * POSE_SIZE, (i + 1) * POSE_SIZE);
    for (let s = first; s < end; s++) {
      for (let p = 0; p < CURVE_SIZE; p++) pose[p] += curves[(s - from) * CURVE_SIZE + p] / (end - first);
    }
    const middleSec = (first + end - 1) / 2 / CURVE_RATE;
    while (cursor < near.length && near[cursor].endSec <= middleSec) cursor++;
    const before = cursor === 0 ? Infinity : middleSec - near[cursor - 1].endSec;
    const after = cursor === near.length ? Infinity : Math.max(0, near[cursor].startSec - middleSec);
    const act = actAt(after === 0 ? 0 : before, after);
    pose[7] = act;
    if (act === 0) pose.fill(0);
  }
  // A short closure must not be averaged away between two frames: the frame that holds its middle shows it whole.
  for (const gesture of gestures) {
    const contact = gesture.target[3] > 0 ? 3 : gesture.target[4] > 0 ? 4 : null;
    if (contact === null) continue;
    const middle = Math.floor(((gesture.startSec + gesture.endSec) / 2 - LIP_LEAD_SEC) * fps) - firstFrame;
    if (middle >= 0 && middle < frames) poses[middle * POSE_SIZE + contact] = gesture.target[contact];
  }
  return poses;
}

/**
 * The curves themselves, before they are read by frames.
 * @param firstSample index on the 200 Hz grid, may be negative
 * @returns samples × 7 (POSE_PARAMETERS without act), 0..1
 */
export function articulationCurves(phonemes: readonly Phoneme[], firstSample: number, samples: number): Float32Array {
  return curvesOf(gesturesOf(phonemes), firstSample, samples);
}

function curvesOf(gestures: readonly Gesture[], firstSample: number, samples: number): Float32Array {
  const reach = LIP_SHAPE.length >> 1;
  const start = firstSample - reach;
  const length = samples + 2 * reach;
  // Where no gesture is, the mouth rests: target 0, weight 1.
  const weights = new Float64Array(length * CURVE_SIZE).fill(1);
  const sums = new Float64Array(length * CURVE_SIZE);
  for (const gesture of gestures) {
    const from = Math.max(0, Math.ceil(gesture.startSec * CURVE_RATE) - start);
    const to = Math.min(length, Math.ceil(gesture.endSec * CURVE_RATE) - start);
    for (let s = from; s < to; s++) {
      for (let p = 0; p < CURVE_SIZE; p++) {
        weights[s * CURVE_SIZE + p] = gesture.weight[p];
        sums[s * CURVE_SIZE + p] = gesture.weight[p] * gesture.target[p];
      }
    }
  }
  const curves = new Float32Array(samples * CURVE_SIZE);
  for (let s = 0; s < samples; s++) {
    for (let p = 0; p < CURVE_SIZE; p++) {
      const kernel = p === 3 || p === 4 ? LIP_CONTACT : LIP_SHAPE;
      let at = (s + reach - (kernel.length >> 1)) * CURVE_SIZE + p;
      let sum = 0;
      let weight = 0;
      for (const tap of kernel) {
        sum += tap * sums[at];
        weight += tap * weights[at];
        at += CURVE_SIZE;
      }
      const value = sum / weight;
      // Weight 9 spreads a contact 28 ms beyond its own time; the lips are seen to touch only near the top of that.
      curves[s * CURVE_SIZE + p] = p === 3 || p === 4 ? smoothstep(CONTACT_FROM, CONTACT_FULL, value) : value;
    }
  }
  return curves;
}

/** Gestures in order; a later one overwrites an earlier one where they overlap, which is how a closure cuts the vowel before it. */
function gesturesOf(phonemes: readonly Phoneme[]): Gesture[] {
  const gestures: Gesture[] = [];
  const sounds = voiced(phonemes);
  for (let i = 0; i < sounds.length; i++) {
    const { symbol, startSec, endSec } = sounds[i];
    const { parts } = parse(symbol);
    const lead = parts[0];
    if (lead.kind === 'plosive') {
      const previousEnd = i === 0 ? -Infinity : sounds[i - 1].endSec;
      gestures.push(...plosive(lead, symbol, startSec, endSec, previousEnd));
      continue;
    }
    const shares = sharesOf(parts);
    let at = startSec;
    for (const [k, part] of parts.entries()) {
      const until = k === parts.length - 1 ? endSec : at + shares[k] * (endSec - startSec);
      gestures.push({ startSec: at, endSec: until, target: part.target, weight: part.weight });
      at = until;
    }
  }
  return gestures;
}

/** How a symbol's duration is shared among its parts: the nucleus takes most, a closing glide or r the rest. */
function sharesOf(parts: readonly Articulation[]): readonly number[] {
  if (parts.length === 1) return [1];
  if (parts.length === 2) return parts[1].kind === 'vowel' ? [0.55, 0.45] : [0.65, 0.35];
  return parts.map(() => 1 / parts.length);
}

/** eSpeak's plosive events are at the burst: the silent closure lies before them, and what follows it is already the next sound's. */
function plosive(part: Articulation, symbol: string, startSec: number, endSec: number, previousEnd: number): Gesture[] {
  const durationSec = endSec - startSec;
  const afterPause = startSec - previousEnd > 0.02;
  const holds = /[bdɡgɢɟɖ]/u.test(symbol) && !symbol.includes('ʒ') && durationSec > VOICED_CLOSURE_SEC;
  const leadSec = afterPause ? CLOSURE_LEAD_AFTER_PAUSE_SEC : holds ? 0.01 : CLOSURE_LEAD_SEC;
  const affricate = symbol.includes('ʃ') || symbol.includes('ʒ');
  const closedUntil = affricate
    ? endSec
    : startSec + (holds ? Math.min(durationSec - 0.02, 0.07) : Math.min(durationSec, RELEASE_SEC));
  const closure: Gesture = { startSec: startSec - leadSec, endSec: closedUntil, target: part.target, weight: part.weight };
  if (closedUntil >= endSec) return [closure];
  return [closure, { startSec: closedUntil, endSec, target: RELEASE.target, weight: RELEASE.weight }];
}

/** Lips move ahead of the sound. */
const LIP_LEAD_SEC = 0.01;
const CONTACT_FROM = 0.2;
const CONTACT_FULL = 0.92;

/** Half-open range of 200 Hz samples that frame i stands for: its own interval, shifted by the lips' lead. */
function sampleWindow(frame: number, fps: number): [number, number] {
  const first = Math.ceil((frame / fps + LIP_LEAD_SEC) * CURVE_RATE - 1e-6);
  const end = Math.ceil(((frame + 1) / fps + LIP_LEAD_SEC) * CURVE_RATE - 1e-6);
  return [first, Math.max(first + 1, end)];
}

/**
 * How much the mouth takes part in speech, by seconds since the last and until the next phoneme. Rises within 240 ms before speech, fades until
 * 0.78 s after it. Pauses up to 0.8 s are bridged, or a photo's own open smile would pop up at every comma.
 */
export function actAt(beforeSec: number, afterSec: number): number {
  if (afterSec <= 0) return 1;
  const fading = 1 - smoothstep(0.3, 0.78, beforeSec);
  const rising = 1 - smoothstep(0.06, 0.24, afterSec);
  const bridge = Math.max(beforeSec, afterSec) <= 0.8 ? 1 - smoothstep(0.8, 1.02, beforeSec + afterSec) : 0;
  return Math.max(fading, rising, bridge);
}

function smoothstep(low: number, high: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** Normalisation is not needed: curves are ratios. Cut at 3.5 σ, so that support is finite. */
function gaussian(sigmaSec: number): Float64Array {
  const reach = Math.round(3.5 * sigmaSec * CURVE_RATE);
  return Float64Array.from({ length: 2 * reach + 1 }, (_, k) => Math.exp(-0.5 * ((k - reach) / (sigmaSec * CURVE_RATE)) ** 2));
}

const LIP_SHAPE = gaussian(0.032);
const LIP_CONTACT = gaussian(0.0235);
