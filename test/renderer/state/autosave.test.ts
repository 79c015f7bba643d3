import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAutosave, type Saving } from '../../../src/renderer/state/autosave.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function opened(save: (text: string) => Promise<unknown>) {
  const states: Saving['state'][] = [];
  const autosave = createAutosave<string>({ save, onState: ({ state }) => states.push(state), delayMs: 800, retryMs: 4000 });
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
    autosave.changed('first');
    await vi.advanceTimersByTimeAsync(800);
    autosave.changed('second');
    autosave.changed('third');
    await vi.advanceTimersByTimeAsync(5000);
    expect(under.map(({ text }) => text)).toEqual(['first']);
    under[0].done();
    await vi.advanceTimersByTimeAsync(0);
    expect(under.map(({ text }) => text)).toEqual(['first', 'third']);
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
    autosave.drop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(save).not.toHaveBeenCalled();
    autosave.changed('b');
    await vi.advanceTimersByTimeAsync(800);
    autosave.drop();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(save).toHaveBeenCalledTimes(1);
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
