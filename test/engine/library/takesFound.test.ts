/** Takes found by what they say and by what they belong to, and what is kept of them beside their pictures. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, expect, test } from 'vitest';
import { avatars as avatarTables } from '../../../src/engine/library/migrations/0001-avatars.ts';
import { locks as lockTables } from '../../../src/engine/library/migrations/0002-locks.ts';
import { takes as takeTables } from '../../../src/engine/library/migrations/0003-takes.ts';
import { openTakes, type TakeStore } from '../../../src/engine/library/takes.ts';
import type { MouthTrack } from '../../../src/engine/mouthTrack.ts';
import type { RenderRequest } from '../../../src/shared/contract/request.ts';
import type { SaidSegment } from '../../../src/shared/contract/take.ts';
import { beginTake, finishedTake, INIT_BYTES, nameFile, OUTCOME, publishNext, REQUEST } from './takes/makeTake.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-found-'));
let number = 0;
const fresh = () => {
  const home = path.join(folder, String(++number));
  mkdirSync(home);
  return home;
};
const stores: TakeStore[] = [];
const open = (home: string): TakeStore => {
  const takes = openTakes(home);
  stores.push(takes);
  return takes;
};
afterEach(async () => {
  for (const takes of stores.splice(0)) await takes.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const saying = (request: Partial<RenderRequest>): RenderRequest => ({ ...REQUEST, script: undefined, ...request });

async function taken(takes: TakeStore, request: RenderRequest, { avatarId = 'a1', projectId = null, kept = false }: { avatarId?: string; projectId?: string | null; kept?: boolean } = {}): Promise<string> {
  const id = randomUUID();
  takes.begin({ id, request, kept, projectId });
  takes.change(id, { state: 'rendering', avatarId });
  publishNext(takes, id, undefined);
  nameFile(takes, id);
  await takes.finish(id, OUTCOME);
  return id;
}

test('by a part of what is said, however it is spelled; by avatar, project and mark; several at once', async () => {
  const home = fresh();
  const takes = open(home);
  const persian = await taken(takes, saying({ script: 'كتاب‌های علي ۱۲ تاست.' }), { projectId: 'p1' });
  const pieces = await taken(takes, saying({ segments: [{ text: 'Good mor' }, { text: 'ning 100%_sure' }] }), { avatarId: 'b2', kept: true });
  const recording = await taken(takes, saying({ audio: 'a.wav', transcript: 'Good night' }), { avatarId: 'b2', projectId: 'p1' });
  const found = (query: Parameters<TakeStore['list']>[0]) => takes.list(query).map(({ id }) => id).sort();
  const of = (...ids: string[]) => ids.sort();
  expect(found({ search: 'کتابهای علی 12' })).toEqual([persian]);
  expect(found({ search: 'MORNING' })).toEqual([pieces]);
  expect(found({ search: 'good' })).toEqual(of(pieces, recording));
  expect(found({ search: '%_s' })).toEqual([pieces]);
  expect(found({ search: '0_' })).toEqual([]);
  expect(found({ search: '  ' })).toEqual(of(persian, pieces, recording));
  expect(found({ avatarId: 'b2' })).toEqual(of(pieces, recording));
  expect(found({ projectId: 'p1' })).toEqual(of(persian, recording));
  expect(found({ kept: true })).toEqual([pieces]);
  expect(found({ kept: false })).toEqual(of(persian, recording));
  expect(found({ search: 'good', avatarId: 'b2', projectId: 'p1', kept: false })).toEqual([recording]);
  expect(takes.list({ avatarId: 'b2', limit: 1 }).map(({ id }) => id)).toEqual([takes.list({ avatarId: 'b2' })[0].id]);
  expect(takes.show(recording)).toMatchObject({ projectId: 'p1', parentId: null });
  // All of it can be had again from the folders.
  await takes.close();
  for (const ending of ['', '-wal', '-shm']) rmSync(path.join(home, 'library.sqlite') + ending, { force: true });
  const again = open(home);
  expect(again.list({ search: 'good', projectId: 'p1' }).map(({ id }) => id)).toEqual([recording]);
});

test('takes of before there was a search are found after the update', async () => {
  const home = fresh();
  const takes = open(home);
  const id = await taken(takes, saying({ script: 'سلام دنیا' }), { avatarId: 'a9' });
  await takes.close();
  // As the version before left it.
  const file = path.join(home, 'library.sqlite');
  const newer = new Database(file);
  const columns = 'id, state, kept, created_at, ended_at, frames_done, size_bytes, pid, started, said';
  const row = newer.prepare<[], Record<string, unknown>>(`SELECT ${columns} FROM takes`).get()!;
  newer.close();
  for (const ending of ['', '-wal', '-shm']) rmSync(file + ending, { force: true });
  const older = new Database(file);
  for (const migration of [avatarTables, lockTables, takeTables]) older.exec(migration);
  older.prepare(`INSERT INTO takes (${columns}) VALUES (${columns.replace(/\w+/g, '@$&')})`).run(row);
  older.pragma('user_version = 3');
  older.close();
  const again = open(home);
  expect(again.list({ search: 'دنیا', avatarId: 'a9' }).map((take) => take.id)).toEqual([id]);
});

const segment = (index: number, text = `Segment ${index}. `): SaidSegment => ({ index, text, lang: 'en', voice: 'espeak-en-us', startSec: index, endSec: index + 1, words: [{ text, startSec: index, endSec: index + 0.5 }], estimated: false });
const track = (firstFrame: number, frames: number): MouthTrack => {
  const value = (i: number) => (firstFrame * 7 + i * 3) % 250;
  const bytes = (perFrame: number) => Uint8Array.from({ length: frames * perFrame }, (_, i) => value(i));
  return { firstFrame, openings: bytes(1), peaks: bytes(4), poses: bytes(8) };
};

test('what is said and how the mouth moves outlives whoever renders the take, told twice or once', async () => {
  const home = fresh();
  const first = open(home);
  const id = beginTake(first, { fragments: 0 });
  first.addSaid(id, segment(0));
  first.addTrack(id, track(0, 6));
  const fragment = publishNext(first, id, undefined);
  await first.close();

  const takes = open(home);
  await takes.adopt(id);
  expect(takes.soFar(id)).toMatchObject({ said: [segment(0)], fragments: [fragment], initBytes: INIT_BYTES });
  expect(takes.soFar(id).track()).toEqual(track(0, 6));
  takes.addSaid(id, segment(0, 'Otherwise.'));
  takes.addSaid(id, segment(1));
  takes.addTrack(id, track(0, 6));
  takes.addTrack(id, track(6, 6));
  publishNext(takes, id, fragment);
  const before = takes.soFar(id);
  const drawn = before.track()!;
  expect(before.said).toEqual([segment(0), segment(1)]);
  expect(drawn.openings).toEqual(Uint8Array.from([...track(0, 6).openings, ...track(6, 6).openings]));
  nameFile(takes, id);
  await takes.finish(id, OUTCOME);

  const after = takes.soFar(id);
  const frames = takes.show(id).framesDone;
  expect(frames).toBe(11); // the last frame that was drawn was never published
  expect(after.track()!.openings).toEqual(drawn.openings.subarray(0, frames));
  expect(after.track()!.poses).toEqual(drawn.poses!.subarray(0, frames * 8));
  expect(existsSync(path.join(home, 'takes', id, 'growing.track'))).toBe(false);
  expect(after.said.map(({ text, voice }) => [text, voice])).toEqual([['سلام. ', 'fa'], ['Hello.', 'en']]);
});

test('the index breaks while a take is rendered: what was said is written again', () => {
  const home = fresh();
  const takes = open(home);
  const id = beginTake(takes, { fragments: 30 });
  takes.addSaid(id, segment(0));
  for (const ending of ['', '-wal']) {
    const file = path.join(home, 'library.sqlite') + ending;
    writeFileSync(file, Buffer.alloc(readFileSync(file).length, 0xa5), { flag: 'r+' });
  }
  takes.addSaid(id, segment(1));
  expect(takes.soFar(id).said).toEqual([segment(0), segment(1)]);
});

test('the beginning of a finished take becomes that of another: whole fragments before the frame, and what is known of them', async () => {
  const takes = open(fresh());
  const parent = await finishedTake(takes, { fragments: 6 });
  const all = takes.fragments(parent).fragments;
  const bytesOf = (id: string) => readFileSync(id === parent ? takes.file(id) : takes.growingFile(id));
  const copied = async (frames: number) => {
    const id = beginTake(takes, { fragments: 0 });
    await takes.copyBeginning(id, parent, { frames, segments: 1 });
    return id;
  };
  const id = await copied(all[3].firstFrame + 1);
  expect(takes.fragments(id)).toEqual({ initBytes: INIT_BYTES, fragments: all.slice(0, 3) });
  expect(bytesOf(id).equals(bytesOf(parent).subarray(0, all[3].offset))).toBe(true);
  expect(takes.soFar(id).said.map(({ text }) => text)).toEqual(['سلام. ']);
  const next = publishNext(takes, id, all[2]);
  expect(next.index).toBe(3);
  // Nothing before it: nothing is copied, and the take begins anew.
  const none = await copied(all[0].frames - 1);
  expect(takes.soFar(none)).toMatchObject({ fragments: [], said: [] });
  expect(takes.soFar(none).track()).toBeNull();
  expect(existsSync(takes.growingFile(none))).toBe(false);
});
