/** One text through one eSpeak instance: normalised, spoken run by run, joined, with times for the words as written. */
import { StudioError } from '../../shared/errors.ts';
import type { Phoneme, Speech, Word } from '../../shared/vocabulary.ts';
import { applyGain } from '../media/limiter.ts';
import { ESPEAK_SAMPLE_RATE, type Espeak } from './espeak.ts';
import { findVoice, type EspeakVoice } from './catalogue.ts';
import { shownWord, turnsOf, type DeliveryOptions } from './delivery.ts';
import { wordFinder, type SpokenWord, type UtteranceText } from './normalise/utterances.ts';
import { withPauses } from './pauses.ts';
import { phonemesOf } from './phonemes.ts';

export interface SpeakOptions extends DeliveryOptions {
  /** An id of the catalogue, or `fa` / `en` for that language's default. */
  voice: string;
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
/** eSpeak tells its pauses as phonemes: they are where it says. */
const PAUSE_SLACK_SEC = 0.02;

export function speakText(espeak: Espeak, text: string, options: SpeakOptions): SpokenText {
  const voice = findVoice(options.voice);
  if (voice.engine !== 'espeak') throw new StudioError('bug', `“${voice.id}” is no voice of eSpeak.`);
  const parts: Float32Array[] = [];
  const words: TimedWord[] = [];
  const phonemes: SpokenText['phonemes'] = [];
  let samples = 0;
  for (const { run, rate, pitch, gapSec, isGapMarked, pauses } of turnsOf(text, options)) {
    const spoken = withPauses(speakRun(espeak, run, voice, rate, pitch), ESPEAK_SAMPLE_RATE, pauses, PAUSE_SLACK_SEC);
    if (spoken.pcm.length === 0) continue;
    if (gapSec > 0 && (samples > 0 || isGapMarked)) {
      const gap = Math.round(gapSec * ESPEAK_SAMPLE_RATE);
      const startSec = samples / ESPEAK_SAMPLE_RATE;
      appendPhoneme(phonemes, { symbol: '', startSec, endSec: startSec + gap / ESPEAK_SAMPLE_RATE });
      parts.push(new Float32Array(gap));
      samples += gap;
    }
    const offsetSec = samples / ESPEAK_SAMPLE_RATE;
    for (const { symbol, startSec, endSec } of spoken.phonemes) appendPhoneme(phonemes, { symbol, startSec: startSec + offsetSec, endSec: endSec + offsetSec });
    for (const { word, startSec, endSec } of spoken.words) {
      words.push({ text: shownWord(text, word, options.marked), startSec: startSec + offsetSec, endSec: endSec + offsetSec, start: word.start, end: word.end });
    }
    parts.push(spoken.pcm);
    samples += spoken.pcm.length;
  }
  return { pcm: concatenated(parts, samples), sampleRate: ESPEAK_SAMPLE_RATE, words, phonemes };
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
  const wordAt = wordFinder(run);
  const starts: { index: number; startSec: number }[] = [];
  for (const event of events) {
    if (event.type !== 'word') continue;
    const index = wordAt(event.text_position);
    const before = starts.at(-1);
    if (index >= 0 && (before === undefined || index > before.index)) starts.push({ index, startSec: event.audio_position / 1000 });
  }
  if (run.words.length > 0 && starts[0]?.index !== 0) starts.unshift({ index: 0, startSec: 0 });
  starts.forEach((start, i) => (start.startSec = Math.min(heardFrom(start.startSec, phonemes), starts[i + 1]?.startSec ?? durationSec)));
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

/** eSpeak tells of a word where the mouth closes for its first sound; up to so much silence comes before that is heard. */
const LONGEST_CLOSURE_SEC = 0.08;

/** When a word that is told at this moment begins to be heard. */
function heardFrom(sec: number, phonemes: SpokenText['phonemes']): number {
  const first = phonemes.find(({ symbol, startSec }) => symbol !== '' && startSec >= sec - 0.001);
  return first && first.startSec - sec <= LONGEST_CLOSURE_SEC ? Math.max(sec, first.startSec) : sec;
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
