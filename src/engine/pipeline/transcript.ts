/** A recording's text on its clock, for subtitles: nobody tells when its words are said, so they are spread over the time in which something is heard. */
import type { SaidSegment } from '../../shared/contract/take.ts';
import { LEVEL_SEC, loudLevel } from '../media/levels.ts';
import { isSpeakable } from '../voice/normalise/letters.ts';
import { split } from './script.ts';

export interface SpeechClock {
  durationSec: number;
  /** When the given share, 0..1, of all speech was heard. */
  at(share: number): number;
}

/** Of the loud parts' amplitude; what is quieter counts as a pause. −22 dB */
const QUIET = 0.08;

/** How much of the recording's speech was heard by when. @param levels as a LevelMeter gives them */
export function speechClock(levels: Float64Array, durationSec: number): SpeechClock {
  const loud = loudLevel(levels);
  /** Speech heard before each level, in levels. */
  let heard = new Float64Array(levels.length + 1);
  levels.forEach((level, at) => (heard[at + 1] = heard[at] + (level > QUIET * QUIET * loud ? 1 : 0)));
  // In silence time itself is all there is to go by.
  if (heard[levels.length] === 0) heard = heard.map((_, at) => at);
  return {
    durationSec,
    at(share) {
      const wanted = share * heard[heard.length - 1];
      let [low, high] = [0, heard.length - 1];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (heard[middle + 1] > wanted) high = middle;
        else low = middle + 1;
      }
      const into = Math.min(1, Math.max(0, wanted - heard[low]));
      return Math.min(durationSec, (low + into) * LEVEL_SEC);
    },
  };
}

const WORD = /[\p{L}\p{N}](?:\S*[\p{L}\p{M}\p{N}])?/gu;
/** A word takes as long as its letters; a digit is read as a word. */
const weightOf = (word: string): number => 1.5 + word.replace(/[\p{M}\u200C\u200D]/gu, '').length + 3 * (word.match(/\p{N}/gu)?.length ?? 0);

/** What a recording says; without a transcript one segment without text. All times are estimates. */
export function transcribed(transcript: string | undefined, clock: SpeechClock): SaidSegment[] {
  const { durationSec } = clock;
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
