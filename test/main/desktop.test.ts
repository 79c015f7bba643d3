/** The app's start and end, against a fake `electron` and a studio of a script: what happens in which order, and what is waited for. */
import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createChange } from '../../src/engine/change.ts';
import { openProjects } from '../../src/engine/library/projects.ts';
import type { Studio, StudioOptions } from '../../src/engine/studio/studio.ts';
import type { StudioApi } from '../../src/shared/contract.ts';
import { StudioError } from '../../src/shared/errors.ts';
import { connect } from '../../src/shared/rpc.ts';
import { defaultSession, electron, electronModule, resetElectron } from '../support/electron.ts';
import { until } from '../support/processes.ts';
import { messagePort } from '../support/studios.ts';

class MessageChannelMain {
  port1: EventEmitter & { start(): void; postMessage(message: unknown): void; close(): void };
  port2: InstanceType<typeof MessageChannel>['port2'];
  constructor() {
    const { port1, port2 } = new MessageChannel();
    const main = new EventEmitter();
    port1.on('close', () => main.emit('close'));
    this.port1 = Object.assign(main, { start: () => void port1.on('message', (data: unknown) => main.emit('message', { data })), postMessage: (message: unknown) => port1.postMessage(message), close: () => port1.close() });
    this.port2 = port2;
  }
}
vi.mock('electron', () => electronModule({ MessageChannelMain }));
vi.mock('../../src/engine/studio/studio.ts', () => ({ openStudio: (options: StudioOptions) => openFakeStudio(options) }));
vi.mock('../../src/engine/studio/presenters.ts', () => ({ bringPresenters: () => (order.push('presenters'), Promise.resolve()) }));
vi.mock('../../src/engine/service/studioMedia.ts', () => ({ studioMedia: () => ({ takeFile: () => '', library: () => null, takePicture: () => null, exports: () => [], metrics: () => Promise.resolve('') }) }));
const { projectsIn, startDesktop } = await import('../../src/main/desktop.ts');
const { startUtilityProcess, tryDeviceHere } = await import('../../src/main/engineProcess.ts');
const { WORDS } = await import('../../src/main/words.ts');

let home: string;
let order: string[] = [];
let openFakeStudio: (options: StudioOptions) => Promise<Studio>;
/** Saves end when the test says so. */
let mayFinish = true;
const finish = createChange();
const argv = process.argv;

beforeEach(() => {
  resetElectron();
  home = mkdtempSync(path.join(os.tmpdir(), 'sima-app-'));
  process.env.SIMA_HOME = home;
  process.argv = ['electron', '/app'];
  order = [];
  mayFinish = true;
  openFakeStudio = (options) => {
    order.push('studio');
    expect(options).toMatchObject({ home, goOn: true, start: startUtilityProcess, tryDevice: tryDeviceHere });
    const projects = openProjects(home);
    const idle = async function* (_: null, signal: AbortSignal) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      yield* [];
    };
    const handlers = {
      calls: {
        'studio.info': () => ({ version: '1', protocol: 1, pid: 1, startedAt: '', host: 'service' }),
        'projects.open': ({ id }: { id: string }) => projects.open(id),
        'projects.save': async ({ project }: { project: Parameters<typeof projects.save>[0] }) => {
          order.push('saving');
          while (!mayFinish) await finish.after(finish.count);
          const saved = await projects.save(project);
          order.push('saved');
          return saved;
        },
      },
      streams: { 'changes.watch': idle, 'exports.watch': idle },
    };
    return Promise.resolve({ handlers, projects, close: () => (order.push('studio closed'), Promise.resolve()) } as unknown as Studio);
  };
});
afterEach(() => {
  delete process.env.SIMA_HOME;
  process.argv = argv;
  rmSync(home, { recursive: true, force: true });
});

