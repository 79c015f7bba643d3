/** An imported voice in the studio and on the command line: brought in, heard, in a take from end to end, removed. The stand-in proves the contract only. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeConfig, fakePiper } from '../../../models/make/piperFake.ts';
import { contract, type StudioApi } from '../../../src/shared/contract.ts';
import type { Client } from '../../../src/shared/rpc.ts';
import { createWorkplace, type Workplace } from '../../support/cli.ts';
import { expectWhole, followed, noticesOf, openTestStudio, requestOf, type TestStudio } from '../../support/studios.ts';

const work = mkdtempSync(path.join(os.tmpdir(), 'sima-piper-'));
const file = path.join(work, 'en_US-test.onnx');
const ID = 'piper-en_us-test';
let open: TestStudio;
let client: Client<StudioApi>;
let place: Workplace;
beforeAll(async () => {
  await fakePiper().save(file);
  writeFileSync(`${file}.json`, JSON.stringify(fakeConfig('en-us', 'ð')));
  place = createWorkplace();
  open = await openTestStudio();
  client = open.client();
});
afterAll(async () => {
  await open.close();
  place.remove();
  rmSync(work, { recursive: true, force: true });
});

test('a take by an imported voice: the network hears it, its words’ times are estimates, what it cannot say is told', async () => {
  await expect(client.call('voices.import', { files: [file] })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringMatching(/licence .*accepted/) as string });
  await expect(client.call('voices.import', { files: [`${file}.json`], acceptedLicence: true })).rejects.toMatchObject({ code: 'invalid-input' });
  const info = contract.calls['voices.import'].output.parse(await client.call('voices.import', { files: [`${file}.json`, file], acceptedLicence: true }));
  expect(info).toMatchObject({ id: ID, lang: 'en', engine: 'piper', origin: 'imported', isDefault: false, hasTimes: false, installed: true });
  expect(await client.call('voices.list', null)).toContainEqual(info);
  await client.call('voices.setDefault', { id: ID });
  const said = contract.calls['voices.say'].output.parse(await client.call('voices.say', { text: 'The weather.', rate: 1, pitch: 1 }));
  expect(said).toMatchObject({ voice: ID, phonemes: null, warnings: [expect.stringContaining('/ð/')] });
  expect((await client.call('script.plan', { segments: [{ text: 'Hello there.' }], rate: 1, pitch: 1 })).segments[0].voice).toBe(ID);

  const { studio } = open;
  const { sessionId } = await client.call('sessions.open', {});
  const { id } = await client.call('takes.start', { sessionId, request: requestOf({ script: 'The weather is fine.' }), leadSec: null });
  const watched = await followed(studio, id);
  await expectWhole(studio, watched);
  const segments = watched.events.flatMap((event) => (event.type === 'said' ? [event.segment] : []));
  expect(segments).toMatchObject([{ voice: ID, estimated: true }]);
  expect(segments[0].words.map(({ text }) => text)).toEqual(['The', 'weather', 'is', 'fine']);
  expect(watched.take).toMatchObject({ modelId: 'rig', device: 'cpu' });
  expect([...watched.take.warnings, ...noticesOf(watched.events)]).toEqual([expect.stringContaining('/ð/')]);

  await client.call('voices.remove', { id: ID });
  expect((await client.call('voices.list', null)).filter(({ isDefault }) => isDefault).map((voice) => voice.id)).toEqual(['espeak-fa', 'espeak-en-us']);
  const gone = await client.call('takes.start', { sessionId, request: requestOf({ voice: ID }), leadSec: null });
  expect((await followed(studio, gone.id)).take).toMatchObject({ state: 'failed', error: { code: 'missing-asset', message: expect.stringContaining(ID) as string } });
  await expect(async () => {
    for await (const event of client.stream('voices.fetch', { id: ID, acceptedLicence: true })) expect.fail(`nothing is fetched, but it told ${event.type}`);
  }).rejects.toMatchObject({ code: 'missing-asset', message: expect.stringMatching(/NAME\.onnx\.json .*sima voices import/) as string });
});

test('the same on the command line', async () => {
  expect((await place.sima(['voices', 'import', file, '--json'])).json).toMatchObject({ id: ID });
  expect((await place.sima(['voices', 'list', '--json'])).json.voices).toContainEqual(expect.objectContaining({ id: ID, engine: 'piper' }));
  const said = await place.sima(['voices', 'say', 'The 3 dogs.', '--voice', ID, '--explain', '--json', '--out', place.file('said.wav')]);
  expect(said.json).toMatchObject({ voice: ID, estimated: true, changes: [{ written: '3', spoken: 'three', reason: 'number' }], warnings: [expect.stringContaining('/ð/')] });
  expect(said.json.phonemes).toEqual(expect.arrayContaining(['θ', 'd', 'z']));
  expect((await place.sima(['voices', 'fetch', 'fa_IR-amir-medium'])).exitCode).toBe(3);
  expect((await place.sima(['voices', 'remove', ID])).exitCode).toBe(0);
  expect((await place.sima(['voices', 'say', 'Hello', '--voice', ID])).exitCode).toBe(3);
});
