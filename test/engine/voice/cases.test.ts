/** Persian and English as a newsreader says them: every line of cases/fa.tsv and cases/en.tsv, and what holds for any text. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { toCardinal as englishCardinal, toOrdinal as englishOrdinal } from 'n2words/en-US';
import { toCardinal as persianCardinal } from 'n2words/fa-IR';
import { describe, expect, it } from 'vitest';
import { enCardinal, enOrdinal, enYear } from '../../../src/engine/voice/normalise/enNumbers.ts';
import { faJoined, faSplit } from '../../../src/engine/voice/normalise/faJoins.ts';
import { faCardinal, faOrdinal } from '../../../src/engine/voice/normalise/faNumbers.ts';
import { utterances } from '../../../src/engine/voice/normalise/utterances.ts';
import { writtenWords } from '../../../src/engine/voice/normalise/written.ts';
import type { Lang } from '../../../src/shared/vocabulary.ts';
import { newsSentences } from '../../support/longTexts.ts';

const LANGS: Lang[] = ['fa', 'en'];
const said = (text: string, lang: Lang) => utterances(text, undefined, lang).map((run) => run.text).join(' ');
/** The Persian table has «و» where the voice is given «ُ». */
const readable = (text: string) => text.replaceAll('ُ ', ' و ');
const unescaped = (text: string) => text.replace(/\\u([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16))).replaceAll('\\n', '\n');

interface Case {
  step: string;
  line: number;
  written: string;
  spoken: string;
}

function casesOf(lang: Lang): Case[] {
  const cases: Case[] = [];
  let step = '';
  for (const [i, line] of readFileSync(new URL(`cases/${lang}.tsv`, import.meta.url), 'utf8').split('\n').entries()) {
    if (line.startsWith('## ')) step = line.slice(3);
    else if (line !== '' && !line.startsWith('# ')) {
      const [written, spoken] = line.split('\t');
      cases.push({ step, line: i + 1, written: unescaped(written), spoken });
    }
  }
  return cases;
}

const CASES: Record<Lang, Case[]> = { fa: casesOf('fa'), en: casesOf('en') };

describe.each(LANGS)('the table of cases: %s', (lang) => {
  const cases = CASES[lang];

  it('has at least 400 and none twice', () => {
    expect(cases.length).toBeGreaterThanOrEqual(400);
    expect(cases.filter(({ written }, i) => cases.findIndex((other) => other.written === written) !== i).map(({ line }) => line)).toEqual([]);
  });

  for (const name of new Set(cases.map((each) => each.step))) {
    it(name, () => {
      const wrong = cases.filter((each) => each.step === name && readable(said(each.written, lang)) !== each.spoken);
      expect(wrong.map(({ line, written, spoken }) => `${lang}.tsv:${line}: “${written}” should be “${spoken}” and is “${readable(said(written, lang))}”`)).toEqual([]);
    });
  }

  it('said again, what is said stays as it is', () => {
    for (const { line, written } of cases) expect([line, said(said(written, lang), lang)]).toEqual([line, said(written, lang)]);
  });
});

