/**
 * Speech brought to one level while it streams: −18 dB of full scale where it is loud. Only ratios count, so a recording at a
 * tenth of the level gives the same sound; and one gain serves seconds, so that the melody of loud and soft stays.
 */
import { joined } from '../joined.ts';
import { MEL_SAMPLE_RATE } from './mel.ts';

/** What the loud parts of speech are brought to, as the network was taught. */
export const SPEECH_LEVEL_DB = -18;
/** How far ahead the loud parts are looked for: the breath before the first word must not be taken for them. */
export const LEVEL_AHEAD_SEC = 3;

const BLOCK = MEL_SAMPLE_RATE / 50;
const BLOCKS_AHEAD = 50 * LEVEL_AHEAD_SEC;
const BLOCKS_BEHIND = 300;
/** In a long pause the gain must not rise until the noise is as loud as speech. */
const MAX_DROP_DB = 10;
/** What lies below is no speech at any gain: it stays as it is. */
const SILENCE_DB = -80;
const MAX_STEP_DB = 0.5;

export interface Leveller {
  /** Takes mono 16 kHz samples and gives those whose gain is certain, LEVEL_AHEAD_SEC behind. */
  push(pcm: Float32Array): Float32Array;
  /** The rest; afterwards as many samples have come out as went in. */
  flush(): Float32Array;
}

export function createLeveller(): Leveller {
  let waiting: Float32Array = new Float32Array(0);
  /** Levels of blocks from `firstBlock` on, in dB. */
  let levels: number[] = [];
  let firstBlock = 0;
  let measured = 0;
  let given = 0;
  let loudest = SILENCE_DB;
  let gainDb: number | null = null;

  /** Gain at the end of a block, from the blocks around it. */
  const gainAt = (block: number): number => {
    const from = Math.max(0, block - BLOCKS_BEHIND - firstBlock);
    const near = levels.slice(from, block + BLOCKS_AHEAD + 1 - firstBlock).sort((a, b) => a - b);
    const loud = near[Math.floor(0.95 * (near.length - 1))];
    loudest = Math.max(loudest, loud);
    const level = Math.max(loud, loudest - MAX_DROP_DB);
    const wanted = level <= SILENCE_DB ? 0 : SPEECH_LEVEL_DB - level;
    return gainDb === null ? wanted : Math.max(gainDb - MAX_STEP_DB, Math.min(gainDb + MAX_STEP_DB, wanted));
  };

  const give = (blocks: number, samples: number): Float32Array => {
    const out = new Float32Array(samples);
    for (let n = 0; n < blocks; n++) {
      const next = gainAt(given + n);
      const before = gainDb ?? next;
      for (let i = n * BLOCK; i < Math.min(samples, (n + 1) * BLOCK); i++) {
        out[i] = waiting[i] * 10 ** ((before + ((next - before) * (i - n * BLOCK)) / BLOCK) / 20);
      }
      gainDb = next;
    }
    given += blocks;
    waiting = waiting.slice(samples);
    const unneeded = Math.max(0, given - BLOCKS_BEHIND - firstBlock);
    levels = levels.slice(unneeded);
    firstBlock += unneeded;
    return out;
  };

  return {
    push(pcm) {
      waiting = joined(waiting, pcm);
      while ((measured - given + 1) * BLOCK <= waiting.length) {
        levels.push(levelDb(waiting.subarray((measured - given) * BLOCK, (measured - given + 1) * BLOCK)));
        measured++;
      }
      const ready = Math.max(0, measured - BLOCKS_AHEAD - given);
      return give(ready, ready * BLOCK);
    },
    flush() {
      const left = Math.ceil(waiting.length / BLOCK);
      if (levels.length === 0 && left > 0) levels.push(levelDb(waiting));
      return give(left, waiting.length);
    },
  };
}

function levelDb(pcm: Float32Array): number {
  let energy = 0;
  for (const sample of pcm) energy += sample * sample;
  return Math.max(-120, 10 * Math.log10(energy / pcm.length + 1e-12));
}
