/** The words of a text as written, each with its place and the break that follows it. */
import { isSpeakable, plainLetters } from './letters.ts';
import { isAbbreviation } from './abbreviations.ts';
import { A } from './enSpelling.ts';

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
const LONE_SYMBOL = /^[&+=×÷%٪$€£¥¢°℃℉﷼]$/u;
const DIGIT = '[0-9۰-۹٠-٩]';
/** Telephone and card numbers are one word, with their spaces: 0912 123 4567, +1 (415) 555 0123, (415) 555-0123. */
const PHONE = `(?=[+0۰٠])(?<![\\p{L}\\p{M}0-9۰-۹.,/٫٬])(?:(?:\\+|[0۰٠]{2})[9۹٩][8۸٨][ -]?|[0۰٠](?=[1-9۱-۹١-٩]))[1-9۱-۹١-٩](?:[ -]?${DIGIT}){9}(?![ -]?${DIGIT})|(?=${DIGIT})(?<![ -]?${DIGIT})${DIGIT}{4}(?:[ -]${DIGIT}{4}){3}(?![ -]?${DIGIT})|\\+(?=(?:[ ()-]{0,2}${DIGIT}){8})[1-9]${DIGIT}{0,2}(?:[ -]\\(?${DIGIT}{1,4}\\)?){2,5}(?!${DIGIT})|(?=[1(])(?<![\\p{L}\\p{M}]|${DIGIT})(?:1[ -])?\\(${DIGIT}{3}\\)[ -]?${DIGIT}{3}[ .-]${DIGIT}{4}(?!${DIGIT})`;
/** Signs that are words only between numbers: ۵ − ۳, 5<7, 9am–5pm; or before one: < $2 (but <3 is a heart). */
const SIGN = `(?<sign>[<>≤≥≈≠±→](?<=${DIGIT} ?.)(?= ?${DIGIT})|=(?<=${DIGIT}.)(?=[-−$€£]?${DIGIT})|[<>≤≥≈](?<=(?:^|\\s).)(?!3(?!${DIGIT}))(?= ?[$€£]?${DIGIT})|[−–](?<=${DIGIT} .)(?= ${DIGIT})|–(?<=${DIGIT}[%٪°$€£\\p{L}]{0,4}.)(?=[$€£]?${DIGIT}))`;
/** What is dialled to ask a network: *780#, *724*1#. */
const DIALLED = `(?<dialled>\\*${DIGIT}+(?:\\*${DIGIT}+)*#)`;
/** An ordinal whose ending stands apart: «۳ ام», «۱۲ امین». */
const ORDINAL = `${DIGIT}{1,4} (?:ام|اُم|امین|اُمین)(?![\\p{L}\\p{M}\\u200C])`;
/** Letters with stops between: «ق.م», «ه‍.ش». */
const DOTTED = String.raw`(?=[0-9۰-۹٠-٩ء-ی])(?<![\p{Script=Arabic}\p{Script=Latin}\p{M}\u200C])[0-9۰-۹٠-٩]{0,4}[ء-ی]\u200D?(?:\.[ء-ی]\u200D?)+(?![\p{L}\p{M}\u200C])`;
const DOTTED_WORD = /^[0-9۰-۹٠-٩]{0,4}[ء-ی]\u200D?(?:\.[ء-ی]\u200D?)+$/u;
/** Links and addresses whole, then numbers with their separators, then anything up to a space or a mark that separates. */
const CLUSTER = new RegExp(
  [
    String.raw`(?:https?://|www\.)[^\s\p{C}<>«»"“”،؛]+`,
    String.raw`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`,
    PHONE,
    SIGN,
    DOTTED,
    DIALLED,
    ORDINAL,
    `(?:[-+−#~]|[$€£¥₽₺₹₿﷼] ?)?${DIGIT}+(?:[.,٫٬،:/–\\-]${DIGIT}+)*[%٪‰$€£¥₽₺₹₿﷼¢]?(?![.,٫٬:/*\\-]?[$€£]?${DIGIT}|[¼-¾⅐-⅞²³¹⁰⁴-⁹⁻^\\p{L}\\p{M}\\u200C@+_]|['’](?:s(?!\\p{L})|${DIGIT}))`,
    // Pictures, letters that nobody says and what is no character part words; bidi marks and joiners are inside them.
    String.raw`(?:[^\s\p{C}\p{So}…،؛؟?!«»"“”„()\[\]{}<>—–۔\p{L}]|[\p{Cf}°℃℉]|(?=\p{L})[\p{Script=Arabic}\p{Script=Latin}\p{Script=Greek}ـµ])+`,
  ].join('|'),
  'giu',
);
/** Marks that also separate without a space: «سلام.خوبی», `one,two`, but not `3,5` or `12:30`. */
const INNER_SEPARATOR = /(?<![0-9۰-۹٠-٩])[,;:]|[,;:](?![0-9۰-۹٠-٩])|(?<=(?=\p{L})\p{Script=Arabic})\.(?=(?=\p{L})\p{Script=Arabic})|\.{2,}/gu;
/** What may begin or end a word: letters, digits, and signs that are said with them. */
const EDGE = /[^\p{L}\p{M}\p{N}\p{Cs}&+%٪‰$€£¢#@°×÷﷼¥₽₺₹₿℃℉<>≤≥≈≠±→]/u;
/** Powers, numbers in circles, digits of other scripts: not said where a word begins. */
const UNSAID_NUMBER = /(?![0-9۰-۹٠-٩０-９¼-¾⅐-⅞Ⅰ-ⅿ])\p{N}/u;
/** Marks without a letter, too. */
const UNSAID_START = new RegExp(`^(?:${EDGE.source}|${UNSAID_NUMBER.source}|\\p{M})`, 'u');
/** Signs and what else a number begins with: -5, -$5, ~50, .5, (415) 555-0123. */
const SIGNED = /^(?:[-−~][$€£]?|\.)[0-9۰-۹٠-٩]|^\([0-9۰-۹٠-٩]{3}\)/u;

export function writtenWords(text: string): WrittenWord[] {
  const words: WrittenWord[] = [];
  for (const match of text.matchAll(CLUSTER)) {
    const whole = /^(?:https?:|www\.)|@/i.test(match[0]) || DOTTED_WORD.test(match[0]);
    if ((match.groups?.sign ?? match.groups?.dialled) !== undefined) {
      words.push({ text: match[0], start: match.index, end: match.index + match[0].length, breakAfter: '' });
      continue;
    }
    for (const [start, end] of whole || !/[,;:.]/.test(match[0]) ? [[0, match[0].length]] : parts(match[0])) {
      const word = trimmedWord(match[0].slice(start, end), match.index + start);
      if (word) words.push(word);
    }
  }
  words.forEach((word, i) => {
    const next = words[i + 1];
    const spelled = i > 0 && word.text.length === 1 && LETTER.test(word.text) && LETTER.test(words[i - 1].text) && text.slice(words[i - 1].end, word.start) === ' ';
    // Of 25°C. the letter is no initial.
    const measured = i > 0 && word.text.startsWith('°') && /^°[CF]$/.test(word.text) && /[0-9۰-۹٠-٩]$/u.test(words[i - 1].text) && /^ ?$/.test(text.slice(words[i - 1].end, word.start));
    word.breakAfter = breakIn(text.slice(word.end, next?.start ?? text.length), word.text, next?.text ?? '', spelled || measured);
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
  while (lead < raw.length) {
    const rest = raw.slice(lead, lead + 5);
    if (!UNSAID_START.test(rest) || SIGNED.test(rest)) break;
    lead += rest.codePointAt(0)! > 0xffff ? 2 : 1;
  }
  let trail = 0;
  while (trail < raw.length - lead && EDGE.test(raw[raw.length - 1 - trail])) trail++;
  const text = raw.slice(lead, raw.length - trail);
  return isSpeakable(text) ? { text, start: offset + lead, end: offset + raw.length - trail, breakAfter: '' } : null;
}

/** An initial; of several in a row (V I P) the last is none. */
const LETTER = new RegExp(`^(?:\\p{Lu}|${A})$`, 'u');
/** What is not said at the end of a word. */
const UNSAID_END = new RegExp(`(?:${EDGE.source}|${UNSAID_NUMBER.source}|(?=\\p{L})[^\\p{Script=Arabic}\\p{Script=Latin}])+$`, 'u');
/** Letters that are said; marks and joiners are inside them. */
const SAID_LETTERS = String.raw`(?:(?=[\p{L}\p{M}])[\p{Script=Arabic}\p{Script=Latin}\p{M}]|[\u200C\u200D])+`;
const LAST_LETTERS = new RegExp(`${SAID_LETTERS}(?:\\.${SAID_LETTERS})*$`, 'u');
const lastLetters = (word: string): string => LAST_LETTERS.exec(word)?.[0] ?? word;

/** Whether a stop after the word belongs to it. */
function isShort(word: string, next: string): boolean {
  if (/^[0-9]+(?:st|nd|rd|th)$/i.test(word)) return false;
  // A lone «و» would be one.
  if (/&(?:[^\p{L}\p{Nd}]|\p{No})*$/u.test(word.slice(-24))) return true;
  const end = plainLetters(word.slice(-24)).replace(/(?<![\p{L}\p{M}\u200C])[\p{M}\u200C]+/gu, '').replace(word.includes('/') ? /[^\p{L}\p{M}0-9۰-۹٠-٩]+$/u : UNSAID_END, '');
  const letters = lastLetters(end);
  // Of x.Dr and #DearDr the last part, too: they are said apart.
  return isAbbreviation(letters, next) || isAbbreviation(letters.slice(letters.lastIndexOf('.') + 1), next) || (word.startsWith('#') && isAbbreviation(/[A-Z]*[a-z]*$/.exec(letters)![0], next));
}

/** The strongest break in what stands between two words. @param spelled the word is the last of letters that stand apart, or a unit: its stop ends a sentence */
function breakIn(gap: string, word: string, next: string, spelled: boolean): Break {
  if (gap === ' ' || gap === '') return '';
  if (/[?؟]/u.test(gap)) return '?';
  if (gap.includes('!')) return '!';
  const ends = gap.includes('\n') || /^\.(?!\.)|[^.]\.(?!\.)|۔/u.test(gap);
  if (ends && (spelled || !isShort(word, next))) return '.';
  // A line may end with what a stop would not end: “Plan B”.
  if (gap.includes('\n') || /[,،;؛:…()[\]{}—–]|\.\.|\s[-−]\s/u.test(gap)) return ',';
  return '';
}
