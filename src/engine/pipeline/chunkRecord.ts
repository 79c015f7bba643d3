/** What a chunk took on its way through the stages, for the figures that users and benches see. */
import type { ChunkTimes } from '../../shared/contract/take.ts';
import type { Chunk } from '../../shared/vocabulary.ts';

/** Milliseconds, and moments of performance.now(). */
export interface ChunkRecord {
  chunk: Chunk;
  speechMs: number;
  queueMs: number;
  /** In a network that takes share; 0 where the mouths need none. */
  inferenceMs: number;
  /** All of lip-sync. */
  lipSyncMs: number;
  composeMs: number;
  encodeMs: number;
  /** When its player had room for it and the chunk before it was done; null until then. */
  wantedMs: number | null;
  /** It waited for its player: how late it is then says nothing. */
  isHeldBack: boolean;
  /** Its first fragment; null until then. */
  publishedMs: number | null;
}

export function beginChunk(chunk: Chunk, speechMs: number): ChunkRecord {
  return { chunk, speechMs, queueMs: 0, inferenceMs: 0, lipSyncMs: 0, composeMs: 0, encodeMs: 0, wantedMs: null, isHeldBack: false, publishedMs: null };
}

/** @param firstPublishedMs when the take's first fragment was published in this rendering of it */
export function timesOf(record: ChunkRecord, firstPublishedMs: number | null, fps: number): ChunkTimes {
  const { chunk, speechMs, queueMs, lipSyncMs, composeMs, encodeMs, wantedMs, publishedMs, isHeldBack } = record;
  const neededMs = firstPublishedMs === null ? null : firstPublishedMs + (chunk.firstFrame / fps) * 1000;
  return {
    processingMs: publishedMs === null || wantedMs === null ? null : publishedMs - wantedMs,
    speechMs, queueMs, inferenceMs: record.inferenceMs || lipSyncMs, composeMs, encodeMs,
    gapMs: chunk.index === 0 || isHeldBack || publishedMs === null || neededMs === null ? null : publishedMs - neededMs,
  };
}
