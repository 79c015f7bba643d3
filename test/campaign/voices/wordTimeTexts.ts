/** Sentences for the word times, 112 in each language: every beginning with every end. Many of their words begin with plosives, and each has pauses within. */
import type { Lang } from '../../../src/shared/vocabulary.ts';

const BEGINNINGS: Record<Lang, string[]> = {
  fa: ['پدر مریم', 'دختر همسایه', 'کارگر جوان', 'تیم ما', 'گربهٔ سفید', 'برادر بزرگ من', 'سیما', 'آن مرد', 'معلم تاریخ', 'قصاب محله', 'خواهر کوچک علی', 'دکتر احمدی', 'جوان شاد', 'چوپان پیر'],
  en: ['The tall doctor', 'Peter', 'My best friend', 'A careful driver', 'Their team', 'Good old Kate', 'Somebody', 'The black dog', 'Every teacher', 'Claire’s brother', 'A famous singer', 'The girl next door', 'George', 'An old painter'],
};
const ENDS: Record<Lang, string[]> = {
  fa: [
    'دیروز، پیش از ظهر، به بازار تبریز رفت و برگشت.', 'کتاب تازه‌ای خرید، ولی آن را تا امروز باز نکرد.', 'به ما گفت: بیایید، دیر شده است!', 'تا شب در باغ ماند؛ بعد، باران تندی بارید.',
    'چای داغ می‌خواهد، نه قهوهٔ سرد.', 'پرسید: کجا بودید؟ چرا دیر کردید؟', 'با قطار، از قم تا کرمان، سفر کرد.', 'هفت روز صبر کرد، پس از آن پیامی فرستاد.',
  ],
  en: [
    'bought ten books, but kept only two.', 'came to town, drank tea, and took the train back.', 'said: please be quiet, it is past ten!', 'did not pay; perhaps tomorrow, perhaps never.',
    'plays the piano, the drums, and a broken guitar.', 'asked: who called? Can you tell me?', 'keeps calm, goes on, and gets things done.', 'would like cake, not bread, before dinner.',
  ],
};

export const WORD_TIME_TEXTS: Record<Lang, string[]> = { fa: every('fa'), en: every('en') };

function every(lang: Lang): string[] {
  return BEGINNINGS[lang].flatMap((beginning) => ENDS[lang].map((end) => `${beginning} ${end}`));
}
