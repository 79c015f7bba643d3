/**
 * A written word in a Persian text as what a careful newsreader says for it. The steps, each a file of its own, in this order; the first that
 * knows the word decides: abbreviations, Roman numerals, telephone numbers and codes, dates and times, numbers, units and signs, spelling.
 */
import { NOTHING_AROUND, type Around } from './around.ts';
import { enShort } from './enShort.ts';
import { faDate, faDay, faDays, faTime, isDay } from './faDates.ts';
import { writtenAmount, writtenFraction, writtenPower, writtenQuantity, writtenScientific, writtenSigned, type Figure } from './figures.ts';
import { faSplit, isSpokenVerb } from './faJoins.ts';
import { faCardinal, faDecimal, faFraction, faOrdinal } from './faNumbers.ts';
import { faPhone } from './faPhones.ts';
import { faRoman } from './faRoman.ts';
import { faShort } from './faShort.ts';
import { CURRENCIES, faSign, faUnit, SCALE_WORDS } from './faUnits.ts';
import { isRomanSign } from './roman.ts';

const SCORE_WORDS = new Set(['برد', 'باخت', 'نتیجه', 'نتیجه‌ی', 'نتیجهٔ', 'شکست', 'پیروزی', 'تساوی', 'مساوی', 'حساب']);
/** What follows a score: «۲-۱ برنده شد», «۲۵-۲۳ به سود ایران». */
const SCORE_AFTER = new Set(['برد', 'بردند', 'برنده', 'باخت', 'باختند', 'پیروز', 'شکست', 'مغلوب', 'مساوی']);
const IN_FAVOUR = new Set(['سود', 'نفع', 'پایان']);
/** Before numbers of which the second counts inside of the first: «شکل ۳-۲» is «شکل سه دو»… */
const NUMBERED = new Set(['شکل', 'جدول', 'نمودار', 'تصویر', 'رابطه', 'رابطه‌ی', 'رابطهٔ', 'معادله', 'معادله‌ی', 'معادلهٔ', 'بوئینگ', 'ایرباس']);
/** …and of which it may be a range, too: «تمرین ۳-۲», but «تمرین ۱-۵» is one to five. */
const NUMBERED_OR_RANGE = new Set(['تمرین', 'مثال', 'فعالیت', 'فصل', 'بخش', 'بند']);
const CENTURY = new Set(['قرن', 'سده', 'سده‌ی', 'سدهٔ']);
const VERSION_WORDS = new Set(['نسخه', 'نسخه‌ی', 'نسخهٔ', 'ورژن', 'ویرایش', 'اندروید', 'پایتون', 'Android', 'iOS', 'Python', 'macOS', 'Windows', 'ویندوز', 'آی‌پی', 'IP']);
const DECIMAL_BEFORE = new Set(['نمره', 'نمره‌ی', 'نمرهٔ', 'معدل', 'نرخ', 'شاخص', 'تورم', 'رشد', 'میانگین', 'حدود', 'امتیاز', 'ضریب', 'بزرگی']);
const DECIMAL_AFTER = new Set([...SCALE_WORDS, 'درصد', 'درصدی', '%', 'برابر', 'برابری', 'ریشتر', 'ریشتری', 'نمره', 'امتیاز', 'دلار', 'یورو', 'تومان', 'ریال']);
/** In the kitchen «۱/۸ قاشق» is a part of one, but fifths are halves: «۲/۵ پیمانه». */
const COOKING = new Set(['پیمانه', 'لیوان', 'فنجان', 'قاشق']);
const COMMON_FRACTION = new Set(['1/2', '1/3', '2/3', '1/4', '3/4']);
const SCALE_LETTERS: Record<string, string> = { K: 'هزار', k: 'هزار', M: 'میلیون', B: 'میلیارد' };

/**
 * @param word plain letters, ASCII digits
 * @param raw the word as it was written
 * @returns null where it is said as it is written, part by part
 */
export function faReading(word: string, around: Around, raw: string): string | null {
  return (
    faShort(word, around) ??
    (/^[-−]$/u.test(around.tail) ? trailingMinus(word, around) : null) ??
    faRoman(word, around.said, isRomanSign(raw)) ??
    faPhone(word, around) ??
    faDate(word) ??
    (isDay(word) ? faDay(word, around) : faDays(dashed(word), around)) ??
    faTime(word) ??
    faNumber(dashed(word), around, raw) ??
    faBesideNumber(word, around) ??
    faSpelling(word, around)
  );
}

