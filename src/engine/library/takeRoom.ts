/** What all work on takes shares: their folder, the index, which of them this process renders, and how one is found. */
import { mkdirSync } from 'node:fs';
import { type Fragment, isOver, type SaidSegment, type TakeInfo } from '../../shared/contract/take.ts';
import { StudioError } from '../../shared/errors.ts';
import { openIndex } from './database.ts';
import { storageFailure } from './durable.ts';
import { isAlive, NOBODY, thisProcess, type Owner } from './owner.ts';
import { shortId, type LibraryEvent } from './room.ts';
import { takeCatalogueOver, type TakeCatalogue, type TimedChunk } from './takeCatalogue.ts';
import { isMarkedKept, readTakeRecord, recordFile, takeFile, takesFolder, TAKE_ID } from './takeFolder.ts';
import { reconcileTakes } from './takeReconcile.ts';
import type { TakeRecord } from './takeRecord.ts';

/** Fewer characters than this name no take. */
const SHORTEST_PREFIX = 4;

/** What this process knows of a take that it renders: the journal once more, should the index be lost under it. */
export interface OwnTake {
  take: TakeInfo;
  fragments: Fragment[];
  chunks: Map<number, TimedChunk>;
  said: Map<number, SaidSegment>;
}

export interface TakeRoom {
  /** The folder of take folders. */
  readonly root: string;
  readonly me: Owner;
  /** Asks the index, which is made good where it turns out broken. */
  ask<T>(question: (takes: TakeCatalogue) => T): T;
  /** Whether that process renders that take now. */
  isBusy(id: string, owner: Owner): boolean;
  resolve(idOrPrefix: string): string;
  find(idOrPrefix: string): { take: TakeInfo; owner: Owner };
  /** @throws invalid-input where it is not finished */
  finished(idOrPrefix: string): TakeInfo;
  /** @throws io where it is damaged */
  recordOf(idOrPrefix: string): TakeRecord;
  /** A take under way that this process renders; undefined: it is not. */
  own(id: string): OwnTake | undefined;
  /** @throws bug where it is not this process's */
  mine(id: string): OwnTake;
  hold(take: TakeInfo, journal?: { fragments: Fragment[]; chunks: TimedChunk[]; said: SaidSegment[] }): void;
  letGo(id: string): void;
  /** Failures of the disk as `io` with the library's name. */
  inStorage<T>(work: () => T): T;
  asStudioError(error: unknown): unknown;
  /** Leaves all takes under way to who adopts them. */
  close(): void;
}

/** Takes under way in this process, in whichever room: another room of it must not think them abandoned, nor at work once theirs is closed. */
const held = new Set<string>();

export function openTakeRoom(home: string, say: (event: LibraryEvent) => void): TakeRoom {
  const root = takesFolder(home);
  const me = thisProcess();
  const own = new Map<string, OwnTake>();
  const isBusy = (id: string, owner: Owner) => (owner.pid === me.pid && owner.started === me.started ? held.has(id) : isAlive(owner));
  const asStudioError = (error: unknown): unknown => storageFailure(error, `The library ${home}`);
  const inStorage = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw asStudioError(error);
    }
  };
  const refill = (takes: TakeCatalogue) => {
    for (const [id, { take, fragments, chunks, said }] of own) {
      takes.together(() => {
        takes.put({ ...take, kept: isMarkedKept(root, id) }, me);
        for (const fragment of fragments) takes.addFragment(id, fragment);
        for (const chunk of chunks.values()) takes.addChunk(id, chunk);
        for (const segment of said.values()) takes.addSaid(id, segment);
      });
    }
    reconcileTakes(root, takes, isBusy, say);
  };

  const index = inStorage(() => {
    mkdirSync(root, { recursive: true });
    return openIndex(home, {
      tables: takeCatalogueOver,
      refill,
      onSetAside: (aside) => say({ kind: 'index', id: null, sentence: `The library's index was damaged. It is kept as ${aside}.` }),
    });
  });
  try {
    index.ask((takes) => {
      takes.index();
      refill(takes);
    });
  } catch (error) {
    index.close();
    throw error;
  }

  const room: TakeRoom = {
    root,
    me,
    ask: (question) => index.ask(question),
    isBusy,
    resolve(idOrPrefix) {
      if (TAKE_ID.test(idOrPrefix) && index.ask((takes) => takes.find(idOrPrefix))) return idOrPrefix;
      const prefix = idOrPrefix.toLowerCase();
      const ids = /^[0-9a-z-]+$/.test(prefix) && prefix.length >= SHORTEST_PREFIX ? index.ask((takes) => takes.idsFrom(prefix, 5)) : [];
      if (ids.length === 0) throw new StudioError('invalid-input', `There is no take “${idOrPrefix.slice(0, 80)}” in the library. See: sima takes list.`);
      if (ids.length > 1) throw new StudioError('invalid-input', `“${idOrPrefix}” could be ${ids.join(' or ')}. Write more of the id.`);
      return ids[0];
    },
    find(idOrPrefix) {
      const id = room.resolve(idOrPrefix);
      const row = index.ask((takes) => takes.find(id));
      if (!row?.take) throw new StudioError('io', `What the library's index says of the take ${id} is damaged. Start Sima anew to repair it.`);
      return { take: row.take, owner: row.owner };
    },
    finished(idOrPrefix) {
      const { take } = room.find(idOrPrefix);
      if (take.state !== 'finished') throw new StudioError('invalid-input', `The take ${shortId(take.id)} is ${isOver(take.state) ? '' : 'still '}${take.state}, not finished.`);
      return take;
    },
    recordOf(idOrPrefix) {
      const { id } = room.finished(idOrPrefix);
      const record = readTakeRecord(root, id);
      if (record !== null && record !== 'damaged') return record;
      throw new StudioError('io', `${recordFile(root, id)} is missing or damaged: what the take says and where its fragments lie is lost. Its video ${takeFile(root, id)} is not affected.`);
    },
    own: (id) => own.get(id),
    mine(id) {
      const found = own.get(id);
      if (!found) throw new StudioError('bug', `The take ${id} is not being rendered by this process.`);
      return found;
    },
    hold(take, { fragments, chunks, said } = { fragments: [], chunks: [], said: [] }) {
      held.add(take.id);
      own.set(take.id, { take, fragments, chunks: new Map(chunks.map((timed) => [timed.chunk.index, timed])), said: new Map(said.map((segment) => [segment.index, segment])) });
    },
    letGo(id) {
      own.delete(id);
      held.delete(id);
    },
    inStorage,
    asStudioError,
    close() {
      try {
        for (const id of own.keys()) index.ask((takes) => takes.takeOver(id, me, NOBODY));
      } finally {
        for (const id of [...own.keys()]) room.letGo(id);
        index.close();
      }
    },
  };
  return room;
}
