/** A short take with a mark for eye and ear: one white picture, and a click that begins with it, over quiet noise. */
import { createI420, type I420 } from '../../src/engine/media/i420.ts';
import { openMp4Writer, soundNeededBefore, type Fragment, type Mp4Summary, type Mp4WriterOptions } from '../../src/engine/media/mp4Writer.ts';
import { frameStartSample, toRate } from '../../src/engine/media/rate.ts';

export const SAMPLE_RATE = 48_000;

/** Repeatable noise, −1..1. */
export function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2147483648 - 1;
  };
}

/** A moving soft pattern, different in each frame; frame `flash` is white. */
export function drawFrame(frame: I420, frameIndex: number, flash: number): void {
  const { width, height, data } = frame;
  const luma = width * height;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data[y * width + x] = 70 + ((x + 2 * y + 5 * frameIndex) & 63);
  }
  data.fill(110, luma, luma + luma / 4);
  data.fill(150, luma + luma / 4);
  if (frameIndex === flash) {
    data.fill(235, 0, luma);
    data.fill(128, luma);
  }
}

export interface ClickTakeOptions extends Partial<Omit<Mp4WriterOptions, 'file'>> {
  file: string;
  frames: number;
  clickFrame: number;
  keyframes?: number[];
  /** Pauses once so many fragments are published, and goes on with a new writer. Needs `growingFile`. */
  pauseAfter?: number;
}

export interface ClickTake {
  summary: Mp4Summary;
  /** What was given to the encoder. */
  pcm: Float32Array;
  clickSample: number;
  published: Fragment[];
}

/** 4 ms of 2 kHz starting at full level: survives AAC, and its start is sharp to a few samples. */
export function clickSound(seconds: number, clickSample: number): Float32Array {
  const random = noise(7);
  const pcm = Float32Array.from({ length: Math.round(seconds * SAMPLE_RATE) }, () => 0.02 * random());
  for (let i = 0; i < 192; i++) pcm[clickSample + i] += 0.9 * Math.cos((2 * Math.PI * 2000 * i) / SAMPLE_RATE) * (1 - i / 192);
  return pcm;
}

export async function writeClickTake(options: ClickTakeOptions): Promise<ClickTake> {
  const { frames, clickFrame, keyframes = [], pauseAfter = Infinity, ...rest } = options;
  const published: Fragment[] = [];
  const settings: Mp4WriterOptions = {
    width: 128, height: 96, fps: 25, quality: 'live', marking: { takeId: 'take-under-test' },
    ...rest,
    onFragment: async (fragment) => {
      published.push(fragment);
      await rest.onFragment?.(fragment);
    },
  };
  const rate = toRate(settings.fps);
  const clickSample = frameStartSample(clickFrame, rate, SAMPLE_RATE);
  // A little less sound than picture, as a real sentence has: the writer pads it.
  const pcm = clickSound((frames * rate.den) / rate.num - 0.013, clickSample);
  const frame = createI420(settings.width, settings.height);
  const giveSound = (from: number) => {
    for (let start = from; start < pcm.length; start += 10_007) writer.addAudio(pcm.slice(start, start + 10_007));
  };
  let writer = await openMp4Writer(settings);
  giveSound(0);
  let paused = false;
  for (let index = 0; index < frames; index++) {
    drawFrame(frame, index, clickFrame);
    await writer.addFrame(frame, { keyframe: keyframes.includes(index) });
    if (paused || published.length < pauseAfter) continue;
    paused = true;
    await writer.abort({ keep: true });
    const next = published.at(-1)!.firstFrame + published.at(-1)!.frames;
    const nextSample = frameStartSample(next, rate, SAMPLE_RATE);
    const sound = pcm.slice(nextSample - soundNeededBefore(next, rate), nextSample);
    writer = await openMp4Writer({ ...settings, continues: { fragments: [...published], initBytes: published[0].offset, sound } });
    giveSound(nextSample);
    index = next - 1;
  }
  return { summary: await writer.finish(), pcm, clickSample, published };
}

/** How many samples `heard` lags behind `given` around the click, to a fraction of a sample, by correlation. */
export function clickLag(heard: Float32Array, given: Float32Array, clickSample: number, reach = 2400): number {
  const score = (lag: number): number => {
    let sum = 0;
    for (let i = clickSample - 64; i < clickSample + 256; i++) sum += (heard[i + lag] ?? 0) * given[i];
    return sum;
  };
  let best = 0;
  for (let lag = -reach; lag <= reach; lag++) if (score(lag) > score(best)) best = lag;
  const [before, at, after] = [score(best - 1), score(best), score(best + 1)];
  return best + (before - after) / (2 * (before - 2 * at + after));
}
