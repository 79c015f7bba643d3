/** A take of the library as exports look at it. */
import { StudioError } from '../../shared/errors.ts';
import { shownPart } from '../../shared/marks.ts';
import { readTakeRecord, recordFile } from '../library/takeFolder.ts';
import type { TakeRecord } from '../library/takeRecord.ts';
import type { TakeStore } from '../library/takes.ts';
import { textOf } from '../pipeline/speechPlan.ts';
import type { SubtitledSegment } from '../pipeline/subtitles.ts';
import type { ExportedTake } from './api.ts';

/** @throws invalid-input where there is no such take, or it is not finished */
export function exportedTake(takes: TakeStore, takeId: string): ExportedTake {
  const { take: { id, width, height, rate, framesDone, sizeBytes, request }, release } = takes.use(takeId);
  release();
  if (width === null || height === null || rate === null) throw new StudioError('bug', `The take ${id} is finished and has no size.`);
  return { id, width, height, rate, frames: framesDone, sizeBytes, isSpoken: (request.audio === undefined ? textOf(request) : (request.transcript ?? '')).trim() !== '' };
}

/** What is said in the take, and when. Of an hour that takes a while to read: where the files are made, not where everybody is answered. @throws io */
export function spokenIn(takesRoot: string, takeId: string): SubtitledSegment[] {
  const record = readTakeRecord(takesRoot, takeId);
  if (record === null || record === 'damaged') throw new StudioError('io', `${recordFile(takesRoot, takeId)} is missing or damaged: what the take says when is lost, so it has no subtitles. Export it without.`);
  return subtitled(record);
}

/** What of it is shown as it is said: marks of speech are not. */
export function subtitled({ take: { request }, segments }: Pick<TakeRecord, 'take' | 'segments'>): SubtitledSegment[] {
  const script = textOf(request);
  return segments.flatMap(({ segment, words }) => (segment && words.length > 0 ? [{ text: shownPart(segment.text, script), words }] : []));
}
