/** Sound files as tests hear them. */
import { joined } from '../../src/engine/joined.ts';
import { decodeAudio, type DecodeAudioOptions } from '../../src/engine/media/audio.ts';

/** The whole recording at once; 1 minute at 48 kHz is 11.5 MB. Errors as decodeAudio. */
export async function readAudio(file: string, options: DecodeAudioOptions): Promise<Float32Array> {
  const blocks: Float32Array[] = [];
  for await (const block of decodeAudio(file, options)) blocks.push(block);
  return joined(new Float32Array(0), ...blocks);
}

/** Mono samples end to end. */
export const inARow = (...parts: readonly Float32Array[]): Float32Array => joined(new Float32Array(0), ...parts);

/** Root mean square between two moments, dB of full scale. */
export function levelDb(pcm: Float32Array, sampleRate: number, fromSec: number, toSec: number): number {
  const part = pcm.subarray(Math.max(0, Math.round(fromSec * sampleRate)), Math.round(toSec * sampleRate));
  return 10 * Math.log10(part.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, part.length) + 1e-12);
}

const ONSET_STEP_SEC = 0.001;
const ONSET_WINDOW_SEC = 0.005;

/**
 * When a sound sets in, seconds: the first moment between the two given ones whose 5 ms are louder than `belowDb` under the loudest 5 ms there.
 * null where nothing is heard. It knows nothing of words.
 */
export function onsetIn(pcm: Float32Array, sampleRate: number, fromSec: number, toSec: number, belowDb: number): number | null {
  const levels: number[] = [];
  for (let at = fromSec; at < toSec; at += ONSET_STEP_SEC) levels.push(levelDb(pcm, sampleRate, at, at + ONSET_WINDOW_SEC));
  const loudest = levels.reduce((most, level) => Math.max(most, level), -Infinity);
  const first = levels.findIndex((level) => level > loudest - belowDb);
  // The window reaches ahead: what makes it loud is at its end.
  return first < 0 || loudest < -100 ? null : fromSec + first * ONSET_STEP_SEC + ONSET_WINDOW_SEC;
}
