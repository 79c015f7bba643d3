/**
 * Words that are not said as they are written: acronyms, powers, files, names like C++. eSpeak NG spells most acronyms by itself (FBI, CEOs, HTML) and
 * knows the usual words among them (NASA, UNESCO); here are those that it takes for words.
 */
import { enCardinal, enOrdinal } from './enNumbers.ts';

/** The name of the letter A: alone, the voice takes it for the article. */
export const A = 'eigh';

/** Said letter by letter though the voice would say a word. A test asks the voice. */
const SPELLED = new Set(
  ('ACM AD AH AKA AM AP APR AR AWS BA CE COO DA DEA DOB DUI EEG EPA ER ESL ETA EUR EV FAA FAQ GOP IAEA ICU IMDB IMF IO IPO IQ IRA IRGC IRIB ITV IUD IVF LED NGO NIH NYC OTP PA QA ROI SEC SEO SOS UAE UFC UHD UPS UX VIP WHO XYZ').split(' '),
);
/** Of all acronyms, those that are also words, which somebody may shout: WHO IS IT, TELL US. */
const WORDS_TOO = new Set(['AD', 'AM', 'ID', 'IT', 'LED', 'PA', 'SEC', 'UPS', 'US', 'WHO']);
const SHOUTED = new Set('A ALL AND ARE AT BE BUT BY CAN DO DOES FOR FROM GET GO HAS HAVE HE HER HIM HIS I IF IN IS LET NO NOT NOW OF ON OR SHE STOP TELL THAT THE THEM THEY THIS TO WAS WE WHAT WHEN WHERE WHY WILL WITH YES YOU YOUR'.split(' '));
/** Names whose letters are said in a way of their own. */
const NAMES: Record<string, string> = { MSc: 'M S C', BSc: 'B S C', WWI: 'World War one', WWII: 'World War two', eV: 'electron volts' };
const FILE = /^([A-Za-z\d][A-Za-z\d_-]*)\.(txt|pdf|docx?|xlsx?|pptx?|csv|jpe?g|png|gif|svg|webp|mp[34]|wav|zip|json|html?|css|js|ts|py|exe|srt|vtt|md)$/i;
/** Endings of files that are said as words. */
const WORD_ENDINGS = new Set(['doc', 'gif', 'jpeg', 'json', 'webp', 'wav', 'zip']);
const COMPOUND = /^(?=.*\d)(?=.*[A-Za-z])[A-Za-z\d.,%$€£/']+(?:-[A-Za-z\d.,%$€£/']+)+$/;

/**
 * @param said the last word that is said before it
 * @param after the word after it
 * @returns null where it is said as it is written
 */
export function enSpelling(word: string, said: string, after: string): string | null {
  if (/^[a-z]+$/.test(word)) return null;
  if (Object.hasOwn(NAMES, word)) return NAMES[word];
  if (/^[A-Z]{2}&[A-Z]{1,2}$/.test(word)) return word.split('&').map(letters).join(' and ');
  const [, acronym, ending] = /^([A-Z]{2,})('?s)?$/.exec(word) ?? [];
  if (acronym === undefined) return null;
  const shouted = SHOUTED.has(said) || SHOUTED.has(/^[A-Z]*(?![a-z])/.exec(after)?.[0] ?? '');
  if (shouted && WORDS_TOO.has(acronym)) return word.toLowerCase();
  return SPELLED.has(acronym) ? letters(acronym) + (ending ? "'s" : '') : null;
}

/** Words with hyphens and numbers, hashtags and files as the words that they are said as: mid-1990s, COVID-19, VIP-only, #MachineLearning, report.pdf. */
export function enParts(word: string): string[] | null {
  if (COMPOUND.test(word) || (/^[A-Za-z]+(?:-[A-Za-z]+)+$/.test(word) && word.split('-').some((part) => enSpelling(part, '', '') !== null))) return word.split('-').map((part) => (part === 'A' ? A : part));
  const tag = /^#([A-Za-z][A-Za-z\d_]*)$/.exec(word);
  if (tag) return ['hashtag', ...humps(tag[1])];
  const file = FILE.exec(word);
  if (!file) return null;
  const ending = file[2].toLowerCase();
  return [...humps(file[1]), 'dot', ...(WORD_ENDINGS.has(ending) ? [ending] : humps(ending.toUpperCase()))];
}

const humps = (name: string): string[] => name.match(/\d+|[A-Z]*[a-z]+|[A-Z]+/g) ?? [];

/** `IMF` → I M F. */
export const letters = (word: string): string => Array.from(word, (letter) => (letter === 'A' ? A : letter)).join(' ');

/** `10²` → ten squared, 10⁻³ → ten to the minus third. */
export function enPower({ base, exponent }: { base: string; exponent: string }): string {
  const of = /\d/.test(base) ? enCardinal(base) : base;
  if (exponent === '2') return `${of} squared`;
  if (exponent === '3') return `${of} cubed`;
  return `${of} to the ${exponent.startsWith('-') ? 'minus ' : ''}${enOrdinal(exponent.replace('-', ''))}`;
}

/** A shortened top of an address: `.ir` is spelled, `.com` is a word. */
export const enTopDomain = (part: string): string | null => (/^(?!me)[a-z]{2}$/i.test(part) ? letters(part.toUpperCase()) : null);
