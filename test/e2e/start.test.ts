/** `npm start` where no window can be opened, and Electron's program where it is looked for: real processes, the real page. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../src/cli/build.ts';
import { serve } from '../../src/cli/commands/serve.ts';
import { electronFile, noWindowHere, obtainElectron } from '../../src/cli/electron.ts';
import { connect } from '../../src/shared/rpc.ts';
import { socketPort } from '../../src/shared/socketPort.ts';
import type { StudioApi } from '../../src/shared/contract.ts';
import { findChromium, launchChromium, NO_CHROMIUM } from '../support/chromium.ts';

const SIMA = fileURLToPath(new URL('../../bin/sima.js', import.meta.url));
let folder: string;
/** On a machine that others use, too. */
const PATIENCE_MS = 300_000;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'sima-start-'));
  await ensureBuilt();
}, PATIENCE_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const without = (...names: string[]): NodeJS.ProcessEnv => Object.fromEntries(Object.entries(process.env).filter(([name]) => !names.includes(name)));

interface Started {
  child: ChildProcess;
  stderr: string[];
  url: URL;
}

async function start(env: NodeJS.ProcessEnv, home: string): Promise<Started> {
  const child = spawn(process.execPath, [SIMA, 'start', '--no-open', '--home', home], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const stderr: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => stderr.push(line));
  const url = await new Promise<URL>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => resolve(new URL(line)));
    child.once('close', () => reject(new Error(`it ended before it served: ${stderr.join('\n')}`)));
  });
  return { child, stderr, url };
}

test('without a display it says so and serves the same studio to the browser, with its presenters; Ctrl-C ends it', { timeout: PATIENCE_MS }, async () => {
  const { child, stderr, url } = await start(without('DISPLAY', 'WAYLAND_DISPLAY'), path.join(folder, 'home'));
  try {
    if (process.platform === 'linux') expect(stderr.join('\n')).toContain('opens in the browser, because this machine has no display');
    const page = await fetch(url);
    const cookie = page.headers.get('set-cookie')!.split(';')[0];
    const html = await page.text();
    expect(html).toContain('<div id="root">');
    // Its script comes only with what the page was given.
    const [, script] = /src="\.?(\/assets\/[^"]+\.js)"/.exec(html)!;
    expect((await fetch(new URL(script, url.origin))).status).toBe(401);
    const asset = await fetch(new URL(script, url.origin), { headers: { cookie } });
    expect([asset.status, asset.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
    expect(asset.headers.get('content-security-policy')).toContain("script-src 'self'");

    const socket = new WebSocket(`ws://${url.host}/api${url.search}`);
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    const client = connect<StudioApi>(socketPort(socket));
    const changes = client.stream('changes.watch', null);
    let change = changes.next();
    let avatars = await client.call('avatars.list', {});
    while (avatars.length < 2) {
      await change;
      change = changes.next();
      avatars = await client.call('avatars.list', {});
    }
    expect(avatars.map(({ name }) => name).sort()).toEqual(['Kian · کیان', 'Sima · سیما']);
    change.catch(() => undefined); // the connection ends before there is another one
    socket.close();
  } finally {
    child.kill('SIGINT');
  }
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
});

const chromium = findChromium();
if (chromium === null) console.log(NO_CHROMIUM);

test.skipIf(chromium === null)('from nothing to a talking presenter in a minute: start, choose nothing, press Speak', { timeout: PATIENCE_MS }, async () => {
  const since = performance.now();
  const { child, url } = await start(without('DISPLAY', 'WAYLAND_DISPLAY'), path.join(folder, 'first'));
  const browser = await launchChromium(chromium!);
  const thrown: string[] = [];
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(90_000);
    page.on('pageerror', (error) => thrown.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') thrown.push(message.text()); // also what the page's policy refused
    });
    await page.goto(url.href);
    await page.getByText('Sima · سیما').first().waitFor();
    await page.locator('button:enabled', { hasText: 'Speak' }).last().click();
    await page.waitForFunction(() => {
      const video = document.querySelector('video');
      return video !== null && video.videoWidth > 0 && video.currentTime > 0.5;
    });
    const tookMs = performance.now() - since;
    expect(thrown).toEqual([]);
    console.log(`from the start to a presenter that talks: ${(tookMs / 1000).toFixed(1)} s`);
    // Said of a machine that is the studio's: one with many times more to do than it has cores tells nothing.
    if (os.loadavg()[0] < 4 * os.availableParallelism()) expect(tookMs).toBeLessThan(60_000);
    // The token is no longer in the address, and the page can be loaded again.
    expect(page.url()).toBe(`${url.origin}/`);
  } finally {
    await browser.close();
    child.kill('SIGINT');
  }
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
});

