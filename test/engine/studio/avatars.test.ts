/** Avatars through the contract and over HTTP, with the real engine: looked at, registered, liked, reported on, removed and had back. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rgbToI420 } from '../../../src/engine/media/i420.ts';
import { openService, type Service } from '../../../src/engine/service/server.ts';
import { contract, type StudioApi } from '../../../src/shared/contract.ts';
import type { InspectEvent } from '../../../src/shared/contract/avatar.ts';
import type { Client } from '../../../src/shared/rpc.ts';
import { writeVideoFile } from '../../support/mediaFiles.ts';
import { until } from '../../support/processes.ts';
import { openTestStudio, sabotaged, type Saboteur, type TestStudio } from '../../support/studios.ts';
import { pair, WOMAN } from '../avatar/presenters.ts';

let open: TestStudio;
const saboteur: Saboteur = {};
let client: Client<StudioApi>;
let service: Service;
const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-faces-'));
const at = (name: string) => path.join(folder, name);
let id: string;

beforeAll(async () => {
  open = await openTestStudio({ start: sabotaged(saboteur) });
  client = open.client();
  const { studio } = open;
  service = await openService({
    host: '127.0.0.1', port: 0, handlers: studio.handlers, takeFile: (takeId) => studio.takeFile(takeId), library: () => studio.library(), uploadsFolder: at('uploads'), metrics: () => Promise.resolve(''),
  });
  writeFileSync(at('two.png'), await pair(640));
  const picture = await sharp(WOMAN).resize(320, 320).removeAlpha().raw().toBuffer();
  const frame = rgbToI420(new Uint8Array(picture), 320, 320).data;
  await writeVideoFile(at('clip.mp4'), { width: 320, height: 320, timesMs: Array.from({ length: 10 }, (_, i) => i * 40), draw: () => frame });
  await sharp({ create: { width: 300, height: 200, channels: 3, background: '#5a7' } }).png().toFile(at('wall.png'));
  writeFileSync(at('letter.txt'), 'Dear reader, this is no picture at all. '.repeat(40));
});
afterAll(async () => {
  await service.close();
  await open.close();
  rmSync(folder, { recursive: true, force: true });
});

type Calls = StudioApi['calls'];
async function ask<K extends keyof Calls>(name: K, input: Calls[K][0]): Promise<Calls[K][1]> {
  return contract.calls[name].output.parse(await client.call(name, input)) as Calls[K][1];
}
async function inspected(file: string): Promise<Extract<InspectEvent, { type: 'faces' }>> {
  const events: InspectEvent[] = [];
  for await (const item of client.stream('avatars.inspect', { file })) events.push(contract.streams['avatars.inspect'].item.parse(item));
  expect(events[0].type).toBe('progress');
  const last = events.at(-1)!;
  if (last.type !== 'faces') throw new Error(`The last event is ${last.type}.`);
  return last;
}
const ownAddress = (address: string, headers: Record<string, string> = {}) => fetch(`http://127.0.0.1:${service.port}${address}`, { headers: { authorization: `Bearer ${service.token}`, ...headers } });

test('a file is looked at before it is registered: its faces from left to right, in their picture', async () => {
  const two = await inspected(at('two.png'));
  expect(two).toMatchObject({ kind: 'photo', width: 1280, height: 640 });
  expect(two.faces.map(({ index }) => index)).toEqual([1, 2]);
  const [left, right] = two.faces.map(({ box }) => box.x + box.width / 2);
  expect(left).toBeGreaterThan(200);
  expect(left).toBeLessThan(440);
  expect(right).toBeGreaterThan(840);
  expect(right).toBeLessThan(1080);
  const preview = await sharp(Buffer.from(two.preview, 'base64')).metadata();
  expect(preview).toMatchObject({ format: 'jpeg', width: 1024, height: 512 });
  const clip = await inspected(at('clip.mp4'));
  expect(clip).toMatchObject({ kind: 'clip', width: 320, height: 320 });
  expect(clip.faces).toHaveLength(1);
  expect((await inspected(at('wall.png'))).faces).toEqual([]);
  expect((await ask('avatars.list', {}))).toEqual([]);
});

test('what is no picture and no video is refused in the same words as by registering', async () => {
  const refusal = async (name: 'avatars.inspect' | 'avatars.register'): Promise<{ code: string; message: string }> => {
    try {
      for await (const item of client.stream(name, { file: at('letter.txt') })) expect(item).toBeDefined();
    } catch (error) {
      const { code, message } = error as { code: string; message: string };
      return { code, message };
    }
    throw new Error(`${name} took a letter for a face.`);
  };
  const said = await refusal('avatars.inspect');
  expect(said).toMatchObject({ code: 'invalid-input', message: expect.stringContaining('neither a photo nor a video') as string });
  expect(await refusal('avatars.register')).toEqual(said);
});

test('the chosen face is registered, with what was found about its quality', async () => {
  for await (const event of client.stream('avatars.register', { file: at('two.png'), face: 2, tags: ['news'] })) if (event.type === 'registered') ({ id } = event.avatar);
  expect(await ask('avatars.list', { favourite: false })).toMatchObject([{ id, faceIndex: 2, faceCount: 2, favourite: false }]);
  const { findings } = await ask('avatars.report', { id });
  expect(findings).toContainEqual(expect.objectContaining({ code: 'several-faces', severity: 'warn' }));
});

test('a favourite is one in every list, and the cache’s figures count it', async () => {
  expect(await ask('avatars.describe', { id, favourite: true, name: 'Right' })).toMatchObject({ favourite: true, name: 'Right', tags: ['news'] });
  expect(await ask('avatars.list', { favourite: true })).toMatchObject([{ id }]);
  const [{ sizeBytes }] = await ask('avatars.list', {});
  expect(await ask('avatars.cache', null)).toMatchObject({ avatars: 1, diskBytes: sizeBytes });
});

test('its pictures are shown, kept by the browser, and not to strangers', async () => {
  const thumbnail = await ownAddress(`/avatars/${id}/thumbnail.webp`);
  expect([thumbnail.status, thumbnail.headers.get('content-type'), thumbnail.headers.get('cache-control')]).toEqual([200, 'image/webp', 'private, max-age=86400']);
  expect((await sharp(Buffer.from(await thumbnail.arrayBuffer())).metadata()).width).toBe(192);
  expect((await ownAddress(`/avatars/${id}/thumbnail.webp`, { 'if-none-match': thumbnail.headers.get('etag')! })).status).toBe(304);
  const picture = await ownAddress(`/avatars/${id}/picture.jpg?height=120`);
  expect(await sharp(Buffer.from(await picture.arrayBuffer())).metadata()).toMatchObject({ format: 'jpeg', width: 240, height: 120 });
  expect((await ownAddress(`/avatars/${id}/picture.jpg?height=9`)).status).toBe(400);
  expect((await ownAddress(`/avatars/${'0'.repeat(64)}/picture.jpg`)).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${service.port}/avatars/${id}/thumbnail.webp`)).status).toBe(401);

  let clip = '';
  for await (const event of client.stream('avatars.register', { file: at('clip.mp4') })) if (event.type === 'registered') clip = event.avatar.id;
  const first = await ownAddress(`/avatars/${clip}/picture.jpg?height=100`);
  expect(await sharp(Buffer.from(await first.arrayBuffer())).metadata()).toMatchObject({ width: 100, height: 100 });
});

test('a removed avatar can be had back', async () => {
  const before = await ask('avatars.list', {});
  await ask('avatars.remove', { id });
  expect(await ask('avatars.list', { favourite: true })).toEqual([]);
  expect((await ownAddress(`/avatars/${id}/thumbnail.webp`)).status).toBe(404);
  expect(await ask('avatars.restore', { id })).toMatchObject({ id, name: 'Right', favourite: true });
  expect(await ask('avatars.list', {})).toEqual(before);
});

test('what the engine is started again for waits for a face that is being registered', async () => {
  const { engine, preferences } = open.studio;
  const voice = preferences.defaultVoices().en === 'espeak-en-gb' ? 'espeak-en-us' : 'espeak-en-gb';
  await engine.ready();
  const { restarts } = engine.status();
  let orders = 0;
  saboteur.onRequest = ({ name }) => {
    if (name === 'register') orders += 1;
    return false;
  };
  await sharp(WOMAN).resize(480, 480).png().toFile(at('another.png'));
  let isChanged = false;
  for await (const event of client.stream('avatars.register', { file: at('another.png') })) {
    if (event.type !== 'progress' || isChanged) continue;
    isChanged = true;
    await ask('voices.setDefault', { id: voice });
  }
  delete saboteur.onRequest;
  expect([isChanged, orders]).toEqual([true, 1]);
  await until(() => engine.status().restarts === restarts + 1);
});
