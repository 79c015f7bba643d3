/** Numbers as words. English cardinals and ordinals come from n2words; its Persian has no «و» after thousands, so Persian is here. */
import { toCardinal as englishCardinal, toOrdinal as englishOrdinal } from 'n2words/en-US';
import type { Lang } from '../../../shared/vocabulary.ts';

const ONES = ['', 'یک', 'دو', 'سه', 'چهار', 'پنج', 'شش', 'هفت', 'هشت', 'نه', 'ده', 'یازده', 'دوازده', 'سیزده', 'چهارده', 'پانزده', 'شانزده', 'هفده', 'هجده', 'نوزده'];
const TENS = ['', '', 'بیست', 'سی', 'چهل', 'پنجاه', 'شصت', 'هفتاد', 'هشتاد', 'نود'];
const HUNDREDS = ['', 'صد', 'دویست', 'سیصد', 'چهارصد', 'پانصد', 'ششصد', 'هفتصد', 'هشتصد', 'نهصد'];
const SCALES = ['', 'هزار', 'میلیون', 'میلیارد', 'تریلیون'];
const JALALI: Record<Lang, string[]> = {
  fa: ['فروردین', 'اردیبهشت', 'خرداد', 'تیر', 'مرداد', 'شهریور', 'مهر', 'آبان', 'آذر', 'دی', 'بهمن', 'اسفند'],
  en: ['Farvardin', 'Ordibehesht', 'Khordad', 'Tir', 'Mordad', 'Shahrivar', 'Mehr', 'Aban', 'Azar', 'Dey', 'Bahman', 'Esfand'],
};
const GREGORIAN: Record<Lang, string[]> = {
  fa: ['ژانویه', 'فوریه', 'مارس', 'آوریل', 'مه', 'ژوئن', 'ژوئیه', 'اوت', 'سپتامبر', 'اکتبر', 'نوامبر', 'دسامبر'],
  en: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
};
/** Longer numbers are read digit by digit: they are codes, and nobody follows quintillions. */
const LONGEST_CARDINAL = 15;

/** @param digits ASCII digits only */
export function cardinal(digits: string, lang: Lang): string {
  if (digits.length > LONGEST_CARDINAL) return digitByDigit(digits, lang);
  return lang === 'en' ? englishCardinal(BigInt(digits)) : persianCardinal(Number(digits));
}

export function ordinal(digits: string, lang: Lang): string {
  if (digits.length > LONGEST_CARDINAL || Number(digits) === 0) return cardinal(digits, lang);
  if (lang === 'en') return englishOrdinal(BigInt(digits));
  const words = persianCardinal(Number(digits));
  if (words === 'یک') return 'اول';
  if (words.endsWith('سه')) return `${words.slice(0, -2)}سوم`;
  return words.endsWith('سی') ? `${words}‌ام` : `${words}م`;
}

export function digitByDigit(digits: string, lang: Lang): string {
  return Array.from(digits, (digit) => (lang === 'en' ? englishCardinal(digit) : digit === '0' ? 'صفر' : ONES[Number(digit)])).join(' ');
}

/** `3.05` → three point zero five, سه ممیز صفر پنج. A leading zero or a long run is a code: digit by digit. */
export function decimal(whole: string, fraction: string | undefined, lang: Lang): string {
  const head = whole.length > 1 && whole.startsWith('0') ? digitByDigit(whole, lang) : cardinal(whole, lang);
  if (fraction === undefined) return head;
  if (lang === 'en') return `${head} point ${digitByDigit(fraction, lang)}`;
  const zeros = /^0*/.exec(fraction)![0];
  const rest = fraction.slice(zeros.length);
  return [head, 'ممیز', digitByDigit(zeros, lang), rest === '' ? '' : cardinal(rest, lang)].filter(Boolean).join(' ');
}

/** @returns null if it is no time of day */
export function timeOfDay(hours: string, minutes: string, lang: Lang): string | null {
  if (Number(hours) > 24 || Number(minutes) > 59) return null;
  const hour = cardinal(String(Number(hours)), lang);
  const minute = cardinal(String(Number(minutes)), lang);
  if (lang === 'fa') return Number(minutes) === 0 ? hour : `${hour} و ${minute} دقیقه`;
  if (Number(minutes) === 0) return `${hour} o'clock`;
  return Number(minutes) < 10 ? `${hour} oh ${minute}` : `${hour} ${minute}`;
}

/** Year first. Years 1200–1599 are read as Jalali. @returns null if it is no date */
export function date(year: string, month: string, day: string, lang: Lang): string | null {
  const months = Number(year) >= 1200 && Number(year) < 1600 ? JALALI : GREGORIAN;
  const name = months[lang][Number(month) - 1];
  if (name === undefined || Number(day) < 1 || Number(day) > 31) return null;
  const number = ordinal(String(Number(day)), lang);
  return lang === 'fa' ? `${number} ${name} ${cardinal(year, lang)}` : `${name} ${number} ${englishYear(year) ?? cardinal(year, lang)}`;
}

/** `1984` → nineteen eighty-four. Only where four digits are most likely a year. */
export function englishYear(digits: string): string | null {
  if (!/^(?:19\d\d|20[1-9]\d)$/.test(digits)) return null;
  const [century, rest] = [digits.slice(0, 2), digits.slice(2)];
  if (rest === '00') return `${englishCardinal(century)} hundred`;
  return `${englishCardinal(century)} ${rest.startsWith('0') ? `oh ${englishCardinal(rest.slice(1))}` : englishCardinal(rest)}`;
}

function persianCardinal(value: number): string {
  if (value === 0) return 'صفر';
  const groups: string[] = [];
  for (let scale = 0, left = value; left > 0; scale++, left = Math.floor(left / 1000)) {
    const group = left % 1000;
    if (group === 0) continue;
    // 1000 is «هزار», not «یک هزار».
    groups.unshift(scale === 1 && group === 1 ? SCALES[1] : `${below1000(group)} ${SCALES[scale]}`.trim());
  }
  return groups.join(' و ');
}

function below1000(value: number): string {
  const rest = value % 100;
  const parts = [HUNDREDS[Math.floor(value / 100)], ...(rest < 20 ? [ONES[rest]] : [TENS[Math.floor(rest / 10)], ONES[rest % 10]])];
  return parts.filter(Boolean).join(' و ');
}
