/** Who does not belong here, or does not behave: refused or survived, and the service still answers. */
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ended, errorOf, openServing, until, type Serving } from './serving.ts';

const page = mkdtempSync(path.join(os.tmpdir(), 'sima-page-'));
mkdirSync(path.join(page, 'built'));
writeFileSync(path.join(page, 'built', 'index.html'), '<!doctype html><title>built</title>');
writeFileSync(path.join(page, 'built', 'app.js'), 'export {};');
writeFileSync(path.join(page, 'secret.txt'), 'secret');
symlinkSync(path.join(page, 'secret.txt'), path.join(page, 'built', 'link.txt'));

let serving: Serving;
beforeAll(async () => {
  serving = await openServing({ page: path.join(page, 'built'), limits: { connections: 20, headMs: 400, messageBytes: 10_000, openRequests: 64, heartbeatMs: 300 } });
});
afterAll(() => serving.close());

afterEach(async () => {
  // Whatever was done to it: it answers, and nothing of it is left open.
  const client = serving.client();
  expect((await client.call('studio.info', null)).pid).toBe(process.pid);
  client.close();
  await until(() => serving.studio.openStreams === 0 && serving.studio.openSeats.size === 0);
});

const bearer = () => ({ authorization: `Bearer ${serving.service.token}` });
const own = () => `127.0.0.1:${serving.service.port}`;
/** Sends bytes as they are; gives what came back until the end. */
const raw = (bytes: string): Promise<string> =>
  new Promise((resolve) => {
    let got = '';
    const socket = net.connect(serving.service.port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (piece) => (got += piece.toString())).on('error', () => undefined).on('close', () => resolve(got));
  });

test('without the token nothing is told but that it lives', async () => {
  for (const address of ['/', '/metrics', '/takes/x.mp4', '/app.js', '/nothing']) {
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: `Basic ${serving.service.token}` }, { cookie: `sima-${serving.service.port}=wrong` }]) {
      const answer = await serving.ask(address, { headers });
      expect([answer.status, errorOf(answer).message]).toEqual([401, expect.stringContaining('token')]);
    }
  }
  expect((await serving.ask('/uploads', { method: 'PUT', headers: {}, body: 'x' })).status).toBe(401);
  expect((await serving.ask('/?token=wrong', { headers: {} })).status).toBe(401);
  expect((await ended(serving.socket({ address: '/api' }))).code).toBe(401);
  expect((await ended(serving.socket({ address: '/api?token=wrong' }))).code).toBe(401);
  expect(JSON.parse((await serving.ask('/healthz', { headers: {} })).body.toString())).toEqual({ ok: true });
});

test('the page opened with the token gets a cookie that opens the rest, but not for pages of other ports', async () => {
  const opened = await serving.ask(`/?token=${serving.service.token}`, { headers: {} });
  expect(opened.status).toBe(200);
  expect(opened.headers['content-security-policy']).toContain("default-src 'self'");
  const [cookie] = opened.headers['set-cookie']!;
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
  const sent = { cookie: `other=1; ${cookie.split(';')[0]}` };
  expect((await serving.ask('/app.js', { headers: sent })).headers['content-type']).toContain('javascript');
  expect((await serving.ask('/metrics', { headers: { ...sent, 'sec-fetch-site': 'same-origin' } })).body.toString()).toBe('sima_up 1\n');
  expect((await serving.ask('/metrics', { headers: { ...sent, 'sec-fetch-site': 'same-site' } })).status).toBe(401);
  const socket = serving.socket({ address: '/api', headers: { ...sent, origin: `http://${own()}` } });
  await new Promise((resolve) => socket.once('open', resolve));
  socket.close();
});

