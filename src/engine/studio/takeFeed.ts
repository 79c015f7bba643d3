/** What happens to one take, for any number of watchers: each reads from the beginning at its own speed, and nothing is queued for a slow one. */
import { isOver, type ChunkTimes, type TakeEvent, type TakeInfo } from '../../shared/contract/take.ts';
import type { Chunk } from '../../shared/vocabulary.ts';
import { createChange } from '../change.ts';
import type { Fragment } from '../media/mp4Writer.ts';

export interface TakeFeed {
  readonly take: TakeInfo;
  readonly fragments: readonly Fragment[];
  /** The take's state, or what is known of it, has changed. */
  set(take: TakeInfo): void;
  publish(fragment: Fragment, initBytes: number): void;
  add(event: Extract<TakeEvent, { type: 'chunk' | 'notice' | 'stage' | 'prepared' }>): void;
  progress(framesDone: number, framesExpected: number | null): void;
  watch(signal: AbortSignal): AsyncGenerator<TakeEvent, void, void>;
}

/** What is known of a take when its feed begins. */
export interface TakeSoFar {
  take: TakeInfo;
  fragments: readonly Fragment[];
  initBytes: number | null;
  chunks: readonly { chunk: Chunk; times: ChunkTimes }[];
}

export function createTakeFeed(soFar: TakeSoFar): TakeFeed {
  const change = createChange();
  const fragments = [...soFar.fragments];
  const told: TakeEvent[] = soFar.chunks.map(({ chunk, times }) => ({ type: 'chunk', chunk, times }));
  let initBytes = soFar.initBytes ?? 0;
  let take = soFar.take;
  let latest: Extract<TakeEvent, { type: 'progress' }> | null = null;

  return {
    get take() {
      return take;
    },
    fragments,
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
    progress(framesDone, framesExpected) {
      latest = { type: 'progress', framesDone, framesExpected };
      change.announce();
    },
    async *watch(signal) {
      let seen: TakeInfo | null = null;
      let seenProgress: TakeEvent | null = null;
      let fragment = 0;
      let event = 0;
      for (;;) {
        const seenChanges = change.count;
        // The end is told last, after everything that led to it.
        const over = isOver(take.state);
        if (!over && seen !== take) yield { type: 'take', take: (seen = take) };
        while (event < told.length) yield told[event++];
        while (fragment < fragments.length) yield { type: 'fragment', fragment: fragments[fragment++], initBytes };
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
