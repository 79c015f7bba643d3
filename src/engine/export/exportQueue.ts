/**
 * The queue of exports: one is made at a time, in the engine process, so that nobody waits for it and its end costs only a beginning anew.
 * What is in it outlives the host: queued ones are taken up by the next studio, one that was being made begins again.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ExportInfo, ExportSettings, RemovedExport } from '../../shared/contract/export.ts';
import { errorData, StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { shownText } from '../../shared/marks.ts';
import { createChange } from '../change.ts';
import { isAlive, NOBODY, thisProcess } from '../library/owner.ts';
import { shortId } from '../library/room.ts';
import { takesFolder } from '../library/takeFolder.ts';
import type { TakeStore } from '../library/takes.ts';
import { textOf } from '../pipeline/speechPlan.ts';
import { mayBeBlamed, type EngineLife, type EngineOwner } from '../process/owner.ts';
import type { Made } from './api.ts';
import { checkSettings, estimatedBytes } from './checks.ts';
import { exportedTake } from './exportedTake.ts';
import { openExportRecords } from './exportRecords.ts';
import { deliver, endingOf, nameOfScript, safeName } from './fileNames.ts';
import { anew, checkFolder, clear, discard, workFolderOf } from './folders.ts';

export interface ExportWish {
  takeId: string;
  settings: ExportSettings;
  /** Of the file, without an ending; default: what is said first. */
  name?: string | undefined;
  /** Where it is to lie; default: what the settings say, else the studio's own folder. */
  folder?: string | undefined;
}

export interface Exports {
  /** To the queue's end. @throws invalid-input for what the take does not allow; io, capacity where the folder cannot take it */
  start(wish: ExportWish): Promise<ExportInfo>;
  /** The one being made, those that wait in their order, then those that are over, the latest first. */
  list(): ExportInfo[];
  /** Stands still and keeps what it has; meanwhile the next one is made. */
  pause(id: string): ExportInfo;
  /** Waits for its turn again, at its place. */
  resume(id: string): ExportInfo;
  cancel(id: string): Promise<ExportInfo>;
  /** @param before null: to the end @throws invalid-input where one of them does not wait */
  move(id: string, before: string | null): void;
  /** Cancels it where it is not over. Its files stay, unless they lie in the studio's own folder. */
  remove(id: string): Promise<void>;
  /** One is being made: were the engine ended, it would begin anew. */
  readonly busy: boolean;
  /** All there are, then each whenever something about it changes, or it was removed; a slow reader gets the latest. */
  watch(signal: AbortSignal): AsyncGenerator<ExportInfo | RemovedExport, void, void>;
  /** What is not over stays for the next studio. */
  close(): Promise<void>;
}

export interface ExportsParts {
  home: string;
  takes: TakeStore;
  engine: Pick<EngineOwner, 'life' | 'closed'>;
  /** What the settings say; null: nothing. Asked for each export that names no folder. */
  folder: () => string | null | Promise<string | null>;
  /** Goes on with what another studio has left. */
  goOn: boolean;
  /** Told whenever none is being made, also between two of them: the engine may be started again then. */
  onIdle?: () => void;
}

/** The studio's own folder for exports. */
export const exportsFolder = (home: string): string => path.join(home, 'exports');

/** How many that are over are remembered, but for those whose files only their removal would delete. */
const REMEMBERED = 200;
/** Engine processes that ended while they made it: it is this export that ends them. */
export const MOST_LIVES = 5;

/** In other queues of this process: their number is ours, so only this tells whether somebody is at it. */
const held = new Set<string>();

interface Entry {
  info: Omit<ExportInfo, 'place'>;
  folder: string;
  place: number;
  /** Counts what watchers have to be told. */
  version: number;
  /** What makes it, from its first turn to its end; it may stand still. */
  work: { abort: AbortController; over: Promise<void>; life: EngineLife | null } | null;
  /** Lets `trim` have the take. */
  release: () => void;
}

