/** Letters: which script, what can be spoken, and Persian spelling made one. */
import type { Lang } from '../../../shared/vocabulary.ts';

const ARABIC = /(?=\p{L})\p{Script=Arabic}/u;
const LATIN = /(?=\p{L})\p{Script=Latin}/u;
const ARABIC_RUNS = /(?:(?=\p{L})\p{Script=Arabic})+/gu;
const LATIN_RUNS = /(?:(?=\p{L})\p{Script=Latin})+/gu;
const lengthOf = (runs: RegExpMatchArray | null): number => (runs ?? []).reduce((sum, run) => sum + run.length, 0);
const PERSIAN_DIGIT = /[۰-۹٠-٩]/u;
/** Letters of the two scripts (not marks that stand in the place of one) and digits that have a reading. Symbols count only beside them. */
const SPEAKABLE = /[0-9۰-۹٠-٩０-９¼-¾⅐-⅞Ⅰ-ⅿ]|(?=\p{L})(?![\uFC5E-\uFC63\uFCF2-\uFCF4\uFE70-\uFE7F])[\p{Script=Arabic}\p{Script=Latin}]/u;

/** What most words are: nothing of it has another spelling. */
const PLAIN = /^[!-~آئابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی۰-۹]+$|^[آئابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی]+(?:\u200C[آئابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی]+)*$/;
const OTHER_DIGITS = /[۰-۹٠-٩٫٬،٪−‐‑]/;
/** Persian letters only: said as written, unless a word beside it says otherwise. */
const PLAIN_PERSIAN = /^[آئابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی]{2,}(?:\u200C[آئابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی]+)*$/;

/** Words of such letters and of English ones, with one space, hyphen or half-space between. */
const PLAIN_TEXT = /^[A-Za-zآئابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی]+(?:[ \u200C-][A-Za-zآئابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی]+)*$/;

export const isPlainText = (text: string): boolean => PLAIN_TEXT.test(text);
export const isPlainPersian = (word: string): boolean => PLAIN_PERSIAN.test(word);

/** English letters only, perhaps with an apostrophe: don't. */
export const isPlainEnglish = (word: string): boolean => /^[A-Za-z]+(?:'[a-z]+)?$/.test(word);

/** Unicode's order has the tashdid after the vowel, and eSpeak then says “tashdid”. */
export const tashdidFirst = (text: string): string => text.replace(/([\u064B-\u0650\u0670])\u0651/g, '\u0651$1');

/** Whether a voice can say anything of it: at least one letter or digit. */
export function isSpeakable(text: string): boolean {
  return SPEAKABLE.test(text);
}

/** The language of a word by its letters; null for numbers and symbols. */
export function langOf(word: string): Lang | null {
  if (ARABIC.test(word)) return 'fa';
  return LATIN.test(word) ? 'en' : null;
}

/**
 * The language in which most of the text is written. Links and addresses count as nothing; a Latin letter counts as less than a
 * Persian one, because Persian leaves its short vowels unwritten: «من از GitHub Copilot استفاده می‌کنم» is Persian.
 */
export function dominantLang(text: string): Lang | null {
  const plain = text.replace(/(?:https?:\/\/|www\.)\S+|[\w.+-]{0,64}@[\w.-]+/giu, ' ');
  const persian = lengthOf(plain.match(ARABIC_RUNS));
  const latin = lengthOf(plain.match(LATIN_RUNS));
  if (persian + latin === 0) return PERSIAN_DIGIT.test(plain) ? 'fa' : /[A-Za-z]/.test(text) ? 'en' : null;
  return persian >= latin * 0.7 ? 'fa' : 'en';
}

const SIGNS = new Map([...['۰۱۲۳۴۵۶۷۸۹', '٠١٢٣٤٥٦٧٨٩'].flatMap((digits) => Array.from(digits, (digit, value) => [digit, String(value)] as const)), ['٫', '.'], ['٪', '%'], ['−', '-'], ['‐', '-'], ['‑', '-']]);

/** Persian, Arabic-Indic and full-width digits and separators as ASCII: `۱۲٬۳۴۵٫۶` → `12,345.6`. Keeps the length. */
export function asciiDigits(text: string): string {
  if (!OTHER_DIGITS.test(text)) return text;
  return text.replace(/[۰-۹٠-٩٫٪−‐‑]/g, (sign) => SIGNS.get(sign)!).replace(/[٬،](?=[0-9]{3}(?![0-9]))/g, ',');
}

/**
 * One spelling for speech: NFC, Arabic letters as Persian ones, presentation forms dissolved, tatweel, bidi marks and
 * zero-width characters dropped except a ZWNJ between letters; full-width letters and digits, ½ and Ⅳ as plain ones. Marks that tell the
 * vowels stay: they are the user's remedy; marks for reciting go.
 */
export function plainLetters(text: string): string {
  if (PLAIN.test(text)) return text;
  return tashdidFirst(text.normalize('NFC'))
    .replace(/[\uFB50-\uFDFF\uFE70-\uFEFC]+/g, (forms) => forms.normalize('NFKC'))
    .replace(/[０-９Ａ-Ｚａ-ｚⅠ-ⅿ]+/g, (forms) => forms.normalize('NFKC'))
    .replace(/[¼-¾⅐-⅞]/g, (fraction) => ` ${fraction.normalize('NFKC').replace('⁄', '/')}`)
    .replace(/[يىےۍې]/g, 'ی')
    .replace(/[كڪ]/g, 'ک')
    .replace(/ۀ/g, 'هٔ')
    .replace(/[ةۃہھ]/g, 'ه')
    .replace(/[’‘ʼ]/g, "'")
    .replace(/\u00AC/g, '\u200C')
    .replace(/[\u0640\u200B\u200D-\u200F\u202A-\u202E\u2060-\u2069\uFEFF\u00AD\u034F\u06D6-\u06DC\u06DF-\u06E4\u06E7-\u06ED\uFE0E\uFE0F]/g, '')
    .replace(/ٱ/g, 'ا')
    .normalize('NFC')
    .replace(/\u200C{2,}/g, '\u200C')
    .replace(/(?<![\p{L}\p{M}])\u200C|\u200C(?![\p{L}\p{M}])/gu, '');
}
