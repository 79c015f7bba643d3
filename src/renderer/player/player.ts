/**
 * The player: one video element for the life of the page, which the stage shows, and what the user does with it. Everything that wants to
 * play, seek or loop goes through `usePlayer`.
 */
import { create } from 'zustand';
import { isOver } from '../../shared/contract/take.ts';
import { errorData, type ErrorData } from '../../shared/errors.ts';
import { call } from '../studio/connection.ts';
import { frameAt, leadToStart, middleSecOf, secOf, type Rate } from './fragments.ts';
import { openMediaFeed, type MediaFeed } from './mediaFeed.ts';
import { keepPosition, positionOf } from './positions.ts';
import { durationOf, holdTakeData, type TakeData } from './takeData.ts';

export interface TimeRange {
  startSec: number;
  endSec: number;
}

export const RATES = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2] as const;

export interface Player {
  /** What is open; null: nothing. */
  takeId: string | null;
  /** The user wants it to run. */
  playing: boolean;
  /** It should run, and what it needs is not there yet. */
  waiting: boolean;
  /** Where the picture that is shown begins. */
  currentSec: number;
  /** Expected while it is being made; 0 while nothing is known. */
  durationSec: number;
  /** To where it can be shown without a gap. */
  bufferedSec: number;
  rate: number;
  volume: number;
  muted: boolean;
  loopRange: TimeRange | null;
  /** It stands at its end. */
  ended: boolean;
  /** How often it had to stop for more. */
  stalls: number;
  /** From the moment that the take was opened to its first picture, where it was opened before there was one; milliseconds. */
  firstPictureMs: number | null;
  /** The picture of the take before stands there until this one has a picture. */
  still: boolean;
  /** The browser wants the user to press play. */
  blocked: boolean;
  error: ErrorData | null;

  /**
   * null: closes. @param at where it starts, and whether it runs: it goes on from what is shown, whose picture stays until then; otherwise where it
   * was left, and a take that is being made runs
   */
  open: (takeId: string | null, at?: { sec: number; playing: boolean }) => void;
  /** Opens it again where it stands, after an error. */
  retry: () => void;
  play: () => void;
  pause: () => void;
  toggle: () => void;
  /** To the frame at that time; beyond what is rendered it waits there. */
  seek: (sec: number) => void;
  /** Stops, and goes that many frames on. */
  stepFrames: (n: number) => void;
  /** To the start of a word: the next, or the one before. */
  stepWords: (n: 1 | -1) => void;
  /** Repeats a stretch, going there if it is elsewhere. */
  loop: (range: TimeRange | null) => void;
  setRate: (rate: number) => void;
  setVolume: (volume: number) => void;
  setMuted: (muted: boolean) => void;
}

interface Open {
  data: TakeData;
  feed: MediaFeed;
  close: () => void;
}
let current: Open | null = null;
let element: HTMLVideoElement | null = null;
/** Behind the element, which shows nothing while it has no picture. */
let stillPicture: HTMLCanvasElement | null = null;
/** Where it was sought to, until a picture from there is shown. */
let soughtSec: number | null = null;
let lastWantSec = -Infinity;
let lastKeptMs = 0;
/** `performance.now()` of the request that the next take answers. */
let askedMs: number | null = null;

/** The user asks for a take now: the time to its first picture counts from here. */
export function noteAsked(): void {
  askedMs = performance.now();
}

const WANT_STEP_SEC = 0.5;
const DRY_SEC = 0.25;
const KEEP_EVERY_MS = 500;
const NOT_OPEN = { playing: false, waiting: false, currentSec: 0, durationSec: 0, bufferedSec: 0, loopRange: null, ended: false, stalls: 0, firstPictureMs: null, still: false, blocked: false, error: null };

