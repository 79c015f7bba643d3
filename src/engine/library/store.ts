/**
 * The folders of the library: `<home>/avatars/<id>/` with the kept source, the face blob, a clip's plates and avatar.json.
 * A folder is built under another name and gets its own in one rename, so whoever sees it sees it whole. Blobs carry their hash in
 * their names and are never overwritten: a new preparation writes new ones, then avatar.json in one rename, then drops the old.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { StudioError } from '../../shared/errors.ts';
import type { FaceData } from '../avatar/bundle.ts';
import { sha256OfFile } from '../fileHash.ts';
import { copyDurably, replaceDurably, syncFile, syncFolder, writeDurably } from './durable.ts';
import { decodeFace, encodeFace } from './faceBlob.ts';
import { isAlive, thisProcess, type Owner } from './owner.ts';
import { filesOf, ID_PATTERN, sealRecord, unsealRecord, type AvatarRecord, type KeptFile } from './record.ts';

export const RECORD_FILE = 'avatar.json';
/** A blob up to this size, a photo's, is read in less time than handing the reading to another thread and back takes on a busy machine. */
const READ_AT_ONCE_BYTES = 2 ** 20;
/** Plates at other sizes and before other backgrounds: made when asked for, gone with the avatar, never needed. */
const VARIANTS = 'variants';
/** Folder of those that were removed and may be wanted back. */
const ASIDE = '.removed';
/** Record, source, face data, a clip's plates, variants. */
const MOST_FILES = 5;
/** What a plate file is called while it has no hash yet. */
const UNNAMED_PLATES = 'plates.mp4';

export const avatarsFolder = (home: string): string => path.join(home, 'avatars');
export const folderOf = (root: string, id: string): string => path.join(root, id);
export const variantsFolder = (root: string, id: string): string => path.join(folderOf(root, id), VARIANTS);

/** Names of folders that are not avatars: being made, or being deleted, by that process. */
const workName = (kind: 'making' | 'trash', { pid, started }: Owner): string => `.${kind}-${pid}-${started}-${randomUUID()}`;
const WORK_NAME = /^\.(?:making|trash)-(\d+)-(\d*)-/;

/** Whose work folder that is; null for any other name. */
function ownerOfWork(name: string): Owner | null {
  const match = WORK_NAME.exec(name);
  return match ? { pid: Number(match[1]), started: match[2] } : null;
}

/** Work folders whose process is gone. */
export function leftoversIn(root: string): string[] {
  return readdirSync(root).filter((name) => {
    const owner = ownerOfWork(name);
    return owner !== null && !isAlive(owner);
  });
}

export function idsIn(root: string): string[] {
  return readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() && ID_PATTERN.test(entry.name) ? [entry.name] : []));
}

/** Changes whenever a file of the folder is added, removed or renamed, or avatar.json is written; null where there is no folder. */
export function stampOf(folder: string): string | null {
  const timeOf = (file: string) => statSync(file, { bigint: true, throwIfNoEntry: false })?.mtimeNs;
  const folderTime = timeOf(folder);
  return folderTime === undefined ? null : `${folderTime}/${timeOf(path.join(folder, RECORD_FILE)) ?? '-'}`;
}

/** A folder to build in; the caller publishes or discards it. */
export async function beginWork(root: string): Promise<string> {
  const folder = path.join(root, workName('making', thisProcess()));
  await mkdir(folder);
  return folder;
}

/** Gives a built folder its name. @returns false where that avatar is already there: the built one is left as it is */
export async function publish(root: string, built: string, id: string): Promise<boolean> {
  await syncFolder(built);
  try {
    await rename(built, folderOf(root, id));
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '') && statSync(folderOf(root, id), { throwIfNoEntry: false })) return false;
    throw error;
  }
  await syncFolder(root);
  return true;
}

