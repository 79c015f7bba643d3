/** A sentence apart from what it speaks of, so that it can be said in other languages, too. */

export interface Phrase {
  /** In English; `{0}` stands for the first value. */
  form: string;
  /** Names and the like are said the same everywhere; numbers in the language's digits. */
  values: readonly (string | number | Phrase)[];
}

/** As a tag: say`${count} avatars`. */
export const say = (texts: TemplateStringsArray, ...values: Phrase['values']): Phrase => ({ form: texts.reduce((form, text, i) => `${form}{${i - 1}}${text}`), values });

export interface Language {
  /** The form in that language; the form itself where it is said the same, or not known. */
  formOf: (form: string) => string;
  number: (value: number) => string;
  name: (value: string) => string;
}
const ENGLISH: Language = { formOf: (form) => form, number: String, name: (value) => value };

export function textOf({ form, values }: Phrase, language: Language = ENGLISH): string {
  return language.formOf(form).replace(/\{(\d+)\}/g, (_, place: string) => {
    const value = values[Number(place)];
    return typeof value === 'object' ? textOf(value, language) : typeof value === 'number' ? language.number(value) : language.name(value);
  });
}

/** What stands at the places of a form in a sentence that was said by it; null where it was said by another. */
export function valuesIn(form: string, sentence: string): string[] | null {
  const pattern = form.split(/\{\d+\}/).map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('([^]*?)');
  return new RegExp(`^${pattern}$`).exec(sentence)?.slice(1) ?? null;
}
