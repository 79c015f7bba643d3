import { dottedShort } from './faShort.ts';

/** Words whose full stop ends no sentence, and how they are read. */
const ENGLISH: Record<string, string> = {
  dr: 'doctor', mr: 'mister', mrs: 'missus', ms: 'miz', prof: 'professor', st: 'saint', jr: 'junior', sr: 'senior', gen: 'general',
  vs: 'versus', etc: 'et cetera', 'e.g': 'for example', 'i.e': 'that is', approx: 'approximately', fig: 'figure', vol: 'volume', dept: 'department',
  inc: 'incorporated', ltd: 'limited', co: 'company', corp: 'corporation', jan: 'January', feb: 'February', aug: 'August', sept: 'September',
  oct: 'October', nov: 'November', dec: 'December', 'a.m': 'A M', 'p.m': 'P M',
};
/** Abbreviations that close a phrase: the stop after them may still end the sentence. */
const CLOSING = new Set(['etc', 'inc', 'ltd', 'co', 'corp', 'jr', 'sr', 'a.m', 'p.m']);

/** Whether the full stop after this word belongs to the word: `Dr`, `e.g`, an initial, `U.S`. */
export function isAbbreviation(word: string): boolean {
  const key = word.toLowerCase();
  return Object.hasOwn(ENGLISH, key) || /^(?:\p{Lu}|[ء-ی]|صص|رک|نک)$/u.test(word) || /^(?:\p{L}\u200D?\.)+\p{L}$/u.test(word);
}

/** A sentence may end at the stop after this abbreviation, if a new sentence seems to begin. */
export function mayEndSentence(word: string): boolean {
  return CLOSING.has(word.toLowerCase()) || /^(?:\p{Lu}\.)+\p{Lu}$/u.test(word);
}

/** What to say for it, or null where it is said as written. `st` and `co` only with their stop. */
export function expandedAbbreviation(word: string, stopFollows: boolean): string | null {
  const key = word.toLowerCase();
  return stopFollows && Object.hasOwn(ENGLISH, key) ? ENGLISH[key] : dottedShort(word);
}
