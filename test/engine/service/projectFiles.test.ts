/** Recordings and pictures of projects over the service: uploads in, uploads out, real files in between, and no path in either direction. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openProjects, type ProjectStore } from '../../../src/engine/library/projects.ts';
import { serviceHandlers } from '../../../src/engine/service/serviceHandlers.ts';
import { openUploads, type Uploads } from '../../../src/engine/service/uploads.ts';
import { projectHandlers } from '../../../src/engine/studio/handlers/projects.ts';
import type { StudioServerApi } from '../../../src/shared/contract.ts';
import type { Handlers } from '../../../src/shared/rpc.ts';
import { until } from './serving.ts';

let home: string;
let uploads: Uploads;
let projects: ProjectStore;
let calls: Handlers<StudioServerApi>['calls'];
beforeEach(async () => {
  home = mkdtempSync(path.join(os.tmpdir(), 'sima-project-files-'));
  uploads = await openUploads({ folder: path.join(home, 'uploads') });
  projects = openProjects(home);
  ({ calls } = serviceHandlers(projectHandlers({ studio: { projects } } as never, undefined as never) as unknown as Handlers<StudioServerApi>, uploads));
});
afterEach(async () => {
  await uploads.close();
  rmSync(home, { recursive: true, force: true });
});

const signal = new AbortController().signal;
const sent = (text: string) => uploads.receive((async function* () { yield await Promise.resolve(Buffer.from(text)); })(), { name: 'voice.wav', sizeBytes: null });
const bytesOf = async (upload: string) => readFileSync(await uploads.resolve(upload), 'utf8');

test('a recording that was uploaded is there the next time, when its upload has gone', async () => {
  const project = await calls['projects.create']({ name: 'Mine', segments: [] }, signal);
  await calls['projects.save']({ project: { ...project, audio: { file: await sent('sound'), name: 'voice.wav' }, background: `picture:${await sent('picture')}` } }, signal);
  await uploads.close(); // what was received goes
  uploads = await openUploads({ folder: path.join(home, 'uploads') });
  ({ calls } = serviceHandlers(projectHandlers({ studio: { projects: openProjects(home) } } as never, undefined as never) as unknown as Handlers<StudioServerApi>, uploads));
  const opened = await calls['projects.open']({ id: project.id }, signal);
  expect(opened.audio!.file).toMatch(/^upload:/);
  expect(await bytesOf(opened.audio!.file)).toBe('sound');
  expect(await bytesOf(opened.background.replace('picture:', ''))).toBe('picture');
  await calls['projects.save']({ project: opened }, signal); // as it came, it can be saved
  expect(await bytesOf((await calls['projects.open']({ id: project.id }, signal)).audio!.file)).toBe('sound');
});

test('what a project was made with is handed out without a copy, the same however often it is opened, and comes back as what it is', async () => {
  const project = await calls['projects.create']({ name: 'An hour of sound', segments: [] }, signal);
  await calls['projects.save']({ project: { ...project, audio: { file: await sent('sound'), name: 'voice.wav' } } }, signal);
  const kept = (await projects.open(project.id)).audio!.file;
  const written = statSync(projects.fileOf(project.id));
  const opened = await calls['projects.open']({ id: project.id }, signal);
  expect(statSync(await uploads.resolve(opened.audio!.file))).toMatchObject({ ino: statSync(kept).ino, dev: statSync(kept).dev });
  expect(await calls['projects.open']({ id: project.id }, signal)).toEqual(opened);
  await calls['projects.save']({ project: opened }, signal);
  expect(statSync(projects.fileOf(project.id))).toMatchObject({ ino: written.ino, mtimeMs: written.mtimeMs });
  expect((await projects.open(project.id)).audio!.file).toBe(kept);
  await uploads.close(); // what was handed out goes; what is kept stays
  expect(readFileSync(kept, 'utf8')).toBe('sound');
});

const isElsewhere = existsSync('/dev/shm') && statSync('/dev/shm').dev !== statSync(os.tmpdir()).dev;
test.runIf(isElsewhere)('where a file cannot have a second name it is copied', async () => {
  const folder = mkdtempSync('/dev/shm/sima-uploads-');
  const other = await openUploads({ folder });
  const file = path.join(home, 'voice.wav');
  writeFileSync(file, 'sound');
  const upload = await other.lend(file);
  expect(readFileSync(await other.resolve(upload), 'utf8')).toBe('sound');
  expect(await other.lend(file)).toBe(upload);
  await other.close();
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});

test('what an open project was made with is not swept while the project has it', async () => {
  const folder = path.join(home, 'uploads');
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    await uploads.close();
    uploads = await openUploads({ folder });
    const [used, unused] = [path.join(home, 'used.wav'), path.join(home, 'unused.wav')];
    for (const file of [used, unused]) writeFileSync(file, 'sound');
    const [held, replaced, brought] = [await uploads.lend(used), await uploads.lend(unused), await sent('sound')].map((upload) => path.join(folder, upload.slice('upload:'.length)));
    rmSync(unused);
    const yesterday = new Date(Date.now() - 25 * 3600 * 1000);
    for (const each of [held, replaced, brought]) utimesSync(each, yesterday, yesterday);
    vi.advanceTimersByTime(3600 * 1000);
    await until(() => !existsSync(replaced) && !existsSync(brought) && (!existsSync(held) || statSync(held).mtimeMs > yesterday.getTime() + 1000));
    expect(existsSync(held)).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});

test('a page that has a project open for longer than its upload is there loses no recording', async () => {
  const project = await calls['projects.create']({ name: 'Mine', segments: [] }, signal);
  await calls['projects.save']({ project: { ...project, audio: { file: await sent('sound'), name: 'voice.wav' }, background: `picture:${await sent('picture')}` } }, signal);
  await uploads.close();
  uploads = await openUploads({ folder: path.join(home, 'uploads') });
  ({ calls } = serviceHandlers(projectHandlers({ studio: { projects } } as never, undefined as never) as unknown as Handlers<StudioServerApi>, uploads));
  const opened = await calls['projects.open']({ id: project.id }, signal);
  rmSync(path.join(home, 'uploads', opened.audio!.file.slice('upload:'.length)), { recursive: true }); // as another studio of this home does
  for (const text of ['one', 'two']) await calls['projects.save']({ project: { ...opened, segments: [{ text }] } }, signal);
  const again = await calls['projects.open']({ id: project.id }, signal);
  expect(again.segments).toEqual([{ text: 'two' }]);
  expect(await bytesOf(again.audio!.file)).toBe('sound');
  expect(await bytesOf(again.background.replace('picture:', ''))).toBe('picture');
});

test('a project that names what is nobody’s file can be saved all the same', async () => {
  const project = await projects.create({ name: 'Mine' });
  await projects.save({ ...project, audio: { file: 'another.files/voice.wav', name: 'voice.wav' } });
  const opened = await calls['projects.open']({ id: project.id }, signal);
  await calls['projects.save']({ project: { ...opened, name: 'Still mine' } }, signal);
  expect(await calls['projects.open']({ id: project.id }, signal)).toMatchObject({ name: 'Still mine' });
});

test('no file of the studio’s machine can be named', async () => {
  const project = await calls['projects.create']({ name: 'Mine', segments: [] }, signal);
  const secret = path.join(home, 'secret.txt');
  writeFileSync(secret, 'secret');
  for (const change of [{ audio: { file: secret, name: 'x' } }, { background: `picture:${secret}` }, { audio: { file: '../secret.txt', name: 'x' } }]) {
    await expect(calls['projects.save']({ project: { ...project, ...change } }, signal)).rejects.toMatchObject({ code: 'invalid-input' });
  }
  await expect(calls['projects.import']({ file: secret }, signal)).rejects.toMatchObject({ code: 'invalid-input' });
  const upload = await sent(JSON.stringify({ ...project, id: 'other', audio: { file: secret, name: 'x' } }));
  expect(await calls['projects.import']({ file: upload }, signal)).toMatchObject({ id: 'other', audio: null });
});

test('a file that is far larger than a project is refused unread', async () => {
  const file = await sent(`{"version":1,"name":"${' '.repeat(64e6)}"}`);
  await expect(calls['projects.import']({ file }, signal)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('too large to be a project') as string });
});

test('a recording whose upload and file are gone is asked for again, and what was written is saved', async () => {
  const project = await calls['projects.create']({ name: 'Mine', segments: [] }, signal);
  const file = 'upload:12345678-1234-1234-1234-123456789abc';
  await calls['projects.save']({ project: { ...project, segments: [{ text: 'kept' }], audio: { file, name: 'x' } } }, signal);
  expect(await calls['projects.open']({ id: project.id }, signal)).toMatchObject({ segments: [{ text: 'kept' }], audio: { file } });
  await expect(uploads.resolve(file)).rejects.toMatchObject({ message: expect.stringContaining('send the file again') as string });
});
