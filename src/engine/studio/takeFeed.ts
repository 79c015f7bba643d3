/** What happens to one take, for any number of watchers: each reads from the beginning at its own speed, and nothing is queued for a slow one. */
import { isOver, PEAKS_PER_FRAME, type SaidSegment, type TakeEvent, type TakeInfo } from '../../shared/contract/take.ts';
import { createChange } from '../change.ts';
import type { TakeSoFar } from '../library/takes.ts';
import type { Fragment } from '../media/mp4Writer.ts';
import { curveOf, UNKNOWN_OPENING, type MouthTrack } from '../mouthTrack.ts';

export interface TakeFeed {
  readonly take: TakeInfo;
  readonly fragments: readonly Fragment[];
  /** In order; each once, as it was told first. */
  readonly said: readonly SaidSegment[];
  /** The take's state, or what is known of it, has changed. */
  set(take: TakeInfo): void;
  publish(fragment: Fragment, initBytes: number): void;
  add(event: Extract<TakeEvent, { type: 'chunk' | 'notice' | 'stage' | 'prepared' }>): void;
  /** A segment that was told before is not told again. */
  say(segment: SaidSegment): void;
  /** Frames that were told before are not told again. */
  draw(track: MouthTrack): void;
  progress(framesDone: number, framesExpected: number | null): void;
  watch(signal: AbortSignal): AsyncGenerator<TakeEvent, void, void>;
}

/** Frames of one `curve` event: some 10 KB as text. */
const CURVE_FRAMES = 250;

export function createTakeFeed(soFar: TakeSoFar): TakeFeed {
  const change = createChange();
  const fragments = [...soFar.fragments];
  const told: TakeEvent[] = soFar.chunks.map(({ chunk, times }) => ({ type: 'chunk', chunk, times }));
  const said = [...soFar.said];
  let drawn: ReturnType<typeof growingCurve> | null = null;
  /** Read when it is first looked at: who wants a finished take's fragments does not want it. */
  const curve = () => (drawn ??= growingCurve(soFar.track()));
  let initBytes = soFar.initBytes ?? 0;
  let take = soFar.take;
  let latest: Extract<TakeEvent, { type: 'progress' }> | null = null;
  if (!isOver(take.state)) curve(); // before there is more of it

  return {
    get take() {
      return take;
    },
    fragments,
    said,
    set(now) {
      take = now;
      change.announce();
    },
    publish(fragment, init) {
      initBytes = init;
      fragments.push(fragment);
      change.announce();
    },
    add(event) {
      told.push(event);
      change.announce();
    },
    say(segment) {
      if (segment.index !== said.length) return;
      said.push(segment);
      change.announce();
    },
    draw(track) {
      if (curve().add(track)) change.announce();
    },
    progress(framesDone, framesExpected) {
      latest = { type: 'progress', framesDone, framesExpected };
      change.announce();
    },
    async *watch(signal) {
      let seen: TakeInfo | null = null;
      let seenProgress: TakeEvent | null = null;
      let fragment = 0;
      let event = 0;
      let segment = 0;
      let frame = 0;
      for (;;) {
        const seenChanges = change.count;
        // The end is told last, after everything that led to it.
        const over = isOver(take.state);
        if (!over && seen !== take) yield { type: 'take', take: (seen = take) };
        while (event < told.length) yield told[event++];
        while (segment < said.length) yield { type: 'said', segment: said[segment++] };
        while (fragment < fragments.length) yield { type: 'fragment', fragment: fragments[fragment++], initBytes };
        while (frame < curve().frames()) {
          const end = Math.min(curve().frames(), frame + CURVE_FRAMES);
          yield { type: 'curve', curve: curve().piece(frame, end) };
          frame = end;
        }
        if (latest !== null && latest !== seenProgress) yield (seenProgress = latest);
        if (over) {
          yield { type: 'take', take };
          return;
        }
        await change.after(seenChanges, signal);
      }
    },
  };
}

/** The track from the first frame on, without its poses; grows by doubling. */
function growingCurve(soFar: MouthTrack | null) {
  let frames = soFar?.openings.length ?? 0;
  let openings = Uint8Array.from(soFar?.openings ?? []);
  let peaks = Uint8Array.from(soFar?.peaks ?? []);
  const room = (wanted: number): void => {
    if (openings.length >= wanted) return;
    const size = Math.max(wanted, 2 * openings.length, 250);
    const [before, peaksBefore] = [openings, peaks];
    openings = new Uint8Array(size).fill(UNKNOWN_OPENING);
    peaks = new Uint8Array(size * PEAKS_PER_FRAME);
    openings.set(before);
    peaks.set(peaksBefore);
  };
  return {
    frames: () => frames,
    /** Whether there is something new in it. */
    add(track: MouthTrack): boolean {
      const end = track.firstFrame + track.openings.length;
      if (end <= frames) return false;
      const known = Math.max(0, frames - track.firstFrame);
      room(end);
      openings.set(track.openings.subarray(known), track.firstFrame + known);
      peaks.set(track.peaks.subarray(known * PEAKS_PER_FRAME), (track.firstFrame + known) * PEAKS_PER_FRAME);
      frames = end;
      return true;
    },
    piece: (from: number, to: number) => curveOf({ firstFrame: 0, openings, peaks, poses: null }, from, to),
  };
}
