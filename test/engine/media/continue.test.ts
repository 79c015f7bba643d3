/** A take whose writer was killed goes on in the same file, and nothing of that can be seen or heard. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { boxesIn, readMoof } from '../../../src/engine/media/boxes.ts';
import { createI420 } from '../../../src/engine/media/i420.ts';
import { openMp4Writer, soundNeededBefore, type Fragment, type Mp4Summary, type Mp4WriterOptions } from '../../../src/engine/media/mp4Writer.ts';
import { probe } from '../../../src/engine/media/probe.ts';
import { frameStartSample, frameStartSec, toRate, type Rate } from '../../../src/engine/media/rate.ts';
import { remux } from '../../../src/engine/media/remux.ts';
import { StudioError } from '../../../src/shared/errors.ts';
import { clickLag, SAMPLE_RATE } from '../../support/clickTake.ts';
import { codedOptions, framesOf, HEIGHT, openContinued, readCodes, speechLike, WIDTH, writeFrames } from '../../support/codedTake.ts';
import { readAudio } from '../../support/sounds.ts';

const PACKET = 1024;
const FRAMES = 63;
const TAIL = Buffer.from('\0\0\x0f\xffmoof half a fragment that was never announced');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sima-continue-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Whole {
  options: Mp4WriterOptions & { growingFile: string };
  rate: Rate;
  pcm: Float32Array;
  summary: Mp4Summary;
  /** By number of fragments published: the file at that moment. */
  snapshots: Buffer[];
  heard: Float32Array;
}

/** An uninterrupted take. */
async function writeWhole(name: string, fps: number, quality: 'live' | 'final' = 'live'): Promise<Whole> {
  const rate = toRate(fps);
  const options = codedOptions(join(folder, `${name}.mp4`), join(folder, `${name} growing.mp4`), rate, quality);
  const pcm = speechLike(frameStartSample(FRAMES, rate, SAMPLE_RATE));
  const snapshots = [Buffer.alloc(0)];
  const writer = await openMp4Writer({ ...options, onFragment: async () => void snapshots.push(await readFile(options.growingFile)) });
  await writeFrames(writer, pcm, rate, 0, FRAMES);
  const summary = await writer.finish();
  return { options, rate, pcm, summary, snapshots, heard: await readAudio(options.file, { sampleRate: SAMPLE_RATE }) };
}

/** The take as it is when its writer is killed after so many fragments: a new file, and the options to go on in it. */
async function killedAt({ options, snapshots, summary }: Whole, count: number, name: string) {
  const own = { ...options, file: join(folder, `${name}.mp4`), growingFile: join(folder, `${name} growing.mp4`) };
  await writeFile(own.growingFile, Buffer.concat([snapshots[count], TAIL]));
  return { options: own, fragments: summary.fragments.slice(0, count) };
}

const rms = (heard: Float32Array, given: Float32Array, from: number, to: number): number => {
  let squares = 0;
  for (let i = from; i < to; i++) squares += (heard[i] - given[i]) ** 2;
  return Math.sqrt(squares / (to - from));
};

/** Header and fragments, each track going on where the fragment before ends; the fragment table tells the same. */
async function expectSaneBoxes(file: string, summary: Mp4Summary, rate: Rate): Promise<void> {
  const bytes = await readFile(file);
  const boxes = boxesIn(bytes);
  expect(boxes.reduce((sum, { body }) => sum + body.length + 8, 0)).toBe(bytes.length);
  expect(summary.sizeBytes).toBe(bytes.length);
  expect(boxes.map(({ type }) => type)).toEqual(['ftyp', 'moov', ...summary.fragments.flatMap(() => ['moof', 'mdat'])]);
  const ends = new Map([[1, 0], [2, 0]]);
  let [offset, frame] = [summary.initBytes, 0];
  const moofs = boxes.filter(({ type }) => type === 'moof').map(({ body }) => readMoof(body)!);
  for (const [index, { sequence, tracks }] of moofs.entries()) {
    const fragment = summary.fragments[index];
    expect(sequence).toBe(index + 1);
    expect(fragment).toMatchObject({ index, firstFrame: frame, offset });
    expect(tracks.find(({ trackId }) => trackId === 1)?.samples ?? 0).toBe(fragment.frames);
    for (const { trackId, start, end } of tracks) {
      expect(start).toBe(ends.get(trackId));
      ends.set(trackId, end);
    }
    offset += fragment.bytes;
    frame += fragment.frames;
  }
  expect([offset, frame]).toEqual([bytes.length, summary.frames]);
  expect(ends.get(2)).toBe(PACKET + frameStartSample(summary.frames, rate, SAMPLE_RATE));
}