describe.each(LANGS)('any text: %s', (lang) => {
  const GLUE = [
    ' ', ' ', '\u200c', '\u200d', '\n', '-', '–', '−', '/', '.', '. ', ':', ', ', '٫', '(', ')', '"', "'", '’', '$', '£', '%', '&', '+', '=', '#', '@', '_', '~', '^', '²', '⁻³', '½', 'Ⅳ', 'می', 'ها', 'تر', 'ه.ش', 'د', '۰۹۱۲', '12', '۱۴۰۳', '1984', '5', 'km', 'sq', 'pm',
    'Dr', 'St', 'No', 'Main', 'e.g', 'etc', 'al', 'U.S', 'IT', 'IS', 'PDF', 'II', 'I', 'Henry', 'War', 'جهانی', 'million', 'میلیون', 'Aug', '.com', '.pdf', 's', 'x', 'A', 'B', 'ُ', '\u0301', '\u0000', '😀', '中', '\ud800',
  ];
  const part = fc.oneof(fc.constantFrom(...CASES[lang].map(({ written }) => written)), fc.constantFrom(...GLUE), fc.constantFrom(...GLUE), fc.string({ unit: 'binary', maxLength: 5 }));
  const texts = fc.array(part, { maxLength: 10 }).map((parts) => parts.join(''));

  it('loses no word: each that can be said is said, in its place, in order', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const spoken = new Map(utterances(text, undefined, lang).flatMap(({ words }) => words).map((word) => [word.start, word]));
        for (const { start, end } of writtenWords(text)) {
          expect(spoken.get(start)).toMatchObject({ start, end });
          expect(spoken.get(start)!.spoken).toMatch(/\p{L}/u);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('said again, it stays as it is, whatever is glued to what', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const once = said(text, lang);
        expect(said(once, lang)).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes time in proportion to its length', () => {
    const page = CASES[lang].map(({ written }) => written).join(' ');
    const time = (length: number) => {
      const text = page.repeat(Math.ceil(length / page.length)).slice(0, length);
      const start = process.cpuUsage().user;
      utterances(text, undefined, lang);
      return (process.cpuUsage().user - start) / 1000;
    };
    time(30_000);
    const small = Math.min(time(30_000), time(30_000), time(30_000));
    const large = Math.min(time(240_000), time(240_000));
    // Eight times as long; a quadratic step would take 64 times as long.
    expect(large).toBeLessThan(small * 16);
  });

  it('1 MB of news takes no more than three times as long as one text as it takes sentence by sentence', () => {
    const sentences = newsSentences(lang, 1e6);
    const text = sentences.join('');
    const seconds = (work: () => unknown) => {
      const start = process.cpuUsage();
      work();
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1e6;
    };
    const apart = seconds(() => sentences.forEach((sentence) => utterances(sentence, undefined, lang)));
    const whole = Math.min(seconds(() => utterances(text, undefined, lang)), seconds(() => utterances(text, undefined, lang)));
    console.log(`${(Buffer.byteLength(text) / 1e6).toFixed(2)} MB of news (${lang}): ${apart.toFixed(2)} s of processor time sentence by sentence, ${whole.toFixed(2)} s as one text`);
    expect(whole).toBeLessThan(apart * 3);
  });

  const LONG = ['1', 'ه.', '1-', '1 ', '(', 'می ', '$ ', 'M', 'I²', '1,111', '09 ', 'U.S. ', 'A ', 'Dr. ', '+1 (', '-$', "5's", '#a', 'a.b@', '1/2 ', 'million ', '~.'];
  it.each(LONG)('does not loop: %s', (unit) => {
    const start = process.cpuUsage().user;
    utterances(unit.repeat(Math.ceil(50_000 / unit.length)), undefined, lang);
    expect((process.cpuUsage().user - start) / 1e6).toBeLessThan(5);
  });
});

describe('number words', () => {
  it('in Persian agree with n2words where it is right: below a thousand, but for «سيصد» and «چهار صد»', () => {
    for (let value = 0; value < 1000; value++) {
      const theirs = persianCardinal(value).replaceAll('سيصد', 'سیصد').replaceAll('چهار صد', 'چهارصد');
      expect([value, faCardinal(String(value))]).toEqual([value, theirs]);
    }
  });

  it('in English are those of n2words, without “and”', () => {
    fc.assert(fc.property(fc.bigInt({ min: 1n, max: 10n ** 15n }), (value) => {
        expect(enCardinal(String(value))).toBe(englishCardinal(value, { and: false }));
        expect(enOrdinal(String(value))).toBe(englishOrdinal(value));
        expect(enCardinal(String(value))).not.toMatch(/\band\b/);
      }), { numRuns: 200 });
  });

  it.each([['fa', faCardinal, persianValue], ['en', enCardinal, englishValue]] as const)('say every number to 10^15 so that it can be read back: %s', (_, cardinal, valueOf) => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (value) => {
        expect(valueOf(cardinal(String(value)))).toBe(value);
      }), { numRuns: 300 });
  });

  it('end as ordinals do', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1e9 }), (value) => {
        expect(faOrdinal(String(value))).toMatch(/(?:م|اول)$/u);
        expect(enOrdinal(String(value))).toMatch(/(?:first|second|third|th)$/);
      }), { numRuns: 100 });
  });

  it('of years are two pairs, told apart for every year', () => {
    const years = Array.from({ length: 1100 }, (_, i) => String(1000 + i));
    expect(new Set(years.map(enYear)).size).toBe(years.length);
    for (const year of years) expect(enYear(year)).toMatch(/^[a-z -]+$/);
  });
});

describe('joins', () => {
  it('are made in a verb, never in a word that only looks like one', () => {
    for (const word of ['میدان', 'میدانی', 'میز', 'میلاد', 'میخ', 'میراث', 'میهن', 'میل', 'میمون', 'میوه', 'میزان', 'میزبان', 'میکروب', 'میلیون', 'مینا', 'میرزا', 'نمیر', 'میانه', 'میگو', 'میخک']) expect(faSplit(word)).toBe(word);
    expect(['میروم', 'نمیشود', 'میگفتند'].map(faSplit)).toEqual(['می‌روم', 'نمی‌شود', 'می‌گفتند']);
    expect([faJoined('می', 'روم'), faJoined('می', 'ناب'), faJoined('هوای', 'تر'), faJoined('بزرگ', 'تر'), faJoined('راه', 'ام'), faJoined('رفته', 'ام')]).toEqual([true, false, false, true, false, true]);
  });
});

/** What the words mean, told without the code that made them. */
function persianValue(words: string): bigint {
  const scales: Record<string, bigint> = { هزار: 10n ** 3n, میلیون: 10n ** 6n, میلیارد: 10n ** 9n, تریلیون: 10n ** 12n, کوادریلیون: 10n ** 15n };
  const small = new Map(Array.from({ length: 20 }, (_, value) => [persianCardinal(value), BigInt(value)]));
  for (let value = 20; value < 100; value += 10) small.set(persianCardinal(value), BigInt(value));
  ['صد', 'دویست', 'سیصد', 'چهارصد', 'پانصد', 'ششصد', 'هفتصد', 'هشتصد', 'نهصد'].forEach((word, i) => small.set(word, BigInt(i + 1) * 100n));
  small.set('صفر', 0n);
  return valueOf(words.split(/ و | /u), scales, (group, word) => group + small.get(word)!);
}

function englishValue(words: string): bigint {
  const scales: Record<string, bigint> = { thousand: 10n ** 3n, million: 10n ** 6n, billion: 10n ** 9n, trillion: 10n ** 12n, quadrillion: 10n ** 15n };
  const small = 'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
  const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
  return valueOf(words.split(/[ -]/), scales, (group, word) => (word === 'hundred' ? group * 100n : group + BigInt(tens.includes(word) ? 20 + 10 * tens.indexOf(word) : small.indexOf(word))));
}

function valueOf(words: readonly string[], scales: Record<string, bigint>, grown: (group: bigint, word: string) => bigint): bigint {
  let [sum, group] = [0n, 0n];
  for (const word of words) {
    if (Object.hasOwn(scales, word)) {
      sum += (group === 0n ? 1n : group) * scales[word];
      group = 0n;
    } else group = grown(group, word);
  }
  return sum + group;
}
