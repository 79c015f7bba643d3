import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isWell } from '../../../src/engine/doctor/doctor.ts';
import { readAvatars, readModels, readStudio, rigModel } from '../../../src/engine/doctor/readStudio.ts';
import { studioChecks, type StudioFacts } from '../../../src/engine/doctor/studioChecks.ts';
import { tryDevice, type DeviceTrial } from '../../../src/engine/doctor/tryDevice.ts';
import { modelFolders, type ModelFolders } from '../../../src/engine/onnx/manifest.ts';
import { DEFAULT_SETTINGS } from '../../../src/engine/settings.ts';
import { savedModel, temporaryFolder } from '../onnx/testModels.ts';
import { createGraph } from '../../../models/make/onnxGraph.ts';
import { inState, named, studio } from './machines.ts';

const settings = { problem: null, sessions: DEFAULT_SETTINGS.sessions };
const check = (change: Partial<StudioFacts>, name: string) => named(studioChecks({ ...studio, ...change }), `studio.${name}`);
const verdict = (id: string, problem: string | null) => ({ id, path: `/m/${id}.onnx`, ok: problem === null, problem });

describe('Sima’s own parts, made up', () => {
  it('have nothing to complain of where all is in order', () => {
    const checks = studioChecks(studio);
    expect(inState(checks, 'ok')).toHaveLength(checks.length);
    expect(named(checks, 'studio.models').found).toBe('2 models match their checksums; Wav2Lip: mine');
  });

  it('codecs, network, voices, settings: wanting, with the reason', () => {
    expect(check({ codecs: { problem: 'no encoder', nvenc: false } }, 'codecs')).toMatchObject({ state: 'wanting', found: expect.stringContaining('no encoder') as string });
    expect(check({ codecs: { problem: null, nvenc: false } }, 'nvenc').state).toBe('ok');
    expect(check({ network: { problem: 'no library' } }, 'network').state).toBe('wanting');
    expect(check({ voices: [{ voice: 'fa', problem: '“سلام” comes out silent', durationSec: 0 }] }, 'voice-fa').state).toBe('wanting');
    expect(check({ settingsProblem: 'unknown field' }, 'settings').state).toBe('wanting');
  });

  it('a broken model is wanting; what to do depends on whose it is', () => {
    const broken = (id: string) => check({ models: { verdicts: [verdict('rig', null), verdict('mine', null), verdict(id, 'the file is missing')], needed: ['rig'], lipSync: [] } }, 'models');
    expect(broken('other')).toMatchObject({ state: 'wanting', advice: expect.stringContaining('sima models remove other') as string });
    expect(broken('rig').advice).toContain('git checkout');
    expect(check({ models: { verdicts: [], needed: ['rig'], lipSync: [] } }, 'models')).toMatchObject({ state: 'wanting', found: 'Model rig is missing from the list' });
    expect(check({ models: { problem: 'damaged' } }, 'models').state).toBe('wanting');
  });

  it('damaged avatars: advice where they are made again, wanting where they cannot be', () => {
    const damaged = (repairable: boolean) => check({ avatars: { count: 5, damaged: [{ id: 'a'.repeat(64), problem: 'face.1.blob missing', repairable }] } }, 'avatars');
    expect(damaged(true)).toMatchObject({ state: 'advice', found: '5 avatars, of which 1 is not whole: aaaaaaaaaaaa (face.1.blob missing)' });
    expect(damaged(false).state).toBe('wanting');
    expect(check({ avatars: null }, 'avatars').state).toBe('ok');
    expect(check({ avatars: { problem: 'EACCES' } }, 'avatars').state).toBe('wanting');
  });
});

