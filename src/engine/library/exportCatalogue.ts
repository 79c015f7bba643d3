/** The exports' table in the index. */
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { exportInfo } from '../../shared/contract/export.ts';
import { openIndex } from './database.ts';
import type { Owner } from './owner.ts';

/** An export as it is kept; how far it is, and where it stands among others, is its queue's matter. */
const keptExport = z.object({
  info: exportInfo.omit({ progress: true, place: true }),
  /** Where its files are to lie. */
  folder: z.string(),
});
export type KeptExport = z.output<typeof keptExport>;

export interface ExportRow extends KeptExport {
  place: number;
  owner: Owner;
}

export interface ExportCatalogue {
  /** In the order of their places; damaged rows are left out. */
  all(): ExportRow[];
  put(row: ExportRow, isOver: boolean): void;
  /** Whether the export was `from`'s and is `to`'s now: of several who try, one succeeds. */
  takeOver(id: string, from: Owner, to: Owner): boolean;
  remove(id: string): void;
  /** Keeps so many of those that are over, the latest. */
  forgetOver(count: number): void;
  close(): void;
}

interface Stored {
  place: number;
  pid: number;
  started: string;
  said: string;
}

/** Opens the exports of a home. The opener closes. @throws io */
export function openExportCatalogue(home: string): ExportCatalogue {
  // What the index says of exports is said nowhere else: where it is lost, the list is empty. Whoever opens the library next says so.
  const index = openIndex(home, { tables: catalogueOver, refill: () => undefined, onSetAside: () => undefined });
  return {
    all: () => index.ask((exports) => exports.all()),
    put: (row, isOver) => index.ask((exports) => exports.put(row, isOver)),
    takeOver: (id, from, to) => index.ask((exports) => exports.takeOver(id, from, to)),
    remove: (id) => index.ask((exports) => exports.remove(id)),
    forgetOver: (count) => index.ask((exports) => exports.forgetOver(count)),
    close: () => index.close(),
  };
}

function catalogueOver(database: Database.Database): Omit<ExportCatalogue, 'close'> {
  const all = database.prepare<[], Stored>('SELECT place, pid, started, said FROM exports ORDER BY place, id');
  const put = database.prepare<[Record<string, string | number>]>('INSERT OR REPLACE INTO exports (id, place, over, pid, started, said) VALUES (@id, @place, @over, @pid, @started, @said)');
  const takeOver = database.prepare<[number, string, string, number, string]>('UPDATE exports SET pid = ?, started = ? WHERE id = ? AND pid = ? AND started = ? AND over = 0');
  const remove = database.prepare<[string]>('DELETE FROM exports WHERE id = ?');
  const forgetOver = database.prepare<[number]>('DELETE FROM exports WHERE id IN (SELECT id FROM exports WHERE over = 1 ORDER BY place DESC LIMIT -1 OFFSET ?)');
  return {
    all: () => all.all().flatMap(({ place, pid, started, said }) => {
      const kept = keptIn(said);
      return kept ? [{ ...kept, place, owner: { pid, started } }] : [];
    }),
    put({ info, folder, place, owner: { pid, started } }, isOver) {
      put.run({ id: info.id, place, over: isOver ? 1 : 0, pid, started, said: JSON.stringify({ info, folder }) });
    },
    takeOver: (id, from, to) => takeOver.run(to.pid, to.started, id, from.pid, from.started).changes === 1,
    remove: (id) => void remove.run(id),
    forgetOver: (count) => void forgetOver.run(count),
  };
}

function keptIn(text: string): KeptExport | null {
  try {
    return keptExport.parse(JSON.parse(text));
  } catch {
    return null; // of a version that kept something else
  }
}