/** Takes the avatar's folder away in one step, then deletes it. @returns false where there was none */
export async function removeFolder(root: string, id: string): Promise<boolean> {
  const trash = path.join(root, workName('trash', thisProcess()));
  try {
    await rename(folderOf(root, id), trash);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  await syncFolder(root);
  await rm(trash, { recursive: true, force: true });
  return true;
}

/** Moves the avatar's folder out of sight, from where it can be brought back. @returns false where there was none */
export async function setAside(root: string, id: string): Promise<boolean> {
  const aside = path.join(root, ASIDE, id);
  await mkdir(path.dirname(aside), { recursive: true });
  await rm(aside, { recursive: true, force: true }); // of an earlier time
  const now = new Date();
  try {
    await utimes(folderOf(root, id), now, now); // since when it is away
    await rename(folderOf(root, id), aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  await syncFolder(root);
  return true;
}

/** @returns false where it is no longer there, or where an avatar of that id is in its place */
export async function bringBack(root: string, id: string): Promise<boolean> {
  const aside = path.join(root, ASIDE, id);
  if (!statSync(aside, { throwIfNoEntry: false }) || statSync(folderOf(root, id), { throwIfNoEntry: false })) return false;
  await rename(aside, folderOf(root, id));
  await syncFolder(root);
  return true;
}

/** Ids of avatars that were set aside, with the time when, in ms. */
export function idsAside(root: string): Map<string, number> {
  const aside = path.join(root, ASIDE);
  if (!statSync(aside, { throwIfNoEntry: false })) return new Map();
  return new Map(readdirSync(aside).flatMap((id) => {
    const since = statSync(path.join(aside, id), { throwIfNoEntry: false })?.mtimeMs;
    return since === undefined ? [] : [[id, since]];
  }));
}

/** For good. */
export async function dropAside(root: string, id: string): Promise<void> {
  await rm(path.join(root, ASIDE, id), { recursive: true, force: true });
}

/** Where a clip's plates are written before they get their name. */
export const unnamedPlates = (folder: string): string => path.join(folder, UNNAMED_PLATES);

const named = (kind: string, sha256: string, ending: string): string => `${kind}.${sha256.slice(0, 16)}.${ending}`;

/** Copies the source into a work folder. @throws StudioError invalid-input where its bytes are no longer those of `sourceHash` */
export async function keepSource(folder: string, file: string, sourceHash: string, signal?: AbortSignal): Promise<KeptFile> {
  const ending = /\.([a-z0-9]{1,8})$/i.exec(file)?.[1].toLowerCase() ?? 'bin';
  const name = `source.${ending}`;
  const copied = await copyDurably(file, path.join(folder, name), signal);
  if (copied.sha256 !== sourceHash) throw new StudioError('invalid-input', `"${path.basename(file)}" has changed while it was being registered. Try again.`);
  return { name, ...copied };
}

/** Writes the face data into a work folder and names a clip's plates that lie there. */
export async function keepFace(folder: string, data: FaceData): Promise<Pick<AvatarRecord['files'], 'face' | 'plates'>> {
  const unnamed = unnamedPlates(folder);
  let plates: KeptFile | null = null;
  if (data.avatar.kind === 'clip') {
    await syncFile(unnamed);
    const sha256 = await sha256OfFile(unnamed);
    plates = { name: named('plates', sha256, 'mp4'), bytes: (await stat(unnamed)).size, sha256 };
    await rename(unnamed, path.join(folder, plates.name));
  }
  const blob = encodeFace(data);
  const part = path.join(folder, 'face.part');
  await writeDurably(part, blob);
  const sha256 = await sha256OfFile(part);
  const face = { name: named('face', sha256, 'blob'), bytes: blob.length, sha256 };
  await rename(part, path.join(folder, face.name));
  return { face, plates };
}

/** Moves files from a work folder into an avatar's folder; those of the same content that are there already stay. */
export async function moveFiles(from: string, to: string, files: readonly KeptFile[]): Promise<void> {
  for (const { name } of files) await rename(path.join(from, name), path.join(to, name));
  await syncFolder(to);
}

export async function writeRecord(folder: string, record: AvatarRecord): Promise<void> {
  await replaceDurably(path.join(folder, RECORD_FILE), sealRecord(record));
}

/** What avatar.json holds; null where it cannot be read. */
export function readSealed(root: string, id: string): string | null {
  try {
    return readFileSync(path.join(folderOf(root, id), RECORD_FILE), 'utf8');
  } catch {
    return null;
  }
}

/** null where avatar.json is missing, damaged or another avatar's. */
export function readRecord(root: string, id: string): AvatarRecord | null {
  const record = unsealRecord(readSealed(root, id) ?? '');
  return record?.id === id ? record : null;
}

/** Files of the folder that its record does not know: of an older preparation, or of work that was cut off. */
export function strayFiles(root: string, record: AvatarRecord): string[] {
  const known = new Set([RECORD_FILE, VARIANTS, ...filesOf(record).map(({ name }) => name)]);
  return readdirSync(folderOf(root, record.id)).filter((name) => !known.has(name));
}

/** Those of an older preparation may no longer fit. */
export async function dropVariants(root: string, id: string): Promise<void> {
  await rm(variantsFolder(root, id), { recursive: true, force: true });
}

/** Whether the folder holds no more than an avatar has; told from names alone. */
export function looksTidy(root: string, id: string): boolean {
  const names = readdirSync(folderOf(root, id));
  return names.length <= MOST_FILES && !names.some((name) => name.endsWith('.part'));
}

export async function dropFiles(root: string, id: string, names: readonly string[]): Promise<void> {
  for (const name of names) await rm(path.join(folderOf(root, id), name), { recursive: true, force: true });
}

/** Whether the files are there in their sizes; contents are not looked at. */
export function looksWhole(root: string, record: AvatarRecord): boolean {
  return filesOf(record).every(({ name, bytes }) => statSync(path.join(folderOf(root, record.id), name), { throwIfNoEntry: false })?.size === bytes);
}

/** @throws StudioError io where the blob is missing, damaged or another avatar's */
export async function readFace(root: string, record: AvatarRecord): Promise<{ data: FaceData; bytes: number }> {
  const folder = folderOf(root, record.id);
  const file = path.join(folder, record.files.face.name);
  let blob: Buffer;
  try {
    blob = record.files.face.bytes <= READ_AT_ONCE_BYTES ? readFileSync(file) : await readFile(file);
  } catch (error) {
    throw new StudioError('io', `${file} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
  const decoded = decodeFace(blob, file, path.join(folder, record.files.source.name));
  if (decoded.data.avatar.id !== record.id) throw new StudioError('io', `${file} is another avatar's face.`);
  return decoded;
}
