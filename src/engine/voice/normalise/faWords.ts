/**
 * What kind of word a Persian word is, as far as the ezafe asks: by the tables of `resources/persian/ezafe.txt`, which a linguist may edit, else by
 * its endings. A word may be of several kinds («خرید»: bought, purchase); one that is of none is `unknown`, most likely a noun or a name.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT } from '../../places.ts';
import { isVerbForm } from './faJoins.ts';

/** The tables by the first words of their headings. */
const KINDS = ['prepositions', 'heads', 'numbered heads', 'governors', 'titles', 'people', 'roles', 'nouns', 'adjectives', 'deictic adjectives', 'qualities', 'places', 'names', 'measures', 'times', 'determiners', 'pronouns', 'never', 'numbers', 'verbs', 'light verbs', 'verb nouns', 'consonant he', 'silent he', 'consonant vav'] as const;
type Table = (typeof KINDS)[number];
export type Kind = Table | 'superlatives' | 'unknown';

export interface FaWord {
  kinds: ReadonlySet<Kind>;
  /** It takes no ezafe, whatever follows: «کتابی», «کتابم», «کتاب‌ها», «هوا», which would be «هوای». */
  isClosed: boolean;
  /** With an ending that makes it a noun phrase of its own: «کتابی», «کتابم», «کتاب‌ها». */
  isMarked: boolean;
  /** Its last letters write the ezafe: «کتاب‌های», «خانه‌ی», «هوای». */
  isWritten: boolean;
}

export interface FaPhrase {
  words: readonly string[];
  /** After which of them an ezafe is said; null: as the other rules say (the last word of a phrase with “+”). */
  joins: readonly (boolean | null)[];
}

const MARKS = /[\u064B-\u0652\u0654\u0670]/gu;
/** Letters without the marks that tell the vowels. */
export const bareWord = (word: string): string => word.replace(MARKS, '');


/** @param word bare */
export function faWord(word: string): FaWord {
  let found = known.get(word);
  if (!found) {
    found = wordOf(word);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(word, found);
  }
  return found;
}

/** Phrases that begin with the word, the longest first. */
export const phrasesFrom = (word: string): readonly FaPhrase[] => phrases.get(word) ?? [];

/** How the ezafe of the word is written: «ٔ» on a silent he, elsewhere «ِ». */
export function ezafeMark(word: string): string {
  if (!word.endsWith('ه') || word.length < 3 || isIn(word, 'consonant he')) return 'ِ';
  return /[اآ]ه$/u.test(word) || (word.endsWith('وه') && !isIn(word, 'silent he')) ? 'ِ' : 'ٔ';
}

const isIn = (word: string, table: Table): boolean => tables.get(word)?.has(table) ?? false;
const nominal: readonly Table[] = ['nouns', 'people', 'heads', 'verb nouns', 'measures', 'times'];
const isNoun = (word: string): boolean => nominal.some((table) => isIn(word, table));
const isAdjective = (word: string): boolean => isIn(word, 'adjectives');

function wordOf(word: string): FaWord {
  const inTables = tables.get(word);
  if (inTables && [...inTables].some((table) => table !== 'consonant he' && table !== 'silent he' && table !== 'consonant vav')) return { kinds: inTables, isClosed: endsInVowel(word), isMarked: false, isWritten: false };
  return byEnding(word) ?? { kinds: new Set(['unknown']), isClosed: !/^[\u0621-\u06CC\u200C]{2,}$/u.test(word) || word.endsWith('ی') || endsInVowel(word), isMarked: false, isWritten: false };
}

/** Such a word takes «ی» for its ezafe; where none is written, none is meant. */
const endsInVowel = (word: string): boolean => /[اآ]$/u.test(word) || (word.endsWith('و') && !isIn(word, 'consonant vav'));

/** Forms of the verbs that make one with a noun or an adjective: کردن, شدن, دادن… */
const LIGHT_VERB = /^(?:ن?می\u200C|[نب])?(?:(?:کن|شو|ده|گیر|زن|دار|یاب|آور|باش|گرد|نما|کش|گذار|پذیر|خوان)(?:م|د|یم|ید|ند)|(?:کرد|شد|داد|گرفت|زد|داشت|یافت|آورد|برد|خورد|کشید|بود|گردید|نمود|گذاشت|پذیرفت|ماند|رساند|خواند)(?:م|یم|ید|ند|ه|ه\u200C(?:ام|ای|است|ایم|اید|اند))?)$/u;
const VERB_PREFIX = /^ن?می\u200C/u;
const PERFECT = /ه\u200C(?:ام|ای|است|ایم|اید|اند)$/u;
const PLURAL = /^(.+?)\u200C?ها(?:یی|ی?(?:م|ت|ش|مان|تان|شان))?$/u;
const MINE = /^(.{2,}?)\u200C?(?:مان|تان|شان|یم|یت|یش|ام|ات|اش|م|ت|ش)$/u;
const ADJECTIVE = /^(?:بی|نا|کم|پر|خوش|بد|هم|غیر|چند)\u200C|(?:مند|ناک|آور|انگیز|آمیز|پذیر|ناپذیر|انه|زده|آلود|وار|گونه|[دت]نی|\u200Cشده|\u200Cنشده|\u200Cکننده|بخش|گرا|محور)$/u;
const NOUN = /(?:یت|سازی|کاری|گذاری|شناسی|نویسی|داری|گیری|بندی|گری|گرایی|زدایی|خوانی|رسانی|جویی|یابی|کشی|پردازی|ورزی|گاه|نامه|خانه|..ات)$/u;
const PERSON = /(?:گر|کار|چی|بان|نویس|شناس|ساز|گذار|دار|فروش|نده|ندگان|گران|کاران|سازان|شناسان|نویسان)$/u;

