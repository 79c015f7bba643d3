import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { begun, changed, MOST_STEPS, redone, undone, type History } from '../../../src/renderer/state/history.ts';

const typed = (history: History<string>, text: string, at: number) => changed(history, text, { group: 'typing', at });

describe('undo and redo', () => {
  it('typing without a pause is one step, and a pause begins another', () => {
    let history = begun('');
    history = typed(history, 's', 0);
    history = typed(history, 'si', 200);
    history = typed(history, 'sim', 400);
    history = typed(history, 'sima', 3000);
    expect(undone(history).present).toBe('sim');
    expect(undone(undone(history)).present).toBe('');
    expect(redone(undone(history)).present).toBe('sima');
  });

  it('typing for long is several steps, so that one undo does not take a page', () => {
    let history = begun('');
    for (let key = 1; key <= 100; key++) history = typed(history, 'x'.repeat(key), key * 200);
    expect(history.past.length).toBeGreaterThan(1);
    expect(history.past.length).toBeLessThan(5);
  });

  it('another kind of change, and one without a group, are steps of their own', () => {
    let history = typed(begun('a'), 'ab', 0);
    history = changed(history, 'AB', { group: 'rate', at: 10 });
    history = changed(history, 'ABC', { at: 20 });
    history = changed(history, 'ABCD', { at: 30 });
    expect(history.past).toEqual(['a', 'ab', 'AB', 'ABC']);
  });

  it('typing after an undo is a step, and what was undone is gone', () => {
    let history = typed(begun('a'), 'ab', 0);
    history = undone(history);
    history = typed(history, 'ac', 100);
    expect(redone(history).present).toBe('ac');
    expect(undone(history).present).toBe('a');
  });

  it('is bounded', () => {
    let history = begun(0);
    for (let step = 1; step <= MOST_STEPS + 50; step++) history = changed(history, step, { at: step });
    expect(history.past).toHaveLength(MOST_STEPS);
    expect(history.past[0]).toBe(50);
  });

  it('undoing and redoing everything ends where it began, whatever was done', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ group: fc.constantFrom(null, 'typing', 'rate'), gap: fc.integer({ min: 0, max: 3000 }) }), { maxLength: 60 }), (steps) => {
        let at = 0;
        let history = begun(0);
        steps.forEach(({ group, gap }, i) => (history = changed(history, i + 1, { group, at: (at += gap) })));
        const last = history;
        while (history.past.length > 0) history = undone(history);
        expect(history.present).toBe(0);
        while (history.future.length > 0) history = redone(history);
        expect(history.present).toBe(last.present);
        expect(history.past).toEqual(last.past);
      }),
    );
  });
});
