import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAutosave, type Saving } from '../../../src/renderer/state/autosave.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function opened(save: (text: string) => Promise<unknown>) {
  const states: Saving['state'][] = [];
  const autosave = createAutosave<string>({ save, idOf: ([id]) => id, onState: ({ state }) => states.push(state), delayMs: 800, retryMs: 4000 });
  return { autosave, states };
}

describe('autosave', () => {
  it('saves once, a moment after the last change', async () => {
    const save = vi.fn(() => Promise.resolve());
    const { autosave, states } = opened(save);
    for (const text of ['a', 'ab', 'abc']) {
      autosave.changed(text);
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(save).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(300);
    expect(save.mock.calls).toEqual([['abc']]);
    expect(states.at(-1)).toBe('saved');
  });

  it('saves one at a time, the newest last', async () => {
    const under: { text: string; done: () => void }[] = [];
    const { autosave } = opened((text) => new Promise<void>((done) => under.push({ text, done })));
    autosave.changed('a first');
    await vi.advanceTimersByTimeAsync(800);
    autosave.changed('a second');
    autosave.changed('a third');
    await vi.advanceTimersByTimeAsync(5000);
    expect(under.map(({ text }) => text)).toEqual(['a first']);
    under[0].done();
    await vi.advanceTimersByTimeAsync(0);
    expect(under.map(({ text }) => text)).toEqual(['a first', 'a third']);
  });

  it('says that it failed and tries again by itself, with what is newest then', async () => {
    let isDown = true;
    const saved: string[] = [];
    const { autosave, states } = opened((text) => (isDown ? Promise.reject(new Error('down')) : Promise.resolve(saved.push(text))));
    autosave.changed('a');
    await vi.advanceTimersByTimeAsync(800);
    expect(states.at(-1)).toBe('failed');
    autosave.changed('ab');
    isDown = false;
    await vi.advanceTimersByTimeAsync(4000);
    expect(saved).toEqual(['ab']);
    expect(states.at(-1)).toBe('saved');
  });

  it('loses nothing while nobody types: what failed is saved by the next try', async () => {
    let isDown = true;
    const saved: string[] = [];
    const { autosave } = opened((text) => (isDown ? Promise.reject(new Error('down')) : Promise.resolve(saved.push(text))));
    autosave.changed('a');
    await vi.advanceTimersByTimeAsync(800);
    isDown = false;
    await vi.advanceTimersByTimeAsync(4000);
    expect(saved).toEqual(['a']);
  });

  it('what is dropped is saved neither later nor by the next try', async () => {
    const save = vi.fn(() => Promise.reject(new Error('down')));
    const { autosave, states } = opened(save);
    autosave.changed('a');
    autosave.drop('a');
    await vi.advanceTimersByTimeAsync(5000);
    expect(save).not.toHaveBeenCalled();
    autosave.changed('b');
    await vi.advanceTimersByTimeAsync(800);
    autosave.drop('b');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(save).toHaveBeenCalledTimes(1);
    expect(states.at(-1)).toBe('saved');
  });

  it('what is dropped while it is being saved is not saved again when that fails', async () => {
    let fail = (): void => undefined;
    const save = vi.fn(() => new Promise<void>((_, reject) => (fail = () => reject(new Error('down')))));
    const { autosave, states } = opened(save);
    autosave.changed('a');
    await vi.advanceTimersByTimeAsync(800);
    autosave.drop('a');
    fail();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(save).toHaveBeenCalledTimes(1);
    expect(states.at(-1)).toBe('saved');
  });

  it('what fails of one document gives way to no other, which is saved all the same', async () => {
    let isDown = true;
    const saved: string[] = [];
    const { autosave, states } = opened((text) => (isDown && text.startsWith('a') ? Promise.reject(new Error('down')) : Promise.resolve(saved.push(text))));
    autosave.changed('a1');
    await vi.advanceTimersByTimeAsync(800);
    autosave.changed('b1');
    await vi.advanceTimersByTimeAsync(800);
    expect(saved).toEqual(['b1']);
    expect(states.at(-1)).toBe('failed');
    expect([autosave.unsaved('a'), autosave.unsaved('b')]).toEqual(['a1', undefined]);
    isDown = false;
    await vi.advanceTimersByTimeAsync(4000);
    expect(saved).toEqual(['b1', 'a1']);
    expect(states.at(-1)).toBe('saved');
  });

  it('flush saves at once what waits, and is done when it is saved', async () => {
    const saved: string[] = [];
    const { autosave } = opened((text) => Promise.resolve(saved.push(text)));
    autosave.changed('a');
    await autosave.flush();
    expect(saved).toEqual(['a']);
    await autosave.flush();
    expect(saved).toEqual(['a']);
  });
});