/** Every picture once, in order, at its time; sound without a gap; both in the growing file and in its export. */
async function expectSeamless(whole: Pick<Whole, 'pcm' | 'rate' | 'heard'>, summary: Mp4Summary, cuts: number[]): Promise<void> {
  const { rate, pcm, heard } = whole;
  const exported = `${summary.file} export.mp4`;
  await expectSaneBoxes(summary.file, summary, rate);
  await remux(summary.file, exported);
  for (const file of [summary.file, exported]) {
    const codes = await readCodes(file, rate);
    expect(codes.map(({ index }) => index)).toEqual(Array.from({ length: FRAMES }, (_, i) => i));
    for (const { index, time } of codes) expect(time).toBeCloseTo(index, 6);
    const { video, audio } = await probe(file, { packets: true });
    expect(video).toMatchObject({ frames: FRAMES, constantRate: true, startSec: 0, fps: rate });
    expect(audio).toMatchObject({ startSec: 0 });
    expect(video!.durationSec).toBeCloseTo(frameStartSec(FRAMES, rate), 4);
    expect(Math.abs(audio!.durationSec! - video!.durationSec!)).toBeLessThan(frameStartSec(1, rate));
  }
  expect(summary).toMatchObject({ frames: FRAMES, durationSec: frameStartSec(FRAMES, rate) });
  const spliced = await readAudio(summary.file, { sampleRate: SAMPLE_RATE });
  expect(spliced.length).toBe(heard.length);
  expect(await readAudio(exported, { sampleRate: SAMPLE_RATE })).toHaveLength(pcm.length);
  for (const cut of cuts) {
    // The splice lies up to 3 packets before the cut, and its first packet overlaps with the one before.
    const end = frameStartSample(cut, rate, SAMPLE_RATE);
    const [from, to] = [Math.max(0, end - 5 * PACKET), Math.min(pcm.length, end + 3 * PACKET)];
    expect(rms(spliced, pcm, from, to)).toBeLessThan(1.5 * rms(heard, pcm, from, to));
    if (cut === cuts[0]) expect(spliced.subarray(0, from).every((sample, i) => sample === heard[i])).toBe(true);
  }
  // Nowhere worse than anywhere in the uninterrupted encode, and every click where it belongs.
  for (let from = 0; from + 2 * PACKET <= pcm.length; from += PACKET) {
    expect(rms(spliced, pcm, from, from + 2 * PACKET)).toBeLessThan(2 * rms(heard, pcm, from, from + 2 * PACKET) + 0.0005);
  }
  for (let click = 9973; click + 300 < pcm.length; click += 9973) expect(Math.abs(clickLag(spliced, pcm, click, 1200))).toBeLessThan(0.1);
}

