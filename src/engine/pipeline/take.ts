/** One take: what is said, by which face, as a growing fragmented MP4. The whole product in one expression (`renderTake`). */
import type { Quality } from '../../shared/contract/request.ts';
import type { ChunkTimes, SaidSegment } from '../../shared/contract/take.ts';
import { StudioError } from '../../shared/errors.ts';
import type { Chunk } from '../../shared/vocabulary.ts';
import type { Fragment, Mp4Summary } from '../media/mp4Writer.ts';
import type { OwnAudio } from '../media/ownAudio.ts';
import { frameStartSample, rateValue, type Rate } from '../media/rate.ts';
import { soundNeededBefore } from '../media/mp4Writer.ts';
import type { Pace } from '../schedule/pace.ts';
import type { Turns } from '../schedule/turns.ts';
import type { Voices } from '../voice/voices.ts';
import { joined } from '../joined.ts';
import type { MouthTrack } from '../mouthTrack.ts';
import { ahead } from './ahead.ts';
import { beginChunk, timesOf, type ChunkRecord } from './chunkRecord.ts';
import type { InferenceTimes, LipSync } from './lipsync.ts';
import { marksOf } from './mouthMarks.ts';
import type { Renderer, RenderRun } from './renderThread.ts';
import { hearRecording, speakScript, type SpeakJob } from './speech.ts';
import { cutChunks, TIMELINE_RATE, type PlacedSegment } from './timeline.ts';

export interface TakeJob {
  takeId: string;
  /** Whose turn it waits for. */
  seat: string;
  /** An open scene of the renderer: avatar, size and frame rate. */
  sceneId: number;
  rate: Rate;
  said: SpeakJob | Recording;
  /** Opens the lip-sync of this take alone. @param onTimes told what each run of frames took at a shared network */
  openLipSync: (onTimes: (times: InferenceTimes) => void) => LipSync;
  quality: Quality;
  /** The take's own file, fragmented, and its name in the same folder until it is whole. */
  file: string;
  growingFile: string;
  /** What was published of the growing file before; null: nothing. The take goes on with the frame after it. */
  published: { fragments: Fragment[]; initBytes: number } | null;
  /** Frames that its player wants. */
  pace: Pace;
  /** performance.now() when the take was asked for. */
  askedMs: number;
}

/** A recording to follow, and what is known of what it says. */
export interface Recording {
  recording: OwnAudio;
  transcribed: SaidSegment[];
}

/** Where the time of a take went, milliseconds. Stages overlap, so they may add up to more than the whole. */
export interface StageTimes {
  speechMs: number;
  /** Waiting for turns. */
  queueMs: number;
  lipSyncMs: number;
  composeMs: number;
  /** Waiting for the encoder after composing: encoding itself runs beside it. */
  encodeWaitMs: number;
  totalMs: number;
}

export type TakeEvent =
  /** Published bytes: complete on disk, never changing. `initBytes` is the header before the first fragment. */
  | { type: 'fragment'; fragment: Fragment; initBytes: number }
  /** After the chunk's last frame; none for a chunk that had begun before a take was gone on with. */
  | { type: 'chunk'; chunk: Chunk; times: ChunkTimes }
  | { type: 'progress'; framesDone: number; /** null until all is spoken */ framesExpected: number | null }
  /** Segments as they are spoken, ahead of their frames, from the take's first one on. */
  | { type: 'said'; segment: SaidSegment }
  /** Of frames that were drawn, before the fragments that hold them. */
  | { type: 'track'; track: MouthTrack }
  | { type: 'finished'; result: TakeResult };

export interface TakeResult {
  summary: Mp4Summary;
  segments: PlacedSegment[];
  chunks: Chunk[];
  times: StageTimes;
  /** false: a recording without speech, the face rests throughout. */
  speechFound: boolean | null;
}

export interface TakeParts {
  /** Those of this take's seat: see speechTurns.ts. */
  voices: Pick<Voices, 'speak'>;
  renderer: Renderer;
  /** Turns at the renderer, counted in frames. */
  turns: Turns;
}

/** Ends a take after its last published fragment and leaves its file as it is, to be gone on with: the reason to abort its signal with. */
export class Pause extends StudioError {
  constructor() {
    super('canceled', 'The take pauses.');
  }
}