export const usePlayer = create<Player>()((set, get) => ({
  ...NOT_OPEN, takeId: null, rate: 1, volume: 1, muted: false,
  open(takeId, at) {
    if (takeId === get().takeId && at === undefined) return;
    keep();
    const still = takeId !== null && at !== undefined && keepPicture();
    current?.close();
    current = null;
    soughtSec = null;
    lastWantSec = -Infinity;
    set({ ...NOT_OPEN, takeId, still });
    if (takeId !== null) openTake(takeId, at ?? positionOf(takeId));
  },
  retry() {
    const { takeId, currentSec, playing } = get();
    get().open(takeId, { sec: currentSec, playing });
  },
  play() {
    if (!current) return;
    if (get().ended) seekTo(get().loopRange?.startSec ?? 0);
    set({ playing: true, blocked: false });
    run();
  },
  pause() {
    set({ playing: false, waiting: false });
    video().pause();
    keep();
  },
  toggle: () => (get().playing ? get().pause() : get().play()),
  seek(sec) {
    const { loopRange } = get();
    if (loopRange && (sec < loopRange.startSec - 1e-3 || sec > loopRange.endSec + 1e-3)) set({ loopRange: null });
    seekTo(sec);
  },
  stepFrames(n) {
    const rate = rateOf();
    if (!rate) return;
    get().pause();
    seekTo(secOf(Math.max(0, frameAt(get().currentSec, rate) + n), rate));
  },
  stepWords(n) {
    const starts = current?.data.wordStarts() ?? [];
    const { currentSec } = get();
    const rate = rateOf();
    if (!rate) return;
    const near = secOf(1, rate);
    const next = n > 0 ? starts.find((sec) => sec > currentSec + near) : starts.findLast((sec) => sec < currentSec - near);
    if (next !== undefined) seekTo(next);
  },
  loop(range) {
    set({ loopRange: range });
    const { currentSec } = get();
    if (range && (currentSec < range.startSec || currentSec >= range.endSec)) seekTo(range.startSec);
  },
  setRate(rate) {
    Object.assign(video(), { playbackRate: rate, defaultPlaybackRate: rate }); // another source goes on at the default
    set({ rate });
  },
  setVolume(volume) {
    Object.assign(video(), { volume, muted: false });
    set({ volume, muted: false });
    keepLoudness();
  },
  setMuted(muted) {
    video().muted = muted;
    set({ muted });
    keepLoudness();
  },
}));

const set = usePlayer.setState;
const get = usePlayer.getState;
const rateOf = (): Rate | null => current?.data.facts.getState().take?.rate ?? null;
const playheadSec = (): number => soughtSec ?? video().currentTime;

/** The element, in the page while the stage shows it. */
export function showPlayer(place: HTMLElement): () => void {
  const shown = video();
  place.append(stillPicture!, shown);
  return () => {
    get().pause(); // browsers stop what leaves the page
    shown.remove();
    stillPicture!.remove();
  };
}

/** @returns whether there is a picture to keep */
function keepPicture(): boolean {
  const { videoWidth: width, videoHeight: height, readyState } = video();
  if (readyState < HTMLMediaElement.HAVE_CURRENT_DATA || width === 0) return false;
  Object.assign(stillPicture!, { width, height });
  stillPicture!.getContext('2d')?.drawImage(video(), 0, 0);
  return true;
}

function video(): HTMLVideoElement {
  if (element) return element;
  element = document.createElement('video');
  element.playsInline = true;
  element.preload = 'auto';
  element.disableRemotePlayback = true;
  stillPicture = document.createElement('canvas');
  stillPicture.hidden = true;
  stillPicture.dataset.testid = 'still';
  for (const each of [element, stillPicture]) each.className = 'absolute inset-0 size-full object-contain';
  usePlayer.subscribe(({ still }) => (stillPicture!.hidden = !still));
  const loudness = keptLoudness();
  set(loudness);
  Object.assign(element, loudness);
  for (const name of ['playing', 'pause', 'seeking', 'seeked', 'timeupdate', 'loadeddata', 'canplay'] as const) element.addEventListener(name, () => follow());
  element.addEventListener('loadedmetadata', () => {
    const rate = rateOf();
    if (soughtSec !== null && soughtSec > 0) element!.currentTime = soughtSec = rate ? middleSecOf(frameAt(soughtSec, rate), rate) : soughtSec;
  });
  element.addEventListener('waiting', onWaiting);
  element.addEventListener('ended', onEnded);
  element.addEventListener('error', () => current && set({ error: { code: 'io', message: element!.error?.message || 'The browser cannot play the video.' }, playing: false, waiting: false }));
  const onFrame = (_now: number, { mediaTime }: VideoFrameCallbackMetadata) => {
    follow(mediaTime);
    element!.requestVideoFrameCallback(onFrame);
  };
  element.requestVideoFrameCallback(onFrame);
  window.addEventListener('pagehide', keep);
  return element;
}

