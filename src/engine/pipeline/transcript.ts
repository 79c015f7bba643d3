/** A recording's text on its clock, for subtitles: nobody tells when its words are said, so they are spread over the time in which something is heard. */
import type { SaidSegment } from '../../shared/contract/take.ts';
import { isSpeakable } from '../voice/normalise/letters.ts';
import { split } from './script.ts';

export interface SpeechClock {
  /** The next samples, mono. */
  add(pcm: Float32Array): void;
  durationSec(): number;
  /** When the given share, 0..1, of all speech was heard. */
  at(share: number): number;
}

const BIN_SEC = 0.02;
/** Of the loud parts' loudness; what is quieter counts as a pause. −22 dB */
const QUIET = 0.08;

/** How much of the recording's speech was heard by when; an hour is 180,000 numbers. */
export function createSpeechClock(sampleRate: number): SpeechClock {
  const binSamples = Math.round(sampleRate * BIN_SEC);
  const energy: number[] = [];
  let samples = 0;
  /** Speech heard before each bin, in bins; made when first asked for. */
  let heard: Float64Array | null = null;

  const listen = (): Float64Array => {
    const loudest = Float64Array.from(energy).sort()[Math.floor(energy.length * 0.95)] ?? 0;
    const before = new Float64Array(energy.length + 1);
    for (let bin = 0; bin < energy.length; bin++) before[bin + 1] = before[bin] + (energy[bin] > QUIET * QUIET * loudest ? 1 : 0);
    // In silence time itself is all there is to go by.
    return before[energy.length] > 0 ? before : before.map((_, bin) => bin);
  };

  return {
    add(pcm) {
      heard = null;
      for (let i = 0; i < pcm.length; i++, samples++) {
        const bin = Math.floor(samples / binSamples);
        energy[bin] = (energy[bin] ?? 0) + pcm[i] * pcm[i];
      }
    },
    durationSec: () => samples / sampleRate,
    at(share) {
      heard ??= listen();
      const wanted = share * heard[heard.length - 1];
      let [low, high] = [0, heard.length - 1];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (heard[middle + 1] > wanted) high = middle;
        else low = middle + 1;
      }
      const into = Math.min(1, Math.max(0, wanted - heard[low]));
      return Math.min(samples / sampleRate, (low + into) * BIN_SEC);
    },
  };
}

const WORD = /[\p{L}\p{N}](?:\S*[\p{L}\p{M}\p{N}])?/gu;
/** A word takes as long as its letters; a digit is read as a word. */
const weightOf = (word: string): number => 1.5 + word.replace(/[\p{M}\u200C\u200D]/gu, '').length + 3 * (word.match(/\p{N}/gu)?.length ?? 0);

/** What a recording says; without a transcript one segment without text. All times are estimates. */
export function transcribed(transcript: string | undefined, clock: SpeechClock): SaidSegment[] {
  const durationSec = clock.durationSec();
  const said = { voice: null, estimated: true, endSec: durationSec };
  if (transcript === undefined || !isSpeakable(transcript)) return [{ ...said, index: 0, text: transcript ?? '', lang: 'en', startSec: 0, words: [] }];
  const segments = split(transcript).map((segment) => ({ ...segment, words: segment.text.match(WORD) ?? [] }));
  const whole = segments.reduce((sum, { words }) => sum + words.reduce((all, word) => all + weightOf(word), 0), 0);
  let spoken = 0;
  const timed = segments.map(({ index, text, lang, words }): SaidSegment => {
    const placed = words.map((word) => {
      const from = spoken;
      spoken += weightOf(word);
      return { text: word, startSec: clock.at(from / whole), endSec: clock.at((spoken - 1e-6) / whole) };
    });
    return { ...said, index, text, lang, startSec: placed[0]?.startSec ?? 0, words: placed };
  });
  return timed.map((segment, i) => ({ ...segment, endSec: timed[i + 1]?.startSec ?? durationSec }));
}
