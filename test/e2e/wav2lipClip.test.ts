/** A Wav2Lip model on a clip: crops and composer read the clip's plates at the same time, at different places, also for several takes at once. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PRESENTERS } from '../../src/cli/commands/demo.ts';
import { openEngine, type Engine } from '../../src/engine/engine.ts';
import { openClip } from '../../src/engine/media/clip.ts';
import { importModel } from '../../src/engine/onnx/importModel.ts';
import { modelFolders } from '../../src/engine/onnx/manifest.ts';
import { remux } from '../../src/engine/media/remux.ts';
import type { TakeResult } from '../../src/engine/pipeline/take.ts';
import { fakeWav2Lip } from '../../models/make/wav2lipFake.ts';
import { orderOf, rendered as renderedOn } from '../support/rendered.ts';

const SIZE = 256;
const SCRIPT = 'Hello there. My mother bought five blue lamps, and put them all on the table.';

let folder: string;
let engine: Engine;
let clip: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'sima-wav2lip-clip-'));
  const home = path.join(folder, 'home');
  const model = path.join(folder, 'mouth.onnx');
  await fakeWav2Lip({ size: 96, names: 'short', order: 'mel-first', batch: 'open', precision: 'float32' }).save(model);
  await importModel(modelFolders(home), model);
  engine = await openEngine({ home });
  const made = await rendered({ script: 'Hello there, my clip.', avatar: PRESENTERS.woman, size: { width: SIZE, height: SIZE } });
  clip = path.join(folder, 'clip.mp4');
  await remux(made.summary.file, clip);
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

const rendered = async (request: Record<string, unknown>): Promise<TakeResult> => (await renderedOn(engine, orderOf(folder, request))).result;

/** Mean luma of each frame about the presenter's lips, which the stand-in model paints the louder the darker. */
async function lipLuma(file: string): Promise<number[]> {
  const pictures = await openClip(file);
  const means: number[] = [];
  const [left, right, top, bottom] = [0.45, 0.55, 0.57, 0.66].map((share) => Math.round(share * SIZE));
  for await (const { data, width } of pictures.frames()) {
    let sum = 0;
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += data[y * width + x];
    means.push(sum / ((right - left) * (bottom - top)));
  }
  await pictures.close();
  return means;
}

test('renders, longer than the clip, with the mouth moving', async () => {
  const take = await rendered({ script: SCRIPT, avatar: clip, model: 'mouth' });
  expect(take.summary.frames).toBeGreaterThan(80);
  const luma = await lipLuma(take.summary.file);
  expect(luma).toHaveLength(take.summary.frames);
  const own = await lipLuma(clip);
  expect(Math.min(...luma)).toBeLessThan(Math.min(...own) - 10);
});

test('several takes at once on one clip, with the model and with the rig, each come out whole', async () => {
  const takes = await Promise.all([
    rendered({ script: SCRIPT, avatar: clip, model: 'mouth' }),
    rendered({ script: 'What a fine day it is, is it not? We shall go out and look at the lamps.', avatar: clip, model: 'mouth' }),
    rendered({ script: 'Seven brave women fought for the bridge.', avatar: clip }),
  ]);
  for (const { summary, chunks } of takes) expect(summary.frames).toBe(chunks.reduce((frames, chunk) => frames + chunk.frames, 0));
});
