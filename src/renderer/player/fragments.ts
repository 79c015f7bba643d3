/**
 * What a player does next, by the take's fragment table: pure, so that it can be tested without a browser. The buffer always holds one run of
 * fragments without a gap; a jump far outside it empties it and starts again at a keyframe.
 */
import type { Fragment } from '../../shared/contract/take.ts';

/** Frames per second as a fraction. */
export interface Rate {
  num: number;
  den: number;
}

export const secOf = (frame: number, rate: Rate): number => (frame * rate.den) / rate.num;
/** Inside frame i, whose picture is shown from i / fps on: where a seek lands so that rounding cannot show its neighbour. */
export const middleSecOf = (frame: number, rate: Rate): number => ((frame + 0.5) * rate.den) / rate.num;
/** The frame that is shown at that time. */
export const frameAt = (sec: number, rate: Rate): number => Math.max(0, Math.floor((sec * rate.num) / rate.den + 1e-3));

/** Place in the table of the fragment with that frame; the table's length where it is not published yet. */
export function fragmentAt(fragments: readonly Fragment[], frame: number): number {
  let [low, high] = [0, fragments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const { firstFrame, frames } = fragments[middle];
    if (firstFrame + frames <= frame) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Decoding may start here: the last fragment at or before it that begins with a keyframe. */
export function keyframeAtOrBefore(fragments: readonly Fragment[], at: number): number {
  let found = Math.min(at, fragments.length - 1);
  while (found > 0 && !fragments[found].keyframe) found -= 1;
  return Math.max(0, found);
}

/** Frames published so far. */
export function framesIn(fragments: readonly Fragment[]): number {
  const last = fragments.at(-1);
  return last ? last.firstFrame + last.frames : 0;
}

/** Fragments `first` to `end − 1`. */
export interface Run {
  first: number;
  end: number;
}

export interface Limits {
  /** How far ahead of the playhead is fetched, and how much is kept behind it. */
  aheadSec: number;
  behindSec: number;
  /** Of all that is in the buffer: browsers refuse more than about 150 MB of pictures. */
  bytes: number;
  /** Of one request. */
  spanBytes: number;
}

export const LIMITS: Limits = { aheadSec: 90, behindSec: 60, bytes: 60e6, spanBytes: 2e6 };

/** Eviction is for whole stretches, not for every fragment that falls behind. */
const EVICT_STEP_SEC = 5;
/** What lies between the buffer and the place that is wanted is fetched along if it is no more than this. */
const NEAR_BYTES = 3e6;
/** Kept behind the playhead even where room is short: the GOP that is shown, and a little to step back into. */
const LEAST_BEHIND_SEC = 3;
/** With less than this ahead, all room is for what comes next. */
const DRY_SEC = 1;
/** No browser has less room. */
const LEAST_BYTES = 250e3;
/** A fragment's sound begins up to one AAC packet after its pictures: a seek to its very first frame starts in the one before. */
const SOUND_LATE_SEC = 0.03;

export type Step =
  /** Fetch and append these; into an empty buffer, so that the first begins with a keyframe. */
  | { do: 'append'; first: number; end: number }
  /** Remove what lies before this fragment. */
  | { do: 'evict'; first: number }
  /** The place that is wanted is elsewhere: empty the buffer. */
  | { do: 'restart' }
  /** All there is, is in the buffer. */
  | { do: 'end' }
  /** For more fragments, or for the playhead to move. */
  | { do: 'wait' };

export interface Situation {
  fragments: readonly Fragment[];
  rate: Rate;
  /** No more fragments will come. */
  complete: boolean;
  /** What the buffer holds; null: nothing. */
  run: Run | null;
  playheadSec: number;
  limits: Limits;
}

const bytesOf = (fragments: readonly Fragment[], { first, end }: Run): number => (end > first ? fragments[end - 1].offset + fragments[end - 1].bytes - fragments[first].offset : 0);

export function nextStep({ fragments, rate, complete, run, playheadSec, limits }: Situation): Step {
  if (fragments.length === 0) return { do: 'wait' };
  const startSec = (at: number) => secOf(fragments[at].firstFrame, rate);
  const placeOf = (sec: number) => fragmentAt(fragments, frameAt(Math.max(0, sec), rate));
  // Beyond what is published the end of it is the best there is.
  const target = Math.min(placeOf(playheadSec), fragments.length - 1);

  if (run === null) {
    // Nothing from elsewhere is shown first; of a take that was opened again, the table is still being told.
    if (placeOf(playheadSec) >= fragments.length && !complete) return { do: 'wait' };
    const first = keyframeAtOrBefore(fragments, Math.min(placeOf(playheadSec - SOUND_LATE_SEC), target));
    return { do: 'append', first, end: spanEnd(fragments, first, limits, playheadSec, rate) };
  }
  const isBehind = target < run.first;
  const isFarAhead = target >= run.end && fragments[target].offset - (fragments[run.end - 1].offset + fragments[run.end - 1].bytes) > NEAR_BYTES;
  if (isBehind || isFarAhead) return { do: 'restart' };

  const isFull = bytesOf(fragments, run) >= limits.bytes;
  const { firstFrame, frames } = fragments[run.end - 1];
  const isDry = secOf(firstFrame + frames, rate) - playheadSec < DRY_SEC;
  const behindSec = !isFull ? limits.behindSec : isDry ? 0 : Math.min(limits.behindSec, LEAST_BEHIND_SEC);
  const keepFrom = Math.min(keyframeAtOrBefore(fragments, placeOf(playheadSec - behindSec)), keyframeAtOrBefore(fragments, target));
  if (keepFrom > run.first && (isFull || startSec(keepFrom) - startSec(run.first) >= EVICT_STEP_SEC)) return { do: 'evict', first: keepFrom };

  if (run.end >= fragments.length) return complete ? { do: 'end' } : { do: 'wait' };
  if (isFull || startSec(run.end) - playheadSec >= limits.aheadSec) return { do: 'wait' };
  return { do: 'append', first: run.end, end: spanEnd(fragments, run.end, limits, playheadSec, rate) };
}

function spanEnd(fragments: readonly Fragment[], first: number, { spanBytes, aheadSec }: Limits, playheadSec: number, rate: Rate): number {
  let end = first + 1;
  while (end < fragments.length && bytesOf(fragments, { first, end: end + 1 }) <= spanBytes && secOf(fragments[end].firstFrame, rate) - playheadSec < aheadSec) end += 1;
  return end;
}

/**
 * After the browser has refused more: room for less than it held then, and no more at a time than fits into what was let go.
 * @param heldBytes 0: it refused the very first piece
 */
export function tighter(limits: Limits, heldBytes: number, refusedBytes: number): Limits {
  const bytes = Math.max(LEAST_BYTES, Math.min(limits.bytes, heldBytes > 0 ? heldBytes : refusedBytes) * 0.7);
  return { ...limits, bytes, spanBytes: Math.min(limits.spanBytes, bytes / 4), behindSec: Math.min(limits.behindSec, LEAST_BEHIND_SEC) };
}

export const heldBytes = (fragments: readonly Fragment[], run: Run | null): number => (run === null ? 0 : bytesOf(fragments, run));

const START_SEC = 1;
const MOST_START_SEC = 10;
/** Rendered this fast, a second in hand outlasts the pauses between the engine's pieces. */
const QUICK_SPEED = 2;
const CAUTIOUS_SEC = 3;

/**
 * Seconds in hand with which a player starts so that it need not stop again.
 * @param speed of rendering, × real time; null: not known yet
 * @param leftSec from the playhead to the take's end; null: not known yet
 */
export function leadToStart({ speed, leftSec }: { speed: number | null; leftSec: number | null }): number {
  const needed = speed === null || speed >= QUICK_SPEED ? START_SEC : speed >= 1 ? CAUTIOUS_SEC : leftSec === null ? MOST_START_SEC / 2 : Math.max(CAUTIOUS_SEC, leftSec * (1 - speed));
  const lead = Math.min(MOST_START_SEC, Math.max(START_SEC, needed));
  return leftSec === null ? lead : Math.min(lead, leftSec);
}
