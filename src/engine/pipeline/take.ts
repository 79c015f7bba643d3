/** One take: what is said, by which face, as a growing fragmented MP4. The whole product in one expression (`renderTake`). */
import type { Quality } from '../../shared/contract.ts';
import type { Fragment, Mp4Summary } from '../media/mp4Writer.ts';
import { frameStartSample, type Rate } from '../media/rate.ts';
import type { Chunk } from '../../shared/vocabulary.ts';
import type { Voices } from '../voice/voices.ts';
import { ahead } from './ahead.ts';
import type { LipSync } from './lipsync.ts';
import type { Renderer, RenderRun } from './renderThread.ts';
import { hearRecording, speakScript, type SpeakJob } from './speech.ts';
import { cutChunks, TIMELINE_RATE, type PlacedSegment, type SoundChunk } from './timeline.ts';

export interface TakeJob {
  takeId: string;
  /** An open scene of the renderer: avatar, size and frame rate. */
  sceneId: number;
  rate: Rate;
  said: SpeakJob | { recording: string; gain: number };
  lipSync: LipSync;
  quality: Quality;
  /** The take's own file, fragmented; until it is whole it grows under a hidden name, which the `growing` event tells. */
  file: string;
}

/** Where the time of a take went, milliseconds. Stages overlap, so they may add up to more than the whole. */
export interface StageTimes {
  speechMs: number;
  lipSyncMs: number;
  composeMs: number;
  /** Waiting for the encoder after composing: encoding itself runs beside it. */
  encodeWaitMs: number;
  totalMs: number;
}

export type TakeEvent =
  | { type: 'growing'; file: string }
  /** Published bytes: complete on disk, never changing. `initBytes` is the header before the first fragment. */
  | { type: 'fragment'; fragment: Fragment; initBytes: number }
  | { type: 'progress'; framesDone: number; /** null until all is spoken */ framesExpected: number | null }
  | { type: 'finished'; result: TakeResult };

export interface TakeResult {
  summary: Mp4Summary;
  segments: PlacedSegment[];
  chunks: Chunk[];
  times: StageTimes;
  /** false: a recording without speech, the face rests throughout. */
  speechFound: boolean | null;
}

/**
 * Renders one take. Events come in order; the consumer's pull is the back-pressure. Canceling or leaving the loop early removes the
 * unfinished file.
 */
export async function* renderTake(job: TakeJob, parts: { voices: Voices; renderer: Renderer }, signal?: AbortSignal): AsyncGenerator<TakeEvent, void, void> {
  const { renderer, voices } = parts;
  const { takeId, rate, lipSync } = job;
  const startedMs = performance.now();
  const times: StageTimes = { speechMs: 0, lipSyncMs: 0, composeMs: 0, encodeWaitMs: 0, totalMs: 0 };
  const segments: PlacedSegment[] = [];
  const chunks: Chunk[] = [];
  let framesExpected: number | null = null;
  let framesDone = 0;
  let announced = 0;

  const said = 'recording' in job.said ? hearRecording(job.said.recording, job.said.gain, signal) : speakScript(job.said, voices, signal);
  const sound = cutChunks(ahead(timed(said, times, 'speechMs'), 1), rate, lipSync.lookAheadSec, (placed) => segments.push(placed));
  const runs = ahead(mouthsOf(sound, lipSync, times, rate, (chunk, last) => {
    chunks.push(chunk);
    if (last) framesExpected = chunk.firstFrame + chunk.frames;
  }, signal), 1);

  try {
    const { growingFile } = await renderer.call('begin', { sceneId: job.sceneId, takeId, file: job.file, quality: job.quality }, signal);
    yield { type: 'growing', file: growingFile };
    for await (const run of runs) {
      const rendered = await renderer.call('render', { takeId, run }, signal);
      times.composeMs += rendered.composeMs;
      times.encodeWaitMs += rendered.encodeMs;
      framesDone += run.frames;
      for (const fragment of rendered.fragments) yield { type: 'fragment', fragment, initBytes: rendered.initBytes! };
      announced += rendered.fragments.length;
      yield { type: 'progress', framesDone, framesExpected };
    }
    const summary = await renderer.call('finish', takeId, signal);
    for (const fragment of summary.fragments.slice(announced)) yield { type: 'fragment', fragment, initBytes: summary.initBytes };
    times.totalMs = performance.now() - startedMs;
    yield { type: 'finished', result: { summary, segments, chunks, times, speechFound: lipSync.speechFound() } };
  } finally {
    // After `finish` the take is no longer open there and this does nothing.
    await renderer.call('abort', takeId).catch(() => null);
  }
}

/** Each chunk's mouths in runs, with the sound of just those frames. */
async function* mouthsOf(
  sound: AsyncIterable<SoundChunk>,
  lipSync: LipSync,
  times: StageTimes,
  rate: Rate,
  onChunk: (chunk: Chunk, last: boolean) => void,
  signal?: AbortSignal,
): AsyncGenerator<RenderRun, void, void> {
  for await (const heard of sound) {
    const { chunk, pcm, last } = heard;
    onChunk(chunk, last);
    const takeFrames = last ? chunk.firstFrame + chunk.frames : null;
    const start = frameStartSample(chunk.firstFrame, rate, TIMELINE_RATE);
    const sampleAt = (frame: number) => frameStartSample(frame, rate, TIMELINE_RATE) - start;
    for await (const run of timed(lipSync.mouths(heard, signal), times, 'lipSyncMs')) {
      yield { ...run, pcm: pcm.slice(sampleAt(run.firstFrame), sampleAt(run.firstFrame + run.frames)), startsChunk: run.firstFrame === chunk.firstFrame, takeFrames };
    }
  }
}

/** Adds the time that the source takes to give each item. */
async function* timed<T>(source: AsyncIterable<T> | Iterable<T>, times: StageTimes, stage: 'speechMs' | 'lipSyncMs'): AsyncGenerator<T, void, void> {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  try {
    for (;;) {
      const t = performance.now();
      const next = await iterator.next();
      times[stage] += performance.now() - t;
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}
