/** A take of the library as exports look at it. */
import type { TakeStore } from '../library/takes.ts';
import { StudioError } from '../../shared/errors.ts';
import type { ExportedTake } from './api.ts';

/** @throws invalid-input where there is no such take, or it is not finished; io where its record is damaged */
export function exportedTake(takes: TakeStore, takeId: string): ExportedTake {
  const { take: { id, width, height, rate, framesDone, sizeBytes }, release } = takes.use(takeId);
  try {
    const spoken = takes.record(id).segments.flatMap(({ segment, words }) => (segment && words.length > 0 ? [{ text: segment.text, words }] : []));
    if (width === null || height === null || rate === null) throw new StudioError('bug', `The take ${id} is finished and has no size.`);
    return { id, width, height, rate, frames: framesDone, sizeBytes, spoken };
  } finally {
    release();
  }
}
