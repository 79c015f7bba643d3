/** Checks everything that the library keeps against its checksums. Repairs nothing. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { throwIfCanceled } from '../../shared/errors.ts';
import type { FoundRow } from './catalogue.ts';
import { sha256OfFile } from '../fileHash.ts';
import { filesOf } from './record.ts';
import type { Room } from './room.ts';
import { folderOf, idsIn, leftoversIn, readFace, readRecord, RECORD_FILE, strayFiles } from './store.ts';

export interface AvatarVerdict {
  id: string;
  name: string | null;
  ok: boolean;
  /** What is wrong, in clear words. */
  problems: string[];
}

export interface LibraryVerdict {
  ok: boolean;
  avatars: AvatarVerdict[];
  /** What is wrong with the library as a whole. */
  problems: string[];
}

export async function verifyLibrary({ root, indexFile, index }: Pick<Room, 'root' | 'indexFile' | 'index'>, signal?: AbortSignal): Promise<LibraryVerdict> {
  const problems = index((known) => known.faults().map((fault) => `The index ${indexFile}: ${fault}.`));
  problems.push(...leftoversIn(root).map((name) => `${path.join(root, name)} was left by work that was cut off; it goes at the next start.`));
  const ids = new Set([...index((known) => known.stamps()).keys(), ...idsIn(root)]);
  const avatars: AvatarVerdict[] = [];
  for (const id of [...ids].sort()) {
    throwIfCanceled(signal);
    avatars.push(await verifyAvatar(root, id, index((known) => known.find(id)), signal));
  }
  return { ok: problems.length === 0 && avatars.every(({ ok }) => ok), avatars, problems };
}

async function verifyAvatar(root: string, id: string, found: FoundRow | null, signal?: AbortSignal): Promise<AvatarVerdict> {
  const problems: string[] = [];
  const verdict = (): AvatarVerdict => ({ id, name: found?.row.name ?? null, ok: problems.length === 0, problems });
  if (!statSync(folderOf(root, id), { throwIfNoEntry: false })) {
    problems.push('Its folder is gone.');
    return verdict();
  }
  const kept = readRecord(root, id);
  if (!kept) problems.push(`${RECORD_FILE} is missing or damaged.`);
  if (!found) problems.push('The index does not list it.');
  else if (!found.record) problems.push('Its row in the index is damaged.');
  else if (!found.fits || (kept && JSON.stringify(found.record) !== JSON.stringify(kept))) problems.push(`Its row in the index does not fit ${RECORD_FILE}.`);
  const record = kept ?? found?.record;
  if (!record) return verdict();

  for (const file of filesOf(record)) {
    const place = path.join(folderOf(root, id), file.name);
    const size = statSync(place, { throwIfNoEntry: false })?.size;
    if (size === undefined) problems.push(`${file.name} is missing.`);
    else if (size !== file.bytes) problems.push(`${file.name} has ${size} bytes instead of ${file.bytes}.`);
    else if ((await sha256OfFile(place, signal)) !== file.sha256) problems.push(`${file.name} does not match its checksum.`);
  }
  if (problems.length === 0) {
    if (record.files.source.sha256 !== record.sourceHash) problems.push(`${record.files.source.name} is not the source of this avatar.`);
    await readFace(root, record).catch((error: unknown) => problems.push((error as Error).message));
  }
  for (const name of strayFiles(root, record)) problems.push(`${name} does not belong there.`);
  return verdict();
}