test.runIf(process.platform !== 'win32')('where Electron ends at once, the studio opens in the browser with the reason', { timeout: PATIENCE_MS }, async () => {
  const broken = path.join(folder, 'electron');
  writeFileSync(broken, '#!/bin/sh\necho "libnss3.so: cannot open shared object file" >&2\nexit 127\n');
  chmodSync(broken, 0o755);
  const root = process.getuid?.() === 0;
  const { child, stderr } = await start({ ...process.env, DISPLAY: ':77', ELECTRON_EXEC_PATH: broken }, path.join(folder, 'home2'));
  child.kill('SIGINT');
  await new Promise((resolve) => child.once('close', resolve));
  expect(stderr.join('\n')).toContain(root && process.platform === 'linux' ? 'because Electron’s sandbox does not run as root' : 'because Electron does not run here (exit code 127)');
});

test('a page that is none is refused before anything is opened', async () => {
  await expect(serve({ host: '127.0.0.1', port: 0, device: 'cpu', page: folder }, { home: path.join(folder, 'home3'), json: false, signal: new AbortController().signal })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('index.html') as string });
  expect(existsSync(path.join(folder, 'home3'))).toBe(false);
});

const linux = { platform: 'linux', env: { DISPLAY: ':0' } as NodeJS.ProcessEnv, isRoot: false, folder: null as string | null } as const;
const signal = new AbortController().signal;
const never = () => {
  throw new Error('nothing may be fetched');
};

test('no window: no display, or root on Linux; other systems have both', () => {
  expect(noWindowHere({ ...linux, env: {} })).toContain('display');
  expect(noWindowHere({ ...linux, isRoot: true })).toContain('root');
  expect([noWindowHere(linux), noWindowHere({ ...linux, env: { WAYLAND_DISPLAY: 'wayland-0' } }), noWindowHere({ ...linux, platform: 'win32', env: {} }), noWindowHere({ ...linux, platform: 'darwin', env: {} })]).toEqual([null, null, null, null]);
});

test('Electron’s program is where its package, ELECTRON_OVERRIDE_DIST_PATH or ELECTRON_EXEC_PATH say', async () => {
  const electronPackage = path.join(folder, 'package');
  mkdirSync(path.join(electronPackage, 'dist'), { recursive: true });
  const around = { ...linux, folder: electronPackage };
  expect(electronFile(around)).toBeNull();
  const [inPackage, elsewhere] = [path.join(electronPackage, 'dist', 'electron'), path.join(folder, 'elsewhere', 'electron')];
  mkdirSync(path.dirname(elsewhere));
  for (const file of [inPackage, elsewhere]) writeFileSync(file, '');
  expect(electronFile(around)).toBe(inPackage);
  expect(electronFile({ ...around, env: { ELECTRON_OVERRIDE_DIST_PATH: path.dirname(elsewhere) } })).toBe(elsewhere);
  expect(electronFile({ ...around, env: { ELECTRON_EXEC_PATH: elsewhere } })).toBe(elsewhere);
  writeFileSync(path.join(electronPackage, 'path.txt'), 'electron-of-this-system');
  expect(electronFile(around)).toBeNull();
  expect(await obtainElectron({ ...linux, env: { ...linux.env, ELECTRON_EXEC_PATH: elsewhere } }, signal, never)).toEqual({ file: elsewhere });
});

test('where it is not, that is told without a download: a wrong place, no package, forbidden, out of reach', async () => {
  const electronPackage = path.join(folder, 'bare');
  mkdirSync(electronPackage);
  writeFileSync(path.join(electronPackage, 'package.json'), '{"version":"45.4.1"}');
  const because = async (env: NodeJS.ProcessEnv, place: string | null = electronPackage) => ((await obtainElectron({ ...linux, env: { ...linux.env, ...env }, folder: place }, signal, never)) as { because: string }).because;
  expect(await because({ ELECTRON_EXEC_PATH: '/nowhere' })).toContain('/nowhere');
  expect(await because({ ELECTRON_OVERRIDE_DIST_PATH: '/nowhere' })).toContain('/nowhere');
  expect(await because({}, null)).toContain('npm ci');
  expect(await because({ ELECTRON_SKIP_BINARY_DOWNLOAD: '1' })).toContain('ELECTRON_SKIP_BINARY_DOWNLOAD');
  const refusing = http.createServer((_, answer) => answer.writeHead(404).end());
  await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
  const mirror = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}/`;
  expect(await because({ ELECTRON_MIRROR: mirror })).toContain('cannot be reached');
  await new Promise((resolve) => refusing.close(resolve));
  expect(await because({ ELECTRON_MIRROR: mirror })).toContain('cannot be reached'); // nobody listens
});
