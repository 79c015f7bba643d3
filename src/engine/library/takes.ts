/**
 * The takes of one home. While a take is rendered the index is its journal: a fragment is journaled, then published (told to anyone), and
 * published bytes never change; a finished take is its folder, which the index only lists. What is journaled outlives the end of the
 * process by any means (kill, crash), not a loss of power: that would cost a flush of the disk per fragment. After one, takes under way may be
 * lost, finished ones are not.
 */
import type { Fragment, SaidSegment, TakeInfo } from '../../shared/contract/take.ts';
import { isOver } from '../../shared/contract/take.ts';
import { StudioError, type ErrorData } from '../../shared/errors.ts';
import type { Chunk } from '../../shared/vocabulary.ts';
import type { MouthTrack } from '../mouthTrack.ts';
import { shortId, type LibraryEvent } from './room.ts';
import { removeFolder } from './store.ts';
import type { TakesQuery, TimedChunk } from './takeCatalogue.ts';
import { copyBeginning, type Beginning } from './takeCopy.ts';
import { growingFile, markKept, takeFile } from './takeFolder.ts';
import { fragmentsOf, saidOf, type TakeRecord } from './takeRecord.ts';
import { openTakeRoom, type TakeRoom } from './takeRoom.ts';
import { growingTrack, sealedTrack } from './takeTrack.ts';
import { adoptTake, beginTake, changeTake, endTake, finishTake, keepChunk, keepSaid, keepTrack, publishFragment, type NewTake, type TakeChange, type TakeOutcome } from './takesUnderWay.ts';

/** What finished takes may occupy before the oldest unmarked ones go. */
export const TAKES_BUDGET_BYTES = 20e9;
export interface TakesOptions {
  budgetBytes?: number;
  /** Told of everything that is repaired or lost, so that it can be said aloud. */
  onEvent?: (event: LibraryEvent) => void;
}

/**
 * `id` alone is a whole one. Calls that change a take under way are for the process that renders it. @throws StudioError io; invalid-input where
 * there is no such take; bug where a take under way is not this process's
 */
export interface TakeStore {
  /** A new take of this process, queued. */
  begin(take: NewTake): TakeInfo;
  /** Makes the beginning of a finished take that of one that has just begun: what is published of it before a frame, with all that is known of that. */
  copyBeginning(id: string, from: string, beginning: Beginning): Promise<void>;
  change(id: string, change: TakeChange): TakeInfo;
  /** Journals a fragment whose bytes are in the file; it may be told to others when this returns. @throws bug where it does not follow on the one before */
  publish(id: string, fragment: Fragment, initBytes: number): void;
  /** Journals what a chunk took. */
  addChunk(id: string, chunk: Chunk, times: TimedChunk['times']): void;
  /** Journals a segment as it is spoken; one that was told before stays as it was told. */
  addSaid(id: string, segment: SaidSegment): void;
  /** Journals what is kept of frames beside their pictures, before the fragments that hold them. */
  addTrack(id: string, track: MouthTrack): void;
  /** All that a watcher is told of the take. */
  soFar(id: string): TakeSoFar;
  /** All that are published, in order; `initBytes`: the header before them, null where there are none. */
  fragments(id: string): { initBytes: number | null; fragments: Fragment[] };
  chunks(id: string): TimedChunk[];
  /** Seals a take whose writer has renamed the growing file to `file(id)`. @throws Unsealed where only what is known of it cannot be written */
  finish(id: string, outcome: TakeOutcome): Promise<TakeInfo>;
  /** Removes what was rendered and keeps the reason. */
  fail(id: string, error: ErrorData): Promise<TakeInfo>;
  /** Removes what was rendered. */
  cancel(id: string): Promise<TakeInfo>;
  /** The file to write to, in a folder that is there. */
  growingFile(id: string): string;
  /** What the growing file is renamed to when it is whole. */
  file(id: string): string;
  show(idOrPrefix: string): TakeInfo;
  /** What was said when, by chunk and stage. @throws invalid-input where the take is not finished; io where its record is damaged */
  record(idOrPrefix: string): TakeRecord;
  /** The file of a finished take, which `trim` leaves alone until it is released. */
  use(idOrPrefix: string): { take: TakeInfo; file: string; release: () => void };
  /** Newest first; `limit` −1: all. */
  list(query?: TakesQuery): TakeInfo[];
  /** The user's mark; any process may set it. */
  keep(idOrPrefix: string, kept: boolean): TakeInfo;
  /** @returns the whole id @throws invalid-input while somebody renders it */
  remove(idOrPrefix: string): Promise<string>;
  /** Takes under way whose process is gone, oldest first: `adopt` them to go on, or to cancel them. */
  interrupted(): TakeInfo[];
  /**
   * Makes this process the one that renders the take: of several who try, one succeeds, the others get null. Its growing file then holds at
   * least what was published, and may end in more, which is to be cut off. A take whose file was lost comes back failed.
   */
  adopt(id: string): Promise<TakeInfo | null>;
  /** Removes the oldest finished takes that are over the budget, neither marked nor in use here. @returns them */
  trim(): Promise<TakeInfo[]>;
  /** Bytes of all takes, and what finished ones may occupy before the oldest unmarked go. */
  usage(): number;
  budget(): number;
  /** Counts from the next `trim` on. */
  setBudget(bytes: number): void;
  /** Takes of this process that are under way count as interrupted from here on. */
  close(): Promise<void>;
}

