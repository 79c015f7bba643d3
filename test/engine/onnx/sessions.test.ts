import { readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createGraph, type Graph } from '../../../models/make/onnxGraph.ts';
import { fakeWav2Lip } from '../../../models/make/wav2lipFake.ts';
import { openSessions, type Sessions } from '../../../src/engine/onnx/sessions.ts';
import type { SessionsOptions } from '../../../src/engine/onnx/sessions.ts';
import { installedModel, savedModel, temporaryFolder } from './testModels.ts';

const folder = await temporaryFolder();
const opened: Sessions[] = [];
afterAll(() => Promise.all(opened.map((sessions) => sessions.close())));

async function room(options: SessionsOptions): Promise<Sessions> {
  const sessions = await openSessions({ device: 'cpu', ...options });
  opened.push(sessions);
  return sessions;
}

/** `[N,4]` → doubled, and the largest of each row. */
function doubler(): Graph {
  const graph = createGraph('doubler');
  const x = graph.input('x', 'float32', ['N', 4]);
  graph.output('twice', graph.node('Add', [x, x]), 'float32', ['N', 4]);
  graph.output('top', graph.node('ReduceMax', [x], { axes: [1], keepdims: 1 }), 'float32', ['N', 1]);
  return graph;
}

test('runs any batch, by name or in the model\'s order, with copied and with shared input', async () => {
  const sessions = await room({ models: [await savedModel(folder, 'doubler', doubler(), 'rig')] });
  const loaded = await sessions.load('doubler');
  expect(loaded).toMatchObject({ device: 'cpu', refused: [], batches: [1], wav2lip: null, threads: 1 });
  expect(loaded.inputs).toEqual([{ name: 'x', type: 'float32', dims: ['N', 4] }]);
  expect(loaded.loadMs).toBeGreaterThan(0);
  expect(loaded.warmup.map(({ batch }) => batch)).toEqual([1]);
  for (const rows of [1, 3, 3, 7, 1]) {
    const values = Float32Array.from({ length: rows * 4 }, (_, i) => i - 5);
    // A part of a bigger array: only the part may cross.
    const data = new Float32Array([9, 9, ...values, 9]).subarray(2, 2 + values.length);
    const shared = new Float32Array(new SharedArrayBuffer(values.byteLength));
    shared.set(values);
    const [a, b] = await Promise.all([
      sessions.run('doubler', [{ type: 'float32', dims: [rows, 4], data }]),
      sessions.run('doubler', { x: { type: 'float32', dims: [rows, 4], data: shared } }),
    ]);
    expect(Object.keys(a)).toEqual(['twice', 'top']);
    expect(a.twice).toEqual({ type: 'float32', dims: [rows, 4], data: values.map((value) => 2 * value) });
    expect(a.top.data).toEqual(values.filter((_, i) => i % 4 === 3));
    expect(b).toEqual(a);
    expect(b.twice.data).not.toBe(a.twice.data);
  }
});

test('loads once, however often and from wherever it is asked', async () => {
  const sessions = await room({ models: [await savedModel(folder, 'once', doubler(), 'rig')] });
  const [a, b] = await Promise.all([sessions.load('once'), sessions.load('once')]);
  expect(a).toBe(b);
});

test('half floats go in and come out as bits', async () => {
  const graph = createGraph('half');
  graph.output('y', graph.node('Mul', [graph.input('x', 'float16', [2]), graph.f16('', [1], [2])]), 'float16', [2]);
  const sessions = await room({ models: [await savedModel(folder, 'half', graph, 'rig')] });
  const { y } = await sessions.run('half', [{ type: 'float16', dims: [2], data: Uint16Array.of(0x3c00, 0x4200) }]);
  expect(y).toEqual({ type: 'float16', dims: [2], data: Uint16Array.of(0x4000, 0x4600) });
});

