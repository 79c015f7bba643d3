/** Roman numerals, only where they are ones: after a word that is counted so, before “century”, or written with the signs made for them (Ⅳ). */
import type { Around } from './around.ts';
import { enCardinal, enOrdinal } from './enNumbers.ts';
import { A } from './enSpelling.ts';
import { romanValue } from './roman.ts';

const words = (text: string): Set<string> => new Set(text.split(' '));
/** Names and titles that are numbered: “Henry the eighth”. */
const NAMED = words(
  'Alexander Alfonso Ardashir Artaxerxes Bahram Baldwin Benedict Boniface Carlos Catherine Charles Christian Clement Constantine Cyrus Darius Edward Elizabeth Felipe Ferdinand ' +
    'Francis Frederick George Gregory Gustav Harald Henry Innocent Isabella Ivan James John Juan Julius Khosrow Leo Leopold Louis Ludwig Maria Mary Mehmed Murad Napoleon Nicholas Otto ' +
    'Paul Peter Philip Pius Pope Ptolemy Ramesses Ramses Richard Robert Rudolf Selim Shapur Sixtus Suleiman Umberto Urban Victor Vittorio Wilhelm William Xerxes Yazdegerd',
);
/** What is counted: “chapter four”, “World War two”. */
const COUNTED = words('act annex appendix apollo article bowl book chapter class division episode exhibit figure grade group level lesson mark module moon olympiad part phase round scene schedule season section series stage step table tier title type unit vatican vol volume war');
const ORDERED_AFTER = words('century centuries dynasty legion');

export function enRoman(word: string, around: Around, own: boolean): string | null {
  const value = romanValue(word);
  if (value === null) return null;
  if (own) return enCardinal(value);
  const { said } = around;
  const after = /^[A-Za-z]?[a-z]*/.exec(around.after)![0];
  // A single I is a word, unless what stands before it has a capital: Chapter I.
  if (word === 'I' && !/^[A-Z]/.test(said)) return null;
  // …and of letters that are spelled, one is no number: War I M F.
  if (word.length === 1 && (around.after === A || /^\p{Lu}$/u.test(around.after))) return null;
  if (NAMED.has(said)) return word === 'I' && /^[a-z]/.test(after) && !AFTER_A_NAME.has(after) ? null : `the ${enOrdinal(value)}`;
  if (COUNTED.has(said.toLowerCase())) return enCardinal(value);
  return word !== 'I' && ORDERED_AFTER.has(after.toLowerCase()) ? enOrdinal(value) : null;
}

/** “Charles I of England”, but “Charles I think”. */
const AFTER_A_NAME = words('of and or was is had has died became ruled reigned in to the who');
