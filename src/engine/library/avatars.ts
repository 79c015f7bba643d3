/**
 * The avatar library of one home: a face is registered once, then everything is a look-up. The folders are the truth, the index finds
 * them, memory holds what is in use; what is damaged, missing or of an older preparation is made again from the kept source.
 */
import { statSync } from 'node:fs';
import path from 'node:path';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { makeBundle, PREPARATION_VERSION, type BundleOptions, type FaceData } from '../avatar/bundle.ts';
import { sniff } from '../avatar/picture.ts';
import { chooseFace } from '../avatar/prepare.ts';
import type { Sessions } from '../onnx/sessions.ts';
import { createCache, type CacheMetrics, type Loaded } from './cache.ts';
import type { AvatarRow, ListQuery } from './catalogue.ts';
import { sha256OfFile } from '../fileHash.ts';
import { isDiskFull } from './durable.ts';
import { makeNew, rebuild, type Workshop } from './preparing.ts';
import { ID_PATTERN, type AvatarRecord, type Consent } from './record.ts';
import { notFound, openRoom, shortId, type LibraryEvent } from './room.ts';
import { bringBack, dropAside, folderOf, idsAside, idsIn, looksWhole, readFace, readRecord, removeFolder, setAside, variantsFolder } from './store.ts';
import { verifyLibrary, type LibraryVerdict } from './verify.ts';

/** The memory that loaded face data may take unless told otherwise: the guide's 2 GB. */
export const DEFAULT_BUDGET_BYTES = 2e9;
/** How much of the budget is filled ahead of use. */
const PRELOAD_SHARE = 0.5;
/** How long an avatar that was set aside can be had back. */
const ASIDE_MS = 3600 * 1000;
/** Fewer characters than this name no avatar. */
const SHORTEST_PREFIX = 4;

export interface LibraryOptions {
  /** Memory for loaded face data. */
  budgetBytes?: number;
  /** Opens or gives the sessions of the face models: asked only when something must be prepared. They stay the caller's to close. */
  sessions?: () => Promise<Pick<Sessions, 'run'>>;
  /** How face data is made of a source. */
  prepareFace?: (file: string, options: BundleOptions) => Promise<FaceData>;
  /** Told of everything that is repaired, so that it can be said aloud. */
  onEvent?: (event: LibraryEvent) => void;
}

export interface RegisterOptions {
  /** From 1, left to right; needed where there are several faces. */
  faceIndex?: number;
  /** Default: the file's name. */
  name?: string;
  tags?: string[];
  consent?: Omit<Consent, 'date'>;
  signal?: AbortSignal;
  /** 0..1. */
  onProgress?: (done: number) => void;
}

export interface Registered {
  record: AvatarRecord;
  /** false: these bytes were registered before, nothing was prepared. */
  isNew: boolean;
}

/** An avatar in use: its face data stays in memory until released, and what pictures are made of has been checked. */
export interface AvatarInUse {
  record: AvatarRecord;
  face: FaceData;
  /** A clip's plates at native size, all-intra; null for a photo, whose plate is its source. */
  platesFile: string | null;
  /** Where plates at other sizes and before other backgrounds may be kept: they go with the avatar. Made by whoever writes there. */
  variantsFolder: string;
  release: () => void;
}

/** An avatar is named by its id or the beginning of one, at least 4 characters. @throws StudioError invalid-input where none or several match */
export interface Library {
  register(file: string, options?: RegisterOptions): Promise<Registered>;
  resolve(idOrPrefix: string): string;
  /** From memory, else from the disk with its checksum verified, else made again. */
  get(idOrPrefix: string, signal?: AbortSignal): Promise<FaceData>;
  /** For a render: counts as a use. */
  use(idOrPrefix: string, signal?: AbortSignal): Promise<AvatarInUse>;
  /** WebP, 192×192; a whole list of them does not push what is in use out of memory. */
  thumbnail(idOrPrefix: string): Promise<Uint8Array>;
  /** Begins to load what will be wanted soon. */
  prefetch(idOrPrefix: string): void;
  /** Loads the most used into half of the budget. */
  preload(signal?: AbortSignal): Promise<void>;
  list(query?: ListQuery): AvatarRow[];
  show(idOrPrefix: string): { row: AvatarRow; record: AvatarRecord; folder: string };
  /** Changes what people say of an avatar. */
  describe(idOrPrefix: string, change: Partial<Pick<AvatarRecord, 'name' | 'tags' | 'consent' | 'favourite' | 'voices'>>): Promise<AvatarRecord>;
  /** At once and for good. @returns the whole id */
  remove(idOrPrefix: string): Promise<string>;
  /** Removes it so that it can be had back, for an hour or until this library is closed. @returns the whole id */
  setAside(idOrPrefix: string): Promise<string>;
  /** @param id whole @throws invalid-input where it can no longer be had back */
  restore(id: string): Promise<AvatarRow>;
  /** How many there are, and the bytes of all their files. */
  totals(): { count: number; bytes: number };
  /** Checks every file against its checksum; repairs nothing. */
  verify(signal?: AbortSignal): Promise<LibraryVerdict>;
  metrics(): CacheMetrics;
  /** Work that is under way is canceled. */
  close(): Promise<void>;
}

