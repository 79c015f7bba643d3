/**
 * The folders of takes: `<home>/takes/<id>/` with `growing.mp4` while it is rendered, then `take.mp4` and take.json. Beside them `owner`
 * says which process renders it, should the index be lost, and an empty `kept` that the user wants to keep it.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Owner } from './owner.ts';
import { unsealTake, type TakeRecord } from './takeRecord.ts';

/** Safe as a folder's name on every system, e.g. a UUID. */
export const TAKE_ID = /^[0-9a-z][0-9a-z-]{7,63}$/;

const RECORD = 'take.json';
const OWNER = 'owner';
const KEPT = 'kept';

export const takesFolder = (home: string): string => path.join(home, 'takes');
export const takeFolder = (root: string, id: string): string => path.join(root, id);
export const growingFile = (root: string, id: string): string => path.join(root, id, 'growing.mp4');
export const takeFile = (root: string, id: string): string => path.join(root, id, 'take.mp4');
export const recordFile = (root: string, id: string): string => path.join(root, id, RECORD);

export function takeIdsIn(root: string): string[] {
  return readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() && TAKE_ID.test(entry.name) ? [entry.name] : []));
}

/** Bytes; null where there is no such file. */
export const sizeOf = (file: string): number | null => statSync(file, { throwIfNoEntry: false })?.size ?? null;

/** Makes the folder, or marks it as that process's. */
export function markOwner(root: string, id: string, { pid, started }: Owner): void {
  mkdirSync(takeFolder(root, id), { recursive: true });
  writeFileSync(path.join(root, id, OWNER), `${pid} ${started}`);
}

export function dropOwner(root: string, id: string): void {
  rmSync(path.join(root, id, OWNER), { force: true });
}

/** null where nobody has marked it. */
export function markedOwner(root: string, id: string): Owner | null {
  const match = /^(\d+) (\d*)$/.exec(textOf(path.join(root, id, OWNER)) ?? '');
  return match ? { pid: Number(match[1]), started: match[2] } : null;
}

export const isMarkedKept = (root: string, id: string): boolean => sizeOf(path.join(root, id, KEPT)) !== null;

export function markKept(root: string, id: string, kept: boolean): void {
  const file = path.join(root, id, KEPT);
  if (kept) writeFileSync(file, '');
  else rmSync(file, { force: true });
}

/** `damaged`: there is one, but not as it was written; null: there is none. */
export function readTakeRecord(root: string, id: string): TakeRecord | 'damaged' | null {
  const text = textOf(recordFile(root, id));
  if (text === null) return null;
  const record = unsealTake(text);
  return record?.take.id === id ? record : 'damaged';
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
