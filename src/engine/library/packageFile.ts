/**
 * A project in one file, with what it was made of. The file is an SQLite database: large files go in and come out a piece at a time, and one that is
 * damaged is known by its checksums. It comes from anywhere, so nothing of it is taken on trust.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { parse } from '../../shared/contract/common.ts';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { openPart, systemFailure } from '../media/wholeFile.ts';
import { MOST_DOCUMENT_BYTES } from './projects.ts';

/** What a file is to the project. */
const PURPOSES = ['recording', 'background', 'avatar'] as const;

export interface PackedFile {
  purpose: (typeof PURPOSES)[number];
  /** An avatar's id, else ''. */
  id: string;
  /** What its user calls it. */
  name: string;
  path: string;
}

export interface PackedProject {
  /** The document as it is written to the disk. */
  text: string;
  files: readonly PackedFile[];
}

export const PACKAGE_ENDING = '.simapack';
const VERSION = 1;
/** “Sima”, where SQLite keeps what a database is for: byte 68, most significant first. */
const APPLICATION_ID = 0x53696d61;
const HEADER_BYTES = 72;
const PIECE_BYTES = 1 << 20;
const LIMITS = { textBytes: MOST_DOCUMENT_BYTES, files: 1000, fileBytes: 2 * 1024 ** 3, rowBytes: 2000 };

const TABLES = [
  'CREATE TABLE project (text TEXT NOT NULL)',
  'CREATE TABLE files (number INTEGER PRIMARY KEY, purpose TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, ending TEXT NOT NULL, size_bytes INTEGER NOT NULL, sha256 TEXT NOT NULL)',
  'CREATE TABLE pieces (file INTEGER NOT NULL, place INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (file, place))',
];
const FILE_COLUMNS = ['purpose', 'id', 'name', 'ending', 'size_bytes', 'sha256'];
const fileRow = z.object({
  number: z.int().min(0), purpose: z.enum(PURPOSES), id: z.string().max(200), name: z.string().max(200), ending: z.string().regex(/^(\.[a-z0-9]{1,8})?$/), size_bytes: z.int().min(1).max(LIMITS.fileBytes),
  sha256: z.string().length(64),
});

/** Whether the file says of itself that it is a package. */
export async function isPackage(file: string): Promise<boolean> {
  const handle = await open(file, 'r').catch(() => null);
  if (!handle) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return bytesRead === HEADER_BYTES && buffer.toString('latin1', 0, 16) === 'SQLite format 3\0' && buffer.readInt32BE(68) === APPLICATION_ID;
  } catch {
    return false; // a folder
  } finally {
    await handle.close();
  }
}

