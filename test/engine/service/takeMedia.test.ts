/** Takes as media, over a real socket: growing, finished, in ranges and as a file to keep. */
import { readdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { probe } from '../../../src/engine/media/probe.ts';
import { rangeOf } from '../../../src/engine/service/takeMedia.ts';
import { errorOf, openServing, until, type Serving } from './serving.ts';

let serving: Serving;
beforeAll(async () => {
  serving = await openServing();
});
afterAll(() => serving.close());

/** A reader that tells what has arrived so far. */
function reading(address: string): Promise<{ response: http.IncomingMessage; got: () => Buffer; ended: Promise<boolean> }> {
  const { port, token } = serving.service;
  return new Promise((resolve) => {
    http.get({ host: '127.0.0.1', port, path: address, headers: { authorization: `Bearer ${token}` }, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece)).on('error', () => undefined);
      resolve({ response, got: () => Buffer.concat(pieces), ended: new Promise((end) => response.on('close', () => end(response.complete))) });
    });
  });
}

test('a growing take arrives fragment by fragment, only what is published, and ends with the take', async () => {
  const take = serving.studio.take('growing');
  const { response, got, ended } = await reading('/takes/growing.mp4');
  expect(response.headers).toMatchObject({ 'content-type': 'video/mp4', 'transfer-encoding': 'chunked' });
  expect(got().length).toBe(0);
  for (const [index, { offset, bytes }] of take.fragments.entries()) {
    take.publish();
    await until(() => got().length >= offset + bytes);
    expect(got().length).toBe(offset + bytes);
    // The reader of a fragment is the player, and is where it begins.
    expect(take.wants.at(-1)).toBeCloseTo(take.fragments[index].firstFrame / 25);
  }
  take.end();
  expect(await ended).toBe(true);
  expect(got().equals(take.bytes)).toBe(true);
  const file = path.join(serving.folder, 'received.mp4');
  writeFileSync(file, got());
  expect((await probe(file, { packets: true })).video).toMatchObject({ codec: 'h264', frames: 100 });
});

test('the rename at the end, and a take that goes on in another file, lose nothing', async () => {
  const take = serving.studio.take('moving');
  const { got, ended } = await reading('/takes/moving.mp4');
  take.publish(2);
  await until(() => got().length > take.fragments[1].offset);
  take.move();
  take.publish(take.fragments.length);
  take.end();
  expect(await ended).toBe(true);
  expect(got().equals(take.bytes)).toBe(true);
});

test('?from begins at the next keyframe, after the header, of growing and finished takes', async () => {
  const take = serving.studio.take('later');
  take.publish(take.fragments.length);
  const keyframe = take.fragments.find(({ index, keyframe }) => index > 1 && keyframe)!;
  const expected = Buffer.concat([take.bytes.subarray(0, take.fragments[0].offset), take.bytes.subarray(keyframe.offset)]);
  const { got, ended } = await reading(`/takes/later.mp4?from=${keyframe.index - 1}`);
  await until(() => got().length >= expected.length);
  take.end();
  expect(await ended).toBe(true);
  expect(got().equals(expected)).toBe(true);
  expect((await serving.ask(`/takes/later.mp4?from=${keyframe.index}`)).body.equals(expected)).toBe(true);
  expect((await serving.ask('/takes/later.mp4?from=-1')).status).toBe(400);
});

test.each(['failed', 'canceled'] as const)('a take that is %s breaks off for its reader, and is refused with the reason later', async (state) => {
  const take = serving.studio.take(`lost-${state}`);
  const { got, ended } = await reading(`/takes/lost-${state}.mp4`);
  take.publish();
  await until(() => got().length > 0);
  take.end(state);
  expect(await ended).toBe(false);
  const later = await serving.ask(`/takes/lost-${state}.mp4`);
  expect(later.status).toBe(409);
  expect(errorOf(later).message).toContain(state === 'failed' ? 'The screen went dark' : 'canceled');
});

test('a reader that goes away leaves nobody watching; the take goes on', async () => {
  const take = serving.studio.take('left');
  const { response, got } = await reading('/takes/left.mp4');
  take.publish();
  await until(() => got().length > 0);
  expect(take.watchers).toBe(1);
  response.destroy();
  await until(() => take.watchers === 0);
  take.publish();
  take.end();
  expect((await serving.ask('/takes/left.mp4')).status).toBe(200);
});

