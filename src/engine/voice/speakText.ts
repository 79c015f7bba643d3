/** One text through one eSpeak instance: normalised, spoken run by run, joined, with times for the words as written. */
import type { LexiconEntry } from '../../shared/contract/request.ts';
import { StudioError } from '../../shared/errors.ts';
import type { Phoneme, Speech, Word } from '../../shared/vocabulary.ts';
import { applyGain } from '../media/limiter.ts';
import { ESPEAK_SAMPLE_RATE, type Espeak } from './espeak.ts';
import { findVoice, type EspeakVoice } from './catalogue.ts';
import { lexiconOf } from './lexicon.ts';
import { phonemesOf } from './phonemes.ts';
import { utterances, type SpokenWord, type UtteranceText } from './normalise/utterances.ts';

export interface SpeakOptions {
  /** An id of the catalogue, or `fa` / `en` for that language's default. */
  voice: string;
  /** 0.5–2, 1 = normal (also when left out). */
  rate?: number;
  pitch?: number;
  /** How the user wants words to be said. */
  lexicon?: readonly LexiconEntry[] | undefined;
}

/** A word as written, with its place in the text given to `speak` (UTF-16 offsets, end exclusive). */
export interface TimedWord extends Word {
  start: number;
  end: number;
}

export interface SpokenText extends Speech {
  words: TimedWord[];
  phonemes: NonNullable<Speech['phonemes']>;
  /** The words' times are estimates, and no phonemes are known: an imported voice. */
  estimated?: boolean;
  /** What could not be said as it should be, for the user. */
  warnings?: string[];
}

/** Silence kept before the first and after the last sound; stops need a moment of closed lips before the burst. */
export const LEAD_SEC = 0.02;
export const TAIL_SEC = 0.04;
export const SILENCE = 60; // of 32768, about −55 dBFS
/** Where two languages meet without punctuation between them. */
export const RUN_GAP_SEC = 0.02;
export const CLAUSE_GAP_SEC = 0.15;

/** About six minutes. A segment of a script has at most 15 s; the thread is busy until an utterance is done. */
const MAX_SPOKEN_CHARACTERS = 5000;

export function speakText(espeak: Espeak, text: string, options: SpeakOptions): SpokenText {
  const voice = findVoice(options.voice);
  if (voice.engine !== 'espeak') throw new StudioError('bug', `“${voice.id}” is no voice of eSpeak.`);
  const rate = options.rate ?? 1;
  const parts: Float32Array[] = [];
  const words: TimedWord[] = [];
  const phonemes: SpokenText['phonemes'] = [];
  let samples = 0;
  for (const run of runsOf(text, options.lexicon)) {
    const spoken = speakRun(espeak, run, voice, rate, options.pitch ?? 1);
    if (spoken.pcm.length === 0) continue;
    if (samples > 0) {
      const gap = Math.round(((run.afterBreak ? CLAUSE_GAP_SEC : RUN_GAP_SEC) * ESPEAK_SAMPLE_RATE) / rate);
      const startSec = samples / ESPEAK_SAMPLE_RATE;
      appendPhoneme(phonemes, { symbol: '', startSec, endSec: startSec + gap / ESPEAK_SAMPLE_RATE });
      parts.push(new Float32Array(gap));
      samples += gap;
    }
    const offsetSec = samples / ESPEAK_SAMPLE_RATE;
    for (const { symbol, startSec, endSec } of spoken.phonemes) appendPhoneme(phonemes, { symbol, startSec: startSec + offsetSec, endSec: endSec + offsetSec });
    for (const { word, startSec, endSec } of spoken.words) {
      words.push({ text: text.slice(word.start, word.end), startSec: startSec + offsetSec, endSec: endSec + offsetSec, start: word.start, end: word.end });
    }
    parts.push(spoken.pcm);
    samples += spoken.pcm.length;
  }
  return { pcm: concatenated(parts, samples), sampleRate: ESPEAK_SAMPLE_RATE, words, phonemes };
}

/** What is handed to voices. @throws invalid-input where it is too long for one piece */
export function runsOf(text: string, lexicon: readonly LexiconEntry[] | undefined): UtteranceText[] {
  const runs = utterances(text, lexicon && lexiconOf(lexicon));
  const length = runs.reduce((sum, run) => sum + run.text.length, 0);
  if (length > MAX_SPOKEN_CHARACTERS) {
    throw new StudioError('invalid-input', `The text is too long to be spoken in one piece (${length} characters as spoken, at most ${MAX_SPOKEN_CHARACTERS}). Split it into sentences.`);
  }
  return runs;
}

