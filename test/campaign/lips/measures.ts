/** What is counted on a pair of curves: the mouth opening that was asked for and the one that a mesh found again. */
import type { Phoneme } from '../../../src/shared/vocabulary.ts';
import { FPS } from './takes.ts';

export type Curve = ArrayLike<number>;

export interface Range {
  low: number;
  high: number;
}

/** Half-open. */
export interface Frames {
  from: number;
  to: number;
}

export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  return sorted[below] + (sorted[Math.min(sorted.length - 1, below + 1)] - sorted[below]) * (at - below);
}

export const median = (values: ArrayLike<number>): number => quantile(values, 0.5);

/** p2–p95: single frames at the ends say nothing. */
export const rangeOf = (values: ArrayLike<number>): Range => ({ low: quantile(values, 0.02), high: quantile(values, 0.95) });

export const shareOfRange = (value: number, { low, high }: Range): number => (value - low) / (high - low);

/** Pearson's r. */
export function correlation(a: Curve, b: Curve): number {
  const n = Math.min(a.length, b.length);
  let [sumA, sumB] = [0, 0];
  for (let i = 0; i < n; i++) {
    sumA += a[i];
    sumB += b[i];
  }
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [x, y] = [a[i] - sumA / n, b[i] - sumB / n];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}

/** A pause of the voice, or the silence before and after everything. */
export const isPause = (phoneme: Phoneme): boolean => phoneme.symbol === '';

/** Independent of the table that moves the lips: m, b or p by its letter. */
export const isBilabial = ({ symbol }: Phoneme): boolean => /^[mbp]/u.test(symbol);

/** Pure vowels and diphthongs by their letter. */
export const isVowel = ({ symbol }: Phoneme): boolean => /^[aeiouæɑɐɒɔəɚɛɜɪᵻʊʌø]/u.test(symbol);

/** Frames whose time on screen overlaps the interval. */
export function framesOf(startSec: number, endSec: number): Frames {
  return { from: Math.floor(startSec * FPS + 1e-6), to: Math.ceil(endSec * FPS - 1e-6) };
}

/** From the first frame that sounds to the last. */
export function speechFrames(phonemes: readonly Phoneme[]): Frames {
  const sounding = phonemes.filter((phoneme) => !isPause(phoneme));
  return framesOf(sounding[0].startSec, sounding.at(-1)!.endSec);
}

/** eSpeak times b and p at their burst; the lips have met before: 45 ms, 70 ms after a pause (the rig's recipe). */
const CLOSURE_LEAD_SEC = 0.045;
const CLOSURE_LEAD_AFTER_PAUSE_SEC = 0.07;

export interface Token {
  phoneme: Phoneme;
  /** When the lips should be met, without any tolerance. */
  closure: Frames;
}

export function bilabialTokens(phonemes: readonly Phoneme[]): Token[] {
  return phonemes.flatMap((phoneme, i) => {
    if (!isBilabial(phoneme)) return [];
    const before = i === 0 ? null : phonemes[i - 1];
    const leadSec = phoneme.symbol.startsWith('m') ? 0 : before === null || isPause(before) ? CLOSURE_LEAD_AFTER_PAUSE_SEC : CLOSURE_LEAD_SEC;
    return [{ phoneme, closure: framesOf(phoneme.startSec - leadSec, phoneme.endSec) }];
  });
}

export interface Closures {
  tokens: number;
  /** Minimum within the closure interval ± 1 frame under CLOSED of the range. */
  closed: number;
  /** The same without the ± 1 frame. */
  closedStrictly: number;
  failed: (Token & { lowest: number })[];
}

/** Below this share of the p2–p95 range a mouth counts as closed. */
export const CLOSED = 0.2;

export function closuresOf(opening: Curve, range: Range, tokens: readonly Token[]): Closures {
  const lowest = ({ from, to }: Frames) => {
    let least = Infinity;
    for (let i = Math.max(0, from); i < Math.min(opening.length, to); i++) least = Math.min(least, shareOfRange(opening[i], range));
    return least;
  };
  const failed = tokens.map((token) => ({ ...token, lowest: lowest({ from: token.closure.from - 1, to: token.closure.to + 1 }) })).filter(({ lowest: share }) => share >= CLOSED);
  const closedStrictly = tokens.filter((token) => lowest(token.closure) < CLOSED).length;
  return { tokens: tokens.length, closed: tokens.length - failed.length, closedStrictly, failed };
}

/**
 * What closures would be found if lips and sound had nothing to do with each other: the same windows on the curve shifted
 * around by many amounts; mean shares with and without the ± 1 frame.
 */
