/** The takes' tables in the index: the list of all takes, and the journal of those being rendered. */
import type Database from 'better-sqlite3';
import { type Fragment, isOver, takeInfo, type ChunkTimes, type SaidSegment, type TakeInfo } from '../../shared/contract/take.ts';
import type { RenderRequest } from '../../shared/contract/request.ts';
import { shownText } from '../../shared/marks.ts';
import type { Chunk } from '../../shared/vocabulary.ts';
import type { Owner } from './owner.ts';
import { searchText } from './searchText.ts';

export interface TimedChunk {
  chunk: Chunk;
  times: ChunkTimes;
}

export interface TakeRow {
  /** null where the row is damaged. */
  take: TakeInfo | null;
  /** The process that renders it, or did. */
  owner: Owner;
}

/** Which takes; what is left out does not matter. `limit` −1: all. */
export interface TakesQuery {
  /** Part of what is said. */
  search?: string | undefined;
  avatarId?: string | undefined;
  projectId?: string | undefined;
  kept?: boolean | undefined;
  limit?: number;
  offset?: number;
}

export interface TakeCatalogue {
  /** Newest first; damaged rows are left out. */
  list(query: TakesQuery): TakeInfo[];
  find(id: string): TakeRow | null;
  /** At most `limit` ids that begin so. */
  idsFrom(prefix: string, limit: number): string[];
  /** All rows by id. */
  rows(): Map<string, TakeRow>;
  /** Writes the row of a take under way; the journal says how far it is. */
  put(take: TakeInfo, owner: Owner): void;
  /** Writes the row of a take that is over, and forgets its journal. */
  putOver(take: TakeInfo, owner: Owner): void;
  setKept(id: string, kept: boolean): void;
  /** Whether the take was `from`'s and is `to`'s now: of several who try, one succeeds. */
  takeOver(id: string, from: Owner, to: Owner): boolean;
  addFragment(id: string, fragment: Fragment): void;
  /** A chunk that is measured again, because it was rendered again after a pause, replaces what was said of it. */
  addChunk(id: string, timed: TimedChunk): void;
  fragments(id: string): Fragment[];
  chunks(id: string): TimedChunk[];
  /** Of a segment that was told before, nothing changes. */
  addSaid(id: string, segment: SaidSegment): void;
  said(id: string): SaidSegment[];
  remove(id: string): void;
  /** Makes rows of before there was a search findable. */
  index(): void;
  /** Finished and not marked by the user, oldest first. */
  removable(): string[];
  /** Bytes of all takes' files as far as they are published. */
  usage(): number;
  /** Forgets failed and canceled takes but for the latest `count`. */
  forgetOver(count: number): void;
  /** Many writes as one. */
  together<T>(work: () => T): T;
}

interface StoredTake {
  id: string; state: string; kept: number; created_at: string; ended_at: string | null; frames_done: number; size_bytes: number; pid: number; started: string; said: string;
}
interface StoredFragment { number: number; first_frame: number; frames: number; keyframe: number; offset: number; bytes: number }
interface StoredChunk { number: number; first_frame: number; frames: number; times: string }

/** A take is as far as its journal says; one that is over has none. */
const SELECT = `
SELECT t.id, t.state, t.kept, t.created_at, t.ended_at, t.pid, t.started, t.said,
  coalesce(f.first_frame + f.frames, t.frames_done) AS frames_done, coalesce(f.offset + f.bytes, t.size_bytes) AS size_bytes
FROM takes t LEFT JOIN fragments f ON f.take_id = t.id AND f.number = (SELECT max(number) FROM fragments WHERE take_id = t.id)`;

const FILTERS = {
  search: "t.found_by LIKE @search ESCAPE '\\'",
  avatarId: 't.avatar_id = @avatarId',
  projectId: 't.project_id = @projectId',
  kept: 't.kept = 1',
  notKept: 't.kept = 0',
};

/** Of a request that is the same object: a take is written several times, and a long script takes a while. */
const found = new WeakMap<object, string>();
function foundBy(request: Partial<Pick<RenderRequest, 'script' | 'segments' | 'transcript'>>): string {
  const known = found.get(request) ?? searchText(shownText(request.script ?? request.segments?.map(({ text }) => text).join('') ?? '') || (request.transcript ?? ''));
  found.set(request, known);
  return known;
}

