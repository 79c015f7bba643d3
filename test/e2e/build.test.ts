/** The built app's own files, started by Node: its engine process, threads, models and rules are found from there too. */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PRESENTERS } from '../../src/cli/commands/demo.ts';
import type { Studio, StudioOptions } from '../../src/engine/studio/studio.ts';
import { followed, requestOf } from '../support/studios.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
let home: string;
beforeAll(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'sima-built-'));
  const vite = path.join(path.dirname(createRequire(import.meta.url).resolve('electron-vite/package.json')), 'bin', 'electron-vite.js');
  execFileSync(process.execPath, [vite, 'build'], { cwd: PROJECT, stdio: 'pipe' });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

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
