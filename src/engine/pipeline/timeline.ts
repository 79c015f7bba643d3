/**
 * The take's one clock: sound laid end to end at 48 kHz, with words and phonemes in seconds from the take's start, and its cut
 * into chunks. A chunk is let go only once the sound is known far enough beyond it for its mouths.
 */
import type { Chunk, Phoneme, Segment, Speech, Word } from '../../shared/vocabulary.ts';
import { frameStartSample, type Rate } from '../media/rate.ts';
import { createChunkPlanner } from './chunks.ts';

export const TIMELINE_RATE = 48_000;

/** A segment, who says it, and whether its words' times are estimates. */
export interface VoicedSegment extends Segment {
  /** The voice's whole id; null: a recording. */
  voice: string | null;
  estimated: boolean;
}

/** Sound that follows what was laid before it. Times count from the start of `pcm`, which is mono at TIMELINE_RATE. */
export interface Piece extends Speech {
  /** null for silence and for a recording. */
  segment: VoicedSegment | null;
}

/** One chunk with all that its mouths need. */
export interface SoundChunk {
  chunk: Chunk;
  /** Exactly the chunk's frames; the last one is padded with silence to the end of its last frame. */
  pcm: Float32Array;
  /** Sound that has become known since the chunk before, reaching past this chunk by the look-ahead or to the end. */
  heard: Float32Array;
  /** Phonemes from 2 s before the chunk to the end of what is known, on the take's clock; null for a recording. */
  phonemes: Phoneme[] | null;
  /** How much of the take's sound is known, all of it once `ended`. */
  knownSec: number;
  /** No sound follows `heard`. */
  ended: boolean;
  last: boolean;
}

/** A segment or recording as it lies on the take's timeline. */
export interface PlacedSegment {
  segment: VoicedSegment | null;
  startSec: number;
  endSec: number;
  words: Word[];
}

/** Past this much before a chunk no phoneme matters to it: twice the articulation's support. */
const PHONEME_MEMORY_SEC = 2;

/**
 * Cuts the sound into chunks. Frames = ceil(seconds × fps): audio is the clock, and no tail is cut.
 * @param lookAheadSec how far past a chunk's end the sound must be known
 * @param onPlaced told of each piece as it is laid, for subtitles and progress
 */
export async function* cutChunks(
  pieces: AsyncIterable<Piece>,
  rate: Rate,
  lookAheadSec: number,
  onPlaced: (placed: PlacedSegment) => void,
): AsyncGenerator<SoundChunk, void, void> {
  const planner = createChunkPlanner(rate);
  const planned: Chunk[] = [];
  const known = new Growing();
  let heardTo = 0;
  let phonemes: Phoneme[] | null = null;
  let ended = false;

  const release = (): SoundChunk | null => {
    const chunk = planned[0];
    if (!chunk) return null;
    const from = frameStartSample(chunk.firstFrame, rate, TIMELINE_RATE);
    const to = frameStartSample(chunk.firstFrame + chunk.frames, rate, TIMELINE_RATE);
    if (!ended && known.end < to + lookAheadSec * TIMELINE_RATE) return null;
    planned.shift();
    const pcm = new Float32Array(to - from);
    pcm.set(known.slice(from, Math.min(to, known.end)));
    const heard = known.slice(heardTo, known.end);
    heardTo = known.end;
    known.dropBefore(Math.min(to, known.end));
    const since = from / TIMELINE_RATE - PHONEME_MEMORY_SEC;
    phonemes = phonemes?.filter((phoneme) => phoneme.endSec > since) ?? null;
    return { chunk, pcm, heard, phonemes, knownSec: known.end / TIMELINE_RATE, ended, last: ended && planned.length === 0 };
  };

  for await (const piece of pieces) {
    const startSec = known.end / TIMELINE_RATE;
    const shift = <T extends { startSec: number; endSec: number }>(timed: T): T => ({ ...timed, startSec: timed.startSec + startSec, endSec: timed.endSec + startSec });
    const words = piece.words.map(shift);
    if (piece.phonemes) phonemes = [...(phonemes ?? []), ...piece.phonemes.map(shift)];
    known.append(piece.pcm);
    onPlaced({ segment: piece.segment, startSec, endSec: known.end / TIMELINE_RATE, words });
    if (piece.pcm.length === 0) continue; // a segment of which nothing is heard
    planned.push(...planner.push({ pcm: piece.pcm, sampleRate: TIMELINE_RATE, words: piece.words }));
    for (let ready = release(); ready; ready = release()) yield ready;
  }
  ended = true;
  planned.push(...planner.end());
  for (let ready = release(); ready; ready = release()) yield ready;
}

/** Sound that grows at its end and is forgotten at its start; positions are samples from the take's start. */
class Growing {
  #parts: { start: number; pcm: Float32Array }[] = [];
  end = 0;

  append(pcm: Float32Array): void {
    if (pcm.length === 0) return;
    this.#parts.push({ start: this.end, pcm });
    this.end += pcm.length;
  }

  slice(from: number, to: number): Float32Array {
    const out = new Float32Array(Math.max(0, to - from));
    for (const { start, pcm } of this.#parts) {
      const a = Math.max(from, start);
      const b = Math.min(to, start + pcm.length);
      if (a < b) out.set(pcm.subarray(a - start, b - start), a - from);
    }
    return out;
  }

  dropBefore(position: number): void {
    this.#parts = this.#parts.filter(({ start, pcm }) => start + pcm.length > position);
  }
}