/**
 * Renders one take, or goes on with it: what is said is made again from its beginning, which costs little where speech is stored, and the frames
 * that were published are passed over. Events come in order; the consumer's pull is the back-pressure. Canceling or leaving the loop
 * early removes the unfinished file; a `Pause` as the signal's reason keeps it.
 */
export async function* renderTake(job: TakeJob, { voices, renderer, turns }: TakeParts, signal?: AbortSignal): AsyncGenerator<TakeEvent, void, void> {
  const { takeId, seat, rate, published } = job;
  const fps = rateValue(rate);
  const fromFrame = published?.fragments.reduce((sum, { frames }) => sum + frames, 0) ?? 0;
  const recording = 'recording' in job.said ? job.said : null;
  const said = 'recording' in job.said ? hearRecording(job.said.recording, signal) : speakScript(job.said, voices, signal);
  const segments: PlacedSegment[] = recording?.transcribed.map(placedOf) ?? [];
  const untold: SaidSegment[] = recording?.transcribed.slice() ?? [];
  const records: ChunkRecord[] = [];
  const before = soundBefore(fromFrame, rate);
  let spokenMs = 0;
  const lipSync = job.openLipSync(({ queueMs, inferenceMs }) => {
    const record = records.at(-1)!;
    record.queueMs += queueMs;
    record.inferenceMs += inferenceMs;
  });

  const place = (placed: PlacedSegment): void => {
    if (recording) return;
    segments.push(placed);
    if (placed.segment) untold.push({ ...placed.segment, startSec: placed.startSec, endSec: placed.endSec, words: placed.words.map(({ text, startSec, endSec }) => ({ text, startSec, endSec })) });
  };

  /** Each chunk's mouths in runs, with the sound of just those frames. */
  async function* mouthRuns(): AsyncGenerator<{ run: RenderRun; record: ChunkRecord; endsChunk: boolean }, void, void> {
    const pieces = ahead(timed(said, (ms) => (spokenMs += ms)), 1);
    for await (const heard of cutChunks(pieces, rate, lipSync.lookAheadSec, place)) {
      const { chunk, pcm, last } = heard;
      const record = beginChunk(chunk, spokenMs);
      spokenMs = 0;
      records.push(record);
      before.add(chunk.firstFrame, pcm);
      const endFrame = chunk.firstFrame + chunk.frames;
      const start = frameStartSample(chunk.firstFrame, rate, TIMELINE_RATE);
      const sampleAt = (frame: number) => frameStartSample(frame, rate, TIMELINE_RATE) - start;
      for await (const mouths of timed(lipSync.mouths(heard, fromFrame, signal), (ms) => (record.lipSyncMs += ms))) {
        const runEnd = mouths.firstFrame + mouths.frames;
        const sound = pcm.slice(sampleAt(mouths.firstFrame), sampleAt(runEnd));
        const run = { ...mouths, pcm: sound, startsChunk: mouths.firstFrame === chunk.firstFrame, takeFrames: last ? endFrame : null };
        yield { run, record, endsChunk: runEnd === endFrame };
      }
    }
  }

  /** The take's first fragment, and when it was published: what a player that starts at once goes by. */
  let firstPublishedMs: number | null = null;
  const playingSince = () => (fromFrame === 0 ? firstPublishedMs : null);
  let announced = published?.fragments.length ?? 0;
  const events = function* (fragments: readonly Fragment[], initBytes: number): Generator<TakeEvent, void, void> {
    const nowMs = performance.now();
    for (const fragment of fragments) {
      firstPublishedMs ??= nowMs;
      const record = records.find(({ chunk }) => chunk.firstFrame === fragment.firstFrame);
      if (record) record.publishedMs = nowMs;
      announced += 1;
      yield { type: 'fragment', fragment, initBytes };
    }
  };
  const begin = () =>
    renderer.call('begin', {
      sceneId: job.sceneId, takeId, file: job.file, growingFile: job.growingFile, quality: job.quality,
      continues: published === null ? null : { ...published, sound: before.sound() },
    }, signal);

  let readyMs = job.askedMs;
  let framesDone = fromFrame;
  /** A player that started with the first fragment has little in hand. */
  const isPressed = () => firstPublishedMs === null || (framesDone - fromFrame) / fps - (performance.now() - firstPublishedMs) / 1000 < PRESSED_SEC;
  try {
    for await (const { run, record, endsChunk } of ahead(mouthRuns(), 1)) {
      while (untold.length > 0) yield { type: 'said', segment: untold.shift()! };
      const isFirst = framesDone === fromFrame;
      const heldBackMs = await timeOf(job.pace.until(run.firstFrame, signal));
      record.isHeldBack ||= heldBackMs > 1;
      if (run.startsChunk || isFirst) record.wantedMs = readyMs + heldBackMs;
      const rendered = await turns.turn({ seat, cost: run.frames, urgent: isPressed(), signal }, async (waitedMs) => {
        record.queueMs += waitedMs;
        if (isFirst) await begin();
        return renderer.call('render', { takeId, run }, signal);
      });
      record.composeMs += rendered.composeMs;
      record.encodeMs += rendered.encodeMs;
      framesDone += run.frames;
      readyMs = performance.now();
      yield { type: 'track', track: marksOf(run, run.pcm, rate) };
      yield* events(rendered.fragments, rendered.initBytes ?? 0);
      const last = run.takeFrames;
      if (endsChunk && last !== framesDone) yield { type: 'chunk', chunk: record.chunk, times: timesOf(record, playingSince(), fps) };
      yield { type: 'progress', framesDone, framesExpected: last };
    }
    if (framesDone === fromFrame) await begin(); // all was published before; only its end is missing
    while (untold.length > 0) yield { type: 'said', segment: untold.shift()! };
    const summary = await renderer.call('finish', takeId, signal);
    yield* events(summary.fragments.slice(announced), summary.initBytes);
    const last = records.at(-1)!;
    if (last.wantedMs !== null) yield { type: 'chunk', chunk: last.chunk, times: timesOf(last, playingSince(), fps) };
    const result = { summary, segments, chunks: records.map(({ chunk }) => chunk), times: stageTimes(records, job.askedMs), speechFound: lipSync.speechFound() };
    yield { type: 'finished', result };
  } finally {
    lipSync.close();
    // After `finish` the take is no longer open there and this does nothing.
    await renderer.call('abort', { takeId, keep: signal?.reason instanceof Pause }).catch(() => null);
  }
}