test('another Host or Origin is refused, over HTTP and at the socket', async () => {
  for (const host of ['evil.example', `evil.example:${serving.service.port}`, '127.0.0.1:1', '127.0.0.1', `127.0.0.1.evil.example:${serving.service.port}`, `192.168.1.2:${serving.service.port}`]) {
    expect((await serving.ask('/', { headers: { ...bearer(), host } })).status).toBe(403);
    expect((await serving.ask('/healthz', { headers: { host } })).status).toBe(403);
    expect((await ended(serving.socket({ headers: { host } }))).code).toBe(403);
  }
  expect(await raw(`GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 403 /);
  for (const origin of ['http://evil.example', 'null', `https://${own()}`, 'http://127.0.0.1:1', 'http://127.0.0.1']) {
    expect((await serving.ask('/metrics', { headers: { ...bearer(), origin } })).status).toBe(403);
    expect((await ended(serving.socket({ headers: { origin } }))).code).toBe(403);
  }
  for (const host of [own(), `localhost:${serving.service.port}`, `LOCALHOST:${serving.service.port}`, `[::1]:${serving.service.port}`]) {
    const answer = await serving.ask('/metrics', { headers: { ...bearer(), host, origin: `http://${host}` } });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  }
});

test('no address leads to a file outside', async () => {
  const ways = ['../secret.txt', '..%2fsecret.txt', '%2e%2e/secret.txt', '..%5csecret.txt', '%2e%2e%2fsecret.txt', 'link.txt', 'x/../../secret.txt', '/secret.txt', '%00', '%ff', '%', '..%00/secret.txt', 'a'.repeat(5000)];
  for (const way of ways) {
    for (const address of [`/${way}`, `/takes/${way}.mp4`, `/takes/${way}`]) {
      const answer = await serving.ask(address);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.body.toString()).not.toContain('secret.txt'.slice(0, 6) + '\n');
      expect(answer.body.toString()).not.toBe('secret');
    }
  }
  for (const id of ['%F0%9F%98%80', 'a%0d%0aset-cookie:x', '%22', "'; DROP TABLE takes; --", '__proto__', 'constructor', 'x'.repeat(300)]) {
    const answer = await serving.ask(`/takes/${id.replaceAll(' ', '%20')}.mp4`);
    expect([400, 404]).toContain(answer.status);
    expect(answer.headers['set-cookie']).toBeUndefined();
  }
});

