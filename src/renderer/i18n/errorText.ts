/** What an error says, in the page's language as far as that is known (fa/errors.ts). */
import i18next from 'i18next';
import { markFault } from '../../shared/contract/voice.ts';
import type { ErrorData } from '../../shared/errors.ts';
import { textOf, valuesIn, type Language } from '../../shared/phrase.ts';
import { errors } from './fa/errors.ts';
import { formatFor } from './format.ts';

/** Names, paths and the words of other programs keep their own direction. */
const isolated = (text: string): string => `\u2068${text}\u2069`;
const digits = (text: string): string => text.replace(/\d/g, (digit) => String.fromCharCode(0x6f0 + Number(digit))).replaceAll(',', '٬').replaceAll('.', '٫');
const PERSIAN: Language = {
  formOf: (form) => errors[form] ?? form,
  number: String,
  /** Sizes, 640×480, and numbers in the language's digits. */
  name: (value) => (/^−?[\d.,]+(×[\d.,]+)?$/.test(value) ? `\u2066${digits(value)}\u2069` : inPersian(value) ?? isolated(value)),
};

/** null where the sentence is of no known form. */
function inPersian(sentence: string): string | null {
  for (const form of Object.keys(errors)) {
    const values = valuesIn(form, sentence);
    if (values) return textOf({ form, values }, PERSIAN);
  }
  return null;
}

export function errorText({ message, details }: Pick<ErrorData, 'message' | 'details'>): string {
  if (i18next.language !== 'fa') return message;
  const fault = markFault.safeParse(details);
  if (!fault.success) return inPersian(message) ?? message;
  const { number } = formatFor('fa');
  const { t } = i18next;
  const { line, column, found, known } = fault.data;
  return `${t('marks:at', { line: number(line), column: number(column) })}: ${t(`marks:faults.${fault.data.fault}`, { found: isolated(found), known: known.map(isolated).join(t('marks:separator')) })}`;
}
