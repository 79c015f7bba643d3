/** How often an ezafe is said where cases/ezafe.tsv has one: the measure of the tests and of `npm run campaign -- voices`. */
import { readFileSync } from 'node:fs';
import { utterances } from '../../../src/engine/voice/normalise/utterances.ts';

export interface MarkedSentence {
  line: number;
  set: 'tune' | 'held';
  kind: string;
  /** As people write it. */
  text: string;
  /** Each word with whether an ezafe is said after it; numbers in digits are left out. */
  words: { written: string; start: number; marked: string; ezafe: boolean }[];
}

/** What is added to a word by who marks the ezafe. */
const MARK = /[\u0650\u0654](?=[^\p{L}\p{M}\u200C]*$)/u;

export function markedSentences(): MarkedSentence[] {
  const lines = readFileSync(new URL('cases/ezafe.tsv', import.meta.url), 'utf8').split('\n');
  return lines.flatMap((line, i) => {
    if (line === '' || line.startsWith('#') || line.startsWith('set\t')) return [];
    const [set, kind, sentence] = line.split('\t');
    const words: MarkedSentence['words'] = [];
    let text = '';
    for (const marked of sentence.split(' ')) {
      if (text !== '') text += ' ';
      const written = marked.replace(MARK, '');
      if (/\p{L}/u.test(written)) words.push({ written: written.replace(/[^\p{L}\p{M}\u200C]+$/u, ''), start: text.length + written.search(/\p{L}/u), marked: marked.replace(/[^\p{L}\p{M}\u200C]+$/u, ''), ezafe: MARK.test(marked) });
      text += written;
    }
    return [{ line: i + 1, set: set as MarkedSentence['set'], kind, text, words }];
  });
}

export interface EzafeScore {
  sentences: number;
  words: number;
  /** Ezafes said where there are, where there are none, and left out. */
  right: number;
  wrong: number;
  missed: number;
  precision: number;
  recall: number;
  f1: number;
  /** Of all words, those that are said as marked. */
  accuracy: number;
}

/** @param said after which words of the sentence an ezafe is said */
export function ezafeScore(sentences: readonly MarkedSentence[], said: (sentence: MarkedSentence) => readonly boolean[]): EzafeScore {
  let [words, right, wrong, missed] = [0, 0, 0, 0];
  for (const sentence of sentences) {
    const found = said(sentence);
    sentence.words.forEach(({ ezafe }, i) => {
      words += 1;
      if (ezafe && found[i]) right += 1;
      else if (ezafe) missed += 1;
      else if (found[i]) wrong += 1;
    });
  }
  const precision = right / Math.max(1, right + wrong);
  const recall = right / Math.max(1, right + missed);
  return { sentences: sentences.length, words, right, wrong, missed, precision, recall, f1: (2 * right) / Math.max(1, 2 * right + wrong + missed), accuracy: 1 - (wrong + missed) / Math.max(1, words) };
}

/** By the step that adds them, and by spelling that the voice reads with an ezafe wherever it stands. */
export function saidEzafes({ text, words }: MarkedSentence): boolean[] {
  const spoken = new Map(utterances(text, undefined, 'fa').flatMap((run) => run.words.map(({ start, spoken }) => [start, spoken] as const)));
  return words.map(({ start }) => /(?:[\u0650\u0654]|های|ه\u200Cی|برای)$/u.test(spoken.get(start) ?? ''));
}
