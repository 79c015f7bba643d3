/** The ezafe that nobody writes: where it is said, where it is not, and that the voice says it. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { openEspeak, type Espeak } from '../../../src/engine/voice/espeak.ts';
import { lexiconOf } from '../../../src/engine/voice/lexicon/lexicon.ts';
import { shares, utterances } from '../../../src/engine/voice/normalise/utterances.ts';
import { spokenChanges } from '../../../src/engine/voice/spokenChanges.ts';
import { ezafeScore, markedSentences, saidEzafes } from './ezafeScore.ts';
import { heardWords } from './heard.ts';

const said = (text: string, entries: Parameters<typeof lexiconOf>[0] = []) => utterances(text, lexiconOf(entries), 'fa').map((run) => run.text).join(' ');

describe('where an ezafe is said', () => {
  it.each([
    ['a noun and its adjective', 'کتاب خوب را خواندم', 'کتابِ خوب را خواندم'],
    ['a silent he', 'خانه بزرگ را دیدم', 'خانهٔ بزرگ را دیدم'],
    ['a he that is heard', 'راه دور و کوه بلند', 'راهِ دور و کوهِ بلند'],
    ['two adjectives', 'خانه بزرگ قدیمی را دیدم', 'خانهٔ بزرگِ قدیمی را دیدم'],
    ['a possessor', 'مدیر مدرسه آمد', 'مدیرِ مدرسه آمد'],
    ['a pronoun', 'کتاب من کجاست؟', 'کتابِ من کجاست؟'],
    ['prepositions that govern', 'بدون تو، کنار دریا، درباره کتاب', 'بدونِ تو، کنارِ دریا، دربارهٔ کتاب'],
    ['phrases', 'جمهوری اسلامی ایران به عنوان کشور', 'جمهوریِ اسلامیِ ایران به عنوانِ کشور'],
    ['a head and a name that nobody knows', 'شهر قمصر و استان زرقان', 'شهرِ قمصر و استانِ زرقان'],
    ['a head and a number', 'سال ۱۴۰۳ و ساعت ۸', 'سالِ هزارُ چهارصدُ سه و ساعتِ هشت'],
    ['a plural', 'دانشجویان ایرانی آمدند', 'دانشجویانِ ایرانی آمدند'],
    ['what is written already, where the voice would miss it', 'کتاب‌های خوب، خانه‌ی ما، جای خالی، بوی خوش', 'کتاب‌های خوب، خانه‌ی ما، جایِ خالی، بویِ خوش'],
    ['an adjective with “a”', 'کتاب خوبی است', 'کتابِ خوبی است'],
  ])('%s', (_, written, spoken) => {
    expect(said(written)).toBe(spoken);
  });

  it.each([
    ['before a verb, را, و, که', 'کتاب خریدم، کتاب را دیدم، کتاب و دفتر، کتابی که خواندم'],
    ['before the copula', 'هوا سرد است، غذا آماده شد، خانه بزرگ است'],
    ['in a verb of two words', 'دولت تصمیم گرفت، برنامه آغاز شد، مردم کار می‌کنند'],
    ['after “a”', 'کتابی خوب خریدم، مردی آمد'],
    ['after a number', 'سه کتاب، ده نفر کارگر، دو کیلو برنج'],
    ['across a comma', 'کتاب، دفتر، مداد'],
    ['after a title', 'دکتر احمدی و مهندس رضایی'],
    ['before the noun: superlatives and ordinals', 'بهترین کتاب و بزرگ‌ترین شهر و دومین بار'],
    ['after adverbs and pronouns', 'امروز هوا خیلی خوب است، من دیروز کتاب خواندم'],
    ['after a possessive ending', 'کتابم خوب است، پدرش معلم است'],
    ['after vowels that write their own', 'هوا خوب، دانشجو کتاب خواند'],
  ])('not %s', (_, written) => {
    expect(said(written)).toBe(written);
  });

  test('a mark at a word’s end is the writer’s word, and so is the user’s lexicon', () => {
    expect(said('کتابْ خوب')).toBe('کتابْ خوب');
    expect(said('کتابِ خوب')).toBe('کتابِ خوب');
    expect(said('خانهٔ بزرگ')).toBe('خانهٔ بزرگ');
    expect(said('کتاب خوب', [{ lang: 'fa', word: 'کتاب', say: 'کتاب' }])).toBe('کتاب خوب');
    expect(said('کتاب خوب', [{ lang: 'fa', word: 'کتاب', say: 'کِتاب', starter: true }])).toBe('کِتابِ خوب');
  });

  test('it is told as a change, with the reason', () => {
    expect(spokenChanges('کتاب خوب را خواندم')).toEqual([{ start: 0, end: 4, written: 'کتاب', spoken: 'کتابِ', reason: 'ezafe' }]);
  });
});

describe('what is heard', () => {
  let espeak: Espeak;
  beforeAll(async () => void (espeak = await openEspeak()));

  it.each([
    ['کتاب خوب', ['ketɑbe', 'xub']],
    ['خانه بزرگ', ['xɑneje', 'bozorɡ']],
    ['خانه‌ی بزرگ', ['xɑneje', 'bozorɡ']],
    ['دانشجوی خوب', ['dɑneʃdʒuje', 'xub']],
    ['کتاب‌های خوب', ['ketɑbhɑje', 'xub']],
    ['بوی خوش', ['buje', 'xoʃ']],
    ['زندگی خوب', ['zendeɡje', 'xub']],
    ['راه دور', ['rɑhe', 'dur']],
    ['برای من', ['barɑje', 'man']],
  ])('%s', (written, sounds) => {
    expect(heardWords(espeak, said(written))).toEqual(sounds);
  });
});

test('the tables of words name each word once, bare; phrases are marked', () => {
  for (const section of readFileSync(new URL('../../../resources/persian/ezafe.txt', import.meta.url), 'utf8').split(/^## /m).slice(1)) {
    const [heading, ...lines] = section.trim().split('\n');
    const named = heading === 'phrases' ? lines : lines.flatMap((line) => line.split(' '));
    expect([heading, named.filter((each, i) => named.indexOf(each) !== i)]).toEqual([heading, []]);
    if (heading !== 'phrases') expect([heading, named.filter((word) => !/^[\u0621-\u063A\u0641-\u064A\u067E-\u06CC\u200C]+$/u.test(word))]).toEqual([heading, []]);
  }
});

describe('the table of sentences', () => {
  const sentences = markedSentences();

  it('has at least 300, none twice, every third of them held out', () => {
    expect(sentences.length).toBeGreaterThanOrEqual(300);
    expect(new Set(sentences.map(({ text }) => text)).size).toBe(sentences.length);
    expect(sentences.map(({ set }) => set)).toEqual(sentences.map((_, i) => (i % 3 === 2 ? 'held' : 'tune')));
  });

  it('is said as marked nearly everywhere, held out or not', () => {
    const of = (set: string) => ezafeScore(sentences.filter((sentence) => sentence.set === set), saidEzafes);
    const [tune, held] = [of('tune'), of('held')];
    expect(tune.f1).toBeGreaterThan(0.945);
    expect(held.f1).toBeGreaterThan(0.91);
    expect(held.accuracy).toBeGreaterThan(0.945);
  });

  it('says no ezafe twice where it is written', () => {
    for (const { text, words } of sentences) {
      const marked = words.reduceRight((all, { start, written, marked: full }) => all.slice(0, start) + full + all.slice(start + written.length), text);
      expect(said(marked)).not.toMatch(/[\u0650\u0654]{2}/u);
    }
  });
});

describe('any text', () => {
  const part = fc.oneof(fc.constantFrom(...markedSentences().flatMap(({ words }) => words.map(({ written }) => written)), '،', '.', '؟', '\u200c', '۱۲', 'GitHub', 'ِ', 'ٔ', 'km'), fc.string({ unit: 'binary', maxLength: 4 }));

  it('only gains marks at the ends of words; every word keeps its place', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 14 }).map((parts) => parts.join(' ')), (text) => {
        const words: { start: number; spoken: string }[] = [];
        for (const run of utterances(text, undefined, 'fa')) {
          expect(shares(run).join('')).toBe(run.text);
          for (const [i, { start, end, spoken }] of run.words.entries()) {
            const own = shares(run)[i];
            expect(own.replace(/^[ \u200C]+|[ ،,.؟?!]+$/gu, '')).toBe(spoken);
            expect(end).toBeGreaterThan(start);
            words.push({ start, spoken });
          }
        }
        // Said again, nothing more is added.
        expect(said(said(text))).toBe(said(text));
      }),
      { numRuns: 300 },
    );
  });

  it('takes time in proportion to its length, phrases or not', () => {
    const page = markedSentences().map(({ text }) => text).join(' ');
    const time = (length: number) => {
      const text = page.repeat(Math.ceil(length / page.length)).slice(0, length).replaceAll('.', '');
      const start = process.cpuUsage().user;
      utterances(text, undefined, 'fa');
      return (process.cpuUsage().user - start) / 1000;
    };
    time(20_000);
    const small = Math.min(time(20_000), time(20_000), time(20_000));
    // Eight times as long; a quadratic step would take 64 times as long.
    expect(time(160_000)).toBeLessThan(small * 24);
  });
});