export function closuresByChance(opening: Float64Array, range: Range, tokens: readonly Token[]): { closed: number; closedStrictly: number } {
  const sum = { closed: 0, closedStrictly: 0 };
  let shifts = 0;
  for (let shift = 2 * FPS; shift < opening.length - 2 * FPS; shift += 23) {
    const found = closuresOf(Float64Array.from(opening, (_, i) => opening[(i + shift) % opening.length]), range, tokens);
    sum.closed += found.closed;
    sum.closedStrictly += found.closedStrictly;
    shifts += tokens.length;
  }
  return { closed: sum.closed / shifts, closedStrictly: sum.closedStrictly / shifts };
}

/** Vowels long enough to be seen whose whole time stays under CLOSED: lips that close where they must not. */
export function falseClosures(opening: Curve, range: Range, phonemes: readonly Phoneme[]): { vowels: number; closed: number } {
  let [vowels, closed] = [0, 0];
  for (const [i, phoneme] of phonemes.entries()) {
    if (!isVowel(phoneme)) continue;
    const next = phonemes[i + 1];
    const endSec = phoneme.endSec - (next && /^[pbtdkɡq]/u.test(next.symbol) ? CLOSURE_LEAD_SEC : 0);
    if (endSec - phoneme.startSec < 0.08) continue;
    vowels++;
    const { from, to } = framesOf(phoneme.startSec, endSec);
    let most = -Infinity;
    for (let f = from; f < to; f++) most = Math.max(most, shareOfRange(opening[f], range));
    if (most < CLOSED) closed++;
  }
  return { vowels, closed };
}

export interface VowelOpening {
  /** Frame of each vowel. */
  at: number[];
  found: number[];
  commanded: number[];
}

/** Per vowel, both curves at the frame where most is asked for. */
export function vowelOpening(found: Curve, commanded: Curve, phonemes: readonly Phoneme[]): VowelOpening {
  const at = phonemes.filter(isVowel).map(({ startSec, endSec }) => {
    const { from, to } = framesOf(startSec, endSec);
    let best = from;
    for (let f = from; f < to; f++) if (commanded[f] > commanded[best]) best = f;
    return best;
  });
  return { at, found: at.map((f) => found[f]), commanded: at.map((f) => commanded[f]) };
}

/** p95 of |second difference| as a share of the p2–p95 range: jitter. */
export function roughness(curve: Float64Array): number {
  const bends = Array.from(curve.subarray(2), (value, i) => Math.abs(value - 2 * curve[i + 1] + curve[i]));
  const { low, high } = rangeOf(curve);
  return quantile(bends, 0.95) / (high - low);
}

export interface Lag {
  r: number;
  /** Frames that the lips come after the sound. */
  lag: number;
}

/** Best of ± 8 frames. */
const LAGS = 8;

export function bestLag(opening: Float64Array, envelope: Float64Array): Lag {
  let best: Lag = { r: -Infinity, lag: 0 };
  const inner = opening.length - 2 * LAGS;
  for (let lag = -LAGS; lag <= LAGS; lag++) {
    const r = correlation(opening.subarray(LAGS + lag, LAGS + lag + inner), envelope.subarray(LAGS, LAGS + inner));
    if (r > best.r) best = { r, lag };
  }
  return best;
}

/** 95th percentile of what `bestLag` finds where the sound is shifted around by 2 s and more: what counts as nothing. */
export function lagByChance(opening: Float64Array, envelope: Float64Array): number {
  const found: number[] = [];
  const margin = 2 * FPS;
  const step = Math.max(1, Math.floor((opening.length - 2 * margin) / 400));
  for (let shift = margin; shift < opening.length - margin; shift += step) {
    found.push(bestLag(opening, Float64Array.from(envelope, (_, i) => envelope[(i + shift) % envelope.length])).r);
  }
  return quantile(found, 0.95);
}

/** Frames inside the voice's own pauses and between segments, `marginSec` away from any sound. */
export function pauseFrames(phonemes: readonly Phoneme[], marginSec: number): number[] {
  const sounding = phonemes.filter((phoneme) => !isPause(phoneme));
  return sounding.flatMap(({ endSec }, i) => {
    const next = sounding[i + 1];
    if (!next) return [];
    const from = Math.ceil((endSec + marginSec) * FPS);
    const to = Math.floor((next.startSec - marginSec) * FPS);
    return Array.from({ length: Math.max(0, to - from) }, (_, k) => from + k);
  });
}
