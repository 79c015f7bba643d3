import { readFile, readdir, mkdtemp, rm, stat, writeFile, copyFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAudio } from '../../support/sounds.ts';
import { openClip } from '../../../src/engine/media/clip.ts';
import { outputFailure } from '../../../src/engine/media/failure.ts';
import { createI420 } from '../../../src/engine/media/i420.ts';
import { DIGITAL_SOURCE_TYPE } from '../../../src/engine/media/marking.ts';
import { fragmentEnds, openMp4Writer } from '../../../src/engine/media/mp4Writer.ts';
import { probe } from '../../../src/engine/media/probe.ts';
import { frameStartSec, toRate, type Rate } from '../../../src/engine/media/rate.ts';
import { remux } from '../../../src/engine/media/remux.ts';
import { writeWav } from '../../../src/engine/media/wav.ts';
import { StudioError } from '../../../src/shared/errors.ts';
import { clickLag, drawFrame, SAMPLE_RATE, writeClickTake, type ClickTake } from '../../support/clickTake.ts';

const ONE_MS = SAMPLE_RATE / 1000;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sima-mp4-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const failure = async (work: Promise<unknown>): Promise<StudioError> => {
  const error: unknown = await work.then(() => new Error('nothing was thrown'), (reason: unknown) => reason);
  if (!(error instanceof StudioError)) throw error instanceof Error ? error : new Error(String(error));
  return error;
};

