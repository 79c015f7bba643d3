/**
 * What a measure says, in words, in both languages: one place for the command line, the report and the page, so that they never tell
 * different things. Numbers come from the measure's figures.
 */
import type { QaMeasure, QaUnknown, QaVerdict } from './contract/qa.ts';
import { QA_LIMITS, type QaMeasureName } from './qaLimits.ts';

export type QaLang = 'fa' | 'en';

const LOCALE: Record<QaLang, string> = { fa: 'fa-IR', en: 'en-GB' };
const number = (lang: QaLang, value: number, digits = 0): string => new Intl.NumberFormat(LOCALE[lang], { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
const percent = (lang: QaLang, share: number): string => new Intl.NumberFormat(LOCALE[lang], { style: 'percent', maximumFractionDigits: share < 0.1 ? 1 : 0 }).format(share);

/** `01:02`, or `01:02.4` with tenths: a clock stands left to right in both languages. */
export function qaClock(lang: QaLang, sec: number, tenths = false): string {
  const two = (value: number) => new Intl.NumberFormat(LOCALE[lang], { minimumIntegerDigits: 2, useGrouping: false }).format(value);
  const all = tenths ? Math.round(sec * 10) : Math.floor(sec + 1e-6) * 10;
  return `${two(Math.floor(all / 600))}:${two(Math.floor(all / 10) % 60)}${tenths ? `.${number(lang, all % 10)}` : ''}`;
}

export const QA_NAMES: Record<QaLang, Record<QaMeasureName, string>> = {
  en: {
    offset: 'Sound and lips together', correlation: 'Lips follow the voice', silence: 'Still in silence', closures: 'Lips meet at m, b, p', seam: 'No visible seam', sharpness: 'Mouth as sharp as the face',
    jitter: 'Head without jitter', faceless: 'Face in every frame',
  },
  fa: {
    offset: 'هم‌زمانی صدا و لب', correlation: 'پیروی لب از صدا', silence: 'آرامش در سکوت', closures: 'بسته‌شدن لب در م، ب، پ', seam: 'نبود درز', sharpness: 'وضوح دهان در برابر چهره', jitter: 'نلرزیدن سر', faceless: 'دیده‌شدن چهره',
  },
};

export const QA_VERDICT_NAMES: Record<QaLang, Record<QaVerdict, string>> = {
  en: { good: 'Good', fair: 'Fair', poor: 'Poor', unknown: 'Not known' },
  fa: { good: 'خوب', fair: 'متوسط', poor: 'ضعیف', unknown: 'نامعلوم' },
};

const WHY: Record<QaLang, Record<QaUnknown, string>> = {
  en: {
    'no-sound': 'The video has no sound.',
    'no-speech': 'Nobody speaks here.',
    'too-short': 'Too little speech to tell it from chance.',
    'no-face': 'No face is seen here.',
    'no-silence': 'There is no silence long enough to look at.',
    'no-phonemes': 'Which sounds are spoken when is known only of texts that Sima’s own voices speak.',
    'no-closures': 'No m, b or p is spoken here.',
    'no-source': 'The pictures that the video was made from are not known.',
    'small-face': 'The face is too small in the picture.',
    'still-mouth': 'The mouth does not move.',
    unrelated: 'Lips and voice do not belong together, so no delay between them can be told.',
  },
  fa: {
    'no-sound': 'ویدیو صدا ندارد.',
    'no-speech': 'اینجا کسی سخن نمی‌گوید.',
    'too-short': 'گفتار کوتاه‌تر از آن است که بتوان آن را از تصادف بازشناخت.',
    'no-face': 'چهره‌ای دیده نمی‌شود.',
    'no-silence': 'سکوتی به اندازهٔ کافی بلند در آن نیست.',
    'no-phonemes': 'زمان آواها فقط برای متنی معلوم است که صداهای خود سیما گفته باشند.',
    'no-closures': 'اینجا م، ب یا پ گفته نمی‌شود.',
    'no-source': 'تصویرهایی که ویدیو از آن‌ها ساخته شده معلوم نیست.',
    'small-face': 'چهره در تصویر بیش از اندازه کوچک است.',
    'still-mouth': 'دهان تکان نمی‌خورد.',
    unrelated: 'لب‌ها و صدا به هم ربط ندارند؛ پس نمی‌توان گفت چقدر از هم عقب‌اند.',
  },
};

type Told = Pick<QaMeasure, 'name' | 'value' | 'why' | 'verdict' | 'figures' | 'worst'>;
type Words = Record<QaMeasureName, (measure: Told) => string>;

const WORDS: Record<QaLang, Words> = {
  en: {
    offset: ({ verdict, figures: { ms } }) =>
      verdict === 'good' ? `Sound and lips come together (${signed('en', ms)} ms).` : `The lips come ${number('en', Math.abs(ms))} ms ${ms > 0 ? 'after' : 'before'} the sound.`,
    correlation: ({ verdict, figures: { r, still } }) =>
      still === 1 ? 'The mouth hardly moves while somebody speaks.'
      : verdict === 'good' ? `The lips open and close with the voice (r ${number('en', r, 2)}).`
      : verdict === 'fair' ? `The lips follow the voice loosely (r ${number('en', r, 2)}).`
      : `The lips have little to do with the voice (r ${number('en', r, 2)}).`,
    silence: ({ verdict, figures: { share }, worst }) =>
      verdict === 'good' ? 'The mouth is still while nobody speaks.' : `The mouth moves in silence by ${percent('en', share)} of its range${during('en', worst)}.`,
    closures: ({ verdict, figures: { closed, of, worstClosed, worstOf }, worst }) =>
      verdict !== 'good' && worst && worstOf > 0 && worstOf < of ? `Lips close on ${number('en', worstClosed)} of ${number('en', worstOf)} m/b/p between ${qaClock('en', worst.startSec)} and ${qaClock('en', Math.ceil(worst.endSec))}; on ${number('en', closed)} of ${number('en', of)} in all.`
      : `Lips close on ${number('en', closed)} of ${number('en', of)} m/b/p.`,
    seam: ({ verdict, figures: { ratio } }) =>
      verdict === 'good' ? 'No edge is seen around the mouth.' : `An edge shows around the mouth: ${number('en', ratio, 1)} times as strong as in the source picture.`,
    sharpness: ({ verdict, figures: { ratio } }) =>
      verdict === 'good' ? 'The mouth is as sharp as the rest of the face.' : `The mouth is blurred: ${percent('en', ratio)} of the sharpness that fits the face.`,
    jitter: ({ verdict, figures: { pixels } }) => (verdict === 'good' ? 'The head moves smoothly.' : `The head jumps from frame to frame by up to ${number('en', pixels, 1)} pixels.`),
    faceless: ({ verdict, figures: { frames, of } }) =>
      frames === 0 ? 'A face is seen in every frame.' : `${verdict === 'good' ? 'Nearly every frame shows a face: none' : 'No face'} in ${number('en', frames)} of ${number('en', of)} frames.`,
  },
  fa: {
    offset: ({ verdict, figures: { ms } }) =>
      verdict === 'good' ? `صدا و لب با هم می‌آیند (${signed('fa', ms)} میلی‌ثانیه).` : `لب‌ها ${number('fa', Math.abs(ms))} میلی‌ثانیه ${ms > 0 ? 'پس از' : 'پیش از'} صدا حرکت می‌کنند.`,
    correlation: ({ verdict, figures: { r, still } }) =>
      still === 1 ? 'دهان هنگام گفتار تقریباً تکان نمی‌خورد.'
      : verdict === 'good' ? `لب‌ها همراه صدا باز و بسته می‌شوند (r برابر ${number('fa', r, 2)}).`
      : verdict === 'fair' ? `لب‌ها کم‌وبیش از صدا پیروی می‌کنند (r برابر ${number('fa', r, 2)}).`
      : `حرکت لب‌ها با صدا ارتباط چندانی ندارد (r برابر ${number('fa', r, 2)}).`,
    silence: ({ verdict, figures: { share }, worst }) =>
      verdict === 'good' ? 'دهان در سکوت آرام است.' : `دهان در سکوت به اندازهٔ ${percent('fa', share)} دامنهٔ خود تکان می‌خورد${during('fa', worst)}.`,
    closures: ({ verdict, figures: { closed, of, worstClosed, worstOf }, worst }) =>
      verdict !== 'good' && worst && worstOf > 0 && worstOf < of ? `لب‌ها در ${number('fa', worstClosed)} مورد از ${number('fa', worstOf)} م/ب/پ میان ${qaClock('fa', worst.startSec)} و ${qaClock('fa', Math.ceil(worst.endSec))} بسته می‌شوند؛ روی هم ${number('fa', closed)} از ${number('fa', of)}.`
      : `لب‌ها در ${number('fa', closed)} مورد از ${number('fa', of)} م/ب/پ بسته می‌شوند.`,
    seam: ({ verdict, figures: { ratio } }) =>
      verdict === 'good' ? 'لبه‌ای دور دهان دیده نمی‌شود.' : `لبه‌ای دور دهان پیداست: ${number('fa', ratio, 1)} برابر تصویر اصلی.`,
    sharpness: ({ verdict, figures: { ratio } }) =>
      verdict === 'good' ? 'دهان به وضوح بقیهٔ چهره است.' : `دهان تار است: ${percent('fa', ratio)} وضوحی که با چهره جور است.`,
    jitter: ({ verdict, figures: { pixels } }) => (verdict === 'good' ? 'سر نرم حرکت می‌کند.' : `سر از فریمی به فریم دیگر تا ${number('fa', pixels, 1)} پیکسل می‌پرد.`),
    faceless: ({ verdict, figures: { frames, of } }) =>
      frames === 0 ? 'در همهٔ فریم‌ها چهره دیده می‌شود.' : `${verdict === 'good' ? 'تقریباً همهٔ فریم‌ها چهره دارند: فقط ' : ''}${number('fa', frames)} فریم از ${number('fa', of)} فریم چهره ندارد.`,
  },
};

function signed(lang: QaLang, value: number): string {
  return new Intl.NumberFormat(LOCALE[lang], { signDisplay: 'exceptZero', maximumFractionDigits: 0 }).format(value);
}

function during(lang: QaLang, worst: Told['worst']): string {
  if (!worst) return '';
  const [from, to] = [qaClock(lang, worst.startSec, true), qaClock(lang, worst.endSec, true)];
  return lang === 'fa' ? `، بیش از همه میان ${from} و ${to}` : `, most of all between ${from} and ${to}`;
}

/** What the measure means, in plain words. */
export function qaSentence(measure: Told, lang: QaLang): string {
  if (measure.value === null) return WHY[lang][measure.why ?? 'too-short'];
  return WORDS[lang][measure.name](measure);
}

/** The number behind the words, with its unit; `–` where it is not known. */
export function qaFigure({ name, value, figures }: Told, lang: QaLang): string {
  if (value === null) return '–';
  const units = { en: { offset: 'frames', jitter: 'px' }, fa: { offset: 'فریم', jitter: 'پیکسل' } }[lang];
  if (name === 'offset') return `${new Intl.NumberFormat(LOCALE[lang], { signDisplay: 'exceptZero', minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value)} ${units.offset}`;
  if (name === 'closures') return `${number(lang, figures.closed)}/${number(lang, figures.of)}`;
  if (name === 'jitter') return `${number(lang, value, 2)} ${units.jitter}`;
  if (name === 'silence' || name === 'faceless') return percent(lang, value);
  return number(lang, value, 2);
}

/** From where on the measure is good, in the unit that it is judged in. */
export function qaLimit(name: QaMeasureName, lang: QaLang): string {
  const { good, less } = QA_LIMITS[name];
  const isShare = name === 'silence' || name === 'closures' || name === 'faceless' || name === 'sharpness';
  const value = isShare ? percent(lang, good) : new Intl.NumberFormat(LOCALE[lang], { maximumFractionDigits: 2 }).format(name === 'offset' ? good * 1000 : good);
  const units: Partial<Record<QaMeasureName, Record<QaLang, string>>> = { offset: { en: 'ms', fa: 'میلی‌ثانیه' }, jitter: { en: 'eye distances', fa: 'فاصلهٔ چشم‌ها' } };
  // The sign belongs to its number, whichever way the line runs.
  return `\u2066${less ? '≤' : '≥'} ${value}\u2069${units[name] ? ` ${units[name][lang]}` : ''}`;
}
