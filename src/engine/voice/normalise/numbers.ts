/** Numbers as words. English cardinals and ordinals come from n2words; Persian ones are in faNumbers.ts. */
import { toCardinal as englishCardinal, toOrdinal as englishOrdinal } from 'n2words/en-US';
import type { Lang } from '../../../shared/vocabulary.ts';
import { faCardinal, faDecimal, faDigits, faOrdinal } from './faNumbers.ts';

const JALALI = ['Farvardin', 'Ordibehesht', 'Khordad', 'Tir', 'Mordad', 'Shahrivar', 'Mehr', 'Aban', 'Azar', 'Dey', 'Bahman', 'Esfand'];
const GREGORIAN = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
/** Longer numbers are read digit by digit: they are codes, and nobody follows quintillions. */
const LONGEST_CARDINAL = 15;

/** @param digits ASCII digits only */
export function cardinal(digits: string, lang: Lang): string {
  if (lang === 'fa') return faCardinal(digits);
  return digits.length > LONGEST_CARDINAL ? digitByDigit(digits, lang) : englishCardinal(BigInt(digits));
}

export function ordinal(digits: string, lang: Lang): string {
  if (lang === 'fa') return faOrdinal(digits);
  return digits.length > LONGEST_CARDINAL || Number(digits) === 0 ? cardinal(digits, lang) : englishOrdinal(BigInt(digits));
}

export function digitByDigit(digits: string, lang: Lang): string {
  return lang === 'fa' ? faDigits(digits) : Array.from(digits, (digit) => englishCardinal(digit)).join(' ');
}

/** `3.05` → three point zero five, سه ممیز صفر پنج. A leading zero or a long run is a code: digit by digit. */
export function decimal(whole: string, fraction: string | undefined, lang: Lang): string {
  if (lang === 'fa') return faDecimal(whole, fraction);
  const head = whole.length > 1 && whole.startsWith('0') ? digitByDigit(whole, lang) : cardinal(whole, lang);
  if (fraction === undefined) return head;
  return `${head} point ${digitByDigit(fraction, lang)}`;
}

/** In English. @returns null if it is no time of day */
export function timeOfDay(hours: string, minutes: string): string | null {
  if (Number(hours) > 24 || Number(minutes) > 59) return null;
  const hour = cardinal(String(Number(hours)), 'en');
  const minute = cardinal(String(Number(minutes)), 'en');
  if (Number(minutes) === 0) return `${hour} o'clock`;
  return Number(minutes) < 10 ? `${hour} oh ${minute}` : `${hour} ${minute}`;
}

/** In English. Years 1200–1599 are read as Jalali. @returns null if it is no date */
export function date(year: string, month: string, day: string): string | null {
  const months = Number(year) >= 1200 && Number(year) < 1600 ? JALALI : GREGORIAN;
  const name = months[Number(month) - 1];
  if (name === undefined || Number(day) < 1 || Number(day) > 31) return null;
  return `${name} ${ordinal(String(Number(day)), 'en')} ${englishYear(year) ?? cardinal(year, 'en')}`;
}

/** `1984` → nineteen eighty-four. Only where four digits are most likely a year. */
export function englishYear(digits: string): string | null {
  if (!/^(?:19\d\d|20[1-9]\d)$/.test(digits)) return null;
  const [century, rest] = [digits.slice(0, 2), digits.slice(2)];
  if (rest === '00') return `${englishCardinal(century)} hundred`;
  return `${englishCardinal(century)} ${rest.startsWith('0') ? `oh ${englishCardinal(rest.slice(1))}` : englishCardinal(rest)}`;
}
