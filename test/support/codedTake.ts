/** A take of which every frame says its index and every sample of sound is known: what comes out can be checked picture by picture. */
import { AV_NOPTS_VALUE } from 'node-av/constants';
import { createI420, type I420 } from '../../src/engine/media/i420.ts';
import { openMp4Writer, soundNeededBefore, type Fragment, type Mp4Writer, type Mp4WriterOptions } from '../../src/engine/media/mp4Writer.ts';
import { frameStartSample, type Rate } from '../../src/engine/media/rate.ts';
import { decodeFrames, openSource } from '../../src/engine/media/source.ts';
import { SAMPLE_RATE, noise } from './clickTake.ts';

export const WIDTH = 128;
export const HEIGHT = 64;
const BITS = 8;
const BAR = WIDTH / BITS;

/** Eight bars, dark or bright, are the bits of the index, over some texture that moves. */
export function drawCode(frame: I420, index: number): void {
  frame.data.fill(128);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) frame.data[y * WIDTH + x] = ((index >> Math.floor(x / BAR)) & 1 ? 180 : 60) + ((x + y + 3 * index) & 15);
  }
}

/** Syllables of a voice with pauses, a breath of noise, and clicks that begin anywhere: all that makes an AAC encoder change its mind. −1..1 */
export function speechLike(samples: number): Float32Array {
  const random = noise(3);
  let breath = 0;
  return Float32Array.from({ length: samples }, (_, i) => {
    const t = i / SAMPLE_RATE;
    breath = 0.9 * breath + 0.1 * random();
    const syllable = Math.exp(-((t * 5) % 1) * 8);
    const click = i % 9973 < 150 ? 0.5 * Math.cos(i * 0.27) * (1 - (i % 9973) / 150) : 0;
    return syllable * (0.25 * Math.sin(2 * Math.PI * (180 + 60 * Math.sin(3 * t)) * t) + 0.5 * breath) + click + 0.001 * random();
  });
}

/** Gives frames `from` to `to` with the sound of each just before it, as the render thread does. */
export async function writeFrames(writer: Mp4Writer, pcm: Float32Array, rate: Rate, from: number, to: number): Promise<void> {
  const frame = createI420(WIDTH, HEIGHT);
  for (let index = from; index < to; index++) {
    drawCode(frame, index);
    writer.addAudio(pcm.subarray(frameStartSample(index, rate, SAMPLE_RATE), frameStartSample(index + 1, rate, SAMPLE_RATE)));
    await writer.addFrame(frame);
  }
}

export const codedOptions = (file: string, growingFile: string, rate: Rate, quality: 'live' | 'final' = 'live') =>
  ({ file, growingFile, width: WIDTH, height: HEIGHT, fps: rate, quality, marking: { takeId: 'coded' } }) satisfies Mp4WriterOptions;

/** A writer that goes on after these fragments, with no more sound than it asks for. */
export function openContinued(options: Mp4WriterOptions, fragments: Fragment[], pcm: Float32Array, rate: Rate): Promise<Mp4Writer> {
  const frame = framesOf(fragments);
  const end = frameStartSample(frame, rate, SAMPLE_RATE);
  const sound = pcm.slice(end - soundNeededBefore(frame, rate), end);
  return openMp4Writer({ ...options, continues: { fragments, initBytes: fragments[0].offset, sound } });
}

export const framesOf = (fragments: Fragment[]): number => fragments.reduce((sum, { frames }) => sum + frames, 0);

/** What each decoded picture says, with its time in frames. */
export async function readCodes(file: string, rate: Rate): Promise<{ index: number; time: number }[]> {
  const source = await openSource(file);
  const stream = source.videoStream!;
  const found: { index: number; time: number }[] = [];
  for await (const picture of decodeFrames(source, stream)) {
    const row = picture.data![0].subarray((HEIGHT / 2) * picture.linesize[0]);
    let index = 0;
    for (let bit = 0; bit < BITS; bit++) if (row[bit * BAR + BAR / 2] > 128) index |= 1 << bit;
    if (picture.pts === AV_NOPTS_VALUE) throw new Error('a picture without a time');
    found.push({ index, time: (Number(picture.pts) * stream.timeBase.num * rate.num) / (stream.timeBase.den * rate.den) });
  }
  await source.close();
  return found;
}
