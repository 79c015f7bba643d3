/** Silences by punctuation: one table for what stands between segments, between what voices say at a time, and inside of it. */
import { MOST_PAUSE_MS, PAUSE_KINDS, USUAL_PAUSES_MS, type PauseKind, type PausesMs } from '../../shared/contract/request.ts';
import type { Phoneme } from '../../shared/vocabulary.ts';
import { joined } from '../joined.ts';

/** All of them, milliseconds at normal rate. */
export const pauseTable = (pauses: PausesMs = {}): Record<PauseKind, number> => ({ ...USUAL_PAUSES_MS, ...pauses });

/** What the user has set, whole; undefined: nothing, so the usual ones are meant. */
export function userPauses({ pausesMs, pausePercent }: { pausesMs?: PausesMs | undefined; pausePercent?: number | undefined }): Record<PauseKind, number> | undefined {
  if (pausesMs === undefined && pausePercent === undefined) return undefined;
  const table = pauseTable(pausesMs);
  for (const kind of PAUSE_KINDS) table[kind] = Math.min(MOST_PAUSE_MS, Math.round((table[kind] * (pausePercent ?? 100)) / 100));
  return table;
}

/** The strongest punctuation in what is written between two words; null: there is none. */
export function pauseKind(written: string): PauseKind | null {
  if (written.includes('\n')) return 'paragraph';
  if (/…|\.{2,}/.test(written)) return 'ellipsis';
  if (/[.!?؟۔]/.test(written)) return 'sentence';
  if (/[;؛:]/.test(written)) return 'semicolon';
  if (/[—–]|\s[-−]\s/.test(written)) return 'dash';
  return /[,،()[\]{}]/.test(written) ? 'comma' : null;
}

/** How long it is to be silent after a word, by its number. */
export interface InnerPause {
  word: number;
  sec: number;
}

/** What was said of a run of words; times count from its start. */
interface Said {
  pcm: Float32Array;
  words: { startSec: number; endSec: number }[];
  phonemes?: Phoneme[];
}

const WINDOW_SEC = 0.01;
/** Below the loudest window nothing is said: −40 dB. */
const QUIET = 10 ** (-40 / 20);
/** A shorter silence may be a stop inside a word; and no pause is made shorter. */
const SHORTEST_SEC = 0.05;

/**
 * The same with its pauses as long as wanted: silence is put into their middle, or taken out of it. A pause that the voice does not make is not
 * made: nobody knows where between two of its sounds it may be cut.
 * @param slackSec how far from the end and the start of the words that it is between a pause may lie: what their times are worth
 */
export function withPauses<T extends Said>(said: T, sampleRate: number, wanted: readonly InnerPause[], slackSec: number): T {
  if (wanted.length === 0 || said.pcm.length === 0) return said;
  const quiet = quietWindows(said.pcm, Math.round(WINDOW_SEC * sampleRate));
  /** In order: samples put in (or, below 0, taken out) in the middle of a silence. */
  const edits: { at: number; samples: number }[] = [];
  let after = 0;
  for (const { word, sec } of wanted) {
    const [before, next] = [said.words[word], said.words[word + 1]];
    if (!before || !next) continue;
    const from = Math.max(after, Math.floor((before.endSec - slackSec) / WINDOW_SEC));
    const silence = longestIn(quiet, from, Math.ceil((next.startSec + slackSec) / WINDOW_SEC));
    if (!silence || (silence.to - silence.from) * WINDOW_SEC < SHORTEST_SEC) continue;
    after = silence.to;
    const samples = Math.round((Math.max(SHORTEST_SEC, sec) - (silence.to - silence.from) * WINDOW_SEC) * sampleRate);
    edits.push({ at: Math.round(((silence.from + silence.to) / 2) * WINDOW_SEC * sampleRate), samples });
  }
  if (edits.length === 0) return said;
  const moved = (sec: number): number => {
    let by = 0;
    for (const { at, samples } of edits) {
      const into = sec * sampleRate - at;
      if (samples >= 0) by += into > 0 ? samples : 0;
      else by -= Math.min(-samples, Math.max(0, into - samples / 2)); // inside of what is taken out: to its start
    }
    return sec + by / sampleRate;
  };
  const times = <S extends { startSec: number; endSec: number }>(each: S): S => ({ ...each, startSec: moved(each.startSec), endSec: moved(each.endSec) });
  return { ...said, pcm: edited(said.pcm, edits), words: said.words.map(times), ...(said.phonemes ? { phonemes: said.phonemes.map(times) } : {}) };
}

function edited(pcm: Float32Array, edits: readonly { at: number; samples: number }[]): Float32Array {
  const parts: Float32Array[] = [];
  let from = 0;
  for (const { at, samples } of edits) {
    const half = samples < 0 ? -samples / 2 : 0;
    parts.push(pcm.subarray(from, Math.ceil(at - half)));
    if (samples > 0) parts.push(new Float32Array(samples));
    from = Math.ceil(at + half);
  }
  return joined(new Float32Array(0), ...parts, pcm.subarray(from));
}

function quietWindows(pcm: Float32Array, length: number): boolean[] {
  const levels: number[] = [];
  for (let at = 0; at < pcm.length; at += length) {
    let sum = 0;
    const end = Math.min(pcm.length, at + length);
    for (let i = at; i < end; i++) sum += pcm[i] * pcm[i];
    levels.push(Math.sqrt(sum / (end - at)));
  }
  const least = levels.reduce((most, level) => Math.max(most, level), 0) * QUIET;
  return levels.map((level) => level < least);
}

/** The longest row of quiet windows; it may reach beyond the range that it begins or ends in. */
function longestIn(quiet: readonly boolean[], from: number, to: number): { from: number; to: number } | null {
  let best: { from: number; to: number } | null = null;
  for (let at = from; at < Math.min(to, quiet.length); at++) {
    if (!quiet[at]) continue;
    let end = at;
    while (end < quiet.length && quiet[end]) end++;
    if (!best || end - at > best.to - best.from) best = { from: at, to: end };
    at = end;
  }
  return best;
}
