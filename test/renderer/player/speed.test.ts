/** How fast a take is said to be rendered, from when its chunks were done. */
import { expect, test } from 'vitest';
import { speedOf, type ChunkArrival } from '../../../src/renderer/player/speed.ts';

/** @param waitsMs before each chunk of one second; negative: so long, and its player was waited for */
function arrivals(waitsMs: readonly number[]): ChunkArrival[] {
  let ms = 1000;
  return waitsMs.map((wait, i) => ({ sec: i + 1, ms: (ms += Math.abs(wait)), heldBack: wait < 0 || i === 0 }));
}

test('steady chunks: their length over their wait', () => {
  expect(speedOf(arrivals([0, 500, 500, 500]))).toBeCloseTo(2);
});

test('chunks that are told of together took the wait before the first of them', () => {
  expect(speedOf(arrivals([0, 2000, 1, 2, 0, 2000, 1, 3, 1]))).toBeCloseTo(2, 1);
});

test('waits for the player do not count: a take that is kept to its lead is not slow', () => {
  expect(speedOf(arrivals([0, 500, 500, -9000, 500, 500]))).toBeCloseTo(2);
  expect(speedOf(arrivals([0, 100, 100, -1010, -990, -1000]))).toBeCloseTo(10);
  expect(speedOf(arrivals([0, -1010, -990, -1000]))).toBeNull();
});

test('what was made before the page was opened says nothing of the speed', () => {
  expect(speedOf([])).toBeNull();
  expect(speedOf(arrivals([0]))).toBeNull();
  expect(speedOf(arrivals([0, 1, 1, 2, 0]))).toBeNull();
  expect(speedOf(arrivals([0, 1, 1, 2, 500]))).toBeCloseTo(2, 1);
});
