/** A take of the library as exports look at it. */
import type { ExportSettings } from '../../shared/contract/export.ts';
import type { TakeStore } from '../library/takes.ts';
import { StudioError } from '../../shared/errors.ts';
import type { ExportedTake } from './api.ts';

/** Of a long take, reading what was said takes a while: only for exports that show it. */
const showsWords = (settings: ExportSettings): boolean => settings.kind === 'subtitles' || (settings.kind === 'video' && settings.subtitles !== 'none');

/** @throws invalid-input where there is no such take, or it is not finished; io where its record is needed and damaged */
export function exportedTake(takes: TakeStore, takeId: string, exports: readonly ExportSettings[]): ExportedTake {
  const { take: { id, width, height, rate, framesDone, sizeBytes }, release } = takes.use(takeId);
  try {
    const spoken = !exports.some(showsWords) ? [] : takes.record(id).segments.flatMap(({ segment, words }) => (segment && words.length > 0 ? [{ text: segment.text, words }] : []));
    if (width === null || height === null || rate === null) throw new StudioError('bug', `The take ${id} is finished and has no size.`);
    return { id, width, height, rate, frames: framesDone, sizeBytes, spoken };
  } finally {
    release();
  }
}
