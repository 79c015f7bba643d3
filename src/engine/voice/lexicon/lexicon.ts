/**
 * The user's pronunciations, and where they apply in a text: to whole words as they are written, one or several in a row. Spelling variants
 * of one letter and capitals make no difference; marks that tell the vowels do, so that what is written with them is said as written.
 */
import type { AppliedEntry, LexiconEntry } from '../../../shared/contract/request.ts';
import { StudioError } from '../../../shared/errors.ts';
import type { Lang } from '../../../shared/vocabulary.ts';
import { espeakPhonemes } from '../ipa.ts';
import { asciiDigits, dominantLang, isSpeakable, langOf, plainLetters } from '../normalise/letters.ts';
import { writtenWords, type WrittenWord } from '../normalise/written.ts';

export interface Lexicon {
  /**
   * The longest entry that begins with that word; of two for the same words the first one given. An entry
   * that names words beside it holds only there.
   * @param base the language of words without letters, such as numbers; null: either
   */
  at(words: readonly WrittenWord[], index: number, base: Lang | null): { entry: AppliedEntry; words: number } | null;
}

/** Entries by their first word; those of more words first. */
type Index = Map<string, Indexed[]>;
interface Indexed {
  entry: AppliedEntry;
  rest: readonly string[];
  /** Null: whatever stands there. */
  before: ReadonlySet<string> | null;
  after: ReadonlySet<string> | null;
}
/** Lists do not change; the user's own, which may be long, is asked again and again. */
const indexes = new WeakMap<readonly AppliedEntry[], Index>();
const keys = new WeakMap<LexiconEntry, readonly string[]>();
const PLAIN_WORD = /^[\p{L}\p{M}\u200C]+$/u;

export function lexiconOf(entries: readonly AppliedEntry[]): Lexicon {
  const index = indexes.get(entries) ?? indexOf(entries);
  indexes.set(entries, index);
  return {
    at(words, at, base) {
      const first = words[at].text;
      const lang = langOf(first) ?? base;
      for (const each of lang === null ? (['fa', 'en'] as const) : [lang]) {
        const found = index.get(`${each} ${folded(first)}`)?.find((indexed) => stands(indexed, words, at));
        if (found) return { entry: found.entry, words: 1 + found.rest.length };
      }
      return null;
    },
  };
}

/** Entries that apply somewhere in the text, each once, in the order of the text. */
export function entriesIn(text: string, entries: readonly AppliedEntry[], base: Lang | null = dominantLang(text) ?? 'en'): AppliedEntry[] {
  if (entries.length === 0) return [];
  const lexicon = lexiconOf(entries);
  const words = writtenWords(text);
  const found = new Set<AppliedEntry>();
  for (let i = 0; i < words.length; ) {
    const match = lexicon.at(words, i, base);
    if (match) found.add(match.entry);
    i += match?.words ?? 1;
  }
  return [...found];
}

/** The same for entries that mean the same words. */
export const entryKey = (entry: LexiconEntry): string => `${entry.lang} ${wordsOf(entry).join(' ')}`;

/** @throws invalid-input with what is wrong: the word or its reading cannot be spoken */
export function checkEntry(entry: LexiconEntry): void {
  const { lang, word, say, phonemes } = entry;
  if (wordsOf(entry).length === 0) throw new StudioError('invalid-input', `The lexicon: “${word}” has no letter or digit, so there is nothing that could be said otherwise.`);
  if (phonemes !== undefined) espeakPhonemes(phonemes, lang);
  if (say !== undefined && !isSpeakable(say)) throw new StudioError('invalid-input', `The lexicon: “${say}”, which “${word}” is to be said as, has nothing that a voice can say. Write it in Persian or English letters.`);
}

function indexOf(entries: readonly AppliedEntry[]): Index {
  const index: Index = new Map();
  for (const entry of entries) {
    const [first, ...rest] = wordsOf(entry);
    if (first === undefined) continue;
    const key = `${entry.lang} ${first}`;
    index.set(key, [...(index.get(key) ?? []), { entry, rest, before: setOf(entry.before), after: setOf(entry.after) }]);
  }
  for (const found of index.values()) if (found.length > 1) found.sort((a, b) => b.rest.length - a.rest.length); // keeps the order of equals
  return index;
}

function wordsOf(entry: LexiconEntry): readonly string[] {
  const known = keys.get(entry);
  if (known) return known;
  const words = (PLAIN_WORD.test(entry.word) ? [entry.word] : writtenWords(entry.word).map(({ text }) => text)).map(folded);
  keys.set(entry, words);
  return words;
}

const setOf = (words: readonly string[] | undefined): ReadonlySet<string> | null => (words === undefined ? null : new Set(words.map(folded)));

/** Whether the whole entry is written there, and what it asks for beside it. */
function stands({ rest, before, after }: Indexed, words: readonly WrittenWord[], at: number): boolean {
  if (!rest.every((word, i) => isNext(words, at + i) && folded(words[at + i + 1].text) === word)) return false;
  if (before !== null && !(at > 0 && isNext(words, at - 1) && before.has(folded(words[at - 1].text)))) return false;
  const end = at + rest.length;
  return after === null || (isNext(words, end) && after.has(folded(words[end + 1].text)));
}

/** Whether nothing but space stands between that word and the next. */
const isNext = (words: readonly WrittenWord[], index: number): boolean => index + 1 < words.length && words[index].breakAfter === '';

const folded = (word: string): string => asciiDigits(plainLetters(word)).toLowerCase();
