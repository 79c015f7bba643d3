/** Words that are not said as they are written: acronyms, powers, files, names like C++, iOS, R&D. */
import { enCardinal, enOrdinal } from './enNumbers.ts';

/** Said letter by letter though they could be said as words. Those without a vowel need no list. */
const LETTERS = new Set(
  ('ABC AC ACM AD ADHD AH AI AKA AM AP API APR ATM BA BBC BCE BMI CBO CE CEO CFO CIA CIO COO CPU CTO CV DA DEA DIY DNA DOB DOJ DUI EEG EPA ER ESL ESPN ETA EU EUR FAA FAQ FBI FCC FDA FIR GDP GOP GPA GPU GUI HIV HR IBM ICU ID IEEE ' +
    'IMDB IMF IO IP IPO IQ IRA IRS ISBN ISO ISP IT ITV IUD IVF KFC LA LCD LED LGBTQ MBA MIT MRI NBA NBC NFL NGO NHL NIH NSA NYC OCD OECD OTP PA PC PDF PM PR QA RGB RNA ROI RSVP SEC SEO SOS SQL SSD SUV TBA ' +
    'TV UAE UFC UFO UHD UI UK UN URL US USA USB USD USSR UTC UV UX VAR VIP VPN VR WHO XYZ').split(' '),
);
/** Of those, the ones that are also words, which somebody may shout: WHO IS IT, TELL US. */
const WORDS_TOO = new Set(['AM', 'ID', 'IT', 'LA', 'PA', 'US', 'WHO', 'SEC', 'LED', 'VAR', 'IRA', 'FIR']);
const SHOUTED = new Set('A ALL AND ARE AT BE BUT BY CAN DO DOES FOR FROM GET GO HAS HAVE HE HER HIM HIS I IF IN IS LET NO NOT NOW OF ON OR SHE STOP TELL THAT THE THEM THEY THIS TO WAS WE WHAT WHEN WHERE WHY WILL WITH YES YOU YOUR'.split(' '));
/** Names whose letters are said in a way of their own. */
const NAMES: Record<string, string> = { iOS: 'i O S', macOS: 'mac O S', PhD: 'P H D', PhDs: "P H D's", MSc: 'M S C', BSc: 'B S C', WWI: 'World War one', WWII: 'World War two', eV: 'electron volts', pH: 'P H', kWh: 'kilowatt hours' };
const FILE = /^([A-Za-z\d][A-Za-z\d_-]*)\.(txt|pdf|docx?|xlsx?|pptx?|csv|jpe?g|png|gif|svg|webp|mp[34]|wav|zip|json|html?|css|js|ts|py|exe|srt|vtt|md)$/i;
const COMPOUND = /^(?=.*\d)(?=.*[A-Za-z])[A-Za-z\d.,%$€£/']+(?:-[A-Za-z\d.,%$€£/']+)+$/;

/**
 * @param said the last word that is said before it
 * @param after the word after it
 * @returns null where it is said as it is written
 */
export function enSpelling(word: string, said: string, after: string): string | null {
  if (/^[a-z]+$/.test(word)) return null;
  if (Object.hasOwn(NAMES, word)) return NAMES[word];
  const acronym = /^([A-Z]{2,})('?s)?$/.exec(word);
  if (acronym) return isSpelled(acronym[1], said, after) ? letters(acronym[1]) + (acronym[2] ? "'s" : '') : null;
  if (/^[A-Z]#$/.test(word)) return word.replace('#', ' sharp');
  if (/^[A-Z]{1,2}&[A-Z]{1,2}$/.test(word)) return word.split('&').map(letters).join(' and ');
  if (/^[A-Z]{2,}(?:-[A-Za-z]+)+$/.test(word)) return word.split('-').map((part) => enSpelling(part, '', '') ?? part).join(' ');
  return null;
}

/** Words with hyphens and numbers, hashtags and files as the words that they are said as: mid-1990s, COVID-19, #MachineLearning, report.pdf. */
export function enParts(word: string): string[] | null {
  if (COMPOUND.test(word)) return word.split('-');
  const tag = /^#([A-Za-z][A-Za-z\d_]*)$/.exec(word);
  if (tag) return ['hashtag', ...humps(tag[1])];
  const file = FILE.exec(word);
  return file && [...humps(file[1]), 'dot', ...(file[2].toUpperCase().match(/[A-Z]|\d/g) ?? [])];
}

const humps = (name: string): string[] => name.match(/\d+|[A-Z]*[a-z]+|[A-Z]+/g) ?? [];

/** No vowel, or known; two letters and more. */
function isSpelled(word: string, said: string, after: string): boolean {
  if (WORDS_TOO.has(word)) return !SHOUTED.has(said) && !SHOUTED.has(after);
  return LETTERS.has(word) || !/[AEIOUY]/.test(word);
}

/** `PDF` → P D F; number words stay whole. */
const letters = (word: string): string => word.replace(/[A-Z](?=[A-Za-z])/g, '$& ');

/** `10²` → ten squared, 10⁻³ → ten to the minus third. */
export function enPower({ base, exponent }: { base: string; exponent: string }): string {
  const of = /\d/.test(base) ? enCardinal(base) : base;
  if (exponent === '2') return `${of} squared`;
  if (exponent === '3') return `${of} cubed`;
  return `${of} to the ${exponent.startsWith('-') ? 'minus ' : ''}${enOrdinal(exponent.replace('-', ''))}`;
}

/** A shortened top of an address: `.ir` is spelled, `.com` is a word. */
export const enTopDomain = (part: string): string => (part.length === 2 && part !== 'me' ? letters(part.toUpperCase()) : part);
