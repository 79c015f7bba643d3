/**
 * The desktop app in the real Electron: its locks, and the main path from an empty data folder to a take that plays. Electron's program is no part of
 * the packages, so this runs where it is (ELECTRON_EXEC_PATH, or `npm start` has fetched it) and a window can be opened, and is skipped elsewhere.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureBuilt } from '../../src/cli/build.ts';
import { electronFile, noWindowHere, surroundings } from '../../src/cli/electron.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const around = surroundings();
const program = electronFile(around);
const obstacle = program === null ? 'Electron’s program is not installed' : noWindowHere(around);
if (obstacle !== null) console.log(`SKIPPED: the desktop app was not tested, because ${obstacle}.`);

describe.skipIf(obstacle !== null)('the desktop app', () => {
  let home: string;
  let app: ElectronApplication;
  let page: Page;
  const complaints: string[] = [];
  beforeAll(async () => {
    await ensureBuilt();
    home = mkdtempSync(path.join(os.tmpdir(), 'sima-electron-'));
    app = await _electron.launch({ executablePath: program!, args: [PROJECT], env: { ...(process.env as Record<string, string>), SIMA_HOME: home } });
    page = await app.firstWindow();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
  });
  afterAll(async () => {
    await app.close();
    rmSync(home, { recursive: true, force: true });
  });

  test('the page is the app’s own, without Node, and can reach no machine', async () => {
    expect(page.url()).toBe('sima://studio/');
    expect(await page.evaluate(() => ['require', 'process', 'module', 'Buffer', 'electron'].filter((name) => name in window))).toEqual([]);
    expect(await page.evaluate(() => fetch('https://example.org').then(() => 'reached', () => 'refused'))).toBe('refused');
    expect(await page.evaluate(() => window.open('https://example.org') === null)).toBe(true);
    expect(await page.evaluate(() => navigator.permissions.query({ name: 'geolocation' }).then(({ state }) => state))).toBe('denied');
    await page.evaluate(() => void (location.href = 'https://example.org'));
    expect(page.url()).toBe('sima://studio/');
    complaints.splice(0); // what was tried here is complained of
  });

  test('its settings are those of the window’s tests', async () => {
    const preferences = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map(({ webContents }) => (webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }).getLastWebPreferences()));
    expect(preferences).toHaveLength(1);
    expect(preferences[0]).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true });
  });

  test('from nothing to a talking presenter', async () => {
    await page.getByText('Sima · سیما').first().waitFor();
    await page.keyboard.press('Control+Enter');
    await page.waitForFunction(() => {
      const video = document.querySelector('video');
      return video !== null && video.videoWidth > 0 && video.currentTime > 0.2;
    });
    expect(complaints).toEqual([]);
  });
});
