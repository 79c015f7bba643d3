/** Scripts in pieces: whatever the pieces, all of the text is planned, in order, by the voice of its piece. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planSpeech, textOf } from '../../../src/engine/pipeline/speechPlan.ts';
import { split } from '../../../src/engine/pipeline/script.ts';
import { isSpeakable } from '../../../src/engine/voice/normalise/letters.ts';

const piece = fc.record({
  text: fc.array(fc.constantFrom('سلام', 'می‌روم', 'hello', 'Dr. Who', '3.5', '۱۲', '😀', '…', '. ', '؟ ', '\n\n', ' ', '«', '»', 'x'.repeat(400))).map((parts) => parts.join('')),
  voice: fc.option(fc.constantFrom('fa', 'espeak-en-gb'), { nil: undefined }),
  rate: fc.option(fc.constantFrom(0.5, 2), { nil: undefined }),
  pitch: fc.option(fc.constantFrom(0.8, 1.2), { nil: undefined }),
});
const pieces = fc.array(piece, { minLength: 1, maxLength: 6 });
const request = { voice: undefined, rate: 1, pitch: 1 };

test('joined, the segments are the whole text, and each has something to say', () => {
  fc.assert(fc.property(pieces, (segments) => {
    const planned = planSpeech({ ...request, segments });
    const text = textOf({ segments });
    expect(planned.map((segment) => segment.text).join('')).toBe(isSpeakable(text) ? text : '');
    expect(planned.map(({ index }) => index)).toEqual(planned.map((_, i) => i));
    for (const segment of planned) expect(isSpeakable(segment.text)).toBe(true);
  }));
});

test('every letter is said by its own piece’s voice, speed and pitch, else the request’s', () => {
  fc.assert(fc.property(pieces, (segments) => {
    const owners = segments.flatMap((each) => Array.from({ length: each.text.length }, () => each));
    let at = 0;
    for (const { text, lang, voice, rate, pitch } of planSpeech({ voice: 'espeak-fa-woman', rate: 0.9, pitch: 1.1, segments })) {
      for (let i = 0; i < text.length; i++, at++) {
        if (!isSpeakable(text[i])) continue;
        const own = owners[at];
        expect([voice, rate, pitch]).toEqual([own.voice ?? 'espeak-fa-woman', own.rate ?? 0.9, own.pitch ?? 1.1]);
      }
      expect(['fa', 'en']).toContain(lang);
    }
  }));
});

test('a script is one piece: segments as they are split, in each language’s voice', () => {
  const script = 'سلام، حال شما چطور است؟ Hello there. 12\n\n«خوبم.» ';
  const planned = planSpeech({ ...request, script });
  expect(planned.map(({ index, text, lang }) => ({ index, text, lang }))).toEqual(split(script));
  expect(planned.map(({ voice }) => voice)).toEqual(planned.map(({ lang }) => lang));
  expect(planSpeech({ ...request, segments: [{ text: script }] })).toEqual(planned);
  // Cut where it is split anyway, nothing changes.
  expect(planSpeech({ ...request, segments: planned.map(({ text }) => ({ text })) })).toEqual(planned);
});

test('a piece that is too long is split further, a slow one sooner', () => {
  const long = 'The rain comes down on the old grey roof of the house by the river, and nobody knows when it will stop. '.repeat(3);
  const [quick, slow] = [1, 0.5].map((rate) => planSpeech({ ...request, segments: [{ text: 'Hello. ' }, { text: long, rate }] }));
  expect(slow.length).toBeGreaterThan(quick.length);
  expect(slow.slice(1).every(({ rate }) => rate === 0.5)).toBe(true);
});

test('pauses follow the segment’s end and speed; the last one lets the mouth come to rest', () => {
  const planned = planSpeech({ ...request, segments: [{ text: 'One. ' }, { text: 'Two. ', rate: 2 }, { text: '\n\n' }, { text: 'Three' }, { text: ' …' }] });
  expect(planned.map(({ text, pauseSec }) => [text, pauseSec])).toEqual([['One. ', 0.35], ['Two. \n\n', 0.3], ['Three …', 0.84]]);
  expect(planSpeech({ ...request, segments: [{ text: '\n' }, { text: 'One.' }] }).map(({ text }) => text)).toEqual(['\nOne.']);
});