/** A recording's text as it lies on the timeline. */
const placedOf = ({ index, text, lang, voice, estimated, startSec, endSec, words }: SaidSegment): PlacedSegment => ({
  segment: text === '' ? null : { index, text, lang, voice, estimated }, startSec, endSec, words,
});

/** With less than this in hand, a run goes before those of takes that have more (on credit: schedule/fairQueue.ts). */
const PRESSED_SEC = 1;

/** Collects the sound just before a frame, by which an encoder that goes on there is primed. */
function soundBefore(frame: number, rate: Rate): { add(firstFrame: number, pcm: Float32Array): void; sound(): Float32Array } {
  const needed = soundNeededBefore(frame, rate);
  const end = frameStartSample(frame, rate, TIMELINE_RATE);
  let tail: Float32Array = new Float32Array(0);
  return {
    add(firstFrame, pcm) {
      const start = frameStartSample(firstFrame, rate, TIMELINE_RATE);
      if (start >= end) return;
      const both = joined(tail, pcm.subarray(0, end - start));
      tail = both.slice(Math.max(0, both.length - needed));
    },
    sound: () => tail,
  };
}

function stageTimes(records: readonly ChunkRecord[], askedMs: number): StageTimes {
  const sum = (pick: (record: ChunkRecord) => number) => records.reduce((all, record) => all + pick(record), 0);
  return {
    speechMs: sum(({ speechMs }) => speechMs), queueMs: sum(({ queueMs }) => queueMs), lipSyncMs: sum(({ lipSyncMs }) => lipSyncMs),
    composeMs: sum(({ composeMs }) => composeMs), encodeWaitMs: sum(({ encodeMs }) => encodeMs), totalMs: performance.now() - askedMs,
  };
}

async function timeOf(work: Promise<void>): Promise<number> {
  const t = performance.now();
  await work;
  return performance.now() - t;
}

/** Tells the time that the source takes to give each item. */
async function* timed<T>(source: AsyncIterable<T> | Iterable<T>, onTime: (ms: number) => void): AsyncGenerator<T, void, void> {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  try {
    for (;;) {
      const t = performance.now();
      const next = await iterator.next();
      onTime(performance.now() - t);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}
