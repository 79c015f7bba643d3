/** What readers leave lying, and what clients abandon, does not stay in memory. */
import { closeSync, openSync, truncateSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import v8 from 'node:v8';
import vm from 'node:vm';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openService } from '../../../src/engine/service/server.ts';
import { openServing, until, type Serving } from './serving.ts';
import { createTestStudio } from './testStudio.ts';

const MB = 1 << 20;
v8.setFlagsFromString('--expose-gc');
const gc = vm.runInNewContext('gc') as () => void;
/** Bytes of this process that are really in use: objects and buffers. */
async function inUse(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 100));
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
/**
 * How much more is in use than before, once that is less than `limit`, or for good. On a busy machine some of it is let go a little later,
 * and for a second the service hears out those whom it has refused; what has leaked stays.
 */
async function moreThan(before: number, limit: number): Promise<number> {
  let more = Infinity;
  for (let look = 0; look < 60 && more > limit; look++) more = (await inUse()) - before;
  return more;
}

let serving: Serving;
beforeAll(async () => {
  serving = await openServing();
});
afterAll(() => serving.close());

/** A request whose answer is not read until `resume`. */
function unread(port: number, token: string, address: string): net.Socket {
  const socket = net.connect(port, '127.0.0.1');
  socket.pause();
  socket.on('error', () => undefined);
  socket.write(`GET ${address} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`);
  return socket;
}

test('a finished take is read from disk only as fast as it leaves: ten readers of 300 MB that do not read', async () => {
  const take = serving.studio.take('big');
  take.end();
  truncateSync(serving.studio.takeFile('big'), 300 * MB);
  const before = await inUse();
  const sockets = Array.from({ length: 10 }, () => unread(serving.service.port, serving.service.token, '/takes/big.mp4'));
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await moreThan(before, 20 * MB)).toBeLessThan(20 * MB);
  for (const socket of sockets) socket.destroy();
});

test('a growing take that is not read is not wanted; read on, it arrives whole', async () => {
  const fragments = Array.from({ length: 12 }, (_, index) => ({ index, firstFrame: index * 10, frames: 10, keyframe: true, offset: 16 + index * 4 * MB, bytes: 4 * MB }));
  const file = path.join(serving.folder, 'heavy.mp4');
  closeSync(openSync(file, 'w'));
  truncateSync(file, 16 + 48 * MB);
  const studio = createTestStudio(serving.folder, { file, frames: 120, durationSec: 4.8, sizeBytes: 16 + 48 * MB, initBytes: 16, fragments });
  const service = await openService({ host: '127.0.0.1', port: 0, handlers: studio.handlers, takeFile: (id) => studio.takeFile(id), uploadsFolder: path.join(serving.folder, 'more'), metrics: () => Promise.resolve('') });
  try {
    const take = studio.take('heavy');
    take.publish(12);
    take.end();
    writeFileSync(studio.takeFile('heavy'), take.bytes);
    const socket = unread(service.port, service.token, '/takes/heavy.mp4?from=0');
    // Until nothing moves any more.
    for (let seen = -1; seen !== take.wants.length || seen === 0; await new Promise((resolve) => setTimeout(resolve, 200))) seen = take.wants.length;
    expect(take.wants.length).toBeLessThan(6); // what the system's buffers took
    let got = 0;
    socket.on('data', (piece) => (got += piece.length));
    await new Promise((resolve) => socket.once('end', resolve).resume());
    expect(take.wants.length).toBe(12);
    expect(got).toBeGreaterThan(48 * MB);
  } finally {
    await service.close();
  }
});

test('a socket that asks for 200 MB and reads nothing is closed, and the memory comes back', async () => {
  const studio = createTestStudio(serving.folder, serving.source);
  const { handlers } = studio;
  studio.take('listed');
  const [row] = await handlers.calls['takes.list']({ limit: 1, offset: 0 }, new AbortController().signal);
  const fiveMegabytes = [{ ...row, warnings: ['x'.repeat(5 * MB)] }];
  const other = await openService({
    host: '127.0.0.1', port: 0, handlers: { ...handlers, calls: { ...handlers.calls, 'takes.list': () => fiveMegabytes } }, takeFile: () => '', uploadsFolder: path.join(serving.folder, 'third'), metrics: () => Promise.resolve(''),
  });
  try {
    JSON.stringify(fiveMegabytes); // its text is made on first use
    const before = await inUse();
    const reader = new WebSocket(`ws://127.0.0.1:${other.port}/api?token=${other.token}`);
    reader.on('error', () => undefined);
    await new Promise((resolve) => reader.once('open', resolve));
    reader.pause();
    for (let id = 1; id <= 40; id++) reader.send(JSON.stringify({ t: 'call', id, name: 'takes.list', input: {} }));
    const most = Math.max(await inUse(), await inUse()) - before;
    expect(most).toBeLessThan(90 * MB);
    // Refused, and cut off where it does not even read that.
    expect(await moreThan(before, 5 * MB)).toBeLessThan(5 * MB);
    reader.terminate();
  } finally {
    await other.close();
  }
});

test('memory stays flat over rounds of abandoned streams, readers, uploads and nonsense', async () => {
  const { service, studio } = serving;
  const take = studio.take('left');
  take.publish(2);
  const round = async () => {
    const sockets = await Promise.all(
      Array.from({ length: 8 }, async (_, nth) => {
        const socket = new WebSocket(`ws://127.0.0.1:${service.port}/api?token=${service.token}`);
        socket.on('error', () => undefined);
        await new Promise((resolve) => socket.once('open', resolve));
        for (let id = 1; id <= 60; id++) socket.send(JSON.stringify({ t: 'open', id, name: 'telemetry.watch', input: null, credit: 4 }));
        if (nth % 2 === 0) socket.send('nonsense');
        return socket;
      }),
    );
    const readers = Array.from({ length: 10 }, () => unread(service.port, service.token, '/takes/left.mp4'));
    const uploads = Array.from({ length: 5 }, () => {
      const socket = unread(service.port, service.token, '/healthz');
      socket.write(`PUT /uploads HTTP/1.1\r\nHost: 127.0.0.1:${service.port}\r\nAuthorization: Bearer ${service.token}\r\nContent-Length: 100000\r\n\r\nhalf`);
      return socket;
    });
    await Promise.all(Array.from({ length: 20 }, () => serving.ask('/metrics', { headers: {} })));
    await until(() => take.watchers === 10);
    for (const socket of [...readers, ...uploads]) socket.destroy();
    for (const socket of sockets) socket.terminate();
    await until(() => take.watchers === 0 && studio.openStreams === 0);
  };
  for (let i = 0; i < 8; i++) await round();
  await new Promise((resolve) => setTimeout(resolve, 1100));
  const warm = await inUse();
  for (let i = 0; i < 21; i++) await round(); // 10,080 streams, 210 readers, 105 uploads
  expect(await moreThan(warm, 1.5 * MB)).toBeLessThan(1.5 * MB);
});
