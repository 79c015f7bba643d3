/** What holds of every subtitle file, whatever is said and whenever: read back from the files, as players get them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { srt, subtitleCues, vtt, type SubtitledSegment } from '../../../src/engine/pipeline/subtitles.ts';
import { isSpeakable } from '../../../src/engine/voice/normalise/letters.ts';
import { readSrt, readVtt } from '../../support/subtitleFiles.ts';

const [ZWNJ, RLE, PDF, RLI, PDI] = ['\u200C', '\u202B', '\u202C', '\u2067', '\u2069'];
const GRAPHEMES = new Intl.Segmenter('fa');
/** As a viewer counts; direction marks are not seen. */
const seen = (line: string): number => [...GRAPHEMES.segment(line.replace(/[\u200E\u200F]/gu, ''))].length;

const letters = (all: string, { min = 1, max = 9 } = {}) => fc.array(fc.constantFrom(...Array.from(all)), { minLength: min, maxLength: max }).map((some) => some.join(''));
const persian = letters('ابپتسشعغفقکگلمنوهی');
const word = fc.oneof(
  { weight: 6, arbitrary: persian },
  { weight: 4, arbitrary: letters('abcdefghijklmnopqrstuvwxyz') },
  { weight: 2, arbitrary: fc.tuple(persian, persian).map(([a, b]) => `${a}${ZWNJ}${b}`) },
  // Half-spaces that stand at no letter, and doubled.
  { weight: 1, arbitrary: persian.map((a) => `${ZWNJ}${a}${ZWNJ}${ZWNJ}`) },
  { weight: 1, arbitrary: letters('کرم').map((a) => Array.from(a).join('\u0650')) },
  { weight: 1, arbitrary: fc.constantFrom('12', '۳٫۵', '۱۴۰۳/۰۵/۱۲', 'AI', '<b>', 'A&B', '👩‍👩‍👧', 'e\u0301te\u0301', `${RLE}چپ${PDF}`, `${RLI}x`, PDI) },
  { weight: 1, arbitrary: fc.oneof(letters('ابپس', { min: 43, max: 130 }), letters('xyz', { min: 43, max: 130 }), fc.array(persian, { minLength: 12, maxLength: 24 }).map((parts) => parts.join(ZWNJ)), fc.constant('https://www.example.com/a-very-long/path_of-an/address.html?with=questions&more')) },
);
const mark = fc.constantFrom('', '', '', '', '.', '،', '!', '؟', '…', ' —', '»', '\n');
const time = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1.2, noNaN: true }));
const timed = fc.record({ text: fc.tuple(word, mark).map((both) => both.join('')), pause: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.double({ min: 0, max: 3, noNaN: true }) }), length: time });
const spoken = fc.record({ sentences: fc.array(fc.array(timed, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 4 }), slack: time, startSec: time });

/** Words one after the other, with their pauses; the sound lasts a little or not at all beyond. */
function segmentsOf({ sentences, slack, startSec }: typeof spoken extends fc.Arbitrary<infer T> ? T : never): { segments: SubtitledSegment[]; durationSec: number } {
  let at = startSec;
  const segments = sentences.map((words) => {
    const placed = words.map(({ text, pause, length }) => {
      at += pause;
      const from = at;
      at += length;
      return { text, startSec: from, endSec: at };
    });
    // A voice tells words by their letters, without the signs around them.
    const own = placed.flatMap(({ text, ...times }) => (isSpeakable(text) ? [{ text: /[\p{L}\p{N}](?:[^\n]*[\p{L}\p{M}\p{N}])?/u.exec(text)![0], ...times }] : []));
    return { text: `${words.map(({ text }) => text).join(' ')} `, words: own };
  });
  return { segments: segments.filter(({ words }) => words.length > 0), durationSec: Math.max(0.3, at + slack) };
}

