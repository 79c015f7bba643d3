/** Mouths from a Wav2Lip model: mel windows and face crops in, patches out, in batches that the session room has warmed. */
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import type { Mouth } from '../../shared/vocabulary.ts';
import type { LoadedModel, Sessions } from '../onnx/sessions.ts';
import { floatsToHalves, halvesToFloats, sharedArray, type Tensor } from '../onnx/tensor.ts';
import { MEL_BINS, MEL_WINDOW } from '../../shared/vocabulary.ts';

/** What one video frame needs. Frames are independent: those of different takes may stand side by side. */
export interface LipFrame {
  /** `[80,16]`, the window of this frame (createWindowStream with the model's syncOffsetFrames). */
  mel: Float32Array;
  /**
   * `[3,S,S]` planar BGR 0..1, the aligned crop of the model's size. The same object for equal crops: on a photo it is then
   * written once and no more. Must not change while frames with it are under way.
   */
  crop: Float32Array;
}
export type Patch = Extract<Mouth, { kind: 'patch' }>;

export interface Wav2LipOptions {
  sessions: Sessions;
  model: LoadedModel;
  signal?: AbortSignal | undefined;
}

/** Runs under way at once: one in the network, one waiting, so that the network never waits for us. */
const DEPTH = 2;

/**
 * One patch per frame, in order. A batch waits until it is full or the frames end: give the frames of a chunk as one
 * iterable, so that no frame waits for the next chunk.
 * @throws canceled (looked at once per batch), bug where a crop or window has another size, what Sessions.run() throws
 */
export async function* wav2lip(frames: AsyncIterable<LipFrame> | Iterable<LipFrame>, options: Wav2LipOptions): AsyncGenerator<Patch, void, void> {
  const { sessions, model, signal } = options;
  const { wav2lip: binding } = model;
  if (!binding) throw new StudioError('bug', `The model “${model.id}” is no Wav2Lip model.`);
  const { size } = binding;
  const largest = model.batches.at(-1)!;
  const slots = Array.from({ length: DEPTH }, () => createSlot(binding, largest));
  const running: { count: number; result: Promise<Record<string, Tensor>> }[] = [];
  let submitted = 0;

  const submit = (batch: LipFrame[]): void => {
    throwIfCanceled(signal);
    const slot = slots[submitted++ % DEPTH]; // free: at most DEPTH − 1 runs are under way here
    const result = sessions.run(model.id, slot.fill(batch, batchSize(batch.length, model.batches)), signal);
    result.catch(() => undefined); // reported when its turn comes; never as an unhandled rejection
    running.push({ count: batch.length, result });
  };
  const deliver = async function* (): AsyncGenerator<Patch, void, void> {
    const { count, result } = running.shift()!;
    const output = (await result)[binding.output.name].data;
    const pixels = output instanceof Float32Array ? output : halvesToFloats(output as Uint16Array);
    for (let i = 0, length = 3 * size * size; i < count; i++) {
      yield { kind: 'patch', size, patch: pixels.subarray(i * length, (i + 1) * length) };
    }
  };

  try {
    let waiting: LipFrame[] = [];
    for await (const frame of frames) {
      waiting.push(frame);
      if (waiting.length < largest) continue;
      submit(waiting);
      waiting = [];
      if (running.length === DEPTH) yield* deliver();
    }
    while (waiting.length > 0) {
      submit(waiting.splice(0, batchSize(waiting.length, model.batches)));
      if (running.length === DEPTH) yield* deliver();
    }
    while (running.length > 0) yield* deliver();
  } finally {
    await Promise.allSettled(running.map(({ result }) => result)); // the slots are in use until then
  }
}

/** The largest warm batch that `count` frames fill; where they fill none, the smallest, padded. */
export function batchSize(count: number, batches: readonly number[]): number {
  return batches.findLast((batch) => batch <= count) ?? batches[0];
}

interface Slot {
  /** Writes the batch and gives tensors of `batchSize` frames; what is not filled is padding. */
  fill(batch: readonly LipFrame[], batchSize: number): Record<string, Tensor>;
}

/** Input tensors on shared memory, used again for run after run. */
function createSlot(binding: NonNullable<LoadedModel['wav2lip']>, largest: number): Slot {
  const { size, mel, face } = binding;
  const plane = size * size, cropLength = 3 * plane, faceLength = 2 * cropLength, melLength = MEL_BINS * MEL_WINDOW;
  const faces = sharedArray(face.type, largest * faceLength) as Float32Array | Uint16Array;
  const mels = sharedArray(mel.type, largest * melLength) as Float32Array | Uint16Array;
  const written: (Float32Array | null)[] = Array.from({ length: largest }, () => null);

  /** Channels 0–2: the crop with its lower half zero (those rows are never written); 3–5: the whole crop. */
  const writeCrop = (crop: Float32Array, at: number): void => {
    const whole = at * faceLength + cropLength;
    writeFloats(crop, faces.subarray(whole, whole + cropLength));
    for (let channel = 0; channel < 3; channel++) {
      const from = whole + channel * plane;
      faces.copyWithin(at * faceLength + channel * plane, from, from + plane / 2);
    }
  };

  return {
    fill(batch, count) {
      for (const [at, frame] of batch.entries()) {
        if (frame.crop.length !== cropLength || frame.mel.length !== melLength) {
          throw new StudioError('bug', `A Wav2Lip frame needs a crop of ${cropLength} and a mel window of ${melLength} values, got ${frame.crop.length} and ${frame.mel.length}.`);
        }
        writeFloats(frame.mel, mels.subarray(at * melLength, (at + 1) * melLength));
        if (written[at] === frame.crop) continue;
        writeCrop(frame.crop, at);
        written[at] = frame.crop;
      }
      return {
        [mel.name]: { type: mel.type, dims: [count, 1, MEL_BINS, MEL_WINDOW], data: mels.subarray(0, count * melLength) },
        [face.name]: { type: face.type, dims: [count, 6, size, size], data: faces.subarray(0, count * faceLength) },
      };
    },
  };
}

function writeFloats(values: Float32Array, to: Float32Array | Uint16Array): void {
  if (to instanceof Float32Array) to.set(values);
  else floatsToHalves(values, to);
}
