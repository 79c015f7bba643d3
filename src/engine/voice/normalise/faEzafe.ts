/**
 * The ezafe that Persian leaves unwritten: «کتاب خوب» is said «کتابِ خوب», «خانه بزرگ» «خانهٔ بزرگ». It is added where the words beside it tell it:
 * after words that always govern one («برای», «شهر»), in fixed phrases, between a noun and its adjective or possessor; never before a verb,
 * a conjunction, «را» or a pause. It works on what is said, number words and all, so that reading again changes nothing. A word that is written
 * with a mark at its end, or that the user's lexicon names, stays as it is.
 */
import { bareWord, ezafeMark, faWord, phrasesFrom, type FaWord, type Kind } from './faWords.ts';
import type { UtteranceText } from './utterances.ts';

interface Token {
  /** Without the pause after it. */
  text: string;
  bare: string;
  word: FaWord;
  /** Of its last character, in code points. */
  last: number;
  pauseAfter: boolean;
  /** Its writer has said what its end sounds like: with an ezafe, or another mark. */
  written: 'ezafe' | 'other' | null;
}

/** @param run of the Persian voice; any other is given back as it is */
export function faEzafe(run: UtteranceText): UtteranceText {
  if (run.lang !== 'fa') return run;
  const chars = Array.from(run.text);
  const tokens = tokensOf(chars);
  const joined = joinsOf(tokens);
  const marked = tokens.filter(({ last, written }, i) => joined[i] && written === null && run.words[run.wordAt[last]].own !== 'lexicon');
  return marked.length === 0 ? run : withMarks(run, chars, marked);
}

const PAUSES = /[،,.؟?!]+$/u;
const EZAFE = /[\u0650\u0654]$/u;
const MARK = /[\u064B-\u0652\u0654\u0670]$/u;

function tokensOf(chars: readonly string[]): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < chars.length; ) {
    const space = chars.indexOf(' ', at);
    const end = space < 0 ? chars.length : space;
    const whole = chars.slice(at, end).join('');
    const text = whole.replace(PAUSES, '');
    const bare = bareWord(text);
    if (text !== '') tokens.push({ text, bare, word: faWord(bare), last: end - 1 - (whole.length - text.length), pauseAfter: text !== whole, written: EZAFE.test(text) ? 'ezafe' : MARK.test(text) ? 'other' : null });
    at = end + 1;
  }
  return tokens;
}

/** After which words an ezafe is said. */
function joinsOf(tokens: readonly Token[]): boolean[] {
  const inPhrases = phraseJoins(tokens);
  const joins: boolean[] = [];
  tokens.forEach((token, i) => {
    const next = token.pauseAfter ? undefined : tokens[i + 1];
    if (token.written !== null) joins.push(token.written === 'ezafe');
    else if (next === undefined) joins.push(false);
    else joins.push(inPhrases[i] === undefined ? isJoined(tokens, i, joins[i - 1] ?? false) : inPhrases[i] && !isStop(tokens, i + 1));
  });
  return joins;
}

/** undefined: no phrase says anything of that word. */
function phraseJoins(tokens: readonly Token[]): (boolean | undefined)[] {
  const joins = new Array<boolean | undefined>(tokens.length).fill(undefined);
  for (let i = 0; i < tokens.length; ) {
    const phrase = phrasesFrom(tokens[i].bare).find(({ words }) => words.every((word, k) => tokens[i + k]?.bare === word && (k === 0 || !tokens[i + k - 1].pauseAfter)));
    phrase?.joins.forEach((join, k) => (joins[i + k] = join ?? undefined));
    // The last word of a phrase may be the first of the next: «در میانِ», «میانِ».
    i += Math.max(1, (phrase?.words.length ?? 1) - (phrase && phrase.joins.at(-1) === null ? 1 : 0));
  }
  return joins;
}

const is = (token: Token | undefined, ...kinds: Kind[]): boolean => token !== undefined && kinds.some((kind) => token.word.kinds.has(kind));
const isNoun = (token: Token | undefined): boolean => is(token, 'nouns', 'people', 'heads', 'measures', 'times') || (is(token, 'verb nouns') && !is(token, 'adjectives'));
const followerOf = (tokens: readonly Token[], i: number): Token | undefined => (tokens[i].pauseAfter ? undefined : tokens[i + 1]);

