import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addShippedModel } from '../../../models/make/manifest.ts';
import { createGraph } from '../../../models/make/onnxGraph.ts';
import { fakeWav2Lip } from '../../../models/make/wav2lipFake.ts';
import { coldStart, type ColdStartOptions, type ColdStartState } from '../../../src/engine/onnx/coldStart.ts';
import { defaultLipSync, listWithDefaults, makeDefaultLipSync } from '../../../src/engine/onnx/defaultLipSync.ts';
import { importModel } from '../../../src/engine/onnx/importModel.ts';
import { listModels, modelFolders, removeModel, type InstalledModel, type ModelFolders } from '../../../src/engine/onnx/manifest.ts';
import { openSessions, type Sessions } from '../../../src/engine/onnx/sessions.ts';
import { temporaryFolder } from './testModels.ts';

const root = await temporaryFolder();
const source = path.join(root, 'model.onnx');
await fakeWav2Lip({ size: 96, names: 'short', order: 'mel-first', batch: 'open', precision: 'float32' }).save(source);
const faceModels = ['finder', 'mesh'];

let folders: ModelFolders;
let sessions: Sessions | null = null;
let turn = 0;
beforeEach(async () => {
  folders = modelFolders(path.join(root, `home${turn}`), path.join(root, `shipped${turn}`));
  turn++;
  await mkdir(folders.shipped, { recursive: true });
  for (const [id, kind] of [['rig', 'rig'], ['finder', 'face-detector'], ['mesh', 'face-mesh'], ['matte', 'matte']] as const) {
    const graph = createGraph(id);
    graph.output('y', graph.node('Relu', [graph.input('x', 'float32', ['N', 8])]), 'float32', ['N', 8]);
    await graph.save(path.join(folders.shipped, `${id}.onnx`));
    await addShippedModel({ id, kind, file: `${id}.onnx`, licence: 'own', source: 'made here', use: 'default' }, folders.shipped);
  }
});
afterEach(() => sessions?.close());

/** Starts as the engine does, and notes every state until the last model is loaded or has failed. */
async function start(options: Partial<ColdStartOptions> = {}) {
  const models = (await listModels(folders)).filter((model): model is InstalledModel & { installed: true } => model.installed);
  const room = (sessions = await openSessions({ models, device: 'cpu' }));
  const states: ColdStartState[] = [];
  const over = Promise.withResolvers<ColdStartState>();
  const onReadiness = (state: ColdStartState): void => {
    states.push(state);
    if (state.ready && state.models.every((model) => model.state === 'ready' || model.state === 'failed' || model.message !== null)) over.resolve(state);
  };
  const ready = coldStart({ sessions: room, models, faceModels, wanted: (await defaultLipSync(folders)).id, onReadiness, ...options });
  return { room, states, over: over.promise, ready };
}

const rowOf = (state: ColdStartState, id: string) => state.models.find((model) => model.id === id)!;

async function flipBit(id: string): Promise<void> {
  const model = (await listModels(folders)).find((entry) => entry.id === id) as InstalledModel;
  const handle = await open(model.path, 'r+');
  const middle = Math.floor((await handle.stat()).size / 2);
  const { buffer } = await handle.read({ buffer: Buffer.alloc(1), position: middle });
  buffer[0] ^= 1;
  await handle.write(buffer, 0, 1, middle);
  await handle.close();
}

test('ready is the rig and the face models; the others follow, lip-sync first; after that no load and no warm-up run is left for requests', async () => {
  await importModel(folders, source, { id: 'wav2lip' });
  const { room, states, ready, over } = await start();
  const atReady = await ready;
  expect(atReady).toMatchObject({ ready: true, progress: 1, defaultModelId: 'rig' });
  for (const id of ['rig', ...faceModels]) expect(rowOf(atReady, id)).toMatchObject({ state: 'ready', device: 'cpu', batches: [1], message: null });
  expect(rowOf(atReady, 'matte').state).toBe('waiting');
  const progress = states.map((state) => state.progress);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect(progress[0]).toBe(0);

  const last = await over;
  expect(last.models.map(({ state }) => state)).toEqual(Array(5).fill('ready'));
  const began = (id: string) => states.findIndex((state) => rowOf(state, id).state === 'loading');
  expect(began('wav2lip')).toBeLessThan(began('matte'));
  const { warmup, loadMs, warmUpMs } = rowOf(last, 'wav2lip');
  expect(warmup.map(({ batch }) => batch)).toEqual([1, 2, 4]);
  for (const figure of [loadMs, warmUpMs, ...warmup.map(({ ms }) => ms)]) expect(figure).toBeGreaterThan(0);

  const before = room.counters();
  expect(before).toMatchObject({ modelsLoaded: 5, loads: { rig: 1, wav2lip: 1 }, runs: {} });
  await room.load('wav2lip');
  await room.run('finder', [{ type: 'float32', dims: [1, 8], data: new Float32Array(8) }]);
  expect(room.counters()).toEqual({ ...before, runs: { finder: 1 } });
});

