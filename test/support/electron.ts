/** A fake `electron` for tests of src/main: what the app asks of it is noted, and its events are emitted by hand. Used with vi.mock. */
import { EventEmitter } from 'node:events';
import type { BrowserWindow } from 'electron';
import { vi } from 'vitest';


export class FakeSession extends EventEmitter {
  permissionRequest: ((contents: unknown, permission: string, answer: (granted: boolean) => void, details: { requestingUrl: string; isMainFrame: boolean }) => void) | null = null;
  permissionCheck: ((contents: unknown, permission: string, origin: string, details: { isMainFrame: boolean }) => boolean) | null = null;
  devicePermission: (() => boolean) | null = null;
  beforeRequest: ((details: { url: string }, answer: (response: { cancel: boolean }) => void) => void) | null = null;
  displayMedia: unknown = 'untouched';
  spellChecker = true;
  handled = new Map<string, (request: Request) => Promise<Response> | Response>();
  protocol = {
    handle: (scheme: string, handler: (request: Request) => Promise<Response> | Response) => void this.handled.set(scheme, handler),
    unhandle: (scheme: string) => void this.handled.delete(scheme),
  };
  webRequest = { onBeforeRequest: (listener: NonNullable<FakeSession['beforeRequest']>) => void (this.beforeRequest = listener) };
  setPermissionRequestHandler(handler: NonNullable<FakeSession['permissionRequest']>) {
    this.permissionRequest = handler;
  }
  setPermissionCheckHandler(handler: NonNullable<FakeSession['permissionCheck']>) {
    this.permissionCheck = handler;
  }
  setDevicePermissionHandler(handler: () => boolean) {
    this.devicePermission = handler;
  }
  setDisplayMediaRequestHandler(handler: unknown) {
    this.displayMedia = handler;
  }
  setSpellCheckerEnabled(enabled: boolean) {
    this.spellChecker = enabled;
  }
}

export class FakeContents extends EventEmitter {
  url = '';
  reloads = 0;
  crashes = 0;
  posted: { channel: string; ports: unknown[] }[] = [];
  windowOpen: ((details: { url: string }) => { action: string }) | null = null;
  setWindowOpenHandler(handler: NonNullable<FakeContents['windowOpen']>) {
    this.windowOpen = handler;
  }
  getURL() {
    return this.url;
  }
  reload() {
    this.reloads += 1;
  }
  forcefullyCrashRenderer() {
    this.crashes += 1;
  }
  postMessage(channel: string, _: unknown, ports: unknown[]) {
    this.posted.push({ channel, ports });
  }
  printToPDF(options: unknown) {
    electron.printed.push(options);
    return Promise.resolve(Buffer.from('%PDF-1.7'));
  }
}

interface Bounds {
  x: number;
  y: number;
  width: number;
  height: number;
}

export class FakeWindow extends EventEmitter {
  readonly options: Electron.BrowserWindowConstructorOptions;
  readonly webContents = new FakeContents();
  loaded: string[] = [];
  shown = false;
  focused = false;
  destroyed = false;
  minimized = false;
  maximized = false;
  fullScreen = false;
  bounds: Bounds;
  constructor(options: Electron.BrowserWindowConstructorOptions = {}) {
    super();
    this.options = options;
    const { x = 0, y = 0, width = 800, height = 600 } = options;
    this.bounds = { x, y, width, height };
    this.fullScreen = options.fullscreen ?? false;
    electron.windows.push(this);
    electron.app.emit('web-contents-created', {}, this.webContents);
  }
  loadURL(url: string) {
    this.loaded.push(url);
    this.webContents.url = url;
    return Promise.resolve();
  }
  show() {
    this.shown = true;
  }
  focus() {
    this.focused = true;
  }
  isFocused() {
    return this.focused;
  }
  isMinimized() {
    return this.minimized;
  }
  restore() {
    this.minimized = false;
  }
  maximize() {
    this.maximized = true;
  }
  isMaximized() {
    return this.maximized;
  }
  isFullScreen() {
    return this.fullScreen;
  }
  isDestroyed() {
    return this.destroyed;
  }
  getNormalBounds() {
    return this.bounds;
  }
  /** As Electron does: what listens to `close` comes first, then the page is gone. */
  close() {
    if (this.destroyed) return;
    this.emit('close', { preventDefault: () => undefined });
    this.destroy();
  }
  destroy() {
    if (this.destroyed) return;
    this.destroyed = true;
    this.emit('closed');
    if (electron.windows.every(({ destroyed }) => destroyed)) electron.app.emit('window-all-closed');
  }
}

