/** Roman numerals, only where they are ones: after a word that is counted so, or written with the signs made for them (Ⅳ). */
import { faCardinal, faOrdinal } from './faNumbers.ts';
import { romanValue } from './roman.ts';

/** «قرن نوزدهم», «لویی چهاردهم»… */
const ORDERED = new Set(['قرن', 'سده', 'سده‌ی', 'سدهٔ', 'هزاره', 'هزاره‌ی', 'لویی', 'لوئی', 'پاپ', 'هنری', 'الیزابت', 'چارلز', 'ادوارد', 'ریچارد', 'جیمز', 'فردریک', 'جورج', 'پل', 'فصل', 'بخش', 'جلد', 'پرده', 'پرده‌ی', 'جهانی', 'ویلهلم', 'ناپلئون', 'فیلیپ', 'نیکلای', 'کاترین', 'الکساندر', 'لئوپولد', 'بندیکت']);
/** …but «گروه سه», «نوع دو». */
const COUNTED = new Set(['گروه', 'نوع', 'تیپ', 'مرحله', 'مرحله‌ی', 'مرحلهٔ', 'سطح', 'فاز', 'شکل', 'جدول', 'کلاس', 'قسمت', 'پیوست', 'ردیف', 'درجه', 'درجه‌ی']);

export function faRoman(word: string, before: string, own: boolean): string | null {
  const value = romanValue(word);
  if (value === null || !(own || ORDERED.has(before) || COUNTED.has(before))) return null;
  return ORDERED.has(before) ? faOrdinal(value) : faCardinal(value);
}
