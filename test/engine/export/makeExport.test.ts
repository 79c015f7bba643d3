/** What exports make of a take, looked at as players would. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Packet } from 'node-av/lib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExportedTake, Made } from '../../../src/engine/export/api.ts';
import { makeExport, type MakingOptions } from '../../../src/engine/export/makeExport.ts';
import { DIGITAL_SOURCE_TYPE } from '../../../src/engine/media/marking.ts';
import { pictureAt } from '../../../src/engine/media/poster.ts';
import { probe } from '../../../src/engine/media/probe.ts';
import { decodeFrames, openSource } from '../../../src/engine/media/source.ts';
import { parse } from '../../../src/shared/contract/common.ts';
import { exportSettings } from '../../../src/shared/contract/export.ts';
import { clickLag, writeClickTake, type ClickTake } from '../../support/clickTake.ts';
import { spokenOver } from '../../support/exportedTakes.ts';
import { readAudio } from '../../support/sounds.ts';

const WIDTH = 320;
const HEIGHT = 180;
const FRAMES = 125;
const CLICK_FRAME = 40;
const TEXT = 'سلام، من می‌خواهم درباره‌ی کتاب‌های خوب حرف بزنم و iPhone را هم بیاورم. Hello everybody!';
const SECONDS = FRAMES / 25;

const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-export-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const source = path.join(folder, 'take.mp4');
let click: ClickTake;
let take: ExportedTake;

beforeAll(async () => {
  click = await writeClickTake({ file: source, frames: FRAMES, clickFrame: CLICK_FRAME, width: WIDTH, height: HEIGHT, marking: { takeId: 'the-take' } });
  take = { id: 'the-take', width: WIDTH, height: HEIGHT, rate: { num: 25, den: 1 }, frames: FRAMES, sizeBytes: click.summary.sizeBytes, isSpoken: true };
});

let works = 0;
/** In a folder whose name filters and scripts could stumble over. */
async function made(settings: unknown, options: MakingOptions & { take?: ExportedTake; words?: ReturnType<typeof spokenOver> } = {}): Promise<Made & { workFolder: string }> {
  const workFolder = path.join(folder, `it's [work], ${++works}; ü`);
  mkdirSync(workFolder);
  const { take: other = take, words = spokenOver(TEXT, SECONDS), ...making } = options;
  return { workFolder, ...(await makeExport({ settings: parse(exportSettings, settings, 'Settings'), take: other, file: source, workFolder, spoken: () => [{ text: TEXT, words }] }, making)) };
}

/** A checksum of each decoded picture. */
async function pictures(file: string): Promise<string[]> {
  const opened = await openSource(file);
  const sums: string[] = [];
  for await (const frame of decodeFrames(opened, opened.videoStream!)) sums.push(createHash('sha256').update(frame.toBuffer()).digest('hex'));
  await opened.close();
  return sums;
}

/** What is coded, and when it is heard. */
async function soundPackets(file: string): Promise<string[]> {
  const opened = await openSource(file);
  const { format, audioStream } = opened;
  const packet = new Packet();
  packet.alloc();
  const found: string[] = [];
  while ((await format.readFrame(packet)) >= 0) {
    if (packet.streamIndex === audioStream!.index) found.push(`${packet.pts} ${createHash('sha256').update(packet.data!).digest('hex')}`);
    packet.unref();
  }
  packet.free();
  await opened.close();
  return found;
}

/** Of the one white picture. */
async function whiteFrame(file: string): Promise<number> {
  const opened = await openSource(file);
  let index = 0;
  let found = -1;
  for await (const frame of decodeFrames(opened, opened.videoStream!)) {
    const luma = frame.data![0];
    if (luma[frame.linesize[0] * 5 + 5] > 200 && luma[frame.linesize[0] * 50 + 60] > 200) found = index;
    index += 1;
  }
  await opened.close();
  return found;
}