/**
 * Opens the library, made where there is none. What a crash has left is cleared, a broken index is set aside and made anew.
 * The opener closes. @throws StudioError io
 */
export async function openLibrary(home: string, options: LibraryOptions = {}): Promise<Library> {
  const { budgetBytes = DEFAULT_BUDGET_BYTES, onEvent = () => undefined } = options;
  const room = await openRoom(home, onEvent);
  const { root } = room;
  const shop: Workshop = { room, prepareFace: options.prepareFace ?? makeBundle, sessions: options.sessions ?? null };
  const ending = new AbortController();

  async function load(id: string): Promise<Loaded<FaceData>> {
    const record = await room.recordOf(id);
    if (record.preparation >= PREPARATION_VERSION) {
      const face = await readFace(root, record).catch(() => null);
      if (face) return { value: face.data, bytes: face.bytes, tier: 'disk' };
    }
    return rebuild(shop, id, { signal: ending.signal });
  }
  const cache = createCache<FaceData>({ budgetBytes, load });

  /** Prepares again what is damaged beside the face data, and keeps the result in memory. */
  async function repair(id: string, given?: string, signal?: AbortSignal): Promise<void> {
    const { value, bytes } = await rebuild(shop, id, { given, signal: signal ? AbortSignal.any([signal, ending.signal]) : ending.signal });
    cache.put(id, value, bytes);
  }

  /** What this library has set aside, with what only the index knew of it. */
  const aside = new Map<string, { uses: number; usedAt: string | null; timer: NodeJS.Timeout }>();
  /** For good. */
  async function forget(id: string): Promise<void> {
    clearTimeout(aside.get(id)?.timer);
    aside.delete(id);
    await dropAside(root, id).catch(() => undefined); // goes the next time that a library is opened
  }
  // Of libraries that were not closed in order.
  for (const [id, sinceMs] of idsAside(root)) if (Date.now() - sinceMs > ASIDE_MS) await forget(id);

  const resolve = (idOrPrefix: string): string => {
    if (ID_PATTERN.test(idOrPrefix) && room.index((known) => known.find(idOrPrefix))) return idOrPrefix;
    const prefix = idOrPrefix.toLowerCase();
    if (!/^[0-9a-f]+(-[0-9]*)?$/.test(prefix) || prefix.length < SHORTEST_PREFIX) throw notFound(idOrPrefix);
    const ids = room.index((known) => known.idsFrom(prefix, 5));
    if (ids.length === 0) throw notFound(idOrPrefix);
    if (ids.length > 1) throw new StudioError('invalid-input', `“${idOrPrefix}” could be ${ids.map((id) => shortId(id, 16)).join(' or ')}. Write more of the id.`);
    return ids[0];
  };
  /** A whole id in memory needs no question to the index. */
  const keyOf = (idOrPrefix: string): string => (cache.peek(idOrPrefix) ? idOrPrefix : resolve(idOrPrefix));

  /** Files whose content was compared with its checksum, as they were then. */
  const checked = new Map<string, string>();
  async function isIntact(file: string, sha256: string, signal?: AbortSignal): Promise<boolean> {
    const info = statSync(file, { bigint: true, throwIfNoEntry: false });
    if (!info) return false;
    const state = [info.ino, info.size, info.mtimeNs, info.ctimeNs].join('/');
    if (checked.get(file) === state) return true;
    if ((await sha256OfFile(file, signal)) !== sha256) return false;
    checked.set(file, state);
    return true;
  }

  /** Whether what frames are made of is as it was registered; a clip's plates are made again where not. */
  async function checkPictures(id: string, signal?: AbortSignal): Promise<AvatarRecord> {
    const record = await room.recordOf(id);
    const { source, plates } = record.files;
    // A clip's other sizes and backgrounds are made of its source, so both count.
    let whole = true;
    for (const kept of plates ? [plates, source] : [source]) whole &&= await isIntact(path.join(folderOf(root, id), kept.name), kept.sha256, signal);
    if (whole) return record;
    // A photo's only picture is its source: the rebuild says that it is gone.
    await repair(id, undefined, signal);
    return room.recordOf(id);
  }

  /** null where these bytes, or this face of them, are not registered. */
  async function knownAvatar(file: string, sourceHash: string, faceIndex: number | undefined): Promise<AvatarRecord | null> {
    const ids = new Set([...room.index((known) => known.idsOfSource(sourceHash)), ...idsIn(root).filter((id) => id.startsWith(sourceHash))]);
    const records: AvatarRecord[] = [];
    for (const id of ids) {
      const record = await room.recordOf(id).catch((error: unknown) => {
        if (error instanceof StudioError) return null; // registering it now repairs it
        throw error;
      });
      if (record) records.push(record);
    }
    if (records.length === 0) return null;
    const wanted = chooseFace(records[0].faceCount, faceIndex, file);
    return records.find((record) => record.faceIndex === wanted) ?? null;
  }

  /** What is there already is repaired from the file at hand where it must be, and gets what was newly said of it. */
  async function welcomeBack({ id, sourceHash }: AvatarRecord, file: string, asked: RegisterOptions): Promise<Registered> {
    const { name, tags, consent, signal } = asked;
    const record = await room.recordOf(id);
    const kept = path.join(folderOf(root, id), record.files.source.name);
    const isWhole = looksWhole(root, record) && record.preparation >= PREPARATION_VERSION && (await isIntact(kept, sourceHash, signal));
    if (!isWhole) await repair(id, file, signal);
    const said = { ...(name === undefined ? {} : { name }), ...(tags ? { tags } : {}), ...(consent ? { consent: stated(consent) } : {}) };
    const current = Object.keys(said).length > 0 ? await describe(id, said) : await room.recordOf(id);
    await cache.get(id, signal);
    asked.onProgress?.(1);
    return { record: current, isNew: false };
  }

  async function register(file: string, asked: RegisterOptions = {}): Promise<Registered> {
    await sniff(file); // says clearly what is wrong with a file that cannot be anything
    const { faceIndex, consent, signal, onProgress } = asked;
    const name = checkedName(asked.name ?? (path.parse(file).name.slice(0, 200) || 'avatar'));
    const sourceHash = await sha256OfFile(file, signal);
    const known = await knownAvatar(file, sourceHash, faceIndex);
    if (known) return welcomeBack(known, file, asked);
    const made = await room.locked(sourceHash, signal, async () => {
      const meanwhile = await knownAvatar(file, sourceHash, faceIndex);
      if (meanwhile) return meanwhile;
      return makeNew(shop, { file, sourceHash, faceIndex, name, tags: asked.tags ?? [], consent: consent ? stated(consent) : null, signal, onProgress });
    });
    if (!('data' in made)) return welcomeBack(made, file, asked);
    const { record, data } = made;
    cache.put(record.id, data, sizeInMemory(data));
    onProgress?.(1);
    return { record, isNew: true };
  }

  async function describe(idOrPrefix: string, change: Partial<AvatarRecord>): Promise<AvatarRecord> {
    const id = resolve(idOrPrefix);
    if (change.name !== undefined) checkedName(change.name);
    return room.locked(id.slice(0, 64), undefined, async () => {
      const next = { ...(await room.recordOf(id)), ...change };
      await room.keepRecord(next);
      return next;
    });
  }

  async function removeAvatar(id: string, removeFiles: (root: string, id: string) => Promise<boolean> = removeFolder): Promise<void> {
    const work = async () => {
      await removeFiles(root, id);
      room.index((known) => known.remove(id));
    };
    await room.locked(id.slice(0, 64), undefined, work).catch(async (error: unknown) => {
      // On a full disk not even a lock can be written; removing is what makes room.
      if (!isDiskFull(error)) throw error;
      await room.inStorage(work);
    });
  }

  async function setAvatarAside(id: string): Promise<void> {
    const { uses, usedAt } = room.index((known) => known.find(id))?.row ?? { uses: 0, usedAt: null };
    await removeAvatar(id, setAside);
    clearTimeout(aside.get(id)?.timer);
    aside.set(id, { uses, usedAt, timer: setTimeout(() => void forget(id), ASIDE_MS).unref() });
  }

  async function restore(id: string): Promise<AvatarRow> {
    if (!ID_PATTERN.test(id)) throw notFound(id);
    return room.locked(id.slice(0, 64), undefined, async () => {
      const known = aside.get(id);
      if (known && (await bringBack(root, id))) {
        await room.recordOf(id); // lists it again
        room.index((index) => index.putUses(id, known.uses, known.usedAt));
      }
      await forget(id);
      // It may have been registered anew meanwhile: then it is back already.
      const row = room.index((index) => index.find(id))?.row;
      if (!row) throw new StudioError('invalid-input', 'This avatar can no longer be had back. Add its photo or clip again.');
      return row;
    });
  }

  /** Work that close must wait for: it would find the index closed. */
  const underWay = new Set<Promise<unknown>>();
  const during = <T>(work: Promise<T>): Promise<T> => {
    const ended = work.then(() => undefined, () => undefined).finally(() => underWay.delete(ended));
    underWay.add(ended);
    return work;
  };

  return {
    register: (file, asked = {}) => during(register(file, { ...asked, signal: asked.signal ? AbortSignal.any([asked.signal, ending.signal]) : ending.signal })),
    resolve,
    describe: (idOrPrefix, change) => during(describe(idOrPrefix, change)),
    get: async (idOrPrefix, signal) => cache.get(keyOf(idOrPrefix), signal),
    async use(idOrPrefix, signal) {
      const id = keyOf(idOrPrefix);
      const { value, release } = await cache.pin(id, signal);
      try {
        const record = await checkPictures(id, signal);
        room.index((known) => known.countUse(id, new Date().toISOString()));
        const platesFile = record.files.plates ? path.join(folderOf(root, id), record.files.plates.name) : null;
        return { record, face: cache.peek(id) ?? value, platesFile, variantsFolder: variantsFolder(root, id), release };
      } catch (error) {
        release();
        throw error;
      }
    },
    async thumbnail(idOrPrefix) {
      const id = keyOf(idOrPrefix);
      const face = cache.peek(id) ?? (await readFace(root, await room.recordOf(id)).then(({ data }) => data, () => cache.get(id)));
      return face.thumbnail;
    },
    prefetch(idOrPrefix) {
      settled(() => cache.prefetch(keyOf(idOrPrefix))).catch(() => undefined); // whoever uses it is told
    },
    async preload(signal) {
      for (const id of room.index((known) => known.mostUsed(1000))) {
        throwIfCanceled(signal);
        if (cache.metrics().bytes > budgetBytes * PRELOAD_SHARE) return;
        await cache.prefetch(id).catch(() => undefined); // whoever uses it is told
      }
    },
    list: (query) => room.index((known) => known.list(query)),
    show(idOrPrefix) {
      const id = resolve(idOrPrefix);
      const found = room.index((known) => known.find(id));
      const record = readRecord(root, id) ?? found?.record;
      if (!found || !record) throw notFound(idOrPrefix);
      return { row: found.row, record, folder: folderOf(root, id) };
    },
    async remove(idOrPrefix) {
      const id = resolve(idOrPrefix);
      await during(removeAvatar(id));
      cache.drop(id);
      return id;
    },
    async setAside(idOrPrefix) {
      const id = resolve(idOrPrefix);
      await during(setAvatarAside(id));
      cache.drop(id);
      return id;
    },
    restore: (id) => during(restore(id)),
    totals: () => room.index((known) => known.totals()),
    verify: (signal) => room.inStorage(() => verifyLibrary(room, signal)),
    metrics: () => cache.metrics(),
    async close() {
      ending.abort();
      await Promise.allSettled(underWay);
      await cache.idle();
      for (const id of [...aside.keys()]) await forget(id);
      room.close();
    },
  };
}

/** A throw before the first await is a rejection too. */
async function settled<T>(work: () => Promise<T>): Promise<T> {
  return work();
}

const stated = (consent: Omit<Consent, 'date'>): Consent => ({ ...consent, date: new Date().toISOString() });

function checkedName(name: string): string {
  if (name.trim() === '' || name.length > 200) throw new StudioError('invalid-input', 'The name of an avatar has 1 to 200 characters.');
  return name;
}

/** Bytes of all typed arrays. */
function sizeInMemory(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, item) => sum + sizeInMemory(item), 0);
}
