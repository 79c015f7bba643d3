/** The avatars' tables in the index. The folders are the truth, this finds them. */
import type Database from 'better-sqlite3';
import { isAlive, type Owner } from './owner.ts';
import { filesOf, sealRecord, unsealRecord, type AvatarRecord } from './record.ts';
import { searchText } from './searchText.ts';

/** What a list shows of an avatar. */
export interface AvatarRow {
  id: string;
  name: string;
  kind: 'photo' | 'clip';
  width: number;
  height: number;
  durationSec: number | null;
  faceIndex: number;
  faceCount: number;
  preparation: number;
  /** All its files. */
  sizeBytes: number;
  createdAt: string;
  /** Of the last render; null: never. */
  usedAt: string | null;
  /** Renders. */
  uses: number;
  tags: string[];
  favourite: boolean;
  voices: AvatarRecord['voices'];
}

export interface ListQuery {
  /** Part of the name, of a tag, or of the id. */
  search?: string;
  tag?: string;
  favourite?: boolean;
  limit?: number;
  offset?: number;
}

export interface FoundRow {
  row: AvatarRow;
  /** null where the row is damaged. */
  record: AvatarRecord | null;
  /** The record's sealed text. */
  sealed: string;
  /** Whether the columns say what the record says: SQLite has no checksums, so a flipped bit of a row shows only here. */
  fits: boolean;
}

export interface Catalogue {
  /** Newest first. */
  list(query?: ListQuery): AvatarRow[];
  /** null where there is no such row. */
  find(id: string): FoundRow | null;
  /** At most `limit` ids that begin so. */
  idsFrom(prefix: string, limit: number): string[];
  idsOfSource(sourceHash: string): string[];
  mostUsed(limit: number): string[];
  /** Id → stamp of its folder when its row was written. */
  stamps(): Map<string, string>;
  /** Writes the row; times and counts of use stay. */
  put(record: AvatarRecord, stamp: string): void;
  remove(id: string): void;
  /** Of an avatar that was away. */
  putUses(id: string, uses: number, usedAt: string | null): void;
  /** Of all avatars. */
  totals(): { count: number; bytes: number };
  /** Counts a render. */
  countUse(id: string, at: string): void;
  /**
   * Whether `holder` has the lock of that name (a source's hash, or `models`) now. One whose process is gone is taken over, and so is one of this process that `isHeld` does not know.
   */
  tryLock(name: string, holder: string, owner: Owner, isHeld: (holder: string) => boolean): boolean;
  unlock(name: string, holder: string): void;
  /** Many writes as one. */
  together<T>(work: () => T): T;
  /** What SQLite's own full check finds; empty where all is well. */
  faults(): string[];
}

interface StoredRow {
  id: string; name: string; kind: 'photo' | 'clip'; width: number; height: number; duration_sec: number | null; face_index: number; face_count: number;
  preparation: number; bytes: number; created_at: string; used_at: string | null; uses: number; tags: string; favourite: 0 | 1; voices: string | null;
}

const COLUMNS = 'id, name, kind, width, height, duration_sec, face_index, face_count, preparation, bytes, created_at, used_at, uses, tags';
/** Kept in the record alone, which may be damaged. */
const FAVOURITE = "CASE WHEN json_valid(record) THEN COALESCE(json_extract(record, '$.record.favourite'), 0) ELSE 0 END";
const VOICES = "CASE WHEN json_valid(record) THEN json_extract(record, '$.record.voices') END";