describe('every file', () => {
  test.each(['srt', 'vtt', 'karaoke'] as const)('%s: order, times, lines, half-spaces, direction, and every word', (format) => {
    fc.assert(
      fc.property(spoken, (said) => {
        const { segments, durationSec } = segmentsOf(said);
        const cues = format === 'srt' ? readSrt(srt(segments, durationSec)) : readVtt(vtt(segments, durationSec, { karaoke: format === 'karaoke' }));
        cues.forEach(({ startMs, endMs, lines, timesMs }, i) => {
          // In order, without overlap, within the sound, and never a cue that cannot be seen.
          expect(startMs).toBeGreaterThanOrEqual(cues[i - 1]?.endMs ?? 0);
          expect(endMs).toBeGreaterThan(startMs);
          expect(endMs).toBeLessThanOrEqual(durationSec * 1000);
          expect(endMs - startMs).toBeLessThanOrEqual(6001);
          // Short only where the next cue or the end leaves no more room; the same for cues that are faster than one reads.
          const roomMs = (cues[i + 1]?.startMs ?? Math.floor(durationSec * 1000)) - endMs;
          const characters = seen(lines.join(''));
          if (roomMs > 1) expect(endMs - startMs).toBeGreaterThanOrEqual(Math.max(1000, (Math.min(characters, 84) / 20) * 1000) - 2);

          expect(lines.length).toBeLessThanOrEqual(2);
          for (const line of lines) {
            expect(seen(line)).toBeGreaterThan(0);
            expect(seen(line)).toBeLessThanOrEqual(42);
            expect(line).not.toMatch(/^[\s\u200E\u200F]*\u200C|\u200C[\s\u200E\u200F]*$/u);
            expect(line).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/u);
          }
          const [first, ...rising] = [startMs, ...timesMs, endMs];
          rising.reduce((before, next) => (expect(next).toBeGreaterThan(before), next), first);
        });
        // Spaces and half-spaces at breaks aside, and what only turns the direction.
        const bare = (text: string) => text.replace(/[\s\u200C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '');
        expect(bare(cues.flatMap(({ lines }) => lines).join(''))).toBe(bare(segments.map(({ text }) => text).join('')));
      }),
      { numRuns: 120 },
    );
  });

  test('a line takes the direction of its cue, whatever letter it begins with', () => {
    // Players go by the first strong letter or mark: Persian cues must have a Persian one there, English cues none.
    fc.assert(
      fc.property(fc.array(fc.constantFrom('سلام', 'دنیا', 'hello', 'world', '12', '«خوب»'), { minLength: 1, maxLength: 30 }), (words) => {
        const segment = { text: words.join(' '), words: words.map((text, i) => ({ text, startSec: i * 0.3, endSec: (i + 1) * 0.3 })) };
        for (const { lines } of readSrt(srt([segment], words.length * 0.3))) {
          const [fa, en] = [/[\u0600-\u06FF]/gu, /[a-z]/gu].map((script) => lines.join('').match(script)?.length ?? 0);
          if (fa === 0 && en === 0) continue;
          const isPersian = fa > 0 && fa >= en * 0.7;
          for (const line of lines) {
            const strong = /[\u0600-\u06EF\u200Fa-z\u200E]/u.exec(line)?.[0];
            if (strong !== undefined) expect(/[\u0600-\u06EF\u200F]/u.test(strong), line).toBe(isPersian);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});

test('an address that no line holds is broken after a sign of its own, any other word between letters, and nothing is added', () => {
  const lines = (text: string) => subtitleCues([{ text, words: [{ text, startSec: 0, endSec: 4 }] }], 4).flatMap((cue) => cue.lines);
  expect(lines('https://www.example.com/a-long-path/to_the/page.html')).toEqual(['https://www.example.com/a-long-path/to_', 'the/page.html']);
  expect(lines('م'.repeat(50))).toEqual(['م'.repeat(42), 'م'.repeat(8)]);
  expect(lines('مِ'.repeat(42))).toEqual(['مِ'.repeat(42)]);
});