function openTake(takeId: string, at: { sec: number; playing: boolean } | null): void {
  const { data, release } = holdTakeData(takeId);
  const shown = video();
  const beganMs = askedMs ?? performance.now();
  askedMs = null;
  /** Only of a take that is opened before it has a picture the wait for it says something. */
  const wasAwaited = data.facts.getState().fragments === 0;
  soughtSec = at?.sec ?? null;
  if (at) set({ currentSec: at.sec, playing: at.playing, waiting: at.playing });
  let decided = at !== null;
  const stop = data.facts.subscribe((facts) => {
    // A take that is being made plays while it is made.
    if (!decided && facts.take) {
      decided = true;
      if (!isOver(facts.take.state)) set({ playing: true, waiting: true });
    }
    const durationSec = durationOf(facts);
    if (durationSec !== get().durationSec) set({ durationSec });
    const hasCeased = facts.take?.state === 'canceled' || facts.take?.state === 'failed';
    if (hasCeased && get().playing) get().pause(); // also what of it is heard already
  });
  const { take } = data.facts.getState();
  if (take) {
    set({ durationSec: durationOf(data.facts.getState()) });
    if (!decided && !isOver(take.state)) set({ playing: true, waiting: true });
    decided = true;
  }
  const feed = openMediaFeed({
    video: shown, data, playheadSec,
    onChange: () => {
      follow();
      run();
    },
    onFailed: (error) => {
      get().pause();
      set({ error });
    },
  });
  let seen = false;
  shown.requestVideoFrameCallback(() => {
    if (seen || current?.feed !== feed) return;
    seen = true;
    set({ still: false });
    if (wasAwaited && at === null) set({ firstPictureMs: performance.now() - beganMs });
  });
  current = {
    data, feed,
    close() {
      stop();
      feed.close();
      release();
    },
  };
}

/** Starts the element once enough is there; does nothing while it runs. */
function run(): void {
  const { playing, ended, durationSec, rate, stalls } = get();
  const shown = video();
  if (!current || !playing || ended || !shown.paused || shown.readyState < HTMLMediaElement.HAVE_METADATA) return;
  const { feed, data } = current;
  const fromSec = playheadSec();
  const leadSec = feed.bufferedTo(fromSec) - fromSec;
  const facts = data.facts.getState();
  const left = facts.framesExpected === null && !(facts.take && isOver(facts.take.state)) ? null : Math.max(0, durationSec - fromSec);
  const speed = data.speed();
  const needed = leadToStart({ speed: speed === null ? null : speed / rate, leftSec: left }) * (stalls > 0 ? 1.5 : 1);
  if (leadSec <= 0 || (leadSec < needed - 0.1 && !feed.reachesEnd())) return set({ waiting: true });
  shown.play().then(
    () => follow(),
    (error: unknown) => {
      // A new source, or a pause, came in between: that is no failure.
      if (error instanceof DOMException && error.name === 'NotAllowedError') set({ playing: false, waiting: false, blocked: true });
      else if (!(error instanceof DOMException && error.name === 'AbortError')) set({ error: errorData(error), playing: false, waiting: false });
    },
  );
}

