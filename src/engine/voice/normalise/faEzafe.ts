/**
 * The ezafe that Persian leaves unwritten: «کتاب خوب» is said «کتابِ خوب», «خانه بزرگ» «خانهٔ بزرگ». It is added where the words beside it tell it:
 * after words that always govern one («برای», «شهر»), in fixed phrases, between a noun and its adjective or possessor; never before a verb,
 * a conjunction, «را» or a pause. It works on what is said, number words and all, so that reading again changes nothing. A word that is written
 * with a mark at its end, or that the user's lexicon names, stays as it is.
 */
import { MONTH } from './faDates.ts';
import { bareWord, ezafeMark, faWord, phrasesFrom, type FaWord, type Kind } from './faWords.ts';
import type { UtteranceText } from './utterances.ts';

interface Token {
  /** Without the pause after it and the marks that tell the vowels. */
  bare: string;
  word: FaWord;
  /** Where it ends in the run’s text, without the pause after it; exclusive. */
  end: number;
  /** The written word that it is, or that it ends. */
  index: number;
  pauseAfter: boolean;
  /** Its writer has said what its end sounds like: with an ezafe, or another mark. */
  written: 'ezafe' | 'other' | null;
}

/** @param run of the Persian voice; any other is given back as it is */
export function faEzafe(run: UtteranceText): UtteranceText {
  if (run.lang !== 'fa') return run;
  const tokens = tokensOf(run);
  const joined = joinsOf(tokens);
  const marked = tokens.filter(({ bare, index, written }, i) => joined[i] && written === null && !READ_ANYWAY.test(bare) && run.words[index].own !== 'lexicon');
  return marked.length === 0 ? run : withMarks(run, marked);
}

/** Their last letter is the ezafe, and eSpeak says it. */
const READ_ANYWAY = /(?:های|ه\u200Cی|برای)$/u;
const PAUSES = /[،,.؟?!]+$/u;
const EZAFE = /[\u0650\u0654]$/u;
const MARK = /\p{M}$/u;

function tokensOf({ text, words }: UtteranceText): Token[] {
  const tokens: Token[] = [];
  let index = 0;
  for (const { 0: whole, index: start } of text.matchAll(/[^ ]+/g)) {
    const said = whole.replace(PAUSES, '');
    if (said === '') continue;
    const end = start + said.length;
    while (words[index].textEnd < end) index++;
    const bare = bareWord(said);
    tokens.push({ bare, word: faWord(bare), end, index, pauseAfter: said !== whole, written: EZAFE.test(said) ? 'ezafe' : MARK.test(said) ? 'other' : null });
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
    else joins.push(inPhrases[i] === undefined ? isJoined(tokens, i, joins[i - 1] ?? false, inPhrases[i + 1] === false) : inPhrases[i] === 'inside' || (inPhrases[i] && !isStop(tokens, i + 1) && !isPlainPreposition(next)));
  });
  return joins;
}

/** undefined: no phrase says anything of that word; true: of its last word, if something can follow. */
function phraseJoins(tokens: readonly Token[]): (boolean | 'inside' | undefined)[] {
  const joins = new Array<boolean | 'inside' | undefined>(tokens.length).fill(undefined);
  for (let i = 0; i < tokens.length; ) {
    const phrase = phrasesFrom(tokens[i].bare).find(({ words }) => words.every((word, k) => tokens[i + k]?.bare === word && (k === 0 || !tokens[i + k - 1].pauseAfter)));
    phrase?.joins.forEach((join, k) => (joins[i + k] = join === true && k < phrase.joins.length - 1 ? 'inside' : (join ?? undefined)));
    // The last word of a phrase may be the first of the next: «در میانِ», «میانِ».
    i += Math.max(1, (phrase?.words.length ?? 1) - (phrase && phrase.joins.at(-1) === null ? 1 : 0));
  }
  return joins;
}

const is = (token: Token | undefined, ...kinds: Kind[]): boolean => token !== undefined && kinds.some((kind) => token.word.kinds.has(kind));
const isNoun = (token: Token | undefined): boolean => is(token, 'nouns', 'people', 'heads', 'measures', 'times') || (is(token, 'verb nouns') && !is(token, 'adjectives'));
const isAdjective = (token: Token | undefined): boolean => is(token, 'adjectives');
const followerOf = (tokens: readonly Token[], i: number): Token | undefined => (tokens[i].pauseAfter ? undefined : tokens[i + 1]);

/** Nothing can govern that word: verbs, conjunctions, adverbs. */
function isStop(tokens: readonly Token[], i: number): boolean {
  const token = tokens[i];
  const next = followerOf(tokens, i);
  if (is(token, 'verbs')) return !(isNoun(token) || isAdjective(token)) || next === undefined || is(next, 'verbs');
  return is(token, 'never') && !isNoun(token) && !isAdjective(token);
}

/**
 * Whether that word and the next make one verb: «آغاز شد», «سرد است», «بالا رفت». A noun phrase of its own does not («کتاب خوبی است»), nor does, in the middle of a phrase, an
 * adjective that tells the kind («ثبت آثار ملی است»), or one whose subject is elsewhere («ما فرزندان سرزمین کهن هستیم»).
 */
