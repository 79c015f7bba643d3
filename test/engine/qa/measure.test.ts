/**
 * Lip-sync measured on real takes, as files: what Sima makes is found good, and what is broken on purpose is found poor, each by its own measure.
 * Sentences of twelve seconds: shorter ones cannot be told from chance (docs/QA.md), and are said to be unknown.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PRESENTERS } from '../../../src/cli/commands/demo.ts';
import { openEngine, type Engine } from '../../../src/engine/engine.ts';
import { openClip } from '../../../src/engine/media/clip.ts';
import { createI420, i420Planes, type I420 } from '../../../src/engine/media/i420.ts';
import { openMp4Writer } from '../../../src/engine/media/mp4Writer.ts';
import { judge, rangeInSpeech, type Evidence } from '../../../src/engine/qa/judge.ts';
import { loudnessOf, soundingOf } from '../../../src/engine/qa/loudness.ts';
import type { QaTake } from '../../../src/engine/qa/room.ts';
import { lipClosures } from '../../../src/engine/qa/speechSounds.ts';
import type { Seen } from '../../../src/engine/qa/watch.ts';
import type { QaMeasure, QaReport } from '../../../src/shared/contract/qa.ts';
import { qaSentence } from '../../../src/shared/qaWords.ts';
import { orderOf, rendered, type Rendered } from '../../support/rendered.ts';
import { readAudio } from '../../support/sounds.ts';

const SIZE = 256;
const FPS = 25;
const PERSIAN = 'امروز می‌خواهم دربارهٔ یک ابزار تازه صحبت کنم. این ابزار از یک عکس ساده، ویدیویی می‌سازد که در آن چهره سخن می‌گوید. بابا و مامان با مهربانی برای بچه‌ها پنیر بردند.';
const ENGLISH = 'Today I would like to talk about a new tool. It takes a simple photo and makes a video in which the face speaks. Maybe my brother Bob bumped the lamp, but Pam promised to put a map beside it.';

let folder: string;
let engine: Engine;
let woman: { take: Rendered; report: QaReport };
let man: { take: Rendered; report: QaReport };
const file = (name: string) => path.join(folder, name);
const measureOf = ({ measures }: Pick<QaReport, 'measures'>, name: QaMeasure['name']): QaMeasure => measures.find((each) => each.name === name)!;

async function measured(source: string, take: QaTake | null): Promise<QaReport> {
  let last = 0;
  for await (const event of engine.qa.measure({ file: source, take }, new AbortController().signal)) {
    if (event.type === 'report') return event.report;
    expect(event.done).toBeGreaterThanOrEqual(last);
    last = event.done;
  }
  throw new Error('no report');
}

const posesOf = (events: Rendered['events']): Uint8Array => Uint8Array.from(events.flatMap((event) => (event.type === 'track' ? Array.from(event.track.poses ?? []) : [])));

const takeOf = ({ order, prepared, result, events }: Rendered): QaTake => ({
  takeId: order.takeId, request: order.request, avatarId: prepared.avatarId, rate: prepared.rate, frames: result.summary.frames, endKnownFrom: result.chunks.at(-1)!.firstFrame, poses: posesOf(events),
  segments: result.segments.flatMap(({ segment, startSec, endSec }) => (segment ? [{ index: segment.index, text: segment.text, startSec, endSec }] : [])),
});

async function made(avatar: string, script: string): Promise<{ take: Rendered; report: QaReport }> {
  const take = await rendered(engine, orderOf(folder, { avatar, script, size: { width: SIZE, height: SIZE } }));
  return { take, report: await measured(take.order.file, takeOf(take)) };
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'sima-qa-'));
  engine = await openEngine({ home: file('home') });
  woman = await made(PRESENTERS.woman, PERSIAN);
  man = await made(PRESENTERS.man, ENGLISH);
}, 300_000);
afterAll(async () => {
  await engine?.close();
  await rm(folder, { recursive: true, force: true });
});

/** The same video with its sound later (or earlier) by so many frames. */
async function withSound(name: string, source: string, frames: number, shift: number): Promise<string> {
  const to = file(name);
  const pcm = await readAudio(source, { sampleRate: 48_000 });
  const by = Math.round((shift * 48_000) / FPS);
  const moved = Float32Array.from({ length: pcm.length }, (_, i) => pcm[i - by] ?? 0);
  const writer = await openMp4Writer({ file: to, width: 64, height: 64, fps: FPS, quality: 'live', marking: { takeId: 'shifted' } });
  writer.addAudio(moved);
  const blank = createI420(64, 64);
  for (let i = 0; i < frames; i++) await writer.addFrame(blank);
  await writer.finish();
  return to;
}