class FakeApp extends EventEmitter {
  isPackaged = false;
  appPath = '/app';
  calls: string[] = [];
  paths: Record<string, string> = {};
  recent: string[] = [];
  hasLock = true;
  languages = ['en-GB'];
  #ready = Promise.withResolvers<undefined>();
  ready() {
    this.#ready.resolve(undefined);
  }
  whenReady() {
    this.calls.push('whenReady');
    return this.#ready.promise;
  }
  enableSandbox() {
    this.calls.push('enableSandbox');
  }
  setPath(name: string, place: string) {
    this.calls.push('setPath');
    this.paths[name] = place;
  }
  getAppPath() {
    return this.appPath;
  }
  getPath(name: string) {
    return this.paths[name] ?? `/${name}`;
  }
  setAppUserModelId() {
    this.calls.push('setAppUserModelId');
  }
  requestSingleInstanceLock() {
    this.calls.push('requestSingleInstanceLock');
    return this.hasLock;
  }
  getPreferredSystemLanguages() {
    return this.languages;
  }
  addRecentDocument(file: string) {
    this.recent.push(file);
  }
  quit() {
    this.calls.push('quit');
    let prevented = false;
    this.emit('before-quit', { preventDefault: () => (prevented = true) });
    if (!prevented) this.calls.push('gone');
  }
  exit(code: number) {
    this.calls.push(`exit ${code}`);
  }
}

/** Notification as the app makes it. */
export class FakeNotification extends EventEmitter {
  static supported = true;
  static isSupported() {
    return FakeNotification.supported;
  }
  readonly options: { title: string; body: string };
  constructor(options: { title: string; body: string }) {
    super();
    this.options = options;
  }
  show() {
    electron.notices.push(this);
  }
}

/** What tests look at; a new one for each through `resetElectron`. */
export const electron = {
  app: new FakeApp(),
  windows: [] as FakeWindow[],
  sessions: new Map<string, FakeSession>(),
  menus: [] as Electron.MenuItemConstructorOptions[][],
  notices: [] as FakeNotification[],
  printed: [] as unknown[],
  schemes: [] as { scheme: string; privileges: Record<string, boolean> }[],
  workAreas: [{ x: 0, y: 0, width: 1920, height: 1040 }] as Bounds[],
  dialog: {
    showMessageBox: vi.fn<(...given: unknown[]) => Promise<{ response: number }>>(),
    showOpenDialog: vi.fn<(...given: unknown[]) => Promise<{ canceled: boolean; filePaths: string[] }>>(),
    showSaveDialog: vi.fn<(...given: unknown[]) => Promise<{ canceled: boolean; filePath: string }>>(),
    showErrorBox: vi.fn<(title: string, text: string) => void>(),
  },
  shell: { openExternal: vi.fn<(url: string) => Promise<void>>(), showItemInFolder: vi.fn<(file: string) => void>(), openPath: vi.fn<(file: string) => Promise<string>>() },
};

export function resetElectron(): void {
  electron.app = new FakeApp();
  for (const list of [electron.windows, electron.menus, electron.notices, electron.printed, electron.schemes]) list.splice(0);
  electron.sessions.clear();
  electron.workAreas = [{ x: 0, y: 0, width: 1920, height: 1040 }];
  FakeNotification.supported = true;
  electron.dialog.showMessageBox.mockReset().mockResolvedValue({ response: 0 });
  electron.dialog.showOpenDialog.mockReset().mockResolvedValue({ canceled: true, filePaths: [] });
  electron.dialog.showSaveDialog.mockReset().mockResolvedValue({ canceled: true, filePath: '' });
  electron.dialog.showErrorBox.mockReset();
  electron.shell.openExternal.mockReset().mockResolvedValue();
  electron.shell.showItemInFolder.mockReset();
  electron.shell.openPath.mockReset().mockResolvedValue('');
}

/** A fake is no instance of Electron's class, whose private parts no test looks at. */
export const asReal = (window: EventEmitter): BrowserWindow => window as never;

const sessionOf = (name: string): FakeSession => {
  if (!electron.sessions.has(name)) electron.sessions.set(name, new FakeSession());
  return electron.sessions.get(name)!;
};
export const defaultSession = (): FakeSession => sessionOf('default');

/** The module: `vi.mock('electron', async () => (await import('../support/electron.ts')).electronModule())`. */
export function electronModule(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    get app() {
      return electron.app;
    },
    BrowserWindow: FakeWindow,
    Menu: {
      buildFromTemplate: (template: Electron.MenuItemConstructorOptions[]) => ({ template, popup: vi.fn(() => electron.menus.push(template)) }),
      setApplicationMenu: ({ template }: { template: Electron.MenuItemConstructorOptions[] }) => electron.menus.push(template),
    },
    Notification: FakeNotification,
    dialog: electron.dialog,
    shell: electron.shell,
    protocol: { registerSchemesAsPrivileged: (schemes: typeof electron.schemes) => (electron.app.calls.push('registerSchemesAsPrivileged'), electron.schemes.push(...schemes)) },
    screen: { getPrimaryDisplay: () => ({ workArea: electron.workAreas[0] }), getAllDisplays: () => electron.workAreas.map((workArea) => ({ workArea })) },
    session: {
      get defaultSession() {
        return sessionOf('default');
      },
      fromPartition: (name: string) => sessionOf(name),
    },
    utilityProcess: { fork: vi.fn() },
    ...more,
  };
}

/** Emits as Electron would, and tells whether it was prevented. */
export function prevented(emitter: EventEmitter, event: string, details: Record<string, unknown> = {}): boolean {
  let isPrevented = false;
  emitter.emit(event, { ...details, preventDefault: () => (isPrevented = true) });
  return isPrevented;
}