function isVerbPart(tokens: readonly Token[], i: number, isGoverned: boolean): boolean {
  const token = tokens[i];
  const next = followerOf(tokens, i);
  if (token.word.isMarked) return false;
  if (is(token, 'deictic adjectives') && is(next, 'verbs')) return true;
  if (next === undefined || !is(next, 'light verbs')) return false;
  if (isGoverned && ACTING.test(next.bare) && (isNoun(token) || is(token, 'unknown'))) return true;
  return is(token, 'verb nouns') || (isAdjective(token) && (PREDICATING.test(next.bare) && !(isGoverned && ((OF_KIND.test(token.bare) && !is(token, 'qualities')) || COPULA_OF_MANY.test(next.bare)))));
}
/** What stands right before these without «را» is the other half of the verb. */
const ACTING = /^(?:ن?می\u200C|[نب])?(?:کن|کرد|شو|شد|ده|داد|گیر|گرفت|زن|زد|نما|نمود|گردید|یاب|یافت)/u;
const OF_KIND = /(?:[^ا]ی|م)$/u;
const COPULA_OF_MANY = /^هست(?:م|یم|ید|ند)$/u;
/** Verbs that an adjective stands with: to be, become, make, stay. */
const PREDICATING = /^(?:ن?می\u200C|[بن])?(?:کن|کرد|شو|شد|باش|بود|مان|گرد|گشت|نما|نمود|هست|است|نیست)/u;

/** Compound infinitives: «حرف زدن», «آماده شدن». */
const LIGHT_INFINITIVE = /^(?:کردن|شدن|دادن|گرفتن|زدن|داشتن|یافتن|آوردن|بردن|خوردن|کشیدن|بودن|گذاشتن|پذیرفتن|ماندن|رساندن|نمودن|گردیدن|رفتن|آمدن)$/u;

const isPlainPreposition = (token: Token): boolean => is(token, 'prepositions') && !isAdjective(token);
/** An adjective, also with “a”: «خوبی» in «فرصت خوبی». */
const isDescribing = (token: Token | undefined): boolean => token !== undefined && (isAdjective(token) || (token.bare.endsWith('ی') && faWord(token.bare.slice(0, -1)).kinds.has('adjectives')));
const isPointing = (token: Token | undefined): boolean => token !== undefined && /^(?:این|آن|همین|همان)$/u.test(token.bare);

/** Days that tell when: a phrase that something governs may end in one («در درسِ امروز»), elsewhere they are adverbs. */
const DAYS = new Set(['امروز', 'دیروز', 'فردا', 'امشب', 'دیشب', 'امسال', 'پارسال']);
const isPlacing = (token: Token | undefined): boolean => token !== undefined && /^(?:از|به|در|با|بر)$/u.test(token.bare);

/** Days of a month, as they are said. */
const DAY_OF_MONTH = new Set('اول یکم دوم سوم چهارم پنجم ششم هفتم هشتم نهم دهم یازدهم دوازدهم سیزدهم چهاردهم پانزدهم شانزدهم هفدهم هجدهم نوزدهم بیستم سی‌ام'.split(' '));
/** As the voice reads these, an ezafe makes other words of them. */
const UNMARKED_MONTH = /^(?:می|مه|ژوئیه)$/u;
const WEEKDAY = /^(?:جمعه|(?:یک|دو|سه\u200C?|چهار|پنج)?شنبه)$/u;

/** Dates: «دوازدهمِ مردادِ هزار و چهارصد»; but «چهارشنبه دوازدهمِ مرداد». null: it is none. */
function isDateJoined(before: Token | undefined, token: Token, next: Token, afterNext: Token | undefined): boolean | null {
  const isMonth = ({ bare }: Token): boolean => MONTH.has(bare.replace(/(?<=.)\u200C?ماه$/u, ''));
  // What most words are not is asked first.
  if (DAY_OF_MONTH.has(token.bare) && isMonth(next)) return true;
  if ((next.bare === 'هزار' || (next.bare === 'دو' && before !== undefined && DAY_OF_MONTH.has(before.bare))) && is(afterNext, 'numbers') && isMonth(token) && !UNMARKED_MONTH.test(token.bare)) return true;
  return DAY_OF_MONTH.has(next.bare) && WEEKDAY.test(token.bare) && afterNext !== undefined && isMonth(afterNext) ? false : null;
}

/**
 * The first line that knows decides.
 * @param isGoverned the word before has an ezafe, so this one is in the middle of its phrase
 * @param startsPhrase whether a fixed phrase without an ezafe after its first word begins with the next one: «هر روز», «پیش از»
 */
