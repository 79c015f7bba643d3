/** English abbreviations: those with stops, titles before a name, and those before a number. Also those in a Persian text. */
import type { Around } from './around.ts';
import { isMonth } from './enDates.ts';
import { letters } from './enSpelling.ts';

/** Wherever they stand; a last stop is not part of the word. */
const ALWAYS: Record<string, string> = {
  'e.g': 'for example', 'i.e': 'that is', 'a.m': letters('AM'), 'p.m': letters('PM'), 'a.k.a': 'also known as', 'ph.d': 'PhD', 'w/o': 'without', vs: 'versus', etc: 'et cetera', sq: 'square', 'r.s.v.p': 'R S V P',
};
/** With their stop; with a capital, too. */
const STOPPED: Record<string, string> = {
  approx: 'approximately', dept: 'department', inc: 'incorporated', ltd: 'limited', co: 'company', corp: 'corporation', jr: 'junior', sr: 'senior', bros: 'brothers', govt: 'government', univ: 'university', assn: 'association',
  cf: 'compare', viz: 'namely', tel: 'telephone', misc: 'miscellaneous', avg: 'average', esq: 'esquire', ave: 'avenue', blvd: 'boulevard', rd: 'road', hwy: 'highway', intl: 'international',
};
/** With their stop, and only as they are written here: Al and Sun are names and words. */
const STOPPED_AS_HERE: Record<string, string> = {
  al: 'al', ca: 'circa', Jan: 'January', Feb: 'February', Apr: 'April', Jun: 'June', Jul: 'July', Aug: 'August', Sep: 'September', Sept: 'September', Oct: 'October', Nov: 'November', Dec: 'December',
  Mon: 'Monday', Tue: 'Tuesday', Tues: 'Tuesday', Wed: 'Wednesday', Thu: 'Thursday', Thur: 'Thursday', Thurs: 'Thursday', Fri: 'Friday',
};
/** Before a name: with their stop, or with a capital. */
const TITLES: Record<string, string> = {
  Mr: 'mister', Mrs: 'missus', Ms: 'miz', Dr: 'doctor', Prof: 'professor', St: 'saint', Messrs: 'messers', Gen: 'general', Col: 'colonel', Capt: 'captain', Lt: 'lieutenant', Sgt: 'sergeant', Maj: 'major', Sen: 'senator', Rep: 'representative',
  Gov: 'governor', Pres: 'president', Rev: 'reverend', Hon: 'honorable', Mt: 'mount', Ft: 'fort',
};
/** Of those, what they are after a name: Main St., Park Dr. */
const ROADS: Record<string, string> = { Dr: 'drive', St: 'street' };
/** Before a number, with their stop: elsewhere “No.” is a word of its own, and so are “fig.” and “art.”. */
const BEFORE_NUMBER: Record<string, string> = {
  no: 'number', nos: 'numbers', p: 'page', pp: 'pages', vol: 'volume', vols: 'volumes', ch: 'chapter', chap: 'chapter', fig: 'figure', figs: 'figures', sec: 'section', art: 'article', para: 'paragraph', eq: 'equation', ver: 'version', ext: 'extension',
  rm: 'room', apt: 'apartment', op: 'opus', mar: 'March', sat: 'Saturday', sun: 'Sunday',
};
/** These close a phrase: the stop after them may still end the sentence. */
const CLOSING = new Set(['etc', 'inc', 'ltd', 'co', 'corp', 'jr', 'sr', 'bros', 'al', 'a.m', 'p.m', 'ph.d', 'ave', 'blvd', 'rd', 'esq']);

const has = (list: Record<string, string>, key: string): boolean => Object.hasOwn(list, key);
const titled = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
/** What a title is listed as; those that are small words, too, are titles only with a capital. */
const titleOf = (word: string): string => (/^(?:mr|mrs|dr|prof|st)$/i.test(word) ? titled(word) : word);
const stopped = (word: string): string | null => {
  if (has(STOPPED_AS_HERE, word)) return STOPPED_AS_HERE[word];
  const key = word.charAt(0).toLowerCase() + word.slice(1);
  return has(STOPPED, key) ? STOPPED[key] : null;
};

/** @returns null if it is none, there */
export function enShort(word: string, around: Around): string | null {
  if (word.length > 8 || !/^[a-z]/i.test(word)) return null;
  const key = word.toLowerCase();
  if (has(ALWAYS, key)) return ALWAYS[key];
  if (has(TITLES, titleOf(word))) return title(titleOf(word), around);
  if (has(BEFORE_NUMBER, key)) return around.stop && /^\d/.test(around.after) ? BEFORE_NUMBER[key] : null;
  return stopped(word) !== null && around.stop ? stopped(word) : null;
}

function title(word: string, { before, after, stop }: Around): string | null {
  if (isName(after)) return TITLES[word];
  if (!stop) return null;
  return has(ROADS, word) && (isName(before) || /^\d+(?:st|nd|rd|th)$/.test(before)) ? ROADS[word] : TITLES[word];
}

const isName = (word: string): boolean => /^\p{Lu}\p{Ll}/u.test(word) && !isMonth(word);

/**
 * Whether the full stop after this word belongs to the word: `Dr`, `e.g`, `U.S`, an initial, `No` before a number.
 * @param next what follows after the space
 */
export function enStopped(word: string, next: string): boolean {
  const key = word.toLowerCase();
  return has(ALWAYS, key) || stopped(word) !== null || has(TITLES, titleOf(word)) || (has(BEFORE_NUMBER, key) && /^[0-9۰-۹٠-٩]/.test(next)) || /^\p{Lu}$/u.test(word);
}

/** In the U.S. Then…, but the U.S. Army; at 5 p.m. She…, but at 5 p.m. Monday. */
const STARTER =
  /^["“(]?(?:A|After|Although|An|And|As|At|Because|Before|Both|But|By|During|Each|Every|Few|For|From|He|Her|Here|His|How|However|I|If|In|Instead|It|Its|Later|Many|Maybe|Meanwhile|Most|My|No|Nobody|Not|Now|On|Once|One|Only|Or|Our|Perhaps|She|Since|So|Some|Still|That|The|Their|Then|There|These|They|This|Those|Though|Today|Tomorrow|Two|Until|We|Were|What|When|Where|Whether|While|Who|Why|With|Without|Yes|Yesterday|Yet|You|Your)(?![\p{L}\p{N}])/u;

/** Whether a sentence may end at the stop after this abbreviation: it closes a phrase, and what follows begins as sentences do. @param next what follows after the space */
export function enMayClose(word: string, next: string): boolean {
  const key = word.toLowerCase();
  if (!CLOSING.has(key) && !/^(?:\p{Lu}\.)+\p{Lu}$/u.test(word)) return false;
  return key === 'etc' ? /^["“(]?\p{Lu}/u.test(next) : STARTER.test(next);
}
