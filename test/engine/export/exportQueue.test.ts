/** The queue over the real studio and its engine process: order, pauses, ends of processes, and what lies in the folder at any time. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { exportsFolder } from '../../../src/engine/export/exportQueue.ts';
import { openExportRecords } from '../../../src/engine/export/exportRecords.ts';
import { NOBODY, thisProcess } from '../../../src/engine/library/owner.ts';
import { probe } from '../../../src/engine/media/probe.ts';
import type { ExportInfo } from '../../../src/shared/contract/export.ts';
import { addTakes, type LibraryTake } from '../../support/exportedTakes.ts';
import { openTestStudio, type TestStudio } from '../../support/studios.ts';

const home = mkdtempSync(path.join(os.tmpdir(), 'sima-exports-'));
let short: LibraryTake;
let long: LibraryTake;
let recorded: LibraryTake;
beforeAll(async () => {
  [short, long, recorded] = await addTakes(home, [{ frames: 25 }, { frames: 400, width: 320, height: 180, script: 'Once upon a time: a long story/tale, told well and at length' }, { frames: 25, audio: '/home/me/my voice.m4a' }]);
});

let open: TestStudio;
beforeAll(async () => {
  open = await openTestStudio({ home, goOn: true });
});
afterAll(() => open.close());
let folder: string;
let folders = 0;
beforeEach(() => {
  folder = path.join(home, `out ${++folders}`);
  mkdirSync(folder);
});

const client = () => open.client();
const start = (takeId: string, settings: Record<string, unknown> = {}, more: { name?: string; folder?: string | undefined } = {}) =>
  client().call('exports.start', { takeId, settings: { kind: 'video', ...settings } as never, folder, ...more });
/** Takes a while, as it is read twice. */
const slow = { mode: 'encode', videoKbps: 300, encoder: 'x264' };
const named = () => readdirSync(folder).filter((name) => !name.startsWith('.')).sort();

/** Watches until something is so of the exports with these ids. */
async function until(isSo: (known: Map<string, ExportInfo>, now: ExportInfo) => boolean): Promise<Map<string, ExportInfo>> {
  const known = new Map<string, ExportInfo>();
  for await (const info of client().stream('exports.watch', null)) {
    if (info.state === 'removed') continue;
    known.set(info.id, info);
    if (isSo(known, info)) break;
  }
  return known;
}
const ended = async (id: string): Promise<ExportInfo> => (await until((known) => ['finished', 'failed', 'canceled'].includes(known.get(id)?.state ?? ''))).get(id)!;
/** Once the export is amid its work, the engine stands still while something is asked of it, so that it cannot have ended by then. */
async function amid<T>(id: string, ask: () => T): Promise<Awaited<T>> {
  await until((known) => (known.get(id)?.progress ?? 0) > 0.02);
  const pid = open.studio.engine.pid()!;
  process.kill(pid, 'SIGSTOP');
  const asked = ask();
  process.kill(pid, 'SIGCONT');
  return await asked;
}