/** Tells the page where the element is. @param frameSec where the picture begins that is shown now */
function follow(frameSec?: number): void {
  if (!current) return;
  const shown = video();
  const { playing, loopRange, durationSec } = get();
  const rate = rateOf();
  if (!shown.seeking && soughtSec !== null && shown.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && Math.abs(shown.currentTime - soughtSec) < 0.5) soughtSec = null;
  const atSec = soughtSec ?? (frameSec !== undefined && !shown.seeking ? frameSec : shown.currentTime);
  const currentSec = rate ? secOf(frameAt(atSec, rate), rate) : atSec;
  if (loopRange && !shown.seeking && playing && atSec >= loopRange.endSec - (rate ? secOf(1, rate) / 2 : 0)) return seekTo(loopRange.startSec);
  setChanged({
    currentSec: soughtSec === null && durationSec > 0 ? Math.min(currentSec, durationSec) : currentSec,
    bufferedSec: current.feed.bufferedTo(playheadSec()),
    waiting: playing && (shown.paused || shown.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) && !shown.ended,
    ended: shown.ended,
  });
  current.feed.wake();
  wantHere(currentSec);
  if (performance.now() - lastKeptMs > KEEP_EVERY_MS) keep();
}

/** Nobody is told of what is as it was: this is called for every picture and more. */
function setChanged(now: Partial<Player>): void {
  const before = get();
  if ((Object.keys(now) as (keyof Player)[]).some((name) => now[name] !== before[name])) set(now);
}

/** Rendering may go on ahead of here. */
function wantHere(sec: number): void {
  if (!current || Math.abs(sec - lastWantSec) < WANT_STEP_SEC) return;
  const { take } = current.data.facts.getState();
  if (!take || isOver(take.state)) return;
  lastWantSec = sec;
  call('takes.want', { takeId: take.id, playheadSec: sec }).catch(() => (lastWantSec = -Infinity)); // asked again as the playhead moves
}

function seekTo(sec: number): void {
  if (!current) return;
  const rate = rateOf();
  const { durationSec, playing } = get();
  const shown = video();
  const last = rate && durationSec > 0 ? durationSec - secOf(1, rate) : sec;
  const within = Math.max(0, Math.min(sec, last));
  soughtSec = rate ? middleSecOf(frameAt(within, rate), rate) : within;
  const { feed } = current;
  const needsMore = feed.bufferedTo(soughtSec) - soughtSec < 0.2 && !feed.reachesEnd();
  if (playing && needsMore) shown.pause(); // goes on once enough is there
  if (shown.readyState >= HTMLMediaElement.HAVE_METADATA) shown.currentTime = soughtSec;
  set({ currentSec: rate ? secOf(frameAt(soughtSec, rate), rate) : soughtSec, ended: false, waiting: playing && needsMore });
  feed.wake();
  wantHere(soughtSec);
  if (playing) run();
}

/** It ran out: better one pause than many. Where enough is there it only takes its time to begin. */
function onWaiting(): void {
  const shown = video();
  if (!current || !get().playing) return;
  if (shown.seeking || shown.ended || current.feed.bufferedTo(shown.currentTime) - shown.currentTime > DRY_SEC) return follow();
  set(({ stalls }) => ({ stalls: stalls + 1, waiting: true }));
  shown.pause();
  current.feed.wake();
  run();
}

function onEnded(): void {
  const { loopRange, playing } = get();
  if (loopRange && playing) {
    seekTo(loopRange.startSec);
    return run();
  }
  set({ ended: true, playing: false, waiting: false });
  keep();
}

function keep(): void {
  const { takeId, currentSec, playing, ended } = get();
  lastKeptMs = performance.now();
  if (takeId !== null && current) keepPosition(takeId, { sec: ended ? 0 : currentSec, playing });
}

const LOUDNESS_KEY = 'sima-loudness';

function keepLoudness(): void {
  const { volume, muted } = get();
  localStorage.setItem(LOUDNESS_KEY, JSON.stringify({ volume, muted }));
}

function keptLoudness(): Pick<Player, 'volume' | 'muted'> {
  try {
    const { volume, muted } = JSON.parse(localStorage.getItem(LOUDNESS_KEY) ?? '') as Partial<Player>;
    return { volume: Math.min(1, Math.max(0, Number(volume))) || 0, muted: muted === true };
  } catch {
    return { volume: 1, muted: false };
  }
}