/** «۵- درجه»: in a line from right to left the minus is often typed last. */
function trailingMinus(word: string, { after }: Around): string | null {
  const match = /^(\d{1,3})(?:[./](\d{1,2}))?$/.exec(word);
  return match && /^(?:درجه|°)/u.test(after) ? figure({ sign: '-', whole: match[1], fraction: match[2] }) : null;
}

/** The same for words of nothing but Persian letters, which most are. */
export function faPlainWord(word: string, around: Around): string | null {
  return faShort(word, around) ?? faBesideNumber(word, around) ?? faSpelling(word, around);
}

/** A run of letters inside a word: #الخ, قرن/XIX. */
export function faInnerWord(letters: string, around: Around): string | null {
  return faShort(letters, around) ?? enShort(letters, around) ?? faRoman(letters, around.said, false) ?? (SCALE_WORDS.has(around.said) ? faUnit(letters) : null) ?? faSpelling(letters, around);
}

const SIGNS = { '': '', '+': 'مثبت ', '-': 'منفی ' };
const figure = ({ sign, whole, fraction }: Figure): string => SIGNS[sign] + faDecimal(whole, fraction);

/** Money, percent, signs, ordinals, fractions, scores, versions. Plain numbers and ranges are said part by part. */
function faNumber(word: string, around: Around, raw: string): string | null {
  if (!/\d/.test(word)) return null;
  if (/^\d+$/.test(word)) return CENTURY.has(around.before) && word.length <= 2 ? faOrdinal(word) : null;
  const amount = writtenAmount(word);
  if (amount) return priced(amount, around);
  const signed = writtenSigned(word);
  if (signed) return `${figure(signed)}${signed.percent ? ' درصد' : ''}`;
  // «-۲/۵», «۲/۵٪»: with a sign or percent the slash is the decimal point.
  let match = /^([+-]?)(\d+)\/(\d{1,2})(%?)$/.exec(word);
  if (match && (match[1] !== '' || match[4] !== '')) return `${figure({ sign: match[1] as Figure['sign'], whole: match[2], fraction: match[3] })}${match[4] && ' درصد'}`;
  match = /^(.+)([KkMB])$/.exec(word);
  const scaled = match && writtenAmount(match[1]);
  if (match && scaled) return `${figure(scaled)} ${SCALE_LETTERS[match[2]]} ${CURRENCIES[scaled.currency]}`;
  // «۵۰۰K», «1.2M»; but 4K is a picture.
  match = /^(\d+)(?:\.(\d+))?([KkM])$/.exec(word);
  if (match && (match[3] === 'M' || match[1].length > 1)) return `${faDecimal(match[1], match[2])} ${SCALE_LETTERS[match[3]]}`;
  // Proportions: «۱:۳», «۱۶:۹», «۱:۵۰۰۰۰».
  match = /^(?:(\d+):(\d)|(1):(\d{3,}))$/.exec(word);
  if (match && around.before !== 'ساعت') return `${faCardinal(match[1] ?? match[3])} به ${faCardinal(match[2] ?? match[4])}`;
  match = /^(\d{3,4})(م|ش|ق|ق\.م|ه\.ش|ه\.ق)$/u.exec(word);
  if (match && (match[2] !== 'م' || /^(?:1[1-9]|20)\d\d$/.test(match[1]))) return `${faCardinal(match[1])} ${faShort(match[2], { ...NOTHING_AROUND, before: match[1] }) ?? ''}`;
  match = /^(\d+)[ \u200C]?(?:ام|اُم|م|امین|مین|اُمین)$/u.exec(word);
  if (match) return faOrdinal(match[1]) + (word.endsWith('ین') ? 'ین' : '');
  match = /^(\d+)(?:st|nd|rd|th)$/i.exec(word);
  if (match) return faOrdinal(match[1]);
  match = /^(\d{1,3})-(\d{1,3})$/.exec(word);
  if (match && (NUMBERED.has(around.before) || (NUMBERED_OR_RANGE.has(around.before) && Number(match[1]) >= Number(match[2])))) return `${faCardinal(match[1])} ${faCardinal(match[2])}`;
  if (match && isScore(match[1], match[2], around)) return `${faCardinal(match[1])} بر ${faCardinal(match[2])}`;
  match = /^((?:1[2-4]|19|20)\d\d)[/-](\d\d)$/.exec(word);
  if (match && (Number(match[1]) + 1) % 100 === Number(match[2])) return `${faCardinal(match[1])} تا ${faCardinal(match[2])}`;
  match = /^([\d:]+)-([\d:]+)$/.exec(word);
  const times = match && word.includes(':') ? [match[1], match[2]].map((part) => faTime(/:/.test(part) ? part : `${part}:00`)) : [null];
  if (!times.includes(null)) return times.join(' تا ');
  if (/^\d+(?:\.\d+)+$/.test(word) && VERSION_WORDS.has(around.before)) return word.split('.').map((part) => faDecimal(part)).join(' نقطه ');
  const thousands = partedThousands(word, around.after);
  if (thousands !== null) return faCardinal(thousands);
  const fraction = writtenFraction(word, raw);
  if (fraction?.made) return mixed(fraction.whole, fraction.numerator, fraction.denominator);
  // «۱ ۱/۲ قاشق».
  if (fraction && COMMON_FRACTION.has(word) && /^[1-9]\d?$/.test(around.before)) return `و ${mixed(undefined, fraction.numerator, fraction.denominator)}`;
  if (fraction) return slashed(fraction.numerator, fraction.denominator, around);
  const scientific = writtenScientific(word);
  if (scientific?.whole !== undefined) return `${faDecimal(scientific.whole, scientific.fraction)} ضرب در ${powered(scientific.power)}`;
  if (scientific && /\d$/.test(around.before)) return `ضرب در ${powered(scientific.power)}`;
  const power = writtenPower(word);
  if (power && /\d/.test(power.base)) return powered(power);
  match = /^(\d+)\+$/.exec(word);
  if (match) return `${faCardinal(match[1])} به علاوه`;
  match = /^[×xX*](\d+)$/u.exec(word);
  if (match && /\d$/.test(around.before) && faUnit(around.after) !== null) return `در ${faCardinal(match[1])}`;
  const quantity = writtenQuantity(word);
  const unit = quantity && faUnit(quantity.unit);
  return quantity && unit !== null ? `${figure(quantity)} ${unit}` : null;
}

