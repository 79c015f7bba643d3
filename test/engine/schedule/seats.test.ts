import { describe, expect, test } from 'vitest';
import { createSeats, realTimeUsers, type Forecast } from '../../../src/engine/schedule/seats.ts';

const unknown: Forecast = { speed: () => null, secondsLeft: () => null };
const settled = () => new Promise((resolve) => setImmediate(resolve));
/** A take that ends when it is told to. */
function take() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let begun = false;
  return { run: () => ((begun = true), promise), end: () => resolve('done'), fail: () => reject(new Error('broken')), begun: () => begun };
}

describe('admission', () => {
  test('as many seats as there are; the next is refused with a time, and one that is left is free again', () => {
    const seats = createSeats({ forecast: unknown });
    const ids = Array.from({ length: 5 }, () => seats.open().seatId);
    expect(new Set(ids).size).toBe(5);
    expect(() => seats.open()).toThrow(expect.objectContaining({ code: 'capacity', details: { retryAfterSec: 30 } }));
    expect(seats.figures()).toEqual({ users: 5, maxUsers: 5, takesQueued: 0, takesRendering: 0 });
    seats.close(ids[2]);
    seats.close(ids[2]);
    expect(seats.open().seatId).not.toBe(ids[2]);
    expect(() => seats.open()).toThrow(/All 5 seats/);
  });

  test('the time to wait follows from what is left at the measured speed, shared by all who render', async () => {
    const left = new Map<string, number>();
    const seats = createSeats({ maxSeats: 2, forecast: { speed: () => 4, secondsLeft: (id) => left.get(id) ?? null } });
    const [a, b] = [seats.open().seatId, seats.open().seatId];
    const takes = [take(), take()];
    const all = [seats.enqueue(a, takes[0].run), seats.enqueue(b, takes[1].run)];
    left.set(a, 20).set(b, 60);
    // Two share 4× real time: 20 s of video are done in 10 s.
    expect(() => seats.open()).toThrow(expect.objectContaining({ details: { retryAfterSec: 10 } }));
    // Only a seat that is being closed will surely be free.
    seats.close(b);
    expect(() => seats.open()).toThrow(expect.objectContaining({ details: { retryAfterSec: 30 } }));
    left.delete(b);
    expect(() => seats.open()).toThrow(expect.objectContaining({ details: { retryAfterSec: 30 } })); // unknown
    left.set(b, 1e6);
    expect(() => seats.open()).toThrow(expect.objectContaining({ details: { retryAfterSec: 600 } }));
    for (const each of takes) each.end();
    await Promise.all(all);
    await settled();
    expect(seats.open().seatId).toBeTruthy(); // b is free, a is not
    expect(() => seats.open()).toThrow(/All 2 seats/);
  });

  test('real time is promised to four fifths of the measured speed, the others are told', () => {
    expect([null, 0, 1, 1.25, 2.4, 2.5, 12].map(realTimeUsers)).toEqual([null, 0, 0, 1, 1, 2, 9]);
    let speed: number | null = 2.5;
    const seats = createSeats({ forecast: { ...unknown, speed: () => speed } });
    expect(seats.open()).toMatchObject({ realTime: true, notice: null });
    expect(seats.open()).toMatchObject({ realTime: true, notice: null });
    expect(seats.open()).toMatchObject({ realTime: false, notice: expect.stringMatching(/2\.5 times real time, enough for 2 users.*3 are here/) as string });
    speed = 0.9;
    expect(seats.open().notice).toMatch(/too slow/);
    speed = null;
    expect(seats.open()).toMatchObject({ realTime: false, notice: expect.stringMatching(/not known yet/) as string });
  });
});

