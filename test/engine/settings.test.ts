import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DEFAULT_SETTINGS, readSettings } from '../../src/engine/settings.ts';

const home = await mkdtemp(path.join(tmpdir(), 'sima-settings-'));
afterAll(() => rm(home, { recursive: true }));
const file = path.join(home, 'engine.json');

test('without a file everything has its default', async () => {
  expect(await readSettings(path.join(home, 'nowhere'))).toEqual(DEFAULT_SETTINGS);
  expect(DEFAULT_SETTINGS).toMatchObject({ budgetsGb: {}, sessions: { deviceId: 0, graphOptimization: 'all' } });
});

test('what the file names is used, the rest has its default', async () => {
  await writeFile(file, '\uFEFF{ "maxSessions": 3, "budgetsGb": { "total": 12.5 }, "sessions": { "intraOpThreads": 4, "webgpu": { "preferredLayout": "NHWC" } } }');
  expect(await readSettings(home)).toEqual({
    maxSessions: 3, budgetsGb: { total: 12.5 }, sessions: { ...DEFAULT_SETTINGS.sessions, intraOpThreads: 4, webgpu: { preferredLayout: 'NHWC' } },
  });
});

test.each([
  ['{ "maxSessions": 0 }', /maxSessions/],
  ['{ "sessions": { "gpuMemLimit": 4 } }', /sessions: .*gpuMemLimit/],
  ['{ "sessions": { "extra": { "session.made_up": "1" } } }', /sessions\.extra/],
  ['{ "sessions": { "executionMode": "sideways" }, "budgetsGb": { "models": -1 } }', /budgetsGb\.models.*sessions\.executionMode|sessions\.executionMode.*budgetsGb\.models/],
  ['[]', /expected object/],
  ['{ maxSessions: 3 }', /no JSON.*Correct the file/],
])('a wrong file is refused with its name and the fields: %s', async (text, field) => {
  await writeFile(file, text);
  const reading = readSettings(home);
  await expect(reading).rejects.toMatchObject({ code: 'invalid-input' });
  await expect(reading).rejects.toThrow(file);
  await expect(reading).rejects.toThrow(field);
});
