/** From curves to measures: of a whole video, or of a stretch of it. docs/QA.md has the formulas and where the limits come from. */
import type { QaMeasure, QaUnknown } from '../../shared/contract/qa.ts';
import { QA_LIMITS, verdictOf, type QaMeasureName } from '../../shared/qaLimits.ts';
import { qaSentence } from '../../shared/qaWords.ts';
import { bestLag, correlation, known, lagByChance, quantile, rangeOf, shareOfRange, type Range } from './curves.ts';
import { CLOSED, framesBetween, type Frames, type LipClosure } from './speechSounds.ts';
import type { Seen } from './watch.ts';

/** All that was found out about a video. */
export interface Evidence {
  fps: number;
  seen: Seen;
  /** Root mean square per frame; null: no sound. */
  loudness: Float64Array | null;
  sounding: readonly boolean[];
  /** Range of the opening while somebody speaks; null: no face, or no speech. */
  range: Range | null;
  /** null: it is not known when which sounds are spoken. */
  closures: readonly LipClosure[] | null;
  /** The pictures that it was made from are known. */
  hasSource: boolean;
}

/** Lags that are tried, either way. */
const MOST_LAG_SEC = 0.32;
/** Sound shifted by this and more has nothing to do with the lips. */
const APART_SEC = 2;
/**
 * What lips that speak something else reach by chance over so many seconds, 95 of 100 times less: .63 in 3.8 s, .49 in 7, .29 in 20, .20 in 40
 * were measured with a search over ±8 frames. Sound shifted within one short video underestimates it.
 */
const chanceIn = (seconds: number): number => 1.27 / Math.sqrt(seconds);
/** Where chance reaches a higher r than this, the stretch is too short to say that lips and voice do not belong together. */
const TELLING = 0.39;
/** A mouth that moves by less than this many mouth widths stands still: a speaker's moves by 0.1 to 0.3. */
const STILL_RANGE = 0.035;
/** Less speech than this is not judged. */
const MIN_SPEECH_SEC = 0.8;
/** Lips close within this after a sound, and part this long before the next one. */
const AFTER_SOUND_SEC = 0.14;
const BEFORE_SOUND_SEC = 0.28;
const MIN_SILENCE_SEC = 0.3;
/** Where closures are worst is told in windows of this length. */
const CLOSURE_WINDOW_SEC = 2;

/** Of those sounding and seen frames, how far the mouth goes. */
export function rangeInSpeech(opening: readonly number[], sounding: readonly boolean[]): Range | null {
  const values = known(opening.filter((_, i) => sounding[i]));
  return values.length < 10 ? null : rangeOf(values);
}

/** All measures, in the order of the contract. @param stretch frames, half-open */
export function judge(evidence: Evidence, stretch: Frames): QaMeasure[] {
  const lips = lipsAgainstSound(evidence, stretch);
  return [...lips, silence(evidence, stretch), closures(evidence, stretch), ...looks(evidence, stretch), jitter(evidence, stretch), faceless(evidence, stretch)];
}

type Given = Omit<QaMeasure, 'sentence' | 'why' | 'worst'> & Partial<Pick<QaMeasure, 'why' | 'worst'>>;

function measure(given: Given): QaMeasure {
  const whole = { why: null, worst: null, ...given };
  const figures = Object.fromEntries(Object.entries(whole.figures).map(([name, value]) => [name, rounded(value)]));
  const value = whole.value === null ? null : rounded(whole.value);
  return { ...whole, value, figures, sentence: qaSentence({ ...whole, value, figures }, 'en') };
}

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;
const UNITS: Record<QaMeasureName, string> = { offset: 'frames', correlation: 'r', silence: 'share', closures: 'share', seam: 'ratio', sharpness: 'ratio', jitter: 'pixels', faceless: 'share' };
const unknown = (name: QaMeasureName, why: QaUnknown, figures: Record<string, number> = {}): QaMeasure => measure({ name, value: null, why, unit: UNITS[name], verdict: 'unknown', figures });

