/** The Electron window's locks, against a fake `electron`: the binary is not part of the tests. */
import path from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';

const made: FakeWindow[] = [];
class FakeWindow {
  options: Electron.BrowserWindowConstructorOptions;
  loaded = '';
  openHandler: (() => unknown) | null = null;
  listeners = new Map<string, (event: { preventDefault(): void }) => void>();
  permission: ((contents: unknown, permission: string, answer: (granted: boolean) => void) => void) | null = null;
  webContents = {
    setWindowOpenHandler: (handler: () => unknown) => (this.openHandler = handler),
    on: (name: string, listener: (event: { preventDefault(): void }) => void) => this.listeners.set(name, listener),
    session: { setPermissionRequestHandler: (handler: NonNullable<FakeWindow['permission']>) => (this.permission = handler) },
  };
  constructor(options: Electron.BrowserWindowConstructorOptions) {
    this.options = options;
    made.push(this);
  }
  loadURL(url: string) {
    this.loaded = url;
    return Promise.resolve();
  }
  loadFile(file: string) {
    this.loaded = file;
    return Promise.resolve();
  }
}
vi.mock('electron', () => ({ BrowserWindow: FakeWindow }));
const { openWindow } = await import('../../src/main/window.ts');

beforeEach(() => void made.splice(0));

test('the page is sandboxed, isolated and without Node', () => {
  openWindow('/app/out');
  expect(made[0].options.webPreferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false, preload: path.join('/app/out', 'preload', 'index.cjs') });
  expect(made[0].loaded).toBe(path.join('/app/out', 'renderer', 'index.html'));
});

test('it cannot open windows, go elsewhere or get permissions', () => {
  openWindow('/app/out');
  const [window] = made;
  expect(window.openHandler!()).toEqual({ action: 'deny' });
  const preventDefault = vi.fn();
  window.listeners.get('will-navigate')!({ preventDefault });
  expect(preventDefault).toHaveBeenCalledOnce();
  const answer = vi.fn();
  window.permission!(null, 'media', answer);
  expect(answer).toHaveBeenCalledWith(false);
});

test('in development it shows the development server’s page', () => {
  openWindow('/app/out', 'http://localhost:5173');
  expect(made[0].loaded).toBe('http://localhost:5173');
});
