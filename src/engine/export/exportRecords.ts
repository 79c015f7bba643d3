/**
 * What outlives a host of its exports: one small file each, `<home>/export-queue/ID.PID.STARTED.json`. Whose it is stands in its name, so
 * that of several hosts who take it over one succeeds: a file can be renamed once.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { exportInfo } from '../../shared/contract/export.ts';
import { storageFailure } from '../library/durable.ts';
import type { Owner } from '../library/owner.ts';

const exportRecord = z.object({
  /** How far it is, and where it stands among others, is its queue's matter. */
  info: exportInfo.omit({ progress: true, place: true }),
  /** Where its files are to lie. */
  folder: z.string(),
  /** Ever rising, in the order in which they are made. */
  place: z.number(),
});
export type ExportRecord = z.output<typeof exportRecord>;

export interface ExportRecords {
  /** In the order of their places; what cannot be read is left out. */
  all(): (ExportRecord & { owner: Owner })[];
  /** Writes one of this owner's, whole or not at all. */
  put(record: ExportRecord, owner: Owner): void;
  /** Whether the export was `from`'s and is `to`'s now. */
  takeOver(id: string, from: Owner, to: Owner): boolean;
  remove(id: string): void;
}

const NAME = /^([\w-]+)\.(\d+)\.([\d-]*)\.json$/;
const nameOf = (id: string, { pid, started }: Owner): string => `${id}.${pid}.${started}.json`;

/** Made where there are none. @throws io, as do its calls */
export function openExportRecords(home: string): ExportRecords {
  const folder = path.join(home, 'export-queue');
  const inStorage = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw storageFailure(error, `The list of exports ${folder}`);
    }
  };
  inStorage(() => mkdirSync(folder, { recursive: true }));
  const named = () => readdirSync(folder).flatMap((name) => {
    const [, id, pid, started] = NAME.exec(name) ?? [];
    return id === undefined ? [] : [{ name, id, owner: { pid: Number(pid), started } }];
  });
  return {
    all: () => inStorage(named).flatMap(({ name, owner }) => {
      const record = recordIn(path.join(folder, name));
      return record ? [{ ...record, owner }] : [];
    }).sort((a, b) => a.place - b.place),
    put: (record, owner) => inStorage(() => {
      const part = path.join(folder, `.${record.info.id}.part`);
      writeFileSync(part, JSON.stringify(exportRecord.parse(record)));
      renameSync(part, path.join(folder, nameOf(record.info.id, owner)));
    }),
    takeOver(id, from, to) {
      try {
        renameSync(path.join(folder, nameOf(id, from)), path.join(folder, nameOf(id, to)));
        return true;
      } catch {
        return false; // somebody else has it, or it is gone
      }
    },
    remove: (id) => inStorage(() => {
      for (const each of named()) if (each.id === id) rmSync(path.join(folder, each.name), { force: true });
    }),
  };
}

function recordIn(file: string): ExportRecord | null {
  try {
    return exportRecord.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null; // gone just now, or of a version that kept something else
  }
}
