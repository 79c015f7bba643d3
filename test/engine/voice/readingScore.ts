/** Whether words are read right, by themselves and in sentences: the measure of the tests and of `npm run campaign -- voices`. */
import { readFileSync } from 'node:fs';
import type { Espeak } from '../../../src/engine/voice/espeak.ts';
import { lexiconOf } from '../../../src/engine/voice/lexicon/lexicon.ts';
import { utterances } from '../../../src/engine/voice/normalise/utterances.ts';
import type { AppliedEntry } from '../../../src/shared/contract/request.ts';
import { comparable, heardWords } from './heard.ts';

export interface WordCase {
  word: string;
  /** Any of them is right. */
  readings: string[];
}

export interface HomographCase {
  sentence: string;
  word: string;
  reading: string;
}

const rows = (name: string): string[][] =>
  readFileSync(new URL(`cases/${name}`, import.meta.url), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#')).slice(1).map((line) => line.split('\t'));

export const wordCases = (): WordCase[] => rows('words.tsv').map(([word, readings]) => ({ word, readings: readings.split('|').map(comparable) }));
export const homographCases = (): HomographCase[] => rows('homographs.tsv').map(([sentence, word, reading]) => ({ sentence, word, reading: comparable(reading) }));

const spokenText = (text: string, entries: readonly AppliedEntry[]): string => utterances(text, lexiconOf(entries), 'fa').map((run) => run.text).join(' ');

/** What is heard of each word by itself. */
export const wordsHeard = (espeak: Espeak, words: readonly WordCase[], entries: readonly AppliedEntry[]): string[] => words.map(({ word }) => heardWords(espeak, spokenText(word, entries)).join(''));

export function rightWords(espeak: Espeak, words: readonly WordCase[], entries: readonly AppliedEntry[]): boolean[] {
  const heard = wordsHeard(espeak, words, entries);
  return words.map(({ readings }, i) => readings.includes(heard[i]));
}

/** Whether the word is heard as it should be somewhere in its sentence, with an ezafe or without. */
export function rightHomographs(espeak: Espeak, cases: readonly HomographCase[], entries: readonly AppliedEntry[]): boolean[] {
  return cases.map(({ sentence, reading }) => heardWords(espeak, spokenText(sentence, entries)).some((sounds) => [reading, comparable(`${reading}e`), comparable(`${reading}je`)].includes(sounds)));
}