export function takeCatalogueOver(database: Database.Database): TakeCatalogue {
  /** One statement for each set of filters, so that each uses its index. */
  const lists = new Map<string, Database.Statement<[Record<string, string | number>], StoredTake>>();
  const listOf = (filters: string[]) => {
    const where = filters.map((filter) => FILTERS[filter as keyof typeof FILTERS]).join(' AND ') || '1';
    const known = lists.get(where) ?? database.prepare<[Record<string, string | number>], StoredTake>(`${SELECT} WHERE ${where} ORDER BY t.created_at DESC, t.id LIMIT @limit OFFSET @offset`);
    lists.set(where, known);
    return known;
  };
  const find = database.prepare<[string], StoredTake>(`${SELECT} WHERE t.id = ?`);
  const all = database.prepare<[], StoredTake>(SELECT);
  const idsFrom = database.prepare<[string, string, number], { id: string }>('SELECT id FROM takes WHERE id >= ? AND id < ? ORDER BY id LIMIT ?');
  const put = database.prepare(
    `INSERT INTO takes (id, state, kept, created_at, ended_at, frames_done, size_bytes, pid, started, said, avatar_id, project_id, found_by)
     VALUES (@id, @state, @kept, @createdAt, @endedAt, @framesDone, @sizeBytes, @pid, @started, @said, @avatarId, @projectId, @foundBy)
     ON CONFLICT (id) DO UPDATE SET state = @state, ended_at = @endedAt, frames_done = @framesDone, size_bytes = @sizeBytes, said = @said, avatar_id = @avatarId, found_by = @foundBy`,
  );
  const setKept = database.prepare<[number, string]>('UPDATE takes SET kept = ? WHERE id = ?');
  const takeOver = database.prepare<[number, string, string, number, string]>(
    "UPDATE takes SET pid = ?, started = ? WHERE id = ? AND pid = ? AND started = ? AND state IN ('queued', 'rendering', 'paused')",
  );
  const addFragment = database.prepare<[string, number, number, number, number, number, number]>('INSERT INTO fragments VALUES (?, ?, ?, ?, ?, ?, ?)');
  const addChunk = database.prepare<[string, number, number, number, string]>('INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?, ?)');
  const fragments = database.prepare<[string], StoredFragment>('SELECT * FROM fragments WHERE take_id = ? ORDER BY number');
  const chunks = database.prepare<[string], StoredChunk>('SELECT * FROM chunks WHERE take_id = ? ORDER BY number');
  const addSaid = database.prepare<[string, number, string]>('INSERT OR IGNORE INTO spoken VALUES (?, ?, ?)');
  const said = database.prepare<[string], { segment: string }>('SELECT segment FROM spoken WHERE take_id = ? ORDER BY number');
  const unindexed = database.prepare<[], { id: string; said: string }>('SELECT id, said FROM takes WHERE found_by IS NULL');
  const setFoundBy = database.prepare<[string, string]>('UPDATE takes SET found_by = ? WHERE id = ?');
  const forgetJournal = ['fragments', 'chunks', 'spoken'].map((table) => database.prepare<[string]>(`DELETE FROM ${table} WHERE take_id = ?`));
  const remove = database.prepare<[string]>('DELETE FROM takes WHERE id = ?');
  const removable = database.prepare<[], { id: string }>("SELECT id FROM takes WHERE state = 'finished' AND kept = 0 ORDER BY created_at, id");
  const usage = database.prepare<[], { bytes: number }>(`SELECT coalesce(sum(size_bytes), 0) AS bytes FROM (${SELECT})`);
  const forgetOver = database.prepare<[number]>(
    `DELETE FROM takes WHERE id IN (SELECT id FROM takes WHERE state IN ('failed', 'canceled') ORDER BY created_at DESC, id LIMIT -1 OFFSET ?)`,
  );

  const write = (take: TakeInfo, { pid, started }: Owner) => {
    const { id, state, kept, createdAt, endedAt, framesDone, sizeBytes, ...rest } = take;
    const { avatarId, projectId, request } = rest;
    put.run({ id, state, createdAt, endedAt, framesDone, sizeBytes, pid, started, kept: kept ? 1 : 0, said: JSON.stringify(rest), avatarId, projectId, foundBy: foundBy(request) });
  };
  const dropJournal = (id: string) => {
    for (const statement of forgetJournal) statement.run(id);
  };
  const putOver = database.transaction((take: TakeInfo, owner: Owner) => {
    write(take, owner);
    dropJournal(take.id);
  });
  const removeAll = database.transaction((id: string) => {
    remove.run(id);
    dropJournal(id);
  });

  return {
    list({ search = '', avatarId, projectId, kept, limit = 100, offset = 0 }) {
      const pattern = `%${searchText(search).replace(/[\\%_]/g, '\\$&')}%`;
      const given = { ...(pattern === '%%' ? {} : { search: pattern }), ...(avatarId === undefined ? {} : { avatarId }), ...(projectId === undefined ? {} : { projectId }) };
      const filters = [...Object.keys(given), ...(kept === undefined ? [] : [kept ? 'kept' : 'notKept'])];
      return listOf(filters).all({ ...given, limit, offset }).flatMap((stored) => rowOf(stored).take ?? []);
    },
    find(id) {
      const stored = find.get(id);
      return stored ? rowOf(stored) : null;
    },
    // '~' comes after every character of an id.
    idsFrom: (prefix, limit) => idsFrom.all(prefix, `${prefix}~`, limit).map(({ id }) => id),
    rows: () => new Map(all.all().map((stored) => [stored.id, rowOf(stored)])),
    put: write,
    putOver: (take, owner) => putOver.immediate(take, owner),
    setKept: (id, kept) => void setKept.run(kept ? 1 : 0, id),
    takeOver: (id, from, to) => takeOver.run(to.pid, to.started, id, from.pid, from.started).changes === 1,
    addFragment: (id, { index, firstFrame, frames, keyframe, offset, bytes }) => void addFragment.run(id, index, firstFrame, frames, keyframe ? 1 : 0, offset, bytes),
    addChunk: (id, { chunk: { index, firstFrame, frames }, times }) => void addChunk.run(id, index, firstFrame, frames, JSON.stringify(times)),
    fragments: (id) =>
      fragments.all(id).map(({ number, first_frame: firstFrame, frames, keyframe, offset, bytes }) => ({ index: number, firstFrame, frames, keyframe: keyframe === 1, offset, bytes })),
    chunks: (id) =>
      chunks.all(id).map(({ number, first_frame: firstFrame, frames, times }) => ({ chunk: { index: number, firstFrame, frames }, times: JSON.parse(times) as ChunkTimes })),
    addSaid: (id, segment) => void addSaid.run(id, segment.index, JSON.stringify(segment)),
    said: (id) => said.all(id).map(({ segment }) => JSON.parse(segment) as SaidSegment),
    remove: (id) => removeAll.immediate(id),
    index: () => {
      const rows = unindexed.all();
      if (rows.length === 0) return;
      database.transaction(() => {
        for (const { id, said: told } of rows) setFoundBy.run(foundBy((saidIn(told) as Partial<Pick<TakeInfo, 'request'>>).request ?? {}), id);
      }).immediate();
    },
    removable: () => removable.all().map(({ id }) => id),
    usage: () => usage.get()!.bytes,
    forgetOver: (count) => void forgetOver.run(count),
    together: (work) => database.transaction(work).immediate(),
  };
}

function rowOf(stored: StoredTake): TakeRow {
  const owner = { pid: stored.pid, started: stored.started };
  const { id, state, created_at: createdAt, ended_at: endedAt, frames_done: framesDone, size_bytes: sizeBytes } = stored;
  const read = takeInfo.safeParse({ ...saidIn(stored.said), id, state, createdAt, endedAt, framesDone, sizeBytes, kept: stored.kept === 1 });
  return { take: read.success && isOver(read.data.state) === (endedAt !== null) ? read.data : null, owner };
}

function saidIn(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}