describe.each([25, 29.97])('a take at %d frames per second', (fps) => {
  let whole: Whole;
  beforeAll(async () => {
    whole = await writeWhole(`whole ${fps}`, fps);
  });

  test('goes on after any fragment, in the middle of a GOP too', async () => {
    expect(whole.summary.fragments.length).toBeGreaterThan(7);
    for (const { index } of whole.summary.fragments) {
      const { options, fragments } = await killedAt(whole, index + 1, `cut ${fps} ${index}`);
      const cut = framesOf(fragments);
      const announced: Fragment[] = [];
      const writer = await openContinued({ ...options, onFragment: (fragment) => void announced.push(fragment) }, fragments, whole.pcm, whole.rate);
      expect([writer.frames, writer.initBytes, writer.growingFile]).toEqual([cut, whole.summary.initBytes, options.growingFile]);
      await writeFrames(writer, whole.pcm, whole.rate, cut, FRAMES);
      const summary = await writer.finish();
      expect(summary.fragments).toEqual([...fragments, ...announced]);
      if (announced.length > 0 && cut < FRAMES) expect(announced[0]).toMatchObject({ index: index + 1, firstFrame: cut, keyframe: true });
      const written = await readFile(options.file);
      expect(written.subarray(0, whole.snapshots[index + 1].length).equals(whole.snapshots[index + 1])).toBe(true);
      await expectSeamless(whole, summary, [cut]);
    }
  }, 30_000);

  test('goes on twice, after a pause and a kill', async () => {
    const { options, fragments } = await killedAt(whole, 2, `twice ${fps}`);
    const firstCut = framesOf(fragments);
    const writer = await openContinued({ ...options, onFragment: (fragment) => void fragments.push(fragment) }, fragments.slice(), whole.pcm, whole.rate);
    await writeFrames(writer, whole.pcm, whole.rate, firstCut, firstCut + 15);
    await writer.abort({ keep: true });
    await writer.abort(); // what was kept stays
    const secondCut = framesOf(fragments);
    expect(secondCut).toBeGreaterThanOrEqual(firstCut + 9);
    expect(secondCut).toBeLessThan(firstCut + 15); // frames without a fragment are lost
    const again = await openContinued(options, fragments, whole.pcm, whole.rate);
    await writeFrames(again, whole.pcm, whole.rate, secondCut, FRAMES);
    await expectSeamless(whole, await again.finish(), [firstCut, secondCut]);
  });
});

test('a take of final quality, whose encoder looks ahead, goes on', async () => {
  const whole = await writeWhole('final', 25, 'final');
  const { options, fragments } = await killedAt(whole, 3, 'final cut');
  const writer = await openContinued(options, fragments, whole.pcm, whole.rate);
  await writeFrames(writer, whole.pcm, whole.rate, framesOf(fragments), FRAMES);
  await expectSeamless(whole, await writer.finish(), [framesOf(fragments)]);
});

test('sound that was given long before its pictures goes on too', async () => {
  const rate = toRate(25);
  const options = codedOptions(join(folder, 'early.mp4'), join(folder, 'early growing.mp4'), rate);
  const pcm = speechLike(frameStartSample(FRAMES, rate, SAMPLE_RATE));
  const fragments: Fragment[] = [];
  const silent = new Float32Array(0);
  const writer = await openMp4Writer({ ...options, onFragment: (fragment) => void fragments.push(fragment) });
  writer.addAudio(pcm);
  await writeFrames(writer, silent, rate, 0, 30);
  await writer.abort({ keep: true });
  const again = await openContinued(options, fragments, pcm, rate);
  again.addAudio(pcm.subarray(frameStartSample(framesOf(fragments), rate, SAMPLE_RATE)));
  await writeFrames(again, silent, rate, framesOf(fragments), FRAMES);
  await expectSeamless({ rate, pcm, heard: (await writeWhole('late', 25)).heard }, await again.finish(), [framesOf(fragments)]);
});

