/**
 * A written word in a Persian text as what a careful newsreader says for it. The steps, each a file of its own, in this order; the first that
 * knows the word decides: abbreviations, Roman numerals, telephone numbers and codes, dates and times, numbers, units and signs, spelling.
 */
import { faDate, faDay, faTime } from './faDates.ts';
import { faSplit } from './faJoins.ts';
import { faCardinal, faDecimal, faFraction, faOrdinal } from './faNumbers.ts';
import { faPhone } from './faPhones.ts';
import { faRoman } from './faRoman.ts';
import { faShort, type Around } from './faShort.ts';
import { CURRENCIES, faSign, faUnit, SCALE_WORDS } from './faUnits.ts';

export type { Around } from './faShort.ts';
export const NOTHING_AROUND: Around = { before: '', said: '', after: '', afterNext: '', enclosed: false, stop: false };

const SIGN_CLASS = '$€£¥₽₺₹₿﷼';
/** Three digits after each comma, or none. */
const NUMBER = String.raw`\d{1,3}(?:,\d{3})+|\d+`;
const MONEY = new RegExp(`^([${SIGN_CLASS}]) ?(${NUMBER})(?:\\.(\\d+))?$`, 'u');
const MONEY_AFTER = new RegExp(`^(${NUMBER})(?:\\.(\\d+))?([${SIGN_CLASS}])$`, 'u');
const SIGNED = new RegExp(`^([+-])(${NUMBER})(?:\\.(\\d+))?(%?)$`, 'u');
const PERCENT_BEFORE = new RegExp(`^%(${NUMBER})(?:\\.(\\d+))?$`, 'u');
const WITH_UNIT = new RegExp(`^([+-]?)(${NUMBER})(?:\\.(\\d+))?([^\\d.,%].*)$`, 'u');

const SCORE_WORDS = new Set(['برد', 'باخت', 'نتیجه', 'نتیجه‌ی', 'نتیجهٔ', 'شکست', 'پیروزی', 'تساوی', 'مساوی', 'حساب']);
const VERSION_WORDS = new Set(['نسخه', 'نسخه‌ی', 'نسخهٔ', 'ورژن', 'ویرایش', 'اندروید', 'پایتون', 'Android', 'iOS', 'Python', 'macOS', 'Windows', 'ویندوز', 'آی‌پی', 'IP']);
const DECIMAL_BEFORE = new Set(['نمره', 'نمره‌ی', 'نمرهٔ', 'معدل', 'نرخ', 'شاخص', 'تورم', 'رشد', 'میانگین', 'حدود', 'امتیاز', 'ضریب', 'بزرگی']);
const DECIMAL_AFTER = new Set([...SCALE_WORDS, 'درصد', '%', 'برابر', 'ریشتر', 'نمره', 'امتیاز', 'دلار', 'یورو', 'تومان', 'ریال']);
const COMMON_FRACTION = new Set(['1/2', '1/3', '2/3', '1/4', '3/4']);

/**
 * @param word plain letters, ASCII digits
 * @param raw the word as it was written
 * @returns null where it is said as it is written, part by part
 */
export function faReading(word: string, around: Around, raw: string): string | null {
  return (
    faShort(word, around) ??
    faRoman(word, around.said, /^[Ⅰ-ⅿ]+$/u.test(raw)) ??
    faPhone(word, around.before, around.enclosed) ??
    faDate(word) ??
    faDay(word, around.after, around.afterNext) ??
    faTime(word) ??
    faNumber(dashed(word), around, raw) ??
    faBesideNumber(word, around) ??
    faSpelling(word)
  );
}

/** The same for words of nothing but Persian letters, which most are. */
export function faPlainWord(word: string, around: Around): string | null {
  return faShort(word, around) ?? faBesideNumber(word, around) ?? faSpelling(word);
}

/** A run of letters inside a word: #الخ, قرن/XIX. */
export function faInnerWord(letters: string, said: string): string | null {
  return faShort(letters, NOTHING_AROUND) ?? faRoman(letters, said, false) ?? (SCALE_WORDS.has(said) ? faUnit(letters) : null) ?? faSpelling(letters);
}

const dashed = (word: string): string => (word.length > 1 ? word.replaceAll('–', '-') : word);
const ungrouped = (number: string): string => number.replaceAll(',', '');

