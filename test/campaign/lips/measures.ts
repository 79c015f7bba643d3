/** What is counted on a pair of curves: the mouth opening that was asked for and the one that a mesh found again. */
import { quantile, rangeOf, shareOfRange, type Curve, type Range } from '../../../src/engine/qa/curves.ts';
import { CLOSED, CLOSURE_LEAD_SEC, framesBetween, isPause, isVowel, lipClosures, type Frames } from '../../../src/engine/qa/speechSounds.ts';
import type { Phoneme } from '../../../src/shared/vocabulary.ts';
import { FPS } from './takes.ts';

/** Frames whose time on screen overlaps the interval. */
export const framesOf = (startSec: number, endSec: number): Frames => framesBetween(startSec, endSec, FPS);

/** From the first frame that sounds to the last. */
export function speechFrames(phonemes: readonly Phoneme[]): Frames {
  const sounding = phonemes.filter((phoneme) => !isPause(phoneme));
  return framesOf(sounding[0].startSec, sounding.at(-1)!.endSec);
}

export interface Token {
  phoneme: Phoneme;
  /** When the lips should be met, without any tolerance. */
  closure: Frames;
}

export function bilabialTokens(phonemes: readonly Phoneme[]): Token[] {
  return lipClosures(phonemes).map(({ phoneme, startSec, endSec }) => ({ phoneme, closure: framesOf(startSec, endSec) }));
}

export interface Closures {
  tokens: number;
  /** Minimum within the closure interval ± 1 frame under CLOSED of the range. */
  closed: number;
  /** The same without the ± 1 frame. */
  closedStrictly: number;
  failed: (Token & { lowest: number })[];
}

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
