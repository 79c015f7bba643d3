/** Whole takes over the real engine: what comes out is probed and decoded, not assumed. */
import { createHash } from 'node:crypto';
import { existsSync, openSync, readdirSync, readSync, closeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PRESENTERS } from '../../src/cli/commands/demo.ts';
import { openEngine, type Engine } from '../../src/engine/engine.ts';
import { readAudio } from '../support/sounds.ts';
import { openClip } from '../../src/engine/media/clip.ts';
import { i420Planes, rgbToYuv } from '../../src/engine/media/i420.ts';
import { probe } from '../../src/engine/media/probe.ts';
import { importModel } from '../../src/engine/onnx/importModel.ts';
import { remux } from '../../src/engine/media/remux.ts';
import { fakeWav2Lip } from '../../models/make/wav2lipFake.ts';
import { noise } from '../support/clickTake.ts';
import { writeAudioFile } from '../support/mediaFiles.ts';
import { orderOf, rendered as renderedOn, type Rendered } from '../support/rendered.ts';

const FA = 'سلام! امروز هوا خوب است.';
const EN = 'Hello there. My mother bought five blue lamps.';
const SMALL = { width: 256, height: 256 };

let folder: string;
let engine: Engine;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'sima-take-'));
  engine = await openEngine({ home: path.join(folder, 'home') });
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});
const inFolder = (name: string) => path.join(folder, name);

const order = (request: Record<string, unknown>) => orderOf(folder, { avatar: PRESENTERS.woman, size: SMALL, ...request });
const rendered = (request: Record<string, unknown>, on: Engine = engine): Promise<Rendered> => renderedOn(on, order(request));
async function exported(take: Rendered, name: string): Promise<string> {
  const file = inFolder(name);
  await remux(take.result.summary.file, file);
  return file;
}

/** One hash per decoded frame. */
async function frameHashes(file: string): Promise<string[]> {
  const clip = await openClip(file);
  const hashes: string[] = [];
  for await (const frame of clip.frames()) hashes.push(createHash('sha1').update(frame.data).digest('hex'));
  await clip.close();
  return hashes;
}

/** The bytes of all fragments of a take, without the header that carries its id. */
function fragmentBytes({ result: { summary } }: Rendered): Buffer {
  const file = openSync(summary.file, 'r');
  const bytes = Buffer.alloc(summary.sizeBytes - summary.initBytes);
  readSync(file, bytes, 0, bytes.length, summary.initBytes);
  closeSync(file);
  return bytes;
}

