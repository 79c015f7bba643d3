/**
 * Words that are not said as they are written: acronyms, powers, files, names like C++. eSpeak NG spells most acronyms by itself (FBI, CEOs, HTML) and
 * knows the usual words among them (NASA, UNESCO). Here are those that it takes for words, and the words that it would spell (the PIN, a BIG one).
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
/** Words of up to three letters that capitals make no acronym of; the voice would spell them. */
const SHORT_WORDS = new Set(
  ('a act add ago aid air all an and any are arm art as ask at bad bag bar be bed big bit box boy bus but buy by bye can cap car cat cut dad day did die do dog dry due eat egg end eye far fat few fit fix fly for fun get go god got gun had has hat he her hey hi him his hit hot how i ice if in is its job key kid lan law ' +
    'lay leg let lie lot low mad man map may me men mix mom my net new no nor not now odd of off oh oil old on one or our out own pay pen per pet pin pop put ram ran raw red rid rip rom row run sad saw say sea see set she sim sit six sky so son sum sun tax tea ten the tie tip to too top toy try two up use van via wan war was way we win won wow yes yet you zip zoo').split(' '),
);
const SHOUTED = /^(?:THAT|THIS|WHAT|WHEN|WHERE|WITH|WILL|THEY|THEM|FROM|HAVE|DOES|STOP|TELL|GIVE|YOUR)$/;
const isShouted = (word: string): boolean => SHOUTED.test(word) || (/^[A-Z]{1,3}$/.test(word) && SHORT_WORDS.has(word.toLowerCase()));
/** Names whose letters are said in a way of their own. */
const NAMES: Record<string, string> = { MSc: 'M S C', BSc: 'B S C', WWI: 'World War one', WWII: 'World War two', eV: 'electron volts' };
const FILE = /^([A-Za-z\d][A-Za-z\d_-]*)\.(txt|pdf|docx?|xlsx?|pptx?|csv|jpe?g|png|gif|svg|webp|mp[34]|wav|zip|json|html?|css|js|ts|py|exe|srt|vtt|md)$/i;
/** Endings of files that are said as words. */
const WORD_ENDINGS = new Set(['doc', 'gif', 'jpeg', 'json', 'webp', 'wav', 'zip']);
const COMPOUND = /^(?=.*\d)(?=.*[A-Za-z])[A-Za-z\d.,%$€£/']+(?:-[A-Za-z\d.,%$€£/']+)+$/;

/**
 * @param before the word before it, as it is written
 * @param after the word after it
 * @returns null where it is said as it is written
 */
export function enSpelling(word: string, before: string, after: string): string | null {
  if (/^[a-z]+$/.test(word)) return null;
  if (Object.hasOwn(NAMES, word)) return NAMES[word];
  if (/^[A-Z]{2}&[A-Z]{1,2}$/.test(word)) return word.split('&').map(letters).join(' and ');
  const [, acronym, ending] = /^([A-Z]{2,})('?s)?$/.exec(word) ?? [];
  if (acronym === undefined) return null;
  if (WORDS_TOO.has(acronym) ? isShouted(/[A-Z]*$/.exec(before)![0]) || isShouted(/^[A-Z]*(?![a-z])/.exec(after)?.[0] ?? '') : SHORT_WORDS.has(acronym.toLowerCase())) return word.toLowerCase();
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
