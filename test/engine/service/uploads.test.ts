/** Uploads: kept whole or not at all, named by ids, and the only files that a client can name. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openUploads } from '../../../src/engine/service/uploads.ts';
import { errorOf, openServing, until, type Serving } from './serving.ts';

const LIMIT = 100_000;
let serving: Serving;
beforeAll(async () => {
  serving = await openServing({ limits: { uploadBytes: LIMIT } });
});
afterAll(() => serving.close());

const put = (name: string, body: Uint8Array | string, headers: http.OutgoingHttpHeaders = {}) =>
  serving.ask(`/uploads?name=${encodeURIComponent(name)}`, { method: 'PUT', headers: { authorization: `Bearer ${serving.service.token}`, ...headers }, body });
const idOf = (answer: { body: Buffer }): string => (JSON.parse(answer.body.toString()) as { upload: string }).upload;
/** An upload of which only the beginning is sent. */
const begin = (headers: http.OutgoingHttpHeaders) => {
  const { port, token } = serving.service;
  const request = http.request({ host: '127.0.0.1', port, path: '/uploads?name=a.jpg', method: 'PUT', headers: { authorization: `Bearer ${token}`, ...headers }, agent: false });
  request.on('error', () => undefined);
  request.write(Buffer.alloc(1000, 1));
  return request;
};
const stored = () => readdirSync(serving.uploadsFolder);

test('an upload is registered by its id, under the name it came with', async () => {
  const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, i) => i & 255));
  const answer = await put('چهره من.jpg', bytes);
  expect(answer.status).toBe(201);
  const client = serving.client();
  for await (const event of client.stream('avatars.register', { file: idOf(answer) })) expect(event.type).toBe('progress');
  const file = serving.studio.registered.at(-1)!;
  expect(path.basename(file)).toBe('چهره من.jpg');
  expect(readFileSync(file).equals(bytes)).toBe(true);
  client.close();
});

test('of a long name the beginning stays, and what kind of file it is', async () => {
  const answer = await put(`خبر صبح ${'و'.repeat(300)}.jpg`, 'x');
  expect(readdirSync(path.join(serving.uploadsFolder, idOf(answer).slice('upload:'.length)))).toEqual([`خبر صبح ${'و'.repeat(36)}.jpg`]);
});

test.each(['../../../etc/cron.d/x', '..', '.', '', 'C:\\Windows\\x.dll', '/etc/passwd', 'a\0b', 'CON', '.hidden', 'x'.repeat(5000), '😀'.repeat(300)])(
  'a name cannot lead out of the folder: %j',
  async (name) => {
    const answer = await put(name, 'x');
    expect(answer.status).toBe(201);
    const folder = path.join(serving.uploadsFolder, idOf(answer).slice('upload:'.length));
    const [only, ...more] = readdirSync(folder);
    expect(more).toEqual([]);
    expect(only).toMatch(/^[^./\\][^/\\\0]*$/);
    expect(stored().every((each) => /^[0-9a-f-]{36}$/.test(each))).toBe(true);
  },
);

test('what is too large is refused, announced or not, and leaves nothing', async () => {
  const before = stored();
  const announced = await put('big.mp4', '', { 'content-length': String(LIMIT + 1) });
  expect(announced.status).toBe(413);
  const unannounced = await put('big.mp4', Buffer.alloc(LIMIT + 1), { 'transfer-encoding': 'chunked' });
  expect(unannounced.status).toBe(413);
  expect(errorOf(unannounced).message).toMatch(/larger than/);
  expect(stored()).toEqual(before);
  expect((await put('fits.mp4', Buffer.alloc(LIMIT))).status).toBe(201);
  expect((await put('empty.mp4', '')).status).toBe(400);
});

test('an upload that breaks off half-way leaves nothing', async () => {
  const before = stored();
  for (const headers of [{ 'content-length': '50000' }, { 'transfer-encoding': 'chunked' }]) {
    const request = begin(headers);
    await until(() => stored().length > before.length);
    request.destroy();
    await until(() => stored().length === before.length);
  }
  expect(stored()).toEqual(before);
});

