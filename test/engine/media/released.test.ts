/** What FFmpeg holds is given back also where something fails: its memory is no garbage that would be collected soon. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AVMEDIA_TYPE_VIDEO } from 'node-av/constants';
import { CodecContext, FilterGraph, FormatContext, Frame, IOContext, SoftwareResampleContext } from 'node-av/lib';
import { afterEach, expect, test, vi } from 'vitest';
import { PRESENTERS } from '../../../src/cli/commands/demo.ts';
import { openEngine } from '../../../src/engine/engine.ts';
import { openFilterChain } from '../../../src/engine/media/filters.ts';
import { createOutlets } from '../../../src/engine/media/fragmentMuxer.ts';
import { createI420 } from '../../../src/engine/media/i420.ts';
import { measureLoudness } from '../../../src/engine/media/loudness.ts';
import { openMp4Writer } from '../../../src/engine/media/mp4Writer.ts';
import { writePlates } from '../../../src/engine/media/plates.ts';
import { remux } from '../../../src/engine/media/remux.ts';
import { openDecoder, openSource } from '../../../src/engine/media/source.ts';
import { writeClickTake } from '../../support/clickTake.ts';
import { speechLike } from '../../support/codedTake.ts';
import { writeAudioFile } from '../../support/mediaFiles.ts';
import { orderOf } from '../../support/rendered.ts';

afterEach(() => void vi.restoreAllMocks());

test('the graph of filters that do not exist', async () => {
  const freed = vi.spyOn(FilterGraph.prototype, 'free');
  await expect(openFilterChain('audio', 'sample_rate=48000:sample_fmt=flt:channel_layout=mono:time_base=1/48000', 'no_such_filter')).rejects.toMatchObject({ code: 'bug' });
  expect(freed).toHaveBeenCalledTimes(1);
});

test('the sound of a measurement that is cancelled', async () => {
  const abort = new AbortController();
  async function* sound() {
    yield new Float32Array(48_000);
    await Promise.resolve();
    abort.abort();
    yield new Float32Array(48_000);
  }
  const made = vi.spyOn(Frame, 'fromAudioBuffer');
  const freed = vi.spyOn(Frame.prototype, 'free');
  await expect(measureLoudness(sound(), 48_000, abort.signal)).rejects.toMatchObject({ code: 'canceled' });
  const frames = made.mock.results.map(({ value }) => value as unknown);
  expect(frames).toHaveLength(2);
  for (const frame of frames) expect(freed.mock.contexts).toContain(frame);
});

test('plates that cannot be encoded: nothing stays, in memory or on disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sima-released-'));
  const freed = { encoder: vi.spyOn(CodecContext.prototype, 'freeContext'), output: vi.spyOn(FormatContext.prototype, 'freeContext') };
  await expect(writePlates(join(folder, 'p.mp4'), (async function* () { yield await Promise.resolve(createI420(64, 64)); })(), { width: 63, height: 64 })).rejects.toMatchObject({ code: 'bug' });
  expect(freed.encoder).toHaveBeenCalledTimes(1);
  expect(freed.output).toHaveBeenCalledTimes(1);
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

test('pictures that are read on the way to the sound alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sima-released-'));
  await writeClickTake({ file: join(folder, 'take.mp4'), frames: 30, clickFrame: 3 });
  const read = Reflect.get(FormatContext.prototype, 'readFrame');
  let pictures = 0;
  let lost = 0;
  vi.spyOn(FormatContext.prototype, 'readFrame').mockImplementation(async function (this: FormatContext, packet) {
    if (packet.size > 0) lost += 1; // what it still holds is forgotten
    const code = await read.call(this, packet);
    if (code >= 0 && this.streams[packet.streamIndex].codecpar.codecType === AVMEDIA_TYPE_VIDEO) pictures += 1;
    return code;
  });
  await remux(join(folder, 'take.mp4'), join(folder, 'sound.m4a'), { soundOnly: true });
  expect(pictures).toBeGreaterThan(0);
  expect(lost).toBe(0);
  await rm(folder, { recursive: true });
});

test('a decoder that cannot be prepared', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sima-released-'));
  await writeClickTake({ file: join(folder, 'x.mp4'), frames: 5, clickFrame: 2 });
  const source = await openSource(join(folder, 'x.mp4'));
  const freed = vi.spyOn(CodecContext.prototype, 'freeContext');
  // Thread counts are whole numbers: this one is refused after the context is there.
  await expect(openDecoder(source, source.videoStream!, '2' as unknown as number)).rejects.toThrow();
  expect(freed).toHaveBeenCalledTimes(1);
  await source.close();
  await rm(folder, { recursive: true });
});

test('what listens to a recording, of a take that is cancelled in its midst', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sima-released-'));
  await writeAudioFile(join(folder, 'long.wav'), speechLike(20 * 48_000), 48_000, 'pcm_s16le');
  const engine = await openEngine({ home: join(folder, 'home'), device: 'cpu' });
  try {
    const made = vi.spyOn(SoftwareResampleContext.prototype, 'init');
    const freed = vi.spyOn(SoftwareResampleContext.prototype, 'free');
    const abort = new AbortController();
    const order = orderOf(folder, { avatar: PRESENTERS.woman, audio: join(folder, 'long.wav'), asRecorded: true, size: { width: 128, height: 128 } });
    const rendering = async () => {
      for await (const event of engine.render(order, abort.signal)) if (event.type === 'track') abort.abort();
    };
    await expect(rendering()).rejects.toMatchObject({ code: 'canceled' });
    expect(made.mock.contexts.length).toBeGreaterThan(0);
    for (const each of made.mock.contexts) expect(freed.mock.contexts).toContain(each);
  } finally {
    await engine.close();
    await rm(folder, { recursive: true });
  }
});

test('what the bytes of a take go through serves the next one, and nothing of a take that was broken off comes into it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sima-released-'));
  const made = vi.spyOn(IOContext.prototype, 'allocContextWithCallbacks');
  const freed = vi.spyOn(IOContext.prototype, 'freeContext');
  const outlets = createOutlets();
  const whole = async (name: string): Promise<Buffer> => {
    await writeClickTake({ file: join(folder, name), frames: 30, clickFrame: 3, outlets });
    return readFile(join(folder, name));
  };
  const first = await whole('first.mp4');
  for (let frames = 1; frames < 8; frames++) {
    const broken = await openMp4Writer({ file: join(folder, 'broken.mp4'), width: 64, height: 64, fps: 25, quality: 'live', marking: { takeId: 't' }, outlets });
    broken.addAudio(speechLike(48_000));
    for (let i = 0; i < frames; i++) await broken.addFrame(createI420(64, 64));
    await broken.abort();
    expect((await whole('next.mp4')).equals(first)).toBe(true);
  }
  expect(made).toHaveBeenCalledTimes(1);
  outlets.close();
  expect(freed).toHaveBeenCalledTimes(1);
  await rm(folder, { recursive: true });
});
