/** Numbers that are called or copied, digit by digit; a pause where they are written in groups. */
import type { Around } from './around.ts';
import { enDigits } from './enNumbers.ts';

/** Words before a number of any length that is called… */
const CALLED = new Set(['call', 'dial', 'phone', 'telephone', 'tel', 'fax', 'text', 'mobile', 'cell', 'hotline', 'extension', 'ext', 'whatsapp']);
/** …or a code. */
const CODE = new Set(['code', 'pin', 'zip', 'id', 'password', 'passcode', 'passport', 'serial', 'account', 'tracking', 'otp', 'imei', 'isbn']);

/** @returns null if it is no such number */
export function enPhone(word: string, around: Around): string | null {
  if (word.length < 3 || !/\d/.test(word)) return null;
  if (word.startsWith('*') && /^\*[\d*]+#$/.test(word)) return `star ${word.slice(1, -1).split('*').map(enDigits).join(' star ')} pound`;
  const plain = word.replace(/[ ().-]+/g, '-').replace(/^-|-$/g, '');
  // Abroad: +98 21 8877 6655; a code that begins with zero; a card; (415) 555-0123, 1-800-555-0199, 555-0123.
  if (/^\+\d{1,3}(?:-?\d){6,13}$/.test(plain)) return `plus ${groups(plain.slice(1))}`;
  if (/^(?=.{7,}$)0\d+(?:-\d+)*$/.test(plain) || /^(?:\d{4}-){3}\d{4}$/.test(plain) || /^(?:1-)?\d{3}-\d{3}-\d{4}$|^\d{3}-\d{4}$/.test(plain)) return groups(plain);
  const before = around.before.toLowerCase();
  if (CALLED.has(before) && /^\d{3,}(?:-\d+)*$/.test(plain)) return groups(plain);
  return CODE.has(before) && /^\d{4,}(?:-\d+)*$/.test(plain) ? groups(plain) : null;
}

const groups = (digits: string): string => digits.split('-').map(enDigits).join(', ');
