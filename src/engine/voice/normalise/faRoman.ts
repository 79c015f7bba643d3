/** Roman numerals, only where they are ones: after a word that is counted so, or written with the signs made for them (Ⅳ). */
import { faCardinal, faOrdinal } from './faNumbers.ts';

const VALUES: Record<string, number> = { I: 1, V: 5, X: 10, L: 50, C: 100, D: 500, M: 1000 };
const ROMAN = /^(?=.)M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})$/;
/** «قرن نوزدهم», «لویی چهاردهم»… */
const ORDERED = new Set(['قرن', 'سده', 'سده‌ی', 'سدهٔ', 'هزاره', 'هزاره‌ی', 'لویی', 'پاپ', 'هنری', 'الیزابت', 'چارلز', 'جورج', 'پل', 'فصل', 'بخش', 'جلد', 'پرده', 'پرده‌ی', 'جهانی', 'ویلهلم', 'ناپلئون', 'فیلیپ', 'نیکلای', 'کاترین', 'الکساندر', 'لئوپولد', 'بندیکت']);
/** …but «گروه سه», «نوع دو». */
const COUNTED = new Set(['گروه', 'نوع', 'تیپ', 'مرحله', 'مرحله‌ی', 'مرحلهٔ', 'سطح', 'فاز', 'شکل', 'جدول', 'کلاس', 'قسمت', 'پیوست', 'ردیف', 'درجه', 'درجه‌ی']);

export function faRoman(word: string, before: string, own: boolean): string | null {
  // A single C, D, L or M is a letter.
  if (!ROMAN.test(word) || /^[CDLM]$/.test(word) || !(own || ORDERED.has(before) || COUNTED.has(before))) return null;
  let value = 0;
  for (let i = 0; i < word.length; i++) value += VALUES[word[i]] < (VALUES[word[i + 1]] ?? 0) ? -VALUES[word[i]] : VALUES[word[i]];
  return ORDERED.has(before) ? faOrdinal(String(value)) : faCardinal(String(value));
}