test('what is no request is answered in a sentence or dropped', async () => {
  const host = `Host: ${own()}\r\nAuthorization: Bearer ${serving.service.token}\r\n`;
  expect(await raw('\x16\x03\x01\x02\x00\x01\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
  expect(await raw(`GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 /);
  expect(await raw(`GET http://evil.example/metrics HTTP/1.1\r\n${host}Connection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 /);
  expect(await raw(`TRACE / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 /);
  expect(await raw(`GET /metrics HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`)).toMatch(/^HTTP\/1.1 404 /);
  expect(await raw(`GET /api HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 1\r\nSec-WebSocket-Key: no\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 /);
  for (const [method, address] of [['POST', '/metrics'], ['DELETE', '/takes/x.mp4'], ['OPTIONS', '/'], ['GET', '/uploads']]) {
    const answer = await serving.ask(address, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBeTruthy();
  }
});

test('a head that never ends is cut off, also by many at once', async () => {
  const many = Array.from({ length: 18 }, () => raw('GET / HTTP/1.1\r\nX-Slow: '));
  for (const answer of await Promise.all(many)) expect(answer).toMatch(/^HTTP\/1.1 408 |^$/);
});

test('more connections than allowed are dropped; those that say nothing are too, after the time for a head', async () => {
  const idle = Array.from({ length: 40 }, () => {
    const socket = net.connect(serving.service.port, '127.0.0.1');
    socket.on('error', () => undefined);
    return socket;
  });
  const closed = idle.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  const beganMs = performance.now();
  await Promise.all(closed.slice(20));
  expect(performance.now() - beganMs).toBeLessThan(400);
  await Promise.all(closed);
});

test.each([
  ['oversized', 'x'.repeat(10_001), 1009],
  ['no JSON', '{', 4400],
  ['binary', Buffer.from('{"t":"call","id":1,"name":"studio.info","input":null}'), 4400],
  ['no object', '[1]', 4400], ['null', 'null', 4400],
  ['unknown t', '{"t":"shutdown","id":1}', 4400], ['no id', '{"t":"call","name":"studio.info"}', 4400],
  ['id no whole number', '{"t":"call","id":1e99,"name":"studio.info"}', 4400],
  ['negative credit', '{"t":"open","id":1,"name":"engine.watch","input":null,"credit":-1}', 4400],
  ['huge credit', '{"t":"open","id":1,"name":"engine.watch","input":null,"credit":1e15}', 4400],
  ['id in use', '{"t":"open","id":7,"name":"engine.watch","input":null,"credit":1}{"t":"open","id":7,"name":"engine.watch","input":null,"credit":1}', 4400],
] as const)('a message that is %s closes the socket with a reason', async (_, message, code) => {
  const socket = serving.socket();
  await new Promise((resolve) => socket.once('open', resolve));
  const end = ended(socket);
  for (const each of typeof message === 'string' ? message.split(/(?<=\})(?=\{)/) : [message]) socket.send(each);
  expect((await end).code).toBe(code);
});

test('input that does not fit is refused field by field; the connection stays', async () => {
  const client = serving.client();
  await expect(client.call('takes.list', { limit: 1e9 })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('limit') as string });
  await expect(client.call('takes.show', { takeId: 'x', extra: 1 } as never)).rejects.toMatchObject({ code: 'invalid-input' });
  await expect(client.call('__proto__' as never, null as never)).rejects.toMatchObject({ code: 'invalid-input' });
  await expect(client.stream('toString' as never, null as never).next()).rejects.toMatchObject({ code: 'invalid-input' });
  expect(await client.call('avatars.list', {})).toEqual([]);
  client.close();
});

test('2,000 streams opened and abandoned: the excess is refused, what was open ends, and so do the seats', async () => {
  let refused = 0;
  let most = 0;
  for (let connection = 0; connection < 8; connection++) {
    const socket = serving.socket();
    await new Promise((resolve) => socket.once('open', resolve));
    socket.on('message', (data: Buffer) => (refused += data.toString().includes('"capacity"') ? 1 : 0));
    socket.send(JSON.stringify({ t: 'call', id: 0, name: 'sessions.open', input: {} }));
    await new Promise((resolve) => socket.once('message', resolve));
    const before = refused;
    for (let id = 1; id <= 250; id++) socket.send(JSON.stringify({ t: 'open', id, name: 'telemetry.watch', input: null, credit: 4 }));
    await until(() => refused - before >= 250 - 64);
    most = Math.max(most, serving.studio.openStreams);
    socket.terminate();
    await until(() => serving.studio.openStreams === 0);
  }
  expect([refused, most]).toEqual([8 * (250 - 64), 64]);
});

test('streams that are aborted one after the other all end: 2,000 on one connection', async () => {
  const client = serving.client();
  for (let round = 0; round < 40; round++) {
    const abort = new AbortController();
    const all = Promise.allSettled(Array.from({ length: 50 }, () => client.stream('changes.watch', null, { signal: abort.signal }).next()));
    await until(() => serving.studio.openStreams === 50);
    abort.abort();
    await all;
    expect(serving.studio.openStreams).toBe(0);
  }
  client.close();
});

test('a client that gives no sign of life is gone, with its streams and its seat', async () => {
  const socket = serving.socket();
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ t: 'call', id: 1, name: 'sessions.open', input: {} }));
  socket.send(JSON.stringify({ t: 'open', id: 2, name: 'telemetry.watch', input: null, credit: 4 }));
  await until(() => serving.studio.openSeats.size === 1 && serving.studio.openStreams === 1);
  socket.pause(); // reads no ping
  await until(() => serving.studio.openSeats.size === 0 && serving.studio.openStreams === 0);
});

test('an HTTP reader that never reads gives no credit, and holds nothing once it is gone', async () => {
  const take = serving.studio.take('unread');
  const socket = net.connect(serving.service.port, '127.0.0.1');
  socket.pause();
  socket.write(`GET /takes/unread.mp4 HTTP/1.1\r\nHost: ${own()}\r\nAuthorization: Bearer ${serving.service.token}\r\n\r\n`);
  await until(() => take.watchers === 1);
  socket.destroy();
  await until(() => take.watchers === 0);
});
