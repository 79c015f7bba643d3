/** Which sounds close the lips, and when: independent of the table that moves the rig's lips, so that one can judge the other. */
import type { Phoneme } from '../../shared/vocabulary.ts';

/** A pause of the voice, or the silence before and after everything. */
export const isPause = (phoneme: Phoneme): boolean => phoneme.symbol === '';

/** m, b or p by its letter. */
const isBilabial = ({ symbol }: Phoneme): boolean => /^[mbp]/u.test(symbol);

/** Pure vowels and diphthongs by their letter. */
export const isVowel = ({ symbol }: Phoneme): boolean => /^[aeiouæɑɐɒɔəɚɛɜɪᵻʊʌø]/u.test(symbol);

/** eSpeak times b and p at their burst; the lips have met before: 45 ms, 70 ms after a pause (the rig's recipe). */
export const CLOSURE_LEAD_SEC = 0.045;
const CLOSURE_LEAD_AFTER_PAUSE_SEC = 0.07;

/** When the lips are met for an m, b or p, without any tolerance. */
export interface LipClosure {
  phoneme: Phoneme;
  startSec: number;
  endSec: number;
}

export function lipClosures(phonemes: readonly Phoneme[]): LipClosure[] {
  return phonemes.flatMap((phoneme, i) => {
    if (!isBilabial(phoneme)) return [];
    const before = i === 0 ? null : phonemes[i - 1];
    const leadSec = phoneme.symbol.startsWith('m') ? 0 : before === null || isPause(before) ? CLOSURE_LEAD_AFTER_PAUSE_SEC : CLOSURE_LEAD_SEC;
    return [{ phoneme, startSec: phoneme.startSec - leadSec, endSec: phoneme.endSec }];
  });
}

/** Half-open. */
export interface Frames {
  from: number;
  to: number;
}

/** Frames whose time on screen overlaps the interval. */
export const framesBetween = (startSec: number, endSec: number, fps: number): Frames => ({ from: Math.floor(startSec * fps + 1e-6), to: Math.ceil(endSec * fps - 1e-6) });

/** Below this share of its p2–p95 range a mouth counts as closed. */
export const CLOSED = 0.2;
