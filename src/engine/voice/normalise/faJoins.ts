/**
 * The half-space where it was typed as a space or left out, only where nothing else can be meant: «می روم» and «میروم» → «می‌روم», «کتاب ها» →
 * «کتاب‌ها», «بزرگ ترین» → «بزرگ‌ترین», «رفته ام» → «رفته‌ام». Left alone: «هوای تر», «ای مردم», «میدان», «تحقیق میدانی».
 */
const PRESENT = 'رو|آی|کن|شو|گوی?|خواه|توان|دان|بین|خور|ده|گیر|زن|رس|ساز|نویس|خوان|پرس|بر|آور|گذار|گذر|دار|باش|نشین|ایست|خواب|خند|گری|فروش|خر|پز|شوی|افت|انداز|یاب|شناس|شنو|فهم|فرست|پذیر|کوش|جنگ|ترس|مان|میر|گرد|چرخ|کش|پوش|ریز|بند|شکن|سوز|دوز|بخش|آموز|پرداز|افزا|کاه|رسان|نام|جوی?|دو|پر|لرز|روی|آزما|خیز|اندیش|پسند|رنج|نگر|نواز|گنج|ارز|سنج|طلب|بلع|چین|کار';
const PAST = 'رفت|آمد|کرد|شد|گفت|خواست|توانست|دانست|دید|خورد|داد|گرفت|زد|رسید|ساخت|نوشت|خواند|پرسید|برد|آورد|گذاشت|گذشت|داشت|نشست|ایستاد|خوابید|خندید|گریست|فروخت|خرید|پخت|شست|افتاد|انداخت|یافت|شناخت|شنید|فهمید|فرستاد|پذیرفت|کوشید|جنگید|ترسید|ماند|مرد|گشت|کشید|پوشید|ریخت|بست|شکست|سوخت|دوخت|بخشید|آموخت|پرداخت|افزود|کاست|رساند|نامید|جست|دوید|پرید|لرزید|بود';
const VERB = `(?:(?:${PRESENT})(?:م|ی|د|یم|ید|ند)|(?:${PAST})(?:م|ی|یم|ید|ند)?|شه|کنه|گه|ره|خواد|تونه|دونم|خوام|تونم|گم|رم)`;
const WHOLE_VERB = new RegExp(`^${VERB}$`, 'u');
/** Endings of spoken verbs, which the voice reads right only without the half-space: «می‌ره» would be mirah, «می‌گم» migom. */
const SPOKEN_VERB = 'گم|گه|گیم|ره|ری|شه|شن|ده|دی|ام|ای|اد|ایم|این';
const SPOKEN = new RegExp(`^(ن?)می\\u200C?(${SPOKEN_VERB})$`, 'u');
const SPOKEN_APART = /^(?:گم|گه|ره|شه)(?![\p{L}\p{M}\u200C])/u;
const GLUED = new RegExp(`^(ن?می)(${VERB})$`, 'u');
/** Words of their own that look like a verb written together. */
const NOT_GLUED = new Set(['میدانی', 'میرید', 'میره', 'میرم']);
const ENDING = /^(?:ها|های|هایی|هایم|هایت|هایش|هایمان|هایتان|هایشان|ترین|ترین‌ها|ترین‌های)$/u;
const COMPARED = new Set('بزرگ کوچک مهم بیش کم زیاد سریع کند زیبا خوب بد سخت آسان جدید قدیمی بلند کوتاه قوی ضعیف گران ارزان دور نزدیک پایین بالا سنگین سبک گرم سرد روشن تاریک قشنگ ساده پیچیده عمیق وسیع جوان پیر'.split(' '));
const AFTER_HE = /^(?:ام|ایم|اید|اند|اش)$/u;

/** A verb written together with its «می»: with the half-space between. */
export function faSplit(word: string): string {
  if (!/^ن?می/u.test(word)) return word;
  const spoken = SPOKEN.exec(word);
  if (spoken) return `${spoken[1] && 'نِ'}می${spoken[2]}`;
  if (NOT_GLUED.has(word)) return word;
  const match = GLUED.exec(word);
  return match ? `${match[1]}\u200C${match[2]}` : word;
}

/** Whether «می» before it makes a verb as it is spoken, which is said as one word: «می ره». */
export const isSpokenVerb = (word: string): boolean => SPOKEN_APART.test(word);

/** Whether the two words, which only a space parts, are one with a half-space. */
export function faJoined(before: string, word: string): boolean {
  if (/^(?:نِ?)?می$/u.test(before)) return WHOLE_VERB.test(word);
  if (!/[ء-ی]$/u.test(before) || before.length < 2) return false;
  if (ENDING.test(word)) return true;
  if (word === 'تر') return COMPARED.has(before);
  // «خانه ی ما», «بچه ها ی ما»; «هسته ای», where «همه ای …» calls somebody.
  if (word === 'ی') return /(?:.[^اوا]ه|ها)$/u.test(before);
  if (word === 'ای') return before.length > 3 && before !== 'همیشه' && /[^اوا]ه$/u.test(before);
  return AFTER_HE.test(word) && /[^اوا]ه$/u.test(before);
}

/** A finite form after «می», or without it: رفت, روم, گفتند. */
export const isVerbForm = (word: string): boolean => WHOLE_VERB.test(word);
