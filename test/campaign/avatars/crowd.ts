/** A library of many avatars: how fast it is made, listed, searched and opened. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { openLibrary } from '../../../src/engine/library/avatars.ts';
import { drawnFaces, drawnSource } from './synthetic.ts';

const NAMES = ['سارا کریمی', 'علی رضایی', 'Grace', 'Émile', 'مریم', 'Presenter'];

/** Registers avatars 1…count through the library itself. @returns milliseconds for each */
export async function makeCrowd(home: string, sources: string, count: number): Promise<number> {
  mkdirSync(sources, { recursive: true });
  const library = await openLibrary(home, drawnFaces({ budgetBytes: 0 }));
  const t = performance.now();
  for (let number = 1; number <= count; number++) {
    await library.register(drawnSource(sources, number, { bytes: 2000 }), { name: `${NAMES[number % NAMES.length]} ${number}`, tags: number % 10 === 0 ? ['news'] : [] });
  }
  const each = (performance.now() - t) / count;
  await library.close();
  return each;
}

export interface CrowdTimes {
  /** Each time, milliseconds. */
  listMs: number[];
  searchMs: number[];
  openMs: number[];
  /** Opening after the index was deleted. */
  rescanMs: number;
  found: { all: number; name: number; tag: number };
}

export async function timeCrowd(home: string, rounds: number, forget: (file: string) => void): Promise<CrowdTimes> {
  const times: CrowdTimes = { listMs: [], searchMs: [], openMs: [], rescanMs: 0, found: { all: 0, name: 0, tag: 0 } };
  const timed = (key: 'listMs' | 'searchMs', work: () => number): number => {
    const t = performance.now();
    const found = work();
    times[key].push(performance.now() - t);
    return found;
  };
  for (let round = 0; round < rounds; round++) {
    const t = performance.now();
    const library = await openLibrary(home, drawnFaces());
    times.openMs.push(performance.now() - t);
    times.found.all = timed('listMs', () => library.list().length);
    times.found.name = timed('searchMs', () => library.list({ search: 'كريمي' }).length);
    times.found.tag = timed('searchMs', () => library.list({ tag: 'news' }).length);
    timed('searchMs', () => library.list({ search: 'emile 9', limit: 20 }).length);
    await library.close();
  }
  for (const ending of ['', '-wal', '-shm']) forget(path.join(home, `library.sqlite${ending}`));
  const t = performance.now();
  const library = await openLibrary(home, drawnFaces());
  times.rescanMs = performance.now() - t;
  if (library.list().length !== times.found.all) throw new Error(`Only ${library.list().length} of ${times.found.all} avatars came back.`);
  await library.close();
  return times;
}

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];
