/**
 * Sound → a mouth per frame. Three drivers behind one interface: the rig from phonemes, the rig from a recording (a network
 * listens), and Wav2Lip. Mouths leave in runs of at most a second, so that composing starts before the chunk is done.
 */
import { POSE_SIZE } from '../../shared/vocabulary.ts';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { joined } from '../joined.ts';
import { rateValue, type Rate } from '../media/rate.ts';
import { createResampler } from '../media/resample.ts';
import { posesFromPhonemes, SUPPORT_SEC } from './articulation.ts';
import { LISTEN_LOOK_AHEAD_SEC, type Listener } from './listen.ts';
import { createWindowStream, MEL_SAMPLE_RATE } from './mel.ts';
import type { FrameCrops } from './renderThread.ts';
import { TIMELINE_RATE, type SoundChunk } from './timeline.ts';
import type { Batcher, LipFrame } from './wav2lip.ts';

/** Mouths of consecutive frames, one after the other in one array. */
export type Mouths =
  | { kind: 'pose'; /** [frames, 8] */ poses: Float32Array }
  | { kind: 'patch'; size: number; /** [frames, 3, size, size] planar BGR 0..1 */ patches: Float32Array };

export interface MouthRun {
  firstFrame: number;
  frames: number;
  mouths: Mouths;
}

export interface LipSync {
  /** How far past a chunk's end the sound must be known for its mouths. */
  readonly lookAheadSec: number;
  /** The mouths of the chunk's frames from `fromFrame` on, in order. Chunks must come in order, each once, even those of which no frame is wanted. */
  mouths(sound: SoundChunk, fromFrame: number, signal?: AbortSignal): AsyncIterable<MouthRun> | Iterable<MouthRun>;
  /** false once a whole recording held no speech; null where the question does not arise or is not answered yet. */
  speechFound(): boolean | null;
  /** Frees what it holds, wherever the take has ended. The opener closes. */
  close(): void;
}

/** Milliseconds of a run of frames: waiting for a turn at the network, and in it. */
export interface InferenceTimes {
  queueMs: number;
  inferenceMs: number;
}

/**
 * Frames per run, by how many frames lie before it: the first is just one short fragment, because the first picture on screen waits for it; the next
 * ones are short too, because a player that started with it has little in hand, and other takes' runs come in between.
 */
const RUN_FRAMES = [{ before: 25, frames: 6 }, { before: 75, frames: 12 }, { before: Infinity, frames: 25 }] as const;

/** Splits a chunk into runs. */
function* runsOf(sound: SoundChunk, fromFrame: number): Generator<{ firstFrame: number; frames: number }> {
  const end = sound.chunk.firstFrame + sound.chunk.frames;
  for (let at = Math.max(fromFrame, sound.chunk.firstFrame); at < end; ) {
    const { frames } = RUN_FRAMES.find(({ before }) => at - fromFrame < before)!;
    yield { firstFrame: at, frames: Math.min(frames, end - at) };
    at += frames;
  }
}

/** The built-in rig on a voice with phoneme times: no network. */
export function rigFromPhonemes(rate: Rate): LipSync {
  return {
    lookAheadSec: SUPPORT_SEC,
    *mouths(sound, fromFrame, signal) {
      for (const run of runsOf(sound, fromFrame)) {
        throwIfCanceled(signal);
        const poses = posesFromPhonemes(sound.phonemes ?? [], { fps: rateValue(rate), ...run });
        yield { ...run, mouths: { kind: 'pose', poses } };
      }
    },
    speechFound: () => null,
    close: () => undefined,
  };
}

/** The built-in rig on a recording: a small network listens. */
export function rigFromSound(rate: Rate, listener: Listener): LipSync {
  const to16k = createResampler(TIMELINE_RATE, MEL_SAMPLE_RATE);
  let poses: Float32Array = new Float32Array(0);
  let ended = false;
  return {
    lookAheadSec: LISTEN_LOOK_AHEAD_SEC,
    async *mouths(sound, fromFrame, signal) {
      const { firstFrame, frames } = sound.chunk;
      if (!ended) poses = joined(poses, await listener.push(to16k.push(sound.heard), signal));
      if (sound.ended && !ended) {
        ended = true; // later chunks bring no new sound
        poses = joined(poses, await listener.push(to16k.finish(), signal));
        poses = joined(poses, await listener.flush(frameCountOf(sound, rate), signal));
      }
      if (poses.length < frames * POSE_SIZE) throw new StudioError('bug', `Only ${poses.length / POSE_SIZE} of ${frames} poses are known at frame ${firstFrame}.`);
      for (const run of runsOf(sound, fromFrame)) {
        throwIfCanceled(signal);
        const from = (run.firstFrame - firstFrame) * POSE_SIZE;
        yield { ...run, mouths: { kind: 'pose', poses: poses.slice(from, from + run.frames * POSE_SIZE) } };
      }
      poses = poses.subarray(frames * POSE_SIZE);
    },
    speechFound: () => (ended ? listener.speechFound() : null),
    close: () => to16k.close(),
  };
}

