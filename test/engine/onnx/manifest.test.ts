import { execFile } from 'node:child_process';
import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import { addShippedModel } from '../../../models/make/manifest.ts';
import { createGraph } from '../../../models/make/onnxGraph.ts';
import { fakeWav2Lip, wrongModels } from '../../../models/make/wav2lipFake.ts';
import { importModel } from '../../../src/engine/onnx/importModel.ts';
import { defaultModel, findModel, listModels, modelFolders, readManifest, removeModel, verifyModels, writeManifest, type ModelFolders } from '../../../src/engine/onnx/manifest.ts';
import { temporaryFolder } from './testModels.ts';

const root = await temporaryFolder();
const source = path.join(root, 'Wav2Lip-GAN.onnx');
await fakeWav2Lip({ size: 96, names: 'spectrogram', order: 'mel-first', batch: 1, precision: 'float32' }).save(source);

let folders: ModelFolders;
let turn = 0;
beforeEach(async () => {
  folders = modelFolders(path.join(root, `home${turn}`), path.join(root, `shipped${turn}`));
  turn++;
  await mkdir(folders.shipped, { recursive: true });
  const graph = createGraph('net');
  graph.output('y', graph.node('Relu', [graph.input('x', 'float32', ['N', 8])]), 'float32', ['N', 8]);
  await graph.save(path.join(folders.shipped, 'net.onnx'));
  await addShippedModel({ id: 'rig', kind: 'rig', file: 'net.onnx', licence: 'GPL-3.0-or-later', source: 'made here', use: 'default' }, folders.shipped);
  const known = ['wav2lip_gan', 'wav2lip'].map((id) => ({ id, kind: 'wav2lip' as const, licence: 'non-commercial use only', source: 'the authors' }));
  await writeManifest(folders.shipped, { ...(await readManifest(folders.shipped)), known });
});

/** Changes one bit in the middle of a file. */
async function flipBit(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  const middle = Math.floor((await handle.stat()).size / 2);
  const { buffer } = await handle.read({ buffer: Buffer.alloc(1), position: middle });
  buffer[0] ^= 1;
  await handle.write(buffer, 0, 1, middle);
  await handle.close();
}

test('the shipped manifest is of its own form, and its files are what it says', async () => {
  const shipped = modelFolders(root);
  const ids = (await listModels(shipped)).map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(['wav2lip', 'wav2lip_gan']));
  expect((await verifyModels(shipped)).filter(({ ok }) => !ok)).toEqual([]);
});

describe('import', () => {
  test('checks, copies and lists the model; nothing else stays behind', async () => {
    const model = await importModel(folders, source);
    expect(model).toMatchObject({ id: 'wav2lip_gan', kind: 'wav2lip', origin: 'imported', syncOffsetFrames: -1, path: path.join(folders.imported, 'wav2lip_gan.onnx') });
    expect(model.licence).toContain('non-commercial');
    expect(model.tensors.inputs).toContainEqual({ name: 'video_frames', type: 'float32', dims: [1, 6, 96, 96] });
    expect(await readFile(model.path)).toEqual(await readFile(source));
    expect((await readdir(folders.imported)).sort()).toEqual(['manifest.json', 'wav2lip_gan.onnx']);
    expect(await findModel(folders, 'wav2lip_gan')).toEqual(model);
    expect((await listModels(folders)).map(({ id, installed }) => [id, installed])).toEqual([['rig', true], ['wav2lip_gan', true], ['wav2lip', false]]);
    expect(await defaultModel(folders, 'rig')).toMatchObject({ id: 'rig', origin: 'shipped' });
    expect(await defaultModel(folders, 'wav2lip')).toMatchObject({ id: 'wav2lip_gan' });
  });

  test('of the same id replaces, under another id stands beside', async () => {
    await importModel(folders, source);
    await importModel(folders, source);
    await importModel(folders, source, { id: 'second' });
    expect((await readManifest(folders.imported)).models.map(({ id }) => id)).toEqual(['wav2lip_gan', 'second']);
  });

  test('several at once, of two processes, are all listed', async () => {
    const module = (name: string) => JSON.stringify(new URL(`../../../src/engine/onnx/${name}`, import.meta.url).href);
    const script = `
      const { importModel } = await import(${module('importModel.ts')});
      await Promise.all(['d', 'e', 'f'].map((id) => importModel(${JSON.stringify(folders)}, ${JSON.stringify(source)}, { id })));`;
    const file = path.join(root, 'imports.mjs');
    await writeFile(file, script);
    const ids = ['a', 'b', 'c'];
    await Promise.all([promisify(execFile)(process.execPath, [file]), ...ids.map((id) => importModel(folders, source, { id }))]);
    expect((await readManifest(folders.imported)).models.map(({ id }) => id).sort()).toEqual([...ids, 'd', 'e', 'f']);
  });

  test.each(Object.keys(wrongModels()))('refuses a model of another shape (%s) and leaves nothing', async (name) => {
    const file = path.join(root, `${name}.onnx`);
    await wrongModels()[name].save(file);
    const importing = importModel(folders, file);
    await expect(importing).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(importing).rejects.toThrow(new RegExp(`${name}\\.onnx does not fit.*Found: .*\\[.*Expected: mel \\[N,1,80,16\\] and face \\[N,6,S,S\\] → \\[N,3,S,S\\]`));
    expect(await readdir(folders.imported)).toEqual([]);
  });

  test('refuses what is no model, no file, empty, or a shipped id', async () => {
    const bad = path.join(root, 'bad.onnx'), empty = path.join(root, 'empty.onnx');
    await writeFile(bad, (await readFile(source)).subarray(0, 5000));
    await writeFile(empty, '');
    for (const [file, words] of [[bad, 'bad.onnx cannot be loaded'], [empty, 'is empty'], [path.join(root, 'none.onnx'), 'There is no model file'], [root, 'There is no model file']]) {
      const importing = importModel(folders, file);
      await expect(importing).rejects.toMatchObject({ code: 'invalid-input' });
      await expect(importing).rejects.toThrow(words);
    }
    await expect(importModel(folders, source, { id: 'rig' })).rejects.toThrow(/ships with Sima/);
    await expect(importModel(folders, source, { id: '../evil' })).rejects.toMatchObject({ code: 'invalid-input' });
    expect((await readManifest(folders.imported)).models).toEqual([]);
  });

  test('says so where the folder cannot be written, and stops when canceled', async () => {
    const blocked = path.join(root, 'a-file');
    await writeFile(blocked, '');
    await expect(importModel(modelFolders(blocked, folders.shipped), source)).rejects.toMatchObject({ code: 'io' });
    await expect(importModel(folders, source, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'canceled' });
    expect(await readdir(folders.imported)).toEqual([]);
  });
});

