/** One written word as the words that a voice says: numbers, dates, links, symbols, letters. */
import type { Lang } from '../../../shared/vocabulary.ts';
import { asciiDigits, langOf, plainLetters } from './letters.ts';
import { cardinal, date, decimal, digitByDigit, englishYear, ordinal, timeOfDay } from './numbers.ts';

export interface SpokenPiece {
  /** Letters, marks, apostrophes, hyphens, ZWNJ and single spaces only: nothing that eSpeak could take as markup. */
  text: string;
  lang: Lang;
}

const SYMBOLS: Record<Lang, Record<string, string>> = {
  fa: { '&': 'و', '+': 'به علاوه‌ی', '=': 'مساوی', '%': 'درصد', '$': 'دلار', '€': 'یورو', '£': 'پوند', '#': 'هشتگ', '@': 'ات', '°': 'درجه', '×': 'ضرب در', '÷': 'تقسیم بر', '﷼': 'ریال' },
  en: { '&': 'and', '+': 'plus', '=': 'equals', '%': 'percent', '$': 'dollars', '€': 'euros', '£': 'pounds', '#': 'hash', '@': 'at', '°': 'degrees', '×': 'times', '÷': 'divided by', '﷼': 'rials' },
};
const LINK_MARKS: Record<Lang, Record<string, string>> = {
  fa: { '.': 'نقطه', '@': 'ات', '/': 'اسلش', '-': 'خط تیره', '_': 'زیرخط' },
  en: { '.': 'dot', '@': 'at', '/': 'slash', '-': 'dash', '_': 'underscore' },
};
const LINK = /^(?:https?:\/\/|www\.)|^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$|^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|ir|io|ai|app|dev|edu|gov|info|me|uk|de)(?:\/|$)/i;
/** Numbers of any kind inside a word, then runs of letters; everything else separates. */
const PIECES = /[0-9]+(?:[.,][0-9]+)*|[\p{L}\p{M}\u200C]+(?:['-][\p{L}\p{M}\u200C]+)*'?|[&+=%$€£#@°×÷﷼-]/gu;

/** @param base the language in which numbers and symbols are read */
export function spokenPieces(word: string, base: Lang): SpokenPiece[] {
  const plain = asciiDigits(plainLetters(word));
  if (LINK.test(plain)) return linkPieces(plain, base);
  const whole = wholeNumber(plain, base);
  if (whole !== null) return [{ text: aloud(whole, base), lang: base }];
  const pieces: SpokenPiece[] = [];
  const marks = plain.match(PIECES) ?? [];
  marks.forEach((mark, i) => {
    if (/^[0-9]/.test(mark)) pieces.push({ text: aloud(separated(mark, base), base), lang: base });
    else if (mark === '-') {
      // Between numbers it is a range; elsewhere it only joins.
      if (/^[0-9]/.test(marks[i - 1] ?? '') && /^[0-9]/.test(marks[i + 1] ?? '')) pieces.push({ text: base === 'fa' ? 'تا' : 'to', lang: base });
    } else if (Object.hasOwn(SYMBOLS[base], mark)) pieces.push({ text: clean(SYMBOLS[base][mark]), lang: base });
    else {
      const lang = langOf(mark);
      const text = clean(mark);
      if (lang && text !== '') pieces.push({ text, lang });
    }
  });
  return pieces;
}

/** Readings that need the whole word: times, dates, money, percent, ordinals, phones. */
function wholeNumber(plain: string, lang: Lang): string | null {
  let match = /^(\d{1,2}):(\d{2})$/.exec(plain);
  if (match) return timeOfDay(match[1], match[2], lang);
  match = /^(\d{4})([/-])(\d{1,2})\2(\d{1,2})$/.exec(plain);
  if (match) return date(match[1], match[3], match[4], lang);
  match = /^([$€£])(\d[\d,]*)(?:\.(\d+))?$/.exec(plain) ?? null;
  if (match) return money(match[1], match[2].replaceAll(',', ''), match[3], lang);
  match = /^(\d+)(?:st|nd|rd|th)$/i.exec(plain);
  if (match) return ordinal(match[1], 'en');
  match = /^(\d+)\u200C?(?:ام|اُم|م|امین|مین)$/.exec(plain);
  if (match) return ordinal(match[1], 'fa') + (plain.endsWith('ین') ? 'ین' : '');
  match = /^([+-])(\d[\d,]*)(?:\.(\d+))?(%?)$/.exec(plain);
  if (match) {
    if (match[1] === '+' && match[2].length > 6) return `${SYMBOLS[lang]['+'].replace('به علاوه‌ی', 'به علاوه')} ${digitByDigit(match[2].replaceAll(',', ''), lang)}`;
    const sign = match[1] === '-' ? (lang === 'fa' ? 'منفی' : 'minus') : lang === 'fa' ? 'مثبت' : 'plus';
    return `${sign} ${decimal(match[2].replaceAll(',', ''), match[3], lang)}${match[4] && ` ${SYMBOLS[lang]['%']}`}`;
  }
  if (/^(?=[\d-]{7,})0\d+(?:-\d+)*$/.test(plain)) return plain.split('-').map((part) => digitByDigit(part, lang)).join(' ');
  // Persian writes the decimal point as a slash, too: ۳/۵.
  match = /^(\d+)\/(\d{1,2})$/.exec(plain);
  if (match && lang === 'fa') return decimal(match[1], match[2], lang);
  return lang === 'en' ? englishYear(plain) : null;
}

function money(sign: string, whole: string, fraction: string | undefined, lang: Lang): string {
  if (lang === 'en' && fraction?.length === 2 && sign !== '£') {
    const name = (count: string, unit: string) => `${cardinal(count, 'en')} ${unit}${Number(count) === 1 ? '' : 's'}`;
    const cents = Number(fraction) === 0 ? '' : ` and ${name(String(Number(fraction)), 'cent')}`;
    return name(whole, sign === '$' ? 'dollar' : 'euro') + cents;
  }
  const unit = SYMBOLS[lang][sign];
  return `${decimal(whole, fraction, lang)} ${lang === 'en' && whole === '1' && !fraction ? unit.slice(0, -1) : unit}`;
}

/** A number inside a word: thousands, a decimal, or a version like 1.2.3. */
function separated(number: string, lang: Lang): string {
  const plain = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(number) ? number.replaceAll(',', '') : number;
  const parts = plain.split(/[.,]/);
  if (parts.length === 1) return decimal(parts[0], undefined, lang);
  if (parts.length === 2) return decimal(parts[0], parts[1], lang);
  return parts.map((part) => decimal(part, undefined, lang)).join(lang === 'fa' ? ' نقطه ' : ' point ');
}

function linkPieces(link: string, base: Lang): SpokenPiece[] {
  const shown = link.replace(/^https?:\/\//i, '').replace(/^www\./i, '').replace(/[?#].*$/, '').replace(/[/.,;:!]+$/, '');
  const pieces: SpokenPiece[] = [];
  for (const [part] of shown.matchAll(/[0-9]+|[\p{L}\p{M}]+|[.@/_-]/gu)) {
    if (Object.hasOwn(LINK_MARKS[base], part)) pieces.push({ text: LINK_MARKS[base][part], lang: base });
    else if (/^[0-9]/.test(part)) pieces.push({ text: aloud(decimal(part, undefined, base), base), lang: base });
    else {
      const lang = langOf(part);
      const text = clean(part);
      if (lang && text !== '') pieces.push({ text, lang });
    }
  }
  return pieces;
}

/**
 * Number words with the vowels that people say: «بیست و سه» is bist-o-se (eSpeak reads a lone «و» as va), and «نه» is noh (eSpeak
 * takes it for na, “no”).
 */
function aloud(number: string, lang: Lang): string {
  if (lang === 'en') return clean(number);
  return clean(number)
    .replaceAll(' و ', 'ُ ')
    .replace(/(?<![\p{L}\p{M}])نه(?![\p{L}\p{M}])/gu, 'نُه')
    .replaceAll('سی‌ام', 'سی‌اُم');
}

/** The last gate before the voice: what is not a letter of the two scripts, a mark, ZWNJ, hyphen or apostrophe becomes a space. */
function clean(text: string): string {
  return text
    .replace(/[^\p{L}\p{M}'\u200C -]/gu, ' ')
    .replace(/(?=\p{L})[^\p{Script=Arabic}\p{Script=Latin}]/gu, ' ')
    .replace(/-{2,}/g, '-')
    .replace(/ {2,}/g, ' ')
    .trim();
}
