/** Units, currencies and the signs of mathematics in Persian, with vowel marks where a voice would read another word («گرم» is garm, warm). */
import { writtenUnit } from './figures.ts';

/** Beside a number only. Letters that mean too much by themselves (A, B, K, N, T) are left as they are. */
const UNITS: Record<string, string> = {
  km: 'کیلومتر', m: 'متر', cm: 'سانتی‌متر', mm: 'میلّی‌متر', µm: 'میکرومتر', nm: 'نانو‌مِتر', mi: 'مایل', ft: 'فوت', inch: 'اینچ', ha: 'هکتار',
  kg: 'کیلوگرم', g: 'گِرَم', gr: 'گِرَم', گرم: 'گِرَم', گرمی: 'گِرَمی', mg: 'میلّی‌گِرَم', µg: 'میکرو‌گِرَم', lb: 'پوند', oz: 'اونس', ton: 'تُن',
  l: 'لیتر', L: 'لیتر', dL: 'دِسی‌لیتر', dl: 'دِسی‌لیتر', ml: 'میلّی‌لیتر', mL: 'میلّی‌لیتر', cc: 'سی‌سی',
  s: 'ثانیه', sec: 'ثانیه', ms: 'میلّی‌ثانیه', µs: 'میکروثانیه', ns: 'نانوثانیه', min: 'دقیقه', h: 'ساعت', hr: 'ساعت',
  W: 'وات', kW: 'کیلووات', MW: 'مِگاوات', GW: 'گیگاوات', kWh: 'کیلووات ساعت', MWh: 'مِگاوات ساعت', V: 'ولت', mV: 'میلّی‌ولت', kV: 'کیلو‌وُلت', mA: 'میلّی‌آمپر', kA: 'کیلوآمپر', mAh: 'میلّی‌آمپر ساعت', Ω: 'اهم',
  Hz: 'هرتز', kHz: 'کیلوهرتز', MHz: 'مگاهرتز', GHz: 'گیگا‌هرتز', J: 'ژول', kJ: 'کیلوژول', cal: 'کالری', kcal: 'کیلوکالری',
  Pa: 'پاسکال', atm: 'اتمسفر', hPa: 'هِکتوپاسکال', kPa: 'کیلوپاسکال', MPa: 'مگاپاسکال', bar: 'بار', mmHg: 'میلّی‌متر جیوه', psi: 'پی‌اس‌آی', dB: 'دِسی‌بِل', lux: 'لوکس', ppm: 'پیی پیی اِم', rpm: 'دور در دقیقه', fps: 'فریم در ثانیه', px: 'پیکسل', MP: 'مگاپیکسل',
  KB: 'کیلوبایت', kB: 'کیلوبایت', MB: 'مگابایت', GB: 'گیگابایت', TB: 'تِرابایْت', PB: 'پِتابایْت', kbps: 'کیلو‌بییت بر ثانیه', Kbps: 'کیلو‌بییت بر ثانیه', Mbps: 'مِگا‌بییت بر ثانیه', Gbps: 'گیگا‌بییت بر ثانیه', mph: 'مایل بر ساعت',
  '°C': 'درجه‌ی سانتی‌گِراد', '℃': 'درجه‌ی سانتی‌گِراد', '°F': 'درجه‌ی فارِنهایْت', '℉': 'درجه‌ی فارِنهایْت', '°': 'درجه', '%': 'درصد', '‰': 'در هزار', "'": 'دقیقه',
};
const POWER = { '2': 'مربع', '3': 'مکعب' };
/** Units as they are written in Persian, and how they are said; «تن» is left, which is people, too: «۵ تن کشته شدند». */
const PERSIAN_UNITS = new Map([
  ...Object.values(UNITS).flatMap((unit) => [[unit, unit], [unit.replace(/\p{M}/gu, ''), unit]]),
  ...['گیگاهرتز', 'کیلوولت', 'تن', 'کیلو', 'سانت', 'گیگ', 'تومان', 'ریال', 'نفر', 'روز', 'سال', 'ماه', 'متر مربع', 'سانتیمتر', 'میلیمتر', 'میلیگرم'].map((unit) => [unit, unit]),
] as [string, string][]);

export const CURRENCIES: Record<string, string> = {
  $: 'دلار', '€': 'یورُ', '£': 'پوند', '¥': 'ین', '₽': 'روبِل', '₺': 'لیر', '₹': 'روپیه', '₿': 'بیت‌کُین', '﷼': 'ریال', '¢': 'سِنت',
  USD: 'دلار', EUR: 'یورُ', GBP: 'پوند', IRR: 'ریال', ت: 'تومان', IRT: 'تومان', AED: 'دِرهَم', TRY: 'لیر', CNY: 'یوان', JPY: 'ین',
};

export const SCALE_WORDS = new Set(['هزار', 'میلیون', 'میلیارد', 'تریلیون', 'بیلیون']);

const SIGNS: Record<string, string> = {
  '+': 'به علاوه‌ی', '-': 'منهای', '−': 'منهای', '–': 'تا', '×': 'ضرب در', '*': 'ضرب در', '÷': 'تقسیم بر', '=': 'مساوی است با', '≠': 'نامساوی است با',
  '<': 'کوچک‌تر از', '>': 'بزرگ‌تر از', '≤': 'کوچک‌تر یا مساوی', '≥': 'بزرگ‌تر یا مساوی', '≈': 'تقریباً برابر با', '±': 'به علاوه منهای', '→': 'به',
};

/** A sign between two numbers. */
export const faSign = (sign: string): string | null => (Object.hasOwn(SIGNS, sign) ? SIGNS[sign] : null);

/** `km`, `m²`, `km/h`, `kg/m3`, «متر²», «کیلومتر/ساعت»; null where it is none. */
export function faUnit(written: string): string | null {
  const said = writtenUnit(written)?.map(named);
  if (!said || said.includes(null)) return null;
  // m/s² is «متر بر مجذور ثانیه».
  return said.length === 2 ? `${said[0]} بر ${said[1]!.replace(/^(.*) مربع$/u, 'مجذور $1')}` : said[0];
}

function named({ name, power }: { name: string; power: '' | '2' | '3' }): string | null {
  const unit = Object.hasOwn(UNITS, name) ? UNITS[name] : Object.hasOwn(CURRENCIES, name) ? CURRENCIES[name] : (PERSIAN_UNITS.get(name) ?? null);
  return unit === null || power === '' ? unit : `${unit} ${POWER[power]}`;
}