/** What is known of a take, whether it is rendered or finished. */
export interface TakeSoFar {
  take: TakeInfo;
  /** null where no fragment is published. */
  initBytes: number | null;
  fragments: readonly Fragment[];
  chunks: readonly TimedChunk[];
  said: readonly SaidSegment[];
  /** Read from its file: from the first frame on; null where nothing is known. */
  track: () => MouthTrack | null;
}

/** Opens the takes, made where there are none, and clears what crashes have left. The opener closes. @throws StudioError io */
export function openTakes(home: string, { budgetBytes: budgetAtFirst = TAKES_BUDGET_BYTES, onEvent = () => undefined }: TakesOptions = {}): TakeStore {
  let budgetBytes = budgetAtFirst;
  const room = openTakeRoom(home, onEvent);
  const { root } = room;
  /** How often a take is in use here. */
  const uses = new Map<string, number>();
  const show = (idOrPrefix: string): TakeInfo => room.find(idOrPrefix).take;

  /** Work that close must wait for: it would find the index closed. */
  const underWay = new Set<Promise<unknown>>();
  const during = <T>(work: Promise<T>): Promise<T> => {
    const ended = work.then(() => undefined, () => undefined).finally(() => underWay.delete(ended));
    underWay.add(ended);
    return work.catch((error: unknown) => {
      throw room.asStudioError(error);
    });
  };

  const use = (idOrPrefix: string): { take: TakeInfo; file: string; release: () => void } => {
    const take = room.finished(idOrPrefix);
    const { id } = take;
    uses.set(id, (uses.get(id) ?? 0) + 1);
    let used = true;
    const release = () => {
      if (!used) return;
      used = false;
      const left = uses.get(id)! - 1;
      if (left > 0) uses.set(id, left);
      else uses.delete(id);
    };
    return { take, file: takeFile(root, id), release };
  };

  return {
    begin: (take) => beginTake(room, take),
    copyBeginning(id, from, beginning) {
      const { take, release } = use(from);
      return during(copyBeginning(room, id, take.id, beginning)).finally(release);
    },
    change: (id, change) => changeTake(room, id, change),
    publish: (id, fragment, initBytes) => publishFragment(room, id, fragment, initBytes),
    addChunk: (id, chunk, times) => keepChunk(room, id, { chunk, times }),
    addSaid: (id, segment) => keepSaid(room, id, segment),
    addTrack: (id, track) => keepTrack(room, id, track),
    soFar(id) {
      const take = show(id);
      if (take.state === 'finished') {
        const record = room.recordOf(id);
        return { take, initBytes: record.initBytes, fragments: fragmentsOf(record), chunks: chunksOf(record), said: saidOf(record), track: () => sealedTrack(root, id) };
      }
      const { fragments, chunks, said } = room.ask((takes) => ({ fragments: takes.fragments(id), chunks: takes.chunks(id), said: takes.said(id) }));
      return { take, initBytes: fragments[0]?.offset ?? null, fragments, chunks, said, track: () => (isOver(take.state) ? null : growingTrack(root, id)) };
    },
    fragments(id) {
      const own = room.own(id)?.fragments.slice();
      if (!own && show(id).state === 'finished') {
        const record = room.recordOf(id);
        return { initBytes: record.initBytes, fragments: fragmentsOf(record) };
      }
      const fragments = own ?? room.ask((takes) => takes.fragments(id));
      return { initBytes: fragments[0]?.offset ?? null, fragments };
    },
    chunks(id) {
      if (show(id).state !== 'finished') return room.ask((takes) => takes.chunks(id));
      return chunksOf(room.recordOf(id));
    },
    finish: (id, outcome) => during(finishTake(room, id, outcome)),
    fail: (id, error) => during(endTake(room, id, 'failed', error)),
    cancel: (id) => during(endTake(room, id, 'canceled', null)),
    growingFile: (id) => growingFile(root, id),
    file: (id) => takeFile(root, id),
    show,
    record: (idOrPrefix) => room.recordOf(idOrPrefix),
    use,
    list: (query = {}) => room.ask((takes) => takes.list(query)),
    keep(idOrPrefix, kept) {
      const { id, state } = show(idOrPrefix);
      if (state === 'failed' || state === 'canceled') throw new StudioError('invalid-input', `The take ${shortId(id)} is ${state}: there is nothing to keep.`);
      room.inStorage(() => markKept(root, id, kept));
      room.ask((takes) => takes.setKept(id, kept));
      return show(id);
    },
    remove: (idOrPrefix) => during(removeTake(room, idOrPrefix)),
    interrupted: () =>
      [...room.ask((takes) => takes.rows()).values()]
        .flatMap(({ take, owner }) => (take && !isOver(take.state) && !room.isBusy(take.id, owner) ? take : []))
        .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1)),
    adopt: (id) => during(adoptTake(room, id)),
    trim: () => during(trimTakes(room, budgetBytes, (id) => uses.has(id))),
    usage: () => room.ask((takes) => takes.usage()),
    budget: () => budgetBytes,
    setBudget: (bytes) => void (budgetBytes = bytes),
    async close() {
      await Promise.allSettled(underWay);
      room.close();
    },
  };
}

