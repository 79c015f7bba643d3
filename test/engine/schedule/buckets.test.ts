import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBuckets } from '../../../src/engine/schedule/buckets.ts';

const warmup = (times: Record<number, number>) => Object.entries(times).map(([batch, ms]) => ({ batch: Number(batch), ms }));
const open = (times: Record<number, number>) => createBuckets(Object.keys(times).map(Number), warmup(times));
/** Batching gains nothing. */
const CPU = { 1: 33, 2: 63, 4: 122 };
/** Small batches cost as much as one frame. */
const GPU = { 1: 4, 8: 5, 16: 6.5, 32: 10, 64: 18, 128: 34 };

/** The runs for so many frames. */
function runs(buckets: ReturnType<typeof open>, frames: number): number[] {
  const all: number[] = [];
  for (let left = frames; left > 0; left -= all.at(-1)!) all.push(buckets.choose(left, 0));
  return all;
}

describe('the batch', () => {
  test('is the largest that fills, where batching gains nothing', () => {
    expect(runs(open(CPU), 25)).toEqual([4, 4, 4, 4, 4, 4, 1]);
    expect(runs(open(CPU), 11)).toEqual([4, 4, 2, 1]);
    expect(runs(open({ 3: 90 }), 7)).toEqual([3, 3, 3]);
  });

  test('is padded where that is quicker than several small runs', () => {
    expect(runs(open(GPU), 6)).toEqual([8]);
    expect(runs(open(GPU), 25)).toEqual([32]);
    expect(runs(open(GPU), 1)).toEqual([1]);
    expect(runs(open(GPU), 130)).toEqual([128, 8]);
  });

  test('of first words is no larger than they need', () => {
    expect(open(GPU).choose(200, 6)).toBe(8);
    expect(open(GPU).choose(200, 0)).toBe(128);
    expect(open(CPU).choose(100, 6)).toBe(4);
    expect(open(CPU).choose(3, 3)).toBe(2);
  });

  test('is worth running behind another where its rate is nearly the best there is', () => {
    expect([1, 2, 3, 4, 100].map((frames) => open(CPU).isWorthwhile(frames))).toEqual([true, true, true, true, true]);
    expect([1, 6, 25, 60, 125, 300].map((frames) => open(GPU).isWorthwhile(frames))).toEqual([false, false, false, true, true, true]);
  });

  test('is always one of the usable sizes, and covers what it is chosen for as far as it can', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.1, max: 140, noNaN: true }), { minLength: 6, maxLength: 6 }), fc.integer({ min: 1, max: 300 }), fc.nat({ max: 300 }), (ms, frames, urgent) => {
        const sizes = [1, 8, 16, 32, 64, 128];
        const buckets = createBuckets(sizes, sizes.map((batch, i) => ({ batch, ms: ms[i] })));
        const batch = buckets.choose(frames, Math.min(urgent, frames));
        expect(sizes).toContain(batch);
        const smaller = sizes[sizes.indexOf(batch) - 1] ?? 0;
        expect(smaller).toBeLessThan(frames); // never a size of which the next smaller would hold everything
      }),
    );
  });
});

describe('time', () => {
  test('a size over 150 ms is given up with all larger ones, and comes back when the smaller ones are quick again', () => {
    const buckets = open(CPU);
    for (let i = 0; i < 10; i++) buckets.ran(4, 300);
    expect(buckets.usable).toEqual([1, 2]);
    for (let i = 0; i < 30; i++) buckets.ran(2, 160);
    expect(buckets.usable).toEqual([1]);
    for (let i = 0; i < 30; i++) buckets.ran(1, 100); // twice that is still too slow
    expect(buckets.usable).toEqual([1]);
    let quick = 0;
    for (; buckets.usable.length < 3 && quick < 200; quick++) buckets.ran(buckets.usable.at(-1)!, CPU[buckets.usable.at(-1)! as 1 | 2]);
    expect(buckets.usable).toEqual([1, 2, 4]);
    expect(quick).toBeGreaterThan(32); // sixteen quick runs for each
  });

  test('each relapse doubles the wait', () => {
    const buckets = open(CPU);
    const waits = [0, 1, 2].map(() => {
      while (buckets.usable.includes(4)) buckets.ran(4, 400);
      let count = 0;
      for (; !buckets.usable.includes(4); count++) buckets.ran(2, 60);
      return count;
    });
    expect(waits).toEqual([16, 32, 64]);
  });

  test('one run that waited for something else does not shake a size with room to the limit', () => {
    const buckets = open(GPU);
    buckets.ran(128, 2000);
    expect(buckets.usable).toEqual([1, 8, 16, 32, 64, 128]);
  });

  test('the smallest stays however slow it is', () => {
    const buckets = open({ 1: 500 });
    buckets.ran(1, 900);
    expect(buckets.usable).toEqual([1]);
    expect(buckets.choose(10, 0)).toBe(1);
  });
});

describe('memory', () => {
  test('a size without memory and larger ones are gone for good', () => {
    const buckets = open(GPU);
    expect(buckets.outOfMemory(32)).toBe('smaller');
    expect(buckets.usable).toEqual([1, 8, 16]);
    expect(buckets.outOfMemory(64)).toBe('smaller'); // was under way
    expect(buckets.usable).toEqual([1, 8, 16]);
    for (let i = 0; i < 3000; i++) buckets.ran(16, 1);
    expect(buckets.usable).toEqual([1, 8, 16]);
    expect(buckets.outOfMemory(1)).toBe('none-smaller');
    expect(buckets.usable).toEqual([1]);
  });

  test('a limit holds while it is set', () => {
    const buckets = open(GPU);
    buckets.limit(20);
    expect(buckets.usable).toEqual([1, 8, 16]);
    buckets.limit(0);
    expect(buckets.usable).toEqual([1]);
    buckets.limit(null);
    expect(buckets.usable.at(-1)).toBe(128);
  });
});

test('sizes that were never warmed are refused', () => {
  expect(() => createBuckets([], [])).toThrow(expect.objectContaining({ code: 'bug' }));
  expect(() => createBuckets([1, 2], warmup({ 1: 3 }))).toThrow(expect.objectContaining({ code: 'bug' }));
});
