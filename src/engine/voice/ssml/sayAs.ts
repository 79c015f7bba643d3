/** What marks say how to read (`<say-as interpret-as="…">`): one reading for each kind, whatever the normaliser would make of the text by itself. */
import type { Lang } from '../../../shared/vocabulary.ts';
import { NOTHING_AROUND } from '../normalise/around.ts';
import { enDate, enTime } from '../normalise/enDates.ts';
import { enCardinal, enDecimal, enDigits, enOrdinal } from '../normalise/enNumbers.ts';
import { faDate, faTime } from '../normalise/faDates.ts';
import { faCardinal, faDecimal, faDigits, faOrdinal } from '../normalise/faNumbers.ts';
import { writtenTime } from '../normalise/figures.ts';
import { asciiDigits, plainLetters } from '../normalise/letters.ts';
import { aloud } from '../normalise/spoken.ts';

export const SAY_AS = ['characters', 'spell-out', 'cardinal', 'number', 'ordinal', 'digits', 'date', 'time', 'telephone'] as const;
export type SayAs = (typeof SAY_AS)[number];
/** In which order a date stands; without it only one that begins with its year is known. */
export const DATE_FORMATS = ['ymd', 'dmy', 'mdy'] as const;
export type DateFormat = (typeof DATE_FORMATS)[number];

const READ = {
  fa: { cardinal: faCardinal, decimal: faDecimal, digits: faDigits, ordinal: faOrdinal },
  en: { cardinal: enCardinal, decimal: enDecimal, digits: enDigits, ordinal: enOrdinal },
} as const;

/** @returns words; null where the text is none of that kind */
export function readAs(kind: SayAs, written: string, format: DateFormat | null, lang: Lang): string | null {
  const words = wordsOf(kind, written, format, lang);
  return words && aloud(words, lang);
}

function wordsOf(kind: SayAs, written: string, format: DateFormat | null, lang: Lang): string | null {
  const text = asciiDigits(plainLetters(written)).trim();
  switch (kind) {
    case 'characters':
    case 'spell-out': return spelled(text, lang);
    case 'cardinal':
    case 'number': return number(text, lang);
    case 'ordinal': return /^\d+/.test(text) && /^(?:st|nd|rd|th|م|ام|مین|امین)?$/i.test(text.replace(/^\d+[\s\u200C]*/, '')) ? READ[lang].ordinal(/^\d+/.exec(text)![0]) : null;
    case 'digits': return /^\d+$/.test(text) ? READ[lang].digits(text) : null;
    case 'telephone': return /^\+?[\d() -]*\d[\d() -]*$/.test(text) ? [...(text.startsWith('+') ? [PLUS[lang]] : []), ...text.match(/\d+/g)!.map((digits) => READ[lang].digits(digits))].join(' ') : null;
    case 'date': return day(text, format, lang);
    case 'time': return writtenTime(text) && (lang === 'fa' ? faTime(text) : enTime(text, NOTHING_AROUND));
  }
}

const PLUS: Record<Lang, string> = { fa: 'به علاوه‌ی', en: 'plus' };
const MINUS: Record<Lang, string> = { fa: 'منفی', en: 'minus' };

function number(text: string, lang: Lang): string | null {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text.replace(/(?<=\d),(?=\d{3}(?:\D|$))/g, ''));
  if (!match) return null;
  const [, sign, whole, fraction] = match;
  const digits = whole.replace(/^0+(?=\d)/, '');
  const words = fraction === undefined ? READ[lang].cardinal(digits) : READ[lang].decimal(digits, fraction);
  return `${sign === '' ? '' : `${(sign === '+' ? PLUS : MINUS)[lang]} `}${words}`;
}

/** Years of four digits, so that nobody has to guess the century. */
function day(text: string, format: DateFormat | null, lang: Lang): string | null {
  const parts = /^(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})$/.exec(text)?.slice(1);
  const order = format ?? (parts?.[0].length === 4 ? 'ymd' : null);
  if (!parts || order === null) return null;
  const [year, month, dayOfMonth] = ['y', 'm', 'd'].map((unit) => parts[order.indexOf(unit)]);
  if (year.length !== 4 || month.length > 2 || dayOfMonth.length > 2) return null;
  const written = [year, month.padStart(2, '0'), dayOfMonth.padStart(2, '0')].join('/');
  return lang === 'fa' ? faDate(written) : enDate(written);
}

/** Names of letters as words that every voice reads so; alone, some letters are words of their own. */
const LATIN: Record<string, string> = {
  a: 'eigh', b: 'bee', c: 'see', d: 'dee', e: 'ee', f: 'ef', g: 'jee', h: 'aitch', i: 'eye', j: 'jay', k: 'kay', l: 'ell', m: 'em', n: 'en', o: 'oh', p: 'pee', q: 'cue', r: 'are', s: 'ess', t: 'tee', u: 'you',
  v: 'vee', w: 'double you', x: 'ex', y: 'why', z: 'zee',
};
const PERSIAN: Record<string, string> = {
  آ: 'آ', ا: 'اَلِف', ب: 'بِ', پ: 'پِ', ت: 'تِ', ث: 'ثِ', ج: 'جیم', چ: 'چِ', ح: 'حِ', خ: 'خِ', د: 'دال', ذ: 'ذال', ر: 'رِ', ز: 'زِ', ژ: 'ژِ', س: 'سین', ش: 'شین', ص: 'صاد', ض: 'ضاد', ط: 'طا', ظ: 'ظا',
  ع: 'عین', غ: 'غین', ف: 'فِ', ق: 'قاف', ک: 'کاف', گ: 'گاف', ل: 'لام', م: 'میم', ن: 'نون', و: 'واو', ه: 'هِ', ی: 'یِ', ء: 'همزه', أ: 'اَلِف', إ: 'اَلِف', ئ: 'همزه', ؤ: 'همزه',
};
const SIGNS: Record<Lang, Record<string, string>> = {
  fa: { '.': 'نقطه', '-': 'خط تیره', _: 'زیرخط', '@': 'ات', '/': 'اِسلَش', '+': 'به علاوه‌ی', '#': 'هشتگ' },
  en: { '.': 'dot', '-': 'dash', _: 'underscore', '@': 'at', '/': 'slash', '+': 'plus', '#': 'hash' },
};

/** Letter by letter; spaces and vowel marks have no name. */
function spelled(text: string, lang: Lang): string | null {
  const names: string[] = [];
  for (const character of text.normalize('NFC').toLowerCase().replace(/[\s\u200C\u064B-\u0652]/gu, '')) {
    const plain = character.normalize('NFD')[0];
    const name = /\d/.test(character) ? READ[lang].digits(character) : (PERSIAN[character] ?? LATIN[character] ?? SIGNS[lang][character] ?? LATIN[plain]);
    if (name === undefined) return null;
    names.push(name);
  }
  return names.length === 0 ? null : names.join(' ');
}