describe.each<{ name: string; fps: number | Rate; frames: number; click: number }>([
  { name: '25', fps: 25, frames: 61, click: 20 },
  { name: '30', fps: 30, frames: 47, click: 31 },
  { name: '30000/1001', fps: { num: 30_000, den: 1001 }, frames: 100, click: 97 },
])('a take at $name frames per second', ({ name, fps, frames, click }) => {
  let take: ClickTake;
  let live = '';
  let exported = '';
  beforeAll(async () => {
    live = join(folder, `take ${name.replace('/', ' ')}.mp4`);
    exported = join(folder, `export ${name.replace('/', ' ')}.mp4`);
    take = await writeClickTake({ file: live, frames, fps, clickFrame: click, marking: { takeId: 'take-17', title: 'سلام' } });
    await remux(live, exported);
  });

  test('probes as the format that was agreed, in both files', async () => {
    for (const file of [live, exported]) {
      const found = await probe(file, { packets: true });
      expect(found.video).toMatchObject({
        codec: 'h264', codecTag: 'avc1', profile: 'High', pixelFormat: 'yuv420p', width: 128, height: 96, fps: toRate(fps),
        colour: { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' }, constantRate: true, frames, startSec: 0,
      });
      expect(found.audio).toMatchObject({ codec: 'aac', profile: 'LC', sampleRate: 48_000, channels: 1, startSec: 0 });
      expect(found.video!.durationSec).toBeCloseTo(frameStartSec(frames, toRate(fps)), 4);
      expect(Math.abs(found.video!.durationSec! - found.audio!.durationSec!)).toBeLessThan(frameStartSec(1, toRate(fps)));
      expect(found.faststart).toBe(true);
      expect(found.fragmented).toBe(file === live);
      if (file === exported) expect((await readFile(file)).toString('latin1')).toContain(`Iptc4xmpExt:DigitalSourceType="${DIGITAL_SOURCE_TYPE}"`);
      expect(found.metadata).toMatchObject({ digital_source_type: DIGITAL_SOURCE_TYPE, ai_generated: 'true', sima_take_id: 'take-17', title: 'سلام' });
    }
  });

  test('the click decodes within 1 ms of its frame, and that frame is the white one, in both files', async () => {
    for (const file of [live, exported]) {
      const heard = await readAudio(file, { sampleRate: SAMPLE_RATE });
      expect(Math.abs(clickLag(heard, take.pcm, take.clickSample))).toBeLessThan(ONE_MS);
      const clip = await openClip(file, { fps });
      const white: number[] = [];
      let seen = 0;
      for await (const picture of clip.frames()) if (picture.data[seen++ % 100] > 200) white.push(seen - 1);
      await clip.close();
      expect(seen).toBe(frames);
      expect(white).toEqual([click]);
    }
  });
});

test('the export ends its sound with its last frame, to the sample', async () => {
  const file = join(folder, 'tail.mp4');
  await writeClickTake({ file: join(folder, 'tail live.mp4'), frames: 33, fps: 24, clickFrame: 5 });
  await remux(join(folder, 'tail live.mp4'), file);
  expect(await readAudio(file, { sampleRate: SAMPLE_RATE })).toHaveLength((33 / 24) * SAMPLE_RATE);
});

test('sound ends with the picture, whether too much of it was given or none', async () => {
  for (const [name, seconds] of [['much', 1.9], ['none', 0]] as const) {
    const file = join(folder, `${name}.mp4`);
    const writer = await openMp4Writer({ file, width: 64, height: 64, fps: 50, quality: 'live', marking: { takeId: 't' } });
    writer.addAudio(new Float32Array(seconds * SAMPLE_RATE).fill(0.1));
    for (let i = 0; i < 60; i++) await writer.addFrame(createI420(64, 64));
    await writer.finish();
    await remux(file, `${file} export.mp4`);
    for (const each of [file, `${file} export.mp4`]) {
      const { video, audio } = await probe(each, { packets: true });
      expect(video!.durationSec).toBeCloseTo(1.2, 4);
      expect(Math.abs(audio!.durationSec! - video!.durationSec!)).toBeLessThan(1 / 50);
    }
  }
});

test('pictures come back with the brightness and colour that went in', async () => {
  const file = join(folder, 'colour.mp4');
  await writeClickTake({ file, frames: 5, clickFrame: 2, quality: 'final' });
  const clip = await openClip(file);
  const given = createI420(128, 96);
  let index = 0;
  for await (const picture of clip.frames()) {
    drawFrame(given, index++, 2);
    let squares = 0;
    for (let i = 0; i < given.data.length; i++) squares += (given.data[i] - picture.data[i]) ** 2;
    expect(Math.sqrt(squares / given.data.length)).toBeLessThan(2.5);
  }
  await clip.close();
  expect(index).toBe(5);
});

test('a picture that is drawn over while it is encoded is the one that was given', async () => {
  const file = join(folder, 'drawn over.mp4');
  const [width, height] = [128, 96];
  const lumaOf = (index: number) => 30 + ((index * 37) % 190);
  const writer = await openMp4Writer({ file, width, height, fps: 25, quality: 'live', marking: { takeId: 't' } });
  const frame = createI420(width, height);
  // As the renderer does: the next picture is drawn into the same memory before the last one is done.
  let encoding = Promise.resolve();
  for (let index = 0; index < 20; index++) {
    frame.data.fill(128).fill(lumaOf(index), 0, width * height);
    await encoding;
    encoding = writer.addFrame(frame);
  }
  await encoding;
  await writer.finish();
  const clip = await openClip(file);
  const seen: number[] = [];
  for await (const { data } of clip.frames()) seen.push(data[width * 48 + 64]);
  await clip.close();
  expect(seen.length).toBe(20);
  for (const [index, luma] of seen.entries()) expect(Math.abs(luma - lumaOf(index)), `frame ${index}`).toBeLessThan(6);
});

describe('fragments', () => {
  test('last 0.2 to 0.4 s and end with their GOP', () => {
    expect(fragmentEnds(25, 25, false)).toEqual([9, 17]);
    expect(fragmentEnds(25, 25, true)).toEqual([5, 15]);
    for (const fps of [24, 25, 29.97, 30, 50, 60]) {
      const gop = Math.floor(fps);
      for (const first of [true, false]) {
        const ends = [0, ...fragmentEnds(gop, fps, first), gop];
        for (let i = 1; i < ends.length; i++) {
          const seconds = (ends[i] - ends[i - 1]) / fps;
          expect(seconds).toBeGreaterThanOrEqual(0.19);
          expect(seconds).toBeLessThanOrEqual(0.4);
        }
      }
    }
  });

  test('lie on disk, without gap, as soon as they are announced; what lies there never changes', async () => {
    const file = join(folder, 'growing.mp4');
    const growing = () => join(folder, readdirSync(folder).find((name) => name.startsWith('.growing.mp4.'))!);
    const snapshots: Buffer[] = [];
    const { summary, published } = await writeClickTake({
      file, frames: 60, clickFrame: 20, keyframes: [38],
      onFragment: async (fragment) => {
        const bytes = await readFile(growing());
        expect(bytes.length).toBe(fragment.offset + fragment.bytes);
        snapshots.push(bytes);
      },
    });
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
    const whole = await readFile(file);
    for (const snapshot of snapshots) expect(whole.subarray(0, snapshot.length).equals(snapshot)).toBe(true);
    let [offset, frame] = [summary.initBytes, 0];
    for (const fragment of published) {
      expect(fragment).toMatchObject({ offset, firstFrame: frame });
      expect(whole.toString('latin1', offset + 4, offset + 8)).toBe('moof');
      offset += fragment.bytes;
      frame += fragment.frames;
    }
    expect([offset, frame]).toEqual([whole.length, 60]);
    // A GOP of one second, cut by the keyframe that was asked for, which starts a fragment and a new second.
    expect(published.filter((fragment) => fragment.keyframe).map((fragment) => fragment.firstFrame)).toEqual([0, 25, 38]);
    // The first picture waits for no more than 0.2 s of frames, and plays alone.
    expect(published[0].frames).toBe(5);
    await writeFile(join(folder, 'first.mp4'), snapshots[0]);
    expect((await probe(join(folder, 'first.mp4'), { packets: true })).video!.frames).toBe(5);
  });

  test('come out with the frame that completes them: nothing is held back when live', async () => {
    const file = join(folder, 'latency.mp4');
    let given = 0;
    const publishedAt: number[] = [];
    const writer = await openMp4Writer({
      file, width: 64, height: 64, fps: 25, quality: 'live', marking: { takeId: 't' }, onFragment: () => void publishedAt.push(given),
    });
    writer.addAudio(new Float32Array(SAMPLE_RATE));
    const frame = createI420(64, 64);
    while (given < 16) {
      given += 1;
      await writer.addFrame(frame);
    }
    await writer.abort();
    expect(publishedAt).toEqual([5, 15]);
  });
});

test('the same input gives the same bytes', async () => {
  await writeClickTake({ file: join(folder, 'a.mp4'), frames: 30, clickFrame: 3 });
  await writeClickTake({ file: join(folder, 'b.mp4'), frames: 30, clickFrame: 3 });
  expect((await readFile(join(folder, 'a.mp4'))).equals(await readFile(join(folder, 'b.mp4')))).toBe(true);
});

describe('nothing is left behind', () => {
  const options = { width: 64, height: 64, fps: 25, quality: 'live', marking: { takeId: 't' } } as const;

  test('after abort', async () => {
    const own = await mkdtemp(join(folder, 'abort-'));
    const writer = await openMp4Writer({ ...options, file: join(own, 'x.mp4') });
    writer.addAudio(new Float32Array(SAMPLE_RATE));
    for (let i = 0; i < 12; i++) await writer.addFrame(createI420(64, 64));
    expect((await stat(writer.growingFile)).size).toBeGreaterThan(0);
    await writer.abort();
    await writer.abort();
    expect(await readdir(own)).toEqual([]);
    expect((await failure(writer.addFrame(createI420(64, 64)))).code).toBe('bug');
  });

  test('when the folder is missing, the sentence names the file', async () => {
    const file = join(folder, 'missing', 'x.mp4');
    const error = await failure(openMp4Writer({ ...options, file }));
    expect(error.code).toBe('io');
    expect(error.message).toBe(`The folder of ${file} does not exist. Create it or choose another.`);
  });

  test('the disk is full: the sentence names the file and what to do', () => {
    for (const failed of [-constants.errno.ENOSPC, Object.assign(new Error('write'), { errno: -constants.errno.ENOSPC })]) {
      expect(outputFailure('x.mp4', failed)).toMatchObject({ code: 'io', message: 'The disk is full: x.mp4 could not be written. Free some space and try again.' });
    }
  });

  test.skipIf(process.platform === 'win32')('when no more can be written, in a take, an export and a small file', async () => {
    const own = await mkdtemp(join(folder, 'full-'));
    const live = join(folder, 'full live.mp4');
    await writeClickTake({ file: live, frames: 60, clickFrame: 3 });
    const from = (module: string) => fileURLToPath(new URL(`../../../src/engine/media/${module}.ts`, import.meta.url));
    const script = join(folder, 'full.ts');
    await writeFile(script, `
      import { openMp4Writer } from ${JSON.stringify(from('mp4Writer'))};
      import { remux } from ${JSON.stringify(from('remux'))};
      import { writeWav } from ${JSON.stringify(from('wav'))};
      const noise = Float32Array.from({ length: 48_000 }, (_, i) => Math.sin(i * i));
      const take = async (file: string) => {
        const writer = await openMp4Writer({ ...${JSON.stringify(options)}, file });
        writer.addAudio(noise);
        for (let i = 0; i < 25; i++) await writer.addFrame({ width: 64, height: 64, data: Uint8Array.from({ length: 6144 }, () => 255 * Math.random()) });
        await writer.finish();
      };
      const said: string[] = [];
      for (const work of [take, (file: string) => remux(${JSON.stringify(live)}, file), (file: string) => writeWav(file, noise, 48_000)]) {
        await work(${JSON.stringify(join(own, 'x.mp4'))}).then(() => said.push('done'), (error) => said.push(error.code + ': ' + error.message));
      }
      console.log(JSON.stringify(said));
    `);
    // At most 4 KiB per file.
    const { stdout } = await promisify(execFile)('sh', ['-c', 'ulimit -f 8 && exec "$0" "$1"', process.execPath, script]);
    expect(JSON.parse(stdout)).toEqual(Array.from({ length: 3 }, () => `io: ${join(own, 'x.mp4')} grew larger than this disk or account allows.`));
    expect(await readdir(own)).toEqual([]);
  });

  test('two that write the same file at once each come out whole, and a file called .part is left alone', async () => {
    const own = await mkdtemp(join(folder, 'two-'));
    const file = join(own, 'x.mp4');
    await writeFile(`${file}.part`, 'mine');
    const [short, long] = [join(folder, 'two short.mp4'), join(folder, 'two long.mp4')];
    await writeClickTake({ file: short, frames: 20, clickFrame: 3 });
    await writeClickTake({ file: long, frames: 70, clickFrame: 3 });
    await Promise.all([remux(short, file), remux(long, file), remux(short, file)]);
    const [got, ...alone] = await Promise.all([file, `${short} alone.mp4`, `${long} alone.mp4`].map(async (each, i) => {
      if (i > 0) await remux([short, long][i - 1], each);
      return readFile(each);
    }));
    expect(alone.some((bytes) => bytes.equals(got))).toBe(true);
    const controller = new AbortController();
    await Promise.all([remux(long, file), failure(remux(short, file, { signal: controller.signal, onProgress: () => controller.abort() }))]);
    expect((await readFile(file)).equals(alone[1])).toBe(true);
    await Promise.all([writeWav(file, new Float32Array(9000), 48_000), writeWav(file, new Float32Array(9000), 48_000)]);
    expect((await stat(file)).size).toBe(44 + 18_000);
    expect((await readdir(own)).sort()).toEqual(['x.mp4', 'x.mp4.part']);
    expect(await readFile(`${file}.part`, 'utf8')).toBe('mine');
  });

  test('a name that is too long or a folder is refused before the work; a long Persian name is none', async () => {
    const own = await mkdtemp(join(folder, 'names-'));
    expect((await failure(openMp4Writer({ ...options, file: join(own, `${'x'.repeat(300)}.mp4`) }))).message).toContain('too long');
    expect((await failure(writeWav(own, new Float32Array(9), 48_000))).message).toContain('is a folder');
    const name = `${'سلام'.repeat(30)}.wav`;
    await writeWav(join(own, name), new Float32Array(9), 48_000);
    expect(await readdir(own)).toEqual([name]);
  });

  test('when an export is cancelled or its source is damaged', async () => {
    const own = await mkdtemp(join(folder, 'cancel-'));
    const live = join(own, 'live.mp4');
    await writeClickTake({ file: live, frames: 40, clickFrame: 3 });
    const controller = new AbortController();
    const error = await failure(remux(live, join(own, 'x.mp4'), { signal: controller.signal, onProgress: () => controller.abort() }));
    expect(error.code).toBe('canceled');
    await writeFile(join(own, 'bad.mp4'), Buffer.alloc(5000, 'no video'));
    expect((await failure(remux(join(own, 'bad.mp4'), join(own, 'x.mp4')))).code).toBe('invalid-input');
    expect((await readdir(own)).sort()).toEqual(['bad.mp4', 'live.mp4']);
  });

  test('an existing file stays whole until the new one is complete', async () => {
    const own = await mkdtemp(join(folder, 'replace-'));
    const file = join(own, 'x.mp4');
    await copyFile(join(folder, 'a.mp4'), file);
    const before = await readFile(file);
    const writer = await openMp4Writer({ ...options, file });
    await writer.addFrame(createI420(64, 64));
    expect((await readFile(file)).equals(before)).toBe(true);
    await writer.finish();
    expect((await readFile(file)).equals(before)).toBe(false);
    expect(await readdir(own)).toEqual(['x.mp4']);
  });
});

test('impossible sizes and rates are refused in a sentence', async () => {
  const open = (width: number, height: number, fps: number) =>
    failure(openMp4Writer({ file: join(folder, 'no.mp4'), width, height, fps, quality: 'live', marking: { takeId: 't' } }));
  expect((await open(101, 64, 25)).message).toContain('101×64');
  expect((await open(64, 64, 0)).code).toBe('invalid-input');
  expect(toRate(29.97)).toEqual({ num: 30_000, den: 1001 });
  expect(toRate(23.976)).toEqual({ num: 24_000, den: 1001 });
  expect(toRate(12.5)).toEqual({ num: 25, den: 2 });
});
