/**
 * English number words in the American short form, without “and” (“one hundred one”), so that “and” always joins two things. Cardinals and
 * ordinals are those of n2words; what it lacks is here: codes, fractions, years, plurals.
 */
import { toCardinal, toOrdinal } from 'n2words/en-US';

/** 10^15; what is longer is read digit by digit: it is a code, and nobody follows quintillions. */
const GREATEST = 1e15;
const isCode = (digits: string): boolean => digits.length > 16 || Number(digits) > GREATEST;

/** @param digits ASCII digits only */
export function enCardinal(digits: string): string {
  return isCode(digits) ? enDigits(digits) : toCardinal(Number(digits));
}

/** `22` → twenty-second. */
export function enOrdinal(digits: string): string {
  return isCode(digits) || Number(digits) === 0 ? enCardinal(digits) : toOrdinal(Number(digits));
}

/** `3/8` → three eighths; halves and quarters have names of their own. */
export function enFraction(numerator: string, denominator: string): string {
  const part = Number(denominator) === 2 ? 'half' : Number(denominator) === 4 ? 'quarter' : enOrdinal(denominator).replace(/^one /, '');
  return `${enCardinal(numerator)} ${Number(numerator) === 1 ? part : enPlural(part)}`;
}

const DIGITS = Array.from({ length: 10 }, (_, digit) => toCardinal(digit));

export function enDigits(digits: string): string {
  return Array.from(digits, (digit) => DIGITS[Number(digit)]).join(' ');
}

/** `3.05` → three point zero five. A whole part that begins with zeros is a code. */
export function enDecimal(whole: string, fraction?: string): string {
  const head = whole.length > 1 && whole.startsWith('0') ? enDigits(whole) : enCardinal(whole);
  return fraction === undefined ? head : `${head} point ${enDigits(fraction)}`;
}

/** Two digits and two digits: `1984` → nineteen eighty-four, 1900 → nineteen hundred, 1403 → fourteen oh three; but 2005 → two thousand five. */
export function enYear(digits: string): string {
  if (digits.length !== 4 || /^(?:.000|200.)$/.test(digits)) return enCardinal(digits);
  return `${enCardinal(digits.slice(0, 2))} ${digits.endsWith('00') ? 'hundred' : enShortYear(digits.slice(2))}`;
}

/** `05` → oh five, 90 → ninety. */
export function enShortYear(digits: string): string {
  return digits.startsWith('0') && digits !== '00' ? `oh ${enCardinal(digits)}` : enCardinal(digits);
}

/** nineteen ninety → nineteen nineties, half → halves, six → sixes. */
export function enPlural(words: string): string {
  if (words.endsWith('y')) return `${words.slice(0, -1)}ies`;
  if (words.endsWith('half')) return `${words.slice(0, -1)}ves`;
  return words.endsWith('x') ? `${words}es` : `${words}s`;
}
