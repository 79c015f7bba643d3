/**
 * How numbers are written, whatever the language that reads them: money, signs, percent, units, fractions, powers, dates and times. Words are
 * given as plain letters and ASCII digits; each function gives null where the word is not such a thing.
 */

/** `12,500.75`: its digits, without commas. */
export interface Figure {
  sign: '' | '+' | '-';
  whole: string;
  fraction: string | undefined;
}

const CURRENCY_SIGN = '[$€£¥₽₺₹₿﷼¢]';
/** Three digits after each comma, or none. */
const NUMBER = String.raw`(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?`;
const AMOUNT = new RegExp(`^([+-]?)(?:(${CURRENCY_SIGN}) ?${NUMBER}|${NUMBER}(${CURRENCY_SIGN}))$`, 'u');
const SIGNED = new RegExp(`^([+-])${NUMBER}(%?)$`, 'u');
const PERCENT_BEFORE = new RegExp(`^%${NUMBER}$`, 'u');
const QUANTITY = new RegExp(`^([+-]?)${NUMBER}([^\\d.,%].*)$`, 'u');

export const ungrouped = (number: string): string => number.replaceAll(',', '');

/** `$20`, `20$`, `-$3.50`. */
export function writtenAmount(word: string): (Figure & { currency: string }) | null {
  const match = AMOUNT.exec(word);
  return match && { sign: match[1] as Figure['sign'], whole: ungrouped(match[3] ?? match[5]), fraction: match[4] ?? match[6], currency: match[2] ?? match[7] };
}

/** `-5`, `+2.5%`, `%25`. */
export function writtenSigned(word: string): (Figure & { percent: boolean }) | null {
  const match = SIGNED.exec(word);
  if (match) return { sign: match[1] as Figure['sign'], whole: ungrouped(match[2]), fraction: match[3], percent: match[4] !== '' };
  const before = PERCENT_BEFORE.exec(word);
  return before && { sign: '', whole: ungrouped(before[1]), fraction: before[2], percent: true };
}

/** `5km`, `-12.5°C`: a number and what is glued to it. */
export function writtenQuantity(word: string): (Figure & { unit: string }) | null {
  const match = QUANTITY.exec(word);
  return match && { sign: match[1] as Figure['sign'], whole: ungrouped(match[2]), fraction: match[3], unit: match[4] };
}

/** `km`, `m²`, `km/h`, `kg/m3`: the names of what is measured and of what it is divided by. */
export function writtenUnit(written: string): { name: string; power: '' | '2' | '3' }[] | null {
  // Most words that are asked about are no units at all.
  if (!/[/\d²³μ]/u.test(written)) return [{ name: written, power: '' }];
  const parts = written.replaceAll('μ', 'µ').split('/');
  if (parts.length > 2) return null;
  const units = parts.map((part) => /^(.*?[^\d²³])([23²³]?)$/u.exec(part));
  return units.every((unit) => unit !== null) ? units.map(([, name, power]) => ({ name, power: power.normalize('NFKC') as '' | '2' | '3' })) : null;
}

/** `1/3`, `2½`. `made` where it was written with a sign made for it. */
export function writtenFraction(word: string, raw: string): { whole: string | undefined; numerator: string; denominator: string; made: boolean } | null {
  const match = /^(?:(\d+) | )?(\d+)\/(\d+)$/.exec(word);
  return match && { whole: match[1], numerator: match[2], denominator: match[3], made: /[¼-¾⅐-⅞]/u.test(raw) };
}

/** `10²`, `x³`, `10^6`, `10⁻³`. */
export function writtenPower(word: string): { base: string; exponent: string } | null {
  const match = /^(\d+|[A-Za-z]+)(?:(⁻?[⁰¹²³⁴-⁹]+)|\^(-?\d+))$/u.exec(word);
  return match && { base: match[1], exponent: (match[2] ?? match[3]).normalize('NFKC').replace('−', '-') };
}

/** `3x10^8`, or `×10⁸` after a number that is a word of its own. */
export function writtenScientific(word: string): { whole: string | undefined; fraction: string | undefined; power: { base: string; exponent: string } } | null {
  const match = /^(?:(\d+)(?:\.(\d+))?[x×*]|[x×*])(10(?:\^|⁻?[⁰¹²³⁴-⁹]).*)$/u.exec(word);
  const power = match && writtenPower(match[3]);
  return match && power && { whole: match[1], fraction: match[2], power };
}

/** 1.000.000: stops between thousands, as in much of Europe. @returns its digits */
export const stoppedThousands = (word: string): string | null => (/^\d{1,3}(?:\.\d{3}){2,}$/.test(word) ? word.replaceAll('.', '') : null);

export interface WrittenDate {
  calendar: 'jalali' | 'gregorian';
  /** Digits as written: two or four. */
  year: string;
  /** 1–12. */
  month: number;
  /** null: a month of a year. */
  day: number | null;
}

/**
 * `1403/05/12`, `2024-08-02`, `12/5/1403`, `2.8.2024`, `2024/08`. Years 1200–1599 are Jalali.
 * @param first which of two numbers before the year the language has first; what can only be the other is the other. Jalali dates and dates
 * with stops have the day first in any language
 */
export function writtenDate(word: string, first: 'day' | 'month'): WrittenDate | null {
  let match = /^(\d{4})([/.-])(\d{1,2})\2(\d{1,2})$/.exec(word);
  if (match) return dated(match[1], match[3], match[4]);
  match = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})$/.exec(word);
  if (match) {
    const [dayFirst, monthFirst] = [dated(match[4], match[3], match[1]), dated(match[4], match[1], match[3])];
    return (first === 'day' || match[2] === '.' || dayFirst?.calendar === 'jalali' ? dayFirst : monthFirst) ?? dayFirst ?? monthFirst;
  }
  match = /^(1[2-4]\d\d|20\d\d)\/(0?[1-9]|1[0-2])$/.exec(word);
  return match && { calendar: calendarOf(match[1]), year: match[1], month: Number(match[2]), day: null };
}

/** @returns null where the calendar has no such day */
export function dated(year: string, month: string, day: string, calendar = calendarOf(year)): WrittenDate | null {
  const number = Number(month);
  const longest = calendar === 'jalali' ? (number > 6 ? 30 : 31) : [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][number - 1];
  return Number(day) < 1 || number < 1 || number > 12 || Number(day) > longest ? null : { calendar, year, month: number, day: Number(day) };
}

const calendarOf = (year: string): WrittenDate['calendar'] => (year.length === 4 && Number(year) >= 1200 && Number(year) < 1600 ? 'jalali' : 'gregorian');

/** `12:30`, `08:05`, `12:30:15`. */
export function writtenTime(word: string): { hours: number; minutes: number; seconds: number } | null {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(word);
  if (!match) return null;
  const [hours, minutes, seconds] = [match[1], match[2], match[3] ?? '0'].map(Number);
  return hours > 24 || minutes > 59 || seconds > 59 ? null : { hours, minutes, seconds };
}
