/** Figures that come piece by piece, twice, and with holes. */
import { expect, test } from 'vitest';
import { createSeries } from '../../../src/renderer/player/series.ts';

test('it grows, replaces what is told twice, and knows what it does not know', () => {
  const series = createSeries();
  series.put(0, [0.5, null]);
  series.put(5, [1]);
  expect([series.length, series.at(0), series.at(1), series.at(3), series.at(5), series.at(6), series.at(-1)]).toEqual([6, 0.5, NaN, NaN, 1, NaN, NaN]);
  series.put(0, [0.25]);
  expect(series.at(0)).toBe(0.25);
  const long = Array.from({ length: 90_000 }, (_, i) => (i % 100) / 100);
  series.put(6, long);
  expect([series.length, series.at(0), series.at(6 + 89_999)]).toEqual([90_006, 0.25, Math.fround(0.99)]);
});
