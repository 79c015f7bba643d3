/** What a check says, in the page's language; names, paths and the words of other programs as they are. */
import type { CheckRow } from '../../../shared/contract/settings.ts';
import { textOf, type Language } from '../../../shared/phrase.ts';
import { checks } from '../../i18n/fa/checks.ts';
import type { UiLanguage } from '../../state/view.ts';

export type Said = Pick<CheckRow, 'found' | 'advice' | 'why'>;

const digits = new Intl.NumberFormat('fa-IR', { useGrouping: false, maximumFractionDigits: 3 });
const grouped = new Intl.NumberFormat('fa-IR');
const PERSIAN: Language = {
  formOf: (form) => checks[form] ?? form,
  number: (value) => digits.format(value),
  /** It keeps its own direction. */
  name: (value) => (value === '' ? '' : /^\d{1,3}(,\d{3})+$/.test(value) ? grouped.format(Number(value.replaceAll(',', ''))) : `\u2068${value}\u2069`),
};
/** What is typed into a terminal is typed so everywhere. */
const PERSIAN_COMMANDS: Language = { ...PERSIAN, number: String, name: (value) => value };

export function saidIn(language: UiLanguage, { phrases, found, advice, why }: CheckRow): Said {
  if (language === 'en') return { found, advice, why };
  return { found: textOf(phrases.found, PERSIAN), advice: phrases.advice && textOf(phrases.advice, PERSIAN_COMMANDS), why: phrases.why && textOf(phrases.why, PERSIAN) };
}
