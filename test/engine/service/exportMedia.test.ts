/** Exports over the service: downloaded whole and in ranges under their own names, and no folder of this machine told or taken. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ExportInfo } from '../../../src/shared/contract/export.ts';
import { attachment } from '../../../src/engine/service/exportMedia.ts';
import { errorOf, openServing, type Serving } from './serving.ts';

const NAME = 'سلام "به" همه (2)';
const BYTES = Buffer.from('0123456789');
let serving: Serving;
let known: ExportInfo[];

beforeAll(async () => {
  serving = await openServing();
  const file = (name: string, content: string | Buffer) => {
    writeFileSync(path.join(serving.folder, name), content);
    return path.join(serving.folder, name);
  };
  const about: Omit<ExportInfo, 'id' | 'state' | 'files'> = {
    takeId: 'take', name: `${NAME}.mp4`, settings: { kind: 'video', mode: 'copy', encoder: 'auto', subtitles: 'srt' }, place: null, progress: 1, sizeBytes: 10, sameBytes: true,
    createdAt: '2026-01-01T00:00:00Z', endedAt: null, error: null, encoder: null,
  };
  known = [
    { ...about, id: 'done', state: 'finished', files: [file(`${NAME}.mp4`, BYTES), file(`${NAME}.srt`, '1\n')] },
    { ...about, id: 'under-way', state: 'running', files: [] },
    { ...about, id: 'broken', state: 'failed', files: [], error: { code: 'io', message: 'The disk is full.' } },
    { ...about, id: 'moved', state: 'finished', files: [path.join(serving.folder, 'moved away.mp4')] },
  ];
  const { calls, streams } = serving.studio.handlers;
  Object.assign(calls, { 'exports.list': () => known, 'exports.start': () => known[0] } satisfies Partial<typeof calls>);
  Object.assign(streams, {
    async *'exports.watch'() {
      yield* known;
      await Promise.resolve();
    },
  } satisfies Partial<typeof streams>);
});
afterAll(() => serving.close());

test('whole, with its own name in every script, and for browsers that know no other than plain letters', async () => {
  const { status, headers, body } = await serving.ask('/exports/done');
  expect(status).toBe(200);
  expect(body.equals(BYTES)).toBe(true);
  expect(headers).toMatchObject({ 'content-type': 'video/mp4', 'content-length': '10', 'accept-ranges': 'bytes', 'x-content-type-options': 'nosniff' });
  const disposition = headers['content-disposition']!;
  expect(decodeURIComponent(/filename\*=UTF-8''(\S+)$/.exec(disposition)![1])).toBe(`${NAME}.mp4`);
  expect(/filename="([^"]*)"/.exec(disposition)![1]).toMatch(/^[\x20-\x7e]+\.mp4$/);
  expect((await serving.ask('/exports/done', { method: 'HEAD' })).headers['content-length']).toBe('10');
});

test('a name that was cut in the middle of a sign is a name all the same', () => {
  expect(attachment('😀'.slice(0, 1) + '.simapack')).toBe(`attachment; filename="_.simapack"; filename*=UTF-8''%EF%BF%BD.simapack`);
});

test('in ranges, and again only where it has changed', async () => {
  const { token } = serving.service;
  const authorization = `Bearer ${token}`;
  const range = await serving.ask('/exports/done', { headers: { authorization, range: 'bytes=2-4' } });
  expect([range.status, range.body.toString(), range.headers['content-range']]).toEqual([206, '234', 'bytes 2-4/10']);
  expect((await serving.ask('/exports/done', { headers: { authorization, range: 'bytes=20-' } })).status).toBe(416);
  expect((await serving.ask('/exports/done', { headers: { authorization, 'if-none-match': range.headers.etag } })).status).toBe(304);
});

test('what lies beside the video has a number', async () => {
  const { headers, body } = await serving.ask('/exports/done?file=1');
  expect([headers['content-type'], body.toString()]).toEqual(['application/x-subrip; charset=utf-8', '1\n']);
  for (const number of ['2', '-1', '1e1', 'x', '']) expect((await serving.ask(`/exports/done?file=${number}`)).status).toBe(404);
});

test.each([
  ['no-such', 404, /no such export/], ['under-way', 409, /is running/], ['broken', 409, /failed: The disk is full/], ['moved', 404, /no longer there/], ['..%2F..%2Fetc%2Fpasswd', 404, /no such export/],
])('/exports/%s is refused', async (id, status, sentence) => {
  const answer = await serving.ask(`/exports/${id}`);
  expect(answer.status).toBe(status);
  expect(errorOf(answer).message).toMatch(sentence);
  expect(answer.body.toString()).not.toContain(serving.folder);
});

test('only with the token', async () => {
  expect((await serving.ask('/exports/done', { headers: {} })).status).toBe(401);
});

test('clients hear the names of files, never where they lie, and may name no folder', async () => {
  const client = serving.client();
  const settings = { kind: 'video' } as const;
  await expect(client.call('exports.start', { takeId: 'take', settings, folder: '/tmp' })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('folder') as string });
  const told = [...(await client.call('exports.list', null)), await client.call('exports.start', { takeId: 'take', settings })];
  for await (const info of client.stream('exports.watch', null)) if (info.state !== 'removed') told.push(info);
  expect(told).toHaveLength(9);
  expect(told[0].files).toEqual([`${NAME}.mp4`, `${NAME}.srt`]);
  expect(JSON.stringify(told)).not.toContain(serving.folder);
});
