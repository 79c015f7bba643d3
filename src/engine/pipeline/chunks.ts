/**
 * Where the take is cut for delivery. The first chunk is short, so that the picture starts soon; then chunks grow, because long
 * ones cost less. Cuts lie at segment ends, else word ends, else in the quietest 200 ms.
 */
import type { Chunk, Word } from '../../shared/vocabulary.ts';
import type { Rate } from '../media/rate.ts';

/** Sound laid after what was pushed before it. */
export interface PlannedSound {
  /** Mono. All pieces of one plan have the same sample rate. */
  pcm: Float32Array;
  sampleRate: number;
  /** Seconds from the start of `pcm`. Empty for a recording, whose end is then no better place to cut than any other. */
  words: readonly Pick<Word, 'startSec' | 'endSec'>[];
}

export interface ChunkPlanner {
  /** Chunks that are settled by what is known so far. */
  push(sound: PlannedSound): Chunk[];
  /** The rest; all chunks together tile frame 0 … ceil(seconds × fps) − 1. */
  end(): Chunk[];
}

const FIRST_SEC = { shortest: 1, ideal: 1.25, longest: 2 };
const GROWTH = 1.6;
const LARGEST_IDEAL_SEC = 10;
/** No chunk at the end of known speech is left shorter than this, if another cut can avoid it. */
const SHORTEST_REST_SEC = 0.5;
/** So much silence after the last word may come on top of a chunk's length: the rest of the mouth is no chunk of its own. */
const SILENT_TAIL_SEC = 1;
const BIN_SEC = 0.01;
/** Bins of the window that must be quiet around a cut in sound without words. */
const QUIET_BINS = 20;

/** Bounds of the n-th chunk: 1–2 s, 1.5–3, 2.4–4.8 … 7.5–15. */
function bounds(index: number): typeof FIRST_SEC {
  if (index === 0) return FIRST_SEC;
  const ideal = Math.min(LARGEST_IDEAL_SEC, FIRST_SEC.ideal * GROWTH ** index);
  return { shortest: ideal * 0.75, ideal, longest: ideal * 1.5 };
}

/** Plans one take while its sound is still being made. */
export function createChunkPlanner(rate: Rate): ChunkPlanner {
  const fps = rate.num / rate.den;
  const loudness = createLoudness();
  const cuts: { sec: number; segmentEnd: boolean }[] = [];
  let knownSec = 0;
  let endsWithSegment = false;
  let lastWordSec = 0;
  let nextFrame = 0;
  let index = 0;

  // Sums of seconds carry rounding dust: 2.68 s at 25 fps are 67 frames, not 68.
  const framesBefore = (sec: number) => Math.max(0, Math.ceil(sec * fps - 1e-6));
  const chunkTo = (frame: number): Chunk => {
    const chunk = { index: index++, firstFrame: nextFrame, frames: frame - nextFrame };
    nextFrame = frame;
    return chunk;
  };

  /** The best cut in the bounds, in seconds. */
  const choose = (startSec: number, { shortest, ideal, longest }: typeof FIRST_SEC): number => {
    const [from, to] = [startSec + shortest, startSec + longest];
    while (cuts.length > 0 && cuts[0].sec <= startSec) cuts.shift();
    let best: { sec: number; cost: number } | null = null;
    for (const { sec, segmentEnd } of cuts) {
      if (sec > to) break;
      if (sec < from) continue;
      const rest = knownSec - sec;
      const poorRest = !segmentEnd && (rest < SHORTEST_REST_SEC || sec > lastWordSec - 1e-6);
      const cost = Math.abs(sec - startSec - ideal) - (segmentEnd ? longest : 0) + (poorRest ? longest / 2 : 0);
      if (!best || cost < best.cost) best = { sec, cost };
    }
    return best?.sec ?? loudness.quietestSec(from, to);
  };

  const settle = (ended: boolean): Chunk[] => {
    const chunks: Chunk[] = [];
    for (;;) {
      const startSec = nextFrame / fps;
      const leftSec = knownSec - startSec;
      const limits = bounds(index);
      const fits = leftSec < limits.longest || (lastWordSec - startSec <= limits.longest * 0.75 && leftSec <= limits.longest + SILENT_TAIL_SEC);
      if (endsWithSegment && fits && leftSec >= limits.shortest) chunks.push(chunkTo(framesBefore(knownSec)));
      if (!ended && (endsWithSegment ? fits : leftSec < limits.longest)) return chunks;
      if (ended && leftSec <= limits.longest) {
        if (framesBefore(knownSec) > nextFrame) chunks.push(chunkTo(framesBefore(knownSec)));
        return chunks;
      }
      chunks.push(chunkTo(Math.min(framesBefore(knownSec), Math.max(nextFrame + 1, Math.round(choose(startSec, limits) * fps)))));
    }
  };

  return {
    push({ pcm, sampleRate, words }) {
      for (const { endSec } of words) {
        if (endSec * sampleRate < pcm.length) cuts.push({ sec: knownSec + endSec, segmentEnd: false });
        lastWordSec = knownSec + endSec;
      }
      loudness.add(pcm, sampleRate);
      knownSec = loudness.samples() / sampleRate;
      endsWithSegment = words.length > 0;
      if (endsWithSegment) cuts.push({ sec: knownSec, segmentEnd: true });
      return settle(false);
    },
    end: () => settle(true),
  };
}

/** The energy of everything pushed, in bins of 10 ms: an hour is 360,000 numbers, where its samples would be 690 MB. */
function createLoudness() {
  const bins: number[] = [];
  let samples = 0;
  return {
    samples: () => samples,
    add(pcm: Float32Array, sampleRate: number): void {
      for (let i = 0; i < pcm.length; i++, samples++) {
        const bin = Math.floor(samples / (sampleRate * BIN_SEC));
        bins[bin] = (bins[bin] ?? 0) + pcm[i] * pcm[i];
      }
    },
    /** The middle of the quietest 200 ms whose middle lies in the range; of equals the earliest. */
    quietestSec(fromSec: number, toSec: number): number {
      const half = QUIET_BINS / 2;
      const first = Math.ceil(fromSec / BIN_SEC);
      const last = Math.floor(toSec / BIN_SEC);
      let best = { middle: first, energy: Infinity };
      for (let middle = first; middle <= last; middle++) {
        let energy = 0;
        for (let bin = middle - half; bin < middle + half; bin++) energy += bins[bin] ?? 0;
        if (energy < best.energy) best = { middle, energy };
      }
      return best.middle * BIN_SEC;
    },
  };
}