test('requests name uploads; takes are told with the ids again; a path is refused everywhere', async () => {
  const client = serving.client();
  const { sessionId } = await client.call('sessions.open', {});
  const upload = idOf(await put('beach.jpg', 'x'));
  const take = await client.call('takes.start', { sessionId, request: { avatar: 'abcd1234', audio: upload, background: `picture:${upload}` } });
  const seen = serving.studio.requests.at(-1)!;
  expect(readFileSync(seen.audio!, 'utf8')).toBe('x');
  expect(seen.background).toBe(`picture:${seen.audio}`);
  expect(take.request).toMatchObject({ avatar: 'abcd1234', audio: upload, background: `picture:${upload}` });
  expect((await client.call('takes.show', { takeId: take.id })).request.audio).toBe(upload);
  const child = await client.call('takes.edit', { sessionId, takeId: take.id, segments: [{ text: 'Hello.' }] });
  expect(child.request).toMatchObject({ audio: upload, background: `picture:${upload}`, segments: [{ text: 'Hello.' }] });

  // Of a take that was not made over the service nobody is told where its files lie.
  serving.studio.take('elsewhere');
  Object.assign((await serving.studio.handlers.calls['takes.show']({ takeId: 'elsewhere' }, new AbortController().signal)).request, { avatar: '/home/me/face.jpg', audio: '/home/me/voice.wav', background: 'picture:/home/me/beach.jpg' });
  expect((await client.call('takes.show', { takeId: 'elsewhere' })).request).toMatchObject({ avatar: 'face.jpg', audio: 'voice.wav', background: 'picture:beach.jpg' });

  const secret = path.join(serving.folder, 'source.mp4');
  const count = serving.studio.requests.length;
  for (const request of [
    { avatar: secret, script: 'x' }, { avatar: 'abcd', audio: secret }, { avatar: 'abcd', script: 'x', background: `picture:${secret}` }, { avatar: 'abcd', script: 'x', background: ` PICTURE: ${secret}` },
    { avatar: 'upload:../source.mp4', script: 'x' }, { avatar: `${upload}/../..`, script: 'x' }, { avatar: 'upload:00000000-0000-0000-0000-000000000000', script: 'x' },
  ]) {
    await expect(client.call('takes.start', { sessionId, request })).rejects.toMatchObject({ code: 'invalid-input' });
  }
  await expect(client.stream('avatars.register', { file: secret }).next()).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('PUT /uploads') as string });
  expect(serving.studio.requests.length).toBe(count);
  client.close();
});

test('what is unused for a day goes at the next opening; the end removes what no take was started with, and only its own', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-uploads-'));
  const about = { name: 'a.jpg', sizeBytes: null };
  const bytes = async function* () {
    yield await Promise.resolve(Buffer.from('x'));
  };
  const first = await openUploads({ folder });
  const [old, unused, used] = [await first.receive(bytes(), about), await first.receive(bytes(), about), await first.receive(bytes(), about)];
  const yesterday = new Date(Date.now() - 25 * 3600 * 1000);
  utimesSync(path.join(folder, old.slice(7)), yesterday, yesterday);
  writeFileSync(path.join(folder, 'torn.arriving'), 'x');
  utimesSync(path.join(folder, 'torn.arriving'), yesterday, yesterday);

  const second = await openUploads({ folder });
  await expect(second.resolve(old)).rejects.toMatchObject({ code: 'invalid-input' });
  expect(existsSync(path.join(folder, 'torn.arriving'))).toBe(false);
  expect(existsSync(await second.resolve(unused))).toBe(true);
  await second.close();
  first.leave(await first.resolve(used));
  await first.close();
  expect(readdirSync(folder)).toEqual([used.slice(7)]);
  rmSync(folder, { recursive: true });
});