describe('a text', () => {
  let fa: Rendered;
  beforeAll(async () => {
    fa = await rendered({ script: FA });
  });

  test('becomes H.264 High, yuv420p, bt709, constant 25 fps, AAC 48 kHz, faststart, with sound and picture equally long', async () => {
    const file = await exported(fa, 'fa.mp4');
    const { video, audio, faststart, fragmented, metadata } = await probe(file, { packets: true });
    expect(video).toMatchObject({ codec: 'h264', codecTag: 'avc1', profile: 'High', pixelFormat: 'yuv420p', width: 256, height: 256, constantRate: true, startSec: 0 });
    expect(video!.colour).toEqual({ primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' });
    expect(video!.fps.num / video!.fps.den).toBe(25);
    expect(audio).toMatchObject({ codec: 'aac', sampleRate: 48_000, startSec: 0 });
    expect([faststart, fragmented]).toEqual([true, false]);
    expect(Math.abs(audio!.durationSec! - video!.durationSec!)).toBeLessThanOrEqual(0.04);
    expect(video!.frames).toBe(fa.result.summary.frames);
    expect(metadata).toMatchObject({ ai_generated: 'true', sima_take_id: fa.order.takeId });
    expect(metadata.digital_source_type).toMatch(/TrainedAlgorithmicMedia$/);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('is spoken segment by segment, words inside their segment and inside the take', () => {
    const spoken = fa.result.segments.filter(({ segment }) => segment !== null);
    expect(spoken.map(({ segment }) => segment!.text).join('')).toBe(FA);
    for (const { startSec, endSec, words } of spoken) {
      expect(words.length).toBeGreaterThan(0);
      for (const word of words) {
        expect(word.startSec).toBeGreaterThanOrEqual(startSec);
        expect(word.endSec).toBeLessThanOrEqual(endSec);
      }
    }
    expect(fa.result.summary.durationSec).toBeGreaterThanOrEqual(spoken.at(-1)!.endSec - 1e-6);
  });

  test('is cut into chunks that tile the frames, each starting a fragment with a keyframe', () => {
    const { chunks, summary } = fa.result;
    let next = 0;
    for (const { firstFrame, frames } of chunks) {
      expect(firstFrame).toBe(next);
      next += frames;
      expect(summary.fragments.find((fragment) => fragment.firstFrame === firstFrame)?.keyframe).toBe(true);
    }
    expect(next).toBe(summary.frames);
    expect(chunks[0].frames / 25).toBeLessThanOrEqual(2);
  });

  test('publishes bytes while the take is still being made', () => {
    const kinds = fa.events.map(({ type }) => type);
    // The first run of a take is one short fragment; most of the take is still to come then.
    const first = fa.events.find((event) => event.type === 'progress')!;
    expect(first.framesDone).toBeLessThan(fa.result.summary.frames / 4);
    expect(kinds.indexOf('fragment')).toBeLessThan(kinds.indexOf('progress'));
  });

  test.each(['live', 'final'])('announces every fragment, in order (%s)', async (quality) => {
    const { events, result } = await rendered({ script: 'Hello there, how are you?', quality });
    expect(events.flatMap((event) => (event.type === 'fragment' ? [event.fragment] : []))).toEqual(result.summary.fragments);
  });

  test('of which nothing can be spoken is refused, and an unspeakable end keeps the tail', async () => {
    await expect(rendered({ script: '?! 🎉 …' })).rejects.toMatchObject({ code: 'invalid-input' });
    const plain = await rendered({ script: 'Hello.' });
    const emoji = await rendered({ script: 'Hello. 🎉🎉' });
    expect(Math.abs(emoji.result.summary.frames - plain.result.summary.frames)).toBeLessThanOrEqual(1);
  });

  test('rendered again gives the same frames and sound, byte for byte, and finds face and rig at hand', async () => {
    await rendered({ script: EN, avatar: PRESENTERS.man }); // something else in between
    const again = await rendered({ script: FA });
    expect(fragmentBytes(again).equals(fragmentBytes(fa))).toBe(true);
    expect(again.prepared.times.prepareMs).toBeLessThan(20);
    expect(again.prepared.times.sceneMs).toBeLessThan(20);
  });

  test('the guide’s two texts make 1 and 2 chunks', async () => {
    expect((await rendered({ script: 'سلام چطورید؟' })).result.chunks.length).toBe(1);
    expect((await rendered({ script: 'متن طولانی برای تست عملکرد سیستم' })).result.chunks.length).toBe(2);
  });
});

describe('sizes and rates', () => {
  test.each([
    [{ fps: 30 }, 256, 256, 30],
    [{ fps: 29.97 }, 256, 256, 30_000 / 1001],
    [{ size: { width: 270, height: 480 } }, 270, 480, 25],
    [{ size: { width: 480, height: 270 } }, 480, 270, 25],
  ])('%o', async (options, width, height, fps) => {
    const { video, audio } = await probe(await exported(await rendered({ script: 'Hello.', ...options }), 'size.mp4'), { packets: true });
    expect([video!.width, video!.height]).toEqual([width, height]);
    expect(video!.fps.num / video!.fps.den).toBeCloseTo(fps, 6);
    expect(video!.constantRate).toBe(true);
    expect(Math.abs(audio!.durationSec! - video!.durationSec!)).toBeLessThanOrEqual(1 / fps);
  });

  test('a photo of odd size, in its own size', async () => {
    const odd = inFolder('odd.png');
    await sharp(PRESENTERS.man).resize(401, 401).extract({ left: 0, top: 0, width: 401, height: 399 }).png().toFile(odd);
    const { prepared } = await rendered({ script: 'Hello.', avatar: odd, size: undefined });
    expect([prepared.width % 2, prepared.height % 2]).toEqual([0, 0]);
    expect(Math.abs(prepared.width - 401)).toBeLessThanOrEqual(1);
    expect(Math.abs(prepared.height - 399)).toBeLessThanOrEqual(1);
  });
});

describe('a recording', () => {
  test('is followed by the network: the mouth moves where speech is, and only there', async () => {
    const spoken = await engine.voices.speak(EN, { voice: 'en' });
    const pcm = new Float32Array(spoken.pcm.length + 4 * spoken.sampleRate);
    pcm.set(spoken.pcm, 2 * spoken.sampleRate);
    await writeAudioFile(inFolder('speech.wav'), pcm, spoken.sampleRate, 'pcm_s16le');
    const take = await rendered({ audio: inFolder('speech.wav'), asRecorded: true, idle: false });
    expect(take.result.speechFound).toBe(true);
    expect(take.result.summary.frames).toBe(Math.ceil((pcm.length / spoken.sampleRate) * 25 - 1e-6));
    const { poses } = await posesOf(take);
    expect(poses.slice(0, 25).every((moving) => !moving)).toBe(true);
    expect(poses.slice(-20).every((moving) => !moving)).toBe(true);
    expect(poses.slice(50, -50).filter(Boolean).length).toBeGreaterThan(30);
  });

  test('is cut to where somebody speaks, without its silence', async () => {
    const spoken = await engine.voices.speak(EN, { voice: 'en' });
    const pcm = new Float32Array(spoken.pcm.length + 4 * spoken.sampleRate);
    pcm.set(spoken.pcm, 2 * spoken.sampleRate);
    await writeAudioFile(inFolder('cut.wav'), pcm, spoken.sampleRate, 'pcm_s16le');
    const take = await rendered({ audio: inFolder('cut.wav'), transcript: EN });
    const speechSec = spoken.pcm.length / spoken.sampleRate;
    expect(take.result.summary.frames / 25).toBeGreaterThan(speechSec);
    expect(take.result.summary.frames / 25).toBeLessThan(speechSec + 0.5);
    // Its words lie in what is left, within a third of a second of where they are said (they are estimates).
    const words = take.result.segments.flatMap((segment) => segment.words);
    expect(words.map(({ text }) => text)).toEqual(spoken.words.map(({ text }) => text));
    words.forEach(({ startSec }, i) => expect(Math.abs(startSec - 0.15 - spoken.words[i].startSec), words[i].text).toBeLessThan(0.34));
  });

  test('keeps its clock: a click at a known time is there within 1 ms in the export', async () => {
    const clickSec = 2.0137;
    const pcm = Float32Array.from({ length: 4 * 44_100 }, (_, i) => 0.003 * Math.sin(i * 0.05));
    pcm.fill(0.8, Math.round(clickSec * 44_100), Math.round(clickSec * 44_100) + 30);
    await writeAudioFile(inFolder('click.wav'), pcm, 44_100, 'pcm_s16le');
    const sound = await readAudio(await exported(await rendered({ audio: inFolder('click.wav') }), 'click.mp4'), { sampleRate: 48_000 });
    const peak = sound.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    const onset = sound.findIndex((sample) => Math.abs(sample) > peak / 2);
    expect(Math.abs(onset / 48_000 - clickSec)).toBeLessThan(0.001);
  });

  const random = noise(7);
  test.each<[string, (i: number) => number, boolean?]>([
    ['digital silence', () => 0, true], // else it is refused
    ['the noise of a room', () => 0.003 * random()],
    ['mains hum', (i) => 0.02 * Math.sin((2 * Math.PI * 50 * i) / 16_000) + 0.01 * Math.sin((2 * Math.PI * 150 * i) / 16_000) + 0.001 * random()],
  ])('without speech (%s) rests throughout and says so', async (_, sample, asRecorded = false) => {
    await writeAudioFile(inFolder('quiet.wav'), Float32Array.from({ length: 3 * 16_000 }, (__, i) => sample(i)), 16_000, 'pcm_s16le');
    const take = await rendered({ audio: inFolder('quiet.wav'), asRecorded, idle: false });
    expect(take.result.speechFound).toBe(false);
    expect((await posesOf(take)).poses.some(Boolean)).toBe(false);
  });

  /** Which frames differ visibly from the first, by decoded luma (the encoder's own noise aside). */
  async function posesOf(take: Rendered): Promise<{ poses: boolean[] }> {
    const clip = await openClip(take.result.summary.file);
    let first: Uint8Array | null = null;
    const poses: boolean[] = [];
    for await (const { data, width, height } of clip.frames()) {
      first ??= data.slice();
      let changed = 0;
      for (let i = 0; i < width * height; i++) if (Math.abs(data[i] - first[i]) > 24) changed += 1;
      poses.push(changed > 4);
    }
    await clip.close();
    return { poses };
  }
});

describe('an avatar of the library', () => {
  test('is named by the beginning of its id, and gives the frames that its file gives', async () => {
    const byFile = await rendered({ script: 'Hello.' });
    const byId = await rendered({ script: 'Hello.', avatar: byFile.prepared.avatarId.slice(0, 10) });
    expect(fragmentBytes(byId).equals(fragmentBytes(byFile))).toBe(true);
    expect(engine.library.list().find(({ id }) => id === byFile.prepared.avatarId)!.uses).toBeGreaterThan(1);
  });

  test('unknown: says where ids are listed', async () => {
    await expect(rendered({ script: 'Hello.', avatar: 'abcd1234' })).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(rendered({ script: 'Hello.', avatar: 'nobody.png' })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringMatching(/nobody\.png.*avatars list/) as string });
  });

  test('before a colour: the corners have it in every frame, the face keeps its own', async () => {
    const take = await rendered({ script: 'Hello.', background: '#00b140' });
    const [y, u, v] = rgbToYuv(0x00, 0xb1, 0x40);
    const clip = await openClip(take.result.summary.file);
    for await (const frame of clip.frames()) {
      const planes = i420Planes(frame);
      expect(Math.abs(planes.y[0] - y) + Math.abs(planes.u[0] - u) + Math.abs(planes.v[0] - v)).toBeLessThan(12);
      expect(Math.abs(planes.v[64 * 128 + 64] - v)).toBeGreaterThan(30);
    }
    await clip.close();
    expect(readdirSync(path.join(folder, 'home', 'avatars', take.prepared.avatarId, 'variants')).length).toBe(1);
  });

  test('a background that is none is refused before any work', async () => {
    await expect(rendered({ script: 'Hello.', background: 'beach' })).rejects.toMatchObject({ code: 'invalid-input' });
  });
});

test('a clip keeps its own rate, and goes there and back again', async () => {
  const made = await rendered({ script: 'Hello there, my clip.', fps: 30 });
  const clip = await exported(made, 'clip.mp4');
  const take = await rendered({ script: EN, avatar: clip, size: undefined });
  expect(engine.library.show(take.prepared.avatarId).row.kind).toBe('clip');
  expect(take.prepared.rate).toEqual({ num: 30, den: 1 });
  expect(take.result.summary.frames).toBeGreaterThan(made.result.summary.frames); // it had to turn back
});

test('a Wav2Lip model of the user’s drives the mouth', async () => {
  const home = inFolder('wav2lip-home');
  const file = inFolder('mouth.onnx');
  await fakeWav2Lip({ size: 96, names: 'short', order: 'mel-first', batch: 'open', precision: 'float32' }).save(file);
  const other = await openEngine({ home });
  await importModel(other.folders, file, {});
  await other.close();
  const withModel = await openEngine({ home });
  try {
    const take = await rendered({ script: 'Hello there.', model: 'mouth', idle: false }, withModel);
    expect(take.prepared.modelId).toBe('mouth');
    const hashes = await frameHashes(take.result.summary.file);
    expect(new Set(hashes).size).toBeGreaterThan(10);
    const again = await rendered({ script: 'Hello there.', model: 'mouth', idle: false }, withModel);
    expect(fragmentBytes(again).equals(fragmentBytes(take))).toBe(true);
  } finally {
    await withModel.close();
  }
});

describe('canceling', () => {
  test.each(['prepared', 'fragment', 'progress'])('at %s removes the unfinished file, and the next take works', async (kind) => {
    const abort = new AbortController();
    const long = order({ script: `${EN} `.repeat(20) });
    const work = (async () => {
      for await (const event of engine.render(long, abort.signal)) if (event.type === kind) abort.abort();
    })();
    await expect(work).rejects.toMatchObject({ code: 'canceled' });
    expect([existsSync(long.growingFile), existsSync(long.file)]).toEqual([false, false]);
    expect((await rendered({ script: 'Hello.' })).result.summary.frames).toBeGreaterThan(20);
  });

  test('a consumer that leaves early leaves nothing behind', async () => {
    const long = order({ script: `${EN} `.repeat(20) });
    for await (const event of engine.render(long)) if (event.type === 'fragment') break;
    expect(existsSync(long.growingFile)).toBe(false);
  });
});
