/**
 * What eSpeak reads of a text as the signs that Piper voices were trained on: IPA in single code points with stress marks, a space between
 * words, and the punctuation that ends clauses.
 */
import type { EspeakEvent } from '@echogarden/espeak-ng-emscripten';
import { shares, wordFinder, type UtteranceText } from '../normalise/utterances.ts';

export interface Sign {
  sign: string;
  /** Of the run. */
  word: number;
}

const MARKS: Record<string, string> = { ',': ',', '،': ',', '.': '.', '?': '?', '؟': '?', '!': '!' };

/** @param events of the run's text, as phonemes.ts explains them */
export function signsOf(run: UtteranceText, events: readonly EspeakEvent[]): Sign[] {
  const signs: Sign[] = [];
  const marks = marksAfter(run);
  const wordAt = wordFinder(run);
  let word = 0;
  for (const event of events) {
    if (event.type === 'word') {
      const before = word;
      word = Math.max(word, wordAt(event.text_position));
      if (signs.length === 0) continue;
      // Of words that were read as one, the last one's mark ends them.
      const mark = marks.slice(before, word).findLast((each) => each !== '');
      if (mark) signs.push({ sign: mark, word: before });
      if (signs.at(-1)?.sign !== ' ') signs.push({ sign: ' ', word: before });
    } else if (event.type === 'phoneme' && typeof event.id === 'string' && !event.id.startsWith('(')) {
      const sound = event.id.replace(/[\d_|'\s]/gu, '').replaceAll(':', 'ː').normalize('NFD');
      for (const sign of sound) signs.push({ sign, word });
    }
  }
  const last = marks.at(-1);
  if (last && signs.length > 0) signs.push({ sign: last, word });
  return signs;
}

/** The mark that stands after each word of the run; '' for none. */
const marksAfter = (run: UtteranceText): string[] => shares(run).map((share) => MARKS[share.trimEnd().slice(-1)] ?? '');

export interface SignIds {
  ids: number[];
  /** Signs that the voice has no id for, each once, with the word that it was first met in. */
  unknown: Map<string, number>;
}

/** Begin, then each sign and a pad after it, end. Spaces and marks that the voice does not know are no loss. */
export function idsOf(signs: readonly Sign[], map: Readonly<Record<string, readonly number[]>>): SignIds {
  const pad = map._;
  const ids = [...map['^'], ...pad];
  const unknown = new Map<string, number>();
  for (const { sign, word } of signs) {
    if (Object.hasOwn(map, sign)) ids.push(...map[sign], ...pad);
    else if (!/^[ ,.?!]$/.test(sign) && !unknown.has(sign)) unknown.set(sign, word);
  }
  return { ids: [...ids, ...map.$], unknown };
}
