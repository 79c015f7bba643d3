/**
 * Feeds a video element from a take, growing or finished, through MediaSource: what to fetch, keep and let go is decided by the fragment
 * table (fragments.ts), one step after the other.
 */
import { isOver } from '../../shared/contract/take.ts';
import { errorData, orCanceled, StudioError, type ErrorData } from '../../shared/errors.ts';
import { mimeTypeOf } from './codecs.ts';
import { heldBytes, keyframeAtOrBefore, LIMITS, nextStep, secOf, tighter, type Rate, type Run, type Step } from './fragments.ts';
import type { TakeData } from './takeData.ts';

export interface MediaFeed {
  /** The playhead moved, or there may be more to fetch. */
  wake(): void;
  /** To where it can be shown without a gap from here, seconds; the same place where it cannot. */
  bufferedTo(sec: number): number;
  /** All of the take, from here to its end, is in the buffer. */
  reachesEnd(): boolean;
  close(): void;
}

export interface MediaFeedOptions {
  video: HTMLVideoElement;
  data: TakeData;
  playheadSec: () => number;
  /** The buffer changed. */
  onChange: () => void;
  /** It cannot go on. */
  onFailed: (error: ErrorData) => void;
}

/** Until a take's end is known its duration is open: any place may be sought, and nothing ends. */
const OPEN_END_SEC = 86_400;
const RETRY_MS = [200, 500, 1000, 2000, 4000];
/** About a minute: a service that is started again is there by then. */
const MOST_ATTEMPTS = 18;
/** Two times that are the same but for rounding, and for an AAC packet that ends elsewhere than a picture. */
const SAME_SEC = 0.06;

