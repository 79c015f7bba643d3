/** How loud a video's sound is under each of its frames, and where nobody speaks. */
import { decodeAudio } from '../media/audio.ts';
import { soundDelaySec } from '../media/streamStarts.ts';
import { quantile } from './curves.ts';

const SAMPLE_RATE = 16_000;

/** Root mean square per frame, on the picture's clock; silence before the sound begins and after it has ended. */
export async function loudnessOf(file: string, frames: number, fps: number, signal?: AbortSignal): Promise<Float64Array> {
  const sums = new Float64Array(frames);
  const counts = new Uint32Array(frames);
  let sample = Math.round((await soundDelaySec(file)) * SAMPLE_RATE);
  for await (const block of decodeAudio(file, { sampleRate: SAMPLE_RATE, ...(signal ? { signal } : {}) })) {
    for (const value of block) {
      const frame = Math.floor((sample++ * fps) / SAMPLE_RATE);
      if (frame < 0 || frame >= frames) continue;
      sums[frame] += value * value;
      counts[frame] += 1;
    }
  }
  return sums.map((sum, i) => (counts[i] === 0 ? 0 : Math.sqrt(sum / counts[i])));
}

/** Speech lies within so much of the loud frames (28 dB) … */
const BELOW_LOUD = 0.04;
/** … and is never this quiet (−56 dB of full scale). */
const QUIET = 0.0015;

/** Whether each frame sounds. */
export function soundingOf(loudness: Float64Array): boolean[] {
  const limit = Math.max(QUIET, BELOW_LOUD * quantile(loudness, 0.95));
  return Array.from(loudness, (value) => value > limit);
}
