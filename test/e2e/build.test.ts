/** The built app's own files, started by Node: its engine process, threads, models and rules are found from there too. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../src/cli/build.ts';
import { PRESENTERS } from '../../src/cli/commands/demo.ts';
import type { Studio, StudioOptions } from '../../src/engine/studio/studio.ts';
import { followed, requestOf } from '../support/studios.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
let home: string;
beforeAll(async () => {
  home = mkdtempSync(path.join(os.tmpdir(), 'sima-built-'));
  await ensureBuilt(); // of the sources as they are
}, 300_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

const OUT = path.join(PROJECT, 'out');
const filesIn = (folder: string, ending: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(ending)).map((name) => path.join(folder, name));

test('every file that is started by its name was built', () => {
  const engine = path.join(PROJECT, 'src', 'engine');
  const code = (file: string) => readFileSync(file, 'utf8').replace(/\/\*.*?\*\//gs, '');
  const named = filesIn(engine, '.ts').flatMap((file) => [...code(file).matchAll(/new URL\('(\.[^']+)\.ts', import\.meta\.url\)/g)].map(([, name]) => path.relative(path.join(PROJECT, 'src'), path.join(path.dirname(file), name))));
  expect(named.length).toBeGreaterThan(7);
  expect(named.filter((name) => !existsSync(path.join(OUT, 'main', `${name}.js`)))).toEqual([]);
});

test('the page needs nothing of Node’s, the engine’s or the app’s: it is one script that imports nothing', () => {
  const scripts = filesIn(path.join(OUT, 'renderer'), '.js');
  expect(scripts.length).toBeGreaterThan(0);
  for (const file of scripts) {
    const text = readFileSync(file, 'utf8');
    // Whatever a bundler cannot take in stays an import by name, or asks for require.
    const imports = [...text.matchAll(/(?:^|[;}\s])(?:import|export)\s*(?:[\w$*{},\s]+?\bfrom\s*)?["']([^"'\n]+)["']/g)].map(([, name]) => name);
    expect(imports.filter((name) => !name.startsWith('./'))).toEqual([]);
    expect(text).not.toMatch(/\b(?:require|import)\(["'](?:node:|electron|onnxruntime|better-sqlite3|sharp|fs|path|child_process)/);
    // By name only in what the doctor says about them.
    expect(text).not.toMatch(/["'`](?:onnxruntime-node|better-sqlite3)["'`]|ipcRenderer|utilityProcess|__dirname\b/);
  }
  expect(readFileSync(path.join(OUT, 'renderer', 'index.html'), 'utf8')).not.toMatch(/https?:\/\//);
});

test('the preload hands over one port and exposes nothing', () => {
  expect(readdirSync(path.join(OUT, 'preload'))).toEqual(['index.cjs']);
  const text = readFileSync(path.join(OUT, 'preload', 'index.cjs'), 'utf8');
  expect([...text.matchAll(/require\(["']([^"']+)["']\)/g)].map(([, name]) => name)).toEqual(['electron']);
  expect([...text.matchAll(/(?:electron|ipcRenderer)\.(\w+)/g)].map(([, name]) => name).filter((name) => name !== 'ipcRenderer')).toEqual(['once']);
  expect(text).not.toMatch(/contextBridge|exposeInMainWorld|invoke|sendSync|\.send\(/);
  expect(text.match(/postMessage/g)).toHaveLength(1);
});

test('the built studio starts its engine process, warms its models and renders', async () => {
  const built = pathToFileURL(path.join(PROJECT, 'out', 'main', 'engine', 'studio', 'studio.js')).href;
  const { openStudio } = (await import(built)) as { openStudio: (options: StudioOptions) => Promise<Studio> };
  const studio = await openStudio({ home });
  try {
    await studio.engine.ready();
    expect(studio.engine.status()).toMatchObject({ state: 'ready', defaultModelId: 'rig' });
    expect(studio.engine.status().models.filter(({ state }) => state === 'failed')).toEqual([]);
    const { seatId } = studio.seats.open();
    const { take } = await followed(studio, studio.start({ sessionId: seatId, request: requestOf({ avatar: PRESENTERS.man }), leadSec: null }).id);
    expect(take).toMatchObject({ state: 'finished', error: null });
    expect(take.framesDone).toBeGreaterThan(20);
  } finally {
    await studio.close();
  }
});
