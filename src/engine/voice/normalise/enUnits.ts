/** Units, currencies and the signs of mathematics in English. */
import { writtenUnit } from './figures.ts';

/** One, and many where that is not one with an s. Beside a number only. Letters that mean too much by themselves (A, B, K, N, T) are left as they are. */
const UNITS: Record<string, string> = {
  km: 'kilometer', m: 'meter', cm: 'centimeter', mm: 'millimeter', µm: 'micrometer', nm: 'nanometer', mi: 'mile', ft: 'foot|feet', yd: 'yard', ha: 'hectare',
  kg: 'kilogram', g: 'gram', gr: 'gram', mg: 'milligram', µg: 'microgram', lb: 'pound', lbs: 'pound', oz: 'ounce',
  l: 'liter', L: 'liter', ml: 'milliliter', mL: 'milliliter', cc: 'C C|C C', gal: 'gallon', tbsp: 'tablespoon', tsp: 'teaspoon',
  s: 'second', sec: 'second', ms: 'millisecond', µs: 'microsecond', ns: 'nanosecond', min: 'minute', mins: 'minute', h: 'hour', hr: 'hour', hrs: 'hour',
  W: 'watt', kW: 'kilowatt', MW: 'megawatt', GW: 'gigawatt', kWh: 'kilowatt hour', MWh: 'megawatt hour', V: 'volt', mV: 'millivolt', kV: 'kilovolt', mA: 'milliamp', kA: 'kiloamp', mAh: 'milliamp hour', Ω: 'ohm',
  Hz: 'hertz|hertz', kHz: 'kilohertz|kilohertz', MHz: 'megahertz|megahertz', GHz: 'gigahertz|gigahertz', J: 'joule', kJ: 'kilojoule', cal: 'calorie', kcal: 'kilocalorie', hp: 'horsepower|horsepower',
  Pa: 'pascal', hPa: 'hectopascal', kPa: 'kilopascal', MPa: 'megapascal', psi: 'P S I|P S I', dB: 'decibel', ppm: 'part per million|parts per million',
  rpm: 'revolution per minute|revolutions per minute', fps: 'frame per second|frames per second', px: 'pixel', MP: 'megapixel', dpi: 'dot per inch|dots per inch',
  KB: 'kilobyte', kB: 'kilobyte', MB: 'megabyte', GB: 'gigabyte', TB: 'terabyte', PB: 'petabyte', KiB: 'kibibyte', MiB: 'mebibyte', GiB: 'gibibyte', kbps: 'kilobit per second|kilobits per second',
  Kbps: 'kilobit per second|kilobits per second', Mbps: 'megabit per second|megabits per second', Gbps: 'gigabit per second|gigabits per second', mph: 'mile per hour|miles per hour', kph: 'kilometer per hour|kilometers per hour', kmph: 'kilometer per hour|kilometers per hour',
  '°C': 'degree Celsius|degrees Celsius', '℃': 'degree Celsius|degrees Celsius', '°F': 'degree Fahrenheit|degrees Fahrenheit', '℉': 'degree Fahrenheit|degrees Fahrenheit', '°': 'degree', '‰': 'per thousand|per thousand',
};
/** Those of a power that is said after the name: “meters per second squared”, but “square meters”. */
const TIMES = new Set(['s', 'sec', 'ms', 'min', 'h', 'hr']);
const POWER = { '2': ['square', 'squared'], '3': ['cubic', 'cubed'] } as const;

const CURRENCIES: Record<string, string> = {
  $: 'dollar', '€': 'euro', '£': 'pound', '¥': 'yen|yen', '₽': 'ruble', '₺': 'lira|lira', '₹': 'rupee', '₿': 'bitcoin|bitcoin', '﷼': 'rial', '¢': 'cent', ریال: 'rial', تومان: 'toman', تومن: 'toman',
  USD: 'U S dollar', US$: 'U S dollar', EUR: 'euro', GBP: 'pound', IRR: 'rial', IRT: 'toman', AED: 'dirham', TRY: 'lira|lira', CNY: 'yuan|yuan', JPY: 'yen|yen', CHF: 'Swiss franc', INR: 'rupee', RUB: 'ruble',
  CAD: 'Canadian dollar', CA$: 'Canadian dollar', C$: 'Canadian dollar', AUD: 'Australian dollar', AU$: 'Australian dollar', A$: 'Australian dollar', NZ$: 'New Zealand dollar', HK$: 'Hong Kong dollar',
};

const SIGNS: Record<string, string> = {
  '+': 'plus', '-': 'minus', '−': 'minus', '–': 'to', '×': 'times', x: 'by', '*': 'times', '÷': 'divided by', '=': 'equals', '≠': 'is not equal to',
  '<': 'is less than', '>': 'is greater than', '≤': 'is at most', '≥': 'is at least', '≈': 'is about', '±': 'plus or minus', '→': 'to',
};

/** What a million may be written as after a sum of money: $3.5M, €2bn. */
const SCALES: Record<string, string> = { k: 'thousand', m: 'million', mn: 'million', mm: 'million', b: 'billion', bn: 'billion', t: 'trillion', tn: 'trillion' };
export const SCALE_WORDS = new Set(['hundred', 'thousand', 'million', 'billion', 'trillion', 'quadrillion']);

/** A sign between two numbers. */
export const enSign = (sign: string): string | null => (Object.hasOwn(SIGNS, sign) ? SIGNS[sign] : null);

/** `million`, and beside a currency `M`, `bn`, `k`. */
export const enScale = (written: string): string | null => {
  const key = written.toLowerCase();
  return SCALE_WORDS.has(key) ? key : Object.hasOwn(SCALES, key) ? SCALES[key] : null;
};

/** `$`, `US$`, `EUR`. @param one whether it is of exactly one */
export const enCurrency = (sign: string, one: boolean): string | null => (Object.hasOwn(CURRENCIES, sign) ? form(CURRENCIES[sign], one) : null);

/** `km`, `m²`, `km/h`, `kg/m3`, `USD`; null where it is none. @param one whether it is of exactly one */
export function enUnit(written: string, one: boolean): string | null {
  const [unit, per] = writtenUnit(written)?.map((part, i) => named(part, one || i === 1)) ?? [null];
  if (unit === null || per === null) return null;
  return per === undefined ? unit : `${unit} per ${per}`;
}

function named({ name, power }: { name: string; power: '' | '2' | '3' }, one: boolean): string | null {
  const unit = Object.hasOwn(UNITS, name) ? form(UNITS[name], one) : enCurrency(name, one);
  if (unit === null || power === '') return unit;
  const [before, after] = POWER[power];
  return TIMES.has(name) ? `${unit} ${after}` : `${before} ${unit}`;
}

function form(names: string, one: boolean): string {
  const [single, many] = names.split('|');
  return one ? single : (many ?? `${single}s`);
}
