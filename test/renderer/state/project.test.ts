/** Whose version stays: pages of one browser over real projects on a real disk, which are reloaded, switched between projects, and kept from saving. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openProjects, type ProjectStore } from '../../../src/engine/library/projects.ts';
import type { StudioApi } from '../../../src/shared/contract.ts';
import type { Project } from '../../../src/shared/contract/project.ts';
import { StudioError } from '../../../src/shared/errors.ts';
import { serve, type Handlers } from '../../../src/shared/rpc.ts';
import { messagePort } from '../../support/studios.ts';

const FIRST = { name: 'First', greeting: 'Hello.' };

let home: string;
let projects: ProjectStore;
/** What fails for as long as it is in here: versions of a project, by its id, new projects, and removing one. */
const failing = new Set<string>();
const unlessFailing = (what: string): void => {
  if (failing.has(what)) throw new StudioError('io', 'The disk is full.');
};
/** Answers do not arrive any more. */
let isSilent = false;
const pages: { end(): void }[] = [];

beforeEach(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'sima-pages-'));
  projects = openProjects(home);
  const kept = new Map<string, string>();
  vi.stubGlobal('location', new URL('http://127.0.0.1/'));
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value), removeItem: (key: string) => void kept.delete(key) });
});
afterEach(() => {
  for (const page of pages.splice(0)) page.end();
  failing.clear();
  isSilent = false;
  vi.unstubAllGlobals();
  rmSync(home, { recursive: true, force: true });
});

const handlers = () => ({
  calls: {
    'projects.list': () => projects.list(),
    'projects.create': (about: { name: string }) => {
      unlessFailing('create');
      return projects.create(about);
    },
    'projects.open': ({ id }: { id: string }) => projects.open(id),
    'projects.save': async ({ project, basedOn }: { project: Project; basedOn?: string }) => {
      unlessFailing(project.id);
      const saved = await projects.save(project, basedOn);
      if (isSilent) await new Promise(() => undefined);
      return saved;
    },
    'projects.remove': ({ id }: { id: string }) => {
      unlessFailing('remove');
      return projects.remove(id);
    },
  },
  streams: {},
}) as unknown as Handlers<StudioApi>;

/** A window of the browser, which shares what that keeps with the others. */
async function openPage(id?: string) {
  vi.resetModules();
  const window = new EventTarget();
  vi.stubGlobal('window', window);
  const { port1, port2 } = new MessageChannel();
  serve<StudioApi>(messagePort(port2), handlers());
  const { connect } = await import('../../../src/shared/rpc.ts');
  const { useConnection } = await import('../../../src/renderer/studio/connection.ts');
  const { keepWhenPageGoes, useProject } = await import('../../../src/renderer/state/project.ts');
  useConnection.setState({ state: 'open', client: connect<StudioApi>(messagePort(port1)) });
  keepWhenPageGoes();
  const page = {
    state: () => useProject.getState(),
    text: () => useProject.getState().project!.segments.map(({ text }) => text).join(''),
    write: (text: string) => useProject.getState().edit({ segments: [{ text }] }),
    async save() {
      await useProject.getState().saveNow();
      return useProject.getState().saving.state;
    },
    /** As a reload goes. */
    async leave() {
      window.dispatchEvent(new Event('pagehide'));
      await tick();
      page.end();
    },
    end: () => port1.close(),
  };
  pages.push(page);
  if (id !== undefined) await page.state().open(id);
  return page;
}

/** A version is known by its millisecond. */
const tick = () => new Promise((resolve) => setTimeout(resolve, 5));
const made = async (text: string, name = 'Ours'): Promise<string> => (await projects.create({ name, segments: [{ text }] })).id;
const onDisk = async (id: string): Promise<string> => (await projects.open(id)).segments.map(({ text }) => text).join('');
const savedAt = async (id: string) => (await projects.list()).find((row) => row.id === id)!.savedAt;

test('who reloads instead of choosing is asked again, and nothing is overwritten until then', async () => {
  const id = await made('As it was.');
  const [first, second] = [await openPage(id), await openPage(id)];
  await tick();
  second.write('Said by the second.');
  expect(await second.save()).toBe('saved');
  first.write('Said by the first.');
  expect(await first.save()).toBe('failed');
  await first.leave();
  const again = await openPage(id);
  expect(again.text()).toBe('Said by the first.');
  expect(again.state().elsewhere).toBe(await savedAt(id));
  expect(await again.save()).toBe('failed');
  expect(await onDisk(id)).toBe('Said by the second.');
  await again.state().keepMine();
  expect(await onDisk(id)).toBe('Said by the first.');
});