test('a fixed batch is the only batch; an open one is measured at each', async () => {
  const fake = (batch: number | 'open') => fakeWav2Lip({ size: 96, names: 'short', order: 'mel-first', precision: 'float32', batch });
  const sessions = await room({ models: [await savedModel(folder, 'one', fake(1)), await savedModel(folder, 'three', fake(3)), await savedModel(folder, 'any', fake('open'))] });
  expect((await sessions.load('one')).batches).toEqual([1]);
  expect((await sessions.load('three')).batches).toEqual([3]);
  expect((await sessions.load('any')).batches).toEqual([1, 2, 4]);
});

/** Open height and width; with `only`, a picture of that side is added, so that no other fits. */
function openSize(only?: number): Graph {
  const graph = createGraph('open-size');
  graph.input('mel', 'float32', ['N', 1, 80, 16]);
  graph.input('face', 'float32', ['N', 6, 'h', 'w']);
  const half = graph.node('Slice', ['face', graph.i64('', [1], [0]), graph.i64('', [1], [3]), graph.i64('', [1], [1])]);
  const picture = only === undefined ? half : graph.node('Add', [half, graph.f32('', [1, 3, only, only], new Float32Array(3 * only * only))]);
  graph.output('out', picture, 'float32', ['N', 3, 'h', 'w']);
  return graph;
}

test('finds the face size of a model that leaves it open: 96 first', async () => {
  const sessions = await room({ models: [await savedModel(folder, 'open', openSize()), await savedModel(folder, 'open256', openSize(256))] });
  expect((await sessions.load('open')).wav2lip).toMatchObject({ size: 96 });
  expect((await sessions.load('open256')).wav2lip).toMatchObject({ size: 256 });
});

test('damaged, cut and missing files are one clear sentence, and the room lives on', async () => {
  const good = await savedModel(folder, 'good', doubler(), 'rig');
  const rubbish = path.join(folder, 'rubbish.onnx'), cut = path.join(folder, 'cut.onnx');
  await writeFile(rubbish, 'this is no model, whatever its name says');
  await writeFile(cut, await readFile(good.path));
  await truncate(cut, 100);
  const sessions = await room({ models: [good, await installedModel('rubbish', rubbish), await installedModel('cut', cut, 'rig'), { ...good, id: 'gone', path: path.join(folder, 'gone.onnx') }] });
  for (const id of ['rubbish', 'cut']) {
    const loading = sessions.load(id);
    await expect(loading).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(loading).rejects.toThrow(new RegExp(`${id}.onnx cannot be loaded: [^\\n]+\\. It is damaged`));
  }
  await expect(sessions.load('gone')).rejects.toMatchObject({ code: 'missing-asset' });
  await expect(sessions.load('unheard-of')).rejects.toMatchObject({ code: 'bug' });
  expect((await sessions.run('good', [{ type: 'float32', dims: [1, 4], data: new Float32Array(4) }])).twice.dims).toEqual([1, 4]);
});

test('a failing run names the model and leaves it usable', async () => {
  const sessions = await room({ models: [await savedModel(folder, 'strict', doubler(), 'rig')] });
  await expect(sessions.run('strict', [{ type: 'float32', dims: [1, 5], data: new Float32Array(5) }])).rejects.toThrow(/“strict” failed on cpu: /);
  expect((await sessions.run('strict', [{ type: 'float32', dims: [1, 4], data: new Float32Array(4) }])).top.dims).toEqual([1, 1]);
});

test('one who gives up does not cancel the others who wait for the same load', async () => {
  const sessions = await room({ models: [await savedModel(folder, 'shared', doubler(), 'rig')] });
  const abort = new AbortController();
  const [quitter, stayer] = [sessions.load('shared', abort.signal), sessions.load('shared')];
  abort.abort();
  await expect(quitter).rejects.toMatchObject({ code: 'canceled' });
  expect((await stayer).id).toBe('shared');
});

test('of three who wait for one load, one may leave: the other two get the same one, and so does who comes later', async () => {
  // It is warmed at several batches, so its load would still be stopped.
  const model = fakeWav2Lip({ size: 96, names: 'short', order: 'mel-first', precision: 'float32', batch: 'open' });
  const sessions = await room({ models: [await savedModel(folder, 'three-wait', model)] });
  const abort = new AbortController();
  const [quitter, ...stayers] = [sessions.load('three-wait', abort.signal), sessions.load('three-wait'), sessions.load('three-wait')];
  abort.abort();
  await expect(quitter).rejects.toMatchObject({ code: 'canceled' });
  const [second, third] = await Promise.all(stayers);
  expect(third).toBe(second);
  expect(await sessions.load('three-wait')).toBe(second);
});

