import { describe, expect, test } from 'vitest';
import { createTurns } from '../../../src/engine/schedule/turns.ts';

/** Works that end when they are told to. */
function works() {
  const begun: string[] = [];
  const ends = new Map<string, { end: () => void; fail: (error: Error) => void }>();
  const work = (name: string) => (): Promise<string> => {
    begun.push(name);
    return new Promise((resolve, reject) => ends.set(name, { end: () => resolve(name), fail: reject }));
  };
  return { begun, work, end: (name: string) => ends.get(name)!.end(), fail: (name: string) => ends.get(name)!.fail(new Error(name)) };
}
/** All promises that can settle have done so. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('turns', () => {
  test('at most as many works as there are slots, in the fair order', async () => {
    const { begun, work, end } = works();
    const turns = createTurns({ slots: 2, quantum: 10 });
    const all = ['a1', 'a2', 'a3', 'b1', 'c1'].map((name) => turns.turn({ seat: name[0], cost: 10, urgent: name === 'c1' }, work(name)));
    await settled();
    expect(begun).toEqual(['a1', 'a2']);
    expect(turns.waiting()).toEqual({ items: 3, cost: 30, running: 2, seats: ['a', 'b', 'c'].map((seat) => ({ seat, items: 1, cost: 10 })) });
    for (const name of ['a1', 'a2', 'c1', 'a3', 'b1']) {
      await settled();
      end(name);
    }
    expect(await Promise.all(all)).toEqual(['a1', 'a2', 'a3', 'b1', 'c1']);
    expect(begun).toEqual(['a1', 'a2', 'c1', 'a3', 'b1']);
    expect(turns.waiting()).toEqual({ items: 0, cost: 0, running: 0, seats: [] });
  });

  test('one that fails harms no other, and one that throws at once neither', async () => {
    const { work, end, fail } = works();
    const turns = createTurns({ slots: 1, quantum: 1 });
    const first = turns.turn({ seat: 'a', cost: 1 }, work('first'));
    const broken = turns.turn({ seat: 'a', cost: 1 }, () => {
      throw new Error('at once');
    });
    const last = turns.turn({ seat: 'b', cost: 1 }, work('last'));
    const all = Promise.allSettled([first, broken, last]);
    await settled();
    fail('first');
    await settled();
    end('last');
    expect((await all).map((each) => (each.status === 'fulfilled' ? each.value : (each.reason as Error).message))).toEqual(['first', 'at once', 'last']);
    expect(turns.waiting()).toMatchObject({ items: 0, running: 0 });
  });

  test('a cancel while waiting leaves at once without a trace; once begun the work decides', async () => {
    const { begun, work, end } = works();
    const turns = createTurns({ slots: 1, quantum: 1 });
    const abort = new AbortController(), late = new AbortController();
    const running = turns.turn({ seat: 'a', cost: 1, signal: late.signal }, work('running'));
    const waiting = turns.turn({ seat: 'b', cost: 3, signal: abort.signal }, work('waiting'));
    await settled();
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'canceled' });
    expect(turns.waiting()).toMatchObject({ items: 0, cost: 0, seats: [], running: 1 });
    late.abort();
    end('running');
    expect(await running).toBe('running');
    await expect(turns.turn({ seat: 'a', cost: 1, signal: abort.signal }, work('never'))).rejects.toMatchObject({ code: 'canceled' });
    expect(begun).toEqual(['running']);
    expect(turns.waiting().running).toBe(0);
  });

  test('a cancel in the very moment of its turn gives the slot on', async () => {
    const { begun, work, end } = works();
    const turns = createTurns({ slots: 1, quantum: 1 });
    const abort = new AbortController();
    const canceled = turns.turn({ seat: 'b', cost: 1, signal: abort.signal }, work('canceled'));
    const next = turns.turn({ seat: 'c', cost: 1 }, work('next'));
    expect(turns.waiting()).toMatchObject({ items: 1, running: 1 }); // the slot is its own, its work has not begun
    abort.abort();
    await expect(canceled).rejects.toMatchObject({ code: 'canceled' });
    await settled();
    end('next');
    expect(await next).toBe('next');
    expect(begun).toEqual(['next']);
  });

  test('work is told how long it waited', async () => {
    const turns = createTurns({ slots: 1, quantum: 1 });
    const { work, end } = works();
    const holding = turns.turn({ seat: 'a', cost: 1 }, work('holding'));
    const askedAt = performance.now();
    const waited = turns.turn({ seat: 'b', cost: 1 }, (waitedMs) => Promise.resolve(waitedMs));
    await new Promise((resolve) => setTimeout(resolve, 30));
    const heldMs = performance.now() - askedAt;
    end('holding');
    await holding;
    const waitedMs = await waited;
    expect(waitedMs).toBeGreaterThanOrEqual(heldMs - 1);
    expect(waitedMs).toBeLessThanOrEqual(performance.now() - askedAt);
    expect(await turns.turn({ seat: 'b', cost: 1 }, (ms) => Promise.resolve(ms))).toBeLessThan(heldMs);
  });
});