export interface SpokenRun {
  /** Levelled; empty where nothing of it is heard. */
  pcm: Float32Array;
  words: { word: SpokenWord; startSec: number; endSec: number }[];
  phonemes: SpokenText['phonemes'];
}

/** One utterance; times count from its start. */
export function speakRun(espeak: Espeak, run: UtteranceText, voice: EspeakVoice, rate: number, pitch: number): SpokenRun {
  const { pcm, events } = trimmed(espeak.say(run.text, voice.espeak[run.lang], rate, pitch));
  const durationSec = pcm.length / ESPEAK_SAMPLE_RATE;
  if (pcm.length === 0) return { pcm: new Float32Array(0), words: [], phonemes: [] };
  const phonemes = phonemesOf(events, durationSec);
  return { pcm: applyGain(Float32Array.from(pcm, (sample) => sample / 32768), voice.gain[run.lang], ESPEAK_SAMPLE_RATE), words: wordTimes(run, events, phonemes, durationSec), phonemes };
}

/** Two pauses in a row are one. */
function appendPhoneme(phonemes: Phoneme[], next: Phoneme): void {
  const before = phonemes.at(-1);
  if (next.symbol === '' && before?.symbol === '') before.endSec = next.endSec;
  else phonemes.push(next);
}

interface Trimmed {
  pcm: Int16Array;
  events: ReturnType<Espeak['say']>['events'];
}

/** Cuts silence at both ends; event times move along. */
function trimmed({ pcm, events }: ReturnType<Espeak['say']>): Trimmed {
  let first = 0;
  while (first < pcm.length && Math.abs(pcm[first]) < SILENCE) first++;
  if (first === pcm.length) return { pcm: new Int16Array(0), events: [] };
  let last = pcm.length;
  while (Math.abs(pcm[last - 1]) < SILENCE) last--;
  const from = Math.max(0, first - Math.round(LEAD_SEC * ESPEAK_SAMPLE_RATE));
  const to = Math.min(pcm.length, last + Math.round(TAIL_SEC * ESPEAK_SAMPLE_RATE));
  const shiftMs = (from * 1000) / ESPEAK_SAMPLE_RATE;
  return {
    pcm: pcm.subarray(from, to),
    events: events.map((event) => ({ ...event, audio_position: Math.max(0, event.audio_position - shiftMs) })),
  };
}

/**
 * Times of the written words of one run. eSpeak names each word it reads by its place in the spoken text; one written word may
 * have been read as several (numbers), and several may have been read as one (`of the`): those share its time by length.
 */
function wordTimes(
  run: UtteranceText,
  events: Trimmed['events'],
  phonemes: SpokenText['phonemes'],
  durationSec: number,
): { word: SpokenWord; startSec: number; endSec: number }[] {
  const starts: { index: number; startSec: number }[] = [];
  for (const event of events) {
    if (event.type !== 'word') continue;
    const index = run.wordAt[Math.min(run.wordAt.length - 1, Math.max(0, event.text_position - 1))];
    const before = starts.at(-1);
    if (index !== undefined && (before === undefined || index > before.index)) starts.push({ index, startSec: event.audio_position / 1000 });
  }
  if (run.words.length > 0 && starts[0]?.index !== 0) starts.unshift({ index: 0, startSec: 0 });
  const times: { word: SpokenWord; startSec: number; endSec: number }[] = [];
  starts.forEach(({ index, startSec }, i) => {
    const next = starts[i + 1] ?? { index: run.words.length, startSec: durationSec };
    // A pause that reaches to the next word belongs to no word.
    const pause = phonemes.findLast((each) => each.symbol === '' && each.startSec > startSec && each.startSec < next.startSec && each.endSec >= next.startSec - 0.02);
    const endSec = pause?.startSec ?? next.startSec;
    const shared = run.words.slice(index, next.index);
    const length = shared.reduce((sum, word) => sum + word.spoken.length, 0);
    let done = 0;
    for (const word of shared) {
      const from = startSec + ((endSec - startSec) * done) / length;
      done += word.spoken.length;
      times.push({ word, startSec: from, endSec: startSec + ((endSec - startSec) * done) / length });
    }
  });
  return times;
}

export function concatenated(parts: Float32Array[], samples: number): Float32Array {
  const whole = new Float32Array(samples);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
