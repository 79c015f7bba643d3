/**
 * Where words set in by the sound alone, against where their voice says they begin. Looked at are words whose beginning can be heard: after a pause, and those that
 * begin with a plosive, before which lips or tongue are closed for a moment.
 */
import type { SpokenText } from '../../src/engine/voice/speakText.ts';

export interface WordOnset {
  word: string;
  /** Its first phoneme. */
  sound: string;
  after: 'pause' | 'plosive';
  /** As the voice tells it, seconds. */
  startSec: number;
  /** As the sound has it; null: it cannot be told from what is before it, as where the voice goes on through the closure. */
  onsetSec: number | null;
}

const STEP_SEC = 0.001;
/** For finding dips: longer than a turn of the vocal cords, whose own pulse is no dip. */
const DIP_WINDOW_SEC = 0.012;
/** For telling when it ends. */
const ONSET_WINDOW_SEC = 0.003;
/** So far from the told start a dip is looked for. */
const REACH_SEC = 0.1;
/** What is quieter is silence: how it wavers, nobody hears. */
const SILENCE_DB = -60;
/** A dip is the quietest for so long before and after it, and lasts until it is so much louder. */
const AROUND_SEC = 0.03;
const LEAST_RISE_DB = 6;
/** No lips stay closed for longer: what gets louder later is something else. */
const LONGEST_DIP_SEC = 0.09;
/** Pre-emphasis: what is left of a voice behind closed lips is low, and would hide the closure. */
const EMPHASIS = 0.97;
const PLOSIVES = new Set(['p', 'b', 't', 'd', 'k', 'ɡ', 'q', 'tʃ', 'dʒ']);

/** @param movedSec the told starts moved by so much: what nearness to an onset is worth by chance */
export function wordOnsets({ pcm, sampleRate, words, phonemes }: SpokenText, movedSec = 0): WordOnset[] {
  const levelDb = levelMeter(pcm, sampleRate);
  return words.flatMap(({ text, startSec: told, endSec }): WordOnset[] => {
    const at = phonemes.findIndex(({ symbol, endSec: end }) => symbol !== '' && end > told + 0.002);
    if (at < 0 || endSec <= told) return [];
    const after = at === 0 || phonemes[at - 1].symbol === '' ? 'pause' : 'plosive';
    if (after === 'plosive' && !PLOSIVES.has(phonemes[at].symbol)) return [];
    const startSec = told + movedSec;
    return [{ word: text, sound: phonemes[at].symbol, after, startSec, onsetSec: onsetNear(levelDb, startSec) }];
  });
}

/** Where the sound has risen half-way, in dB, out of the nearest dip. null where there is none near. */
function onsetNear(levelDb: LevelMeter, sec: number): number | null {
  const from = sec - REACH_SEC - AROUND_SEC;
  const steps = Math.round((2 * (REACH_SEC + AROUND_SEC)) / STEP_SEC);
  const levelsOf = (windowSec: number): number[] =>
    Array.from({ length: steps }, (_, i) => Math.max(SILENCE_DB, levelDb(from + i * STEP_SEC - windowSec / 2, from + i * STEP_SEC + windowSec / 2)));
  const [coarse, fine] = [levelsOf(DIP_WINDOW_SEC), levelsOf(ONSET_WINDOW_SEC)];
  const [around, longest] = [AROUND_SEC, LONGEST_DIP_SEC].map((sec) => Math.round(sec / STEP_SEC));
  let onset: number | null = null;
  for (let i = around; i < steps - around; i++) {
    const isDip = coarse[i] <= Math.min(...coarse.slice(i - around, i + around)) + 0.5 && coarse[i + 1] > coarse[i];
    const length = coarse.slice(i, i + longest).findIndex((level) => level - coarse[i] >= LEAST_RISE_DB);
    if (!isDip || length < 0) continue;
    const rising = fine.slice(i, i + length + around);
    const quiet = Math.min(...rising.slice(0, Math.round(DIP_WINDOW_SEC / STEP_SEC)));
    const at = from + (i + rising.findIndex((level, j) => level >= (quiet + Math.max(...rising)) / 2 && j >= rising.indexOf(quiet))) * STEP_SEC;
    if (onset === null || Math.abs(at - sec) < Math.abs(onset - sec)) onset = at;
  }
  return onset;
}

/** Root mean square of the emphasised sound between two moments, dB of full scale; outside of it there is silence. */
type LevelMeter = (fromSec: number, toSec: number) => number;

function levelMeter(pcm: Float32Array, sampleRate: number): LevelMeter {
  const energy = new Float64Array(pcm.length + 1);
  pcm.forEach((sample, i) => (energy[i + 1] = energy[i] + (sample - EMPHASIS * (pcm[i - 1] ?? 0)) ** 2));
  const at = (sec: number) => energy[Math.min(pcm.length, Math.max(0, Math.round(sec * sampleRate)))];
  return (fromSec, toSec) => 10 * Math.log10((at(toSec) - at(fromSec)) / ((toSec - fromSec) * sampleRate) + 1e-12);
}

export interface OnsetFigures {
  /** Those whose onset can be heard. */
  words: number;
  /** Of |onset − start|, milliseconds. */
  medianMs: number;
  p95Ms: number;
  mostMs: number;
  within60: number;
}

export function onsetFigures(onsets: readonly WordOnset[]): OnsetFigures {
  const off = onsets.flatMap(({ startSec, onsetSec }) => (onsetSec === null ? [] : [Math.abs(onsetSec - startSec) * 1000])).sort((a, b) => a - b);
  const at = (share: number) => off[Math.min(off.length - 1, Math.floor(share * off.length))] ?? 0;
  return { words: off.length, medianMs: at(0.5), p95Ms: at(0.95), mostMs: off.at(-1) ?? 0, within60: off.filter((ms) => ms <= 60).length / Math.max(1, off.length) };
}
