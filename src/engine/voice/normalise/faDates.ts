/** Persian dates and times of day. */
import { faCardinal, faOrdinal } from './faNumbers.ts';

const JALALI_FA = ['فروردین', 'اردیبهشت', 'خرداد', 'تیر', 'مرداد', 'شهریور', 'مهر', 'آبان', 'آذر', 'دی', 'بهمن', 'اسفند'];
const GREGORIAN_FA = ['ژانویه', 'فوریه', 'مارس', 'آوریل', 'مه', 'ژوئن', 'ژوئیه', 'اوت', 'سپتامبر', 'اکتبر', 'نوامبر', 'دسامبر'];
const HIJRI_FA = ['محرم', 'صفر', 'رجب', 'شعبان', 'رمضان', 'شوال'];
const MONTH = new Set([...JALALI_FA, ...GREGORIAN_FA, ...HIJRI_FA, 'می', 'جولای', 'آگوست']);
/** Names that mean other things too: «۳ تیر» may be three shots, «۲ مهر» two seals. */
const UNCLEAR_MONTH = new Set(['تیر', 'مهر', 'دی', 'مه', 'می', 'صفر']);

/** A date in digits: `1403/05/12`, `2024-08-02`, `12/5/1403`, `2.8.2024`, `99/5/12`; and a month of a year, `1403/05`. @returns null if it is none */
export function faDate(word: string): string | null {
  let match = /^(\d{4})([/.-])(\d{1,2})\2(\d{1,2})$/.exec(word);
  if (match) return named(match[1], match[3], match[4]);
  match = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})$/.exec(word);
  if (match) return named(match[4], match[3], match[1]);
  match = /^([3-9]\d)\/(\d{1,2})\/(\d{1,2})$/.exec(word);
  if (match) return named(match[1], match[2], match[3], JALALI_FA);
  match = /^(1[2-4]\d\d|20\d\d)\/(0?[1-9]|1[0-2])$/.exec(word);
  return match ? `${monthsOf(match[1])[Number(match[2]) - 1]} ${faCardinal(match[1])}` : null;
}

/** Years 1200–1599 are Jalali. */
const monthsOf = (year: string): string[] => (Number(year) >= 1200 && Number(year) < 1600 ? JALALI_FA : GREGORIAN_FA);

function named(year: string, month: string, day: string, months = monthsOf(year)): string | null {
  const number = Number(month);
  const longest = months === JALALI_FA ? (number > 6 ? 30 : 31) : [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][number - 1];
  if (Number(day) < 1 || number < 1 || number > 12 || Number(day) > longest) return null;
  return `${faOrdinal(String(Number(day)))} ${months[number - 1]} ${faCardinal(year)}`;
}

/** A day before the name of its month: «۱۲ مرداد» is «دوازدهم مرداد». Where the name means other things too, a year or «ماه» must follow. */
export function faDay(word: string, after: string, afterNext: string): string | null {
  if (!/^(?:0?[1-9]|[12]\d|3[01])$/.test(word) || !MONTH.has(after)) return null;
  return !UNCLEAR_MONTH.has(after) || /^(?:\d{4}|ماه|امسال|سال)$/.test(afterNext) ? faOrdinal(String(Number(word))) : null;
}

/** `12:30`, `08:05`, `12:30:15`. @returns null if it is no time of day */
export function faTime(word: string): string | null {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(word);
  if (!match) return null;
  const [hours, minutes, seconds] = [match[1], match[2], match[3] ?? '0'].map(Number);
  if (hours > 24 || minutes > 59 || seconds > 59) return null;
  const parts = [faCardinal(String(hours))];
  if (minutes > 0) parts.push(`${faCardinal(String(minutes))} دقیقه`);
  if (seconds > 0) parts.push(`${faCardinal(String(seconds))} ثانیه`);
  return parts.join(' و ');
}
