/** The words of a text as written, each with its place and the break that follows it. */
import { isSpeakable, plainLetters } from './letters.ts';
import { isAbbreviation } from './abbreviations.ts';

/** How the voice goes on after a word: '' at once, ',' short, the others end a sentence. */
export type Break = '' | ',' | '.' | '?' | '!';

export interface WrittenWord {
  text: string;
  /** UTF-16 offsets in the text, end exclusive. */
  start: number;
  end: number;
  breakAfter: Break;
}

/** Symbols that are read even when they stand alone between spaces. */
const LONE_SYMBOL = /^[&+=×÷%٪$€£¥°℃℉﷼]$/u;
const DIGIT = '[0-9۰-۹٠-٩]';
/** Telephone and card numbers are one word, with their spaces: 0912 123 4567. */
const PHONE = `(?<![\\p{L}\\p{M}0-9۰-۹.,/٫٬])(?:(?:\\+|[0۰٠]{2})[9۹٩][8۸٨][ -]?|[0۰٠](?=[1-9۱-۹١-٩]))[1-9۱-۹١-٩](?:[ -]?${DIGIT}){9}(?![ -]?${DIGIT})|(?<![ -]?${DIGIT})${DIGIT}{4}(?:[ -]${DIGIT}{4}){3}(?![ -]?${DIGIT})`;
/** Signs that are words only between numbers: ۵ − ۳, 5<7. */
const SIGN = `(?<sign>(?<=${DIGIT} ?)[<>≤≥≈≠±→](?= ?${DIGIT})|(?<=${DIGIT} )[−–](?= ${DIGIT}))`;
/** Letters with stops between: «ق.م», «ه‍.ش». */
const DOTTED = String.raw`(?<![\p{Script=Arabic}\p{Script=Latin}\p{M}\u200C])[0-9۰-۹٠-٩]{0,4}[ء-ی]\u200D?(?:\.[ء-ی]\u200D?)+(?![\p{L}\p{M}\u200C])`;
const DOTTED_WORD = /^[0-9۰-۹٠-٩]{0,4}[ء-ی]\u200D?(?:\.[ء-ی]\u200D?)+$/u;
/** Links and addresses whole, then numbers with their separators, then anything up to a space or a mark that separates. */
const CLUSTER = new RegExp(
  [
    String.raw`(?:https?://|www\.)[^\s<>«»"“”،؛]+`,
    String.raw`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`,
    PHONE,
    SIGN,
    DOTTED,
    `(?:[-+−#]|[$€£¥₽₺₹₿﷼] ?)?${DIGIT}+(?:[.,٫٬،:/–\\-]${DIGIT}+)*[%٪‰$€£¥₽₺₹₿﷼]?(?!${DIGIT}|[¼-¾⅐-⅞²³¹⁰⁴-⁹\\p{L}\\p{M}\\u200C@+_])`,
    // Pictures, letters that nobody says and what is no character part words; bidi marks and joiners are inside them.
    String.raw`(?:[^\s\p{C}\p{So}…،؛؟?!«»"“”„()\[\]{}<>—–۔\p{L}]|[\p{Cf}°℃℉]|(?=\p{L})[\p{Script=Arabic}\p{Script=Latin}\p{Script=Greek}ـµ])+`,
  ].join('|'),
  'giu',
);
/** Marks that also separate without a space: «سلام.خوبی», `one,two`, but not `3,5` or `12:30`. */
const INNER_SEPARATOR = /(?<![0-9۰-۹٠-٩])[,;:]|[,;:](?![0-9۰-۹٠-٩])|(?<=(?=\p{L})\p{Script=Arabic})\.(?=(?=\p{L})\p{Script=Arabic})|\.{2,}/gu;
/** What may begin or end a word: letters, digits, and signs that are said with them. */
const EDGE = /[^\p{L}\p{M}\p{N}\p{Cs}&+%٪‰$€£#@°×÷﷼¥₽₺₹₿℃℉<>≤≥≈≠±→]/u;
const SIGNED = /^[-−][0-9۰-۹٠-٩]/u;

export function writtenWords(text: string): WrittenWord[] {
  const words: WrittenWord[] = [];
  for (const match of text.matchAll(CLUSTER)) {
    const whole = /^(?:https?:|www\.)|@/i.test(match[0]) || DOTTED_WORD.test(match[0]);
    if (match.groups?.sign !== undefined) {
      words.push({ text: match[0], start: match.index, end: match.index + 1, breakAfter: '' });
      continue;
    }
    for (const [start, end] of whole || !/[,;:.]/.test(match[0]) ? [[0, match[0].length]] : parts(match[0])) {
      const word = trimmedWord(match[0].slice(start, end), match.index + start);
      if (word) words.push(word);
    }
  }
  words.forEach((word, i) => {
    word.breakAfter = breakIn(text.slice(word.end, words[i + 1]?.start ?? text.length), word.text);
  });
  return words;
}

function parts(cluster: string): [start: number, end: number][] {
  const found: [number, number][] = [];
  let start = 0;
  for (const separator of cluster.matchAll(INNER_SEPARATOR)) {
    found.push([start, separator.index]);
    start = separator.index + separator[0].length;
  }
  found.push([start, cluster.length]);
  return found;
}

function trimmedWord(raw: string, offset: number): WrittenWord | null {
  if (LONE_SYMBOL.test(raw)) return { text: raw, start: offset, end: offset + 1, breakAfter: '' };
  let lead = 0;
  while (lead < raw.length && EDGE.test(raw[lead]) && !SIGNED.test(raw.slice(lead, lead + 2))) lead++;
  let trail = 0;
  while (trail < raw.length - lead && EDGE.test(raw[raw.length - 1 - trail])) trail++;
  const text = raw.slice(lead, raw.length - trail);
  return isSpeakable(text) ? { text, start: offset + lead, end: offset + raw.length - trail, breakAfter: '' } : null;
}

const lastLetters = (word: string): string => /[\p{L}\p{M}\u200C\u200D]+(?:\.[\p{L}\p{M}\u200C\u200D]+)*$/u.exec(word.slice(-24))?.[0] ?? word;

/** The strongest break in what stands between two words. */
function breakIn(gap: string, word: string): Break {
  if (gap === ' ' || gap === '') return '';
  if (/[?؟]/u.test(gap)) return '?';
  if (gap.includes('!')) return '!';
  if (gap.includes('\n') || (/^\.(?!\.)|[^.]\.(?!\.)|۔/u.test(gap) && !isAbbreviation(lastLetters(plainLetters(word))))) return '.';
  if (/[,،;؛:…()[\]{}—–]|\.\.|\s[-−]\s/u.test(gap)) return ',';
  return '';
}
