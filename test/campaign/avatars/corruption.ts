/** Every kind of file of an avatar broken in every way, and what comes of using the avatar then. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { openLibrary, type Library } from '../../../src/engine/library/avatars.ts';
import type { LibraryEvent } from '../../../src/engine/library/room.ts';
import type { AvatarRecord } from '../../../src/engine/library/record.ts';
import { StudioError } from '../../../src/shared/errors.ts';
import { DAMAGES, damage, type Damage } from './damage.ts';
import { drawnFaces, drawnSource } from './synthetic.ts';

export const FILES = ['source', 'face', 'plates', 'record', 'index'] as const;
export type FileKind = (typeof FILES)[number];

export interface CorruptionCase {
  kind: 'photo' | 'clip';
  file: FileKind;
  how: Damage;
  /** What `verify` says before the use, or opening the library had said. */
  found: boolean;
  outcome: 'rebuilt' | 'refused' | 'unharmed' | 'RENDERED';
  /** What the user was told. */
  said: string[];
  /** After the use; after the file was added again where nothing was rebuilt. */
  cleanAfter: boolean;
}

/** @param at 0..1: where in the file it breaks */
export async function corruptionCases(folder: string, at: number): Promise<CorruptionCase[]> {
  const cases: CorruptionCase[] = [];
  for (const kind of ['photo', 'clip'] as const) {
    for (const file of FILES) {
      if (file === 'plates' && kind === 'photo') continue;
      for (const how of DAMAGES) cases.push(await oneCase(path.join(folder, `${kind}-${file}-${how}`), kind, file, how, at));
    }
  }
  return cases;
}

async function oneCase(folder: string, kind: 'photo' | 'clip', file: FileKind, how: Damage, at: number): Promise<CorruptionCase> {
  mkdirSync(folder, { recursive: true });
  const home = path.join(folder, 'home');
  const source = drawnSource(folder, kind === 'photo' ? 1 : 2, kind === 'photo' ? {} : { plates: 12 });
  const before = await openLibrary(home, drawnFaces());
  const { record } = await before.register(source, { name: 'Damaged' });
  await before.close();

  const place = path.join(home, 'avatars', record.id);
  const files = { source: record.files.source.name, face: record.files.face.name, plates: record.files.plates?.name ?? '', record: 'avatar.json' };
  damage(file === 'index' ? path.join(home, 'library.sqlite') : path.join(place, files[file]), how, at);

  const events: LibraryEvent[] = [];
  const library = await openLibrary(home, drawnFaces({ onEvent: (event) => events.push(event) }));
  const found = !(await library.verify()).ok || events.length > 0;
  const outcome = await useIt(library, record, events);
  if (outcome !== 'rebuilt') await library.register(source);
  const cleanAfter = (await library.verify()).ok && library.show(record.id).record.name === 'Damaged';
  await library.close();
  rmSync(folder, { recursive: true });
  return { kind, file, how, found, outcome, said: events.filter(({ done }) => done === undefined || done === 0).map(({ sentence }) => sentence), cleanAfter };
}

/** Uses the avatar as a render does and looks whether what came is what was registered. */
async function useIt(library: Library, record: AvatarRecord, events: readonly LibraryEvent[]): Promise<CorruptionCase['outcome']> {
  try {
    const { face, platesFile, release } = await library.use(record.id);
    release();
    const pictures = platesFile ?? face.avatar.source;
    const asRegistered = createHash('sha256').update(readFileSync(pictures)).digest('hex') === (record.files.plates ?? record.files.source).sha256;
    if (!asRegistered || face.avatar.id !== record.id) return 'RENDERED';
    return events.some(({ kind }) => kind !== 'damaged') ? 'rebuilt' : 'unharmed';
  } catch (error) {
    if (error instanceof StudioError && error.code === 'io') return 'refused';
    throw error;
  }
}