test('one after the other, named by what is said, never over a file that is there', async () => {
  writeFileSync(path.join(folder, 'سلام به همه. Hello everybody.mp4'), 'mine');
  const wishes = [await start(short.id), await start(short.id, { subtitles: 'srt' }), await start(short.id, {}, { name: 'A: <b>/c?' }), await start(recorded.id)];
  const states = new Set<string>();
  await until((known) => {
    states.add(wishes.map(({ id }) => known.get(id)?.state).join(' '));
    return wishes.every(({ id }) => known.get(id)?.state === 'finished');
  });
  for (const state of states) expect(state.split(' ').filter((each) => each === 'running').length).toBeLessThanOrEqual(1);
  expect(named()).toEqual(['A b c.mp4', 'my voice.mp4', 'سلام به همه. Hello everybody (2).mp4', 'سلام به همه. Hello everybody (3).mp4', 'سلام به همه. Hello everybody (3).srt', 'سلام به همه. Hello everybody.mp4']);
  expect(readFileSync(path.join(folder, 'سلام به همه. Hello everybody.mp4'), 'utf8')).toBe('mine');
  const listed = await client().call('exports.list', null);
  const second = listed.find(({ id }) => id === wishes[1].id)!;
  expect(second).toMatchObject({ state: 'finished', progress: 1, sameBytes: true, place: null, error: null, files: [expect.stringMatching(/\(3\)\.mp4$/), expect.stringMatching(/\(3\)\.srt$/)] });
  expect((await probe(second.files[0], { packets: true })).video!.frames).toBe(25);
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('a paused one stands still while the next is made, goes on where it was, and keeps its place', async () => {
  const first = await start(long.id, slow);
  const next = await start(short.id, {}, { name: 'next' });
  const last = await start(short.id, {}, { name: 'last' });
  expect([first.place, next.place, last.place]).toEqual([null, 0, 1]);
  const paused = await amid(first.id, () => open.studio.exports.pause(first.id));
  expect(paused).toMatchObject({ state: 'paused', place: 0 });
  const now = async () => (await client().call('exports.list', null)).find(({ id }) => id === first.id)!;
  await ended(next.id);
  const { progress } = await now();
  await ended(last.id);
  const still = await now();
  expect(still).toMatchObject({ state: 'paused', progress });
  expect(still.progress).toBeLessThan(0.9);
  const resumed = await client().call('exports.resume', { id: first.id });
  expect(resumed).toMatchObject({ state: 'running', progress: still.progress });
  expect(await ended(first.id)).toMatchObject({ state: 'finished' });
  expect(named()).toEqual(['Once upon a time a long story tale.mp4', 'last.mp4', 'next.mp4']);
});

test('moved before another, and canceled: what was begun leaves nothing, what waits is not begun', async () => {
  const running = await start(long.id, slow);
  const [a, b, c] = [await start(short.id, {}, { name: 'a' }), await start(short.id, {}, { name: 'b' }), await start(short.id, {}, { name: 'c' })];
  await client().call('exports.move', { id: c.id, before: a.id });
  await client().call('exports.move', { id: a.id, before: null });
  expect((await client().call('exports.list', null)).filter(({ place }) => place !== null).map(({ name }) => name)).toEqual(['c.mp4', 'b.mp4', 'a.mp4']);
  await expect(client().call('exports.move', { id: running.id, before: a.id })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('running') as string });
  expect(await client().call('exports.cancel', { id: b.id })).toMatchObject({ state: 'canceled' });
  const canceled = amid(running.id, () => {
    expect(readdirSync(folder)).toEqual([`.sima-export-${running.id}`]);
    return open.studio.exports.cancel(running.id);
  });
  expect(await canceled).toMatchObject({ state: 'canceled', files: [] });
  await ended(a.id);
  const order = (await client().call('exports.list', null)).filter(({ id }) => [a.id, c.id].includes(id)).map(({ name }) => name);
  expect(order).toEqual(['a.mp4', 'c.mp4']); // the latest first
  expect(readdirSync(folder).sort()).toEqual(['a.mp4', 'c.mp4']);
});

test('the engine is killed in the middle: the export begins again in the next one, and is whole', async () => {
  const { id } = await start(long.id, slow);
  await amid(id, () => process.kill(open.studio.engine.pid()!, 'SIGKILL'));
  expect(await ended(id)).toMatchObject({ state: 'finished', error: null });
  expect(readdirSync(folder)).toEqual(['Once upon a time a long story tale.mp4']);
  expect((await probe(path.join(folder, named()[0]), { packets: true })).video!.frames).toBe(400);
});

test('what the engine is started again for waits for the export that is being made', async () => {
  const { engine, preferences } = open.studio;
  await engine.ready();
  const { restarts } = engine.status();
  const { id } = await start(long.id, slow);
  const voice = preferences.defaultVoices().en === 'espeak-en-gb' ? 'espeak-en-us' : 'espeak-en-gb';
  await amid(id, () => client().call('voices.setDefault', { id: voice }));
  let furthest = 0;
  await until((known, now) => {
    if (now.id === id) expect(now.progress ?? 0).toBeGreaterThanOrEqual(furthest);
    furthest = Math.max(furthest, known.get(id)?.progress ?? 0);
    return known.get(id)?.state === 'finished';
  });
  for await (const status of client().stream('engine.watch', null)) if (status.restarts > restarts) break;
  expect(engine.status().restarts).toBe(restarts + 1);
});

test('a studio that ends leaves its queue to the next: what was being made begins again, what is paused stays so', async () => {
  const running = await start(long.id, slow);
  const queued = await start(short.id, {}, { name: 'queued' });
  const paused = await start(short.id, {}, { name: 'paused' });
  await client().call('exports.pause', { id: paused.id });
  await amid(running.id, () => open.close({ keepHome: true }));
  expect(readdirSync(folder)).toEqual([]);
  open = await openTestStudio({ home, goOn: true });
  expect(await ended(running.id)).toMatchObject({ state: 'finished' });
  expect(await ended(queued.id)).toMatchObject({ state: 'finished' });
  expect((await client().call('exports.list', null)).find(({ id }) => id === paused.id)).toMatchObject({ state: 'paused', place: 0 });
  expect(readdirSync(folder).sort()).toEqual(['Once upon a time a long story tale.mp4', 'queued.mp4']);
  await client().call('exports.remove', { id: paused.id });
});

test('what a host that was killed has left is taken up, and its half-made files go', async () => {
  await open.close({ keepHome: true });
  const id = 'left-by-another';
  const work = path.join(folder, `.sima-export-${id}`);
  mkdirSync(work);
  writeFileSync(path.join(work, 'export.mp4'), 'half');
  const records = openExportRecords(home);
  const info = {
    id, takeId: short.id, name: 'left.mp4', settings: { kind: 'video', mode: 'copy', encoder: 'auto', subtitles: 'none' } as const, state: 'running' as const,
    files: [], sizeBytes: null, sameBytes: true, createdAt: new Date().toISOString(), endedAt: null, error: null, encoder: null,
  };
  const dead = { pid: 2 ** 22 - 1, started: '1' };
  records.put({ info, folder, place: 1000 }, dead);
  // Of those who try to take it over, one succeeds.
  expect([records.takeOver(id, dead, NOBODY), records.takeOver(id, dead, thisProcess())]).toEqual([true, false]);
  open = await openTestStudio({ home, goOn: true });
  expect(await ended(id)).toMatchObject({ state: 'finished', error: null });
  expect(readdirSync(folder)).toEqual(['left.mp4']);
});

test('its own folder where none is named; there, files go with their export', async () => {
  const { id } = await start(short.id, { kind: 'audio', format: 'wav' }, { folder: undefined });
  const { files: [file] } = await ended(id);
  expect(path.dirname(file)).toBe(exportsFolder(home));
  await client().call('exports.remove', { id });
  expect(existsSync(file)).toBe(false);
  const elsewhere = await start(short.id);
  const { files: [kept] } = await ended(elsewhere.id);
  await client().call('exports.remove', { id: elsewhere.id });
  expect(existsSync(kept)).toBe(true);
  expect((await client().call('exports.list', null)).some(({ id: listed }) => [id, elsewhere.id].includes(listed))).toBe(false);
});

test('whoever watches is told of what is removed', async () => {
  const { id } = await start(short.id, { kind: 'audio', format: 'wav' });
  await ended(id);
  const told: string[] = [];
  for await (const info of client().stream('exports.watch', null)) {
    if (info.id !== id) continue;
    told.push(info.state);
    if (info.state === 'removed') break;
    await client().call('exports.remove', { id });
  }
  expect(told).toEqual(['finished', 'removed']);
});

test('what cannot be is said at once, before anything is queued', async () => {
  const before = (await client().call('exports.list', null)).length;
  await expect(start('no-such-take')).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('no take') as string });
  await expect(start(recorded.id, { subtitles: 'srt' })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('follows a recording') as string });
  await expect(start(short.id, {}, { folder: path.join(home, 'nowhere') })).rejects.toMatchObject({ code: 'io', message: expect.stringContaining('does not exist') as string });
  await expect(start(short.id, {}, { folder: 'relative' })).rejects.toMatchObject({ code: 'invalid-input' });
  await expect(start(short.id, { mode: 'encode', targetBytes: 4e15 })).rejects.toMatchObject({ code: 'capacity', message: expect.stringContaining('no room') as string });
  expect(await client().call('exports.list', null)).toHaveLength(before);
});

test('a folder that goes away in the meantime fails the export with the reason, and the next one is made', async () => {
  const running = await start(long.id, slow);
  const gone = path.join(home, 'usb stick');
  mkdirSync(gone);
  const { id } = await start(short.id, {}, { folder: gone });
  const after = await start(short.id, {}, { name: 'after' });
  rmSync(gone, { recursive: true });
  await client().call('exports.cancel', { id: running.id });
  expect(await ended(id)).toMatchObject({ state: 'failed', error: { code: 'io', message: expect.stringContaining('does not exist') as string } });
  expect(await ended(after.id)).toMatchObject({ state: 'finished' });
});
