import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import '../../../src/engine/onnx/noTelemetry.ts';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { createGraph } from '../../../models/make/onnxGraph.ts';
import { DEFAULT_SESSION_SETTINGS, EXTRA_KEYS, sessionOptions, sessionSettings, threadsFor } from '../../../src/engine/onnx/sessionSettings.ts';
import { savedModel, temporaryFolder } from './testModels.ts';

env.logLevel = 'fatal';
const graph = createGraph('twice');
const x = graph.input('x', 'float32', ['N']);
graph.output('y', graph.node('Add', [x, x]), 'float32', ['N']);
const { path: file } = await savedModel(await temporaryFolder(), 'twice', graph, 'rig');

test('each device gets the options that its provider takes, alone', () => {
  const settings = sessionSettings.parse({ deviceId: 1, coreMlFlags: 48, executionMode: 'parallel', webgpu: { preferredLayout: 'NHWC', storageBufferCacheMode: 'simple' } });
  const providers = (['cuda', 'dml', 'coreml', 'webgpu', 'cpu'] as const).map((device) => sessionOptions(settings, device, 2).executionProviders);
  expect(providers).toEqual([
    [{ name: 'cuda', deviceId: 1 }],
    [{ name: 'dml', deviceId: 1 }],
    [{ name: 'coreml', coreMlFlags: 48 }],
    [{ name: 'webgpu', preferredLayout: 'NHWC', storageBufferCacheMode: 'simple' }],
    [{ name: 'cpu' }],
  ]);
  expect(sessionOptions(settings, 'dml', 2)).toMatchObject({ executionMode: 'sequential', enableMemPattern: false });
  expect(sessionOptions(settings, 'cuda', 2)).toMatchObject({ executionMode: 'parallel', enableMemPattern: true });
});

test('the defaults: every optimisation, one operation after the other, no spinning, the first GPU', () => {
  expect(sessionOptions(DEFAULT_SESSION_SETTINGS, 'cuda', 8)).toEqual({
    executionProviders: [{ name: 'cuda', deviceId: 0 }], graphOptimizationLevel: 'all', executionMode: 'sequential', intraOpNumThreads: 8, interOpNumThreads: 1,
    enableCpuMemArena: true, enableMemPattern: true, extra: { 'session.intra_op.allow_spinning': '0', 'session.inter_op.allow_spinning': '0' },
  });
  expect([threadsFor('wav2lip', DEFAULT_SESSION_SETTINGS, 2), threadsFor('wav2lip', DEFAULT_SESSION_SETTINGS, 64), threadsFor('rig', DEFAULT_SESSION_SETTINGS, 64)]).toEqual([2, 8, 1]);
  expect(threadsFor('rig', sessionSettings.parse({ intraOpThreads: 3 }), 64)).toBe(3);
});

test('onnxruntime-node reads every option that is offered: it refuses each wrong value', async () => {
  const wrong: Record<string, object> = {
    intraOpNumThreads: { intraOpNumThreads: 'two' }, interOpNumThreads: { interOpNumThreads: -1 }, executionMode: { executionMode: 'sideways' },
    graphOptimizationLevel: { graphOptimizationLevel: 'most' }, enableCpuMemArena: { enableCpuMemArena: 1 }, enableMemPattern: { enableMemPattern: 1 },
    extra: { extra: { 'session.intra_op.allow_spinning': 0 } }, executionProviders: { executionProviders: [{ name: 'gpu' }] },
  };
  expect(Object.keys(wrong).sort()).toEqual(Object.keys(sessionOptions(DEFAULT_SESSION_SETTINGS, 'cpu', 1)).sort());
  for (const [name, options] of Object.entries(wrong)) await expect(InferenceSession.create(file, options), name).rejects.toThrow();
  await (await InferenceSession.create(file, sessionOptions(DEFAULT_SESSION_SETTINGS, 'cpu', 1))).release();
});

// WebGPU is inside the library on these; its binding reads the options before it looks for an adapter.
test.runIf(process.platform === 'linux' || process.platform === 'win32')('and every WebGPU option: a wrong one, and one it does not know, is named', async () => {
  const create = (options: object) => InferenceSession.create(file, { executionProviders: [{ name: 'webgpu', ...options }] });
  for (const name of Object.keys(sessionSettings.shape.webgpu.unwrap().shape)) await expect(create({ [name]: 7 }), name).rejects.toThrow(new RegExp(`"${name}" must be`));
  await expect(create({ gpuMemLimit: 7 })).rejects.toThrow(/unrecognized option: 'gpuMemLimit'/);
});

test('a run\'s memory options never arrive, which is why none is offered', async () => {
  const session = await InferenceSession.create(file, sessionOptions(DEFAULT_SESSION_SETTINGS, 'cpu', 1));
  const feeds = { x: new Tensor('float32', [1]) };
  // onnxruntime itself refuses an arena of that name, if it is told.
  await expect(session.run(feeds, { extra: { memory: { enable_memory_arena_shrinkage: 'nowhere:0' } } })).resolves.toHaveProperty('y');
  await expect(session.run(feeds, { tag: 5 as unknown as string })).rejects.toThrow(/tag must be a string/);
  await session.release();
});

test.runIf(process.platform === 'linux')('every extra key is one that this onnxruntime knows', async () => {
  const folder = path.dirname(path.dirname(createRequire(import.meta.url).resolve('onnxruntime-node')));
  const library = await readFile(path.join(folder, 'bin', 'napi-v6', 'linux', process.arch, 'libonnxruntime.so.1'));
  for (const key of EXTRA_KEYS) expect(library.includes(`${key}\0`), key).toBe(true);
  expect(library.includes('session.made_up\0')).toBe(false);
});
