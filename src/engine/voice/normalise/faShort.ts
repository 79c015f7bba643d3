/** Persian abbreviations: those with stops between letters, those before a name or number, and the honorifics in parentheses. */
import type { Around } from './around.ts';

const DOTTED: Record<string, string> = {
  'ه.ش': 'هجری شمسی', 'ه.ق': 'هجری قمری', 'ه.خ': 'هجری خورشیدی', 'ق.م': 'قبل از میلاد', 'پ.م': 'پیش از میلاد', 'ب.م': 'بعد از میلاد', 'ق.ظ': 'قبل از ظهر', 'ب.ظ': 'بعد از ظهر', 'ق.غ': 'قاشق غذاخوری', 'ق.چ': 'قاشق چای‌خوری', 'ر.ک': 'رجوع کنید به',
  'ن.ک': 'نگاه کنید به', 'پ.ن': 'پی‌نوشت', 'ج.ا.ا': 'جمهوری اسلامی ایران', 'ج.ا': 'جمهوری اسلامی',
};
/** Before a number, with or without a stop. */
const BEFORE_NUMBER: Record<string, string> = { ص: 'صفحه‌ی', صص: 'صفحات', ج: 'جلد', س: 'سطر', ش: 'شماره‌ی', پ: 'پلاک', ک: 'کوچه‌ی', ت: 'تلفن', ط: 'طبقه‌ی', خ: 'خیابان' };
/** After a number or another abbreviation of a year. */
const AFTER_YEAR: Record<string, string> = { م: 'میلادی', ش: 'شمسی', ق: 'قمری', خ: 'خورشیدی' };
/** Before a name, with their stop. */
const BEFORE_NAME: Record<string, string> = { د: 'دکتر', م: 'مهندس', خ: 'خیابان', رک: 'رجوع کنید به', نک: 'نگاه کنید به' };
/** Wherever they stand. */
const ALWAYS: Record<string, string> = { الخ: 'الی آخر' };
/** Spelled as they sound. */
const HONORIFIC: Record<string, string> = { ص: 'صَلَلّاه علیه و آله', ع: 'علیهِسَّلام', س: 'سلام‌الله علیها', ره: 'رحمت‌الله علیه', عج: 'عَجَّل‌الله تعالی فَرَجَه', قس: 'قدس سره', رض: 'رضی‌الله عنه' };
const SHORT = new Set([BEFORE_NUMBER, AFTER_YEAR, BEFORE_NAME, HONORIFIC].flatMap(Object.keys));

export function faShort(word: string, around: Around): string | null {
  const dotted = dottedShort(word);
  if (dotted !== null) return dotted;
  if (Object.hasOwn(ALWAYS, word)) return ALWAYS[word];
  if (!SHORT.has(word)) return null;
  const { before, after, enclosed, stop } = around;
  if (enclosed) return Object.hasOwn(HONORIFIC, word) && /^\p{L}/u.test(before) ? HONORIFIC[word] : null;
  if (Object.hasOwn(BEFORE_NUMBER, word) && /^\d/.test(after)) return BEFORE_NUMBER[word];
  if (Object.hasOwn(AFTER_YEAR, word) && (word === 'م' ? /^(?:1[1-9]|20)\d\d$/ : /^\d{3,4}$/).test(before)) return AFTER_YEAR[word];
  return stop && Object.hasOwn(BEFORE_NAME, word) && /^[ء-ی]/u.test(after) && after.length > 1 ? BEFORE_NAME[word] : null;
}

/** Letters with stops between them: «ه.ش», «ق.م», also in English text. */
export const dottedShort = (word: string): string | null => {
  if (!word.includes('.')) return null;
  const plain = word.replaceAll('\u200D', '');
  return Object.hasOwn(DOTTED, plain) ? DOTTED[plain] : null;
};
