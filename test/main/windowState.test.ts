/** Where the window is the next time, on real files. */
import { EventEmitter } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { asReal } from '../support/electron.ts';
import { fitted, keepWindowState, readWindowState, type WindowState } from '../../src/main/windowState.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'sima-window-'));
  file = path.join(folder, 'desktop', 'window.json');
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

const SCREEN = { x: 0, y: 24, width: 1920, height: 1056 };
const LEFT = { x: -1280, y: 0, width: 1280, height: 1024 };
const state = (x: number, y: number, width: number, height: number): WindowState => ({ bounds: { x, y, width, height }, isMaximized: false, isFullScreen: false });

class Window extends EventEmitter {
  bounds = { x: 40, y: 60, width: 1300, height: 800 };
  maximized = false;
  getNormalBounds() {
    return this.bounds;
  }
  isMaximized() {
    return this.maximized;
  }
  isFullScreen() {
    return false;
  }
}

test('the first time: the usual size, in the middle, never larger than the screen', () => {
  expect(fitted(null, [SCREEN])).toEqual({ bounds: { x: 240, y: 102, width: 1440, height: 900 }, isMaximized: false, isFullScreen: false });
  expect(fitted(null, [{ x: 0, y: 0, width: 1280, height: 680 }]).bounds).toEqual({ x: 0, y: 0, width: 1280, height: 680 });
});

test('where it was, where that is still on a screen, also partly and on a second one', () => {
  for (const kept of [state(100, 100, 1200, 800), state(1700, 500, 1200, 800), state(-1200, 10, 1100, 800)]) expect(fitted(kept, [SCREEN, LEFT])).toEqual(kept);
});

test('off every screen it comes back to the main one, with its size', () => {
  for (const kept of [state(-1200, 10, 1100, 800), state(5000, 100, 1100, 800), state(100, 1060, 1100, 800), state(100, -300, 1100, 800), state(1800, 100, 1100, 800)]) {
    expect(fitted(kept, [SCREEN]).bounds).toEqual({ x: 410, y: 152, width: 1100, height: 800 });
  }
  expect(fitted({ ...state(5000, 0, 1100, 800), isMaximized: true, isFullScreen: true }, [SCREEN])).toMatchObject({ isMaximized: true, isFullScreen: false });
});

test('larger than the screen it is on now, or too small to work in: as large as fits', () => {
  expect(fitted(state(0, 24, 3000, 2000), [SCREEN]).bounds).toEqual({ x: 0, y: 24, width: 1920, height: 1056 });
  expect(fitted(state(0, 24, 200, 100), [SCREEN]).bounds).toEqual({ x: 0, y: 24, width: 1024, height: 700 });
});

test('it is kept when it was moved and when it closes, and read again', () => {
  vi.useFakeTimers();
  const window = new Window();
  keepWindowState(asReal(window), file);
  window.emit('move');
  window.bounds = { ...window.bounds, x: 99 };
  window.emit('resize');
  expect(existsSync(file)).toBe(false);
  vi.runAllTimers();
  expect(readWindowState(file)).toEqual({ bounds: { x: 99, y: 60, width: 1300, height: 800 }, isMaximized: false, isFullScreen: false });
  window.maximized = true;
  window.emit('close');
  expect(readWindowState(file)).toMatchObject({ isMaximized: true });
});

test('a file that is damaged or of something else is as none', () => {
  const window = new Window();
  keepWindowState(asReal(window), file);
  expect(readWindowState(file)).toBeNull();
  window.emit('close');
  for (const text of ['', '{', '[]', readFileSync(file, 'utf8').replace('1300', '"wide"'), readFileSync(file, 'utf8').replace('1300', '-5')]) {
    writeFileSync(file, text);
    expect(readWindowState(file)).toBeNull();
  }
});
