/** Figures as people of the page's language read them; unknown is “–”. */
import { useMemo } from 'react';
import { useView, type UiLanguage } from '../state/view.ts';

const UNKNOWN = '–';
const LOCALE: Record<UiLanguage, string> = { en: 'en-GB', fa: 'fa-IR' };

const made = new Map<string, Intl.NumberFormat>();
/** Making one is slow, and a running clock needs several for each picture. */
function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  const format = made.get(key) ?? new Intl.NumberFormat(locale, options);
  made.set(key, format);
  return format;
}

export function formatFor(language: UiLanguage) {
  const locale = LOCALE[language];
  const number = (value: number | null | undefined, digits = 0): string =>
    value === null || value === undefined || !Number.isFinite(value) ? UNKNOWN : numberFormat(locale, { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);
  return {
    number,
    /** Of a picture, in pixels: one run from left to right, without separators, which read as commas between two numbers. */
    size: (width: number | null, height: number | null): string =>
      width === null || height === null ? UNKNOWN : `\u2066${[width, height].map((side) => numberFormat(locale, { useGrouping: false }).format(side)).join(' × ')}\u2069`,
    /** @param share 0..1 */
    percent: (share: number | null | undefined, digits = 0): string =>
      share === null || share === undefined ? UNKNOWN : numberFormat(locale, { style: 'percent', maximumFractionDigits: digits }).format(share),
    bytes(value: number | null | undefined): string {
      if (value === null || value === undefined) return UNKNOWN;
      const [unit, name] = value >= 1e9 ? [1e9, 'gigabyte'] : value >= 1e6 ? [1e6, 'megabyte'] : [1e3, 'kilobyte'];
      return numberFormat(locale, { style: 'unit', unit: name, unitDisplay: language === 'fa' ? 'long' : 'short', maximumFractionDigits: value / (unit) < 10 ? 1 : 0 }).format(value / (unit));
    },
    /** `1:02:03` or `02:03`, with hundredths where asked for. */
    clock(sec: number | null | undefined, hundredths = false): string {
      if (sec === null || sec === undefined || !Number.isFinite(sec)) return UNKNOWN;
      const two = (value: number) => numberFormat(locale, { minimumIntegerDigits: 2, useGrouping: false }).format(value);
      // 1.16 × 100 is a little less than 116.
      const all = hundredths ? Math.floor(sec * 100 + 1e-6) : Math.floor(sec) * 100;
      const [h, m, s] = [Math.floor(all / 360_000), Math.floor(all / 6000) % 60, Math.floor(all / 100) % 60];
      return `${h > 0 ? `${number(h)}:` : ''}${two(m)}:${two(s)}${hundredths ? `.${two(all % 100)}` : ''}`;
    },
    seconds: (sec: number | null | undefined, digits = 2): string =>
      // “2.3 secs” is no way to write a figure.
      sec === null || sec === undefined ? UNKNOWN : language === 'en' ? `${number(sec, digits)} s` : numberFormat(locale, { style: 'unit', unit: 'second', minimumFractionDigits: digits, maximumFractionDigits: digits }).format(sec),
    milliseconds: (ms: number | null | undefined, digits = 0): string =>
      ms === null || ms === undefined ? UNKNOWN : numberFormat(locale, { style: 'unit', unit: 'millisecond', unitDisplay: 'short', maximumFractionDigits: digits }).format(ms),
    celsius: (degrees: number | null | undefined): string =>
      degrees === null || degrees === undefined ? UNKNOWN : numberFormat(locale, { style: 'unit', unit: 'celsius', unitDisplay: 'narrow', maximumFractionDigits: 0 }).format(degrees),
    /** Intl has no such unit. */
    watts: (watts: number | null | undefined): string => (watts === null || watts === undefined ? UNKNOWN : `${number(watts)} ${language === 'fa' ? 'وات' : 'W'}`),
    date: (iso: string): string => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso)),
    /** “3 minutes ago”. */
    ago(iso: string): string {
      const sec = (Date.parse(iso) - Date.now()) / 1000;
      const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
      for (const [unit, size] of [['day', 86_400], ['hour', 3600], ['minute', 60]] as const) if (Math.abs(sec) >= size) return relative.format(Math.round(sec / size), unit);
      return relative.format(Math.round(sec), 'second');
    },
  };
}
export type Format = ReturnType<typeof formatFor>;

export function useFormat(): Format {
  const language = useView((view) => view.language);
  return useMemo(() => formatFor(language), [language]);
}