function isJoined(tokens: readonly Token[], i: number, isGoverned: boolean, startsPhrase: boolean): boolean {
  const [before, token, next] = [tokens[i - 1], tokens[i], tokens[i + 1]];
  const afterNext = followerOf(tokens, i + 1);

  const inDate = isDateJoined(before, token, next, afterNext);
  if (inDate !== null) return inDate;

  // What follows rules it out, or the spelling has settled it.
  if (next.bare === 'کننده' || next.bare === 'کنندگان') return false;
  if (token.word.isClosed) return false;
  if (DAYS.has(next.bare)) return (isGoverned || isPlacing(before)) && (isNoun(token) || isAdjective(token));
  if (isStop(tokens, i + 1)) return false;
  if (token.word.isWritten) return true;

  // Words that govern by themselves; words that never do. «نزدیک» is an adjective after a noun.
  if (is(token, 'prepositions') && is(next, 'numbers')) return true;
  if (is(token, 'prepositions', 'governors') && !(isAdjective(token) && isNoun(before))) return !is(next, 'prepositions') || is(next, 'nouns', 'adjectives');
  if (token.bare === 'همه') return isNoun(next) || is(next, 'pronouns', 'determiners');
  if (is(token, 'numbers') || (is(token, 'never', 'pronouns', 'names', 'verbs', 'determiners', 'superlatives') && !isNoun(token))) return false;

  // The next word belongs to what follows it: «مردم نگران آینده‌اند», «برنامه آغاز شد», «آماده شدن», «جامعه بسیار مهم», «نان تازه هر روز».
  if (is(next, 'superlatives', 'governors') || isPlainPreposition(next) || isVerbPart(tokens, i + 1, isGoverned || isPlacing(before))) return false;
  if (LIGHT_INFINITIVE.test(next.bare) && is(token, 'verb nouns', 'adjectives')) return false;
  if (is(next, 'never') && isAdjective(afterNext)) return false;
  if (startsPhrase && is(next, 'determiners', 'adjectives', 'verb nouns')) return false;

  // Names: «دکتر احمدی», «ایران باستان».
  if (is(token, 'titles') && is(next, 'names', 'unknown', 'titles')) return false;
  if (is(token, 'places')) return isAdjective(next) && /^(?:شمالی|جنوبی|شرقی|غربی|مرکزی|بزرگ|باستان|نو|قدیم|آینده)$/u.test(next.bare);

  // Adjectives pass it on inside a phrase; a noun has it before any adjective.
  const isDeep = isGoverned && !is(before, 'prepositions');
  const isOver = isPhraseOver(before, token, next, afterNext, isDeep);
  if (isAdjective(token) && (isDeep || !isNoun(token))) return isGoverned && !is(token, 'deictic adjectives') && !isOver && next.bare !== 'یک' && canBeGoverned(next);
  if (isAdjective(next)) return true;
  if (isOver) return false;

  // A noun before a noun, a name, a number: «سه سال کار» has none, «سال ۱۴۰۳» has one.
  if (is(before, 'numbers', 'determiners') && is(token, 'measures', 'times')) return false;
  if (is(token, 'heads') && is(next, 'titles', 'unknown')) return true;
  if (is(token, 'numbered heads') && is(next, 'numbers')) return true;
  if (is(token, 'unknown')) return next.bare === 'خود';
  if (is(token, 'people') && ((is(next, 'determiners') && !token.bare.endsWith('ان')) || (next.word.isMarked && afterNext?.bare === 'را'))) return false;
  return canBeGoverned(next) && !is(next, 'numbers') && next.bare !== 'یک';
}

/**
 * Whether the next word begins another phrase: after «این کتاب»; where it has an adjective of its own and the one before is long enough («کارگرانِ معدن | حقوقِ بیشتری»), but after a noun that is
 * a deed («ثبت‌نامِ کلاس‌های تابستانی»); after
 * people that own nothing by their name («قلبِ انسان | خون»).
 */
function isPhraseOver(before: Token | undefined, token: Token, next: Token, afterNext: Token | undefined, isDeep: boolean): boolean {
  if (isPointing(before)) return isNoun(next) || is(next, 'unknown');
  if (!isNoun(next) || !isDeep) return false;
  return (isDescribing(afterNext) && !is(afterNext, 'verbs') && !is(token, 'verb nouns')) || (is(token, 'people') && !is(token, 'roles') && !is(next, 'people'));
}

/** Whether it may be what a noun or adjective before it belongs to. */
const canBeGoverned = (token: Token): boolean => isNoun(token) || is(token, 'adjectives', 'pronouns', 'places', 'names', 'unknown', 'determiners', 'titles');

/** The run with the marks of the ezafe after those words; every word keeps its place. */
function withMarks(run: UtteranceText, marked: readonly Token[]): UtteranceText {
  let text = '';
  let from = 0;
  let next = 0;
  const words = run.words.map((word, index) => {
    let share = '';
    for (; marked[next]?.index === index; next++) {
      share += run.text.slice(from, marked[next].end) + ezafeMark(marked[next].bare);
      from = marked[next].end;
    }
    const isChanged = share !== '';
    share += run.text.slice(from, word.textEnd);
    from = word.textEnd;
    text += share;
    return { ...word, textEnd: text.length, spoken: isChanged ? share.replace(/^[ \u200C]+|[ ،,.؟?!]+$/gu, '') : word.spoken };
  });
  return { ...run, text, words };
}