test('a take with all its fragments only gets its name', async () => {
  const whole = await writeWhole('complete', 25);
  const { fragments } = whole.summary;
  const killed = await killedAt(whole, fragments.length, 'complete cut');
  const writer = await openContinued(killed.options, fragments, whole.pcm, whole.rate);
  await expect(writer.addFrame(createI420(WIDTH, HEIGHT))).rejects.toMatchObject({ code: 'bug' });
  expect(await writer.finish()).toEqual({ ...whole.summary, file: killed.options.file });
  expect((await readFile(killed.options.file)).equals(await readFile(whole.options.file))).toBe(true);
});

describe('a process that is killed', () => {
  test.each([
    { who: 'by itself, in the moment a fragment is announced', itself: true },
    { who: 'from outside, while it encodes on', itself: false },
  ])('$who, leaves all that it announced, and the take goes on', async ({ itself }) => {
    const rate = toRate(25);
    const name = `killed ${String(itself)}`;
    const options = codedOptions(join(folder, `${name}.mp4`), join(folder, `${name} growing.mp4`), rate);
    const src = (path: string) => JSON.stringify(fileURLToPath(new URL(`../../../${path}`, import.meta.url)));
    const script = join(folder, `${name}.ts`);
    await writeFile(script, `
      import { writeSync } from 'node:fs';
      import { openMp4Writer } from ${src('src/engine/media/mp4Writer.ts')};
      import { speechLike, writeFrames } from ${src('test/support/codedTake.ts')};
      const writer = await openMp4Writer({ ...${JSON.stringify(options)}, onFragment: (fragment) => {
        writeSync(1, JSON.stringify(fragment) + '\\n');
        if (${String(itself)} && fragment.index === 3) process.kill(process.pid, 'SIGKILL');
      } });
      await writeFrames(writer, speechLike(48_000 * 4), { num: 25, den: 1 }, 0, 30_000);
    `);
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    const told: Fragment[] = [];
    for await (const line of createInterface(child.stdout)) {
      told.push(JSON.parse(line) as Fragment);
      if (!itself && told.length === 4) child.kill('SIGKILL');
    }
    expect(await ended).toEqual([null, 'SIGKILL']);
    const fragments = told.filter(({ firstFrame, frames }) => firstFrame + frames <= FRAMES);
    expect(fragments.length).toBeGreaterThan(3);
    const last = told.at(-1)!;
    expect((await stat(options.growingFile)).size).toBeGreaterThanOrEqual(last.offset + last.bytes);

    const pcm = speechLike(frameStartSample(FRAMES, rate, SAMPLE_RATE));
    const writer = await openContinued(options, fragments, pcm, rate);
    await writeFrames(writer, pcm, rate, framesOf(fragments), FRAMES);
    const summary = await writer.finish();
    await expectSeamless({ rate, pcm, heard: (await writeWhole(`${name} whole`, 25)).heard }, summary, [framesOf(fragments)]);
  }, 20_000);
});