const { tables, phrases } = readTables(readFileSync(path.join(PROJECT, 'resources', 'persian', 'ezafe.txt'), 'utf8'));
const known = new Map<string, FaWord>();
const MOST_KNOWN = 20_000;

function byEnding(word: string): FaWord | null {
  const as = (kinds: Iterable<Kind>, how: 'open' | 'closed' | 'written' = 'open'): FaWord => ({ kinds: new Set(kinds), isClosed: how === 'closed', isMarked: how === 'closed', isWritten: how === 'written' });
  const kindsOf = (stem: string): Kind[] => (isAdjective(stem) && !isNoun(stem) ? ['adjectives'] : isIn(stem, 'people') ? ['people', 'nouns'] : ['nouns']);
  if (LIGHT_VERB.test(word)) return as(['verbs', 'light verbs']);
  if (VERB_PREFIX.test(word)) return as(['verbs']);
  if (/ه\u200Cی$/u.test(word)) return as(kindsOf(word.slice(0, -2)), 'written');
  if (/های$/u.test(word)) return as(kindsOf(word.replace(/\u200C?های$/u, '')), 'written');
  if (/(?:ترین|مین|^اولین|^آخرین|^نخستین|^واپسین)$/u.test(word)) return as(['superlatives']);
  if (word.endsWith('تر') && (word.endsWith('\u200Cتر') || isAdjective(word.slice(0, -2)))) return as(['adjectives']);
  const plural = PLURAL.exec(word);
  if (plural) return as(kindsOf(plural[1]), 'closed');
  const participle = word.slice(0, word.lastIndexOf('\u200C'));
  if (PERFECT.test(word) && !isNoun(participle) && !isAdjective(participle)) return as(['verbs']);
  if (/ه\u200Cای$/u.test(word)) return as(kindsOf(word.slice(0, -3)), 'closed');
  for (const stem of [word.replace(/ان$/u, ''), word.replace(/یان$/u, ''), word.replace(/گان$/u, 'ه')]) if (stem !== word && isIn(stem, 'people')) return as(['people', 'nouns']);
  if (/[^یا]ی$/u.test(word)) {
    const stem = word.slice(0, -1);
    if (isIn(stem, 'places')) return as(['adjectives']);
    if (/[وا]$/u.test(stem)) return as(kindsOf(stem), 'written');
    if (isAdjective(stem) || isNoun(stem)) return as(kindsOf(stem), 'closed');
  }
  if (word.endsWith('ای')) return as(kindsOf(word.slice(0, -1)), 'written');
  if (word.endsWith('یی') && (isNoun(word.slice(0, -2)) || isAdjective(word.slice(0, -2)))) return as(kindsOf(word.slice(0, -2)), 'closed');
  if (/[دت](?:م|یم|ید|ند)$/u.test(word) && isVerbForm(word)) return as(['verbs']);
  const mine = MINE.exec(word);
  if (mine && isNoun(mine[1])) return as(kindsOf(mine[1]), 'closed');
  if (isVerbForm(word.replace(/^[نب](?=..)/u, '')) || isVerbForm(word)) return as(['verbs']);
  if (/.{2}[دت]ن$/u.test(word)) return as(['nouns']);
  if (word.endsWith('ستان')) return as(['places']);
  if (ADJECTIVE.test(word)) return as(['adjectives']);
  if (PERSON.test(word)) return as(['people', 'nouns']);
  return NOUN.test(word) ? as(['nouns']) : null;
}

function readTables(text: string): { tables: Map<string, Set<Table>>; phrases: Map<string, FaPhrase[]> } {
  const found = new Map<string, Set<Table>>();
  const foundPhrases = new Map<string, FaPhrase[]>();
  let heading = '';
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('## ')) heading = line.slice(3).split(':')[0].trim();
    else if (line.startsWith('#') || line.trim() === '') continue;
    else if (heading === 'phrases') {
      const words = line.trim().split(' ');
      const goesOn = words.at(-1) === '+' && words.pop() !== undefined;
      const joins = words.map((word, i) => (goesOn && i === words.length - 1 ? null : /[\u0650\u0654]$/u.test(word)));
      const phrase = { words: words.map(bareWord), joins };
      foundPhrases.set(phrase.words[0], [...(foundPhrases.get(phrase.words[0]) ?? []), phrase].sort((a, b) => b.words.length - a.words.length));
    } else {
      const table = KINDS.find((kind) => heading.startsWith(kind));
      if (!table) throw new Error(`resources/persian/ezafe.txt has a table “${heading}” that nothing reads.`);
      for (const word of line.trim().split(' ')) found.set(word, (found.get(word) ?? new Set()).add(table));
    }
  }
  for (const [word, kinds] of found) {
    if (kinds.has('verbs') && LIGHT_VERB.test(word)) kinds.add('light verbs');
    if (kinds.has('light verbs')) kinds.add('verbs');
    if (kinds.has('roles')) kinds.add('people');
    if (kinds.has('deictic adjectives') || kinds.has('qualities')) kinds.add('adjectives');
    if (kinds.has('governors')) kinds.add('nouns');
    if (kinds.has('numbered heads')) kinds.add('heads');
  }
  return { tables: found, phrases: foundPhrases };
}