test('canceling before and while loading, and closing, end the wait', async () => {
  const models = [await savedModel(folder, 'c', doubler(), 'rig')];
  const sessions = await room({ models });
  const abort = new AbortController();
  const loading = sessions.load('c', abort.signal);
  abort.abort();
  await expect(loading).rejects.toMatchObject({ code: 'canceled' });
  await expect(sessions.run('c', [], abort.signal)).rejects.toMatchObject({ code: 'canceled' });
  expect((await sessions.load('c')).id).toBe('c'); // a canceled load may be tried again
  await sessions.close();
  await expect(sessions.run('c', [])).rejects.toMatchObject({ code: 'io' });
});

test('a device that is not there is refused with its reason', async () => {
  const sessions = await room({ models: [await savedModel(folder, 'd', doubler(), 'rig')], device: process.platform === 'win32' ? 'coreml' : 'dml' });
  await expect(sessions.load('d')).rejects.toMatchObject({ code: 'device' });
  await expect(sessions.load('d')).rejects.toThrow(/cannot be used: .+ Use --device auto/);
});

test('a file that is not what its list says is refused, though it loads and runs', async () => {
  const model = await savedModel(folder, 'changed', doubler(), 'rig');
  const sessions = await room({ models: [{ ...model, sha256: 'f'.repeat(64) }, { ...model, id: 'longer', bytes: model.bytes + 1 }] });
  await expect(sessions.load('changed')).rejects.toMatchObject({ code: 'invalid-input' });
  await expect(sessions.load('changed')).rejects.toThrow(/changed\.onnx is damaged: the content has changed.* Import it again/);
  await expect(sessions.run('longer', [])).rejects.toThrow(/bytes instead of/);
});

test('counts loads, warm-up runs and runs; an unloaded model is loaded again by the next run', async () => {
  const sessions = await room({ models: [await savedModel(folder, 'counted', doubler(), 'rig')] });
  const run = () => sessions.run('counted', [{ type: 'float32', dims: [1, 4], data: new Float32Array(4) }]);
  await run();
  await run();
  expect(sessions.counters()).toEqual({ modelsLoaded: 1, loads: { counted: 1 }, warmUpRuns: { counted: 2 }, runs: { counted: 2 } });
  await sessions.unload('counted');
  await sessions.unload('counted');
  await run();
  expect(sessions.counters()).toMatchObject({ modelsLoaded: 2, loads: { counted: 2 }, runs: { counted: 3 } });
  expect(await sessions.fallBackToCpu('counted')).toBe(await sessions.load('counted')); // it is there already
  expect(sessions.counters()).toMatchObject({ modelsLoaded: 2 });
});

test('tells how much memory a big model took, and nothing about a small one that was loaded beside it', async () => {
  const graph = createGraph('heavy');
  const megabytes = 24;
  const weights = graph.f32('', [megabytes * 1e6 / 16, 4], new Float32Array(megabytes * 1e6 / 4).fill(1));
  graph.output('y', graph.node('MatMul', [weights, graph.node('Reshape', [graph.input('x', 'float32', [4]), graph.i64('', [2], [4, 1])])]), 'float32', [megabytes * 1e6 / 16, 1]);
  const sessions = await room({ models: [await savedModel(folder, 'heavy', graph, 'rig'), await savedModel(folder, 'light', doubler(), 'rig')] });
  const [heavy, light] = await Promise.all([sessions.load('heavy'), sessions.load('light')]);
  expect(heavy.residentBytes).toBeGreaterThan(0.9 * megabytes * 1e6);
  expect(light.residentBytes).toBeNull();
});

test('names the backends of this onnxruntime', async () => {
  const sessions = await room({ models: [] });
  expect(await sessions.machine()).toMatchObject({ platform: process.platform, arch: process.arch, backends: expect.arrayContaining(['cpu']) as string[] });
});