/** Until its page is being loaded. */
async function started() {
  startDesktop();
  electron.app.ready();
  await until(() => electron.windows.at(0)?.loaded.length === 1);
  return electron.windows[0];
}
/** As the page: a client on the port that it is handed. */
function page() {
  const { webContents } = electron.windows[0];
  webContents.emit('did-finish-load');
  const port = webContents.posted.at(-1)!.ports[0] as InstanceType<typeof MessageChannel>['port2'];
  return { client: connect<StudioApi>(messagePort(port)), port };
}
const gone = () => until(() => electron.app.calls.includes('gone'));

test('before the app is ready: sandbox for all, its own data folder, the lock, the scheme; only then the studio and the window', async () => {
  startDesktop();
  expect(electron.app.calls).toEqual(['enableSandbox', 'setPath', 'setAppUserModelId', 'requestSingleInstanceLock', 'registerSchemesAsPrivileged', 'whenReady']);
  expect(electron.app.paths.userData).toBe(path.join(home, 'desktop'));
  expect(order).toEqual([]);
  expect(electron.windows).toEqual([]);
  electron.app.ready();
  await until(() => electron.windows.at(0)?.loaded.length === 1);
  expect(order).toEqual(['studio', 'presenters']);
  expect(electron.windows[0].loaded).toEqual(['sima://studio/']);
});

test('when the page is loaded, its locks, its scheme and its menu are there', async () => {
  const window = await started();
  const session = defaultSession();
  expect(session.permissionRequest).not.toBeNull();
  expect(session.beforeRequest).not.toBeNull();
  expect(window.webContents.windowOpen!({ url: 'https://example.org' })).toEqual({ action: 'deny' });
  expect(window.webContents.listenerCount('will-navigate')).toBe(1);
  expect([...session.handled.keys()]).toEqual(['sima']);
  expect((await session.handled.get('sima')!(new Request('sima://evil/'))).status).toBe(403);
  expect(electron.menus).toHaveLength(1);
});

test('page and preload lie where Electron loads the app from: of an installed one in its archive, not beside it', async () => {
  const archive = path.join(home, 'resources', 'app.asar');
  mkdirSync(path.join(archive, 'out', 'renderer'), { recursive: true });
  writeFileSync(path.join(archive, 'out', 'renderer', 'index.html'), 'the packed page');
  electron.app.appPath = archive;
  const { options } = await started();
  expect(options.webPreferences!.preload).toBe(path.join(archive, 'out', 'preload', 'index.cjs'));
  expect(await (await defaultSession().handled.get('sima')!(new Request('sima://studio/'))).text()).toBe('the packed page');
});

test('a second start hands its file over and ends; the first one comes to the front', async () => {
  electron.app.hasLock = false;
  startDesktop();
  expect(electron.app.calls).toContain('quit');
  expect(electron.app.calls).not.toContain('whenReady');
  resetElectron();
  const window = await started();
  const project = await openProjects(home).create({ name: 'Handed over' });
  writeFileSync(path.join(home, 'film.sima'), JSON.stringify({ ...project, id: 'handed' }));
  window.minimized = true;
  electron.app.emit('second-instance', {}, ['electron', '/app', '--flag', 'film.sima'], home);
  expect(window).toMatchObject({ minimized: false, focused: true });
  const { client } = page();
  expect((await client.stream('desktop.commands', null).next()).value).toEqual({ type: 'open-project', id: 'handed' });
  expect(electron.app.recent).toEqual([path.join(home, 'film.sima')]);
});

test('files from the command line and from the system wait until there is something to open them', async () => {
  const project = await openProjects(home).create({ name: 'x' });
  for (const name of ['one', 'two']) writeFileSync(path.join(home, `${name}.sima`), JSON.stringify({ ...project, id: name }));
  process.argv = ['electron', '/app', path.join(home, 'one.sima')];
  startDesktop();
  let isPrevented = false;
  electron.app.emit('open-file', { preventDefault: () => (isPrevented = true) }, path.join(home, 'two.sima'));
  expect(isPrevented).toBe(true);
  electron.app.ready();
  await until(() => electron.app.recent.length === 2);
  const heard = page().client.stream('desktop.commands', null);
  const ids = [(await heard.next()).value, (await heard.next()).value].map((command) => (command as { id: string }).id);
  expect(ids.sort()).toEqual(['one', 'two']);
});

