/**
 * Sound → a mouth per frame. Three drivers behind one interface: the rig from phonemes, the rig from a recording (a network
 * listens), and Wav2Lip. Mouths leave in runs of at most a second, so that composing starts before the chunk is done.
 */
import { POSE_SIZE } from '../../shared/vocabulary.ts';
import { throwIfCanceled } from '../../shared/errors.ts';
import { rateValue, type Rate } from '../media/rate.ts';
import { posesFromPhonemes, SUPPORT_SEC } from './articulation.ts';
import type { SoundChunk } from './timeline.ts';

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
  /** The mouths of exactly the chunk's frames, in order. Chunks must come in order, each once. */
  mouths(sound: SoundChunk, signal?: AbortSignal): AsyncGenerator<MouthRun, void, void>;
  /** false once a whole recording held no speech; null where the question does not arise or is not answered yet. */
  speechFound(): boolean | null;
}

/** Frames per run: the first run of a take is just one short fragment, because the first picture on screen waits for it. */
const FIRST_RUN_FRAMES = 6;
const RUN_FRAMES = 25;

/** Splits a chunk into runs. */
export function* runsOf(sound: SoundChunk): Generator<{ firstFrame: number; frames: number }> {
  const { firstFrame, frames } = sound.chunk;
  const end = firstFrame + frames;
  for (let at = firstFrame; at < end; ) {
    const count = Math.min(at === 0 ? FIRST_RUN_FRAMES : RUN_FRAMES, end - at);
    yield { firstFrame: at, frames: count };
    at += count;
  }
}

/** The built-in rig on a voice with phoneme times: no network. */
export function rigFromPhonemes(rate: Rate): LipSync {
  return {
    lookAheadSec: SUPPORT_SEC,
    // eslint wants an await in an async generator; there is nothing to wait for here, so a plain generator is delegated to.
    async *mouths(sound, signal) {
      yield* posesOfRuns(sound, signal);
    },
    speechFound: () => null,
  };

  function* posesOfRuns(sound: SoundChunk, signal?: AbortSignal): Generator<MouthRun> {
    for (const run of runsOf(sound)) {
      throwIfCanceled(signal);
      const poses = posesFromPhonemes(sound.phonemes ?? [], { fps: rateValue(rate), ...run });
      yield { ...run, mouths: { kind: 'pose', poses } };
    }
  }
}

/** A pose per frame, all at rest. */
export function restingPoses(frames: number): Float32Array {
  return new Float32Array(frames * POSE_SIZE);
}
