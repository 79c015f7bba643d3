/** Recordings and pictures of projects over the service: uploads in, uploads out, real files in between, and no path in either direction. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openProjects, type ProjectStore } from '../../../src/engine/library/projects.ts';
import { serviceHandlers } from '../../../src/engine/service/serviceHandlers.ts';
import { openUploads, type Uploads } from '../../../src/engine/service/uploads.ts';
import { projectHandlers } from '../../../src/engine/studio/handlers/projects.ts';
import type { StudioServerApi } from '../../../src/shared/contract.ts';
import type { Handlers } from '../../../src/shared/rpc.ts';

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
