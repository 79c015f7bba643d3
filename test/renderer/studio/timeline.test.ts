/** The timeline's figures: scale, what is seen, which takes are versions of one another, and what re-rendering a sentence asks for. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SaidSegment, TakeInfo } from '../../../src/shared/contract/take.ts';
import { familyOf } from '../../../src/renderer/features/studio/timeline/family.ts';
import { pxPerSecAt, scrollFor, tickSecOf, visible } from '../../../src/renderer/features/studio/timeline/view.ts';
import { ownOf, placeOf, sentenceChanged } from '../../../src/renderer/features/studio/timeline/sentence.ts';

test('zoom goes from all that there is to single frames, and a short take is not stretched', () => {
  expect(pxPerSecAt(0, 1000, 50)).toBe(20);
  expect(pxPerSecAt(1, 1000, 50)).toBeCloseTo(480);
  expect(pxPerSecAt(0, 1000, 1)).toBe(250);
  expect(pxPerSecAt(1, 1000, 1)).toBeCloseTo(480);
  // Under the pointer stays what was there.
  expect(10 * 40 - scrollFor(10, 120, 40)).toBe(120);
});

test('figures of the ruler have room', () => {
  for (const pxPerSec of [0.2, 1, 20, 100, 480]) expect(tickSecOf(pxPerSec) * pxPerSec).toBeGreaterThanOrEqual(72);
});

test('exactly the sentences that can be seen', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 40 }), fc.nat(100), fc.nat(50), (lengths, from, length) => {
      let at = 0;
      const items = lengths.map((sec) => ({ startSec: at, endSec: (at += sec) }));
      const { first, end } = visible(items, from, from + length);
      const expected = items.filter(({ startSec, endSec }) => endSec >= from && startSec <= from + length);
      expect(items.slice(first, end)).toEqual(expected);
    }),
  );
});

test('versions go back to one first take, also where a take between is gone', () => {
  const made = (id: string, parentId: string | null, at: number) => ({ id, parentId, createdAt: `2026-01-01T00:00:0${at}Z` });
  const takes = [made('c', 'b', 3), made('a', null, 1), made('x', null, 0), made('b', 'a', 2), made('d', 'a', 4), made('lost', 'gone', 5)];
  expect(familyOf(takes, 'b').map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
  expect(familyOf(takes, 'x').map(({ id }) => id)).toEqual(['x']);
  expect(familyOf(takes, 'lost').map(({ id }) => id)).toEqual(['lost']);
  expect(familyOf(takes, 'unknown')).toEqual([]);
});

const said = (...texts: string[]): SaidSegment[] => texts.map((text, index) => ({ index, text, lang: 'en', voice: 'v', startSec: index, endSec: index + 1, words: [], estimated: false }));

test('a changed sentence leaves the others, their voices and the space between them alone', () => {
  const spoken = said('Hello there. ', 'How are you? ', 'Fine.');
  expect(placeOf(spoken, 1)).toEqual({ from: 13, to: 25 });
  const pieces = [{ text: 'Hello there. ' }, { text: 'How are you? Fine.', voice: 'b', rate: 1.2 }];
  expect(sentenceChanged(pieces, placeOf(spoken, 1), { text: ' Who are you? ', voice: 'b', rate: 1.2 })).toEqual([{ text: 'Hello there. ' }, { text: 'Who are you? Fine.', voice: 'b', rate: 1.2 }]);
  expect(sentenceChanged(pieces, placeOf(spoken, 1), { text: 'How are you?', voice: 'c', rate: 0.8 })).toEqual([
    { text: 'Hello there. ' }, { text: 'How are you?', voice: 'c', rate: 0.8 }, { text: ' Fine.', voice: 'b', rate: 1.2 },
  ]);
});

test('whatever sentence is changed, joined again the texts are the script with that change', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('One. ', 'Two?\n', '  سلام! ', 'Four…'), { minLength: 1, maxLength: 8 }), fc.nat(), fc.constantFrom('New words.', 'نو'), (texts, pick, text) => {
      const index = pick % texts.length;
      const take = { request: { script: texts.join('') } } as TakeInfo;
      const changed = sentenceChanged([{ text: take.request.script! }], placeOf(said(...texts), index), { text, voice: 'z', rate: undefined });
      const expected = texts.map((each, i) => (i === index ? each.replace(each.trim(), text) : each)).join('');
      expect(changed.map((piece) => piece.text).join('')).toBe(expected);
      expect(changed.find(({ voice }) => voice === 'z')?.text).toBe(text);
    }),
  );
});

test('only what was changed of a sentence becomes the project’s: the take names voices that nobody chose', () => {
  const before = { text: 'سلام', voice: 'espeak-fa', rate: undefined };
  expect(ownOf({ ...before, text: 'درود' }, before, {})).toEqual({ text: 'درود', voice: undefined, rate: undefined });
  expect(ownOf({ ...before, rate: 1.2 }, before, { voice: 'mine' })).toEqual({ text: 'سلام', voice: 'mine', rate: 1.2 });
  expect(ownOf({ ...before, voice: undefined }, before, { voice: 'mine', rate: 0.8 })).toEqual({ text: 'سلام', voice: undefined, rate: 0.8 });
});
