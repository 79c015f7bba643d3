/**
 * Recorded speech → poses, as a stream: level → mel → the rig network → mouth shapes per frame. What the network hears is
 * read the way the text path is, so both drive the rig alike.
 */
import { MEL_BINS, POSE_SIZE } from '../../shared/vocabulary.ts';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { joined } from '../joined.ts';
import type { Sessions } from '../onnx/sessions.ts';
import { createReader, loudnessOf, READ_AHEAD_SEC } from './hearing.ts';
import { createLeveller, LEVEL_AHEAD_SEC } from './levelling.ts';
import { createMelStream, frameCount, MEL_RATE, MEL_SAMPLE_RATE, MEL_SILENCE } from './mel.ts';

/** Poses per network window, and mel columns that a window needs before and after them (models/make/rigNetwork.ts). */
const WINDOW_POSES = 64;
const CONTEXT = 16;
/** Windows per run: a run stays below 10 ms on one core. */
const BATCH = 8;

/** How far past a frame the sound must be known for its pose: level, context, window and the finite support of `act`. */
export const LISTEN_LOOK_AHEAD_SEC = LEVEL_AHEAD_SEC + READ_AHEAD_SEC + (WINDOW_POSES + CONTEXT) / MEL_RATE + 0.05;

export interface Listener {
  /**
   * Takes the next samples and gives the poses that have become certain, [n, 8] in the order of POSE_PARAMETERS, from frame 0 on.
   * @param pcm mono 16 kHz, −1..1, any number
   */
  push(pcm: Float32Array, signal?: AbortSignal): Promise<Float32Array>;
  /** Ends the sound and gives the remaining poses. @param frames in all; unless given, as many as the sound needs */
  flush(frames?: number, signal?: AbortSignal): Promise<Float32Array>;
  /** Whether anything was said so far. Final after flush(); false then deserves a warning. */
  speechFound(): boolean;
}

export interface ListenOptions {
  sessions: Sessions;
  fps: number;
  /** `rig` unless given. */
  modelId?: string;
}

/** Calls must not overlap: await one before the next. However the sound is cut, the poses are the same. */
export function listen({ sessions, fps, modelId = 'rig' }: ListenOptions): Listener {
  const leveller = createLeveller();
  const melStream = createMelStream();
  const reader = createReader(fps);
  /** Mel columns from `CONTEXT` before the first pose that is still to come. */
  let columns: Float32Array = new Float32Array(CONTEXT * MEL_BINS).fill(MEL_SILENCE);
  /** Columns given to the network, and columns that are sound: all until the end is known. */
  let heardColumns = 0;
  let soundColumns = Infinity;
  let samples = 0;
  let given = 0;
  let ended = false;

  const add = (fresh: Float32Array) => {
    columns = joined(columns, fresh);
  };

  /** Runs every window that is complete. */
  const hear = async (signal: AbortSignal | undefined): Promise<void> => {
    const length = (WINDOW_POSES + 2 * CONTEXT) * MEL_BINS;
    const step = WINDOW_POSES * MEL_BINS;
    for (;;) {
      throwIfCanceled(signal);
      const count = Math.min(BATCH, Math.floor((columns.length - 2 * CONTEXT * MEL_BINS) / step));
      if (count <= 0) return;
      const mel = new Float32Array(count * length);
      for (let n = 0; n < count; n++) mel.set(columns.subarray(n * step, n * step + length), n * length);
      const loud = loudnessOf(columns.subarray((CONTEXT - 2) * MEL_BINS, (CONTEXT + 2) * MEL_BINS + count * step));
      // What was added after the end says nothing about the room's noise.
      for (let c = 0; c < loud.length; c++) if (heardColumns + c >= soundColumns) loud[c] = NaN;
      heardColumns += loud.length;
      columns = columns.slice(count * step);
      const dims = [count, WINDOW_POSES + 2 * CONTEXT, MEL_BINS];
      const { poses } = await sessions.run(modelId, { mel: { type: 'float32', dims, data: mel } }, signal);
      if (!(poses.data instanceof Float32Array) || poses.data.length !== count * WINDOW_POSES * POSE_SIZE) {
        throw new StudioError('bug', `The model “${modelId}” gave poses [${poses.dims.join(',')}], expected [${count},${WINDOW_POSES},${POSE_SIZE}].`);
      }
      reader.push(poses.data, loud);
    }
  };

  return {
    async push(pcm, signal) {
      if (ended) throw new StudioError('bug', 'Sound was pushed after flush().');
      samples += pcm.length;
      add(melStream.push(leveller.push(pcm)));
      await hear(signal);
      const poses = reader.certain();
      given += poses.length / POSE_SIZE;
      return poses;
    },
    async flush(frames, signal) {
      if (ended) throw new StudioError('bug', 'flush() was called twice.');
      ended = true;
      const wanted = frames ?? frameCount(samples, MEL_SAMPLE_RATE, fps);
      add(melStream.push(leveller.flush()));
      add(melStream.flush());
      soundColumns = heardColumns + columns.length / MEL_BINS - CONTEXT;
      // Silence to the end of the last window that any wanted frame reads.
      const reach = Math.ceil((wanted / fps + 0.1) * MEL_RATE) + 2 * CONTEXT + WINDOW_POSES;
      add(new Float32Array(reach * MEL_BINS).fill(MEL_SILENCE));
      await hear(signal);
      return reader.rest(wanted - given);
    },
    speechFound: () => reader.speechFound(),
  };
}
