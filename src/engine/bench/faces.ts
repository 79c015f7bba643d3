/** Registering photos, and getting what was registered. */
import path from 'node:path';
import sharp from 'sharp';
import { StudioError } from '../../shared/errors.ts';
import { openLibrary } from '../library/avatars.ts';
import type { Studio } from '../studio/studio.ts';
import { benchFigure, guideTarget, simaTarget, type BenchFigure } from './figure.ts';

/** Each photo again and again, a little brighter each time, as files that nobody has seen. */
export async function freshPhotos(photos: readonly string[], each: number, folder: string): Promise<string[]> {
  const files: string[] = [];
  for (let version = 1; version <= each; version++) {
    for (const [index, photo] of photos.entries()) {
      const file = path.join(folder, `photo-${index}-${version}.png`);
      await sharp(photo).modulate({ brightness: 1 + version / 100 }).png({ compressionLevel: 1 }).toFile(file);
      files.push(file);
    }
  }
  return files;
}

/** Each file twice. @returns the avatars in the files' order */
export async function measureRegistration(studio: Studio, files: readonly string[], signal: AbortSignal): Promise<{ ids: string[]; figures: BenchFigure[] }> {
  const ids: string[] = [];
  const times = { new: [] as number[], known: [] as number[] };
  for (const kind of ['new', 'known'] as const) {
    for (const file of files) {
      const began = performance.now();
      for await (const event of studio.handlers.streams['avatars.register']({ file }, signal)) {
        if (event.type !== 'registered') continue;
        if (event.isNew !== (kind === 'new')) throw new StudioError('bug', `A photo of the bench was ${event.isNew ? 'new' : 'known'} where it should not be.`);
        times[kind].push(performance.now() - began);
        if (kind === 'new') ids.push(event.avatar.id);
      }
    }
  }
  const said = { group: 'faces', on: 'photos like the presenters', unit: 'ms' } as const;
  return {
    ids,
    figures: [
      benchFigure({ ...said, name: 'faces.new', what: 'Registering a photo' }, times.new, simaTarget('at-most', 2000, 'max')),
      benchFigure({ ...said, name: 'faces.known', what: 'Registering the same photo again' }, times.known),
    ],
  };
}

/** @param ids of avatars registered in that data folder, read in turn */
export async function measureCache(home: string, ids: readonly string[], { memoryReads, diskReads }: { memoryReads: number; diskReads: number }, signal: AbortSignal): Promise<BenchFigure[]> {
  /** @param budgetBytes 0 keeps nothing in memory */
  const timed = async (reads: number, budgetBytes?: number): Promise<number[]> => {
    const library = await openLibrary(home, { ...(budgetBytes === undefined ? {} : { budgetBytes }) });
    try {
      for (const id of ids) await library.get(id, signal);
      const times: number[] = [];
      for (let i = 0; i < reads; i++) {
        const began = performance.now();
        await library.get(ids[i % ids.length], signal);
        times.push(performance.now() - began);
      }
      return times;
    } finally {
      await library.close();
    }
  };
  const said = { group: 'cache', on: 'face data of a photo', unit: 'ms' } as const;
  return [
    benchFigure({ ...said, name: 'cache.memory', what: 'A registered face from memory' }, await timed(memoryReads), simaTarget('at-most', 1, 'p99')),
    benchFigure({ ...said, name: 'cache.disk', what: 'A registered face from the disk, checksum verified' }, await timed(diskReads, 0), guideTarget('cacheAccess')),
  ];
}
