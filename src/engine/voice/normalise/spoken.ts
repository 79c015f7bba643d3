/** One written word as the words that a voice says: numbers, dates, links, symbols, letters. */
import type { Lang } from '../../../shared/vocabulary.ts';
import { NOTHING_AROUND, type Around } from './around.ts';
import { enDecimal } from './enNumbers.ts';
import { enInnerWord, enPlainWord, enReading } from './enReading.ts';
import { enShort } from './enShort.ts';
import { enParts, enTopDomain } from './enSpelling.ts';
import { faDecimal } from './faNumbers.ts';
import { faInnerWord, faPlainWord, faReading } from './faReading.ts';
import { dottedShort } from './faShort.ts';
import { ungrouped } from './figures.ts';
import { asciiDigits, isPlainEnglish, isPlainPersian, isPlainText, langOf, plainLetters, tashdidFirst } from './letters.ts';

export interface SpokenPiece {
  /** Letters, marks, apostrophes, hyphens, ZWNJ and single spaces only, and commas between groups of digits: nothing that eSpeak could take as markup. */
  text: string;
  lang: Lang;
}

/** What is read by the rules of one language: that of the text, whatever the word's own. */
interface Reading {
  /** A whole word; null where it is said as it is written, part by part. */
  word: (plain: string, around: Around, raw: string) => string | null;
  /** The same for words of nothing but the language's own letters, which most are. */
  plainWord: (plain: string, around: Around) => string | null;
  /** A run of letters inside a word. */
  innerWord: (letters: string, around: Around) => string | null;
  decimal: (whole: string, fraction?: string) => string;
  /** The last part of an address. */
  topDomain: (part: string) => string | null;
  symbols: Record<string, string>;
  linkMarks: Record<string, string>;
  minus: string;
  /** Between two numbers. */
  to: string;
  /** Between the numbers of a version. */
  point: string;
}