/** Whole or not at all; what lies at `to` is replaced. @throws io, canceled */
export async function writePackage({ text, files }: PackedProject, to: string, signal?: AbortSignal): Promise<void> {
  const part = await openPart(to);
  try {
    const database = new Database(part.path);
    try {
      // It has its name only when it is whole: no journal is needed for the way there.
      for (const pragma of ['page_size = 16384', `application_id = ${APPLICATION_ID}`, `user_version = ${VERSION}`, 'journal_mode = OFF', 'synchronous = OFF']) database.pragma(pragma);
      database.exec(TABLES.join(';'));
      database.prepare('INSERT INTO project VALUES (?)').run(text);
      const addFile = database.prepare('INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?)');
      const addPiece = database.prepare('INSERT INTO pieces VALUES (?, ?, ?)');
      for (const [number, { purpose, id, name, path: from }] of files.entries()) {
        const hash = createHash('sha256');
        let [place, sizeBytes] = [0, 0];
        for await (const bytes of createReadStream(from, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Buffer>) {
          throwIfCanceled(signal);
          addPiece.run(number, place++, bytes);
          hash.update(bytes);
          sizeBytes += bytes.length;
        }
        addFile.run(number, purpose, id, name.slice(0, 200), /^\.[a-z0-9]{1,8}$/.exec(path.extname(from).toLowerCase())?.[0] ?? '', sizeBytes, hash.digest('hex'));
      }
    } finally {
      database.close();
    }
  } catch (error) {
    await part.discard();
    throwIfCanceled(signal);
    throw systemFailure(to, error);
  }
  await part.commit();
}

/** Writes its files into `folder`, which is there and empty, under names of ours. @throws invalid-input where it is damaged, or made by a newer Sima; io, canceled */
export async function readPackage(file: string, folder: string, signal?: AbortSignal): Promise<PackedProject> {
  const damaged = (why: string, cause?: unknown) => new StudioError('invalid-input', `The package ${path.basename(file)} is damaged (${why}). Ask for it again, or make it again.`, { cause });
  const database = openUntrusted(file, damaged);
  try {
    const version = database.pragma('user_version', { simple: true }) as number;
    if (version > VERSION) throw new StudioError('invalid-input', `The package ${path.basename(file)} was made by a newer Sima. Update Sima to open it.`);
    // Other tables could run what their maker wants whenever they are asked.
    const tables = database.prepare<[], { sql: string }>("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL OR name NOT LIKE 'sqlite_autoindex%' ORDER BY rowid").all().map(({ sql }) => sql);
    if (JSON.stringify(tables) !== JSON.stringify(TABLES)) throw damaged('other tables');
    // Sizes first: what is too large is not brought into memory, however many rows of a forged file point at the same bytes.
    const isWithin = (most: number) => ({ bytes }: { bytes: number | null }): boolean => bytes !== null && bytes <= most;
    const projects = database.prepare<[], { bytes: number | null }>('SELECT octet_length(text) AS bytes FROM project LIMIT 2').all();
    if (projects.length !== 1 || !projects.every(isWithin(LIMITS.textBytes))) throw damaged('no project');
    const text = database.prepare('SELECT CAST(text AS TEXT) FROM project LIMIT 1').pluck().get() as string;
    const rows = database.prepare<[number], { bytes: number | null }>(`SELECT ${FILE_COLUMNS.map((column) => `octet_length(${column})`).join(' + ')} AS bytes FROM files ORDER BY number LIMIT ?`).all(LIMITS.files + 1);
    if (rows.length > LIMITS.files) throw damaged('too many files');
    if (!rows.every(isWithin(LIMITS.rowBytes))) throw damaged('an entry that is none');
    const files: PackedFile[] = [];
    let left = (await stat(file)).size; // nothing in it is packed smaller than it is
    for (const row of database.prepare('SELECT * FROM files ORDER BY number LIMIT ?').all(LIMITS.files)) {
      const { number, purpose, id, name, ending, size_bytes: sizeBytes, sha256 } = parse(fileRow, row, `A file of ${path.basename(file)}`);
      left -= sizeBytes;
      if (left < 0) throw damaged('files larger than all of it');
      const target = path.join(folder, `${number}-${purpose}${ending}`);
      if ((await writePieces(database, number, target, sizeBytes, signal)) !== sha256) throw damaged(`${name} is not what it was`);
      files.push({ purpose, id, name, path: target });
    }
    return { text, files };
  } catch (error) {
    throwIfCanceled(signal);
    throw error instanceof Database.SqliteError ? damaged(error.message, error) : systemFailure(folder, error);
  } finally {
    database.close();
  }
}

function openUntrusted(file: string, damaged: (why: string, cause: unknown) => StudioError): Database.Database {
  let database: Database.Database | null = null;
  try {
    database = new Database(file, { readonly: true, fileMustExist: true });
    for (const pragma of ['trusted_schema = OFF', 'cell_size_check = ON', 'mmap_size = 0']) database.pragma(pragma);
    return database;
  } catch (error) {
    database?.close();
    throw damaged((error as Error).message, error);
  }
}

/** @returns the sha256 of what was written; '' where it is another size */
async function writePieces(database: Database.Database, file: number, target: string, sizeBytes: number, signal?: AbortSignal): Promise<string> {
  const sizeOf = database.prepare<[number, number], { bytes: number }>('SELECT octet_length(bytes) AS bytes FROM pieces WHERE file = ? AND place = ?');
  const piece = database.prepare<[number, number], Buffer>('SELECT CAST(bytes AS BLOB) FROM pieces WHERE file = ? AND place = ?').pluck();
  const hash = createHash('sha256');
  const handle = await open(target, 'wx');
  let written = 0;
  try {
    for (let place = 0; written < sizeBytes; place++) {
      throwIfCanceled(signal);
      const size = sizeOf.get(file, place)?.bytes ?? 0;
      if (size === 0 || size > PIECE_BYTES) return '';
      const bytes = piece.get(file, place)!;
      hash.update(bytes);
      written += bytes.length;
      await handle.appendFile(bytes);
    }
  } finally {
    await handle.close();
  }
  return written === sizeBytes ? hash.digest('hex') : '';
}
