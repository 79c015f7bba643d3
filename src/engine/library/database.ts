/**
 * The library's SQLite file: opened, brought up to date, and made anew where it is broken. Avatars and takes lie in it side by side, and
 * several processes may use it at once. The folders are the truth; what is in here can be had again from them.
 */
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { StudioError } from '../../shared/errors.ts';
import { storageFailure } from './durable.ts';
import { avatars } from './migrations/0001-avatars.ts';
import { locks } from './migrations/0002-locks.ts';
import { takes } from './migrations/0003-takes.ts';
import { said } from './migrations/0004-said.ts';

export const INDEX_FILE = 'library.sqlite';
/** In order; a file's `user_version` counts how many it has seen. Only ever add to the end. */
const MIGRATIONS = [avatars, locks, takes, said];
/** How long a write waits for another process's. */
const BUSY_MS = 5000;

export interface Index<T> {
  /** Asks. Where the file turns out to be broken it is set aside, made anew, filled again and asked once more. @throws StudioError io */
  ask<R>(question: (tables: T) => R): R;
  close(): void;
}

export interface IndexOptions<T> {
  /** The tables that are asked, over an open database. */
  tables: (database: Database.Database) => T;
  /** Puts into a new file what the folders say; called when a file in use was made anew, not on opening. */
  refill: (tables: T) => void;
  /** Told where a broken file is kept from now on. */
  onSetAside: (file: string) => void;
}

/** Opens a home's index, made where there is none; its folder must exist. The opener closes. @throws StudioError io, also where a newer Sima has made it */
export function openIndex<T>(home: string, { tables, refill, onSetAside }: IndexOptions<T>): Index<T> {
  const file = path.join(home, INDEX_FILE);
  const asStudioError = (error: unknown): unknown => storageFailure(error, `The library ${home}`);
  /** Which file it was when it was opened. */
  let opened: string | null = null;
  const open = (): { database: Database.Database; tables: T } => {
    opened = fileIdentity(file);
    const database = openDatabase(file);
    opened = fileIdentity(file);
    try {
      return { database, tables: tables(database) };
    } catch (error) {
      database.close();
      throw error;
    }
  };
  /** In place of the broken one that was opened, unless another process has replaced it already. */
  const openAnew = () => {
    if (fileIdentity(file) === opened) onSetAside(setAside(file));
    return open();
  };
  let current: ReturnType<typeof open>;
  try {
    try {
      current = open();
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      current = openAnew();
    }
  } catch (error) {
    throw asStudioError(error);
  }
  return {
    ask(question) {
      try {
        return question(current.tables);
      } catch (error) {
        if (!isCorrupt(error)) throw asStudioError(error);
      }
      try {
        current.database.close();
        current = openAnew();
        refill(current.tables);
        return question(current.tables);
      } catch (error) {
        throw asStudioError(error);
      }
    },
    close: () => void current.database.close(),
  };
}

/** SQLite says that the file is no database, or a broken one. */
function isCorrupt(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^SQLITE_(CORRUPT|NOTADB)/.test(code);
}

/** Moves a broken index out of the way; its name tells when. @returns the new name */
function setAside(file: string): string {
  const aside = `${file}.damaged-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  renameSync(file, aside);
  for (const ending of ['-wal', '-shm']) rmSync(file + ending, { force: true });
  return aside;
}

/** Which file it is, not which name: another process may have set the broken one aside already. */
function fileIdentity(file: string): string | null {
  return existsSync(file) ? String(statSync(file, { bigint: true }).ino) : null;
}

/** @throws SqliteError, see isCorrupt; StudioError io where a newer Sima has made it */
function openDatabase(file: string): Database.Database {
  const database = new Database(file, { timeout: BUSY_MS });
  try {
    prepareDatabase(database, file);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepareDatabase(database: Database.Database, file: string): void {
  patiently(() => database.pragma('journal_mode = WAL'));
  database.pragma('synchronous = NORMAL');
  database.pragma('trusted_schema = OFF');
  const check = database.pragma('integrity_check(1)', { simple: true }); // a few milliseconds for a thousand avatars
  if (check !== 'ok') throw Object.assign(new Error(String(check)), { code: 'SQLITE_CORRUPT' });
  const migrate = database.transaction(() => {
    const version = Number(database.pragma('user_version', { simple: true }));
    if (version > MIGRATIONS.length) {
      throw new StudioError('io', `The library's index ${file} was made by a newer version of Sima (${version}, this one knows ${MIGRATIONS.length}). Update Sima, or use another --home.`);
    }
    for (const migration of MIGRATIONS.slice(version)) database.exec(migration);
    database.pragma(`user_version = ${MIGRATIONS.length}`);
  });
  if (Number(database.pragma('user_version', { simple: true })) !== MIGRATIONS.length) patiently(() => migrate.immediate());
}

/** Turning on WAL does not wait for others by itself. */
function patiently(work: () => unknown): void {
  for (let waitedMs = 0; ; waitedMs += 20) {
    try {
      work();
      return;
    } catch (error) {
      if (!String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY') || waitedMs > BUSY_MS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}
