/** Sound as a WAV file, for listening to a voice alone. */
import { rename, rm, writeFile } from 'node:fs/promises';
import wavefile from 'wavefile';
import { StudioError } from '../../shared/errors.ts';

/** Writes mono −1..1 as 16-bit PCM, whole or not at all. @throws io */
export async function writeWav(file: string, pcm: Float32Array, sampleRate: number): Promise<void> {
  const wav = new wavefile.WaveFile();
  wav.fromScratch(1, sampleRate, '16', Int16Array.from(pcm, (sample) => Math.max(-1, Math.min(1, sample)) * 32767));
  const part = `${file}.part`;
  try {
    await writeFile(part, wav.toBuffer());
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw new StudioError('io', `${file} cannot be written. Choose a folder that exists and may be written.`, { cause: error });
  }
}
