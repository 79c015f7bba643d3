/** `sima serve` as another program uses it: the very client of docs/PROTOCOL.md, and the end by Ctrl-C. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PRESENTERS } from '../../src/cli/commands/demo.ts';
import { probe } from '../../src/engine/media/probe.ts';

const SIMA = fileURLToPath(new URL('../../bin/sima.js', import.meta.url));
const DOCUMENT = new URL('../../docs/PROTOCOL.md', import.meta.url);
const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-serve-'));
let child: ChildProcess;
let address: { url: string; port: number; token: string };

beforeAll(async () => {
  child = spawn(process.execPath, [SIMA, 'serve', '--json', '--home', path.join(folder, 'home')], { stdio: ['ignore', 'pipe', 'inherit'] });
  address = await new Promise((resolve, reject) => {
    child.stdout!.once('data', (line: Buffer) => resolve(JSON.parse(line.toString()) as typeof address));
    child.once('exit', () => reject(new Error('it ended before it served')));
  });
});
afterAll(() => {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

test('the client of the document makes a take and saves it as it grows', async () => {
  const [, client] = /```js\n(.*?)```/s.exec(readFileSync(DOCUMENT, 'utf8'))!;
  expect(client.trim().split('\n').filter((line) => !/^(\/\/|import )/.test(line)).length).toBeLessThanOrEqual(20);
  writeFileSync(path.join(folder, 'client.mjs'), client);
  const out = path.join(folder, 'out.mp4');
  await promisify(execFile)(process.execPath, [path.join(folder, 'client.mjs'), address.url, PRESENTERS.woman, 'سلام! Hello there.', out]);
  const { video, audio, fragmented, durationSec } = await probe(out, { packets: true });
  expect({ codec: video?.codec, sound: audio?.codec, fragmented }).toEqual({ codec: 'h264', sound: 'aac', fragmented: true });
  expect(durationSec).toBeGreaterThan(1);
  expect(durationSec).toBeLessThan(6);
  const metrics = await (await fetch(`http://127.0.0.1:${address.port}/metrics`, { headers: { authorization: `Bearer ${address.token}` } })).text();
  expect(metrics).toMatch(/^# TYPE avatar_/m);
});

test('Ctrl-C ends it in order', async () => {
  child.kill('SIGINT');
  const code = await new Promise((resolve) => child.once('exit', resolve));
  expect(code).toBe(0);
  await expect(fetch(`http://127.0.0.1:${address.port}/healthz`)).rejects.toThrow();
});
