/** Brings the takes' rows and folders to say the same. A finished take's folder is the truth; of the others only what nobody renders is touched. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { isOver, type TakeInfo } from '../../shared/contract/take.ts';
import { NOBODY, type Owner } from './owner.ts';
import { shortId, type LibraryEvent } from './room.ts';
import { leftoversIn } from './store.ts';
import type { TakeCatalogue } from './takeCatalogue.ts';
import { isMarkedKept, markedOwner, readTakeRecord, sizeOf, takeFile, takeFolder, takeIdsIn } from './takeFolder.ts';

/** @param isBusy whether that process is rendering that take now */
export function reconcileTakes(root: string, takes: TakeCatalogue, isBusy: (id: string, owner: Owner) => boolean, say: (event: LibraryEvent) => void): void {
  for (const name of leftoversIn(root)) rmSync(path.join(root, name), { recursive: true, force: true });
  // Folders first: a take gets its row before its folder, so a folder seen without a row has none.
  const folders = new Set(takeIdsIn(root));
  const rows = takes.rows();
  const clear = (id: string) => rmSync(takeFolder(root, id), { recursive: true, force: true });
  const found: string[] = [];

  for (const [id, { take, owner }] of rows) {
    if (take === null) {
      say({ kind: 'damaged', id, sentence: `The row of the take ${shortId(id)} in the index was damaged.` });
      takes.remove(id);
      rows.delete(id);
      folders.add(id);
    } else if (take.state === 'finished') {
      const bytes = sizeOf(takeFile(root, id));
      if (bytes === null) {
        say({ kind: 'damaged', id, sentence: `The file of the take ${shortId(id)} is gone, so it is no longer listed.` });
        takes.remove(id);
        clear(id);
      } else if (bytes !== take.sizeBytes) {
        say({ kind: 'damaged', id, sentence: `${takeFile(root, id)} has ${bytes} bytes instead of ${take.sizeBytes}. It is damaged: remove it with sima takes remove ${shortId(id)}.` });
      }
    } else if (isOver(take.state)) {
      if (folders.has(id)) clear(id);
    } else if (!isBusy(id, owner)) {
      // Cut off between the record and the row: all of it is there.
      const finished = finishedIn(root, id);
      if (finished) takes.putOver({ ...finished, kept: take.kept }, owner);
    }
  }

  for (const id of folders) {
    if (rows.has(id)) continue;
    const owner = markedOwner(root, id);
    if (owner && isBusy(id, owner)) continue;
    const finished = finishedIn(root, id);
    if (finished) {
      takes.putOver(finished, NOBODY);
      found.push(id);
    } else if (readTakeRecord(root, id) === 'damaged' && sizeOf(takeFile(root, id)) !== null) {
      say({ kind: 'damaged', id, sentence: `What is known of the take in ${takeFolder(root, id)} is damaged, so it is not listed. Its video is ${takeFile(root, id)}.` });
    } else {
      clear(id);
    }
  }
  if (found.length > 0) say({ kind: 'index', id: null, sentence: `The library's index had lost ${found.length} ${found.length === 1 ? 'take' : 'takes'}. They are listed again.` });
}

/** The take as its folder tells it; null where its record or its whole file is not there. */
function finishedIn(root: string, id: string): TakeInfo | null {
  const record = readTakeRecord(root, id);
  if (record === null || record === 'damaged' || sizeOf(takeFile(root, id)) !== record.take.sizeBytes) return null;
  return { ...record.take, kept: isMarkedKept(root, id) };
}

