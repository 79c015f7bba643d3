/**
 * A recording's text on its clock, for subtitles: nobody tells when its words are said, so they are spread over the time in which something is heard, by their
 * letters. Where the text has a stop and the sound a pause near it, the two are taken for the same, so that what is misjudged does not add up.
 */
import type { SaidSegment } from '../../shared/contract/take.ts';
import { LEVEL_SEC, loudLevel } from '../media/levels.ts';
import { isSpeakable } from '../voice/normalise/letters.ts';
import { split } from './script.ts';

export interface SpeechClock {
  durationSec: number;
  /** Of all that is heard. */
  heardSec: number;
  /** Where nothing is heard for a while: which share of all speech is before it, and how long it lasts. */
  pauses: { share: number; sec: number }[];
  /** When the given share, 0..1, of all speech was heard. */
  at(share: number): number;
}

/** Of the loud parts' amplitude; what is quieter counts as a pause. −22 dB */
const QUIET = 0.08;
/** The closure before a plosive is shorter. */
const SHORTEST_PAUSE_SEC = 0.16;

/** How much of the recording's speech was heard by when. @param levels as a LevelMeter gives them */
export function speechClock(levels: Float64Array, durationSec: number): SpeechClock {
  const loud = loudLevel(levels);
  /** Speech heard before each level, in levels. */
  let heard = new Float64Array(levels.length + 1);
  levels.forEach((level, at) => (heard[at + 1] = heard[at] + (level > QUIET * QUIET * loud ? 1 : 0)));
  // In silence time itself is all there is to go by.
  if (heard[levels.length] === 0) heard = heard.map((_, at) => at);
  const all = heard[heard.length - 1];
  const pauses: SpeechClock['pauses'] = [];
  for (let from = 0; from < levels.length; ) {
    let to = from + 1;
    while (to < levels.length && heard[to + 1] === heard[to]) to++;
    const sec = (to - from - 1) * LEVEL_SEC;
    if (sec >= SHORTEST_PAUSE_SEC && heard[to] > 0 && heard[to] < all) pauses.push({ share: heard[to] / all, sec });
    from = to;
  }
  return {
    durationSec,
    heardSec: all * LEVEL_SEC,
    pauses,
    at(share) {
      const wanted = share * all;
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
/** A word takes as long as its letters; a digit is read as a word. Persian leaves most of its vowels unwritten, so its letters take longer (measured on eSpeak). */
const PERSIAN_LETTER = 1.5;
function weightOf(word: string): number {
  const plain = word.replace(/[\p{M}\u200C\u200D]/gu, '');
  return 1.5 + plain.length + (PERSIAN_LETTER - 1) * (plain.match(/(?=\p{L})\p{Script=Arabic}/gu)?.length ?? 0) + 3 * (plain.match(/\p{N}/gu)?.length ?? 0);
}

/** What a recording says; without a transcript one segment without text. All times are estimates. */
export function transcribed(transcript: string | undefined, clock: SpeechClock): SaidSegment[] {
  const { durationSec } = clock;
  const said = { voice: null, estimated: true, endSec: durationSec };
  if (transcript === undefined || !isSpeakable(transcript)) return [{ ...said, index: 0, text: transcript ?? '', lang: 'en', startSec: 0, words: [] }];
  const segments = split(transcript).map((segment) => ({ ...segment, words: segment.text.match(WORD) ?? [] }));
  const whole = segments.reduce((sum, { words }) => sum + words.reduce((all, word) => all + weightOf(word), 0), 0);
  let spoken = 0;
  const placed = segments.map(({ text, words }) => {
    let at = 0;
    return words.map((word) => {
      const from = spoken / whole;
      spoken += weightOf(word);
      at = text.indexOf(word, at) + word.length;
      return { text: word, from, to: spoken / whole, stop: /^[^\p{L}\p{N}]*[،؛,;:.!?؟…—]/u.test(text.slice(at)) };
    });
  });
  const speechAt = alignedTo(clock, placed.map((words) => words.at(-1)?.to ?? 0), placed.flat().flatMap(({ to, stop }) => (stop ? [to] : [])));
  const timed = segments.map(({ index, text, lang }, i): SaidSegment => {
    const words = placed[i].map(({ text: word, from, to }) => ({ text: word, startSec: clock.at(speechAt(from)), endSec: clock.at(Math.max(speechAt(from), speechAt(to) - 1e-9)) }));
    return { ...said, index, text, lang, startSec: words[0]?.startSec ?? 0, words };
  });
  return timed.map((segment, i) => ({ ...segment, endSec: timed[i + 1]?.startSec ?? durationSec }));
}

/** A stop may lie off its pause by this part of the text since the one before it, and always by so much: letters tell no more. */
const TOLERANCE = 0.3;
const LEAST_TOLERANCE_SEC = 0.4;

/**
 * Which share of the speech is heard at a share of the text. The ends of sentences look for their pauses first, then the other stops for those between them.
 * @param sentences, stops shares of the text, rising
 */
function alignedTo({ pauses, heardSec }: SpeechClock, sentences: readonly number[], stops: readonly number[]): (share: number) => number {
  const known = [{ text: 0, speech: 0 }, { text: 1, speech: 1 }];
  const between = (share: number) => {
    const next = Math.max(1, known.findIndex(({ text }) => text >= share));
    const [a, b] = [known[next - 1], known[next]];
    return { a, b, next, expected: b.text === a.text ? a.speech : a.speech + ((share - a.text) * (b.speech - a.speech)) / (b.text - a.text) };
  };
  for (const share of [...sentences, ...stops]) {
    if (share <= 0 || share >= 1 || known.some(({ text }) => Math.abs(text - share) < 1e-9)) continue;
    const { a, b, next, expected } = between(share);
    const nearest = pauses
      .filter((pause) => pause.share > a.speech && pause.share < b.speech)
      // A longer pause may be a little further off.
      .map((pause) => ({ speech: pause.share, offSec: Math.abs(pause.share - expected) * heardSec, cost: Math.abs(pause.share - expected) * heardSec - Math.min(pause.sec, 1) / 2 }))
      .filter(({ offSec }) => offSec <= Math.max(LEAST_TOLERANCE_SEC, TOLERANCE * Math.min(share - a.text, b.text - share) * heardSec))
      .sort((x, y) => x.cost - y.cost)[0] as { speech: number } | undefined;
    if (nearest) known.splice(next, 0, { text: share, speech: nearest.speech });
  }
  return (share) => between(share).expected;
}
