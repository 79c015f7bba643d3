/** Fetching large files, from a real server that cuts, lies and starts over. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createGraph } from '../../../models/make/onnxGraph.ts';
import { fakeWav2Lip } from '../../../models/make/wav2lipFake.ts';
import { download, type Source } from '../../../src/engine/fetch/download.ts';
import { fetchModel } from '../../../src/engine/onnx/fetchModel.ts';
import { importModel } from '../../../src/engine/onnx/importModel.ts';
import { findModel, listModels, modelFolders, writeManifest } from '../../../src/engine/onnx/manifest.ts';

const root = await mkdtemp(path.join(tmpdir(), 'sima-fetch-'));
const content = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) % 251));
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What came in the request's Range header, one for each request. */
let ranges: (string | undefined)[] = [];
let respond: (request: IncomingMessage, response: ServerResponse, from: number) => void;
const server = createServer((request, response) => {
  ranges.push(request.headers.range);
  respond(request, response, Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.onnx`;
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(root, { recursive: true });
});

const head = (bytes: Buffer, from: number) => (from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`, 'content-length': bytes.length - from } : { 'content-length': bytes.length });
const whole = (bytes: Buffer) => (_: IncomingMessage, response: ServerResponse, from: number) => response.writeHead(from > 0 ? 206 : 200, head(bytes, from)).end(bytes.subarray(from));
/** So many bytes, then the line is dead. */
const cutAfter = (count: number, bytes = content) => (_: IncomingMessage, response: ServerResponse, from: number) => {
  response.writeHead(from > 0 ? 206 : 200, head(bytes, from));
  response.write(bytes.subarray(from, from + count), () => response.destroy());
};

let part: string;
let turn = 0;
beforeEach(() => {
  ranges = [];
  respond = whole(content);
  part = path.join(root, String(++turn), '.file.part');
});
afterEach(() => server.closeAllConnections());

const source = (change: Partial<Source> = {}): Source => ({ url, bytes: content.length, sha256: hashOf(content), ...change });
async function fetched(options: Parameters<typeof download>[2] & { source?: Source } = {}): Promise<number[]> {
  const told: number[] = [];
  for await (const { doneBytes } of download(options.source ?? source(), part, options)) told.push(doneBytes);
  return told;
}

test('a file comes whole, with its steps from nothing to all', async () => {
  const told = await fetched();
  expect([told[0], told.at(-1)]).toEqual([0, content.length]);
  expect(told).toEqual([...told].sort((a, b) => a - b));
  expect(await readFile(part)).toEqual(content);
  expect(ranges).toEqual([undefined]);
});

test('a connection that is cut is gone on with where it broke, by itself and by the next try', async () => {
  let cuts = 0;
  respond = (request, response, from) => (++cuts === 1 ? cutAfter(100_000)(request, response, from) : whole(content)(request, response, from));
  await fetched();
  expect(await readFile(part)).toEqual(content);
  expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d*-$/)]);

  part = `${part}2`;
  await mkdir(path.dirname(part), { recursive: true });
  await writeFile(part, content.subarray(0, 120_000));
  ranges = [];
  respond = whole(content);
  expect((await fetched())[0]).toBe(120_000);
  expect(await readFile(part)).toEqual(content);
  expect(ranges).toEqual(['bytes=120000-']);
});

test('a line that stays dead is told with what came, and that is kept', async () => {
  respond = (request, response, from) => (from === 0 ? cutAfter(100_000)(request, response, from) : response.destroy());
  await expect(fetched({ tries: 2 })).rejects.toMatchObject({ code: 'io', message: expect.stringMatching(/127\.0\.0\.1.*(kept|Check the connection)/) as string });
  expect((await stat(part)).size).toBeGreaterThan(0);
  // A source that says nothing is as dead.
  respond = (_, response, from) => response.writeHead(206, head(content, from)).flushHeaders();
  await expect(fetched({ tries: 1, silentMs: 50 })).rejects.toMatchObject({ code: 'io' });
});

test('a source without ranges begins anew, and the result is right', async () => {
  await mkdir(path.dirname(part), { recursive: true });
  await writeFile(part, content.subarray(0, 50_000));
  respond = (_, response) => response.writeHead(200, head(content, 0)).end(content);
  await fetched();
  expect(await readFile(part)).toEqual(content);
});

