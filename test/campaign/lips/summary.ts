/** From watched speech to the numbers of one portrait. */
import { bestLag, correlation, lagByChance, median, quantile, rangeOf, shareOfRange, type Lag, type Range } from '../../../src/engine/qa/curves.ts';
import type { Lang } from '../../../src/shared/vocabulary.ts';
import { POSE_SIZE } from '../../../src/shared/vocabulary.ts';
import type { RestCheck } from './geometry.ts';
import { bilabialTokens, closuresByChance, closuresOf, falseClosures, pauseFrames, roughness, speechFrames, vowelOpening } from './measures.ts';
import type { Gap } from './pixels.ts';
import type { Portrait, TextKind, Watch } from './speaker.ts';
import { envelopeOf, FPS } from './takes.ts';

/** Sound and picture are compared at lags up to so many frames. */
const LAGS = 8;

export interface ClosureCount {
  tokens: number;
  closed: number;
  closedStrictly: number;
  /** Expected where lips and sound have nothing to do with each other; sums over tokens, like the counts. */
  chance: number;
  chanceStrictly: number;
  /** Vowels of 80 ms and more, and those of them that stay closed. */
  vowels: number;
  falselyClosed: number;
  seconds: number;
}

const NO_CLOSURES: ClosureCount = { tokens: 0, closed: 0, closedStrictly: 0, chance: 0, chanceStrictly: 0, vowels: 0, falselyClosed: 0, seconds: 0 };

export function sumClosures(counts: readonly ClosureCount[]): ClosureCount {
  const sum = { ...NO_CLOSURES };
  for (const count of counts) for (const key of Object.keys(sum) as (keyof ClosureCount)[]) sum[key] += count[key];
  return sum;
}

export interface SpeakerResult {
  portrait: Portrait;
  frames: number;
  closures: Record<Lang, ClosureCount>;
  /** Medians over vowels: what the mesh finds, what it finds on the resting plate, what was commanded. */
  vowels: { count: number; found: number; commanded: number; atRest: number; inPixels: number };
  range: Range;
  r: number;
  lag: Lag & { chance: number; seconds: number };
  roughness: Record<TextKind, { found: number; commanded: number }>;
  pauses: { frames: number; commanded: number; found: number };
  /** The closure counts, had the lips come so many frames later than they do. */
  late: { frames: number; counts: ClosureCount }[];
  rest: RestCheck;
  leaks: number;
  noseMoves: number;
}

/** The frames from first to last sound of some speeches, one after the other. */
function joined(watches: readonly Watch[], curve: (watch: Watch) => Float64Array): Float64Array {
  return Float64Array.from(
    watches.flatMap((watch) => {
      const { from, to } = speechFrames(watch.spoken.phonemes);
      return Array.from(curve(watch).subarray(from, to));
    }),
  );
}

/** This far from any sound inside a pause lips have had time to close. */
const PAUSE_MARGIN_SEC = 0.1;

export function countClosures(watch: Pick<Watch, 'found' | 'spoken'>, range: Range): ClosureCount {
  const { phonemes } = watch.spoken;
  const tokens = bilabialTokens(phonemes);
  const { closed, closedStrictly } = closuresOf(watch.found, range, tokens);
  const { from, to } = speechFrames(phonemes);
  const inSpeech = watch.found.slice(from, to);
  const chance = closuresByChance(inSpeech, range, tokens.map((token) => ({ ...token, closure: { from: token.closure.from - from, to: token.closure.to - from } })));
  const { vowels, closed: falselyClosed } = falseClosures(watch.found, range, phonemes);
  return {
    tokens: tokens.length, closed, closedStrictly, vowels, falselyClosed,
    chance: chance.closed * tokens.length, chanceStrictly: chance.closedStrictly * tokens.length,
    seconds: (to - from) / FPS,
  };
}

export function summarise(portrait: Portrait, watches: readonly Watch[], rest: RestCheck, atRest: number, readGap: (pose: Float32Array) => Gap): SpeakerResult {
  const found = joined(watches, (watch) => watch.found);
  const commanded = joined(watches, (watch) => watch.commanded);
  const envelope = joined(watches, ({ spoken, track }) => envelopeOf(spoken.pcm, track.frames));
  const range = rangeOf(found);
  const commandedRange = rangeOf(commanded);
  const ofLang = (lang: Lang) => sumClosures(watches.filter((watch) => watch.lang === lang).map((watch) => countClosures(watch, range)));
  const vowels = watches.map((watch) => vowelOpening(watch.found, watch.commanded, watch.spoken.phonemes));
  const all = (pick: (v: (typeof vowels)[number]) => number[]) => vowels.flatMap(pick);
  const ofText = (text: TextKind) => {
    const some = watches.filter((watch) => watch.text === text);
    return { found: roughness(joined(some, (watch) => watch.found)), commanded: roughness(joined(some, (watch) => watch.commanded)) };
  };
  const inPauses = watches.flatMap((watch) => pauseFrames(watch.spoken.phonemes, PAUSE_MARGIN_SEC).map((i) => ({ found: watch.found[i], commanded: watch.commanded[i] })));
  return {
    portrait,
    frames: watches.reduce((sum, { track }) => sum + track.frames, 0),
    closures: { fa: ofLang('fa'), en: ofLang('en') },
    vowels: { count: all((v) => v.found).length, found: median(all((v) => v.found)), commanded: median(all((v) => v.commanded)), atRest, inPixels: median(watches.flatMap((watch) => pixelShares(watch, readGap))) },
    range,
    r: correlation(found, commanded),
    lag: { ...bestLag(found, envelope, LAGS), chance: lagByChance(found, envelope, LAGS, 2 * FPS), seconds: found.length / FPS },
    roughness: { dense: ofText('dense'), ordinary: ofText('ordinary') },
    pauses: {
      frames: inPauses.length,
      commanded: quantile(inPauses.map((at) => shareOfRange(at.commanded, commandedRange)), 1),
      found: quantile(inPauses.map((at) => shareOfRange(at.found, range)), 1),
    },
    late: [-3, -2, -1, 1, 2, 3].map((frames) => ({ frames, counts: sumClosures(watches.map((watch) => countClosures({ spoken: watch.spoken, found: later(watch.found, frames) }, range))) })),
    rest,
    leaks: watches.reduce((sum, watch) => sum + watch.leaks, 0),
    noseMoves: watches.reduce((sum, watch) => sum + watch.noseMoves, 0),
  };
}

/** A curve some frames later (or earlier), its ends held. */
function later(curve: Float64Array, frames: number): Float64Array {
  return Float64Array.from(curve, (_, i) => curve[Math.min(curve.length - 1, Math.max(0, i - frames))]);
}

/** Gap in the pixels over gap commanded, per vowel; gaps of less than 2 pixels say nothing. */
function pixelShares({ track, spoken, found, commanded: asked }: Watch, readGap: (pose: Float32Array) => Gap): number[] {
  return vowelOpening(found, asked, spoken.phonemes).at.flatMap((at) => {
    const { drawn, commanded } = readGap(track.poses.subarray(at * POSE_SIZE, (at + 1) * POSE_SIZE));
    return commanded < 2 ? [] : [drawn / commanded];
  });
}
