/** The bench on the real studio, each thing once or twice, and its figures on series that are known. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { fakeWav2Lip } from '../../../models/make/wav2lipFake.ts';
import { createTexts, GUIDE_TEXTS, SMALL, LARGE, type BenchTake } from '../../../src/engine/bench/benchTake.ts';
import { importedWav2Lip, makeHomeWithModelsOf } from '../../../src/engine/bench/benchModels.ts';
import { benchFigure, guideTarget, percentilesOf, simaTarget, type BenchFigure } from '../../../src/engine/bench/figure.ts';
import { measureSpeed, type BenchReport } from '../../../src/engine/bench/measureSpeed.ts';
import { bytesPerNumberOf } from '../../../src/engine/bench/reach.ts';
import { takeFigures } from '../../../src/engine/bench/takeFigures.ts';
import { importModel } from '../../../src/engine/onnx/importModel.ts';
import { modelFolders } from '../../../src/engine/onnx/manifest.ts';
import { MAN, WOMAN } from '../avatar/presenters.ts';

const named = (figures: readonly BenchFigure[], name: string): BenchFigure => {
  const found = figures.filter((figure) => figure.name === name);
  expect(found, name).toHaveLength(1);
  return found[0];
};

describe('a bench of the smallest plan', () => {
  let folder: string;
  let report: BenchReport;
  const stages: string[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'sima-bench-test-'));
    vi.stubEnv('TMPDIR', folder);
    report = await measureSpeed({
      plan: { takesAt512: 1, takesAt1080: 0, newPhotos: 1, memoryReads: 20, diskReads: 4, kills: 1 },
      device: 'cpu', photos: [WOMAN, MAN], importedFrom: null, startedMs: performance.now(), onStage: (stage) => stages.push(stage), signal: new AbortController().signal,
    });
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  test('each thing is measured as often as the plan says, and each figure once', () => {
    const counts = Object.fromEntries(['cold.ready', 'cold.engineReady', 'faces.new', 'faces.known', 'cache.memory', 'cache.disk', 'firstBytes.512x512', 'firstBytes.512x512.newScene', 'speed.512x512', 'restart.recovered'].map((name) => [name, named(report.figures, name).count]));
    expect(counts).toEqual({
      'cold.ready': 1, 'cold.engineReady': 2, 'faces.new': 2, 'faces.known': 2, 'cache.memory': 20, 'cache.disk': 4,
      'firstBytes.512x512': 1, 'firstBytes.512x512.newScene': 2, 'speed.512x512': 1, 'restart.recovered': 1,
    });
    expect(new Set(report.figures.map(({ name }) => name)).size).toBe(report.figures.length);
    expect(stages[0]).toBe('Cold start');
  });

  test('what was measured took time, in the right order', () => {
    const value = (name: string) => named(report.figures, name).p50!;
    expect(value('cold.ready')).toBeGreaterThan(named(report.figures, 'cold.engineReady').min!);
    expect(value('faces.known')).toBeLessThan(value('faces.new'));
    expect(value('cache.memory')).toBeLessThan(value('cache.disk'));
    expect(value('firstBytes.512x512.speech')).toBeGreaterThan(1); // spoken, not taken from the store
    expect(value('restart.recovered')).toBeGreaterThan(250); // the owner's wait after a short life
    expect(named(report.figures, 'chunks.512x512.processing').count).toBeGreaterThanOrEqual(3);
    // The first chunk has none, nor have those that a busy machine's reader held back.
    expect(named(report.figures, 'chunks.512x512.gap').count).toBeGreaterThan(0);
    expect(named(report.figures, 'chunks.512x512.gap').count).toBeLessThan(named(report.figures, 'chunks.512x512.processing').count);
  });

  test('the guide’s texts come in the guide’s chunks', () => {
    for (const [index, { text, chunks }] of GUIDE_TEXTS.entries()) expect(named(report.figures, `texts.${index + 1}`)).toMatchObject({ what: `Chunks of the guide’s text «${text}»`, p50: chunks, met: true });
  });

  test('what was not measured is unknown, neither 0 nor met', () => {
    const { count, min, p50, p95, p99, max, met } = named(report.figures, 'chunks.1920x1080.gap');
    expect({ count, min, p50, p95, p99, max, met }).toEqual({ count: 0, min: null, p50: null, p95: null, p99: null, max: null, met: null });
  });

  test('every shipped model has its load and a run at every batch size', () => {
    expect(report.models.map(({ id }) => id).sort()).toEqual(['face-back', 'face-front', 'face-mesh', 'rig', 'selfie']);
    for (const { state, device, loadMs, buckets } of report.models) {
      expect({ state, device }).toEqual({ state: 'ready', device: 'cpu' });
      expect(loadMs).toBeGreaterThan(0);
      expect(buckets.length).toBeGreaterThan(0);
      for (const { batch, ms, framesPerSec } of buckets) expect(framesPerSec).toBeCloseTo((1000 * batch) / ms, 6);
    }
    expect(named(report.figures, 'cold.model').count).toBe(5);
  });

  test('the CPU’s own speed says what it can reach', () => {
    expect(report.reach[0].device.flopsPerSec).toBeGreaterThan(1e9);
    expect(report.reach[0].chunks.map(({ durationSec }) => durationSec)).toEqual([5, 15]);
    expect(report.reach[0].batches.every(({ measuredFramesPerSec }) => measuredFramesPerSec === null)).toBe(true); // no Wav2Lip model is there
  });

  test('nothing is left behind, and the report is plain data', () => {
    expect(readdirSync(folder)).toEqual([]);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});

test('a canceled bench ends at once and leaves nothing behind', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-bench-test-'));
  vi.stubEnv('TMPDIR', folder);
  const cancel = new AbortController();
  const measuring = measureSpeed({
    plan: { takesAt512: 1000, takesAt1080: 0, newPhotos: 1, memoryReads: 1, diskReads: 1, kills: 0 },
    device: 'cpu', photos: [WOMAN], importedFrom: null, startedMs: 0, signal: cancel.signal,
    onStage: (stage) => {
      if (stage.startsWith('Takes')) cancel.abort();
    },
  });
  await expect(measuring).rejects.toMatchObject({ code: 'canceled' });
  expect(readdirSync(folder)).toEqual([]);
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('figures', () => {
  const said = { name: 'x', group: 'cold', what: 'x', on: 'x', unit: 'ms' } as const;
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);

  test('percentiles of a known series, in any order', () => {
    expect(percentilesOf(hundred)).toEqual({ count: 100, min: 1, p50: 50, p95: 95, p99: 99, max: 100 });
    expect(percentilesOf([7])).toEqual({ count: 1, min: 7, p50: 7, p95: 7, p99: 7, max: 7 });
    expect(percentilesOf([-3, 20, 100])).toMatchObject({ min: -3, p50: 20, max: 100 }); // as numbers, not as text
  });

  test('each percentile is a measured value that so many values do not exceed', () => {
    fc.assert(fc.property(fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 200 }), (values) => {
      const found = percentilesOf(values);
      for (const [key, share] of [['p50', 0.5], ['p95', 0.95], ['p99', 0.99]] as const) {
        expect(values).toContain(found[key]);
        expect(values.filter((value) => value <= found[key]!).length).toBeGreaterThanOrEqual(share * values.length - 1e-9);
        expect(values.filter((value) => value < found[key]!).length).toBeLessThan(share * values.length);
      }
    }));
  });

  test('a target is held against the percentile that it names, its limit included', () => {
    expect(benchFigure(said, hundred, simaTarget('at-most', 95, 'p95')).met).toBe(true);
    expect(benchFigure(said, hundred, simaTarget('at-most', 94, 'p95')).met).toBe(false);
    expect(benchFigure(said, hundred, simaTarget('at-most', 95, 'p99')).met).toBe(false);
    expect(benchFigure(said, hundred, simaTarget('at-least', 50, 'p50')).met).toBe(true);
    expect(benchFigure(said, hundred, simaTarget('at-least', 51, 'p50')).met).toBe(false);
    expect(benchFigure(said, [2], simaTarget('exactly', 2, 'p50')).met).toBe(true);
    expect(benchFigure(said, [3], simaTarget('exactly', 2, 'p50')).met).toBe(false);
    expect(benchFigure(said, [], simaTarget('at-most', 95, 'p95')).met).toBeNull();
    expect(benchFigure(said, hundred).met).toBeNull();
  });

  test('the guide’s targets are those of the KPIs', () => {
    expect(guideTarget('firstChunk')).toEqual({ limit: 'at-most', value: 500, of: 'p95', by: 'guide' });
    expect(guideTarget('cacheAccess')).toEqual({ limit: 'at-most', value: 10, of: 'p95', by: 'guide' });
  });
});

describe('figures of takes', () => {
  const chunk = { processingMs: 40, speechMs: 30, queueMs: 1, inferenceMs: 0.5, composeMs: 50, encodeMs: 25, gapMs: null };
  const take: BenchTake = { firstBytesMs: 100, wallMs: 1000, durationSec: 6, frames: 150, prepareMs: 2, sceneMs: 3, chunks: [chunk, { ...chunk, composeMs: 100, gapMs: -900 }] };

  test('speed, frames and the first chunk’s stages are counted as they say', () => {
    const figures = takeFigures(SMALL, [], [take, { ...take, wallMs: 3000 }]);
    expect(named(figures, 'speed.512x512')).toMatchObject({ min: 2, max: 6, count: 2, target: { limit: 'at-least', value: 4 }, met: false });
    expect(named(figures, 'speed.512x512.compose')).toMatchObject({ p50: 1, met: true });
    expect(named(figures, 'firstBytes.512x512.prepare')).toMatchObject({ p50: 5 });
    expect(named(figures, 'firstBytes.512x512.compose')).toMatchObject({ count: 2, max: 50 });
    expect(named(figures, 'chunks.512x512.compose')).toMatchObject({ count: 4, max: 100 });
    expect(named(figures, 'chunks.512x512.gap')).toMatchObject({ count: 2, p95: -900, met: true });
  });

  test('targets of 512×512 are not asked of 1920×1080', () => {
    const figures = takeFigures(LARGE, [], [take]);
    expect(figures.filter(({ target }) => target !== null).map(({ name }) => name)).toEqual(['chunks.1920x1080.gap']);
  });
});

test('no sentence of a text was in another one', () => {
  const next = createTexts();
  const sentences = Array.from({ length: 60 }, next).flatMap((text) => text.split(/(?<=[.؟])\s/));
  expect(sentences.length).toBeGreaterThan(150);
  expect(new Set(sentences).size).toBe(sentences.length);
});

describe('imported models', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'sima-bench-test-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('Wav2Lip models are seen from a data folder of the bench’s own, and stay when it goes', async () => {
    const [home, fresh, file] = ['home', 'fresh', 'mine.onnx'].map((name) => path.join(folder, name));
    await mkdir(home);
    expect(await importedWav2Lip(home)).toEqual([]);
    await fakeWav2Lip({ size: 96, names: 'short', order: 'mel-first', batch: 'open', precision: 'float32' }).save(file);
    await importModel(modelFolders(home), file, {});
    await makeHomeWithModelsOf(home, fresh);
    const [found] = await importedWav2Lip(fresh);
    expect(found.id).toBe('mine');
    rmSync(fresh, { recursive: true });
    expect((await importedWav2Lip(home)).map(({ path: at }) => existsSync(at))).toEqual([true]);

    const ofSize = (bytes: number) => bytesPerNumberOf({ ...found, bytes });
    expect([ofSize(145_200_000), ofSize(72_700_000)]).toEqual([4, 2]); // the full-size network, weights in float32 and float16
    expect(bytesPerNumberOf(found)).toBeNull(); // another network of the same inputs: nobody counted its operations
  });
});