const isOver = ({ state }: Pick<ExportInfo, 'state'>): boolean => state === 'finished' || state === 'failed' || state === 'canceled';

/** Opens the queue; it works by itself from here on. The opener closes. @throws io */
export function openExports({ home, takes, engine, folder: settingsFolder, goOn, onIdle = () => undefined }: ExportsParts): Exports {
  const records = openExportRecords(home);
  const me = thisProcess();
  const own = exportsFolder(home);
  const entries = new Map<string, Entry>();
  const change = createChange();
  let closing = false;

  const add = (row: { info: Entry['info']; folder: string; place: number }): Entry => {
    const entry: Entry = { ...row, version: 1, work: null, release: () => undefined };
    entries.set(row.info.id, entry);
    if (isOver(row.info)) return entry;
    held.add(row.info.id);
    try {
      ({ release: entry.release } = takes.use(row.info.takeId));
    } catch {
      // It is gone: said when its turn comes.
    }
    return entry;
  };
  const keep = ({ info, folder, place }: Pick<Entry, 'info' | 'folder' | 'place'>): void => records.put({ info, folder, place }, me);
  const set = (entry: Entry, known: Partial<Entry['info']>): void => {
    const before = entry.info;
    entry.info = { ...before, ...known };
    entry.version += 1;
    if (isOver(entry.info)) {
      entry.release();
      held.delete(before.id);
    }
    try {
      if (Object.keys(known).some((name) => name !== 'progress')) keep(entry);
    } catch {
      // A full disk keeps no export from being made; the next change is kept again.
    }
    // Those behind it have another place now.
    if (entry.info.state !== before.state) for (const other of waiting()) other.version += 1;
    change.announce();
  };
  const end = (entry: Entry, state: 'finished' | 'failed' | 'canceled', known: Partial<Entry['info']> = {}): void => {
    set(entry, { ...known, state, progress: state === 'finished' ? 1 : entry.info.progress, endedAt: new Date().toISOString() });
  };
  const isBusy = (): boolean => [...entries.values()].some(({ info }) => info.state === 'running');
  const waiting = (): Entry[] => [...entries.values()].filter(({ info: { state } }) => state === 'queued' || state === 'paused').sort((a, b) => a.place - b.place);
  /** The latest first. */
  const over = (): Entry[] => [...entries.values()].filter(({ info }) => isOver(info)).sort((a, b) => ((a.info.endedAt ?? '') < (b.info.endedAt ?? '') ? 1 : -1));
  const forget = (id: string): void => {
    records.remove(id);
    entries.delete(id);
  };
  /** Its files that lie in the studio's own folder, where the user has put none of them. */
  const ownFiles = ({ info: { files } }: Entry): string[] => files.filter((file) => path.dirname(file) === path.resolve(own));
  const told = (entry: Entry): ExportInfo => {
    const place = waiting().indexOf(entry);
    return { ...entry.info, place: place < 0 ? null : place };
  };
  const find = (id: string): Entry => {
    const entry = entries.get(id);
    if (!entry) throw new StudioError('invalid-input', `There is no export “${id.slice(0, 80)}”.`);
    return entry;
  };

  /** Gives the turn to the next, where nobody has it. */
  const next = (): void => {
    if (closing || isBusy()) return;
    onIdle();
    const entry = waiting().find(({ info }) => info.state === 'queued');
    if (!entry) return;
    set(entry, { state: 'running' });
    if (entry.work) return hold(entry, false);
    const abort = new AbortController();
    const work: NonNullable<Entry['work']> = { abort, over: Promise.resolve(), life: null };
    entry.work = work;
    work.over = run(entry, work).finally(() => {
      if (entry.work === work) entry.work = null;
      next();
    });
  };

  const hold = (entry: Entry, isHeld: boolean): void => {
    const { id } = entry.info;
    // An engine that ends meanwhile is seen by `run`, which begins in the next one as it is to be then.
    void entry.work?.life?.client.call('holdExport', { id, held: isHeld }).catch(() => undefined);
  };

  /** Never rejects. */
  const run = async (entry: Entry, work: NonNullable<Entry['work']>): Promise<void> => {
    const { signal } = work.abort;
    const workFolder = workFolderOf(entry);
    let tell: () => void;
    try {
      const made = await makeInLives(entry, work, workFolder);
      if (made === null) return; // paused, and what it had is lost: it begins anew when it is resumed
      const files = await deliver(made.files, entry.folder, path.parse(entry.info.name).name);
      const { size } = await stat(files[0]);
      tell = () => end(entry, 'finished', { files, name: path.basename(files[0]), sizeBytes: size, sameBytes: made.sameBytes, encoder: made.encoder });
    } catch (error) {
      tell = () => {
        if (closing) return; // it stays as it is, for the next studio
        if (signal.aborted) end(entry, 'canceled');
        else end(entry, 'failed', { error: errorData(error) });
      };
    }
    await discard(workFolder);
    tell();
  };

  /** null: the engine ended while the export was paused. */
  const makeInLives = async (entry: Entry, work: NonNullable<Entry['work']>, workFolder: string): Promise<Made | null> => {
    const { id, settings, takeId } = entry.info;
    const { signal } = work.abort;
    const take = exportedTake(takes, takeId);
    checkSettings(settings, take);
    for (let fruitless = 0; ; ) {
      const life = await engine.life(signal);
      work.life = life;
      await anew(workFolder);
      let made: Made | null = null;
      try {
        const order = { id, settings, take, file: takes.file(takeId), takesRoot: takesFolder(home), workFolder, held: entry.info.state !== 'running' };
        for await (const step of life.client.stream('export', order, { signal })) {
          if (step.type === 'made') ({ made } = step);
          else set(entry, { progress: step.done });
        }
        if (made === null) throw new StudioError('bug', 'The export ended without a result.');
        return made;
      } catch (error) {
        throwIfCanceled(signal);
        if (engine.closed || !life.over) throw error;
        if (mayBeBlamed(life)) fruitless += 1;
        if (fruitless >= MOST_LIVES) throw new StudioError('bug', `The engine ended ${MOST_LIVES} times while it made this export. The last time: ${await life.exit}.`, { cause: error });
        set(entry, { progress: 0 });
        if (entry.info.state === 'paused') return null;
      } finally {
        work.life = null;
      }
    }
  };

  for (const { owner, ...row } of records.all()) {
    const isEnded = isOver(row.info);
    const isBusy = owner.pid === me.pid && owner.started === me.started ? held.has(row.info.id) : isAlive(owner);
    if (!isEnded && (!goOn || isBusy || !records.takeOver(row.info.id, owner, me))) continue;
    const info = { ...row.info, progress: row.info.state === 'finished' ? 1 : null };
    const entry = add({ ...row, info: info.state === 'running' ? { ...info, state: 'queued' } : info });
    if (!isEnded) clear(workFolderOf(entry));
  }
  next();

  return {
    async start({ takeId, settings, name, folder }) {
      const take = exportedTake(takes, takeId);
      checkSettings(settings, take);
      const place = folder ?? (await settingsFolder()) ?? own;
      await checkFolder(place, own, estimatedBytes(settings, take));
      const { request } = takes.show(take.id);
      const spoken = request.audio === undefined ? nameOfScript(shownText(textOf(request))) : safeName(path.parse(request.audio).name);
      const info: Entry['info'] = {
        id: randomUUID(), takeId: take.id, name: `${(name === undefined ? null : safeName(name)) ?? spoken ?? `take ${shortId(take.id, 8)}`}${endingOf(settings)}`, settings,
        state: 'queued', progress: null, files: [], sizeBytes: null, sameBytes: settings.kind === 'video' && settings.mode === 'copy',
        createdAt: new Date().toISOString(), endedAt: null, error: null, encoder: null,
      };
      if (closing) throw new StudioError('canceled', 'The studio is closing.');
      const row = { info, folder: path.resolve(place), place: Math.max(0, ...[...entries.values()].map((other) => other.place)) + 1 };
      keep(row);
      for (const each of over().slice(REMEMBERED)) if (!ownFiles(each).some((file) => existsSync(file))) forget(each.info.id);
      const entry = add(row);
      change.announce();
      next();
      return told(entry);
    },
    list() {
      const running = [...entries.values()].filter(({ info }) => info.state === 'running');
      return [...running, ...waiting(), ...over()].map(told);
    },
    pause(id) {
      const entry = find(id);
      const { state } = entry.info;
      if (isOver(entry.info)) throw new StudioError('invalid-input', `The export “${entry.info.name}” is ${state}: there is nothing to pause.`);
      if (state !== 'paused') {
        set(entry, { state: 'paused' });
        hold(entry, true);
        next();
      }
      return told(entry);
    },
    resume(id) {
      const entry = find(id);
      if (isOver(entry.info)) throw new StudioError('invalid-input', `The export “${entry.info.name}” is ${entry.info.state}. Export the take again.`);
      if (entry.info.state === 'paused') {
        set(entry, { state: 'queued' });
        next();
      }
      return told(entry);
    },
    async cancel(id) {
      const entry = find(id);
      await cancel(entry);
      return told(entry);
    },
    move(id, before) {
      const entry = find(id);
      const others = waiting().filter((other) => other !== entry);
      for (const each of before === null ? [entry] : [entry, find(before)]) {
        if (each.info.state !== 'queued' && each.info.state !== 'paused') throw new StudioError('invalid-input', `The export “${each.info.name}” is ${each.info.state} and has no place in the queue.`);
      }
      if (before === id) return;
      const at = before === null ? others.length : others.indexOf(find(before));
      const [last, following] = [others[at - 1]?.place, others[at]?.place];
      entry.place = following === undefined ? Math.max(entry.place, ...[...entries.values()].map(({ place }) => place)) + 1 : ((last ?? following - 2) + following) / 2;
      keep(entry);
      for (const other of waiting()) other.version += 1;
      change.announce();
    },
    async remove(id) {
      const entry = find(id);
      await cancel(entry);
      for (const file of ownFiles(entry)) await rm(file, { force: true });
      forget(id);
      change.announce();
    },
    get busy() {
      return isBusy();
    },
    async *watch(signal) {
      const seen = new Map<string, number>();
      for (;;) {
        const changes = change.count;
        for (const entry of [...entries.values()]) {
          const { version } = entry;
          if (seen.get(entry.info.id) === version || !entries.has(entry.info.id)) continue;
          seen.set(entry.info.id, version);
          yield told(entry);
        }
        for (const id of [...seen.keys()].filter((each) => !entries.has(each))) {
          seen.delete(id);
          yield { id, state: 'removed' };
        }
        await change.after(changes, signal);
      }
    },
    async close() {
      closing = true;
      const left = [...entries.values()].filter(({ info }) => !isOver(info));
      for (const { work } of left) work?.abort.abort(new StudioError('canceled', 'The studio is closing.'));
      await Promise.all(left.flatMap(({ work }) => work?.over ?? []));
      for (const entry of left) {
        if (!isOver(entry.info)) records.takeOver(entry.info.id, me, NOBODY);
        entry.release();
        held.delete(entry.info.id);
      }
    },
  };

  async function cancel(entry: Entry): Promise<void> {
    if (isOver(entry.info)) return;
    if (entry.work) {
      entry.work.abort.abort(new StudioError('canceled', 'Canceled.'));
      await entry.work.over;
    }
    // It waits, or it stood still and what it had was lost: what is left of that is still there.
    if (!isOver(entry.info)) {
      end(entry, 'canceled');
      await discard(workFolderOf(entry));
    }
    next();
  }
}