/** As long as the take, picture and sound from 0, the click with its picture, marked as what it is. */
async function expectSound(file: string): Promise<void> {
  expect(await whiteFrame(file)).toBe(CLICK_FRAME);
  const heard = await readAudio(file, { sampleRate: 48_000 });
  expect(Math.abs(clickLag(heard, click.pcm, click.clickSample))).toBeLessThan(2);
  expect(await probe(file, { packets: true })).toMatchObject({
    faststart: true, fragmented: false, video: { frames: FRAMES, startSec: 0, constantRate: true, fps: { num: 25, den: 1 }, codec: 'h264', codecTag: 'avc1', profile: 'High', pixelFormat: 'yuv420p', colour: { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' } },
    audio: { startSec: 0, codec: 'aac' }, metadata: { digital_source_type: DIGITAL_SOURCE_TYPE, ai_generated: 'true', sima_take_id: 'the-take' },
  });
  const { durationSec } = await probe(file);
  expect(durationSec).toBeCloseTo(SECONDS, 1);
}

describe('video', () => {
  test('a copy has the same pictures, and its subtitles beside it', async () => {
    const { files, sameBytes } = await made({ kind: 'video', subtitles: 'vtt' });
    expect(sameBytes).toBe(true);
    expect(files.map(({ ending }) => ending)).toEqual(['.mp4', '.vtt']);
    expect(await pictures(files[0].file)).toEqual(await pictures(source));
    await expectSound(files[0].file);
    expect(readFileSync(files[1].file, 'utf8')).toMatch(/^WEBVTT\n[^]*سلام/);
  });

  test('encoded smaller: the size asked for, in step with the sound, which is the take’s own', async () => {
    const told: number[] = [];
    const { files: [{ file }], sameBytes, encoder } = await made({ kind: 'video', mode: 'encode', size: { width: 160, height: 90 }, encoder: 'x264' }, { onProgress: (done) => told.push(done) });
    expect([sameBytes, encoder]).toEqual([false, 'x264']);
    await expectSound(file);
    expect((await probe(file)).video).toMatchObject({ width: 160, height: 90 });
    expect(await soundPackets(file)).toEqual(await soundPackets(source));
    expect(told.every((done, i) => done >= (told[i - 1] ?? 0) && done <= 1)).toBe(true);
    expect(told.at(-1)).toBe(1);
  });

  test('encoded to a size of file: never over it, and hardly under', async () => {
    for (const targetBytes of [150_000, 260_000]) {
      const { files: [{ file }] } = await made({ kind: 'video', mode: 'encode', targetBytes, encoder: 'x264' });
      const { size } = statSync(file);
      expect(size).toBeLessThanOrEqual(targetBytes);
      expect(size).toBeGreaterThanOrEqual(0.97 * targetBytes);
      await expectSound(file);
    }
  });

  test('encoded at a rate', async () => {
    const { files: [{ file }] } = await made({ kind: 'video', mode: 'encode', videoKbps: 200, encoder: 'x264' });
    const { audio } = await probe(file);
    const soundBytes = 16_000 * audio!.durationSec!;
    expect(((statSync(file).size - soundBytes) * 8) / 1000 / SECONDS).toBeGreaterThan(180);
    expect(((statSync(file).size - soundBytes) * 8) / 1000 / SECONDS).toBeLessThan(220);
  });

  test('by itself it takes the card’s encoder where that opens, and x264 where it does not; asked for, it says why', async () => {
    const { encoder } = await made({ kind: 'video', mode: 'encode', size: { width: 160, height: 90 } });
    const nvenc = made({ kind: 'video', mode: 'encode', size: { width: 160, height: 90 }, encoder: 'nvenc' });
    if (encoder === 'nvenc') await expect(nvenc).resolves.toMatchObject({ encoder: 'nvenc' });
    else {
      expect(encoder).toBe('x264');
      await expect(nvenc).rejects.toMatchObject({ code: 'device', message: expect.stringContaining('needs an NVIDIA card') as string });
    }
  });

  test('subtitles in the picture: white with a dark edge, in the safe area below, from their first word to their last', async () => {
    const words = spokenOver(TEXT, SECONDS).map((word) => ({ ...word, startSec: word.startSec / 2 + 1, endSec: word.endSec / 2 + 1 }));
    const { files: [{ file }] } = await made({ kind: 'video', mode: 'encode', subtitles: 'burned', encoder: 'x264' }, { words });
    await expectSound(file);
    const silent = await changed(file, 0.5);
    expect(silent.letters).toBe(0);
    const { letters, box } = await changed(file, 2);
    expect(letters).toBeGreaterThan(150);
    expect(box.left).toBeGreaterThanOrEqual(0.05 * WIDTH);
    expect(box.right).toBeLessThanOrEqual(0.95 * WIDTH);
    expect(box.top).toBeGreaterThan(0.6 * HEIGHT);
    expect(box.bottom).toBeLessThan(0.97 * HEIGHT);
    // The middle of what is shown is the middle of the picture.
    expect(Math.abs((box.left + box.right) / 2 - WIDTH / 2)).toBeLessThan(4);
  });
});

/** Where the picture is white and the take's is not. */
async function changed(file: string, atSec: number): Promise<{ letters: number; box: { left: number; right: number; top: number; bottom: number } }> {
  const [after, before] = [await pictureAt(file, atSec, undefined), await pictureAt(source, atSec, undefined)];
  const box = { left: Infinity, right: -1, top: Infinity, bottom: -1 };
  let letters = 0;
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const isWhite = [0, 1, 2].every((channel) => after.rgb[3 * i + channel] > 200);
    if (!isWhite || before.rgb[3 * i] > 200) continue;
    letters += 1;
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    Object.assign(box, { left: Math.min(box.left, x), right: Math.max(box.right, x), top: Math.min(box.top, y), bottom: Math.max(box.bottom, y) });
  }
  return { letters, box };
}

describe('sound, words and pictures alone', () => {
  test('M4A: the packets as they are', async () => {
    const { files: [{ file, ending }] } = await made({ kind: 'audio' });
    expect(ending).toBe('.m4a');
    expect(await soundPackets(file)).toEqual(await soundPackets(source));
    expect(await probe(file)).toMatchObject({ video: null, audio: { codec: 'aac', startSec: 0 }, metadata: { major_brand: 'M4A ', ai_generated: 'true' } });
  });

  test('WAV: as long as the pictures, to the sample, and with the click where it was', async () => {
    const { files: [{ file }] } = await made({ kind: 'audio', format: 'wav' });
    const heard = await readAudio(file, { sampleRate: 48_000 });
    expect(heard.length).toBe(SECONDS * 48_000);
    expect(Math.abs(clickLag(heard, click.pcm, click.clickSample))).toBeLessThan(2);
    expect(await probe(file)).toMatchObject({ container: 'wav', audio: { codec: 'pcm_s16le', sampleRate: 48_000, channels: 1 }, metadata: { comment: expect.stringContaining('AI-generated') as string } });
  });

  test('subtitles, also with the time of each word', async () => {
    const { files: [{ file, ending }] } = await made({ kind: 'subtitles', format: 'vtt', karaoke: true });
    expect(ending).toBe('.vtt');
    const text = readFileSync(file, 'utf8');
    expect(text.match(/<\d\d:\d\d:\d\d\.\d{3}>/g)!.length).toBeGreaterThan(10);
    expect((await made({ kind: 'subtitles' })).files[0].ending).toBe('.srt');
  });

  test.each(['jpg', 'png'] as const)('a picture of a moment, as %s, marked as what it is', async (format) => {
    const { files: [{ file }] } = await made({ kind: 'poster', format, atSec: (CLICK_FRAME + 0.5) / 25 });
    const { width, height, format: kind, xmpAsString = '' } = await sharp(file).metadata();
    expect([width, height, kind]).toEqual([WIDTH, HEIGHT, format === 'jpg' ? 'jpeg' : 'png']);
    expect(xmpAsString).toContain(DIGITAL_SOURCE_TYPE);
    const { channels } = await sharp(file).stats();
    expect(channels.every(({ mean }) => mean > 240)).toBe(true);
    const { files: [before] } = await made({ kind: 'poster', format, atSec: (CLICK_FRAME - 0.5) / 25 });
    expect((await sharp(before.file).stats()).channels[0].mean).toBeLessThan(200);
  });
});

test.each([
  [{ kind: 'video', size: { width: 160, height: 90 } }, /copy keeps the take’s own bytes, so it cannot have another size/],
  [{ kind: 'video', subtitles: 'burned' }, /cannot have subtitles in the picture/],
  [{ kind: 'video', mode: 'encode', size: { width: 640, height: 360 } }, /is 320×180; 640×360 would be larger/],
  [{ kind: 'video', mode: 'encode', size: { width: 160, height: 160 } }, /another shape .* it would be 160×90/],
  [{ kind: 'video', mode: 'encode', targetBytes: 20_000 }, /too little for 5\.0 s of 320×180: give at least/],
  [{ kind: 'video', mode: 'encode', targetBytes: 200_000, videoKbps: 100 }, /give one of them/],
  [{ kind: 'subtitles', format: 'srt', karaoke: true }, /Only WebVTT/],
  [{ kind: 'poster', atSec: 5 }, /the take lasts 5\.00 s/],
])('%j is refused with what would be right, and nothing is written', async (settings, sentence) => {
  await expect(made(settings)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringMatching(sentence) as string });
  expect(readdirSync(path.join(folder, `it's [work], ${works}; ü`))).toEqual([]);
});

test('a take that follows a recording has no subtitles', async () => {
  const recorded = { ...take, isSpoken: false };
  for (const settings of [{ kind: 'subtitles' }, { kind: 'video', subtitles: 'srt' }, { kind: 'video', mode: 'encode', subtitles: 'burned' }]) {
    await expect(made(settings, { take: recorded })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('follows a recording') as string });
  }
});

test.each([{ kind: 'video' }, { kind: 'video', mode: 'encode', targetBytes: 200_000 }, { kind: 'audio' }, { kind: 'audio', format: 'wav' }])('canceled, %j leaves no file behind', async (settings) => {
  const abort = new AbortController();
  let asked = 0;
  const gate = () => {
    if (++asked === 5) abort.abort();
    return Promise.resolve();
  };
  await expect(made(settings, { signal: abort.signal, gate })).rejects.toMatchObject({ code: 'canceled' });
  expect(readdirSync(path.join(folder, `it's [work], ${works}; ü`)).filter((name) => !name.startsWith('first-pass'))).toEqual([]);
});
