/** Sound as a WAV file, for listening to a voice alone. */
import wavefile from 'wavefile';
import { writeWhole } from './wholeFile.ts';

/** Writes mono −1..1 as 16-bit PCM, whole or not at all. @throws io */
export async function writeWav(file: string, pcm: Float32Array, sampleRate: number): Promise<void> {
  await writeWhole(file, wavBytes(pcm, sampleRate));
}

/** Mono −1..1 as a file of 16-bit PCM. */
export function wavBytes(pcm: Float32Array, sampleRate: number): Uint8Array {
  const wav = new wavefile.WaveFile();
  wav.fromScratch(1, sampleRate, '16', Int16Array.from(pcm, (sample) => Math.max(-1, Math.min(1, sample)) * 32767));
  return wav.toBuffer();
}
