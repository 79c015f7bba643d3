/**
 * Renders takes on the engine process and keeps their journal. The process may end at any moment: the take then pauses, and goes on in
 * the next process after its last published fragment.
 */
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TakeInfo } from '../../shared/contract/take.ts';
import { errorData, orCanceled, StudioError } from '../../shared/errors.ts';
import { createChange } from '../change.ts';
import type { TakeStore } from '../library/takes.ts';
import { Unsealed } from '../library/takesUnderWay.ts';
import { rateValue } from '../media/rate.ts';
import type { EngineOwner } from '../process/owner.ts';
import type { RenderEvent, RenderOrder } from '../process/api.ts';
import type { TakeResult } from '../pipeline/take.ts';
import type { Turns } from '../schedule/turns.ts';
import type { TakeFeed } from './takeFeed.ts';

/** Engine processes in a row that ended before they had made a frame of the take: it is the take that ends them. */
export const FRUITLESS_LIVES = 5;
/** What one counts that somebody killed: a take that fills the memory is found out too, but later than one that crashes. */
const KILLED_LIFE = 0.2;
/** Between two tries to write what is known of a take whose video is whole. */
const SEAL_AGAIN_MS = 1000;

export interface RunOptions {
  owner: EngineOwner;
  store: TakeStore;
  seat: string;
  leadSec: number | null;
  /** Where the take's player is now. */
  playheadSec: () => number;
  /** One at a time: takes that an engine process ended without a frame of, so that no take is blamed for what another one did. */
  suspects: Turns;
  /** Told of every event, after the journal and before the watchers. */
  onEvent: (take: TakeInfo, event: RenderEvent) => void;
  signal: AbortSignal;
}

/** Runs the take to its end; resolves with how it ended. A closed owner leaves it as it is, to be gone on with later, and throws. */
export async function runTake(feed: TakeFeed, options: RunOptions): Promise<TakeInfo> {
  const { owner, store, seat, leadSec, playheadSec, suspects, onEvent, signal } = options;
  const { id } = feed.take;
  const madeFrames = createChange();
  let fruitless = 0;
  /** More than are published: the encoder has the last ones in hand until the next come. */
  let framesDrawn = 0;
  let result: TakeResult | null = null;

  const apply = (event: RenderEvent): void => {
    switch (event.type) {
      case 'fragment':
        store.publish(id, event.fragment, event.initBytes);
        feed.publish(event.fragment, event.initBytes);
        madeFrames.announce();
        break;
      case 'chunk':
        store.addChunk(id, event.chunk, event.times);
        feed.add(event);
        break;
      case 'said':
        store.addSaid(id, event.segment);
        feed.say(event.segment);
        break;
      case 'track':
        store.addTrack(id, event.track);
        feed.draw(event.track);
        break;
      case 'prepared': {
        const { times, ...prepared } = event.prepared;
        feed.set(store.change(id, prepared));
        feed.add({ type: 'prepared', ...times });
        break;
      }
      case 'progress':
        framesDrawn = event.framesDone;
        feed.progress(event.framesDone, event.framesExpected);
        if (event.framesExpected !== null && feed.take.framesExpected === null) feed.set(store.change(id, { framesExpected: event.framesExpected }));
        break;
      case 'finished':
        result = event.result;
        break;
      case 'stage':
      case 'notice':
        feed.add(event);
    }
    onEvent(feed.take, event);
  };
  const order = async (): Promise<RenderOrder> => {
    const { initBytes, fragments } = store.fragments(id);
    const [file, growingFile] = [store.file(id), store.growingFile(id)];
    // The process ended between renaming the file and saying so.
    if (!existsSync(growingFile) && existsSync(file)) await rename(file, growingFile);
    const published = initBytes === null || fragments.length === 0 ? null : { fragments, initBytes };
    return { takeId: id, seat, request: feed.take.request, file, growingFile, leadSec, playheadSec: playheadSec(), published, said: [...feed.said], copied: feed.take.parentId !== null };
  };
  /** Its player wants no frame now, so that none is made. */
  const isHeldBack = (): boolean => {
    const { rate } = feed.take;
    return leadSec !== null && rate !== null && framesDrawn / rateValue(rate) > playheadSec() + leadSec;
  };

  const pause = (sentence: string): void => {
    if (feed.take.state !== 'paused') feed.add({ type: 'notice', sentence });
    try {
      feed.set(store.change(id, { state: 'paused' }));
    } catch {
      feed.set({ ...feed.take, state: 'paused' }); // the disk that has no room for the take's record may have none for its row
    }
  };
  /** The take's video is whole: a full disk leaves it paused until there is room for what is known of it, or the next studio goes on with it. */
  const seal = async (made: TakeResult): Promise<TakeInfo> => {
    for (;;) {
      try {
        return await store.finish(id, { ...made, times: { ...made.times } });
      } catch (error) {
        if (!(error instanceof Unsealed) || owner.closed) throw error;
        pause(`All of the take is rendered, but it cannot be finished. ${error.message} It is tried again by itself.`);
      }
      await sleep(SEAL_AGAIN_MS, undefined, { signal });
    }
  };

  /** Renders until the take or the engine process ends. null: it goes on in the next one. */
  const renderOn = async (): Promise<TakeInfo | null> => {
    const life = await owner.life(signal);
    const fragmentsBefore = feed.fragments.length;
    try {
      feed.set(store.change(id, { state: 'rendering' }));
      for await (const event of life.client.stream('render', await order(), { signal, credit: 32 })) apply(event);
      if (result === null) throw new StudioError('bug', 'The take ended without a result.');
      return await seal(result);
    } catch (error) {
      if (signal.aborted || owner.closed || !life.over) throw error;
      if (feed.fragments.length > fragmentsBefore) fruitless = 0;
      else if (!life.planned && !isHeldBack()) {
        await orCanceled(life.exit, signal);
        fruitless += life.killed ? KILLED_LIFE : 1;
      }
      if (fruitless >= FRUITLESS_LIVES) {
        const reason = await orCanceled(life.exit, signal);
        throw new StudioError('bug', `The engine ended ${Math.round(fruitless)} times in a row before it had made a frame of this take. The last time: ${reason}.`, { cause: error });
      }
      feed.set(store.change(id, { state: 'paused', restarts: feed.take.restarts + 1 }));
      feed.add({ type: 'notice', sentence: 'The engine is being started again. The take goes on where it was.' });
      return null;
    }
  };
  /** The next suspect's turn comes once this one has made a frame, or has ended. */
  const inTurn = async (): Promise<TakeInfo | null> => {
    let rendering: ReturnType<typeof renderOn> | null = null;
    await suspects.turn({ seat: id, cost: 1, signal }, async () => {
      const made = madeFrames.next();
      rendering = renderOn();
      await Promise.race([made, rendering.catch(() => null)]);
    });
    return rendering;
  };

  try {
    for (;;) {
      const finished = await (fruitless === 0 || isHeldBack() ? renderOn() : inTurn());
      if (finished === null) continue;
      feed.set(finished);
      return finished;
    }
  } catch (error) {
    if (owner.closed) throw error;
    const over = signal.aborted ? await store.cancel(id) : await store.fail(id, errorData(error));
    feed.set(over);
    return over;
  }
}
