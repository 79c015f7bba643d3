/** How fast a take is said to be rendered, from when its fragments came. */
import { expect, test } from 'vitest';
import { speedOf } from '../../../src/renderer/player/speed.ts';

/** @param waitsMs before each fragment of one second */
function arrivals(waitsMs: readonly number[]): { sec: number; ms: number }[] {
  let ms = 1000;
  return waitsMs.map((wait, i) => ({ sec: i + 1, ms: (ms += wait) }));
}

test('steady fragments: their length over their wait', () => {
  expect(speedOf(arrivals([0, 500, 500, 500]))).toBeCloseTo(2);
});

test('fragments that come together took the wait before the first of them', () => {
  expect(speedOf(arrivals([0, 2000, 1, 2, 0, 2000, 1, 3, 1, 2000, 0, 1, 1]))).toBeCloseTo(2, 1);
});

test('waits for the player do not count', () => {
  expect(speedOf(arrivals([0, 500, 500, 9000, 500, 500]))).toBeCloseTo(2);
});

test('one heap of fragments says nothing of the speed', () => {
  expect(speedOf([])).toBeNull();
  expect(speedOf(arrivals([0, 1, 1, 2, 0]))).toBeNull();
  expect(speedOf(arrivals([0, 1, 1500, 2, 0]))).toBeNull();
});
