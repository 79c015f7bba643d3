/**
 * Persian number words: cardinals to 10^15, ordinals, fractions. n2words leaves «و» out after thousands, splits «چهارصد» and writes
 * «سیصد» with an Arabic letter; below a thousand it agrees with this, which a test holds.
 */
const ONES = ['', 'یک', 'دو', 'سه', 'چهار', 'پنج', 'شش', 'هفت', 'هشت', 'نه', 'ده', 'یازده', 'دوازده', 'سیزده', 'چهارده', 'پانزده', 'شانزده', 'هفده', 'هجده', 'نوزده'];
const TENS = ['', '', 'بیست', 'سی', 'چهل', 'پنجاه', 'شصت', 'هفتاد', 'هشتاد', 'نود'];
const HUNDREDS = ['', 'صد', 'دویست', 'سیصد', 'چهارصد', 'پانصد', 'ششصد', 'هفتصد', 'هشتصد', 'نهصد'];
const SCALES = ['', 'هزار', 'میلیون', 'میلیارد', 'تریلیون', 'کوادریلیون'];
/** 10^15; what is longer is read digit by digit: it is a code, and nobody follows quintillions. */
const GREATEST = 1e15;

/** @param digits ASCII digits only */
export function faCardinal(digits: string): string {
  const value = Number(digits);
  if (digits.length > 16 || value > GREATEST) return faDigits(digits);
  if (value === 0) return 'صفر';
  const groups: string[] = [];
  for (let scale = 0, left = value; left > 0; scale++, left = Math.floor(left / 1000)) {
    const group = left % 1000;
    if (group === 0) continue;
    // 1000 is «هزار», not «یک هزار».
    groups.unshift(scale === 1 && group === 1 ? SCALES[1] : `${below1000(group)} ${SCALES[scale]}`.trim());
  }
  return groups.join(' و ');
}

/** `1` → اول, 21 → بیست و یکم, 30 → سی‌ام. */
export function faOrdinal(digits: string): string {
  if (digits.length > 16 || Number(digits) === 0) return faCardinal(digits);
  const words = faCardinal(digits);
  return words === 'یک' ? 'اول' : ordinalForm(words);
}

/** `1/3` → یک سوم. Of one it is «یکم», never «اول». */
export function faFraction(numerator: string, denominator: string): string {
  return `${faCardinal(numerator)} ${ordinalForm(faCardinal(denominator))}`;
}

export function faDigits(digits: string): string {
  return Array.from(digits, (digit) => (digit === '0' ? 'صفر' : ONES[Number(digit)])).join(' ');
}

/** A group of a telephone number or code: its leading zeros, then the rest as a number. `045` → صفر چهل و پنج. */
export function faGroup(digits: string): string {
  const zeros = /^0*/.exec(digits)![0];
  const rest = digits.slice(zeros.length);
  return [faDigits(zeros), rest === '' ? '' : faCardinal(rest)].filter(Boolean).join(' ');
}

/** `3.05` → سه ممیز صفر پنج. A whole part that begins with zeros is a code. */
export function faDecimal(whole: string, fraction?: string): string {
  const head = whole.length > 1 && whole.startsWith('0') ? faDigits(whole) : faCardinal(whole);
  return fraction === undefined ? head : `${head} ممیز ${faGroup(fraction)}`;
}

function ordinalForm(words: string): string {
  if (words.endsWith('سه')) return `${words.slice(0, -2)}سوم`;
  return words.endsWith('سی') ? `${words}‌ام` : `${words}م`;
}

function below1000(value: number): string {
  const rest = value % 100;
  const parts = [HUNDREDS[Math.floor(value / 100)], ...(rest < 20 ? [ONES[rest]] : [TENS[Math.floor(rest / 10)], ONES[rest % 10]])];
  return parts.filter(Boolean).join(' و ');
}