const noFace = ({ seen }: Evidence, { from, to }: Frames): boolean => known(seen.opening.slice(from, to)).length < Math.max(3, 0.2 * (to - from));

/** What keeps sound and lips from being compared in a stretch; null: nothing. */
function hindrance(evidence: Evidence, stretch: Frames): QaUnknown | null {
  if (!evidence.loudness) return 'no-sound';
  if (noFace(evidence, stretch)) return 'no-face';
  const spoken = evidence.sounding.slice(stretch.from, stretch.to).filter(Boolean).length / evidence.fps;
  if (!evidence.range || spoken === 0) return 'no-speech';
  return spoken < MIN_SPEECH_SEC ? 'too-short' : null;
}

const isStill = ({ range }: Evidence): boolean => range !== null && range.high - range.low < STILL_RANGE;

function lipsAgainstSound(evidence: Evidence, stretch: Frames): QaMeasure[] {
  const why = hindrance(evidence, stretch);
  if (why) return [unknown('offset', why), unknown('correlation', why)];
  if (isStill(evidence)) return [unknown('offset', 'still-mouth'), measure({ name: 'correlation', value: 0, unit: UNITS.correlation, verdict: 'poor', figures: { r: 0, still: 1 } })];
  const { fps, seen, loudness, sounding } = evidence;
  // From the first sound to the last: the rests at both ends would correlate by themselves.
  let { from, to } = stretch;
  while (!sounding[from]) from += 1;
  while (!sounding[to - 1]) to -= 1;
  const [opening, sound] = [seen.opening.slice(from, to), loudness!.subarray(from, to)];
  const most = Math.round(MOST_LAG_SEC * fps);
  const seconds = (to - from) / fps;
  if (seconds < APART_SEC + 2) return [unknown('offset', 'too-short', { seconds }), unknown('correlation', 'too-short', { seconds })];
  const { r, lag } = bestLag(opening, sound, most);
  const byShift = lagByChance(opening, sound, most, Math.round(APART_SEC * fps));
  const chance = Math.max(chanceIn(seconds), Number.isNaN(byShift) ? 1 : byShift);
  const figures = { r: Number.isNaN(r) ? 0 : r, chance, seconds, frames: lag, ms: (1000 * lag) / fps };
  const belongs = figures.r > figures.chance;
  if (!belongs && figures.chance > TELLING) return [unknown('offset', 'too-short', figures), unknown('correlation', 'too-short', figures)];
  const follows = measure({ name: 'correlation', value: figures.r, unit: UNITS.correlation, verdict: belongs ? verdictOf('correlation', figures.r) : 'poor', figures, worst: windowOf(evidence, { from, to }, 0, (r, than) => r < than) });
  // Where lips and voice do not belong together, a lag between them means nothing.
  const offset = belongs ? measure({ name: 'offset', value: lag, unit: UNITS.offset, verdict: verdictOf('offset', Math.abs(lag) / fps), figures, worst: windowOf(evidence, { from, to }, Math.round(lag), (r, than) => r > than) }) : unknown('offset', 'unrelated', figures);
  return [offset, follows];
}

/** The four seconds in which the lips follow the voice least, or, for a lag, in which it is seen best; null where the stretch is no longer than that. */
function windowOf({ fps, seen, loudness }: Evidence, { from, to }: Frames, lag: number, isWorse: (r: number, than: number) => boolean): QaMeasure['worst'] {
  const length = Math.round(4 * fps);
  let worst: { r: number; at: number } | null = null;
  for (let at = Math.max(from, from - lag); at + length <= Math.min(to, to - lag); at += Math.round(fps)) {
    const r = correlation(seen.opening.slice(at + lag, at + lag + length), loudness!.subarray(at, at + length));
    if (!Number.isNaN(r) && (!worst || isWorse(r, worst.r))) worst = { r, at };
  }
  return worst && { startSec: worst.at / fps, endSec: (worst.at + length) / fps };
}

