/**
 * A written word in an English text as what a careful newsreader says for it. The steps, each a file of its own, in this order; the first that
 * knows the word decides: abbreviations, Roman numerals, telephone numbers and codes, dates and times, numbers, units and signs, spelling.
 */
import { NOTHING_AROUND, type Around } from './around.ts';
import { enDate, enDay, enHalf, enMonth, enTime, enYears } from './enDates.ts';
import { enCardinal, enDecimal, enFraction, enOrdinal, enYear } from './enNumbers.ts';
import { enPhone } from './enPhones.ts';
import { enRoman } from './enRoman.ts';
import { enShort } from './enShort.ts';
import { A, enPower, enSpelling } from './enSpelling.ts';
import { enCurrency, enScale, enSign, enUnit, SCALE_WORDS } from './enUnits.ts';
import { stoppedThousands, ungrouped, writtenAmount, writtenFraction, writtenPower, writtenQuantity, writtenScientific, writtenSigned, type Figure } from './figures.ts';
import { isRomanSign } from './roman.ts';

const VERSION_WORDS = new Set(['version', 'android', 'ios', 'python', 'macos', 'windows', 'release', 'v', 'java', 'node', 'ubuntu']);
/** Before “7/10”: seven out of ten. */
const RATED = new Set(['score', 'scored', 'rated', 'rating', 'gave', 'got', 'grade', 'solid', 'mark']);
/** Said otherwise than as fractions. */
const SLASHED: Record<string, string> = { '24/7': 'twenty-four seven', '9/11': 'nine eleven', '50/50': 'fifty fifty', '50-50': 'fifty fifty', '7/7': 'seven seven' };
const DENOMINATORS = new Set(['2', '3', '4', '5', '6', '7', '8', '9', '10', '12', '16', '20', '32', '64', '100', '1000']);

/**
 * @param word plain letters, ASCII digits
 * @param raw the word as it was written
 * @returns null where it is said as it is written, part by part
 */
export function enReading(word: string, around: Around, raw: string): string | null {
  return enRoman(word, around, isRomanSign(raw)) ?? (/\d/.test(word) ? withDigits(word.length > 1 ? word.replaceAll('–', '-') : word, around, raw) : null) ?? enBesideNumber(word, around) ?? spelled(word, around);
}

/** The same for words of nothing but English letters, which most are. */
export function enPlainWord(word: string, around: Around): string | null {
  return roman(word, around) ?? enBesideNumber(word, around) ?? spelled(word, around);
}

