/** A take that was cut off goes on where it was: the frames after the cut are those that it would have had, and so is the sound. */
import { copyFileSync, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PRESENTERS } from '../../../src/cli/commands/demo.ts';
import { openEngine, type Engine } from '../../../src/engine/engine.ts';
import { openClip } from '../../../src/engine/media/clip.ts';
import { importModel } from '../../../src/engine/onnx/importModel.ts';
import { modelFolders } from '../../../src/engine/onnx/manifest.ts';
import { fakeWav2Lip } from '../../../models/make/wav2lipFake.ts';
import { orderOf, rendered, type Rendered } from '../../support/rendered.ts';
import { writeAudioFile } from '../../support/mediaFiles.ts';
import { readAudio } from '../../support/sounds.ts';

const SCRIPT = 'Hello there. My mother bought five blue lamps, and put them on the table. What a fine day it is.';

let folder: string;
let engine: Engine;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'sima-resume-'));
  const home = path.join(folder, 'home');
  const model = path.join(folder, 'mouth.onnx');
  await fakeWav2Lip({ size: 96, names: 'short', order: 'mel-first', batch: 'open', precision: 'float32' }).save(model);
  await importModel(modelFolders(home), model);
  engine = await openEngine({ home });
  const spoken = await engine.voices.speak(SCRIPT, { voice: 'en' });
  await writeAudioFile(path.join(folder, 'speech.wav'), spoken.pcm, spoken.sampleRate, 'pcm_s16le');
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

/** Goes on from a copy of the whole take's bytes up to a fragment, with other bytes after it, as a killed process leaves them. */
async function goneOn(whole: Rendered, request: Record<string, unknown>, fragments: number): Promise<Rendered> {
  const { summary } = whole.result;
  const order = orderOf(folder, request, { published: { fragments: summary.fragments.slice(0, fragments), initBytes: summary.initBytes } });
  copyFileSync(summary.file, order.growingFile);
  return rendered(engine, order);
}

/** Mean luma differences, of 255, between the frames of two videos of the same length: of those with the same number, and of each with the one after. */
async function differences(a: string, b: string): Promise<{ same: number[]; next: number[] }> {
  const [first, second] = await Promise.all([lumas(a), lumas(b)]);
  expect(second).toHaveLength(first.length);
  const between = (x: Uint8Array, y: Uint8Array): number => {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += Math.abs(x[i] - y[i]);
    return sum / x.length;
  };
  return { same: first.map((luma, i) => between(luma, second[i])), next: first.slice(1).map((luma, i) => between(luma, second[i])) };
}

async function lumas(file: string): Promise<Uint8Array[]> {
  const clip = await openClip(file);
  const all: Uint8Array[] = [];
  for await (const { data, width, height } of clip.frames()) all.push(data.slice(0, width * height));
  await clip.close();
  return all;
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

describe.each<[string, () => Record<string, unknown>]>([
  ['a text on a photo', () => ({ script: SCRIPT })],
  ['a text at 29.97 frames', () => ({ script: SCRIPT, fps: 29.97 })],
  ['a recording, heard by the network', () => ({ audio: path.join(folder, 'speech.wav') })],
  ['a Wav2Lip model', () => ({ script: SCRIPT, model: 'mouth' })],
])('%s', (_, asked) => {
  const request = () => ({ avatar: PRESENTERS.woman, size: { width: 256, height: 256 }, ...asked() });
  let whole: Rendered;
  beforeAll(async () => {
    whole = await rendered(engine, orderOf(folder, request()));
  });

  test.each([1, 4, 9, -1, 0])('goes on after fragment %i (counted from the end where negative; 0: all of them)', async (count) => {
    const { fragments, frames, durationSec } = whole.result.summary;
    const kept = count > 0 ? count : fragments.length + count;
    const { result, events, order } = await goneOn(whole, request(), kept);
    const announced = events.flatMap((event) => (event.type === 'fragment' ? [event.fragment] : []));
    // What was published is neither told again nor changed.
    expect(announced).toEqual(result.summary.fragments.slice(kept));
    expect(result.summary.fragments.slice(0, kept)).toEqual(fragments.slice(0, kept));
    expect([result.summary.frames, result.summary.durationSec]).toEqual([frames, durationSec]);
    expect(result.chunks).toEqual(whole.result.chunks);
    expect(result.segments).toEqual(whole.result.segments);
    expect([existsSync(order.file), existsSync(order.growingFile)]).toEqual([true, false]);
    // The same pictures but for what coding them anew from a keyframe changes; a frame too early or too late would show.
    const { same, next } = await differences(whole.result.summary.file, result.summary.file);
    expect(Math.max(...same)).toBeLessThan(2);
    expect(total(same)).toBeLessThan(0.75 * total(next));
    const [before, after] = await Promise.all([whole, { result }].map((take) => readAudio(take.result.summary.file, { sampleRate: 48_000 })));
    expect(Math.abs(before.length - after.length)).toBeLessThanOrEqual(1024);
    const worst = before.subarray(0, after.length).reduce((most, sample, i) => Math.max(most, Math.abs(sample - after[i])), 0);
    expect(worst).toBeLessThan(0.05);
  });
});
