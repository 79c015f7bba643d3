/** What all work on a library shares: its folder, its index (healed where it breaks), records, locks and work folders. */
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { StudioError } from '../../shared/errors.ts';
import { catalogueOver, type Catalogue } from './catalogue.ts';
import { INDEX_FILE, openIndex, type Index } from './database.ts';
import { storageFailure } from './durable.ts';
import { locked, tryLock } from './lock.ts';
import type { AvatarRecord } from './record.ts';
import { reconcile } from './reconcile.ts';
import { avatarsFolder, beginWork, dropFiles, folderOf, readRecord, readSealed, RECORD_FILE, stampOf, strayFiles, writeRecord } from './store.ts';

export interface LibraryEvent {
  kind: 'rebuilding' | 'rebuilt' | 'restored' | 'damaged' | 'index' | 'speech';
  /** null where it is about the whole library. */
  id: string | null;
  /** What happened, for the user. */
  sentence: string;
  /** 0..1 while rebuilding. */
  done?: number;
}

export interface Room {
  /** The folder of avatar folders. */
  readonly root: string;
  readonly indexFile: string;
  /** Runs a question to the index; a broken one is set aside, made anew from the folders and asked again. */
  index<T>(work: (catalogue: Catalogue) => T): T;
  /** The record as the folder says it; where that is damaged, as the row says it, and the damaged one is repaired. */
  recordOf(id: string): Promise<AvatarRecord>;
  /** Writes a changed record to the folder and the index. */
  keepRecord(record: AvatarRecord): Promise<void>;
  /** Runs work that prepares or changes the avatars of a source: one at a time, over all processes. */
  locked<T>(sourceHash: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T>;
  /** Gives a folder to build in, which is gone afterwards unless it was published. */
  working<T>(work: (folder: string) => Promise<T>): Promise<T>;
  /** Failures of the disk as `io` with the library's name. */
  inStorage<T>(work: () => Promise<T>): Promise<T>;
  say(event: LibraryEvent): void;
  close(): void;
}

export const shortId = (id: string, characters = 12): string => id.replace(/^[0-9a-f]+/, (hex) => hex.slice(0, characters));

export function notFound(asked: string): StudioError {
  return new StudioError('invalid-input', `There is no avatar “${asked}” in the library. See: sima avatars list.`);
}

/** Opens a home's library folder and index, made where they are not there, and clears what crashes have left. @throws StudioError io */
export async function openRoom(home: string, say: (event: LibraryEvent) => void): Promise<Room> {
  const root = avatarsFolder(home);
  const asStudioError = (error: unknown): unknown => storageFailure(error, `The library ${home}`);

  const bringUpToDate = (catalogue: Catalogue) => {
    const wasEmpty = catalogue.stamps().size === 0;
    const found = reconcile(root, catalogue);
    if (wasEmpty && found.read.length > 0) say({ kind: 'index', id: null, sentence: `The library's index was empty. It is made anew from ${found.read.length} avatar folders.` });
    for (const id of found.unknown) {
      say({ kind: 'damaged', id, sentence: `The folder ${folderOf(root, id)} has no readable ${RECORD_FILE}, so its avatar is not listed. Add its source file again to repair it.` });
    }
    return found;
  };

  let opened: Index<Catalogue>;
  try {
    mkdirSync(root, { recursive: true });
    opened = openIndex(home, {
      tables: catalogueOver,
      refill: bringUpToDate,
      onSetAside: (aside) => say({ kind: 'index', id: null, sentence: `The library's index was damaged. It is kept as ${aside}.` }),
    });
  } catch (error) {
    throw asStudioError(error);
  }

  const room: Room = {
    root,
    indexFile: path.join(home, INDEX_FILE),
    say,
    index: (work) => opened.ask(work),
    async recordOf(id) {
      const folder = folderOf(root, id);
      const listed = room.index((known) => known.find(id));
      const stamp = stampOf(folder);
      if (stamp === null) {
        if (listed) room.index((known) => known.remove(id));
        throw notFound(id);
      }
      // Nearly always both say the same, letter for letter.
      if (listed?.record && listed.fits && readSealed(root, id) === listed.sealed) return listed.record;
      const kept = readRecord(root, id);
      const record = kept ?? listed?.record;
      if (!record) {
        if (!listed) throw notFound(id);
        throw new StudioError('io', `What is known of the avatar “${listed.row.name}” is damaged both in its folder and in the index. Add its source again: ${folder}.`);
      }
      if (!kept) {
        await room.inStorage(() => writeRecord(folder, record));
        say({ kind: 'restored', id, sentence: `${RECORD_FILE} of “${record.name}” was missing or damaged. It is restored from the index.` });
      }
      if (listed && !listed.fits) say({ kind: 'restored', id, sentence: `The row of “${record.name}” in the index was damaged. It is restored from ${RECORD_FILE}.` });
      const isListed = listed?.fits === true && JSON.stringify(record) === JSON.stringify(listed.record);
      if (!kept || !isListed) room.index((known) => known.put(record, kept ? stamp : (stampOf(folder) ?? stamp))); // the time from before it was read
      return record;
    },
    async keepRecord(record) {
      const folder = folderOf(root, record.id);
      await writeRecord(folder, record);
      await dropFiles(root, record.id, strayFiles(root, record)).catch(() => undefined); // what is still open elsewhere goes at another time
      room.index((known) => known.put(record, stampOf(folder)!));
    },
    locked: (sourceHash, signal, work) => locked((question) => room.index(question), sourceHash, signal, () => room.inStorage(work)),
    working: (work) =>
      room.inStorage(async () => {
        const folder = await beginWork(root);
        try {
          return await work(folder);
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      }),
    async inStorage(work) {
      try {
        return await work();
      } catch (error) {
        throw asStudioError(error);
      }
    },
    close: () => opened.close(),
  };

  try {
    const { torn, untidy } = room.index(bringUpToDate);
    for (const id of torn) await room.recordOf(id);
    for (const id of untidy) await tidy(room, id);
  } catch (error) {
    room.close();
    throw asStudioError(error);
  }
  return room;
}

/** Removes what cut-off work has left in an avatar's folder, unless somebody is at work there right now. */
async function tidy(room: Room, id: string): Promise<void> {
  const release = tryLock((question) => room.index(question), id.slice(0, 64));
  if (!release) return;
  try {
    const record = readRecord(room.root, id);
    if (!record) return;
    await dropFiles(room.root, id, strayFiles(room.root, record));
    room.index((known) => known.put(record, stampOf(folderOf(room.root, id))!));
  } finally {
    release();
  }
}