describe('what cannot be continued', () => {
  let whole: Whole;
  beforeAll(async () => {
    whole = await writeWhole('refused', 25);
  });
  const refusal = async (name: string, changed: Partial<Mp4WriterOptions>, shape?: (growingFile: string, fragments: Fragment[]) => Promise<void> | void): Promise<string> => {
    const { options, fragments } = await killedAt(whole, 4, name);
    await shape?.(options.growingFile, fragments);
    const before = await readFile(options.growingFile).catch(() => null);
    const error: unknown = await openContinued({ ...options, ...changed }, fragments, whole.pcm, whole.rate).catch((reason: unknown) => reason);
    if (before) expect((await readFile(options.growingFile)).equals(before)).toBe(true);
    expect(error).toMatchObject({ code: 'io' });
    return (error as StudioError).message;
  };

  test('says so and stays as it is', async () => {
    expect(await refusal('gone', {}, (file) => rm(file))).toContain('gone growing.mp4 cannot be continued: it is gone. Render the take anew.');
    expect(await refusal('short', {}, (file) => truncate(file, whole.snapshots[4].length - 1))).toMatch(/\d+ bytes of it were published, but only \d+ are there/);
    expect(await refusal('swapped', {}, (_, fragments) => void fragments.splice(1, 1))).toContain('gap at 1');
    expect(await refusal('foreign', {}, async (file) => writeFile(file, Buffer.alloc((await stat(file)).size, 7)))).toContain('header');
    for (const changed of [{ quality: 'final' }, { width: 64 }, { height: 32 }] as const) expect(await refusal('settings', changed)).toContain('other settings');
    expect(await refusal('rate', { fps: 30 })).toContain('at this frame rate');
  });

  test('a caller that gives too little sound or another folder is told', async () => {
    const { options, fragments } = await killedAt(whole, 4, 'little');
    const needed = soundNeededBefore(framesOf(fragments), whole.rate);
    const continues = { fragments, initBytes: whole.summary.initBytes, sound: new Float32Array(needed - 1) };
    await expect(openMp4Writer({ ...options, continues })).rejects.toThrow(`${needed} samples of sound before it are needed, but ${needed - 1} were given`);
    await expect(openMp4Writer({ ...options, growingFile: join(tmpdir(), 'x.mp4') })).rejects.toMatchObject({ code: 'bug' });
    expect(soundNeededBefore(5, whole.rate)).toBe(9600);
    expect(soundNeededBefore(1000, whole.rate)).toBe(18 * PACKET);
  });

  test('damage is refused as damage, or does no harm', async () => {
    const { options, fragments } = await killedAt(whole, 4, 'damaged');
    const good = await readFile(options.growingFile);
    await fc.assert(fc.asyncProperty(fc.nat(whole.snapshots[4].length - 1), fc.integer({ min: 1, max: 255 }), async (at, flipped) => {
      const bad = Buffer.from(good);
      bad[at] ^= flipped;
      await writeFile(options.growingFile, bad);
      const opened: unknown = await openContinued(options, fragments, whole.pcm, whole.rate).catch((error: unknown) => error);
      if (opened instanceof Error) expect(opened).toMatchObject({ code: 'io' });
      else await (opened as Awaited<ReturnType<typeof openContinued>>).abort({ keep: true });
    }), { numRuns: 40, examples: [[whole.summary.initBytes + 3, 1], [fragments[3].offset + 3, 4], [fragments[3].offset + 11, 1], [fragments[3].offset + 27, 255]] });
  });
});

describe('a growing file with a name', () => {
  const rate = toRate(25);
  test('replaces what lies there, is the file while it grows, and takes the final name', async () => {
    const own = await mkdtemp(join(folder, 'named-'));
    const options = codedOptions(join(own, 'take.mp4'), join(own, 'growing.mp4'), rate);
    await copyFile(fileURLToPath(import.meta.url), options.growingFile);
    const writer = await openMp4Writer(options);
    expect((await stat(options.growingFile)).size).toBe(0);
    await writeFrames(writer, speechLike(48_000), rate, 0, 12);
    expect(boxesIn(await readFile(options.growingFile)).map(({ type }) => type)).toEqual(['ftyp', 'moov', 'moof', 'mdat']);
    expect(await readdir(own)).toEqual(['growing.mp4']);
    await writer.finish();
    await writer.abort();
    expect(await readdir(own)).toEqual(['take.mp4']);
  });

  test('goes with abort, and stays where writing fails until it is aborted', async () => {
    const own = await mkdtemp(join(folder, 'stays-'));
    const options = codedOptions(join(own, 'take.mp4'), join(own, 'growing.mp4'), rate);
    const failing = await openMp4Writer({ ...options, onFragment: () => Promise.reject(new StudioError('io', 'The disk is full.')) });
    await expect(writeFrames(failing, speechLike(48_000), rate, 0, 12)).rejects.toMatchObject({ message: 'The disk is full.' });
    expect(await readdir(own)).toEqual(['growing.mp4']);
    await failing.abort();
    expect(await readdir(own)).toEqual([]);
  });
});