/** What would be found if these pictures had that file's sound. */
async function together({ report }: { report: QaReport }, sound: string): Promise<QaMeasure[]> {
  const opening = report.opening.map((value) => value ?? NaN);
  const seen: Seen = { opening, headX: opening, headY: opening, eyes: opening, cuts: [], looks: [] };
  const loudness = await loudnessOf(sound, opening.length, FPS);
  const sounding = soundingOf(loudness);
  const evidence: Evidence = { fps: FPS, seen, loudness, sounding, range: rangeInSpeech(opening, sounding), closures: null, hasSource: false };
  return judge(evidence, { from: 0, to: opening.length });
}

describe('what Sima makes', () => {
  it.each([['Persian, the woman', () => woman], ['English, the man', () => man]] as const)('is good: %s', (_, of) => {
    const { report, take } = of();
    expect(report.measures.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual(['offset', 'correlation', 'silence', 'closures', 'seam', 'sharpness', 'jitter', 'faceless'].map((name) => `${name} good`));
    expect(report.verdict).toBe('good');
    expect(report.frames).toBe(take.result.summary.frames);
    expect(report.opening.length).toBe(report.frames);
    // A picture that comes a frame late or early shows: lips and sound of a take agree to a third of one.
    expect(Math.abs(measureOf(report, 'offset').value!)).toBeLessThan(0.34);
    expect(measureOf(report, 'closures').figures.of).toBeGreaterThan(12);
    for (const segment of report.segments) expect(segment.verdict, segment.text).toBe('good');
  });

  it('is told in both languages, and what cannot be known says why', () => {
    const closures = measureOf(woman.report, 'closures');
    expect(closures.sentence).toMatch(/^Lips close on \d+ of \d+ m\/b\/p\.$/);
    expect(qaSentence(closures, 'fa')).toMatch(/[۰-۹]+ مورد از [۰-۹]+/);
    const short = woman.report.segments[0].measures.find(({ name }) => name === 'offset')!;
    expect(short).toMatchObject({ value: null, verdict: 'unknown', why: 'too-short' });
  });
});

describe('what is broken', () => {
  it.each([5, -5])('sound that is %i frames off is a poor offset', async (shift) => {
    const shifted = await withSound(`shifted ${shift}.mp4`, woman.take.order.file, woman.report.frames, shift);
    const [offset, correlation] = await together(woman, shifted);
    expect(offset.verdict).toBe('poor');
    // Sound that comes later means lips that come before it.
    expect(Math.abs(offset.value! + shift)).toBeLessThan(0.5);
    expect(offset.sentence).toContain(shift > 0 ? 'before the sound' : 'after the sound');
    expect(correlation.verdict).toBe('good');
  });

  it('the mouth of another take has nothing to do with the voice, misses closures and is not judged by its lag', async () => {
    const measures = await together(woman, man.take.order.file);
    const [offset, correlation, silence] = measures;
    expect(correlation.verdict).toBe('poor');
    // It goes on where the voice has ended.
    expect(silence.verdict).toBe('poor');
    expect(offset).toMatchObject({ value: null, why: 'unrelated' });
    // The woman's own closures, looked for in the man's mouth.
    const opening = man.report.opening.map((value) => value ?? NaN);
    const phonemes = (await spokenBy(woman)).slice();
    const frames = Math.min(opening.length, woman.report.frames);
    const seen: Seen = { opening: opening.slice(0, frames), headX: [], headY: [], eyes: [], cuts: [], looks: [] };
    const sounding = soundingOf(await loudnessOf(woman.take.order.file, frames, FPS));
    const strange = judge({ fps: FPS, seen, loudness: null, sounding, range: rangeInSpeech(seen.opening, sounding), closures: lipClosures(phonemes), hasSource: false }, { from: 0, to: frames });
    expect(measureOf({ measures: strange }, 'closures').verdict).toBe('poor');
  });

  it('a blurred mouth, a shaking head and lost frames are each found, in three seconds', async () => {
    const broken = await damaged('broken.mp4', woman.take.order.file, 75, (frame, index) => {
      blurMouth(frame);
      if (index >= 62) frame.data.fill(128).fill(16, 0, SIZE * SIZE);
      return index % 2 === 0 ? frame : shiftedRight(frame, 4);
    });
    const report = await measured(broken, null);
    expect(measureOf(report, 'sharpness').verdict).toBe('poor');
    expect(measureOf(report, 'jitter').verdict).toBe('poor');
    expect(measureOf(report, 'faceless')).toMatchObject({ verdict: 'poor', figures: { frames: 13, of: 75 } });
    expect(report.verdict).toBe('poor');
    for (const name of ['closures', 'seam'] as const) expect(measureOf(report, name).why).toBe(name === 'seam' ? 'no-source' : 'no-phonemes');
  });

  it('a frozen mouth in a visible patch, in three seconds', async () => {
    let still: I420 | null = null;
    const frozen = await damaged('frozen.mp4', woman.take.order.file, 75, (frame) => {
      still ??= { ...frame, data: frame.data.slice() };
      pasteMouth(still, frame, 14);
      return frame;
    });
    const report = await measured(frozen, { ...takeOf(woman.take), segments: [] });
    expect(measureOf(report, 'correlation')).toMatchObject({ verdict: 'poor', figures: { still: 1 } });
    expect(measureOf(report, 'correlation').sentence).toBe('The mouth hardly moves while somebody speaks.');
    expect(measureOf(report, 'closures').why).toBe('still-mouth');
    expect(measureOf(report, 'seam').verdict).toBe('poor');
  });
});

it('measuring ends when it is canceled, and a file that is no video is refused in a sentence', async () => {
  const abort = new AbortController();
  const canceled = (async () => {
    for await (const event of engine.qa.measure({ file: woman.take.order.file, take: null }, abort.signal)) if (event.type === 'progress' && event.done > 0.02) abort.abort();
  })();
  await expect(canceled).rejects.toMatchObject({ code: 'canceled' });
  await expect(measured(PRESENTERS.woman, null)).rejects.toMatchObject({ code: 'invalid-input' });
});

async function spokenBy({ take }: { take: Rendered }) {
  const { phonemesOf } = await import('../../../src/engine/qa/ofTake.ts');
  const { speakScript } = await import('../../../src/engine/pipeline/speech.ts');
  return (await phonemesOf(speakScript(take.order.request, engine.voices), takeOf(take).segments))!;
}

async function damaged(name: string, source: string, frames: number, change: (frame: I420, index: number) => I420): Promise<string> {
  const to = file(name);
  const writer = await openMp4Writer({ file: to, width: SIZE, height: SIZE, fps: FPS, quality: 'live', marking: { takeId: 'damaged' } });
  writer.addAudio((await readAudio(source, { sampleRate: 48_000 })).subarray(0, (frames * 48_000) / FPS));
  const clip = await openClip(source);
  let index = 0;
  for await (const frame of clip.frames()) {
    if (index === frames) break;
    await writer.addFrame(change({ ...frame, data: frame.data.slice() }, index++));
  }
  await clip.close();
  await writer.finish();
  return to;
}

/** Where the presenters' lower face is, in shares of the picture. */
const MOUTH = { left: 0.36, top: 0.55, right: 0.64, bottom: 0.76 };

function blurMouth(frame: I420): void {
  const { y } = i420Planes(frame);
  for (let pass = 0; pass < 2; pass++) {
    const before = y.slice();
    for (let row = Math.round(MOUTH.top * SIZE); row < MOUTH.bottom * SIZE; row++) {
      for (let col = Math.round(MOUTH.left * SIZE); col < MOUTH.right * SIZE; col++) {
        let sum = 0;
        for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) sum += before[(row + dy) * SIZE + col + dx];
        y[row * SIZE + col] = sum / 25;
      }
    }
  }
}

function pasteMouth(from: I420, to: I420, brighter: number): void {
  for (let row = Math.round(MOUTH.top * SIZE); row < MOUTH.bottom * SIZE; row++) {
    for (let col = Math.round(MOUTH.left * SIZE); col < MOUTH.right * SIZE; col++) to.data[row * SIZE + col] = Math.min(235, from.data[row * SIZE + col] + brighter);
  }
}

function shiftedRight(frame: I420, by: number): I420 {
  const out = createI420(frame.width, frame.height);
  const [from, to] = [i420Planes(frame), i420Planes(out)];
  for (const [plane, step] of [['y', 1], ['u', 2], ['v', 2]] as const) {
    const width = frame.width / step;
    for (let i = 0; i < from[plane].length; i++) to[plane][i] = from[plane][i - (i % width >= by / step ? by / step : 0)];
  }
  return out;
}
