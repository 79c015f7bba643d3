/** The studio's own figures, settings, models, voices and doctor, behind its door and with the real engine. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeWav2Lip } from '../../../models/make/wav2lipFake.ts';
import { contract, type StudioApi } from '../../../src/shared/contract.ts';
import type { CheckRow } from '../../../src/shared/contract/settings.ts';
import type { Client } from '../../../src/shared/rpc.ts';
import { until } from '../../support/processes.ts';
import { followed, openTestStudio, requestOf, sabotaged, type Saboteur, type TestStudio } from '../../support/studios.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-machine-'));
const saboteur: Saboteur = {};
let open: TestStudio;
let client: Client<StudioApi>;
beforeAll(async () => {
  open = await openTestStudio({ start: sabotaged(saboteur) });
  client = open.client();
  await open.studio.engine.ready();
});
afterAll(async () => {
  await open.close();
  rmSync(folder, { recursive: true });
});

type Calls = StudioApi['calls'];
async function ask<K extends keyof Calls>(name: K, input: Calls[K][0]): Promise<Calls[K][1]> {
  return contract.calls[name].output.parse(await client.call(name, input)) as Calls[K][1];
}
const engineSettled = () => until(() => open.studio.engine.status().state === 'ready');
const errorsOf = async (code: string): Promise<number> => Number(new RegExp(`^avatar_errors_total\\{code="${code}"\\} (\\d+)`, 'm').exec(await open.studio.metrics())![1]);

test('settings are checked, kept in the file, and count at once or at the next start of the engine', async () => {
  const { studio, home } = open;
  const file = path.join(home, 'engine.json');
  writeFileSync(file, '{ "sessions": { "deviceId": 0 } }');
  const first = await ask('settings.get', null);
  expect(first).toEqual({ home, restartNeeded: false, settings: { budgetsGb: { models: null, processing: null, avatars: null, total: null, takes: null }, maxSessions: null, device: 'auto', loudnessLufs: null, starterLexicon: true, pausePercent: null, exportFolder: null, exportPresets: [] } });

  const budgetsGb = { models: null, processing: 3, avatars: null, total: 7, takes: 2 };
  expect(await ask('settings.set', { change: { maxSessions: 2, budgetsGb } })).toMatchObject({ restartNeeded: false, settings: { maxSessions: 2, budgetsGb } });
  expect(studio.seats.figures().maxUsers).toBe(2);
  expect(studio.takes.budget()).toBe(2e9);
  await until(() => studio.telemetry.sample().memoryBudgets.total === 7e9);
  expect(studio.telemetry.sample().memoryBudgets.processing).toBe(3e9);
  // What was written by hand stays.
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ sessions: { deviceId: 0 }, maxSessions: 2, budgetsGb: { processing: 3, total: 7, takes: 2 } });

  expect(await ask('settings.set', { change: { device: 'cpu', exportFolder: folder } })).toMatchObject({ restartNeeded: true, settings: { device: 'cpu', exportFolder: folder } });
  expect(await ask('settings.set', { change: { device: 'auto' } })).toMatchObject({ restartNeeded: false });
  expect(await ask('settings.set', { change: { device: 'cpu' } })).toMatchObject({ restartNeeded: true });
  for (const change of [{ maxSessions: 0 }, { device: 'abacus' }, { budgetsGb: { total: 1 } }, { colour: 1 }]) await expect(client.call('settings.set', { change: change as never })).rejects.toMatchObject({ code: 'invalid-input' });
  await expect(client.call('settings.set', { change: { exportFolder: path.join(folder, 'none') } })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('no folder') as string });

  const restarts = studio.engine.status().restarts;
  await ask('engine.restart', null);
  expect(studio.engine.status().restarts).toBe(restarts + 1);
  expect((await ask('settings.get', null)).restartNeeded).toBe(false);
  const history = await ask('telemetry.history', null);
  expect(history.length).toBeGreaterThan(1);
  expect(history.map(({ at }) => at)).toEqual(history.map(({ at }) => at).sort());
  await ask('settings.set', { change: { ...first.settings } });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ sessions: { deviceId: 0 }, budgetsGb: {} });
  await engineSettled();
});

test('a model is imported in the engine, tried, made the default, and used after the engine has started again by itself', async () => {
  const { studio } = open;
  const file = path.join(folder, 'Wav2Lip-GAN.onnx');
  await fakeWav2Lip({ size: 96, names: 'spectrogram', order: 'mel-first', batch: 'open', precision: 'float32' }).save(file);
  await engineSettled();
  await expect(client.call('models.import', { file } as never)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('licence must be accepted') as string });
  const began = process.threadCpuUsage();
  expect(await ask('models.import', { file, acceptedLicence: true })).toMatchObject({ id: 'wav2lip_gan', kind: 'wav2lip', installed: true, origin: 'imported', isDefault: false, fetchable: false });
  const { user, system } = process.threadCpuUsage(began);
  expect((user + system) / 1e3).toBeLessThan(500); // milliseconds of this thread's own; loading a network here takes longer with any real one
  await ask('models.setDefault', { id: 'wav2lip_gan' });
  expect((await ask('models.list', null)).filter(({ isDefault }) => isDefault).map(({ id }) => id)).toEqual(['wav2lip_gan']);
  await until(() => studio.engine.status().defaultModelId === 'wav2lip_gan');
  await engineSettled();
  expect((await ask('settings.get', null)).restartNeeded).toBe(false);
  const verdicts = await ask('models.verify', null);
  expect(verdicts.filter(({ ok }) => !ok)).toEqual([]);
  expect(verdicts.map(({ id }) => id)).toContain('wav2lip_gan');

  const { sessionId } = await ask('sessions.open', {});
  const { id } = await ask('takes.start', { sessionId, request: requestOf({ script: 'Hello there.' }) });
  await until(() => studio.takes.show(id).modelId !== null);
  expect(studio.takes.show(id).modelId).toBe('wav2lip_gan');
  await expect(client.call('models.remove', { id: 'wav2lip_gan' })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('being rendered') as string });
  await followed(studio, id);
  await ask('models.remove', { id: 'wav2lip_gan' });
  expect((await ask('models.list', null)).find(({ id: model }) => model === 'wav2lip_gan')).toMatchObject({ installed: false, origin: 'known' });
  await until(() => studio.engine.status().defaultModelId === 'rig');
  await engineSettled();
});

test('what is refused, and an engine that ends, are counted as errors', async () => {
  const before = await errorsOf('invalid-input');
  const wrong = path.join(folder, 'wrong.onnx');
  writeFileSync(wrong, 'no model');
  await expect(client.call('models.import', { file: wrong, acceptedLicence: true })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining(wrong) as string });
  await expect(client.call('models.remove', { id: 'rig' })).rejects.toMatchObject({ code: 'invalid-input' });
  expect(await errorsOf('invalid-input')).toBe(before + 2);
  const crashes = await errorsOf('bug');
  saboteur.onRequest = ({ name }) => name === 'importModel';
  await expect(client.call('models.import', { file: wrong, acceptedLicence: true })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringMatching(/engine ended while it tried.*SIGKILL/) as string });
  delete saboteur.onRequest;
  expect(await errorsOf('bug')).toBe(crashes + 1);
  await engineSettled();
});

test('a sentence is heard with the user’s own pronunciations, by the language’s own default voice', async () => {
  await ask('lexicon.put', { entry: { lang: 'en', word: 'tomato', say: 'banana' } });
  const said = await ask('voices.say', { text: 'A tomato.' });
  expect(said).toMatchObject({ voice: 'espeak-en-us', changes: [{ written: 'tomato', spoken: 'banana', reason: 'lexicon' }] });
  expect(await ask('lexicon.list', null)).toEqual([{ lang: 'en', word: 'tomato', say: 'banana' }]);
  await ask('voices.setDefault', { id: 'espeak-en-gb' });
  expect((await ask('voices.list', null)).filter(({ isDefault }) => isDefault).map(({ id }) => id)).toEqual(['espeak-fa', 'espeak-en-gb']);
  expect(await ask('voices.say', { text: 'A tomato.' })).toMatchObject({ voice: 'espeak-en-gb' });
  await expect(client.call('voices.say', { text: '…' })).rejects.toMatchObject({ code: 'invalid-input' });
  // A take keeps what applies to it.
  const { sessionId } = await ask('sessions.open', {});
  const take = await ask('takes.start', { sessionId, request: requestOf({ script: 'A tomato.' }) });
  expect(take.request.lexicon).toEqual([{ lang: 'en', word: 'tomato', say: 'banana' }]);
  expect((await followed(open.studio, take.id)).take.state).toBe('finished');
  await ask('lexicon.remove', { lang: 'en', word: 'Tomato' });
  expect(await ask('lexicon.import', { csv: 'lang,word,say\nen,lead,led\nen,,x' })).toMatchObject({ added: 1, refused: [{ line: 3 }] });
  expect((await ask('lexicon.export', null)).csv).toContain('en,lead,led');
  await engineSettled();
});

test('the doctor tells what it finds while the studio goes on', async () => {
  const checks: CheckRow[] = [];
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  let looks = 0;
  for await (const { at } of client.stream('telemetry.watch', null)) if (at !== '' && ++looks === 3) break;
  /** How late this thread is without the doctor: on a machine that others use, it waits for its turn. */
  const usualMs = loop.percentile(99) / 1e6;
  loop.reset();
  for await (const check of client.stream('doctor.run', null)) checks.push(contract.streams['doctor.run'].item.parse(check));
  loop.disable();
  expect([...new Set(checks.map(({ group }) => group))]).toEqual(process.platform === 'linux' ? ['machine', 'gpu', 'system', 'studio'] : ['machine', 'gpu', 'studio']);
  expect(checks.find(({ id }) => id === 'studio.codecs')).toMatchObject({ state: 'ok' });
  expect(loop.percentile(99) / 1e6).toBeLessThan(Math.max(50, 4 * usualMs));
});

test('the doctor can be sent away before the checks after those of any group, and comes again', async () => {
  for (const group of ['system', 'gpu', 'machine']) {
    let last = '';
    for await (const check of client.stream('doctor.run', null)) if ((last = check.group) === group) break;
    expect(last).toBe(group === 'system' && process.platform !== 'linux' ? 'studio' : group);
    expect((await ask('studio.info', null)).pid, `sent away after ${group}`).toBe(process.pid);
  }
  const ids: string[] = [];
  for await (const { id } of client.stream('doctor.run', null)) ids.push(id);
  expect(ids).toContain('studio.codecs');
});