test('a finished take: length, ranges, HEAD and tag as players ask for them', async () => {
  const take = serving.studio.take('done');
  take.publish(take.fragments.length);
  take.end();
  const { bytes } = take;
  const { authorization } = { authorization: `Bearer ${serving.service.token}` };
  const all = await serving.ask('/takes/done.mp4');
  expect(all).toMatchObject({ status: 200, headers: { 'content-length': String(bytes.length), 'accept-ranges': 'bytes', 'content-type': 'video/mp4' } });
  expect(all.body.equals(bytes)).toBe(true);
  const ask = (headers: http.OutgoingHttpHeaders, method = 'GET') => serving.ask('/takes/done.mp4', { method, headers: { authorization, ...headers } });
  const head = await ask({}, 'HEAD');
  expect(head).toMatchObject({ status: 200, headers: { 'content-length': String(bytes.length) } });
  const part = await ask({ range: 'bytes=100-299' });
  expect(part).toMatchObject({ status: 206, headers: { 'content-range': `bytes 100-299/${bytes.length}`, 'content-length': '200' } });
  expect(part.body.equals(bytes.subarray(100, 300))).toBe(true);
  expect((await ask({ range: 'bytes=-50' })).body.equals(bytes.subarray(-50))).toBe(true);
  expect((await ask({ range: `bytes=${bytes.length}-` }))).toMatchObject({ status: 416, headers: { 'content-range': `bytes */${bytes.length}` } });
  expect((await ask({ 'if-none-match': String(all.headers.etag) })).status).toBe(304);
  expect((await ask({ range: 'bytes=0-9', 'if-range': '"another"' })).status).toBe(200);
});

test('a growing take gives the bytes that were told, in ranges with both ends; to who asks for the rest it is the stream', async () => {
  const take = serving.studio.take('pieces');
  const { fragments: [first, second], bytes } = take;
  const ask = (range: string) => serving.ask('/takes/pieces.mp4', { headers: { authorization: `Bearer ${serving.service.token}`, range } });
  take.publish(1);
  const told = first.offset + first.bytes;
  const head = await ask(`bytes=0-${told - 1}`);
  expect(head).toMatchObject({ status: 206, headers: { 'content-range': `bytes 0-${told - 1}/*`, 'content-length': String(told) } });
  expect(head.body.equals(bytes.subarray(0, told))).toBe(true);
  expect((await ask(`bytes=${second.offset}-${second.offset + second.bytes - 1}`)).status).toBe(416);
  take.publish(1);
  take.move();
  expect((await ask(`bytes=${second.offset}-${second.offset + second.bytes - 1}`)).body.equals(bytes.subarray(second.offset, second.offset + second.bytes))).toBe(true);
  // Reading the stream is wanting; a piece is asked for by who says what it wants.
  expect(take.wants).toEqual([]);
  take.publish(take.fragments.length);
  take.end();
  expect((await ask('bytes=0-')).body.equals(bytes)).toBe(true);
});

test('a range is what both ends say, within the file, for any header', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.option(fc.nat(1200)), fc.option(fc.nat(1200)), (size, first, last) => {
      const range = rangeOf(`bytes=${first ?? ''}-${last ?? ''}`, size);
      const wanted = [...Array(size).keys()].filter((at) => (first === null ? at >= size - (last ?? 0) : at >= first && at <= (last ?? Infinity)));
      if ((first === null && last === null) || (first !== null && last !== null && last < first)) return range === null;
      return wanted.length === 0 ? range === 'unsatisfiable' : typeof range === 'object' && range?.start === wanted[0] && range.end === wanted.at(-1)! + 1;
    }),
  );
  for (const odd of [null, '', 'bytes=0-1,5-9', 'bytes=x-', 'lines=1-2']) expect(rangeOf(odd, 100)).toBeNull();
});

test('a download is a plain MP4 with its header in front, and leaves no work file', async () => {
  const take = serving.studio.take('kept');
  take.publish(take.fragments.length);
  expect((await serving.ask('/takes/kept.mp4?download=1')).status).toBe(409);
  take.end();
  const answer = await serving.ask('/takes/kept.mp4?download=1');
  expect(answer).toMatchObject({ status: 200, headers: { 'content-disposition': 'attachment; filename="take-kept.mp4"', 'content-length': String(answer.body.length) } });
  const file = path.join(serving.folder, 'download.mp4');
  writeFileSync(file, answer.body);
  expect(await probe(file, { packets: true })).toMatchObject({ fragmented: false, faststart: true, video: { frames: 100 } });
  await until(() => readdirSync(serving.uploadsFolder).length === 0);
});

test('a take that is not there is 404', async () => {
  const answer = await serving.ask('/takes/nothing.mp4');
  expect(answer.status).toBe(404);
  expect(errorOf(answer)).toMatchObject({ code: 'invalid-input', message: 'There is no such take.' });
});