describe('Sima’s own parts, for real', () => {
  it('codecs, models, network and both voices work in this checkout', async () => {
    const home = path.join(await temporaryFolder(), 'home');
    const folders = modelFolders(home);
    const checks = studioChecks(await readStudio(home, folders, await rigModel(folders), settings, undefined));
    expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(checks.map(({ id }) => id)).toEqual(['studio.codecs', 'studio.nvenc', 'studio.models', 'studio.network', 'studio.voice-fa', 'studio.voice-en', 'studio.avatars']);
  });

  it('finds a changed model, a missing one and a damaged avatar', async () => {
    const home = await temporaryFolder();
    const id = '0123456789abcdef'.repeat(4);
    mkdirSync(path.join(home, 'avatars', id), { recursive: true });
    mkdirSync(path.join(home, 'models'), { recursive: true });
    const entry = { kind: 'wav2lip', bytes: 3, sha256: '0'.repeat(64), licence: 'test', source: 'test', tensors: { inputs: [], outputs: [] }, use: 'optional' };
    writeFileSync(path.join(home, 'models', 'manifest.json'), JSON.stringify({ version: 1, models: [{ ...entry, id: 'changed', file: 'changed.onnx' }, { ...entry, id: 'gone', file: 'gone.onnx' }] }));
    writeFileSync(path.join(home, 'models', 'changed.onnx'), 'abc');
    const folders = modelFolders(home);
    const checks = studioChecks({ ...studio, models: await readModels(folders), avatars: await readAvatars(home) });
    expect(checks.filter((each) => each.id === 'studio.models').map(({ found }) => found)).toEqual([
      expect.stringContaining('changed is broken: the content has changed'), expect.stringContaining('gone is broken: the file is missing'),
    ]);
    expect(named(checks, 'studio.avatars')).toMatchObject({ state: 'wanting', found: expect.stringContaining('avatar.json is missing or damaged') as string });
    expect(isWell(checks)).toBe(false);
  });

  it('a damaged list of models is told, not thrown', async () => {
    const folder = await temporaryFolder();
    writeFileSync(path.join(folder, 'manifest.json'), '{');
    const folders: ModelFolders = { shipped: folder, imported: path.join(folder, 'none') };
    expect(await rigModel(folders)).toBeNull();
    expect(await readModels(folders)).toMatchObject({ problem: expect.stringContaining('damaged') as string });
  });
});

describe('a trial of a device, in a process of its own', () => {
  const trial = async (change: Partial<DeviceTrial> = {}): Promise<DeviceTrial> => ({ model: (await rigModel(modelFolders('/nowhere')))!, device: 'cpu', settings: DEFAULT_SETTINGS.sessions, ...change });

  it('runs the model', async () => {
    expect(await tryDevice(await trial())).toMatchObject({ problem: null, runMs: expect.any(Number) as number });
  });

  it.runIf(process.platform === 'linux')('tells why a device cannot be used', async () => {
    expect(await tryDevice(await trial({ device: 'coreml' }))).toMatchObject({ problem: expect.stringMatching(/CoreML.*[^.]$/) as string, runMs: null });
  });

  it('outlives a crash of the process', async () => {
    const crash = path.join(await temporaryFolder(), 'crash.mjs');
    writeFileSync(crash, "process.kill(process.pid, 'SIGSEGV'); setInterval(() => {}, 1000);");
    expect(await tryDevice(await trial(), undefined, new URL(`file://${crash}`))).toEqual({ problem: 'the process crashed (SIGSEGV)', runMs: null });
  });

  it('can be canceled', async () => {
    const idle = path.join(await temporaryFolder(), 'idle.mjs');
    writeFileSync(idle, "setInterval(() => {}, 1000); process.send('here');");
    const abort = new AbortController();
    const waiting = tryDevice(await trial(), abort.signal, new URL(`file://${idle}`));
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'canceled' });
  });

  it('a damaged model is told as such', async () => {
    const folder = await temporaryFolder();
    const graph = createGraph('one');
    graph.output('y', graph.node('Relu', [graph.input('x', 'float32', [1])]), 'float32', [1]);
    const model = await savedModel(folder, 'damaged', graph, 'rig');
    writeFileSync(model.path, 'not a model');
    expect((await tryDevice(await trial({ model }))).problem).toContain('damaged');
  });
});
