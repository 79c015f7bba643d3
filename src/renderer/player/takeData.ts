/**
 * What is known of a take while it is made and after: one watch per take, shared by everything that shows it, which outlives components and
 * broken connections. What comes 25 times a second lies in arrays beside React; `facts` holds what components may subscribe to.
 */
import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { type Fragment, isOver, PEAKS_PER_FRAME, type ChunkTimes, type SaidSegment, type TakeEvent, type TakeInfo } from '../../shared/contract/take.ts';
import { errorData, type ErrorData } from '../../shared/errors.ts';
import { client } from '../studio/connection.ts';
import { framesIn, secOf } from './fragments.ts';
import { speedOf, type ChunkArrival } from './speed.ts';
import { createSeries, type Series } from './series.ts';

/** Counts rise when the array of that name has grown. */
export interface TakeFacts {
  take: TakeInfo | null;
  /** What is being done before the first frame; English. */
  stage: string | null;
  notices: readonly string[];
  fragments: number;
  framesPublished: number;
  /** null until all is spoken. */
  framesExpected: number | null;
  said: number;
  /** Where the last sentence ends that is spoken: ahead of the frames. */
  spokenSec: number;
  chunks: number;
  curveFrames: number;
  /** Nothing more will come. */
  over: boolean;
  /** Why it cannot be watched. */
  error: ErrorData | null;
}

export interface TakeChunk {
  index: number;
  firstFrame: number;
  frames: number;
  times: ChunkTimes;
}

export interface TakeData {
  readonly takeId: string;
  readonly facts: StoreApi<TakeFacts>;
  readonly fragments: readonly Fragment[];
  /** Of the MP4's header, before the first fragment. */
  readonly initBytes: number;
  readonly said: readonly SaidSegment[];
  readonly chunks: readonly TakeChunk[];
  /** How far the mouth opens, 0..1, one per frame. */
  readonly opening: Series;
  /** The loudest samples, 0..1, PEAKS_PER_FRAME per frame. */
  readonly peaks: Series;
  /** performance.now() when it was first watched here, and whether it was then still without a picture. */
  readonly openedMs: number;
  /** Where words start, ascending, seconds. */
  wordStarts(): readonly number[];
  /** How fast it is rendered, × real time; null: not measured, or it was not seen being rendered. */
  speed(): number | null;
}

const NOTHING: TakeFacts = { take: null, stage: null, notices: [], fragments: 0, framesPublished: 0, framesExpected: null, said: 0, spokenSec: 0, chunks: 0, curveFrames: 0, over: false, error: null };
const RETRY_MS = 300;
/** So many takes stay known after nobody shows them. */
const KEPT = 4;

interface Entry {
  data: TakeData;
  holders: number;
  follow: () => void;
  close: () => void;
}
const entries = new Map<string, Entry>();

function entryOf(takeId: string): Entry {
  const known = entries.get(takeId);
  if (known) return known;
  const entry = createEntry(takeId);
  entries.set(takeId, entry);
  return entry;
}

/** Watches the take until it is released. */
export function holdTakeData(takeId: string): { data: TakeData; release: () => void } {
  const entry = entryOf(takeId);
  entries.delete(takeId);
  entries.set(takeId, entry); // the last used is the last to go
  entry.holders += 1;
  entry.follow();
  let held = true;
  return {
    data: entry.data,
    release() {
      if (!held) return;
      held = false;
      entry.holders -= 1;
      const unused = [...entries].filter(([, { holders }]) => holders === 0);
      for (const [id, { close }] of unused.slice(0, Math.max(0, unused.length - KEPT))) {
        close();
        entries.delete(id);
      }
    },
  };
}

/** null as id: none. The object stays the same; subscribe to its facts with `useTakeFact`. */
export function useTakeData(takeId: string | null): TakeData | null {
  const data = useMemo(() => (takeId === null ? null : entryOf(takeId).data), [takeId]);
  useEffect(() => (takeId === null ? undefined : holdTakeData(takeId).release), [takeId]);
  return data;
}

const NO_TAKE = createStore<TakeFacts>(() => NOTHING);
/** Renders again only when what is selected is another value. */
export function useTakeFact<T>(data: TakeData | null, select: (facts: TakeFacts) => T): T {
  return useStore(data?.facts ?? NO_TAKE, select);
}

