/** Making an avatar's files: of a new source, or anew of a kept one. Both under the source's lock. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { PREPARATION_VERSION, type BundleOptions, type FaceData } from '../avatar/bundle.ts';
import type { Sessions } from '../onnx/sessions.ts';
import type { Loaded } from './cache.ts';
import { sha256OfFile } from '../fileHash.ts';
import type { AvatarRecord, Consent } from './record.ts';
import type { Room } from './room.ts';
import { dropVariants, folderOf, keepFace, keepSource, moveFiles, publish, readFace, removeFolder, stampOf, unnamedPlates, writeRecord } from './store.ts';

export interface Workshop {
  room: Room;
  /** How face data is made of a source. */
  prepareFace: (file: string, options: BundleOptions) => Promise<FaceData>;
  /** null where nothing can be prepared. */
  sessions: (() => Promise<Pick<Sessions, 'run'>>) | null;
}

export interface NewAvatar {
  file: string;
  sourceHash: string;
  faceIndex?: number;
  name: string;
  tags: string[];
  consent: Consent | null;
  signal?: AbortSignal;
  /** 0..1. */
  onProgress?: (done: number) => void;
}

/** Prepares and keeps a source that the library does not have; the caller holds its lock. Nothing is left where it fails. */
export async function makeNew(shop: Workshop, asked: NewAvatar): Promise<{ record: AvatarRecord; data: FaceData }> {
  const { room } = shop;
  const { file, sourceHash, faceIndex, signal, onProgress } = asked;
  return room.working(async (work) => {
    const data = await shop.prepareFace(file, {
      sessions: await sessionsFor(shop, `"${path.basename(file)}"`), faceIndex, sourceHash, platesFile: unnamedPlates(work), signal,
      onProgress: (done) => onProgress?.(done * 0.98),
    });
    const { id } = data.avatar;
    const source = await keepSource(work, file, sourceHash, signal);
    const record = recordFor(data, sourceHash, { source, ...(await keepFace(work, data)) }, { ...asked, favourite: false, voices: { fa: null, en: null }, createdAt: new Date().toISOString() });
    await writeRecord(work, record);
    throwIfCanceled(signal);
    if (!(await publish(room.root, work, id))) {
      // There is a folder of that name that neither the index nor its own record knows: what a double fault has left.
      await removeFolder(room.root, id);
      if (!(await publish(room.root, work, id))) throw new StudioError('io', `${folderOf(room.root, id)} is in the way. Move it elsewhere and try again.`);
    }
    const folder = folderOf(room.root, id);
    try {
      room.index((known) => known.put(record, stampOf(folder)!));
    } catch (error) {
      await removeFolder(room.root, id); // nobody has been told of it yet
      throw error;
    }
    return { record, data: { ...data, avatar: { ...data.avatar, source: path.join(folder, source.name) } } };
  });
}

/**
 * Makes an avatar's face data and plates anew where they are damaged, missing or old; another process may have done so meanwhile.
 * @param given a file of the source's bytes, used where the kept source is damaged too
 * @throws StudioError io where nothing is left to make it of
 */
export async function rebuild(shop: Workshop, id: string, options: { given?: string; signal?: AbortSignal } = {}): Promise<Loaded<FaceData>> {
  const { room } = shop;
  const { signal, given } = options;
  return room.locked(id.slice(0, 64), signal, () => room.working(async (work) => {
    const record = await room.recordOf(id);
    const { name, sourceHash } = record;
    const folder = folderOf(room.root, id);
    const fault = await faultOf(room.root, record, signal);
    if (fault === null) return loaded(room.root, record, 'disk');

    room.say({ kind: 'rebuilding', id, sentence: `“${name}” is prepared again: ${fault}.`, done: 0 });
    let { source } = record.files;
    if ((await hashIfThere(path.join(folder, source.name), signal)) !== sourceHash) {
      if (given === undefined) {
        const sentence = `The avatar “${name}” is damaged, and so is its kept source ${path.join(folder, source.name)}. Add the original file again: sima avatars add FILE.`;
        room.say({ kind: 'damaged', id, sentence });
        throw new StudioError('io', sentence);
      }
      source = await keepSource(work, given, sourceHash, signal);
      await moveFiles(work, folder, [source]);
    }
    const data = await shop.prepareFace(path.join(folder, source.name), {
      sessions: await sessionsFor(shop, `The avatar “${name}”`), faceIndex: record.faceIndex, sourceHash, platesFile: unnamedPlates(work), signal,
      onProgress: (done) => room.say({ kind: 'rebuilding', id, sentence: `“${name}” is prepared again.`, done }),
    });
    data.avatar.id = id; // another count of faces by a newer detector changes nothing about who this is
    const files = await keepFace(work, data);
    await moveFiles(work, folder, [files.face, ...(files.plates ? [files.plates] : [])]);
    const next = recordFor(data, sourceHash, { source, ...files }, record);
    await dropVariants(room.root, id);
    await room.keepRecord(next);
    room.say({ kind: 'rebuilt', id, sentence: `“${name}” is whole again.`, done: 1 });
    return loaded(room.root, next, 'prepared');
  }));
}

/** What is wrong with an avatar's files, all of them read; null: nothing. */
async function faultOf(root: string, record: AvatarRecord, signal?: AbortSignal): Promise<string | null> {
  if (record.preparation < PREPARATION_VERSION) return 'it was prepared by an older version of Sima';
  const { source, plates } = record.files;
  for (const file of plates ? [source, plates] : [source]) {
    if ((await hashIfThere(path.join(folderOf(root, record.id), file.name), signal)) !== file.sha256) return `${file.name} is missing or damaged`;
  }
  return readFace(root, record).then(() => null, () => 'its face data is missing or damaged');
}

async function hashIfThere(file: string, signal?: AbortSignal): Promise<string | null> {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? sha256OfFile(file, signal) : null;
}

async function loaded(root: string, record: AvatarRecord, tier: 'disk' | 'prepared'): Promise<Loaded<FaceData>> {
  const { data, bytes } = await readFace(root, record);
  return { value: data, bytes, tier };
}

async function sessionsFor({ sessions }: Workshop, what: string): Promise<Pick<Sessions, 'run'>> {
  if (!sessions) throw new StudioError('io', `${what} must be prepared, which needs the face models. Add its file with: sima avatars add FILE.`);
  return sessions();
}

function recordFor(data: FaceData, sourceHash: string, files: AvatarRecord['files'], said: Pick<AvatarRecord, 'name' | 'tags' | 'consent' | 'favourite' | 'voices' | 'createdAt'>): AvatarRecord {
  const { id, kind, width, height, fps, faceIndex, faceCount } = data.avatar;
  const { name, tags, consent, favourite, voices, createdAt } = said;
  return { id, sourceHash, name, tags, kind, width, height, fps, durationSec: data.durationSec, faceIndex, faceCount, preparation: data.preparation, createdAt, quality: data.quality, consent, favourite, voices, files };
}
