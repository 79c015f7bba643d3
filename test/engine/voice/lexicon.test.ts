/** The user's pronunciations: where they apply, what is said then, how they are kept and brought along. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storedVoices } from '../../../src/engine/library/speechStore.ts';
import { entriesIn, lexiconOf } from '../../../src/engine/voice/lexicon/lexicon.ts';
import { lexiconFromCsv, lexiconToCsv } from '../../../src/engine/voice/lexicon/lexiconCsv.ts';
import { openLexicon, withLexicon } from '../../../src/engine/voice/lexicon/lexiconStore.ts';
import { utterances } from '../../../src/engine/voice/normalise/utterances.ts';
import { saySample } from '../../../src/engine/voice/say.ts';
import { spokenChanges } from '../../../src/engine/voice/spokenChanges.ts';
import { openVoices, type Voices } from '../../../src/engine/voice/voices.ts';
import { parse } from '../../../src/shared/contract/common.ts';
import { renderRequest, type LexiconEntry } from '../../../src/shared/contract/request.ts';

const fa = (word: string, say: string): LexiconEntry => ({ lang: 'fa', word, say });
const sounds = (lang: 'fa' | 'en', word: string, phonemes: string): LexiconEntry => ({ lang, word, phonemes });
const en = (word: string, say: string): LexiconEntry => ({ lang: 'en', word, say });
const said = (text: string, entries: LexiconEntry[]): string => utterances(text, lexiconOf(entries)).map((run) => run.text).join(' | ');

let home: string;
beforeAll(async () => void (home = await mkdtemp(path.join(tmpdir(), 'sima-lexicon-'))));
afterAll(() => rm(home, { recursive: true }));

describe('where an entry applies', () => {
  test.each([
    ['a word, whatever its letters’ spelling', 'این كرم است.', [fa('کرم', 'کِرِم')], 'این کِرِم است.'],
    ['capitals make no difference', 'Ask GITHUB, please.', [en('GitHub', 'git hub')], 'Ask git hub, please.'],
    ['whole words only', 'کرمان و کرم‌ها', [fa('کرم', 'کِرِم')], 'کرمان و کرم‌ها'],
    ['marks in the text win', 'کَرَم و کرم', [fa('کرم', 'کِرِم')], 'کَرَم و کِرِم'],
    ['several words, the longest entry first', 'New York City is big.', [en('New York', 'noo york'), en('New York City', 'the big apple')], 'the big apple is big.'],
    ['not across a mark', 'New, York', [en('New York', 'noo york')], 'New, York'],
    ['the first of two for the same word', 'tomato', [en('tomato', 'tomahto'), en('Tomato', 'tomayto')], 'tomahto'],
    ['another language’s word in a Persian sentence, said in Persian letters', 'من از GitHub آمدم', [en('github', 'گیت‌هاب')], 'من از گیت‌هاب آمدم'],
    ['not an entry of the other language', 'Read the word کرم now', [en('کرم', 'x')], 'Read the word | کرم | now'],
    ['numbers in the language of the text', 'سال ۱۴۰۳ بود', [fa('1403', 'یک چهار صفر سه')], 'سالِ یک چهار صفر سه بود'],
    ['phonemes, by their own language’s voice', 'این lead است', [sounds('en', 'lead', 'ˈlɛd')], "این | [[l'Ed]] | است"],
    ['phonemes of several words', 'x', [sounds('en', 'x', '/həˈloʊ wɜːld/')], "[[h@l'oU]] [[w3:ld]]"],
    ['instead of an abbreviation', 'Dr. Who', [en('Dr', 'drive')], 'drive Who'],
  ])('%s', (_, text, entries, spoken) => {
    expect(said(text, entries)).toBe(spoken);
  });

  test('only entries that apply are taken along, in the order of the text', () => {
    const entries = [en('two', '2'), en('one', 'won'), en('three', 'tree')];
    expect(entriesIn('One, two.', entries)).toEqual([entries[1], entries[0]]);
    expect(entriesIn('Nothing.', entries)).toEqual([]);
  });

  test('what changes is told with its place and the reason', () => {
    expect(spokenChanges('من ۳ بار GitHub را دیدم', [en('GitHub', 'گیت هاب')])).toEqual([
      { start: 3, end: 4, written: '۳', spoken: 'سه', reason: 'number' },
      { start: 9, end: 15, written: 'GitHub', spoken: 'گیت هاب', reason: 'lexicon' },
    ]);
    expect(spokenChanges('سلام خوبی')).toEqual([]);
  });
});

describe('what is heard', () => {
  let voices: Voices;
  beforeAll(async () => void (voices = storedVoices(await openVoices(), path.join(home, 'speech'))));
  afterAll(() => voices.close());

  test('the word is said as the entry says, and keeps its own text and place', async () => {
    const input = { text: 'Say tomato now', voice: 'en', rate: 1, pitch: 1 };
    const plain = await saySample(input, voices);
    const other = await saySample({ ...input, lexicon: [en('tomato', 'banana')] }, voices);
    const banana = await saySample({ ...input, text: 'Say banana now' }, voices);
    expect(other.words.map(({ text }) => text)).toEqual(['Say', 'tomato', 'now']);
    const symbols = ({ phonemes }: typeof plain) => phonemes!.map(({ symbol }) => symbol).join(' ');
    expect(symbols(other)).toBe(symbols(banana));
    expect(symbols(other)).not.toBe(symbols(plain));
    expect(other.changes).toEqual([{ start: 4, end: 10, written: 'tomato', spoken: 'banana', reason: 'lexicon' }]);
    expect(Buffer.from(other.wav, 'base64').subarray(0, 4).toString()).toBe('RIFF');
    expect(other.durationSec).toBeCloseTo((Buffer.from(other.wav, 'base64').length - 44) / 2 / 22050, 2);
  });

  test.each([
    ['fa', 'کرم', 'keɾˈem', 'k e ɹ e m'], ['fa', 'نمونه', 'pɑːbetʃeʒɡiʔqouxʃdʒ', 'p ɑ b e tʃ e ʒ ɡ i ʔ q o u x ʃ dʒ'],
    ['en', 'lead', 'lɛd', 'l ɛ d'], ['en', 'sample', 'ðɪs θɪŋ ɹiːdʒɔɪ ʃʌvə wɑːʒ', 'ð ɪ s θ ɪ ŋ ɹ iː dʒ ɔɪ ʃ ʌ v ə w ɑː ʒ'],
    // Between vowels eSpeak's Persian r is a ɹ, in text as well.
  ] as const)('phonemes of %s are heard as they are written: %s', async (lang, word, phonemes, heard) => {
    for (const voice of lang === 'fa' ? ['espeak-fa', 'espeak-fa-woman'] : ['espeak-en-us']) {
      const said = await saySample({ text: word, voice, rate: 1, pitch: 1, lexicon: [sounds(lang, word, phonemes)] }, voices);
      expect(said.phonemes!.map(({ symbol }) => symbol).filter((symbol) => symbol !== '').join(' ')).toBe(heard);
      expect(said.words.map(({ text }) => text)).toEqual([word]);
      expect(said.changes).toEqual([{ start: 0, end: word.length, written: word, spoken: `/${phonemes}/`, reason: 'lexicon' }]);
    }
  });

  test('an entry that does not apply leaves kept speech as it is; one that does is spoken anew', async () => {
    let asked = 0;
    const counted = storedVoices({ ...voices, list: () => [], close: () => Promise.resolve(), speak: (...input) => (asked++, voices.speak(...input)) }, path.join(home, 'counted'));
    await counted.speak('One word.', { voice: 'en' });
    await counted.speak('One word.', { voice: 'en', lexicon: [en('two', 'too')] });
    expect(asked).toBe(1);
    await counted.speak('One word.', { voice: 'en', lexicon: [en('word', 'bird')] });
    expect(asked).toBe(2);
    await counted.close();
  });
});

test('CSV: what is exported comes back; lines that hold no entry are told with the reason', () => {
  const entries = [fa('تهران، ایران', 'تهران'), en('a "b"', 'a b'), en('C3PO', 'see three P O')];
  expect(lexiconFromCsv(lexiconToCsv(entries))).toEqual({ entries, refused: [] });
  const read = lexiconFromCsv('word;lang;say\r\nGitHub;en;git hub\r\n;en;x\r\nکرم;fa;\r\nx;de;y\r\n"two\r\nlines";EN;z\r\n!!;en;bang\r\nword;en;wurd');
  expect(read.entries).toEqual([en('GitHub', 'git hub'), en('two\r\nlines', 'z'), en('word', 'wurd')]);
  expect(read.refused).toEqual([
    { line: 3, reason: expect.stringContaining('word') as string },
    { line: 4, reason: expect.stringContaining('say') as string },
    { line: 5, reason: expect.stringContaining('lang') as string },
    { line: 8, reason: expect.stringContaining('no letter or digit') as string },
  ]);
  const phonemes = sounds('en', 'lead', 'lɛd');
  expect(lexiconFromCsv('en,colour,color,\nen,lead,,lɛd\nfa,x,,qθ\n')).toEqual({ entries: [en('colour', 'color'), phonemes], refused: [{ line: 3, reason: expect.stringContaining('“θ”') as string }] });
  expect(lexiconFromCsv(lexiconToCsv([phonemes])).entries).toEqual([phonemes]);
});

test('the lexicon is kept whole, one word once, and a damaged file is set aside', async () => {
  const file = path.join(home, 'lexicon.json');
  const store = await openLexicon(home);
  await Promise.all([store.put(en('one', 'won')), store.put(fa('کرم', 'کِرِم')), store.put(en('ONE', 'wun'))]);
  expect(store.entries()).toEqual([en('ONE', 'wun'), fa('کرم', 'کِرِم')]);
  await store.remove('fa', 'كرم');
  await expect(store.remove('fa', 'کرم')).rejects.toMatchObject({ code: 'invalid-input' });
  await expect(store.put({ lang: 'en', word: 'lead', phonemes: 'l3d' })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('“3”') as string });
  await expect(store.put(en('lead', '…'))).rejects.toMatchObject({ code: 'invalid-input' });
  expect(await store.importCsv('lang,word,say\nen,two,too\nen,,x')).toMatchObject({ added: 1, refused: [{ line: 3 }] });
  expect((await openLexicon(home)).entries()).toEqual([en('ONE', 'wun'), en('two', 'too')]);
  await writeFile(file, '{"version":1,"entries":[{"lang":"en"');
  const told: string[] = [];
  expect((await openLexicon(home, ({ sentence }) => told.push(sentence))).entries()).toEqual([]);
  expect(told).toEqual([expect.stringContaining('set aside')]);
  expect(await readFile(`${file}.damaged`, 'utf8')).toContain('"en"');
});

test('a request takes along what applies to it, its project’s own first', () => {
  const own = [en('lead', 'led'), en('wind', 'wynd')];
  const request = (change: object) => parse(renderRequest, { avatar: 'x', ...change }, 'request');
  expect(withLexicon(request({ script: 'Lead on.', lexicon: [en('on', 'onn'), en('LEAD', 'leed')] }), own).lexicon).toEqual([en('on', 'onn'), en('LEAD', 'leed')]);
  expect(withLexicon(request({ segments: [{ text: 'The wi' }, { text: 'nd.' }] }), own).lexicon).toEqual([en('wind', 'wynd')]);
  expect(withLexicon(request({ script: 'No.' }), own)).not.toHaveProperty('lexicon');
  expect(() => withLexicon(request({ script: 'x', lexicon: [{ lang: 'en', word: 'x', phonemes: '[[' }] }), own)).toThrow(/phonemes/);
});