/** Money, percent, signs, ordinals, fractions, scores, versions. Plain numbers and ranges are said part by part. */
function faNumber(word: string, around: Around, raw: string): string | null {
  if (!/\d/.test(word)) return null;
  let match = MONEY.exec(word);
  if (match) return priced(match[2], match[3], match[1], around);
  match = MONEY_AFTER.exec(word);
  if (match) return priced(match[1], match[2], match[3], around);
  match = PERCENT_BEFORE.exec(word);
  if (match) return `${faDecimal(ungrouped(match[1]), match[2])} درصد`;
  match = SIGNED.exec(word);
  if (match) return `${match[1] === '-' ? 'منفی' : 'مثبت'} ${faDecimal(ungrouped(match[2]), match[3])}${match[4] && ' درصد'}`;
  match = /^(\d{3,4})(م|ش|ق|ق\.م|ه\.ش|ه\.ق)$/u.exec(word);
  if (match && (match[2] !== 'م' || /^(?:1[1-9]|20)\d\d$/.test(match[1]))) return `${faCardinal(match[1])} ${faShort(match[2], { ...around, before: match[1], enclosed: false }) ?? ''}`;
  match = /^(\d+)\u200C?(?:ام|اُم|م|امین|مین|اُمین)$/u.exec(word);
  if (match) return faOrdinal(match[1]) + (word.endsWith('ین') ? 'ین' : '');
  match = /^(\d{1,2})-(\d{1,2})$/.exec(word);
  if (match && SCORE_WORDS.has(around.before)) return `${faCardinal(match[1])} بر ${faCardinal(match[2])}`;
  if (/^\d+(?:\.\d+)+$/.test(word) && VERSION_WORDS.has(around.before)) return word.split('.').map((part) => faDecimal(part)).join(' نقطه ');
  if (/^\d{1,3}(?:\.\d{3}){2,}$/.test(word)) return faCardinal(word.replaceAll('.', ''));
  match = /^(?:(\d+) | )?(\d+)\/(\d+)$/.exec(word);
  if (match && /[¼-¾⅐-⅞]/u.test(raw)) return mixed(match[1], match[2], match[3]);
  match = /^(\d+)\/(\d{1,4})$/.exec(word);
  if (match) return slashed(match[1], match[2], around);
  match = /^(\d+)([⁰¹²³⁴-⁹]+)$/u.exec(word);
  if (match) return `${faCardinal(match[1])} به توان ${faCardinal(match[2].normalize('NFKC'))}`;
  match = /^(\d+)\+$/.exec(word);
  if (match) return `${faCardinal(match[1])} به علاوه`;
  match = /^[×xX*](\d+)$/u.exec(word);
  if (match && /\d$/.test(around.before) && faUnit(around.after) !== null) return `در ${faCardinal(match[1])}`;
  match = WITH_UNIT.exec(word);
  const unit = match && faUnit(match[4]);
  if (match && unit !== null) return `${match[1] && (match[1] === '-' ? 'منفی ' : 'مثبت ')}${faDecimal(ungrouped(match[2]), match[3])} ${unit}`;
  return null;
}

/** «$۲۰», «$3.50», and «$۲۰ میلیون», where the currency is said after the scale. */
function priced(whole: string, fraction: string | undefined, sign: string, { after }: Around): string {
  const number = faDecimal(ungrouped(whole), fraction);
  if (SCALE_WORDS.has(after)) return number;
  const coins = /^[$€£]$/.test(sign) && /^\d\d$/.test(fraction ?? '') ? Number(fraction) : null;
  if (coins === null) return `${number} ${CURRENCIES[sign]}`;
  return `${faCardinal(ungrouped(whole))} ${CURRENCIES[sign]}${coins === 0 ? '' : ` و ${faCardinal(String(coins))} ${sign === '£' ? 'پِنس' : 'سِنت'}`}`;
}

function mixed(whole: string | undefined, numerator: string, denominator: string): string {
  const half = numerator === '1' && denominator === '2';
  if (whole === undefined) return half ? 'نیم' : faFraction(numerator, denominator);
  return `${faCardinal(whole)} و ${half ? 'نیم' : faFraction(numerator, denominator)}`;
}

/** Persian writes the decimal point as a slash, too. What a number like ۳/۵ is, is told by what is beside it; with nothing, by its size. */
function slashed(left: string, right: string, { before, after }: Around): string | null {
  if (right.length > 2 && !/^10+$/.test(right)) return null;
  const smaller = Number(left) > 0 && Number(left) < Number(right);
  const measured = DECIMAL_AFTER.has(after) || DECIMAL_BEFORE.has(before) || (faUnit(after) !== null && !COMMON_FRACTION.has(`${left}/${right}`));
  const asFraction = smaller && !measured && (Number(right) <= 12 || ['16', '20', '100', '1000'].includes(right));
  if (asFraction) return faFraction(left, right);
  return right.length <= 2 ? faDecimal(left, right) : null;
}

/** A unit after a number, a currency's scale, a sign between two numbers. */
function faBesideNumber(word: string, { before, said, after, afterNext }: Around): string | null {
  if (SCALE_WORDS.has(word)) {
    const sign = MONEY.exec(before)?.[1] ?? MONEY_AFTER.exec(before)?.[3];
    return sign === undefined ? null : `${word} ${CURRENCIES[sign]}`;
  }
  if (/[²³]$/u.test(word) || /\d$/.test(before) || SCALE_WORDS.has(said)) {
    const unit = faUnit(word);
    if (unit !== null && unit !== word) return unit;
  }
  if (!/^\d/.test(after) || !/\d[%)]?$/.test(before)) return null;
  // Sides of a thing, not a product: ۴ × ۳ متر.
  return word === '×' && faUnit(afterNext) !== null ? 'در' : faSign(word);
}

/** A verb written together with its «می»; a power of a letter; names like C++, R&D. */
function faSpelling(word: string): string | null {
  const split = faSplit(word);
  if (split !== word) return split;
  const power = /^([A-Za-z]+)([⁰¹²³⁴-⁹]+)$/u.exec(word);
  if (power) return `${power[1]} به توان ${faCardinal(power[2].normalize('NFKC'))}`;
  if (/^[A-Za-z]+\+{1,2}$/.test(word)) return word.replaceAll('+', ' پِلاس');
  if (/^[A-Z]#$/.test(word)) return word.replace('#', ' شارْپ');
  return /^[A-Za-z]+&[A-Za-z]+$/.test(word) ? word.replace('&', ' and ') : null;
}