/** Nothing can govern that word: verbs, conjunctions, adverbs. */
function isStop(tokens: readonly Token[], i: number): boolean {
  const token = tokens[i];
  if (is(token, 'verbs')) return !(isNoun(token) || is(token, 'adjectives')) || followerOf(tokens, i) === undefined;
  return is(token, 'never') && !isNoun(token) && !is(token, 'adjectives');
}

/** That word and the next make one verb: «آغاز شد», «سرد است». What is closed is a noun phrase of its own: «کتاب خوبی است». */
const isVerbPart = (tokens: readonly Token[], i: number): boolean => (is(tokens[i], 'verb nouns', 'adjectives') || tokens[i].word.isWritten) && !tokens[i].word.isClosed && is(followerOf(tokens, i), 'light verbs');

/** @param isGoverned the word before has an ezafe, so this one is in the middle of its phrase */
function isJoined(tokens: readonly Token[], i: number, isGoverned: boolean): boolean {
  const [before, token, next] = [tokens[i - 1], tokens[i], tokens[i + 1]];
  if (token.word.isClosed || isStop(tokens, i + 1)) return false;
  if (token.word.isWritten) return true;
  const isAdjective = is(token, 'adjectives') && (isGoverned || !isNoun(token));
  if (is(token, 'prepositions') && !(is(token, 'adjectives') && isNoun(before))) return !is(next, 'prepositions') || is(next, 'nouns', 'adjectives');
  if (is(token, 'never', 'pronouns', 'names', 'numbers', 'verbs', 'determiners') && !isNoun(token)) return is(token, 'determiners') && token.bare === 'همه' && (isNoun(next) || is(next, 'pronouns', 'determiners'));
  if (isVerbPart(tokens, i + 1)) return false;
  if (is(token, 'titles') && is(next, 'names', 'unknown', 'titles')) return false;
  if (is(token, 'places')) return is(next, 'adjectives') && /^(?:شمالی|جنوبی|شرقی|غربی|مرکزی|بزرگ|باستان|نو|امروز|قدیم|آینده)$/u.test(next.bare);
  if (isAdjective) return isGoverned && canBeGoverned(next);
  if (is(next, 'adjectives') && !is(next, 'prepositions')) return true;
  if (is(before, 'numbers', 'determiners') && is(token, 'measures', 'times')) return false;
  if (is(token, 'heads') && (is(next, 'numbers', 'titles', 'unknown') || next.bare === 'یک')) return true;
  if (is(token, 'unknown')) return false;
  return canBeGoverned(next) && !is(next, 'numbers') && next.bare !== 'یک' && !(is(token, 'people') && is(next, 'determiners'));
}

/** Whether it may be what a noun or adjective before it belongs to. */
const canBeGoverned = (token: Token): boolean => isNoun(token) || is(token, 'adjectives', 'pronouns', 'places', 'names', 'unknown', 'determiners', 'titles');

/** The run with the marks of the ezafe after those words; every word keeps its place. */
function withMarks(run: UtteranceText, chars: readonly string[], marked: readonly Token[]): UtteranceText {
  const text: string[] = [];
  const wordAt: number[] = [];
  const changed = new Set<number>();
  let from = 0;
  for (const { bare, last } of marked) {
    const word = run.wordAt[last];
    for (; from <= last; from++) {
      text.push(chars[from]);
      wordAt.push(run.wordAt[from]);
    }
    text.push(ezafeMark(bare));
    wordAt.push(word);
    changed.add(word);
  }
  for (; from < chars.length; from++) {
    text.push(chars[from]);
    wordAt.push(run.wordAt[from]);
  }
  const spoken = new Map<number, string>([...changed].map((word) => [word, '']));
  text.forEach((char, i) => {
    const before = spoken.get(wordAt[i]);
    if (before !== undefined) spoken.set(wordAt[i], before + char);
  });
  const trimmed = (said: string): string => said.replace(/^[ \u200C]+|[ ،,.؟?!]+$/gu, '');
  return { ...run, text: text.join(''), wordAt, words: run.words.map((word, i) => (changed.has(i) ? { ...word, spoken: trimmed(spoken.get(i)!) } : word)) };
}