export interface Wav2LipDriver {
  /** Of the model; shared by all takes. */
  batcher: Batcher;
  /** Whose turn it uses. */
  seat: string;
  onTimes: (times: InferenceTimes) => void;
  /** Crops of consecutive frames. */
  crops: (firstFrame: number, frames: number, size: number) => Promise<FrameCrops>;
}

/** The mel window reaches 200 ms past its frame; the rest is for `syncOffsetFrames` and the analysis window. */
const MEL_LOOK_AHEAD_SEC = 0.3;

/** A Wav2Lip model: mel windows and crops in, patches out. */
export function wav2lipFromSound(rate: Rate, { batcher, seat, onTimes, crops }: Wav2LipDriver): LipSync {
  const { model } = batcher;
  const size = model.wav2lip!.size;
  const values = 3 * size * size;
  const to16k = createResampler(TIMELINE_RATE, MEL_SAMPLE_RATE);
  const stream = createWindowStream(rateValue(rate), model.syncOffsetFrames);
  const windows: Float32Array[] = [];
  /** Crops of plates seen lately, kept as the same objects: the model's input is then written once. */
  const kept = new Map<number, Float32Array>();
  let ended = false;

  const lipFrames = async (firstFrame: number, frames: number): Promise<(LipFrame | null)[]> => {
    const known = await crops(firstFrame, frames, size);
    if (kept.size > KEPT_CROPS) kept.clear();
    for (const [plate, crop] of known.crops) if (!kept.has(plate)) kept.set(plate, crop);
    const mels = windows.splice(0, frames);
    return known.plateOfFrame.map((plate, i) => (plate === null ? null : { mel: mels[i], crop: kept.get(plate)! }));
  };

  return {
    lookAheadSec: MEL_LOOK_AHEAD_SEC + Math.max(0, model.syncOffsetFrames) / rateValue(rate),
    async *mouths(sound, fromFrame, signal) {
      if (!ended) windows.push(...stream.push(to16k.push(sound.heard)));
      if (sound.ended && !ended) {
        ended = true; // later chunks bring no new sound
        windows.push(...stream.push(to16k.finish()), ...stream.flush(frameCountOf(sound, rate)));
      }
      if (windows.length < sound.chunk.frames) throw new StudioError('bug', `Only ${windows.length} of ${sound.chunk.frames} mel windows are known at frame ${sound.chunk.firstFrame}.`);
      windows.splice(0, Math.min(sound.chunk.frames, Math.max(0, fromFrame - sound.chunk.firstFrame)));
      for (const run of runsOf(sound, fromFrame)) {
        const asked = await lipFrames(run.firstFrame, run.frames);
        // Shared memory: the patches reach the render thread without a copy. A frame without a face keeps zeros, which nobody looks at.
        const patches = new Float32Array(new SharedArrayBuffer(run.frames * values * 4));
        const withFace = asked.flatMap((frame, i) => (frame ? [i] : []));
        let next = 0;
        const drawn = batcher.patches(withFace.map((i) => asked[i]!), { seat, urgent: run.firstFrame === fromFrame, signal, onTimes });
        for await (const { patch } of drawn) patches.set(patch, withFace[next++] * values);
        yield { ...run, mouths: { kind: 'patch', size, patches } };
      }
    },
    speechFound: () => null,
    close: () => to16k.close(),
  };
}

const KEPT_CROPS = 512;

/** Frames of the whole take, once all sound is known: the last chunk that was planned ends there. */
function frameCountOf(sound: SoundChunk, rate: Rate): number {
  return Math.max(sound.chunk.firstFrame + sound.chunk.frames, Math.ceil(sound.knownSec * rateValue(rate) - 1e-6));
}