const READINGS: Record<Lang, Reading> = {
  fa: {
    word: faReading,
    plainWord: faPlainWord,
    innerWord: faInnerWord,
    decimal: faDecimal,
    topDomain: () => null,
    symbols: { '&': 'و', '+': 'به علاوه‌ی', '=': 'مساوی است با', '%': 'درصد', '$': 'دلار', '€': 'یورُ', '£': 'پوند', '#': 'هشتگ', '@': 'ات', '°': 'درجه', '×': 'ضرب در', '*': 'ضرب در', '÷': 'تقسیم بر', '﷼': 'ریال', '¥': 'ین', '₽': 'روبِل', '₺': 'لیر', '₹': 'روپیه', '₿': 'بیت‌کُین', '¢': 'سِنت', '<': 'کوچک‌تر از', '>': 'بزرگ‌تر از', '≤': 'کوچک‌تر یا مساوی', '≥': 'بزرگ‌تر یا مساوی', '≈': 'تقریباً', '~': 'حدود', '≠': 'نامساوی', '±': 'به علاوه منهای', '→': 'به', '–': 'تا', '℃': 'درجه‌ی سانتی‌گِراد', '℉': 'درجه‌ی فارِنهایْت' },
    linkMarks: { '.': 'نقطه', '@': 'ات', '/': 'اِسلَش', '-': 'خط تیره', '_': 'زیرخط' },
    minus: 'منهای',
    to: 'تا',
    point: 'نقطه',
  },
  en: {
    word: enReading,
    plainWord: enPlainWord,
    innerWord: enInnerWord,
    decimal: enDecimal,
    topDomain: enTopDomain,
    symbols: { '&': 'and', '+': 'plus', '=': 'equals', '%': 'percent', '$': 'dollars', '€': 'euros', '£': 'pounds', '#': 'hashtag', '@': 'at', '°': 'degrees', '×': 'times', '*': 'times', '÷': 'divided by', '﷼': 'rials', '¥': 'yen', '₽': 'rubles', '₺': 'lira', '₹': 'rupees', '₿': 'bitcoin', '¢': 'cents', '<': 'less than', '>': 'greater than', '≤': 'at most', '≥': 'at least', '≈': 'about', '~': 'about', '≠': 'not equal to', '±': 'plus or minus', '→': 'to', '–': 'to', '℃': 'degrees Celsius', '℉': 'degrees Fahrenheit' },
    linkMarks: { '.': 'dot', '@': 'at', '/': 'slash', '-': 'dash', '_': 'underscore' },
    minus: 'minus',
    to: 'to',
    point: 'point',
  },
};
const LINK = /^(?:https?:\/\/|www\.)|^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$|^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|ir|io|ai|app|dev|edu|gov|info|me|uk|de)(?:\/|$)|^[a-z0-9-]+\.(?:ly|be|gl|co|cc)\//i;
/** Letters in a word that no voice here says. */
const UNSAID = /\u200C?[\p{Script=Greek}µ][\p{Script=Greek}µ\u200C]*/gu;
/** Numbers of any kind inside a word, then runs of letters; everything else separates. */
const PIECES = /[0-9]+(?:[.,][0-9]+)*|\p{L}[\p{L}\p{M}\u200C]*(?:['-]\p{L}[\p{L}\p{M}\u200C]*)*|[&+=%$€£#@°×÷﷼¥₽₺₹₿¢<>≤≥≈~≠±→℃℉–-]|(?<=[0-9])\*(?=[0-9])/gu;

/**
 * @param base the language in which numbers and symbols are read
 * @param around what stands beside it: «km» is a unit after a number only
 * @param letters the word as plain letters and ASCII digits
 */
export function spokenPieces(word: string, base: Lang, around: Around = NOTHING_AROUND, letters = asciiDigits(plainLetters(word))): SpokenPiece[] {
  const plain = letters.startsWith('.') ? `0${letters}` : letters;
  const short = enShort(plain, around) ?? dottedShort(plain);
  if (short !== null) return spelledOut(short, base);
  const reading = READINGS[base];
  if (base === 'fa' ? isPlainPersian(plain) : isPlainEnglish(word)) {
    const read = reading.plainWord(plain, around);
    return [{ text: read === null ? plain : aloud(read, base), lang: base }];
  }
  if (LINK.test(plain)) return linkPieces(plain, base, around);
  const whole = reading.word(plain, around, word);
  if (whole !== null) return [{ text: aloud(whole, base), lang: base }];
  if (plain === '-') return [{ text: reading.minus, lang: base }];
  const parts = base === 'en' ? enParts(plain) : null;
  if (parts) return partPieces(parts, around);
  const pieces: SpokenPiece[] = [];
  const marks: string[] = plain.replace(UNSAID, ' ').match(PIECES) ?? [];
  const hyphens = marks.filter((mark) => mark === '-').length;
  marks.forEach((mark, i) => {
    if (/^[0-9]/.test(mark)) pieces.push({ text: aloud(separated(mark, reading), base), lang: base });
    else if (mark === '-' || (mark === '–' && marks.length > 1)) {
      // Between two numbers it is a range; elsewhere it only joins.
      if (hyphens < 2 && !(base === 'fa' && /^[A-Za-z]/.test(marks[i - 2] ?? '')) && /^[0-9%]/.test(marks[i - 1] ?? '') && /^[0-9]/.test(marks[i + 1] ?? '')) pieces.push({ text: reading.to, lang: base });
    } else if (Object.hasOwn(reading.symbols, mark)) pieces.push({ text: clean(reading.symbols[mark]), lang: base });
    else {
      const inside = { ...NOTHING_AROUND, before: lettersOf(beside(marks, i, -1)) ?? around.before, said: lastWord(pieces) ?? around.said, after: lettersOf(beside(marks, i, 1)) ?? around.after };
      const compound = base === 'en' && mark.includes('-') ? enParts(mark) : null;
      if (compound) return void pieces.push(...partPieces(compound, inside));
      const text = clean(reading.innerWord(mark, inside) ?? mark);
      const lang = langOf(text);
      if (lang && text !== '') pieces.push({ text, lang });
    }
  });
  return pieces;
}

const lastWord = (pieces: readonly SpokenPiece[]): string | undefined => pieces.at(-1)?.text.split(' ').at(-1);
/** The next one that is said, to either side: hyphens are not. */
function beside(marks: readonly string[], i: number, step: 1 | -1): string | undefined {
  do i += step;
  while (marks[i] === '-' || marks[i] === '–');
  return marks[i];
}
/** Numbers and signs inside the word tell nothing of its letters. */
const lettersOf = (mark: string | undefined): string | undefined => (mark === undefined || /^\p{L}/u.test(mark) ? mark : '');
/** An abbreviation in full, which may be of the other language. */
const spelledOut = (full: string, base: Lang): SpokenPiece[] => [{ text: clean(full), lang: langOf(full) ?? base }];

function partPieces(parts: readonly string[], around: Around): SpokenPiece[] {
  const pieces: SpokenPiece[] = [];
  parts.forEach((part, i) => {
    pieces.push(...spokenPieces(part, 'en', { ...NOTHING_AROUND, before: parts[i - 1] ?? around.before, said: lastWord(pieces) ?? around.said, after: lettersOf(parts[i + 1]) ?? around.after }));
  });
  return pieces;
}

/** A number inside a word: thousands, a decimal, or a version like 1.2.3. */
function separated(number: string, { decimal, point }: Reading): string {
  const parts = (/^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(number) ? ungrouped(number) : number).split(/[.,]/);
  return parts.length <= 2 ? decimal(parts[0], parts[1]) : parts.map((part) => decimal(part)).join(` ${point} `);
}

function linkPieces(link: string, base: Lang, around: Around): SpokenPiece[] {
  const { linkMarks, decimal, innerWord, topDomain } = READINGS[base];
  const shown = link.replace(/^https?:\/\//i, '').replace(/^www\./i, '').replace(/[?#].*$/, '').replace(/[/.,;:!]+$/, '');
  const top = shown.split('/')[0].split('.').at(-1);
  const pieces: SpokenPiece[] = [];
  const parts: string[] = shown.replace(/(?=\p{L})[^\p{Script=Arabic}\p{Script=Latin}]/gu, ' ').match(/[0-9]+|\p{L}[\p{L}\p{M}\u200C]*|[.@/_-]/gu) ?? [];
  parts.forEach((part, i) => {
    if (Object.hasOwn(linkMarks, part)) pieces.push({ text: linkMarks[part], lang: base });
    else if (/^[0-9]/.test(part)) pieces.push({ text: aloud(decimal(part), base), lang: base });
    else {
      const inside = { ...NOTHING_AROUND, before: lettersOf(parts[i - 1]) ?? around.before, said: lastWord(pieces) ?? around.said, after: lettersOf(parts[i + 1]) ?? around.after };
      const text = clean((part === top ? topDomain(part) : null) ?? innerWord(part, inside) ?? part);
      const lang = langOf(text);
      if (lang && text !== '') pieces.push({ text, lang });
    }
  });
  return pieces;
}

/**
 * A reading as the voice is given it: commas are pauses between groups of digits. In Persian with the vowels that people say: «بیست و سه» is
 * bist-o-se (eSpeak reads a lone «و» as va), and «نه» is noh (eSpeak takes it for na, “no”).
 */
export function aloud(read: string, lang: Lang): string {
  const comma = lang === 'fa' ? '،' : ',';
  const text = read.includes(comma) ? read.split(comma).map(clean).join(`${comma} `) : clean(read);
  if (lang === 'en') return text;
  return (text.includes('نه') ? text.replace(/(?<![\p{L}\p{M}])نه(?![\p{L}\p{M}])/gu, 'نُه') : text).replaceAll(' و ', 'ُ ').replaceAll('سی‌ام', 'سی‌اُم');
}

/** The last gate before the voice: what is not a letter of the two scripts, a mark, ZWNJ, hyphen or apostrophe becomes a space. */
function clean(text: string): string {
  if (isPlainText(text)) return text;
  return tashdidFirst(text)
    .replace(/[^\p{L}\p{M}'\u200C -]/gu, ' ')
    .replace(/(?=\p{L})[^\p{Script=Arabic}\p{Script=Latin}]/gu, ' ')
    .replace(/(?<![\p{L}\p{M}])\u200C|\u200C(?![\p{L}\p{M}])/gu, '')
    .replace(/-{2,}/g, '-')
    .replace(/ {2,}/g, ' ')
    .trim();
}
