/**
 * Where words set in by the sound alone, against where their voice says they begin. Looked at are words whose beginning can be heard: after a pause, and those that
 * begin with a plosive, whose closed lips or tongue leave a dip before them.
 */
import type { SpokenText } from '../../src/engine/voice/speakText.ts';
import { levelDb } from './sounds.ts';

export interface WordOnset {
  word: string;
  after: 'pause' | 'plosive';
  /** As the voice tells it, seconds. */
  startSec: number;
  /** As the sound has it. */
  onsetSec: number;
}

const STEP_SEC = 0.001;
const WINDOW_SEC = 0.005;
/** So far before and after the told start the sound is looked at: an onset further off is found at the edge, and counts as a miss. */
const REACH_SEC = 0.12;
/** Eased in by noise that nobody hears, silence ends here. */
const SILENCE_DB = -60;
/** Of the way from the dip up to the loudest that follows it, in dB: there the burst has begun. */
const RISE = 0.5;
const PLOSIVES = new Set(['p', 'b', 't', 'd', 'k', 'ɡ', 'q', 'tʃ', 'dʒ']);

export function wordOnsets({ pcm, sampleRate, words, phonemes }: SpokenText): WordOnset[] {
  const levelAt = (sec: number): number => levelDb(pcm, sampleRate, sec, sec + WINDOW_SEC);
  return words.flatMap(({ text, startSec, endSec }): WordOnset[] => {
    const at = phonemes.findIndex(({ symbol, endSec: end }) => symbol !== '' && end > startSec + 0.002);
    const isAfterPause = at === 0 || phonemes[at - 1]?.symbol === '';
    if (at < 0 || endSec <= startSec || phonemes[at].startSec > startSec + 0.05 || (!isAfterPause && !PLOSIVES.has(phonemes[at].symbol))) return [];
    // Not into the word after it, whose onset is not this one's.
    const [from, to] = [Math.max(0, startSec - REACH_SEC), Math.min(endSec, startSec + REACH_SEC)];
    const times = Array.from({ length: Math.max(0, Math.floor((to - from) / STEP_SEC)) }, (_, i) => from + i * STEP_SEC);
    const levels = times.map(levelAt);
    const found = isAfterPause ? endOfSilence(levels) : endOfDip(levels);
    // What makes a window loud is at its end.
    return found === null ? [] : [{ word: text, after: isAfterPause ? 'pause' : 'plosive', startSec, onsetSec: times[found] + WINDOW_SEC }];
  });
}

/** The first level that is heard, after the last run of silence. */
function endOfSilence(levels: readonly number[]): number | null {
  const silent = levels.findLastIndex((level) => level < SILENCE_DB);
  return silent < 0 || silent === levels.length - 1 ? (silent < 0 ? 0 : null) : silent + 1;
}

/** Where the sound has risen half-way from its quietest moment to the loudest one after it. */
function endOfDip(levels: readonly number[]): number | null {
  if (levels.length === 0) return null;
  const quietest = levels.indexOf(Math.min(...levels));
  const loudest = Math.max(...levels.slice(quietest));
  const risen = levels.findIndex((level, i) => i >= quietest && level >= levels[quietest] + RISE * (loudest - levels[quietest]));
  return risen < 0 ? null : risen;
}

export interface OnsetFigures {
  words: number;
  /** Of |onset − start|, milliseconds. */
  medianMs: number;
  p95Ms: number;
  mostMs: number;
  within60: number;
}

export function onsetFigures(onsets: readonly WordOnset[]): OnsetFigures {
  const off = onsets.map(({ startSec, onsetSec }) => Math.abs(onsetSec - startSec) * 1000).sort((a, b) => a - b);
  const at = (share: number) => off[Math.min(off.length - 1, Math.floor(share * off.length))] ?? 0;
  return { words: off.length, medianMs: at(0.5), p95Ms: at(0.95), mostMs: off.at(-1) ?? 0, within60: off.filter((ms) => ms <= 60).length / Math.max(1, off.length) };
}
