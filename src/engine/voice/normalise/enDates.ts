/** English dates and times of day, read as Americans do: month before day, the day an ordinal. */
import type { Around } from './around.ts';
import { enCardinal, enOrdinal, enPlural, enShortYear, enYear } from './enNumbers.ts';
import { letters } from './enSpelling.ts';
import { enUnit } from './enUnits.ts';
import { dated, writtenDate, writtenTime, type WrittenDate } from './figures.ts';

const MONTHS = {
  jalali: ['Farvardin', 'Ordibehesht', 'Khordad', 'Tir', 'Mordad', 'Shahrivar', 'Mehr', 'Aban', 'Azar', 'Dey', 'Bahman', 'Esfand'],
  gregorian: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
};
const SHORT: Record<string, string> = { Sept: 'September', ...Object.fromEntries(MONTHS.gregorian.filter((name) => name !== 'May').map((name) => [name.slice(0, 3), name])) };
const MONTH = new Set([...MONTHS.jalali, ...MONTHS.gregorian, ...Object.keys(SHORT)]);
/** A name of a month, whole or shortened. */
export const isMonth = (word: string): boolean => MONTH.has(word);
const DAY = /^(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?$/;

/** `2024-08-02`, `8/2/2024` (month first, unless only the day can be first), `8/2/24`, `1403/05/12`, `2024/08`, `2024-08`, `08/2024`. @returns null if it is none */
export function enDate(word: string): string | null {
  const date = short(word) ?? month(word) ?? writtenDate(word, 'month');
  if (!date) return null;
  const year = date.year.length === 2 ? enYear(`${Number(date.year) < 50 ? '20' : '19'}${date.year}`) : enYear(date.year);
  return [MONTHS[date.calendar][date.month - 1], date.day === null ? '' : enOrdinal(String(date.day)), year].filter(Boolean).join(' ');
}

function short(word: string): WrittenDate | null {
  const match = /^(\d{1,2})\/(\d{1,2})\/(\d\d)$/.exec(word);
  return match && (dated(match[3], match[1], match[2]) ?? dated(match[3], match[2], match[1]));
}

function month(word: string): WrittenDate | null {
  const match = /^(20\d\d)-(0[1-9]|1[0-2])$/.exec(word) ?? /^(0?[1-9]|1[0-2])\/((?:19|20)\d\d)$/.exec(word);
  if (!match) return null;
  const [year, number] = match[1].length === 4 ? [match[1], match[2]] : [match[2], match[1]];
  return { calendar: 'gregorian', year, month: Number(number), day: null };
}

/** A day beside the name of its month: “August 2” is “August second”, “2 August” is “the second of August”; and “on 8/2”. */
export function enDay(word: string, { before, after }: Around): string | null {
  if (DAY.test(word)) {
    const day = enOrdinal(String(parseInt(word, 10)));
    if (MONTH.has(before)) return enUnit(after, false) === null || MONTH.has(after) ? day : null;
    return MONTH.has(after) ? `${before === 'the' ? '' : 'the '}${day} of` : null;
  }
  const [first, last, ...more] = word.split('-');
  if (last !== undefined && more.length === 0 && MONTH.has(before) && DAY.test(first) && DAY.test(last)) return `${enOrdinal(String(parseInt(first, 10)))} to ${enOrdinal(String(parseInt(last, 10)))}`;
  const match = /^(\d{1,2})\/(\d{1,2})$/.exec(word);
  const date = match && /^(?:on|by|until|since|before|after)$/i.test(before) ? dated('2000', match[1], match[2]) : null;
  return date && `${MONTHS.gregorian[date.month - 1]} ${enOrdinal(String(date.day))}`;
}

/** “Aug” beside a number; with its full stop it is one of the abbreviations. */
export function enMonth(word: string, around: Around): string | null {
  return Object.hasOwn(SHORT, word) && (/^\d{1,4}/.test(around.after) || DAY.test(around.before)) ? SHORT[word] : null;
}

/** After these a number of four digits is a year, whatever it is. */
const YEAR_BEFORE = new Set(['in', 'since', 'year', 'circa', 'until', 'till', 'early', 'late', 'mid', 'spring', 'summer', 'autumn', 'fall', 'winter', 'ca', 'c', ...MONTHS.jalali, ...MONTHS.gregorian, ...Object.keys(SHORT)]);
const YEAR_AFTER = /^(?:AD|BC|BCE|CE|AH|SH|A\.D|B\.C|B\.C\.E|C\.E|A\.H)$/;
const APOSTROPHE = /['’‘]/;
const DECADE_BEFORE = new Set(['the', 'early', 'late', 'mid', 'his', 'her', 'their', 'my', 'our', 'your']);

/** `1999`, and by what is beside it `in 1776`, `1066 AD`, `(1564)`; `1980s`, `’90s`, `1990–1995`, `1990–95`. */
export function enYears(word: string, around: Around): string | null {
  if (/^\d{4}$/.test(word)) return isYear(word, around) ? enYear(word) : null;
  let match = /^((?:1\d|20)\d)0'?s$/.exec(word);
  if (match && !(word.includes("'") && !DECADE_BEFORE.has(around.before))) return enPlural(enYear(`${match[1]}0`));
  match = /^([2-9]0)'?s$/.exec(word);
  if (match && (APOSTROPHE.test(around.lead) || DECADE_BEFORE.has(around.before.toLowerCase()))) return enPlural(enCardinal(match[1]));
  if (/^\d\d$/.test(word) && APOSTROPHE.test(around.lead)) return enShortYear(word);
  match = /^((?:1[1-9]|20)\d\d)-(\d{4}|\d\d)$/.exec(word);
  if (!match) return null;
  const end = match[2].length === 4 ? match[2] : match[1].slice(0, 2) + match[2];
  if (!/^(?:1[1-9]|20)/.test(end) || Number(end) <= Number(match[1]) || enUnit(around.after, false) !== null) return null;
  return `${enYear(match[1])} to ${match[2].length === 4 ? enYear(end) : enShortYear(match[2])}`;
}

function isYear(word: string, { before, after, enclosed }: Around): boolean {
  if (YEAR_AFTER.test(after)) return true;
  if (enUnit(after, false) !== null) return false;
  if (/^(?:19\d\d|20[1-9]\d)$/.test(word)) return true;
  if (!/^1\d{3}$/.test(word)) return false;
  // “in 1500 cities”
  if (YEAR_BEFORE.has(before) || YEAR_BEFORE.has(before.toLowerCase())) return !/[^s]s$/.test(after) || /^(?:was|is|has|his|as|its)$/.test(after);
  return enclosed || DAY.test(before);
}

const HALVES = /^([ap])\.?m\.?$/i;

/** `12:30`, `3pm`, `12:30 p.m.`, `15:05`, `12:30:15`. @returns null if it is no time of day */
export function enTime(word: string, around: Around): string | null {
  const match = /^(\d{1,2})(:\d\d)?([ap])\.?m\.?$/i.exec(word);
  if (match && Number(match[1]) >= 1 && Number(match[1]) <= 12 && !(Number(match[2]?.slice(1) ?? 0) > 59)) {
    return `${clock(Number(match[1]), Number(match[2]?.slice(1) ?? 0), true)} ${letters(`${match[3]}m`.toUpperCase())}`;
  }
  const time = writtenTime(word);
  if (!time) return null;
  const { hours, minutes, seconds } = time;
  return clock(hours, minutes, HALVES.test(around.after)) + (seconds > 0 ? ` and ${enCardinal(String(seconds))} second${seconds === 1 ? '' : 's'}` : '');
}

/** @param halved “A M” or “P M” follows */
function clock(hours: number, minutes: number, halved: boolean): string {
  const hour = enCardinal(String(hours));
  if (minutes > 0) return `${hour} ${enShortYear(String(minutes).padStart(2, '0'))}`;
  if (halved) return hour;
  return hours >= 1 && hours <= 12 ? `${hour} o'clock` : `${hour} hundred`;
}

/** “a.m.” after a time: `3 pm`, `12:30 PM`. */
export function enHalf(word: string, { before }: Around): string | null {
  const match = HALVES.exec(word);
  return match && /^(?:0?[1-9]|1[0-2])(?::[0-5]\d)?$/.test(before) ? letters(`${match[1]}m`.toUpperCase()) : null;
}