describe('takes of a seat', () => {
  test('are rendered one after the other, those of different seats side by side', async () => {
    const seats = createSeats({ forecast: unknown });
    const [a, b] = [seats.open().seatId, seats.open().seatId];
    const [first, second, other] = [take(), take(), take()];
    const all = [seats.enqueue(a, first.run), seats.enqueue(a, second.run), seats.enqueue(b, other.run)];
    await settled();
    expect([first, second, other].map((each) => each.begun())).toEqual([true, false, true]);
    expect(seats.figures()).toMatchObject({ takesQueued: 1, takesRendering: 2 });
    first.fail();
    await expect(all[0]).rejects.toThrow('broken');
    await settled();
    expect(second.begun()).toBe(true); // one that fails harms no other
    second.end();
    other.end();
    expect(await Promise.all(all.slice(1))).toEqual(['done', 'done']);
    expect(seats.figures()).toMatchObject({ takesQueued: 0, takesRendering: 0 });
  });

  test('are told when their end is waited for: by the next one, or because their seat is closing', async () => {
    const seats = createSeats({ forecast: unknown });
    const { seatId } = seats.open();
    const takes = Array.from({ length: 4 }, take);
    const told = new Set<number>();
    const enqueue = (number: number) => seats.enqueue(seatId, takes[number].run, undefined, () => told.add(number));
    /** Who has been told since. */
    const toldAfter = async (act: () => void): Promise<number[]> => {
      told.clear();
      act();
      await settled();
      return [...told];
    };
    const all: Promise<string>[] = [];
    const add = (number: number) => void all.push(enqueue(number));
    expect(await toldAfter(() => add(0))).toEqual([]); // alone, it may wait for its player
    expect(await toldAfter(() => add(1))).toEqual([0]);
    expect(await toldAfter(() => add(2))).toEqual([0]);
    expect(await toldAfter(takes[0].end)).toEqual([1]);
    expect(await toldAfter(takes[1].end)).toEqual([]); // the third is the last
    expect(await toldAfter(() => add(3))).toEqual([2]);
    expect(await toldAfter(() => seats.close(seatId))).toEqual([2]);
    expect(await toldAfter(takes[2].end)).toEqual([3]);
    takes[3].end();
    expect(await Promise.all(all)).toHaveLength(4);
  });

  test('ten may wait; the eleventh is refused at once, and there is room after a cancel', async () => {
    const seats = createSeats({ forecast: unknown });
    const { seatId } = seats.open();
    const abort = new AbortController();
    const running = take();
    const done = [seats.enqueue(seatId, running.run)];
    for (let i = 0; i < 9; i++) done.push(seats.enqueue(seatId, () => Promise.resolve('done')));
    const canceled = seats.enqueue(seatId, () => Promise.reject(new Error('never begun')), abort.signal);
    expect(() => seats.enqueue(seatId, take().run)).toThrow(expect.objectContaining({ code: 'capacity' }));
    expect(() => seats.check(seatId)).toThrow(expect.objectContaining({ code: 'capacity' }));
    abort.abort();
    await expect(canceled).rejects.toMatchObject({ code: 'canceled' });
    seats.check(seatId);
    done.push(seats.enqueue(seatId, () => Promise.resolve('done')));
    running.end();
    expect((await Promise.all(done)).length).toBe(11);
  });

  test('a closed seat takes no more, and is free when its last take is done', async () => {
    const seats = createSeats({ maxSeats: 1, forecast: unknown });
    const { seatId } = seats.open();
    const [first, second] = [take(), take()];
    const all = [seats.enqueue(seatId, first.run), seats.enqueue(seatId, second.run)];
    seats.close(seatId);
    expect(() => seats.enqueue(seatId, take().run)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
    expect(() => seats.enqueue('nobody', take().run)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
    first.end();
    await settled();
    expect(() => seats.open()).toThrow(/All 1 seats/);
    second.end();
    await Promise.all(all);
    await settled();
    expect(seats.open().seatId).not.toBe(seatId);
  });

  test('a canceled last take frees a closed seat too', async () => {
    const seats = createSeats({ maxSeats: 1, forecast: unknown });
    const { seatId } = seats.open();
    const abort = new AbortController();
    const canceled = seats.enqueue(seatId, take().run, abort.signal); // its turn has come, it has not begun
    seats.close(seatId);
    abort.abort();
    await expect(canceled).rejects.toMatchObject({ code: 'canceled' });
    await settled();
    expect(seats.figures().users).toBe(0);
  });
});