/** Also what belongs to somebody: Henry VIII’s. */
function roman(word: string, around: Around): string | null {
  const match = /^([IVXLCDM]+)('s)?$/.exec(word);
  const value = match && enRoman(match[1], around, false);
  return value && value + (match[2] ?? '');
}

/** A run of letters inside a word: A4, R&D, Louis/XIV. */
export function enInnerWord(letters: string, around: Around): string | null {
  if (letters === 'A') return A;
  return enShort(letters, around) ?? roman(letters, around) ?? (isMeasured(letters, around) ? enUnit(letters, false) : null) ?? spelled(letters, around);
}

/** By what is said before it: a million km, sq ft. Single capitals may be letters that are spelled. */
const isMeasured = (word: string, { said }: Around): boolean => (SCALE_WORDS.has(said) || said === 'square' || said === 'cubic') && !/^[A-Z]$/.test(word);

function withDigits(word: string, around: Around, raw: string): string | null {
  if (word.startsWith('~')) {
    const number = withDigits(word.slice(1), around, raw);
    return number && `about ${number}`;
  }
  return enPhone(word, around) ?? enDate(word) ?? enDay(word, around) ?? enTime(word, around) ?? enYears(word, around) ?? enNumber(word, around, raw) ?? range(word, around);
}

const SIGNS = { '': '', '+': 'plus ', '-': 'minus ' };
const figure = ({ sign, whole, fraction }: Figure): string => SIGNS[sign] + enDecimal(whole, fraction);
const isOne = ({ whole, fraction }: Omit<Figure, 'sign'>): boolean => whole === '1' && fraction === undefined;

/** Money, percent, signs, ordinals, fractions, versions, powers, units. Plain numbers are said part by part. */
function enNumber(word: string, around: Around, raw: string): string | null {
  const amount = priced(word, around);
  if (amount !== null) return amount;
  const signed = writtenSigned(word);
  if (signed) return `${figure(signed)}${signed.percent ? ' percent' : ''}`;
  let match = /^#(\d+)$/.exec(word);
  if (match) return `number ${enDecimal(match[1])}`;
  match = /^(\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)$/i.exec(word);
  if (match) return enOrdinal(ungrouped(match[1]));
  if (/^(?:(?:0|[1-9]\d{0,2})(?:\.(?!$)|$)){4}$/.test(word)) return word.split('.').map(enCardinal).join(' dot ');
  if (/^\d+(?:\.\d+)+$/.test(word) && VERSION_WORDS.has(around.before.toLowerCase())) return word.split('.').map((part) => enDecimal(part)).join(' point ');
  const thousands = stoppedThousands(word);
  if (thousands !== null) return enCardinal(thousands);
  const fraction = writtenFraction(word, raw);
  if (fraction) return slashed(fraction, around);
  const scientific = writtenScientific(word);
  if (scientific?.whole !== undefined) return `${enDecimal(scientific.whole, scientific.fraction)} times ${enPower(scientific.power)}`;
  if (scientific && /\d$/.test(around.before)) return `times ${enPower(scientific.power)}`;
  const power = writtenPower(word);
  if (power && /\d/.test(power.base)) return enPower(power);
  match = /^(\d+)\+$/.exec(word);
  if (match) return `${enCardinal(match[1])} plus`;
  // Sides of a thing: 1920x1080, 4×6 ft.
  match = /^(\d+)[x×](\d+)$/.exec(word);
  if (match && (word.includes('x') || enUnit(around.after, false) !== null || /^pixels?$/.test(around.after))) return `${enCardinal(match[1])} by ${enCardinal(match[2])}`;
  match = /^(\d{3,4})([pi])$/.exec(word);
  if (match) return `${pairs(match[1])} ${match[2]}`;
  match = /^(\d)'(\d{1,2})$/.exec(word);
  if (match) return `${enCardinal(match[1])} foot ${enCardinal(match[2])}`;
  const named = word.endsWith("'s") ? word.slice(0, -2) : null;
  const owner = named && (withDigits(named, around, raw) ?? (/^\d+$/.test(named) ? enDecimal(named) : null));
  if (owner) return `${owner}'s`;
  return measured(word);
}

/** `5km`, `-12.5°C`, `10x`, `5in`. */
function measured(word: string): string | null {
  const quantity = writtenQuantity(word);
  if (!quantity) return null;
  const unit = quantity.unit === 'x' ? 'times' : quantity.unit === 'in' ? (isOne(quantity) ? 'inch' : 'inches') : enUnit(quantity.unit, isOne(quantity));
  return unit === null ? null : `${figure(quantity)} ${unit}`;
}

/** 1080 as in 1080p: ten eighty. */
const pairs = (digits: string): string => [digits.slice(0, -2), digits.slice(-2)].map(enCardinal).join(' ').replace(/ zero$/, ' hundred');

/** A currency before or after its number, with what may stand for millions: $3.5M, US$20, €2bn. */
function priced(word: string, { after }: Around): string | null {
  const scaled = /^(.*\d)-?([A-Za-z]{1,8})$/.exec(word);
  const scale = scaled && enScale(scaled[2]);
  const foreign = /^(US|CA|C|AU|A|NZ|HK)(?=\$)/.exec(word)?.[0] ?? '';
  const written = writtenAmount((scaled && scale !== null ? scaled[1] : word).slice(foreign.length));
  if (!written) return null;
  const { currency, ...amount } = written;
  const named = (one: boolean): string => enCurrency(foreign + currency, one) ?? '';
  if (scale !== null) return `${figure(amount)} ${scale} ${named(false)}`;
  if (SCALE_WORDS.has(after)) return figure(amount);
  if (!/^[$€£]$/.test(currency) || amount.fraction?.length !== 2) return `${figure(amount)} ${named(isOne(amount))}`;
  const coins = Number(amount.fraction);
  const coin = `${enCardinal(String(coins))} ${currency === '£' ? (coins === 1 ? 'penny' : 'pence') : coins === 1 ? 'cent' : 'cents'}`;
  if (Number(amount.whole) === 0 && coins > 0) return SIGNS[amount.sign] + coin;
  return `${figure({ ...amount, fraction: undefined })} ${named(amount.whole === '1')}${coins === 0 ? '' : ` and ${coin}`}`;
}

/** A fraction where it can be one: “three quarters”, “two and a half”; else a rating, or one number over another. */
function slashed({ whole, numerator, denominator }: { whole: string | undefined; numerator: string; denominator: string }, { before }: Around): string {
  const written = `${numerator}/${denominator}`;
  if (whole === undefined && Object.hasOwn(SLASHED, written)) return SLASHED[written];
  // A season: 2024/25.
  if (/^(?:19|20)\d\d$/.test(numerator) && denominator.length === 2 && (Number(numerator) + 1) % 100 === Number(denominator)) return `${enYear(numerator)} to ${enCardinal(denominator)}`;
  const proper = DENOMINATORS.has(denominator) && Number(numerator) > 0 && Number(numerator) < Number(denominator);
  if (!proper) return `${enCardinal(numerator)} ${RATED.has(before.toLowerCase()) ? 'out of' : 'over'} ${enCardinal(denominator)}`;
  if (RATED.has(before.toLowerCase()) && !/^[23468]$/.test(denominator)) return `${enCardinal(numerator)} out of ${enCardinal(denominator)}`;
  const part = enFraction(numerator, denominator);
  // “two and a half”, also where the whole number is a word of its own: 2 1/2 cups.
  if (whole !== undefined) return `${enCardinal(whole)} and ${part.replace(/^one /, 'a ')}`;
  return /^\d{1,3}$/.test(before) && /^[2348]$|^16$/.test(denominator) ? `and ${part.replace(/^one /, 'a ')}` : part;
}

/** From one number to another: 10-15, 16:9, $10-20, 9am-5pm, 5-10 km, 1st-3rd. A score is said the same: “three to one”. */
function range(word: string, around: Around): string | null {
  if (Object.hasOwn(SLASHED, word)) return SLASHED[word];
  const ratio = /^(\d+):(\d)$/.exec(word);
  if (ratio) return `${enCardinal(ratio[1])} to ${enCardinal(ratio[2])}`;
  const [left, right, ...more] = word.split('-');
  if (right === undefined || more.length > 0 || !/^[$€£¥₽₺₹₿﷼]?\d/u.test(left) || !/^[$€£¥₽₺₹₿﷼]?\d/u.test(right)) return null;
  // The currency is said once, after both: $10-20.
  const currency = /^[$€£¥₽₺₹₿﷼]/u.exec(left)?.[0] ?? '';
  const from = currency !== '' && !writtenAmount(right) ? left.slice(1) : left;
  const to = from === left ? right : currency + right;
  const said = [readNumber(from, around), readNumber(to, around)];
  return said.includes(null) ? null : said.join(' to ');
}

function readNumber(word: string, around: Around): string | null {
  const plain = /^(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?(%?)$/.exec(word);
  if (plain) return enDecimal(ungrouped(plain[1]), plain[2]) + (plain[3] && ' percent');
  return enTime(word, NOTHING_AROUND) ?? enNumber(word, { ...NOTHING_AROUND, after: around.after }, word);
}

/** A unit after a number, a currency's scale, a sign between two numbers, “pm” after a time, “Aug” beside a day. */
function enBesideNumber(word: string, around: Around): string | null {
  if (SCALE_WORDS.has(word)) {
    const currency = /^(?:[+-]?|(?:US|CA|C|AU|A|NZ|HK)(?=\$))([$€£¥₽₺₹₿﷼])|\d([$€£¥₽₺₹₿﷼])$/u.exec(around.before);
    return currency && `${word} ${enCurrency(around.before.startsWith('US$') ? 'US$' : (currency[1] ?? currency[2]), false)}`;
  }
  if (word.length > 6) return null;
  const unit = enUnit(word, false);
  if (unit !== null && (/\d$/.test(around.before) || isMeasured(word, around))) return around.lead === '-' || /^(?:[+-]?1| ?\d+\/\d+)$/.test(around.before) ? enUnit(word, true) : unit;
  const sign = enSign(word);
  if (sign !== null && /^\d/.test(around.after) && /\d[%)]?$/.test(around.before)) return word === '×' && enUnit(around.ahead(2), false) !== null ? 'by' : sign;
  return enHalf(word, around) ?? enMonth(word, around);
}

function spelled(word: string, around: Around): string | null {
  if (/^[a-z]+$/.test(word)) return null;
  const inner = (letters: string): string => enInnerWord(letters, around) ?? letters;
  const power = writtenPower(word);
  if (power) return enPower({ ...power, base: inner(power.base) });
  return /^[A-Z]#$/.test(word) ? `${inner(word[0])} sharp` : enSpelling(word, around.before, around.after);
}
