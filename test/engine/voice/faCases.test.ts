/** Persian as a newsreader says it: every line of cases/fa.tsv, and what holds for any text. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { toCardinal } from 'n2words/fa-IR';
import { describe, expect, it } from 'vitest';
import { faJoined, faSplit } from '../../../src/engine/voice/normalise/faJoins.ts';
import { faCardinal, faOrdinal } from '../../../src/engine/voice/normalise/faNumbers.ts';
import { utterances } from '../../../src/engine/voice/normalise/utterances.ts';
import { writtenWords } from '../../../src/engine/voice/normalise/written.ts';

const said = (text: string) => utterances(text, undefined, 'fa').map((run) => run.text).join(' ');
/** The table has «و» where the voice is given «ُ». */
const readable = (text: string) => text.replaceAll('ُ ', ' و ');
const unescaped = (text: string) => text.replace(/\\u([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16))).replaceAll('\\n', '\n');

interface Case {
  step: string;
  line: number;
  written: string;
  spoken: string;
}

const cases: Case[] = [];
let step = '';
for (const [i, line] of readFileSync(new URL('cases/fa.tsv', import.meta.url), 'utf8').split('\n').entries()) {
  if (line.startsWith('## ')) step = line.slice(3);
  else if (line !== '' && !line.startsWith('# ')) {
    const [written, spoken] = line.split('\t');
    cases.push({ step, line: i + 1, written: unescaped(written), spoken });
  }
}

describe('the table of cases', () => {
  it('has at least 400 and none twice', () => {
    expect(cases.length).toBeGreaterThanOrEqual(400);
    expect(cases.filter(({ written }, i) => cases.findIndex((other) => other.written === written) !== i).map(({ line }) => line)).toEqual([]);
  });

  for (const name of new Set(cases.map((each) => each.step))) {
    it(name, () => {
      const wrong = cases.filter((each) => each.step === name && readable(said(each.written)) !== each.spoken);
      expect(wrong.map(({ line, written, spoken }) => `fa.tsv:${line}: “${written}” should be “${spoken}” and is “${readable(said(written))}”`)).toEqual([]);
    });
  }

  it('said again, what is said stays as it is', () => {
    for (const { line, written } of cases) expect([line, said(said(written))]).toEqual([line, said(written)]);
  });
});

describe('any text', () => {
  const part = fc.oneof(
    fc.constantFrom(...cases.map(({ written }) => written)),
    fc.constantFrom(' ', ' ', '\u200c', '-', '–', '−', '/', '.', ':', '٫', '(', ')', '$', '%', '²', '½', 'Ⅳ', 'می', 'ها', 'ه.ش', '۰۹۱۲', '12', '۱۴۰۳', 'km', "'", '+', 'ُ', '\u0301', '😀', '中'),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );
  const texts = fc.array(part, { maxLength: 10 }).map((parts) => parts.join(''));
  const spaced = fc.array(part, { maxLength: 10 }).map((parts) => parts.join(' '));

  it('loses no word: each that can be said is said, in its place, in order', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom('fa' as const, 'en' as const), (text, base) => {
        const spoken = new Map(utterances(text, undefined, base).flatMap(({ words }) => words).map((word) => [word.start, word]));
        for (const { start, end } of writtenWords(text)) {
          expect(spoken.get(start)).toMatchObject({ start, end });
          expect(spoken.get(start)!.spoken).toMatch(/\p{L}/u);
        }
      }),
      { numRuns: 500 },
    );
  });

  // Glued at random, about one text in five thousand has a word that is read better the second time («II²» after «جنگ جهانی»).
  it('said again, words with spaces between stay as they are', () => {
    fc.assert(
      fc.property(spaced, (text) => {
        const once = said(text);
        expect(said(once)).toBe(once);
      }),
      { numRuns: 500 },
    );
  });

  it('takes time in proportion to its length', () => {
    const page = cases.map(({ written }) => written).join(' ');
    const time = (length: number) => {
      const text = page.repeat(Math.ceil(length / page.length)).slice(0, length);
      const start = process.cpuUsage().user;
      utterances(text, undefined, 'fa');
      return (process.cpuUsage().user - start) / 1000;
    };
    time(60_000);
    const small = Math.min(time(60_000), time(60_000), time(60_000));
    const large = time(480_000);
    // Eight times as long; a quadratic step would take 64 times as long.
    expect(large).toBeLessThan(small * 24);
  });

  it.each(['1'.repeat(50_000), 'ه.'.repeat(25_000), '1-'.repeat(25_000), '1 '.repeat(25_000), '(' .repeat(50_000), 'می '.repeat(17_000), '$ '.repeat(25_000), 'M'.repeat(50_000), 'I²'.repeat(25_000), '1,111'.repeat(10_000), '09 '.repeat(17_000)])('does not loop: %#', (text) => {
    const start = process.cpuUsage().user;
    utterances(text, undefined, 'fa');
    expect((process.cpuUsage().user - start) / 1e6).toBeLessThan(5);
  });
});

describe('number words', () => {
  it('agree with n2words where it is right: below a thousand, but for «سيصد» and «چهار صد»', () => {
    for (let value = 0; value < 1000; value++) {
      const theirs = toCardinal(value).replaceAll('سيصد', 'سیصد').replaceAll('چهار صد', 'چهارصد');
      expect([value, faCardinal(String(value))]).toEqual([value, theirs]);
    }
  });

  it('say every number to 10^15 so that it can be read back', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (value) => {
        expect(valueOf(faCardinal(String(value)))).toBe(value);
      }), { numRuns: 300 });
  });

  it('end as ordinals do', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1e9 }), (value) => {
        expect(faOrdinal(String(value))).toMatch(/(?:م|اول)$/u);
      }), { numRuns: 100 });
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
function valueOf(words: string): bigint {
  const scales: Record<string, bigint> = { هزار: 10n ** 3n, میلیون: 10n ** 6n, میلیارد: 10n ** 9n, تریلیون: 10n ** 12n, کوادریلیون: 10n ** 15n };
  const small = new Map(Array.from({ length: 20 }, (_, value) => [toCardinal(value), BigInt(value)]));
  for (let value = 20; value < 100; value += 10) small.set(toCardinal(value), BigInt(value));
  ['صد', 'دویست', 'سیصد', 'چهارصد', 'پانصد', 'ششصد', 'هفتصد', 'هشتصد', 'نهصد'].forEach((word, i) => small.set(word, BigInt(i + 1) * 100n));
  small.set('صفر', 0n);
  let [sum, group] = [0n, 0n];
  for (const word of words.split(/ و | /u)) {
    if (Object.hasOwn(scales, word)) {
      sum += (group === 0n ? 1n : group) * scales[word];
      group = 0n;
    } else group += small.get(word)!;
  }
  return sum + group;
}
