import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScriptSegment } from '../../../src/shared/contract/request.ts';
import { changeBetween, overrideAt, textOf, withChange, withOverride, withText } from '../../../src/renderer/state/segments.ts';

const woman = 'espeak-fa-woman';
const pieces: ScriptSegment[] = [{ text: 'سلام! ' }, { text: 'Hello there. ', voice: 'espeak-en-gb', rate: 1.2 }, { text: 'خداحافظ.', voice: woman }];

describe('segments and the one text', () => {
  it('editing one segment keeps the others’ words and voices', () => {
    const text = textOf(pieces);
    const at = text.indexOf('there');
    expect(withChange(pieces, { from: at, to: at + 5, insert: 'everybody' })).toEqual([pieces[0], { ...pieces[1], text: 'Hello everybody. ' }, pieces[2]]);
    expect(withText(pieces, text.replace('there', 'everybody'))).toEqual(withChange(pieces, { from: at, to: at + 5, insert: 'everybody' }));
  });

  it('typing at a border goes on with the segment before; replacing the next one’s first word stays with the next', () => {
    const border = 'سلام! '.length;
    expect(withChange(pieces, { from: border, to: border, insert: 'x' })[0].text).toBe('سلام! x');
    expect(withChange(pieces, { from: border, to: border + 5, insert: 'Bye' })[1]).toEqual({ ...pieces[1], text: 'Bye there. ' });
    expect(withChange(pieces, { from: 0, to: 0, insert: 'x' })[0].text).toBe('xسلام! ');
    expect(withChange(pieces, { from: textOf(pieces).length, to: textOf(pieces).length, insert: ' x' })[2]).toEqual({ text: 'خداحافظ. x', voice: woman });
  });

  it('a deletion over several takes the middle ones away, and neighbours that are alike become one', () => {
    const text = textOf(pieces);
    expect(withChange(pieces, { from: 3, to: text.length - 3, insert: '' })).toEqual([{ text: 'سلا' }, { text: 'فظ.', voice: woman }]);
    const alike: ScriptSegment[] = [{ text: 'a ' }, { text: 'b ', voice: woman }, { text: 'c' }];
    expect(withChange(alike, { from: 2, to: 4, insert: '' })).toEqual([{ text: 'a c' }]);
    expect(withChange(pieces, { from: 0, to: text.length, insert: '' })).toEqual([]);
    expect(withChange([], { from: 0, to: 0, insert: 'new' })).toEqual([{ text: 'new' }]);
  });

  it('a stretch gets a voice of its own, and loses it again without a trace', () => {
    const plain: ScriptSegment[] = [{ text: 'One. Two. Three.' }];
    const two = withOverride(plain, 5, 10, { voice: woman, rate: 1.1 });
    expect(two).toEqual([{ text: 'One. ' }, { text: 'Two. ', voice: woman, rate: 1.1 }, { text: 'Three.' }]);
    expect(overrideAt(two, 6)).toEqual({ voice: woman, rate: 1.1 });
    expect(overrideAt(two, 10)).toEqual({});
    expect(withOverride(two, 5, 10, { voice: undefined, rate: undefined })).toEqual(plain);
    expect(JSON.stringify(withOverride(two, 5, 10, { rate: undefined }))).not.toContain('rate');
  });

  it('whatever is changed, the text is the changed text, and pieces that the change does not touch are the same', () => {
    const piece = fc.record({ text: fc.string({ unit: fc.constantFrom('a', 'ب', ' ', '.', '\n', '😀'), minLength: 1, maxLength: 8 }), voice: fc.constantFrom('v1', 'v2', 'v3') });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.nat(60), fc.nat(60), fc.string({ maxLength: 5 }), (segments, a, b, insert) => {
        const text = textOf(segments);
        const [from, to] = [Math.min(a, b, text.length), Math.min(Math.max(a, b), text.length)];
        const after = text.slice(0, from) + insert + text.slice(to);
        expect(textOf(withChange(segments, { from, to, insert }))).toBe(after);
        const whole = withText(segments, after);
        expect(textOf(whole)).toBe(after);
        expect(whole.every((each) => each.text !== '')).toBe(true);
        const change = changeBetween(text, after);
        if (!change) return;
        // Every character outside the change is still spoken by whom it was.
        const voiceOf = (list: ScriptSegment[], at: number) => overrideAt(list, at).voice;
        for (let at = 0; at < change.from; at++) expect(voiceOf(whole, at)).toBe(voiceOf(segments, at));
        for (let at = change.to; at < text.length; at++) expect(voiceOf(whole, at + after.length - text.length)).toBe(voiceOf(segments, at));
      }),
    );
  });

  it('a key in 100,000 characters takes no time that is felt', () => {
    const segments = Array.from({ length: 2000 }, (_, i) => ({ text: 'سلام. این یک جملهٔ آزمایشی است که می‌ماند.\n', voice: `v${i % 7}` }));
    const started = process.cpuUsage(); // what others do on the machine does not count
    for (let key = 0; key < 20; key++) withChange(segments, { from: 40_000 + key, to: 40_000 + key, insert: 'x' });
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000 / 20).toBeLessThan(20);
  });
});