test('who goes to another project instead finds their own version again, however late the other one was saved', async () => {
  const [id, other] = [await made('As it was.'), await made('Another.')];
  const [first, second] = [await openPage(id), await openPage(id)];
  await tick();
  first.write('Said by the first.');
  first.state().keepNow();
  await tick();
  second.write('Said by the second.');
  await second.save();
  expect(await first.save()).toBe('failed');
  await first.state().open(other);
  expect(first.state()).toMatchObject({ elsewhere: null, saving: { state: 'saved' } });
  await first.state().open(id);
  expect(first.text()).toBe('Said by the first.');
  expect(first.state().elsewhere).toBe(await savedAt(id));
  await first.state().takeTheirs();
  expect(first.text()).toBe('Said by the second.');
  first.state().undo();
  expect(first.text()).toBe('Said by the first.');
});

test('nobody is asked about their own version: what was on its way when the page went, and what it was to be next', async () => {
  const id = await made('As it was.');
  const page = await openPage(id);
  await tick();
  isSilent = true;
  page.write('Sent, and never answered.');
  void page.save();
  await expect.poll(() => onDisk(id)).toBe('Sent, and never answered.');
  page.write('Typed after that.');
  await page.leave();
  isSilent = false;
  const again = await openPage(id);
  expect(again.text()).toBe('Typed after that.');
  expect(again.state()).toMatchObject({ elsewhere: null, restored: true });
  expect(await again.save()).toBe('saved');
  expect(await onDisk(id)).toBe('Typed after that.');

  again.write('Saved as the page goes.');
  await again.leave();
  await expect.poll(() => onDisk(id)).toBe('Saved as the page goes.');
  expect((await openPage(id)).state()).toMatchObject({ elsewhere: null, restored: false });
});

test('what an older page kept, which does not say what it was made from, is read, and chosen from', async () => {
  const id = await made('As it was.');
  const project = { ...(await projects.open(id)), segments: [{ text: 'Kept long ago.' }] };
  localStorage.setItem(`sima-unsaved-${id}`, JSON.stringify({ project, at: '2020-01-01T00:00:00.000Z' }));
  const page = await openPage(id);
  expect(page.text()).toBe('Kept long ago.');
  expect(page.state().elsewhere).toBe(await savedAt(id));
});

test('a project that was just made is not overwritten unseen, either', async () => {
  const first = await openPage();
  await first.state().create('New');
  const { id } = first.state().project!;
  const second = await openPage(id);
  await tick();
  second.write('Said by the second.');
  await second.save();
  first.write('Said by the first.');
  expect(await first.save()).toBe('failed');
  expect(first.state().elsewhere).toBe(await savedAt(id));
  expect(await onDisk(id)).toBe('Said by the second.');
});

test('a removed project does not come back with what could not be saved of it', async () => {
  const [id, other] = [await made('As it was.'), await made('Another.')];
  const stick = path.join(home, 'stick');
  mkdirSync(stick);
  await projects.keepAt(id, path.join(stick, 'ours.sima'));
  const page = await openPage(id);
  rmSync(stick, { recursive: true });
  writeFileSync(stick, 'not a folder any more');
  page.write('Changed.');
  expect(await page.save()).toBe('failed');
  await page.state().discard(FIRST);
  expect(await page.save()).toBe('saved');
  expect((await projects.list()).map((row) => row.id)).toEqual([other]);
  expect(page.state().project!.id).toBe(other);
});

test('one that cannot be removed is saved as before', async () => {
  const id = await made('As it was.');
  const page = await openPage(id);
  page.write('Changed.');
  for (const what of [id, 'remove']) failing.add(what);
  await expect(page.state().discard(FIRST)).rejects.toThrow('The disk is full.');
  failing.clear();
  expect(await page.save()).toBe('saved');
  expect(await onDisk(id)).toBe('Changed.');
});

test('what cannot be saved of one project waits on while another is open, which is saved meanwhile', async () => {
  const [id, other] = [await made('As it was.'), await made('Another.')];
  const page = await openPage(id);
  failing.add(id);
  page.write('Changed.');
  expect(await page.save()).toBe('failed');
  await page.state().open(other);
  page.write('Another, changed.');
  expect(await page.save()).toBe('failed');
  expect(await onDisk(other)).toBe('Another, changed.');
  expect(await onDisk(id)).toBe('As it was.');

  await page.state().open(id);
  expect(page.text()).toBe('Changed.');
  expect(page.state().elsewhere).toBeNull();
  await page.state().open(other);
  failing.clear();
  expect(await page.save()).toBe('saved');
  expect(await onDisk(id)).toBe('Changed.');
});

test('a draft is the open project under the id that it gets, too, and becomes one project', async () => {
  failing.add('create');
  const page = await openPage();
  await page.state().create('New');
  const draft = page.state().project!.id;
  expect(await page.save()).toBe('failed');
  failing.clear();
  const saving = page.save();
  page.write('Typed meanwhile.');
  await saving;
  const { id } = page.state().project!;
  expect(id).not.toBe(draft);
  expect([draft, id, 'another'].map(page.state().isOpen)).toEqual([true, true, false]);
  expect((await projects.list()).map((row) => row.id)).toEqual([id]);
  expect(await onDisk(id)).toBe('Typed meanwhile.');
});