test.each([
  ['another content', () => source({ sha256: hashOf(Buffer.from('else')) }), /sha256/],
  ['another size', () => source({ bytes: content.length + 1 }), /300000 bytes instead of 300001/],
  ['more than was said, without a length', () => source({ bytes: 1000 }), /goes on after the 1000 bytes/],
])('%s is refused and removed', async (what, wrong, reason) => {
  if (what.startsWith('more')) respond = (_, response) => response.writeHead(200).end(content);
  await expect(fetched({ source: wrong() })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringMatching(reason) as string });
  await expect(stat(part)).rejects.toThrow();
});

test('what is not there is told at once, and is not asked for again', async () => {
  respond = (_, response) => response.writeHead(404).end('no');
  await expect(fetched()).rejects.toMatchObject({ code: 'io', message: expect.stringContaining('404') as string });
  expect(ranges.length).toBe(1);
});

test('canceled half-way, it keeps what came and goes on there', async () => {
  const abort = new AbortController();
  respond = (_, response, from) => void response.writeHead(200, head(content, from)).write(content.subarray(0, 90_000));
  const canceled = (async () => {
    for await (const { doneBytes } of download(source(), part, { signal: abort.signal, silentMs: 30_000 })) if (doneBytes > 0) abort.abort();
  })();
  const arrived = (async () => {
    while (((await stat(part).catch(() => null))?.size ?? 0) < 90_000) await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
  })();
  await expect(canceled).rejects.toMatchObject({ code: 'canceled' });
  await arrived;
  expect((await stat(part)).size).toBe(90_000);
  respond = whole(content);
  ranges = [];
  await fetched();
  expect(ranges).toEqual(['bytes=90000-']);
});

describe('a model that the manifest knows', () => {
  const model = path.join(root, 'w.onnx');
  const setUp = async (bytes: Buffer) => {
    const home = path.join(root, `home${++turn}`);
    const folders = modelFolders(home, path.join(root, `shipped${turn}`));
    await mkdir(home, { recursive: true });
    await writeManifest(folders.shipped, {
      version: 1, models: [],
      known: [{ id: 'wav2lip', kind: 'wav2lip', licence: 'non-commercial use only', source: 'the authors', fetch: { url, bytes: bytes.length, sha256: hashOf(bytes) } }, { id: 'wav2lip_gan', kind: 'wav2lip', licence: 'x', source: 'the authors' }],
    });
    respond = whole(bytes);
    return folders;
  };
  const fetchAll = async (folders: ReturnType<typeof modelFolders>, id = 'wav2lip') => {
    for await (const step of fetchModel(folders, id, (file, about) => importModel(folders, file, about))) expect(step.totalBytes).toBeGreaterThan(0);
  };

  test('is fetched, tried and listed, once for however many ask', async () => {
    await fakeWav2Lip({ size: 96, names: 'spectrogram', order: 'mel-first', batch: 1, precision: 'float32' }).save(model);
    const folders = await setUp(await readFile(model));
    await Promise.all([fetchAll(folders), fetchAll(folders)]);
    expect(ranges.length).toBe(1);
    expect(await findModel(folders, 'wav2lip')).toMatchObject({ origin: 'imported', source: `fetched from ${url}`, sha256: hashOf(await readFile(model)) });
    expect((await readdir(folders.imported)).sort()).toEqual(['manifest.json', 'wav2lip.onnx']);
    await expect(fetchAll(folders)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('installed already') as string });
    await expect(fetchAll(folders, 'wav2lip_gan')).rejects.toMatchObject({ code: 'missing-asset', message: expect.stringContaining('the authors') as string });
    await expect(fetchAll(folders, 'no-such')).rejects.toMatchObject({ code: 'invalid-input' });
  });

  test('that is no lip-sync network is refused and leaves nothing', async () => {
    const graph = createGraph('net');
    graph.output('y', graph.node('Relu', [graph.input('x', 'float32', ['N', 8])]), 'float32', ['N', 8]);
    await graph.save(model);
    const folders = await setUp(await readFile(model));
    await expect(fetchAll(folders)).rejects.toMatchObject({ code: 'invalid-input' });
    expect(await readdir(folders.imported)).toEqual([]);
    expect((await listModels(folders)).map(({ installed }) => installed)).toEqual([false, false]);
  });
});