/** A speed is that of the last chunks. */
const SPEED_CHUNKS = 8;

function createEntry(takeId: string): Entry {
  const facts = createStore<TakeFacts>(() => NOTHING);
  const fragments: Fragment[] = [];
  const said: SaidSegment[] = [];
  const chunks: TakeChunk[] = [];
  const opening = createSeries();
  const peaks = createSeries();
  let initBytes = 0;
  let words: { of: number; starts: number[] } = { of: 0, starts: [] };
  let arrivals: ChunkArrival[] = [];
  let speed: number | null = null;
  let abort: AbortController | null = null;

  const noteSpeed = (endFrame: number, heldBack: boolean): void => {
    const { rate } = facts.getState().take ?? {};
    if (!rate) return;
    arrivals = [...arrivals, { sec: secOf(endFrame, rate), ms: performance.now(), heldBack }].slice(-SPEED_CHUNKS);
    speed = speedOf(arrivals) ?? speed;
  };

  const apply = (event: TakeEvent): void => {
    switch (event.type) {
      case 'take': {
        const { take } = event;
        // What is told after a pause or of a take that is over already came at no speed of rendering.
        if (take.state !== 'rendering') arrivals = [];
        facts.setState({ take, framesExpected: take.framesExpected ?? facts.getState().framesExpected });
        break;
      }
      case 'fragment': {
        if (event.fragment.index !== fragments.length) break; // told once more after the connection broke
        initBytes = event.initBytes;
        fragments.push(event.fragment);
        facts.setState({ fragments: fragments.length, framesPublished: framesIn(fragments) });
        break;
      }
      case 'chunk':
        chunks[event.chunk.index] = { ...event.chunk, times: event.times };
        noteSpeed(event.chunk.firstFrame + event.chunk.frames, event.times.gapMs === null);
        facts.setState({ chunks: chunks.length });
        break;
      case 'said':
        said[event.segment.index] = event.segment;
        facts.setState({ said: said.length, spokenSec: Math.max(facts.getState().spokenSec, event.segment.endSec) });
        break;
      case 'curve': {
        const { firstFrame, opening: opened, peaks: loudest } = event.curve;
        opening.put(firstFrame, opened);
        peaks.put(firstFrame * PEAKS_PER_FRAME, loudest);
        facts.setState({ curveFrames: opening.length });
        break;
      }
      case 'progress':
        if (event.framesExpected !== null) facts.setState({ framesExpected: event.framesExpected });
        break;
      case 'stage':
        facts.setState({ stage: event.stage });
        break;
      case 'notice':
        facts.setState(({ notices }) => ({ notices: [...notices, event.sentence] }));
        break;
      case 'prepared':
        break;
    }
  };

  const follow = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const now = await client();
      facts.setState({ notices: [], over: false, error: null }); // all is told again
      arrivals = [];
      try {
        for await (const event of now.stream('takes.watch', { takeId }, { signal, credit: 512 })) apply(event);
        facts.setState({ over: true });
        return;
      } catch (error) {
        const { code } = errorData(error);
        if (signal.aborted) return;
        // The connection broke, or the studio is stopping: it is asked again when there is one.
        if (code !== 'io' && code !== 'canceled') {
          abort = null; // what kept it from being watched may be gone when it is opened again
          return facts.setState({ error: errorData(error), over: true });
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  };

  const data: TakeData = {
    takeId, facts, fragments, said, chunks, opening, peaks,
    openedMs: performance.now(),
    get initBytes() {
      return initBytes;
    },
    wordStarts() {
      if (words.of !== said.length) words = { of: said.length, starts: said.flatMap((segment) => segment.words.map(({ startSec }) => startSec)).sort((a, b) => a - b) };
      return words.starts;
    },
    speed: () => speed,
  };
  return {
    data,
    holders: 0,
    follow() {
      if (abort !== null) return;
      abort = new AbortController();
      void follow(abort.signal);
    },
    close: () => abort?.abort(),
  };
}

/** Expected, or as far as it is known. */
export function durationOf({ take, framesExpected, framesPublished, spokenSec }: TakeFacts): number {
  if (!take?.rate) return 0;
  const publishedSec = secOf(framesPublished, take.rate);
  if (isOver(take.state)) return publishedSec;
  return framesExpected === null ? Math.max(spokenSec, publishedSec) : secOf(framesExpected, take.rate);
}
