import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkScript, pauseAfter, split } from '../../../src/engine/pipeline/script.ts';
import { MAX_SCRIPT_CHARACTERS } from '../../../src/shared/contract/request.ts';
import { isSpeakable } from '../../../src/engine/voice/normalise/letters.ts';
import { StudioError } from '../../../src/shared/errors.ts';

const texts = (script: string) => split(script).map((segment) => segment.text.trim());
const joined = (script: string) => split(script).map((segment) => segment.text).join('');

/** Scripts made of everything that splitting looks at. */
const scripts = fc
  .array(
    fc.constantFrom(
      'سلام', 'می‌روم', 'خوبی', 'دنیا', 'hello', 'World', 'Dr.', 'e.g.', 'U.S.', '3.5', '۳٫۵', '۱۲٬۵۰۰', '12:30', 'https://a.b.ir/c?x=1.', 'a.b@c.com', '😀', '👨‍👩‍👧', 'é',
      '.', '!', '?', '؟', '…', '...', '،', '؛', ',', ';', ':', '—', '«', '»', '"', '(', ')', '\n', '\n\n', ' ', ' ', ' ', '\t', '\r\n', '\u200c', '\u200f', 'a'.repeat(300),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

describe('split', () => {
  it('keeps every character, in order, and gives each segment something to say', () => {
    fc.assert(
      fc.property(fc.oneof(scripts, fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ unit: 'grapheme', maxLength: 200 })), (script) => {
        const segments = split(script);
        expect(segments.map((segment) => segment.text).join('')).toBe(script);
        expect(segments.map((segment) => segment.index)).toEqual(segments.map((_, i) => i));
        if (isSpeakable(script)) for (const segment of segments) expect(isSpeakable(segment.text), JSON.stringify(segment.text)).toBe(true);
      }),
      { numRuns: 120 },
    );
  });

  it('ends sentences in both languages', () => {
    expect(texts('سلام! حال شما چطور است؟ خوبم. ادامه دارد… بله.')).toEqual(['سلام!', 'حال شما چطور است؟', 'خوبم.', 'ادامه دارد…', 'بله.']);
    expect(texts('Hello there! How are you? Fine. Good')).toEqual(['Hello there!', 'How are you?', 'Fine.', 'Good']);
    expect(texts('یک\nدو\r\n\r\nسه')).toEqual(['یک', 'دو', 'سه']);
    expect(texts('تمام شد.بعد رفت.')).toEqual(['تمام شد.', 'بعد رفت.']);
  });

  it.each([
    'قیمت ۳٫۵ دلار است.', 'It costs 3.5 dollars.', 'Dr. Smith met Mrs. Jones.', 'Fruit, e.g. apples, i.e. these.', 'J. K. Rowling wrote it.',
    'See https://example.ir/a.b?c=d, it is there.', 'Write to ali.reza@mail.example.com now.', 'The U.S. economy grew.', '۱. سلام به همه.', 'ساعت ۱۲:۳۰ آمد.',
    'او گفت: «سلام. خوبی؟» و رفت.', 'He waited... and left.', 'The file is called notes.txt today.', '“Stop!” he said.',
  ])('leaves one sentence whole: %s', (sentence) => {
    expect(split(sentence)).toHaveLength(1);
  });

  it('gives each segment its dominant language', () => {
    expect(split('سلام دنیا. Hello world. من از GitHub Copilot استفاده می‌کنم. I say سلام to you. 12.').map((segment) => segment.lang)).toEqual(['fa', 'en', 'fa', 'en', 'en']);
    expect(split('۱۲۳')[0].lang).toBe('fa');
  });

  it('cuts what is too long at clauses, else at words, else inside a word', () => {
    const clauses = `${Array.from({ length: 8 }, () => 'این یک بند نسبتاً بلند از یک جمله‌ی خیلی طولانی است').join('، ')}.`;
    expect(split(clauses).length).toBeGreaterThan(2);
    for (const segment of split(clauses).slice(0, -1)) expect(segment.text.trimEnd().endsWith('،')).toBe(true);
    const words = 'سلام '.repeat(200);
    expect(split(words).length).toBeGreaterThan(5);
    for (const segment of split(words)) expect(segment.text).toMatch(/^(?:سلام )+$/u);
    expect(split('ب'.repeat(2000)).length).toBeGreaterThan(9);
    expect(split(words, { rate: 0.5 }).length).toBeGreaterThan(split(words).length * 1.7);
  });

  it('never cuts between the halves of one character', () => {
    const script = 'e\u0301'.repeat(3000);
    for (const segment of split(script)) expect(segment.text).toMatch(/^(?:e\u0301)+$/);
  });

  it.each(['a.', '-', 'a', '😀,', '« ', '. ', 'a@', '1,2', 'و، ', 'www.', `'"`, 'سلام. ', '\u200c'])('takes 100,000 characters of %j in linear time', (part) => {
    const script = `${part.repeat(MAX_SCRIPT_CHARACTERS / part.length - 1)}a`;
    const started = performance.now();
    expect(joined(script)).toBe(script);
    // Quadratic work takes minutes here; linear work takes 10–120 ms.
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

describe('checkScript', () => {
  const refusal = (script: string): StudioError => {
    try {
      checkScript(script);
    } catch (error) {
      if (error instanceof StudioError) return error;
    }
    throw new Error('was accepted');
  };

  it('refuses what cannot be spoken, in words that help', () => {
    expect(refusal('').message).toMatch(/empty/);
    expect(refusal(' \n\t').message).toMatch(/empty/);
    for (const script of ['😀😀', '!!! ... ؟', '—', '\u200f\u200c']) {
      expect(refusal(script).code).toBe('invalid-input');
      expect(refusal(script).message).toMatch(/nothing that can be spoken/);
    }
    expect(refusal('a'.repeat(MAX_SCRIPT_CHARACTERS + 1)).message).toMatch(/100,001.*100,000/);
  });

  it('takes the rest', () => {
    for (const script of ['سلام', 'Hi', '7', '۷', 'a'.repeat(MAX_SCRIPT_CHARACTERS)]) checkScript(script);
  });
});

describe('pauseAfter', () => {
  it('is longer the more ends', () => {
    const pauses = ['کلمه ', 'بند، ', 'جمله. ', 'بخش.\n\n'].map((text) => pauseAfter({ text }));
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(new Set(pauses).size).toBe(4);
    expect(pauseAfter({ text: '«خوبی؟» ' })).toBe(pauseAfter({ text: 'خوبی؟' }));
  });
});
