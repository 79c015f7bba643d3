/** Input tensors of a Wav2Lip model on shared memory, used again for run after run. */
import { StudioError } from '../../shared/errors.ts';
import { MEL_BINS, MEL_WINDOW } from '../../shared/vocabulary.ts';
import type { LoadedModel } from '../onnx/sessions.ts';
import { floatsToHalves, sharedArray, type Tensor } from '../onnx/tensor.ts';

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

const MEL_LENGTH = MEL_BINS * MEL_WINDOW;

/** @throws bug where the crop or the window has another size */
export function checkLipFrame({ crop, mel }: LipFrame, size: number): void {
  const cropLength = 3 * size * size;
  if (crop.length === cropLength && mel.length === MEL_LENGTH) return;
  throw new StudioError('bug', `A Wav2Lip frame needs a crop of ${cropLength} and a mel window of ${MEL_LENGTH} values, got ${crop.length} and ${mel.length}.`);
}

export interface Slot {
  /**
   * Writes the frames and gives tensors of `batch` frames; what is not filled is padding.
   * `places[i]` is where frame i lies in the batch: a crop that is there already stays where it is.
   */
  fill(frames: readonly LipFrame[], batch: number): { inputs: Record<string, Tensor>; places: number[] };
}

/** @param largest the most frames in a batch */
export function createSlot(binding: NonNullable<LoadedModel['wav2lip']>, largest: number): Slot {
  const { size, mel, face } = binding;
  const plane = size * size, cropLength = 3 * plane, faceLength = 2 * cropLength;
  const faces = sharedArray(face.type, largest * faceLength) as Float32Array | Uint16Array;
  const mels = sharedArray(mel.type, largest * MEL_LENGTH) as Float32Array | Uint16Array;
  const written: (Float32Array | null)[] = Array.from({ length: largest }, () => null);

  /** Channels 0–2: the crop with its lower half zero (those rows are never written); 3–5: the whole crop. */
  const writeCrop = (crop: Float32Array, at: number): void => {
    const whole = at * faceLength + cropLength;
    writeFloats(crop, faces.subarray(whole, whole + cropLength));
    for (let channel = 0; channel < 3; channel++) {
      const from = whole + channel * plane;
      faces.copyWithin(at * faceLength + channel * plane, from, from + plane / 2);
    }
    written[at] = crop;
  };

  return {
    fill(frames, batch) {
      const places = placesFor(frames, written, batch);
      for (const [i, frame] of frames.entries()) {
        const at = places[i];
        writeFloats(frame.mel, mels.subarray(at * MEL_LENGTH, (at + 1) * MEL_LENGTH));
        if (written[at] !== frame.crop) writeCrop(frame.crop, at);
      }
      return {
        places,
        inputs: {
          [mel.name]: { type: mel.type, dims: [batch, 1, MEL_BINS, MEL_WINDOW], data: mels.subarray(0, batch * MEL_LENGTH) },
          [face.name]: { type: face.type, dims: [batch, 6, size, size], data: faces.subarray(0, batch * faceLength) },
        },
      };
    },
  };
}

/** A place below `batch` for each frame: one that holds its crop already where there is one, else any. */
function placesFor(frames: readonly LipFrame[], written: readonly (Float32Array | null)[], batch: number): number[] {
  const free = new Map<Float32Array | null, number[]>();
  for (let at = batch - 1; at >= 0; at--) {
    const places = free.get(written[at]);
    if (places) places.push(at);
    else free.set(written[at], [at]);
  }
  const places = frames.map(({ crop }) => free.get(crop)?.pop());
  const others = [...free.values()].flat().sort((a, b) => b - a);
  return places.map((place) => place ?? others.pop()!);
}

function writeFloats(values: Float32Array, to: Float32Array | Uint16Array): void {
  if (to instanceof Float32Array) to.set(values);
  else floatsToHalves(values, to);
}
