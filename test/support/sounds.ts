/** Sound files as tests hear them. */
import { joined } from '../../src/engine/joined.ts';
import { decodeAudio, type DecodeAudioOptions } from '../../src/engine/media/audio.ts';

/** The whole recording at once; 1 minute at 48 kHz is 11.5 MB. Errors as decodeAudio. */
export async function readAudio(file: string, options: DecodeAudioOptions): Promise<Float32Array> {
  const blocks: Float32Array[] = [];
  for await (const block of decodeAudio(file, options)) blocks.push(block);
  return joined(new Float32Array(0), ...blocks);
}
