/** The studio's window, against a fake `electron`: its locks, its place, and what happens when its page ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { asReal, electron, resetElectron, type FakeWindow } from '../support/electron.ts';

vi.mock('electron', async () => (await import('../support/electron.ts')).electronModule());
const { focus, loadPage, openWindow } = await import('../../src/main/window.ts');
const { WORDS } = await import('../../src/main/words.ts');

let folder: string;
beforeEach(() => {
  resetElectron();
  folder = mkdtempSync(path.join(os.tmpdir(), 'sima-window-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function opened(): FakeWindow {
  openWindow({ outFolder: '/app/out', stateFile: path.join(folder, 'window.json'), words: () => WORDS.en });
  return electron.windows.at(-1)!;
}

test.each([
  ['sandbox', true], ['contextIsolation', true], ['nodeIntegration', false], ['nodeIntegrationInWorker', false], ['nodeIntegrationInSubFrames', false], ['webSecurity', true],
  ['allowRunningInsecureContent', false], ['experimentalFeatures', false], ['webviewTag', false], ['navigateOnDragDrop', false], ['spellcheck', false],
  ['preload', path.join('/app/out', 'preload', 'index.cjs')],
])('%s is %s', (name, value) => {
  expect(opened().options.webPreferences).toHaveProperty(name, value);
});

test('nothing else is set that would open it', () => {
  expect(Object.keys(opened().options.webPreferences!).sort()).toEqual([
    'allowRunningInsecureContent', 'contextIsolation', 'experimentalFeatures', 'navigateOnDragDrop', 'nodeIntegration', 'nodeIntegrationInSubFrames', 'nodeIntegrationInWorker', 'preload', 'sandbox', 'spellcheck', 'webSecurity', 'webviewTag',
  ]);
});

test('it shows the app’s own page, once that is painted', async () => {
  const window = opened();
  await loadPage(asReal(window));
  expect(window.loaded).toEqual(['sima://studio/']);
  expect(window.shown).toBe(false);
  window.emit('ready-to-show');
  expect(window.shown).toBe(true);
});

test('it opens where it was closed', () => {
  const first = opened();
  first.bounds = { x: 77, y: 88, width: 1111, height: 777 };
  first.maximized = true;
  first.close();
  const second = opened();
  expect(second.options).toMatchObject({ x: 77, y: 88, width: 1111, height: 777, minWidth: 1024, minHeight: 700 });
  expect(second.maximized).toBe(true);
});

test('a page that ends is loaded again with a notice; one that keeps ending only when its user says so', async () => {
  const window = opened();
  const end = (reason = 'crashed') => window.webContents.emit('render-process-gone', {}, { reason, exitCode: 139 });
  end('clean-exit');
  expect(window.webContents.reloads).toBe(0);
  for (let i = 1; i <= 3; i++) {
    end();
    expect(window.webContents.reloads).toBe(i);
  }
  expect(electron.dialog.showMessageBox).toHaveBeenCalledTimes(3);
  expect(electron.dialog.showMessageBox.mock.lastCall![1]).toMatchObject({ message: expect.stringContaining('loaded again') as string });
  electron.dialog.showMessageBox.mockResolvedValueOnce({ response: 0 });
  end('oom');
  expect(window.webContents.reloads).toBe(3);
  await Promise.resolve();
  await Promise.resolve();
  expect(window.webContents.reloads).toBe(4);
  electron.dialog.showMessageBox.mockResolvedValueOnce({ response: 1 });
  end();
  await new Promise(setImmediate);
  expect(window.destroyed).toBe(true);
});

test('one that hangs can be ended', async () => {
  const window = opened();
  electron.dialog.showMessageBox.mockResolvedValueOnce({ response: 0 });
  window.emit('unresponsive');
  await new Promise(setImmediate);
  expect(window.webContents.crashes).toBe(0);
  electron.dialog.showMessageBox.mockResolvedValueOnce({ response: 1 });
  window.emit('unresponsive');
  await new Promise(setImmediate);
  expect(window.webContents.crashes).toBe(1);
});

test('a window that is gone is not brought to the front', () => {
  const window = opened();
  const asked = vi.fn(() => {
    throw new TypeError('Object has been destroyed'); // as Electron
  });
  Object.assign(window, { isMinimized: asked, show: asked, focus: asked });
  window.destroy();
  focus(asReal(window));
  expect(asked).not.toHaveBeenCalled();
});

test('it comes to the front, from the task bar too', () => {
  const window = opened();
  window.minimized = true;
  focus(asReal(window));
  expect(window).toMatchObject({ minimized: false, shown: true, focused: true });
});
