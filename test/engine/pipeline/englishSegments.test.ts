/** English scripts full of stops that end nothing: segments are cut where sentences end, are the script when joined, and none is too long. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planSpeech } from '../../../src/engine/pipeline/speechPlan.ts';
import { split } from '../../../src/engine/pipeline/script.ts';
import { isSpeakable } from '../../../src/engine/voice/normalise/letters.ts';
import { createPlanner } from '../../../src/engine/voice/plan.ts';
import { findVoice } from '../../../src/engine/voice/catalogue.ts';

/** None of these may be cut inside. */
const WHOLE = [
  'Dr. Smith', 'Mr. and Mrs. Jones', 'St. Paul', 'Prof. A. B. Ahmadi', 'e.g. apples', 'i.e. this', 'No. 5', 'p. 12', 'vol. 3', 'U.S. Army', '3.5', '$4.99', '1,234,567.89', '12:30', '192.168.1.1', '2.8.2024', 'Aug. 2', '10 a.m. sharp',
  'https://sima.ir/a.b?c=1.5', 'www.example.co.uk/x', 'john.doe@mail.example.org', 'report.final.pdf', 'v1.2.3', '"Stop. Go home." and left', '“Wait. What?” she said', '(See p. 3. It is short.) and', 'J. R. R. Tolkien', '.5',
];
const word = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...WHOLE) }, { weight: 4, arbitrary: fc.constantFrom('the', 'house', 'went', 'quickly', 'NASA', 'and', 'Monday', '2024', '15%', 'سلام', '😀') });
const sentence = fc.tuple(fc.array(word, { minLength: 1, maxLength: 12 }), fc.constantFrom('.', '!', '?', '…', ':', ';', ',', '."', '.)')).map(([words, end]) => `Then ${words.join(' ')}${end}`);
const script = fc.array(sentence, { minLength: 1, maxLength: 8 }).map((sentences) => sentences.join(' '));

test('joined, the segments are the script, and nothing that belongs together is cut', () => {
  fc.assert(fc.property(script, (text) => {
    const segments = split(text);
    expect(segments.map((segment) => segment.text).join('')).toBe(text);
    const cuts = segments.slice(0, -1).reduce<number[]>((ends, segment) => [...ends, (ends.at(-1) ?? 0) + segment.text.length], []);
    for (const whole of WHOLE.filter((each) => !each.includes(' '))) {
      for (let at = text.indexOf(whole); at >= 0; at = text.indexOf(whole, at + 1)) expect(cuts.filter((cut) => cut > at && cut < at + whole.length), `${whole} in ${text}`).toEqual([]);
    }
    // A title or a number’s sign never stands last without what it belongs to.
    for (const segment of segments.slice(0, -1)) expect(segment.text).not.toMatch(/\b(?:Dr|Mr|Mrs|St|Prof|e\.g|i\.e|No|p|vol|Aug|[A-Z])\.\s*$/);
  }), { numRuns: 300 });
});

test.each([
  ['He met Dr. Smith in the U.S. Then he left.', ['He met Dr. Smith in the U.S. ', 'Then he left.']],
  ['The U.S. Army came at 5 p.m. Monday. It left.', ['The U.S. Army came at 5 p.m. Monday. ', 'It left.']],
  ['It is at 5 p.m. She knows.', ['It is at 5 p.m. ', 'She knows.']],
  ['He said no. Then he left.', ['He said no. ', 'Then he left.']],
  ['See no. 5. Then go.', ['See no. 5. ', 'Then go.']],
  ['It costs $3.50. See sima.ir. Thanks.', ['It costs $3.50. ', 'See sima.ir. ', 'Thanks.']],
  ['He said "Stop. Go home." and left. Then rain.', ['He said "Stop. Go home." and left. ', 'Then rain.']],
  ['On Aug. 2 it rained. On the 21st. Next.', ['On Aug. 2 it rained. ', 'On the 21st. ', 'Next.']],
])('%s', (text, segments) => {
  expect(split(text).map((segment) => segment.text)).toEqual(segments);
});

test('no segment takes longer than 15 s, in the words that are said, at any rate', async () => {
  await fc.assert(fc.asyncProperty(script, fc.constantFrom(0.5, 1, 2), async (text, rate) => {
    const { segments } = await createPlanner()({ segments: [{ text }], rate, pitch: 1 }, { findVoice });
    const planned = planSpeech({ voice: undefined, rate, pitch: 1, script: text });
    expect(segments.map((segment) => segment.text)).toEqual(planned.map((segment) => segment.text));
    segments.forEach(({ estimateSec, text: said }, i) => expect([said, Math.max(15, estimateSec - planned[i].pauseSec)]).toEqual([said, 15]));
    for (const segment of segments) expect(isSpeakable(segment.text)).toBe(true);
  }), { numRuns: 60 });
});