test('the user\'s default is used; where it is damaged, the next best is, and its row says both', async () => {
  for (const id of ['mine', 'wav2lip_gan', 'wav2lip']) await importModel(folders, source, { id });
  await makeDefaultLipSync(folders, 'mine');
  expect(await (await start()).ready).toMatchObject({ defaultModelId: 'mine' });
  await sessions!.close();

  await flipBit('mine');
  await flipBit('wav2lip_gan');
  const state = await (await start()).ready;
  expect(state).toMatchObject({ ready: true, progress: 1, defaultModelId: 'wav2lip' });
  for (const id of ['mine', 'wav2lip_gan']) {
    const row = rowOf(state, id);
    expect(row).toMatchObject({ state: 'failed' });
    expect(row.message).toMatch(new RegExp(`${id}\\.onnx .*damaged.* Import it again: .*\\. Takes use “wav2lip” instead\\.$`));
  }
  await expect(sessions!.load('mine')).rejects.toMatchObject({ code: 'invalid-input' }); // nor is it used by who names it
});

test('a default whose file is gone leaves the rig', async () => {
  const model = await importModel(folders, source, { id: 'wav2lip' });
  await makeDefaultLipSync(folders, 'wav2lip');
  await rm(model.path);
  const state = await (await start()).ready;
  expect(state.defaultModelId).toBe('rig');
  expect(rowOf(state, 'wav2lip').message).toMatch(/is gone: .*Takes use “rig” instead/);
  const unknown = await (await start({ wanted: 'unheard-of' })).ready;
  expect(rowOf(unknown, 'unheard-of')).toMatchObject({ state: 'failed', message: expect.stringMatching(/not installed.*“rig” instead/) as string });
});

test('without a face model nothing starts, and the message says what to do', async () => {
  await flipBit('mesh');
  const { ready, states } = await start();
  await expect(ready).rejects.toMatchObject({ code: 'invalid-input' });
  await expect(ready).rejects.toThrow(/No face can be found without the model “mesh”: .*Install Sima again/);
  expect(rowOf(states.at(-1)!, 'mesh')).toMatchObject({ state: 'failed' });
  expect(states.some((state) => state.ready)).toBe(false);
});

test('the background stops loading where the memory for models is spent', async () => {
  await importModel(folders, source, { id: 'wav2lip' });
  const last = await (await start({ budgetBytes: 1 })).over;
  expect(rowOf(last, 'wav2lip')).toMatchObject({ state: 'waiting', message: expect.stringContaining('memory') as string });
  expect(last.ready).toBe(true);
});

test('a cancel ends the wait', async () => {
  const abort = new AbortController();
  const { ready } = await start({ signal: abort.signal });
  abort.abort();
  await expect(ready).rejects.toMatchObject({ code: 'canceled' });
});

test('the default lip-sync model is the rig until another is chosen; a new file of the same id keeps the choice; the rig can be chosen back', async () => {
  const defaults = async () => (await listWithDefaults(folders)).filter(({ isDefault }) => isDefault).map(({ id }) => id).sort();
  const others = ['finder', 'matte', 'mesh'];
  await importModel(folders, source, { id: 'wav2lip' });
  await importModel(folders, source, { id: 'mine' });
  expect(await defaults()).toEqual([...others, 'rig'].sort());
  await makeDefaultLipSync(folders, 'wav2lip');
  expect((await defaultLipSync(folders)).id).toBe('wav2lip');
  await importModel(folders, source, { id: 'wav2lip' });
  expect(await defaults()).toEqual([...others, 'wav2lip'].sort());
  await makeDefaultLipSync(folders, 'mine');
  expect(await defaults()).toEqual([...others, 'mine'].sort());
  await expect(makeDefaultLipSync(folders, 'mesh')).rejects.toMatchObject({ code: 'invalid-input' });
  await expect(makeDefaultLipSync(folders, 'unheard-of')).rejects.toMatchObject({ code: 'invalid-input' });
  await removeModel(folders, 'mine');
  expect((await defaultLipSync(folders)).id).toBe('rig');
  await makeDefaultLipSync(folders, 'wav2lip');
  await makeDefaultLipSync(folders, 'rig');
  expect(await defaults()).toEqual([...others, 'rig'].sort());
});