export function openMediaFeed({ video, data, playheadSec, onChange, onFailed }: MediaFeedOptions): MediaFeed {
  const media = new MediaSource();
  const closing = new AbortController();
  const { signal } = closing;
  let buffer: SourceBuffer | null = null;
  let header: Uint8Array<ArrayBuffer> | null = null;
  let run: Run | null = null;
  let limits = LIMITS;
  /** Its bytes are gone: nothing more can be fetched. */
  let cut = false;
  let fetching: AbortController | null = null;
  let wakes = 0;
  let onWake: (() => void) | null = null;

  const rateOf = (): Rate | null => data.facts.getState().take?.rate ?? null;
  const step = (rate: Rate): Step => {
    const { take } = data.facts.getState();
    const complete = cut || (take !== null && isOver(take.state));
    return nextStep({ fragments: cut && run ? data.fragments.slice(0, run.end) : data.fragments, rate, complete, run, playheadSec: playheadSec(), limits });
  };

  const bytes = async (start: number, end: number): Promise<Uint8Array<ArrayBuffer>> => {
    for (let attempt = 0; ; attempt++) {
      fetching = new AbortController();
      try {
        const response = await fetch(`/takes/${encodeURIComponent(data.takeId)}.mp4`, {
          headers: { range: `bytes=${start}-${end - 1}` }, cache: 'no-store', signal: AbortSignal.any([signal, fetching.signal]),
        });
        if (response.status === 206) return new Uint8Array(await response.arrayBuffer());
        const refusal = ((await response.json().catch(() => null)) as { error?: ErrorData } | null)?.error;
        throw new StudioError(refusal?.code ?? 'io', refusal?.message ?? `The video cannot be read (${response.status}).`, { details: { final: [404, 409, 410].includes(response.status) } });
      } catch (error) {
        if (signal.aborted || fetching.signal.aborted || isFinal(error) || attempt >= MOST_ATTEMPTS) throw error;
        await pause(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)], signal); // the connection, or the service, is coming back
      }
    }
  };

  /** Waits until the buffer has done what it was told. */
  const settled = async (act: (buffer: SourceBuffer) => void): Promise<void> => {
    const into = buffer!;
    act(into); // throws where it cannot even begin
    if (into.updating) await eventOf(into, 'updateend', signal);
    if (video.error) throw new StudioError('io', video.error.message || 'The browser cannot decode the video.');
  };

  const append = async ({ first, end }: { first: number; end: number }): Promise<void> => {
    const isFirst = header === null;
    const [from, to] = [data.fragments[first], data.fragments[end - 1]];
    const start = isFirst && first === 0 ? 0 : from.offset;
    let piece = await bytes(start, to.offset + to.bytes);
    if (isFirst) {
      header = start === 0 ? piece.slice(0, data.initBytes) : await bytes(0, data.initBytes);
      if (start === 0) piece = piece.slice(data.initBytes);
      const type = mimeTypeOf(header);
      if (type === null || !MediaSource.isTypeSupported(type)) throw new StudioError('device', `This browser cannot play ${type ?? 'this video'}.`, { details: { final: true } });
      buffer = media.addSourceBuffer(type);
      await settled((into) => into.appendBuffer(header!));
    }
    try {
      await settled((into) => into.appendBuffer(piece));
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'QuotaExceededError')) throw error;
      limits = tighter(limits, heldBytes(data.fragments, run), piece.length);
      if (run === null && end - first === 1) throw new StudioError('capacity', 'The browser has no memory for the video.', { details: { final: true } });
      return; // the next step makes room, or waits for the playhead to move on
    }
    run = { first: run?.first ?? first, end };
    reconcile();
  };

  /** Browsers let go of what lies behind the playhead by themselves, too. */
  const reconcile = (): void => {
    const rate = rateOf();
    if (!buffer || !run || !rate) return;
    if (buffer.buffered.length === 0) return void (run = null);
    const heldFromSec = buffer.buffered.start(0);
    while (run.first < run.end && secOf(data.fragments[run.first].firstFrame, rate) < heldFromSec - SAME_SEC) run.first += 1;
    while (run.first < run.end && !data.fragments[run.first].keyframe) run.first += 1;
    if (run.first === run.end) run = null;
  };

  const take = async (next: Step, rate: Rate): Promise<boolean> => {
    switch (next.do) {
      case 'append':
        await append(next);
        return true;
      case 'evict': {
        const first = keyframeAtOrBefore(data.fragments, next.first);
        await settled((into) => into.remove(0, secOf(data.fragments[first].firstFrame, rate)));
        run = { first, end: run!.end };
        reconcile();
        return true;
      }
      case 'restart':
        await settled((into) => into.remove(0, Infinity));
        run = null;
        return true;
      case 'end':
        if (media.readyState !== 'open') return false;
        media.endOfStream();
        return true;
      case 'wait':
        return false;
    }
  };

  const go = async (): Promise<void> => {
    const opened = eventOf(media, 'sourceopen', signal);
    const address = URL.createObjectURL(media);
    video.src = address;
    await opened;
    URL.revokeObjectURL(address);
    media.duration = OPEN_END_SEC;
    while (!signal.aborted) {
      const seen = wakes;
      const rate = rateOf();
      let busy = false;
      try {
        if (rate) busy = await take(step(rate), rate);
      } catch (error) {
        if (signal.aborted) return;
        if (fetching?.signal.aborted) busy = true; // the playhead is elsewhere by now
        else if (isFinal(error) && run !== null) cut = busy = true; // what is in the buffer can still be seen
        else throw error;
      }
      fetching = null;
      if (busy) onChange();
      else if (seen === wakes) await new Promise<void>((resolve) => (onWake = resolve));
    }
  };
  go().catch((error: unknown) => {
    if (!signal.aborted) onFailed(errorData(error));
  });
  const stopListening = data.facts.subscribe(() => feed.wake());

  const feed: MediaFeed = {
    wake() {
      wakes += 1;
      const rate = rateOf();
      if (fetching && rate && step(rate).do === 'restart') fetching.abort();
      onWake?.();
      onWake = null;
    },
    bufferedTo(sec) {
      for (let i = 0; i < video.buffered.length; i++) if (video.buffered.start(i) <= sec + SAME_SEC && video.buffered.end(i) > sec) return video.buffered.end(i);
      return sec;
    },
    reachesEnd: () => media.readyState === 'ended',
    close() {
      closing.abort();
      stopListening();
      feed.wake();
      video.removeAttribute('src');
      video.load();
    },
  };
  return feed;
}

const isFinal = (error: unknown): boolean => error instanceof StudioError && (error.details as { final?: boolean } | undefined)?.final === true;

const eventOf = (target: EventTarget, name: string, signal: AbortSignal): Promise<unknown> => orCanceled(new Promise((resolve) => target.addEventListener(name, resolve, { once: true })), signal);
const pause = (ms: number, signal: AbortSignal): Promise<unknown> => orCanceled(new Promise((resolve) => setTimeout(resolve, ms)), signal);
