import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainLetters } from '../../../src/engine/voice/normalise/letters.ts';
import { faCardinal, faOrdinal } from '../../../src/engine/voice/normalise/faNumbers.ts';
import { shares, utterances } from '../../../src/engine/voice/normalise/utterances.ts';

const spoken = (text: string) => utterances(text).map((run) => run.text).join(' | ');

describe('what is said', () => {
  it.each([
    ['۱۲۳۴ کتاب', 'هزارُ دویستُ سیُ چهار کتاب'],
    ['٣٫٠٥ متر', 'سه ممیز صفر پنج متر'],
    ['3.5 متر', 'سه ممیز پنج متر'],
    ['۱۲٬۵۰۰ و 1,000,000 ریال', 'دوازده هزارُ پانصد و یک میلیون ریال'],
    ['۱۲،۵۰۰ تومان', 'دوازده هزارُ پانصد تومان'],
    ['۲۵٪ و ۳%', 'بیستُ پنج درصد و سه درصد'],
    ['ساعت ۱۲:۳۰', 'ساعتِ دوازدهُ سی دقیقه'],
    ['در ۱۴۰۳/۰۵/۱۲', 'در دوازدهمِ مردادِ هزارُ چهارصدُ سه'],
    ['در 2024-01-03', 'در سومِ ژانویهٔ دو هزارُ بیستُ چهار'],
    ['تلفن 09121234567', 'تلفن صفر نهصدُ دوازده، صدُ بیستُ سه، چهلُ پنج، شصتُ هفت'],
    ['تماس با ۰۲۱-۸۸۷۷۶۶', 'تماس با صفر بیستُ یک، هشتادُ هشت، هفتادُ هفت، شصتُ شش'],
    ['نمره‌ی ۱۸/۷۵ گرفت', 'نمره‌ی هجده ممیز هفتادُ پنج گرفت'],
    ['۱. ثبت‌نام\n۲. پرداخت', 'یک. ثبت‌نام. دو. پرداخت'],
    ['۵م و ۲۰ام', 'پنجم و بیستم'],
    ['۱۰-۲۰ نفر', 'ده تا بیست نفر'],
    ['دما −۵ درجه', 'دما منفی پنج درجه'],
    ['$20 دادم', 'بیست دلار دادم'],
    ['كتاب يك، علـــي', 'کتاب یک، علی'],
    ['فایل mp3 و گوشی‌های iPhone15ها', 'فایلِ mp سه و گوشی‌های iPhone پانزده‌ها'],
    ['سلام 😀👍🏽 خوبی؟', 'سلام خوبی؟'],
    ['سایت www.a-b.ir/x.', 'سایتِ a خطِ تیره b نقطه ir اِسلَش x.'],
    ['ali@mail.com', 'ali at mail dot com'],
  ])('Persian and mixed: %s', (written, said) => {
    expect(spoken(written)).toBe(said);
  });

  it.each([
    ['I have 1,234 books', 'I have one thousand two hundred thirty-four books'],
    ['Pi is 3.14', 'Pi is three point one four'],
    ['At 9:05 or 10:00', "At nine oh five or ten o'clock"],
    ['It was 1984.', 'It was nineteen eighty-four.'],
    ['It cost $3.50, €1', 'It cost three dollars and fifty cents, one euro'],
    ['The 21st and 3rd', 'The twenty-first and third'],
    ['50% of it & more', 'fifty percent of it and more'],
    ['Dr. Smith, e.g. me', 'doctor Smith, for example me'],
    ['On 2024-05-12', 'On May twelfth twenty twenty-four'],
    ['v1.2.3', 'v one point two point three'],
    ['Don’t — well-known (really)', "Don't, well-known, really,"],
    ['Call +989121234567', 'Call plus nine eight nine one two one two three four five six seven'],
    ['۱۲ books', 'twelve books'],
    ['I always say سلام دنیا, ok?', 'I always say | سلام دنیا، | ok?'],
  ])('English: %s', (written, said) => {
    expect(spoken(written)).toBe(said);
  });

  it('is nothing but letters, spaces and plain marks, and every word keeps its place', () => {
    const part = fc.oneof(fc.constantFrom('سلام', 'hello', '<b>', '[[h@]]', '&lt;', '12', '۳٫۵', ' ', '\u200c', '😀', '_:', '|', '`', '.', 'Dr.', '\u0000', '{', '%', '$5'), fc.string({ unit: 'binary', maxLength: 6 }));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')), (text) => {
        let last = 0;
        for (const run of utterances(text)) {
          expect(run.text).toMatch(/^(?:(?=[\p{L}\p{M}])[\p{Script=Arabic}\p{Script=Latin}\p{M}]|[ '\u200c,.?!،؟-])*$/u);
          expect(shares(run).join('')).toBe(run.text);
          for (const share of shares(run)) expect(share).toMatch(/[\p{L}\p{M}]/u);
          for (const word of run.words) {
            expect(word.start).toBeGreaterThanOrEqual(Math.min(last, word.start));
            expect(word.end).toBeGreaterThan(word.start);
            last = word.end;
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('numbers', () => {
  it('are read in Persian with «و» between all parts', () => {
    expect(faCardinal('0')).toBe('صفر');
    expect(faCardinal('1000')).toBe('هزار');
    expect(faCardinal('1001')).toBe('هزار و یک');
    expect(faCardinal('2300400')).toBe('دو میلیون و سیصد هزار و چهارصد');
    expect(faCardinal('1000000000')).toBe('یک میلیارد');
    expect(faCardinal('100000000000000000').startsWith('یک صفر صفر')).toBe(true);
    expect([1, 2, 3, 23, 30, 33].map((value) => faOrdinal(String(value)))).toEqual(['اول', 'دوم', 'سوم', 'بیست و سوم', 'سی‌ام', 'سی و سوم']);
  });
});

describe('letters', () => {
  it('are Persian ones, with ZWNJ only between letters', () => {
    expect(plainLetters('كيك ﻻله')).toBe('کیک لاله');
    expect(plainLetters('\u200cمی\u200c\u200cروم\u200c')).toBe('می\u200cروم');
    expect(plainLetters('س\u202aل\u200fا\ufeffم')).toBe('سلام');
    expect(plainLetters('مَلِک')).toBe('مَلِک');
    expect(plainLetters('خانۀ')).toBe('خانهٔ');
  });
});