/** Of two small numbers with a dash: by the words beside them, and where they can be no range, «۴-۰», «۱-۱». */
function isScore(left: string, right: string, around: Around): boolean {
  const { before, after } = around;
  if (left.length > 2 || right.length > 2) return false;
  return SCORE_WORDS.has(before) || SCORE_AFTER.has(after) || (after === 'به' && IN_FAVOUR.has(around.ahead(2))) || right === '0' || (left === right && left.length === 1);
}

/**
 * Thousands are parted by slashes, stops and apostrophes, too: «۱/۲۰۰/۰۰۰ تومان», «۲۰.۰۰۰». One stop or slash may be the decimal point: there it must
 * be «000» or a price. @returns the digits
 */
function partedThousands(word: string, after: string): string | null {
  if (!/^[1-9]\d{0,2}([./'’])\d{3}(?:\1\d{3})*$/u.test(word)) return null;
  const parts = word.split(/[./'’]/u);
  return parts.length > 2 || parts[1] === '000' || /['’]/u.test(word) || /^(?:تومان|تومن|ریال)$/u.test(after) ? parts.join('') : null;
}

/** A dash between numbers is a hyphen, whichever was written. */
const dashed = (word: string): string => (word.length > 1 ? word.replaceAll('–', '-') : word);

/** «$۲۰», «$3.50», and «$۲۰ میلیون», where the currency is said after the scale. */
function priced({ currency, ...amount }: Figure & { currency: string }, { after }: Around): string {
  if (SCALE_WORDS.has(after)) return figure(amount);
  const coins = /^[$€£]$/.test(currency) && amount.fraction?.length === 2 ? Number(amount.fraction) : null;
  if (coins === null) return `${figure(amount)} ${CURRENCIES[currency]}`;
  return `${figure({ ...amount, fraction: undefined })} ${CURRENCIES[currency]}${coins === 0 ? '' : ` و ${faCardinal(String(coins))} ${currency === '£' ? 'پِنس' : 'سِنت'}`}`;
}

function mixed(whole: string | undefined, numerator: string, denominator: string): string {
  const half = numerator === '1' && denominator === '2';
  if (whole === undefined) return half ? 'نیم' : faFraction(numerator, denominator);
  return `${faCardinal(whole)} و ${half ? 'نیم' : faFraction(numerator, denominator)}`;
}

/** Persian writes the decimal point as a slash, too. What a number like ۳/۵ is, is told by what is beside it; with nothing, by its size. */
function slashed(left: string, right: string, { before, after }: Around): string | null {
  if (/^0\d{2,3}$/.test(right)) return faDecimal(left, right);
  if (right.length > 2 && !/^10{2,3}$/.test(right)) return null;
  const smaller = Number(left) > 0 && Number(left) < Number(right);
  if (before === 'خون' && Number(left) > Number(right)) return `${faCardinal(left)} روی ${faCardinal(right)}`;
  const measured = DECIMAL_AFTER.has(after) || (right === '5' && COOKING.has(after)) || DECIMAL_BEFORE.has(before) || (faUnit(after) !== null && !COMMON_FRACTION.has(`${left}/${right}`));
  const asFraction = smaller && !measured && (Number(right) <= 12 || ['16', '20', '100', '1000'].includes(right));
  if (asFraction) return faFraction(left, right);
  return right.length <= 2 ? faDecimal(left, right) : null;
}

const powered = ({ base, exponent }: { base: string; exponent: string }): string =>
  `${/\d/.test(base) ? faCardinal(base) : base} به توان ${exponent.replace(/\d+/, faCardinal).replace('-', 'منفی ')}`;

/** A unit after a number, a currency's scale, a sign between two numbers. */
function faBesideNumber(word: string, around: Around): string | null {
  if (SCALE_WORDS.has(word)) {
    const currency = writtenAmount(around.before)?.currency;
    return currency === undefined ? null : `${word} ${CURRENCIES[currency]}`;
  }
  const unit = faUnit(word);
  if (unit !== null && unit !== word && (/[²³]$/u.test(word) || /[\d⁰¹²³⁴-⁹]$/u.test(around.before) || SCALE_WORDS.has(around.said))) return unit;
  const sign = faSign(word);
  if (sign === null || !/^\d/.test(around.after) || !/\d[%)]?$/.test(around.before)) return null;
  // Sides of a thing, not a product: ۴ × ۳ متر.
  return word === '×' && /\d$/.test(around.after) && faUnit(around.ahead(2)) !== null ? 'در' : sign;
}

const PERSIAN = /^[ء-ی\u200C]+$/;

/** Letters that are drawn out, «سلاممم»: no Persian word has three alike. Laughing, «ههه», is left. */
const undrawn = (word: string): string => (/(\p{L})\1\1/u.test(word) && !/^(\p{L})\1*(?!\p{L})/u.test(word) ? word.replace(/(\p{L})\1{2,}/gu, '$1') : word);

/** «میلی‌لیتر», which the voice would begin like meyl, “wish”; but «میلی ندارم». */
function faMilli(word: string, { before, after }: Around): string {
  const isUnit = word === 'میلی' ? /\d$/.test(before) || /^(?:لیتر|متر|گرم|ثانیه|آمپر|ولت|بار)/u.test(after) : word.startsWith('میلی\u200C');
  return isUnit ? word.replace('میلی', 'میلّی') : word;
}

/** A verb written together with its «می»; «خونه‌م», which the voice says with another ending; a power of a letter; names like C++, R&D. */
function faSpelling(word: string, around: Around): string | null {
  if (word === 'نمی' && isSpokenVerb(around.after)) return 'نِمی';
  if (PERSIAN.test(word)) {
    const split = faSplit(undrawn(word));
    const said = split.startsWith('میلی') ? faMilli(split, around) : split.at(-2) === '\u200C' ? split.replace(/ه\u200C(?=[متش]$)/u, 'ه\u200Cا') : split;
    return said === word ? null : said;
  }
  const inner = (letters: string): string => faInnerWord(letters, around) ?? letters;
  const power = writtenPower(word);
  if (power) return powered({ ...power, base: inner(power.base) });
  const plus = /^([A-Za-z]+)\+(\+?)$/.exec(word);
  if (plus) return `${inner(plus[1])} پِلاس${plus[2] && ' پِلاس'}`;
  if (/^[A-Z]#$/.test(word)) return `${inner(word[0])} شارْپ`;
  return /^[A-Za-z]+&[A-Za-z]+$/.test(word) ? word.split('&').map(inner).join(' and ') : null;
}
