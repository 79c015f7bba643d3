/** Texts of any length, to see how long reading takes. */
import type { Lang } from '../../src/shared/vocabulary.ts';

const NEWS: Record<Lang, string[]> = {
  fa: [
    'سازمان هواشناسی کشور اعلام کرد که از روز سه‌شنبه بارش باران در استان‌های شمالی آغاز می‌شود و تا پایان هفته ادامه خواهد داشت. ',
    'بر اساس این گزارش، دمای هوای تهران در ۲۴ ساعت آینده به ۱۵ درجه می‌رسد. ',
    'قیمت هر دلار در بازار آزاد امروز با ۲٫۳ درصد افزایش به ۵۹٬۸۵۰ تومان رسید. ',
    'وزیر آموزش و پرورش گفت مدرسه‌ها از اول مهر باز خواهند بود و دانش‌آموزان باید کتاب‌های خود را تا ۲۵ شهریور تهیه کنند. ',
  ],
  en: [
    'The weather service said on Tuesday that rain would begin in the northern provinces and last until the end of the week. ',
    'According to this report, temperatures in the capital will reach 15 degrees within 24 hours. ',
    'The price of a dollar rose by 2.3% to $1,250 today. ',
    'Dr. Smith, the minister of education, said that schools would open on Sept. 23 and that the U.S. and the FBI had nothing to do with it. ',
  ],
};

/** At least so many bytes of UTF-8. */
export function newsSentences(lang: Lang, bytes: number): string[] {
  return Array.from({ length: Math.ceil(bytes / Buffer.byteLength(NEWS[lang].join(''))) }, () => NEWS[lang]).flat();
}

/** Numbers of up to six digits, each another, with a full stop after one in seven: what is said is several times as long as what is written. */
export function numbersText(lang: Lang, bytes: number): string {
  let text = '';
  let length = 0;
  for (let i = 0; length < bytes; i++) {
    // A multiplier that shares no factor with the modulus goes through all of them.
    const number = String((i * 397_631) % 1_000_003).slice(0, 6);
    const part = (lang === 'fa' ? number.replace(/\d/g, (digit) => '۰۱۲۳۴۵۶۷۸۹'[Number(digit)]) : number) + (i % 7 === 6 ? '. ' : ' ');
    text += part;
    length += Buffer.byteLength(part);
  }
  return text;
}