/** Frames in which nobody speaks and lips have had time to rest. */
function silences({ fps, sounding }: Evidence, { from, to }: Frames): Frames[] {
  const found: Frames[] = [];
  for (let start = from; start < to; start++) {
    if (sounding[start]) continue;
    let end = start;
    while (end < to && !sounding[end]) end++;
    const isFirst = start === 0, isLast = end === sounding.length;
    const first = start + (isFirst ? 0 : Math.ceil(AFTER_SOUND_SEC * fps));
    const last = end - (isLast ? 0 : Math.ceil(BEFORE_SOUND_SEC * fps));
    if (last - first >= MIN_SILENCE_SEC * fps) found.push({ from: first, to: last });
    start = end;
  }
  return found;
}

function silence(evidence: Evidence, stretch: Frames): QaMeasure {
  if (!evidence.loudness) return unknown('silence', 'no-sound');
  if (noFace(evidence, stretch)) return unknown('silence', 'no-face');
  const { range, seen, fps } = evidence;
  if (!range) return unknown('silence', 'no-speech');
  if (isStill(evidence)) return unknown('silence', 'still-mouth');
  const stretches = silences(evidence, stretch);
  const all = known(stretches.flatMap(({ from, to }) => seen.opening.slice(from, to)));
  if (all.length < MIN_SILENCE_SEC * fps) return unknown('silence', 'no-silence');
  const rest = quantile(all, 0.5);
  const unrest = (values: readonly number[]) => quantile(values.map((value) => Math.abs(value - rest) / (range.high - range.low)), 0.9);
  const share = unrest(all);
  const each = stretches.map(({ from, to }) => ({ from, to, values: known(seen.opening.slice(from, to)) })).filter(({ values }) => values.length > 0);
  const worst = each.reduce((a, b) => (unrest(b.values) > unrest(a.values) ? b : a));
  return measure({ name: 'silence', value: share, unit: UNITS.silence, verdict: verdictOf('silence', share), figures: { share, seconds: all.length / fps }, worst: { startSec: worst.from / fps, endSec: worst.to / fps } });
}

function closures(evidence: Evidence, { from, to }: Frames): QaMeasure {
  const { closures: all, range, seen, fps } = evidence;
  if (!all) return unknown('closures', 'no-phonemes');
  const here = all.filter(({ startSec }) => startSec >= from / fps && startSec < to / fps);
  if (here.length === 0) return unknown('closures', 'no-closures');
  if (noFace(evidence, { from, to }) || !range) return unknown('closures', 'no-face');
  if (isStill(evidence)) return unknown('closures', 'still-mouth');
  const seenTokens = here.flatMap((token) => {
    const at = framesBetween(token.startSec, token.endSec, fps);
    const values = known(seen.opening.slice(Math.max(0, at.from - 1), at.to + 1));
    return values.length === 0 ? [] : [{ ...token, isClosed: shareOfRange(Math.min(...values), range) < CLOSED }];
  });
  if (seenTokens.length === 0) return unknown('closures', 'no-face');
  const closed = seenTokens.filter(({ isClosed }) => isClosed).length;
  const of = seenTokens.length;
  const share = closed / of;
  let worst: { closed: number; of: number; startSec: number; endSec: number } | null = null;
  for (const first of seenTokens) {
    const inWindow = seenTokens.filter(({ startSec }) => startSec >= first.startSec && startSec < first.startSec + CLOSURE_WINDOW_SEC);
    const met = inWindow.filter(({ isClosed }) => isClosed).length;
    if (!worst || inWindow.length - met > worst.of - worst.closed) worst = { closed: met, of: inWindow.length, startSec: Math.max(0, first.startSec), endSec: Math.max(first.startSec + 0.5, inWindow.at(-1)!.endSec) };
  }
  // One of a few is no proof of anything: 12 of 12 would only prove 78 %.
  const verdict = of - closed <= 1 && of < 1 / (1 - QA_LIMITS.closures.good) ? (of === closed ? 'good' : 'fair') : verdictOf('closures', share);
  return measure({
    name: 'closures', value: share, unit: UNITS.closures, verdict, figures: { closed, of, worstClosed: worst!.closed, worstOf: worst!.of },
    worst: closed === of ? null : { startSec: worst!.startSec, endSec: worst!.endSec },
  });
}

