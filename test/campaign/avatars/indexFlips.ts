/** Single bits of the index flipped: whether anything wrong is ever believed. */
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openLibrary } from '../../../src/engine/library/avatars.ts';
import { drawnFaces, randomFrom } from './synthetic.ts';

export interface IndexFlips {
  flips: number;
  /** The whole index was set aside and made anew. */
  madeAnew: number;
  /** A row was restored, or verify named it. */
  found: number;
  /** The bit meant nothing: everything is as it was. */
  harmless: number;
  /** The library says something else than was registered, and nobody noticed. */
  believed: number;
}

/** @param home a library that is closed */
export async function flipIndex(home: string, flips: number, seed: number): Promise<IndexFlips> {
  const file = path.join(home, 'library.sqlite');
  const good = `${file}.good`;
  copyFileSync(file, good);
  const random = randomFrom(seed);
  const first = await openLibrary(home, drawnFaces());
  const truth = JSON.stringify(first.list());
  const ids = first.list().map(({ id }) => id);
  await first.close();
  const result: IndexFlips = { flips, madeAnew: 0, found: 0, harmless: 0, believed: 0 };
  for (let i = 0; i < flips; i++) {
    const bytes = readFileSync(good);
    bytes[Math.floor(random() * bytes.length)] ^= 1 << Math.floor(random() * 8);
    for (const ending of ['-wal', '-shm']) rmSync(file + ending, { force: true });
    writeFileSync(file, bytes);
    const said: string[] = [];
    const library = await openLibrary(home, drawnFaces({ onEvent: ({ kind }) => said.push(kind) }));
    const verdict = await library.verify();
    for (const id of ids) await library.get(id);
    const isTrue = JSON.stringify(library.list()) === truth && ids.every((id) => library.list({ search: id }).length === 1);
    await library.close();
    if (said.includes('index')) result.madeAnew++;
    else if (said.length > 0 || !verdict.ok) result.found++;
    else if (isTrue) result.harmless++;
    else result.believed++;
  }
  for (const name of readdirSync(home)) if (name.includes('.damaged-') || name.endsWith('.good')) rmSync(path.join(home, name));
  return result;
}