const chunksOf = ({ chunks }: TakeRecord): TimedChunk[] => chunks.flatMap(({ times, ...chunk }) => (times ? { chunk, times } : []));

async function removeTake(room: TakeRoom, idOrPrefix: string): Promise<string> {
  const { take: { id, state }, owner } = room.find(idOrPrefix);
  const isFree = isOver(state) || (!room.isBusy(id, owner) && room.ask((takes) => takes.takeOver(id, owner, room.me)));
  if (!isFree) throw new StudioError('invalid-input', `The take ${shortId(id)} is being rendered. Cancel it first, or wait until it has ended.`);
  await removeFolder(room.root, id);
  room.ask((takes) => takes.remove(id));
  return id;
}

async function trimTakes(room: TakeRoom, budgetBytes: number, isInUse: (id: string) => boolean): Promise<TakeInfo[]> {
  const removed: TakeInfo[] = [];
  for (const id of room.ask((takes) => takes.removable())) {
    if (room.ask((takes) => takes.usage()) <= budgetBytes) break;
    const take = room.ask((takes) => takes.find(id))?.take;
    if (!take || take.kept || isInUse(id)) continue;
    try {
      await removeFolder(room.root, id);
    } catch {
      continue; // open elsewhere, on a system that minds: it goes another time
    }
    room.ask((takes) => takes.remove(id));
    removed.push(take);
  }
  return removed;
}
