/** Brings the index and the folders to say the same, from the folders' names and times alone: no blob is read. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import type { Catalogue } from './catalogue.ts';
import { folderOf, idsIn, leftoversIn, looksTidy, readRecord, stampOf, strayFiles } from './store.ts';

export interface Reconciled {
  /** Rows made from folders that had none, or that have changed. */
  read: string[];
  /** Rows dropped, whose folders are gone. */
  dropped: string[];
  /** Folders whose avatar.json is missing or damaged while their row is there. */
  torn: string[];
  /** Folders that nothing is known of: no row, no readable avatar.json. */
  unknown: string[];
  /** Folders with files that their record does not know. */
  untidy: string[];
  /** Work folders of processes that are gone, now deleted. */
  leftovers: string[];
}

export function reconcile(root: string, catalogue: Catalogue): Reconciled {
  const leftovers = leftoversIn(root);
  for (const name of leftovers) rmSync(path.join(root, name), { recursive: true, force: true });

  const found: Reconciled = { read: [], dropped: [], torn: [], unknown: [], untidy: [], leftovers };
  const rows = catalogue.stamps();
  const changed: { id: string; stamp: string }[] = [];
  for (const id of idsIn(root)) {
    const stamp = stampOf(folderOf(root, id));
    if (stamp === null) continue; // removed by another process just now
    // Times of a file system are coarse: what was cut off right after its row was written shows by its name only.
    if (rows.get(id) !== stamp || !looksTidy(root, id)) changed.push({ id, stamp });
  }
  const present = new Set(idsIn(root));
  const gone = [...rows.keys()].filter((id) => !present.has(id));
  if (changed.length === 0 && gone.length === 0) return found;

  catalogue.together(() => {
    for (const { id, stamp } of changed) {
      const record = readRecord(root, id);
      if (record) {
        catalogue.put(record, stamp);
        found.read.push(id);
        if (strayFiles(root, record).length > 0) found.untidy.push(id);
      } else {
        (rows.has(id) ? found.torn : found.unknown).push(id);
      }
    }
    for (const id of gone) {
      // Looked at again inside the write: a folder that another process has published meanwhile stays.
      if (stampOf(folderOf(root, id)) !== null) continue;
      catalogue.remove(id);
      found.dropped.push(id);
    }
  });
  return found;
}