function looks(evidence: Evidence, stretch: Frames): QaMeasure[] {
  const { seen, fps, hasSource } = evidence;
  const here = seen.looks.filter(({ frame }) => frame >= stretch.from && frame < stretch.to);
  const of = (name: 'seam' | 'sharpness'): QaMeasure => {
    if (noFace(evidence, stretch) || here.length === 0) return unknown(name, noFace(evidence, stretch) ? 'no-face' : 'too-short');
    if (name === 'seam' && !hasSource) return unknown('seam', 'no-source');
    const values = here.flatMap((look) => (look[name] === null ? [] : [{ frame: look.frame, value: look[name] }]));
    if (values.length === 0) return unknown(name, 'small-face');
    const ratio = quantile(values.map(({ value }) => value), 0.5);
    const worst = values.reduce((a, b) => ((name === 'seam' ? b.value > a.value : b.value < a.value) ? b : a));
    return measure({ name, value: ratio, unit: UNITS[name], verdict: verdictOf(name, ratio), figures: { ratio }, worst: { startSec: worst.frame / fps, endSec: (worst.frame + 1) / fps } });
  };
  return [of('seam'), of('sharpness')];
}

function jitter(evidence: Evidence, stretch: Frames): QaMeasure {
  const { seen, fps } = evidence;
  const { headX, headY, eyes, cuts } = seen;
  const jumps: { frame: number; pixels: number; share: number }[] = [];
  for (let i = Math.max(1, stretch.from + 1); i < Math.min(headX.length, stretch.to) - 1; i++) {
    if (cuts.includes(i) || cuts.includes(i + 1)) continue;
    const pixels = Math.hypot(headX[i + 1] - 2 * headX[i] + headX[i - 1], headY[i + 1] - 2 * headY[i] + headY[i - 1]);
    if (!Number.isNaN(pixels)) jumps.push({ frame: i, pixels, share: pixels / eyes[i] });
  }
  if (jumps.length < 5) return unknown('jitter', noFace(evidence, stretch) ? 'no-face' : 'too-short');
  const [pixels, share] = [quantile(jumps.map((jump) => jump.pixels), 0.95), quantile(jumps.map((jump) => jump.share), 0.95)];
  const worst = jumps.reduce((a, b) => (b.share > a.share ? b : a));
  return measure({ name: 'jitter', value: pixels, unit: UNITS.jitter, verdict: verdictOf('jitter', share), figures: { pixels, share }, worst: { startSec: Math.max(0, worst.frame - 1) / fps, endSec: (worst.frame + 2) / fps } });
}

function faceless({ seen, fps }: Evidence, { from, to }: Frames): QaMeasure {
  const of = Math.min(to, seen.opening.length) - from;
  let [frames, longest, start] = [0, { from: 0, to: 0 }, from];
  for (let i = from; i < from + of; i++) {
    if (!Number.isNaN(seen.opening[i])) {
      start = i + 1;
      continue;
    }
    frames += 1;
    if (i + 1 - start > longest.to - longest.from) longest = { from: start, to: i + 1 };
  }
  const share = of === 0 ? 1 : frames / of;
  return measure({ name: 'faceless', value: share, unit: UNITS.faceless, verdict: verdictOf('faceless', share), figures: { share, frames, of }, worst: frames === 0 ? null : { startSec: longest.from / fps, endSec: longest.to / fps } });
}
