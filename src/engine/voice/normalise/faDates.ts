/** Persian dates and times of day. */
import type { Around } from './around.ts';
import { dated, writtenDate, writtenTime } from './figures.ts';
import { faCardinal, faOrdinal } from './faNumbers.ts';

const MONTHS = {
  jalali: ['فروردین', 'اردیبهشت', 'خرداد', 'تیر', 'مرداد', 'شهریور', 'مهر', 'آبان', 'آذر', 'دی', 'بهمن', 'اسفند'],
  gregorian: ['ژانویه', 'فوریه', 'مارس', 'آوریل', 'مه', 'ژوئن', 'ژوئیه', 'اوت', 'سپتامبر', 'اکتبر', 'نوامبر', 'دسامبر'],
};
const HIJRI = ['محرم', 'صفر', 'رجب', 'شعبان', 'رمضان', 'شوال'];
/** Names of months, of all calendars that are used. */
export const MONTH: ReadonlySet<string> = new Set([...MONTHS.jalali, ...MONTHS.gregorian, ...HIJRI, 'می', 'جولای', 'آگوست']);
/** Names that mean other things too: «۳ تیر» may be three shots, «۲ مهر» two seals. */
const UNCLEAR_MONTH = new Set(['تیر', 'مهر', 'دی', 'مه', 'می', 'صفر']);

/** A date in digits: `1403/05/12`, `2024-08-02`, `12/5/1403`, `2.8.2024`, `99/5/12`; and a month of a year, `1403/05`. @returns null if it is none */
export function faDate(word: string): string | null {
  const short = /^([3-9]\d)\/(\d{1,2})\/(\d{1,2})$/.exec(word);
  const date = short ? dated(short[1], short[2], short[3], 'jalali') : writtenDate(word, 'day');
  if (!date) return null;
  const month = `${MONTHS[date.calendar][date.month - 1]} ${faCardinal(date.year)}`;
  return date.day === null ? month : `${faOrdinal(String(date.day))} ${month}`;
}

/**
 * A day before the name of its month: «۱۲ مرداد» is «دوازدهم مرداد»; also of two, «۵ تا ۱۰ مرداد». Where the name means other things too, a year or
 * «ماه» must follow.
 */
export function faDay(word: string, around: Pick<Around, 'ahead'>): string | null {
  const isFirst = /^(?:تا|الی|و|یا)$/u.test(around.ahead(1)) && isDay(around.ahead(2)) && isMonth(around.ahead(3), around.ahead(4));
  return isFirst || isMonth(around.ahead(1), around.ahead(2)) ? faOrdinal(String(Number(word))) : null;
}

/** `5-10` before the name of a month. */
export function faDays(word: string, around: Pick<Around, 'ahead'>): string | null {
  if (!word.includes('-')) return null;
  const days = word.split('-');
  return days.length === 2 && days.every(isDay) && isMonth(around.ahead(1), around.ahead(2)) ? days.map((day) => faOrdinal(String(Number(day)))).join(' تا ') : null;
}

/** «مرداد», «مردادماه». */
function isMonth(word: string, next: string): boolean {
  const name = word.replace(/(?<=.)\u200C?ماه$/u, '');
  return MONTH.has(name) && (name !== word || !UNCLEAR_MONTH.has(name) || /^(?:\d{4}|ماه|امسال|سال)$/.test(next));
}

/** Whether it can be the day of a month. */
export const isDay = (word: string): boolean => /^(?:0?[1-9]|[12]\d|3[01])$/.test(word);

/** `12:30`, `08:05`, `12:30:15`. @returns null if it is no time of day */
export function faTime(word: string): string | null {
  const time = writtenTime(word);
  if (!time) return null;
  const parts = [faCardinal(String(time.hours))];
  if (time.minutes > 0) parts.push(`${faCardinal(String(time.minutes))} دقیقه`);
  if (time.seconds > 0) parts.push(`${faCardinal(String(time.seconds))} ثانیه`);
  return parts.join(' و ');
}