test('a file that is no project is told', async () => {
  writeFileSync(path.join(home, 'bad.sima'), '{');
  await started();
  electron.app.emit('open-file', { preventDefault: () => undefined }, path.join(home, 'bad.sima'));
  await until(() => electron.dialog.showMessageBox.mock.calls.length === 1);
  expect(electron.dialog.showMessageBox.mock.lastCall![1]).toMatchObject({ type: 'error', message: expect.stringContaining('cannot be opened') as string });
});

test('menus speak the system’s language, then the page’s', async () => {
  electron.app.languages = ['fa-IR', 'en'];
  await started();
  expect(electron.menus.at(-1)![0].label).toBe(WORDS.fa.menu.file);
  const heard = page().client.stream('desktop.commands', { lang: 'en' });
  const first = heard.next();
  await until(() => electron.menus.length === 2);
  expect(electron.menus.at(-1)![0].label).toBe(WORDS.en.menu.file);
  (electron.menus.at(-1)![0].submenu as Electron.MenuItemConstructorOptions[])[0].click!(undefined as never, undefined, undefined as never);
  expect((await first).value).toEqual({ type: 'menu', command: 'new-project' });
});

test('a link to the web is opened only when its user says so', async () => {
  const window = await started();
  electron.dialog.showMessageBox.mockResolvedValueOnce({ response: 1 });
  window.webContents.windowOpen!({ url: 'https://example.org/licence' });
  await new Promise(setImmediate);
  expect(electron.shell.openExternal).not.toHaveBeenCalled();
  window.webContents.windowOpen!({ url: 'https://example.org/licence' });
  await new Promise(setImmediate);
  expect(electron.shell.openExternal.mock.calls).toEqual([['https://example.org/licence']]);
});

test('quitting: the window goes, what the page said last is saved, then the studio closes, then the app ends', async () => {
  const window = await started();
  const { client, port } = page();
  const project = await client.call('studio.info', null).then(() => openProjects(home).create({ name: 'Unsaved' }));
  mayFinish = false;
  window.once('closed', () => {
    client.call('projects.save', { project: { ...project, name: 'Saved at the end' } }).catch(() => undefined);
    port.close();
    order.push('window closed');
  });
  electron.app.quit();
  await until(() => order.includes('saving'));
  await new Promise(setImmediate);
  expect(order).not.toContain('studio closed');
  mayFinish = true;
  finish.announce();
  await gone();
  expect(order).toEqual(['studio', 'presenters', 'window closed', 'saving', 'saved', 'studio closed']);
  expect((await openProjects(home).open(project.id)).name).toBe('Saved at the end');
});

test('closing the window is quitting; a page that would rather stay is not asked', async () => {
  const window = await started();
  let isPrevented = false;
  window.webContents.emit('will-prevent-unload', { preventDefault: () => (isPrevented = true) });
  expect(isPrevented).toBe(true);
  window.close();
  await gone();
  expect(order.at(-1)).toBe('studio closed');
});

test('a studio that cannot be opened is told in words, and the app ends', async () => {
  openFakeStudio = () => Promise.reject(new StudioError('io', 'The disk is full.'));
  startDesktop();
  electron.app.ready();
  await until(() => electron.app.calls.includes('exit 1'));
  expect(electron.dialog.showErrorBox.mock.calls).toEqual([[WORDS.en.dialogs.cannotStart, 'The disk is full.']]);
});

test('which of the arguments are projects', () => {
  expect(projectsIn(['--x=a.sima', 'a.sima', '/b/C.SIMA', 'd.mp4', ''], '/work')).toEqual([path.resolve('/work', 'a.sima'), path.resolve('/b/C.SIMA')]);
});
