/** What the page may ask of the desktop, against a fake `electron`, over a studio of a script with a real project store. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { writePackage } from '../../src/engine/library/packageFile.ts';
import { openProjects, type ProjectStore } from '../../src/engine/library/projects.ts';
import { openUploads, type Uploads } from '../../src/engine/service/uploads.ts';
import { createCommands } from '../../src/main/commands.ts';
import type { StudioServerApi } from '../../src/shared/contract.ts';
import type { ExportInfo } from '../../src/shared/contract/export.ts';
import type { Handlers } from '../../src/shared/rpc.ts';
import { asReal, electron, FakeWindow, resetElectron, type FakeSession } from '../support/electron.ts';

vi.mock('electron', async () => (await import('../support/electron.ts')).electronModule());
const { desktopHandlers } = await import('../../src/main/desktopCalls.ts');
const { tellOfExports } = await import('../../src/main/notices.ts');
const { WORDS } = await import('../../src/main/words.ts');

let home: string;
let uploads: Uploads;
let projects: ProjectStore;
beforeEach(async () => {
  resetElectron();
  home = mkdtempSync(path.join(os.tmpdir(), 'sima-desktop-'));
  mkdirSync(path.join(home, 'desktop'));
  electron.app.paths.documents = home;
  uploads = await openUploads({ folder: path.join(home, 'uploads') });
  projects = openProjects(home);
});
afterEach(async () => {
  await uploads.close();
  rmSync(home, { recursive: true, force: true });
});

const signal = new AbortController().signal;
const exportOf = (id: string, state: ExportInfo['state'], files: string[] = []): ExportInfo => ({
  id, takeId: 't', name: `${id}.mp4`, settings: { kind: 'audio', format: 'm4a' }, state, progress: null, files, sizeBytes: null, sameBytes: true, createdAt: '', endedAt: null, error: null, place: null, encoder: null,
});

function opened() {
  const started: unknown[] = [];
  const languages: string[] = [];
  const set: unknown[] = [];
  const unpacked: string[] = [];
  let exportFolder: string | null = null;
  const handlers = {
    calls: {
      'studio.info': () => ({ version: '1', protocol: 1, pid: 1, startedAt: '', host: 'service' }),
      'exports.list': () => [exportOf('done', 'finished', ['/films/done.mp4', '/films/done.srt']), exportOf('waiting', 'queued')],
      'exports.start': (input: unknown) => {
        started.push(input);
        return exportOf('new', 'queued', ['/films/new.mp4']);
      },
      'settings.get': () => ({ settings: { exportFolder }, home, restartNeeded: false }),
      'settings.set': ({ change }: { change: { exportFolder: string } }) => {
        set.push(change);
        exportFolder = change.exportFolder;
        return { settings: { exportFolder }, home, restartNeeded: false };
      },
      'projects.open': ({ id }: { id: string }) => projects.open(id),
      'projects.import': ({ file }: { file: string }) => (unpacked.push(file), projects.create({ name: 'Unpacked' })),
      'takes.start': ({ request }: { request: unknown }) => started.push(request),
    },
    streams: { 'exports.watch': () => [] },
  } as unknown as Handlers<StudioServerApi>;
  const commands = createCommands();
  const window = asReal(new FakeWindow());
  const open = () => desktopHandlers({
    handlers, projects, packProject: (id, to) => writePackage({ text: JSON.stringify({ id }), files: [] }, to).then(() => id), uploads, commands, window: () => window, words: () => WORDS.en, onLanguage: (lang) => languages.push(lang), foldersFile: path.join(home, 'desktop', 'folders.json'),
  });
  return { ...open(), commands, started, languages, set, unpacked, again: open };
}
const video = { kind: 'video', mode: 'copy', encoder: 'auto', subtitles: 'none' } as const;

test('the page learns that it is in the desktop app', async () => {
  expect(await opened().calls['studio.info'](null, signal)).toMatchObject({ host: 'desktop' });
});

test('files of this machine cannot be named: the page has uploads, as in a browser', async () => {
  const { calls, started } = opened();
  const request = { avatar: '/etc/passwd', script: 'x', rate: 1, pitch: 1, background: 'keep', idle: true, quality: 'live' } as const;
  await expect(calls['takes.start']({ sessionId: 's', request, projectId: null, leadSec: null }, signal)).rejects.toMatchObject({ code: 'invalid-input' });
  await expect(calls['projects.import']({ file: '/etc/passwd' }, signal)).rejects.toMatchObject({ code: 'invalid-input' });
  expect(started).toEqual([]);
});

test('exports go to folders that were chosen in the dialog, now or at an earlier start, and to no others', async () => {
  const { calls, started, set, again } = opened();
  const into = (folder?: string, of = calls) => of['exports.start']({ takeId: 't', settings: video, ...(folder === undefined ? {} : { folder }) }, signal);
  await expect(into('/home/me/.ssh')).rejects.toMatchObject({ code: 'invalid-input' });
  expect(await calls['desktop.chooseFolder'](null, signal)).toEqual({ folder: null });
  electron.dialog.showOpenDialog.mockResolvedValueOnce({ canceled: false, filePaths: ['/films'] });
  expect(await calls['desktop.chooseFolder'](null, signal)).toEqual({ folder: '/films' });
  expect(await into('/films')).toMatchObject({ files: ['/films/new.mp4'] }); // whole paths: this is the user's machine
  await into();
  await into('/films', again().calls);
  expect(started).toHaveLength(3);
  await expect(into('/films/../etc')).rejects.toMatchObject({ code: 'invalid-input' });
  await expect(calls['settings.set']({ change: { exportFolder: '/etc' } }, signal)).rejects.toMatchObject({ code: 'invalid-input' });
  await calls['settings.set']({ change: { exportFolder: '/films' } }, signal);
  await calls['settings.set']({ change: { exportFolder: null } }, signal);
  expect(set).toEqual([{ exportFolder: '/films' }, { exportFolder: null }]);
});

test('a finished export is shown in its folder; one without a file is not', async () => {
  const { calls } = opened();
  await calls['desktop.showExport']({ id: 'done' }, signal);
  expect(electron.shell.showItemInFolder.mock.calls).toEqual([['/films/done.mp4']]);
  for (const id of ['waiting', 'unknown']) await expect(calls['desktop.showExport']({ id }, signal)).rejects.toMatchObject({ code: 'invalid-input' });
});

test('a project is saved where the user says, under a name that every disk takes, and is recent then', async () => {
  const { calls } = opened();
  const { id } = await projects.create({ name: 'Film: 1/2 <سیما>' });
  expect(await calls['desktop.saveProjectAs']({ id, packed: false }, signal)).toEqual({ file: null });
  expect(electron.dialog.showSaveDialog.mock.lastCall![1]).toMatchObject({ defaultPath: path.join(home, 'Film  1 2  سیما.sima') });
  electron.dialog.showSaveDialog.mockResolvedValueOnce({ canceled: false, filePath: path.join(home, 'mine') });
  const file = path.join(home, 'mine.sima');
  expect(await calls['desktop.saveProjectAs']({ id, packed: false }, signal)).toEqual({ file });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ id });
  expect(electron.app.recent).toEqual([file]);
});

test('a project is opened from where it lies', async () => {
  const { calls } = opened();
  expect(await calls['desktop.openProject'](null, signal)).toBeNull();
  const made = await projects.create({ name: 'Elsewhere' });
  const file = path.join(home, 'given.sima');
  writeFileSync(file, JSON.stringify({ ...made, id: 'foreign' }));
  electron.dialog.showOpenDialog.mockResolvedValueOnce({ canceled: false, filePaths: [file] });
  expect(await calls['desktop.openProject'](null, signal)).toMatchObject({ id: 'foreign', name: 'Elsewhere' });
  expect(electron.app.recent).toEqual([file]);
  writeFileSync(file, '{');
  electron.dialog.showOpenDialog.mockResolvedValueOnce({ canceled: false, filePaths: [file] });
  await expect(calls['desktop.openProject'](null, signal)).rejects.toMatchObject({ code: 'invalid-input' });
});

test('a package is saved with its own ending, and opened as a project of this studio', async () => {
  const { calls, unpacked } = opened();
  const { id } = await projects.create({ name: 'Travels' });
  const file = path.join(home, 'Travels.simapack');
  electron.dialog.showSaveDialog.mockResolvedValueOnce({ canceled: false, filePath: path.join(home, 'Travels') });
  expect(await calls['desktop.saveProjectAs']({ id, packed: true }, signal)).toEqual({ file });
  expect(electron.dialog.showSaveDialog.mock.lastCall![1]).toMatchObject({ defaultPath: file, filters: [{ extensions: ['simapack'] }] });
  electron.dialog.showOpenDialog.mockResolvedValueOnce({ canceled: false, filePaths: [file] });
  expect(await calls['desktop.openProject'](null, signal)).toMatchObject({ name: 'Unpacked' });
  expect(unpacked).toEqual([file]);
});

test('a report is printed by a window that runs nothing and reaches nothing, which is gone afterwards', async () => {
  const { calls } = opened();
  const html = '<p>x</p><script>fetch("https://example.org")</script>';
  expect(await calls['desktop.printReport']({ html, name: 'Take 1' }, signal)).toEqual({ file: null });
  expect(electron.printed).toEqual([]);
  const file = path.join(home, 'Take 1.pdf');
  electron.dialog.showSaveDialog.mockResolvedValueOnce({ canceled: false, filePath: file });
  expect(await calls['desktop.printReport']({ html, name: 'Take 1' }, signal)).toEqual({ file });
  expect(readFileSync(file, 'utf8')).toBe('%PDF-1.7');
  const printer = electron.windows.at(-1)!;
  expect(printer.destroyed).toBe(true);
  expect(printer.options).toMatchObject({ show: false, webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, javascript: false, webviewTag: false } });
  expect(printer.options.webPreferences).not.toHaveProperty('preload');
  const [[name, own]] = [...electron.sessions].filter(([each]) => each.startsWith('report'));
  expect(printer.options.webPreferences!.session).toBe(own);
  expect(name).not.toContain('persist:');
  expect(own.handled.size).toBe(0); // no longer
  expect(own.permissionCheck!(null, 'media', 'sima://studio', { isMainFrame: true })).toBe(false);
  const canceled = (url: string) => {
    let cancel = false;
    own.beforeRequest!({ url }, (answer) => (cancel = answer.cancel));
    return cancel;
  };
  expect(['sima://studio/', 'data:image/png;base64,x', 'https://example.org/', 'sima://studio/takes/a.mp4', 'file:///etc/passwd'].map(canceled)).toEqual([false, false, true, true, true]);
});

test('a report’s own page lets no script run', async () => {
  const { calls } = opened();
  electron.dialog.showSaveDialog.mockResolvedValueOnce({ canceled: false, filePath: path.join(home, 'a.pdf') });
  const policies: (string | null)[] = [];
  const load = vi.spyOn(FakeWindow.prototype, 'loadURL').mockImplementationOnce(async (url) => {
    const [own] = [...electron.sessions].filter(([name]) => name.startsWith('report')).map(([, session]) => session);
    policies.push((await own.handled.get('sima')!(new Request(url))).headers.get('content-security-policy'));
  });
  await calls['desktop.printReport']({ html: '<p>', name: 'a' }, signal);
  load.mockRestore();
  expect(policies[0]).toContain("default-src 'none'");
  expect(policies[0]).not.toContain('script-src');
});

test('the page hears commands, and says in which language it is', async () => {
  const { streams, commands, languages } = opened();
  const listening = streams['desktop.commands']({ lang: 'fa' }, signal)[Symbol.asyncIterator]();
  const first = listening.next();
  commands.send({ type: 'menu', command: 'undo' });
  expect((await first).value).toEqual({ type: 'menu', command: 'undo' });
  expect(languages).toEqual(['fa']);
});

test('an export that ends while its user is elsewhere is told; those that were over before, and those under their eyes, are not', async () => {
  const window = new FakeWindow();
  const infos = [exportOf('old', 'finished'), exportOf('a', 'queued'), exportOf('a', 'running'), exportOf('a', 'finished'), exportOf('b', 'running'), exportOf('b', 'failed'), exportOf('c', 'running'), exportOf('c', 'canceled')];
  const handlers = { streams: { 'exports.watch': async function* () { for (const info of infos) yield await Promise.resolve(info); } } } as unknown as Handlers<StudioServerApi>;
  const real = asReal(window);
  await tellOfExports(handlers, real, () => WORDS.fa, signal);
  expect(electron.notices.map(({ options }) => options.title)).toEqual([WORDS.fa.notices.exportedTitle, WORDS.fa.notices.failedTitle]);
  electron.notices[0].emit('click');
  expect(window.focused).toBe(true);
  await tellOfExports(handlers, real, () => WORDS.fa, signal); // it has the focus now
  expect(electron.notices).toHaveLength(2);
});

test('reports that are printed at the same time come one after the other, each with its own text, in one session for all', async () => {
  const { calls } = opened();
  const loaded: string[] = [];
  const load = vi.spyOn(FakeWindow.prototype, 'loadURL').mockImplementation(async function (this: FakeWindow, url) {
    const { handled } = this.options.webPreferences!.session as unknown as FakeSession;
    const answer = handled.get('sima')!;
    await new Promise(setImmediate);
    expect(handled.get('sima')).toBe(answer); // nobody else's meanwhile
    loaded.push(await (await answer(new Request(url))).text());
  });
  const html = ['<p>one', '<p>two', '<p>three'];
  for (const name of html.keys()) electron.dialog.showSaveDialog.mockResolvedValueOnce({ canceled: false, filePath: path.join(home, `${name}.pdf`) });
  await Promise.all(html.map(async (each, i) => calls['desktop.printReport']({ html: each, name: String(i) }, signal)));
  load.mockRestore();
  expect(loaded).toEqual(html);
  expect([...electron.sessions.keys()].filter((name) => name.startsWith('report'))).toHaveLength(1);
});