test('verify finds a flipped bit, a cut file and a missing one', async () => {
  const { path: file } = await importModel(folders, source);
  const verdict = async () => (await verifyModels(folders)).map(({ id, problem }) => [id, problem]);
  expect(await verdict()).toEqual([['rig', null], ['wav2lip_gan', null]]);
  await flipBit(file);
  expect(await verdict()).toEqual([['rig', null], ['wav2lip_gan', expect.stringContaining('sha256')]]);
  await writeFile(file, 'short');
  expect(await verdict()).toEqual([['rig', null], ['wav2lip_gan', expect.stringContaining('5 bytes')]]);
  await rm(file);
  expect(await verdict()).toEqual([['rig', null], ['wav2lip_gan', expect.stringContaining('missing')]]);
  await expect(findModel(folders, 'wav2lip_gan')).rejects.toMatchObject({ code: 'missing-asset' });
});

test('only what the user brought can be removed', async () => {
  await importModel(folders, source);
  await removeModel(folders, 'wav2lip_gan');
  expect(await readdir(folders.imported)).toEqual(['manifest.json']);
  await expect(removeModel(folders, 'wav2lip_gan')).rejects.toMatchObject({ code: 'missing-asset' });
  await expect(removeModel(folders, 'rig')).rejects.toMatchObject({ code: 'invalid-input' });
  await expect(removeModel(folders, 'what')).rejects.toMatchObject({ code: 'invalid-input' });
  expect((await verifyModels(folders)).map(({ id }) => id)).toEqual(['rig']);
});

test('a known model that is not there says how to get it; an unknown one names those there are', async () => {
  await expect(findModel(folders, 'wav2lip_gan')).rejects.toMatchObject({ code: 'missing-asset', message: expect.stringMatching(/non-commercial.*sima models import FILE/) as string });
  await expect(findModel(folders, 'nothing')).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('Installed: rig') as string });
});

test('a damaged list of models is named, never overwritten', async () => {
  await mkdir(folders.imported, { recursive: true });
  const file = path.join(folders.imported, 'manifest.json');
  for (const text of ['{', '{"version":1,"models":[{"id":"x","file":"../../x.onnx"}]}']) {
    await writeFile(file, text);
    const sentence = `The list of models ${file} is damaged: restore it, or delete it and import your models again.`;
    await expect(listModels(folders)).rejects.toMatchObject({ code: 'invalid-input', message: sentence, details: { reasons: expect.arrayContaining([expect.any(String)]) as string[] } });
    await expect(importModel(folders, source)).rejects.toMatchObject({ code: 'invalid-input' });
    expect(await readFile(file, 'utf8')).toBe(text);
  }
});
