/** Numbers that are called or copied, in the groups that Iranians say: mobile 4-3-2-2, landlines by pairs after the area code, cards by pairs. */
import type { Around } from './around.ts';
import { faCardinal, faDigits, faGroup } from './faNumbers.ts';

/** Words after which a long number is called… */
const CALLED = new Set(['تلفن', 'تلفکس', 'فکس', 'دورنگار', 'موبایل', 'همراه', 'تماس', 'پیامک', 'واتساپ', 'شماره', 'شماره‌ی', 'شمارهٔ']);
/** …or a code that is read digit by digit. */
const CODE = new Set(['ملی', 'پستی', 'شناسه', 'شناسه‌ی', 'شناسهٔ', 'سریال', 'رهگیری', 'پیگیری', 'تأیید', 'تایید', 'کد', 'کدپستی', 'کدملی', 'رمز', 'پین']);

/** @returns null if it is no such number */
export function faPhone(word: string, around: Around): string | null {
  if (word.length < 3 || !/\d/.test(word)) return null;
  if (word.startsWith('*') && /^\*[\d*]+#$/.test(word)) return `ستاره ${word.slice(1, -1).split('*').map((part) => (part.length > 4 ? faDigits(part) : faGroup(part))).join(' ستاره ')} مربع`;
  const { before, enclosed: opened } = around;
  if (word.length < 5 && !opened) return null;
  const plain = word.replace(/[ ()-]+/g, '-').replace(/^-|-$/g, '');
  const digits = plain.replace(/\D/g, '');
  if (/^(?:\+|00)98-?[1-9](?:-?\d){9}$/.test(plain)) return groups(plain.startsWith('+') ? 'به علاوه‌ی نود و هشت' : 'دو صفر نود و هشت', national(digits.replace(/^(?:00)?98/, '')));
  if (/^\+\d{1,3}(?:-?\d){6,12}$/.test(plain)) return `به علاوه‌ی ${plain.slice(1).split('-').map((part) => faDigits(part)).join('، ')}`;
  if (/^09(?:-?\d){9}$/.test(plain)) return groups(`صفر ${faCardinal(digits.slice(1, 4))}`, local(digits.slice(4)));
  if (/^0[1-8]\d(?:-?\d){8}$/.test(plain)) return groups(faGroup(digits.slice(0, 3)), local(digits.slice(3)));
  // The area code is said first, wherever it is written: «۸۸۷۷۶۶۵۵-۰۲۱».
  const areaLast = /^([2-9]\d{4,7})-(0[1-8]\d{1,2})$/.exec(plain);
  if (areaLast) return groups(faGroup(areaLast[2]), local(areaLast[1]));
  const area = /^(0[1-8]\d{1,2})-([\d-]+)$/.exec(plain);
  if (area && digits.length >= 8 && digits.length <= 12) return groups(faGroup(area[1]), local(area[2].replaceAll('-', '')));
  if (opened && /^0\d{2,3}$/.test(word)) return faGroup(word);
  if (/^(?:\d{4}-){3}\d{4}$/.test(plain)) return pairs(digits).join('، ');
  if (CODE.has(before) && /^\d{5,}(?:-\d+)*$/.test(plain)) return plain.split('-').map(faDigits).join('، ');
  // «۸۸۷۷۶۶۵۵-۶»: several lines.
  const lines = CALLED.has(before) ? /^([1-9]\d{6,7})-(\d{1,2})$/.exec(plain) : null;
  if (lines) return `${local(lines[1]).join('، ')} تا ${faCardinal(lines[2])}`;
  if ((CALLED.has(before) || /^0\d{2,3}$/.test(before)) && /^[1-9]\d{4,7}(?:-\d+)?$/.test(word)) return local(digits).join('، ');
  return null;
}

const groups = (...parts: (string | string[])[]): string => parts.flat().join('، ');
/** «دو صفر», as people say it. */
const group = (digits: string): string => faGroup(digits).replace('صفر صفر', 'دو صفر');

/** Ten digits without the zero before them. */
const national = (digits: string): string[] => (digits.startsWith('9') ? [faCardinal(digits.slice(0, 3)), ...local(digits.slice(3))] : [faCardinal(digits.slice(0, 2)), ...local(digits.slice(2))]);

/** An odd count begins with three digits: ۱۲۳ ۴۵ ۶۷. */
const local = (digits: string): string[] => (digits.length % 2 === 1 ? [group(digits.slice(0, 3)), ...pairs(digits.slice(3))] : pairs(digits));
const pairs = (digits: string): string[] => (digits.match(/\d\d/g) ?? []).map(group);