export function catalogueOver(database: Database.Database): Catalogue {
  const list = database.prepare<[{ search: string; tag: string | null; favourite: 0 | 1 | null; limit: number; offset: number }], StoredRow>(
    `SELECT ${COLUMNS}, ${FAVOURITE} AS favourite, ${VOICES} AS voices FROM avatars WHERE found_by LIKE @search ESCAPE '\\' AND (@tag IS NULL OR EXISTS (SELECT 1 FROM json_each(tags) WHERE value = @tag)) AND (@favourite IS NULL OR ${FAVOURITE} = @favourite) ORDER BY created_at DESC, id LIMIT @limit OFFSET @offset`,
  );
  const find = database.prepare<[string], StoredRow & { record: string; found_by: string; source_hash: string }>(`SELECT ${COLUMNS}, ${FAVOURITE} AS favourite, ${VOICES} AS voices, record, found_by, source_hash FROM avatars WHERE id = ?`);
  const idsFrom = database.prepare<[string, string, number], { id: string }>('SELECT id FROM avatars WHERE id >= ? AND id < ? ORDER BY id LIMIT ?');
  const idsOfSource = database.prepare<[string], { id: string }>('SELECT id FROM avatars WHERE source_hash = ? ORDER BY face_index');
  const mostUsed = database.prepare<[number], { id: string }>('SELECT id FROM avatars WHERE uses > 0 ORDER BY uses DESC, used_at DESC LIMIT ?');
  const stamps = database.prepare<[], { id: string; stamp: string }>('SELECT id, stamp FROM avatars');
  const put = database.prepare(
    `INSERT INTO avatars (${COLUMNS}, source_hash, found_by, record, stamp)
     VALUES (@id, @name, @kind, @width, @height, @durationSec, @faceIndex, @faceCount, @preparation, @bytes, @createdAt, NULL, 0, @tags, @sourceHash, @foundBy, @record, @stamp)
     ON CONFLICT (id) DO UPDATE SET name = @name, width = @width, height = @height, duration_sec = @durationSec, face_index = @faceIndex, face_count = @faceCount,
       preparation = @preparation, bytes = @bytes, created_at = @createdAt, tags = @tags, found_by = @foundBy, record = @record, stamp = @stamp`,
  );
  const remove = database.prepare<[string]>('DELETE FROM avatars WHERE id = ?');
  const putUses = database.prepare<[number, string | null, string]>('UPDATE avatars SET uses = ?, used_at = ? WHERE id = ?');
  const totals = database.prepare<[], { count: number; bytes: number }>('SELECT COUNT(*) AS count, COALESCE(SUM(bytes), 0) AS bytes FROM avatars');
  const countUse = database.prepare<[string, string]>('UPDATE avatars SET uses = uses + 1, used_at = ? WHERE id = ?');
  const holderOf = database.prepare<[string], { holder: string; pid: number; started: string }>('SELECT holder, pid, started FROM locks WHERE source_hash = ?');
  const lock = database.prepare<[string, string, number, string, string]>('INSERT OR REPLACE INTO locks VALUES (?, ?, ?, ?, ?)');
  const unlock = database.prepare<[string, string]>('DELETE FROM locks WHERE source_hash = ? AND holder = ?');

  const tryLock = database.transaction((sourceHash: string, holder: string, owner: Owner, isHeld: (holder: string) => boolean): boolean => {
    const held = holderOf.get(sourceHash);
    if (held && held.holder !== holder && (held.pid === owner.pid && held.started === owner.started ? isHeld(held.holder) : isAlive(held))) return false;
    lock.run(sourceHash, holder, owner.pid, owner.started, new Date().toISOString());
    return true;
  });

  return {
    list({ search = '', tag, favourite, limit = -1, offset = 0 } = {}) {
      const pattern = `%${searchText(search).replace(/[\\%_]/g, '\\$&')}%`;
      return list.all({ search: pattern, tag: tag ?? null, favourite: favourite === undefined ? null : favourite ? 1 : 0, limit, offset }).map(rowOf);
    },
    find(id) {
      const stored = find.get(id);
      if (!stored) return null;
      const row = rowOf(stored);
      const record = unsealRecord(stored.record);
      if (record?.id !== id) return { row, record: null, sealed: stored.record, fits: false };
      return { row, record, sealed: stored.record, fits: rowFits(row, record) && stored.found_by === foundBy(record) && stored.source_hash === record.sourceHash };
    },
    // '~' comes after every character of an id.
    idsFrom: (prefix, limit) => idsFrom.all(prefix, `${prefix}~`, limit).map(({ id }) => id),
    idsOfSource: (sourceHash) => idsOfSource.all(sourceHash).map(({ id }) => id),
    mostUsed: (limit) => mostUsed.all(limit).map(({ id }) => id),
    stamps: () => new Map(stamps.all().map(({ id, stamp }) => [id, stamp])),
    put(record, stamp) {
      const { id, name, kind, width, height, durationSec, faceIndex, faceCount, preparation, createdAt, sourceHash, tags } = record;
      put.run({
        id, name, kind, width, height, durationSec, faceIndex, faceCount, preparation, createdAt, sourceHash, stamp,
        bytes: sizeOf(record), tags: JSON.stringify(tags), foundBy: foundBy(record), record: sealRecord(record),
      });
    },
    remove: (id) => void remove.run(id),
    putUses: (id, uses, usedAt) => void putUses.run(uses, usedAt, id),
    totals: () => totals.get()!,
    countUse: (id, at) => void countUse.run(at, id),
    tryLock: (sourceHash, holder, owner, isHeld) => tryLock.immediate(sourceHash, holder, owner, isHeld),
    unlock: (sourceHash, holder) => void unlock.run(sourceHash, holder),
    together: (work) => database.transaction(work).immediate(),
    faults() {
      const found = database.pragma('integrity_check(10)') as { integrity_check: string }[];
      return found.map((line) => line.integrity_check).filter((line) => line !== 'ok');
    },
  };
}

function rowOf(stored: StoredRow): AvatarRow {
  const { id, name, kind, width, height, preparation, uses } = stored;
  return {
    id, name, kind, width, height, preparation, uses, durationSec: stored.duration_sec, faceIndex: stored.face_index, faceCount: stored.face_count,
    sizeBytes: stored.bytes, createdAt: stored.created_at, usedAt: stored.used_at, tags: tagsOf(stored.tags), favourite: stored.favourite === 1, voices: voicesOf(stored.voices),
  };
}

function rowFits(row: AvatarRow, record: AvatarRecord): boolean {
  const said = ({ id, name, kind, width, height, durationSec, faceIndex, faceCount, preparation, createdAt, tags, favourite, voices }: Omit<AvatarRow, 'sizeBytes' | 'usedAt' | 'uses'>) =>
    JSON.stringify([id, name, kind, width, height, durationSec, faceIndex, faceCount, preparation, createdAt, tags, favourite, voices.fa, voices.en]);
  return said(row) === said(record) && row.sizeBytes === sizeOf(record);
}

const foundBy = ({ id, name, tags }: AvatarRecord): string => searchText([name, ...tags, id].join('\n'));
const sizeOf = (record: AvatarRecord): number => filesOf(record).reduce((sum, { bytes }) => sum + bytes, 0);

function voicesOf(text: string | null): AvatarRecord['voices'] {
  try {
    const { fa, en } = JSON.parse(text ?? '{}') as Partial<Record<'fa' | 'en', unknown>>;
    return { fa: typeof fa === 'string' ? fa : null, en: typeof en === 'string' ? en : null };
  } catch {
    return { fa: null, en: null };
  }
}

function tagsOf(text: string): string[] {
  try {
    const tags: unknown = JSON.parse(text);
    return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
  } catch {
    return [];
  }
}
