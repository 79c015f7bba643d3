import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFairQueue, type FairQueue, type Ticket } from '../../../src/engine/schedule/fairQueue.ts';

interface Job {
  seat: string;
  cost: number;
  index: number;
}

const SEATS = ['a', 'b', 'c', 'd', 'e'];
const QUANTUM = 10;
const jobsOf = (costs: number[], seat: string): Job[] => costs.map((cost, index) => ({ seat, cost, index }));
function add(queue: FairQueue<Job>, job: Job, urgent = false): Ticket {
  return queue.add({ ...job, urgent, item: job });
}
function drained(queue: FairQueue<Job>): Job[] {
  const all: Job[] = [];
  for (let job; (job = queue.next()); ) all.push(job);
  return all;
}
/** How far the difference between what two seats were served rises within any stretch: told of each value, gives the largest rise. */
function rises(): (difference: number) => number {
  let lowest = 0, rise = 0;
  return (difference) => {
    lowest = Math.min(lowest, difference);
    return (rise = Math.max(rise, difference - lowest));
  };
}

const costs = fc.array(fc.oneof(fc.integer({ min: 1, max: 12 }), fc.double({ min: 0.1, max: 60, noNaN: true })), { minLength: 1, maxLength: 60 });

describe('seats that have work from the start', () => {
  test('are served within a quantum and the dearest item of each other, and in order', () => {
    fc.assert(
      fc.property(fc.array(costs, { minLength: 2, maxLength: 5 }), (perSeat) => {
        const queue = createFairQueue<Job>({ quantum: QUANTUM });
        const dearest = Math.max(...perSeat.flat());
        for (const [i, list] of perSeat.entries()) for (const job of jobsOf(list, SEATS[i])) add(queue, job);
        const served = perSeat.map(() => 0), left = perSeat.map((list) => list.length);
        const rise = perSeat.map(() => perSeat.map(() => rises()));
        for (let job; (job = queue.next()); ) {
          const i = SEATS.indexOf(job.seat);
          expect(job.index).toBe(perSeat[i].length - left[i]);
          served[i] += job.cost;
          left[i] -= 1;
          for (let x = 0; x < perSeat.length; x++)
            for (let y = 0; y < perSeat.length; y++) {
              if (x === y || left[x] === 0 || left[y] === 0) continue;
              const difference = served[x] - served[y];
              if (difference > QUANTUM + dearest + 1e-6) throw new Error(`From the start, seat ${x} is ${difference} ahead of ${y}.`);
              if (rise[x][y](difference) > QUANTUM + 2 * dearest + 1e-6) throw new Error(`In a stretch, seat ${x} gets too far ahead of ${y}.`);
            }
        }
        expect(left.every((count) => count === 0)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('share by cost, not by count', () => {
    const queue = createFairQueue<Job>({ quantum: QUANTUM });
    for (const job of jobsOf(Array.from({ length: 100 }, () => 10), 'a')) add(queue, job);
    for (const job of jobsOf(Array.from({ length: 100 }, () => 1), 'b')) add(queue, job);
    const first = Array.from({ length: 55 }, () => queue.next()!.seat);
    expect(first.filter((seat) => seat === 'a').length).toBe(5);
    expect(first.filter((seat) => seat === 'b').length).toBe(50);
  });
});

/** A random life of the queue: jobs come (urgent ones too) and are served in any mixture. */
type Step = { come: number; cost: number; urgent: boolean } | 'serve';
const steps = fc.array(
  fc.oneof({ weight: 3, arbitrary: fc.record({ come: fc.integer({ min: 1, max: 4 }), cost: fc.integer({ min: 1, max: 25 }), urgent: fc.boolean() }) }, { weight: 4, arbitrary: fc.constant<Step>('serve') }),
  { minLength: 50, maxLength: 400 },
);

describe('first words', () => {
  test('go before everything that is not urgent, one per seat in turn', () => {
    const queue = createFairQueue<Job>({ quantum: QUANTUM });
    for (const job of jobsOf([1, 1, 1], 'a')) add(queue, job);
    expect(queue.next()!.seat).toBe('a');
    for (const seat of ['b', 'c']) for (const job of jobsOf([2, 2, 2], seat)) add(queue, job, true);
    expect(queue.urgentItems).toBe(6);
    expect(drained(queue).map(({ seat }) => seat).join('')).toBe('bcbcbcaa');
    expect(queue.urgentItems).toBe(0);
  });

  test('never overtake what their own seat asked for before', () => {
    const queue = createFairQueue<Job>({ quantum: 1 });
    add(queue, { seat: 'a', cost: 1, index: 0 });
    add(queue, { seat: 'b', cost: 1, index: 0 });
    add(queue, { seat: 'b', cost: 1, index: 1 }, true);
    expect(drained(queue).map(({ seat, index }) => `${seat}${index}`)).toEqual(['a0', 'b0', 'b1']);
  });

  test('whatever the others do, a seat with work waiting falls behind each by no more than the bound', () => {
    const advance = 20, dearest = 25;
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 25 }), (life, patientCost) => {
        const queue = createFairQueue<Job>({ quantum: QUANTUM, advance });
        // Seat a always has ordinary work waiting: one job more than it can ever be served.
        for (const job of jobsOf(Array.from({ length: life.length + 1 }, () => patientCost), 'a')) add(queue, job);
        const served = new Map(SEATS.map((seat) => [seat, 0]));
        const others = SEATS.slice(1).map((seat) => ({ seat, rise: rises() }));
        for (const [index, step] of life.entries()) {
          if (step !== 'serve') {
            add(queue, { seat: SEATS[step.come], cost: step.cost, index }, step.urgent);
            continue;
          }
          const { seat, cost } = queue.next()!;
          served.set(seat, served.get(seat)! + cost);
          for (const other of others)
            if (other.rise(served.get(other.seat)! - served.get('a')!) > QUANTUM + advance + 3 * dearest) throw new Error(`Seat ${other.seat} gets too far ahead.`);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('of a user who starts take after take soon wait like others, and are first again after a while', () => {
    const queue = createFairQueue<Job>({ quantum: 1, advance: 5 });
    for (const job of jobsOf(Array.from({ length: 1000 }, () => 1), 'patient')) add(queue, job);
    const rush = (count: number): string =>
      Array.from({ length: count }, (_, index) => {
        // The next take begins as soon as the one before is served, so that this seat is empty in between.
        if (index === 0 || queue.seats().every(({ seat }) => seat !== 'rushing')) add(queue, { seat: 'rushing', cost: 1, index }, true);
        return queue.next()!.seat[0];
      }).join('');
    const first = rush(60);
    expect(first.startsWith('rrrrr')).toBe(true);
    // Its share after the advance is no more than half.
    expect(first.slice(7).split('r').length - 1).toBeLessThanOrEqual(27);
    expect(first.slice(7).split('p').length - 1).toBeGreaterThanOrEqual(26);
    for (let i = 0; i < 100; i++) queue.next(); // it is away; the patient one goes on
    expect(rush(10).startsWith('rr')).toBe(true);
  });
});

test('nobody starves: every job is served, whatever comes', () => {
  fc.assert(
    fc.property(steps, (life) => {
      const queue = createFairQueue<Job>({ quantum: QUANTUM });
      let came = 0;
      const order = new Map<string, number[]>();
      const note = (job: Job) => order.set(job.seat, [...(order.get(job.seat) ?? []), job.index]);
      for (const [index, step] of life.entries()) {
        if (step === 'serve') {
          const job = queue.next();
          if (job) note(job);
        } else {
          add(queue, { seat: SEATS[step.come], cost: step.cost, index }, step.urgent);
          came += 1;
        }
      }
      drained(queue).forEach(note);
      expect([...order.values()].flat().length).toBe(came);
      for (const list of order.values()) expect(list).toEqual(list.toSorted((a, b) => a - b));
    }),
    { numRuns: 200 },
  );
});

test('removing takes out exactly the one that is named, and figures stay right', () => {
  const life = fc.array(
    fc.oneof(
      fc.record({ do: fc.constant('add' as const), seat: fc.integer({ min: 0, max: 4 }), cost: fc.integer({ min: 1, max: 30 }), urgent: fc.boolean() }),
      fc.record({ do: fc.constant('remove' as const), which: fc.nat() }),
      fc.record({ do: fc.constant('serve' as const) }),
    ),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(life, (all) => {
      const queue = createFairQueue<Job>({ quantum: QUANTUM });
      const tickets: { ticket: Ticket; job: Job; urgent: boolean }[] = [];
      let waiting: { job: Job; urgent: boolean }[] = [];
      for (const [index, step] of all.entries()) {
        if (step.do === 'add') {
          const job = { seat: SEATS[step.seat], cost: step.cost, index };
          tickets.push({ ticket: add(queue, job, step.urgent), job, urgent: step.urgent });
          waiting.push({ job, urgent: step.urgent });
        } else if (step.do === 'remove' && tickets.length > 0) {
          const { ticket, job } = tickets[step.which % tickets.length];
          const there = waiting.some((each) => each.job === job);
          expect(queue.remove(ticket)).toBe(there);
          waiting = waiting.filter((each) => each.job !== job);
        } else if (step.do === 'serve') {
          const job = queue.next();
          if (waiting.length === 0) expect(job).toBeNull();
          else {
            expect(waiting.find((each) => each.job.seat === job!.seat)?.job).toBe(job); // the oldest of its seat
            waiting = waiting.filter((each) => each.job !== job);
          }
        }
        expect(queue.items).toBe(waiting.length);
        expect(queue.urgentItems).toBe(waiting.filter(({ urgent }) => urgent).length);
        expect(queue.cost).toBe(waiting.reduce((sum, { job }) => sum + job.cost, 0));
        const seats = [...new Set(waiting.map(({ job }) => job.seat))].sort();
        expect(queue.seats().sort((a, b) => a.seat.localeCompare(b.seat))).toEqual(
          seats.map((seat) => ({ seat, items: waiting.filter(({ job }) => job.seat === seat).length, cost: waiting.reduce((sum, { job }) => sum + (job.seat === seat ? job.cost : 0), 0) })),
        );
      }
      expect(drained(queue).length).toBe(waiting.length);
    }),
    { numRuns: 300 },
  );
});

test('a seat that was away comes back without saved credit', () => {
  const queue = createFairQueue<Job>({ quantum: QUANTUM });
  for (const job of jobsOf(Array.from({ length: 200 }, () => 5), 'a')) add(queue, job);
  add(queue, { seat: 'b', cost: 1, index: 0 });
  for (let i = 0; i < 100; i++) queue.next(); // b is served once and then away for many rounds
  for (const job of jobsOf(Array.from({ length: 50 }, () => 5), 'b')) add(queue, job);
  const next = Array.from({ length: 20 }, () => queue.next()!.seat);
  expect(next.filter((seat) => seat === 'b').length).toBeLessThanOrEqual(10);
});

test('a cost that is no number above zero is refused', () => {
  const queue = createFairQueue<Job>({ quantum: QUANTUM });
  for (const cost of [0, -1, NaN, Infinity]) expect(() => add(queue, { seat: 'a', cost, index: 0 })).toThrow(expect.objectContaining({ code: 'bug' }));
  expect(queue.items).toBe(0);
});
