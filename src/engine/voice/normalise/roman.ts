/** Roman numerals, well formed; which of them are numbers is told by the words beside them, in each language. */
const VALUES: Record<string, number> = { I: 1, V: 5, X: 10, L: 50, C: 100, D: 500, M: 1000 };
const ROMAN = /^(?=.)M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})$/;

/** @returns its value in digits; null where it is none, or a single C, D, L or M, which is a letter */
export function romanValue(word: string): string | null {
  if (!ROMAN.test(word) || /^[CDLM]$/.test(word)) return null;
  let value = 0;
  for (let i = 0; i < word.length; i++) value += VALUES[word[i]] < (VALUES[word[i + 1]] ?? 0) ? -VALUES[word[i]] : VALUES[word[i]];
  return String(value);
}

/** Whether it was written with the signs made for them (Ⅳ). */
export const isRomanSign = (written: string): boolean => /^[Ⅰ-ⅿ]+$/u.test(written);
