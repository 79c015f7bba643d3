/** KPI series: what the window holds, and its percentiles. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSeries, KPI_NAMES, KPIS, percentile, SERIES_LIMIT, WINDOW_MS } from '../../../src/engine/telemetry/kpis.ts';

const NONE = { count: 0, last: null, p50: null, p95: null, p99: null };

test('nothing measured is null, never 0', () => {
  expect(createSeries().figures(0)).toEqual(NONE);
});

test('percentiles of 1 to 200 are those of the nearest rank, in whatever order they come', () => {
  const series = createSeries();
  for (let i = 0; i < 200; i++) series.record(((i * 77) % 200) + 1, i);
  expect(series.figures(200)).toEqual({ count: 200, last: ((199 * 77) % 200) + 1, p50: 100, p95: 190, p99: 198 });
});

test('a value leaves the window five minutes after it was measured, and the figures with it', () => {
  const series = createSeries();
  series.record(900, 1000);
  series.record(100, 2000);
  expect(series.figures(1000 + WINDOW_MS)).toMatchObject({ count: 2, p95: 900 });
  expect(series.figures(1001 + WINDOW_MS)).toMatchObject({ count: 1, p95: 100, last: 100 });
  expect(series.points(2000 + WINDOW_MS)).toEqual([[2000, 100]]);
  expect(series.figures(2001 + WINDOW_MS)).toEqual(NONE);
});

test('a clock that was set back by an hour leaves no figures of the future', () => {
  const series = createSeries();
  series.record(5, 3_600_000);
  series.record(7, 1000);
  expect(series.figures(1000)).toMatchObject({ count: 1, p50: 7 });
});

test('a series stays bounded: the oldest values go', () => {
  const series = createSeries();
  for (let i = 0; i < SERIES_LIMIT + 500; i++) series.record(i, 1);
  expect(series.figures(1)).toMatchObject({ count: SERIES_LIMIT, last: SERIES_LIMIT + 499 });
  expect(series.points(1)[0]).toEqual([1, 500]);
});

test('what is not a finite number was not measured', () => {
  const series = createSeries();
  for (const value of [NaN, Infinity, -Infinity]) series.record(value, 0);
  expect(series.figures(0)).toEqual(NONE);
});

test('at least the share of values is at most the percentile, and it is one of them', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 300 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (values, share) => {
      const sorted = Float64Array.from(values).sort();
      const found = percentile(sorted, share)!;
      const below = values.filter((value) => value < found).length;
      const upTo = values.filter((value) => value <= found).length;
      expect(upTo / values.length).toBeGreaterThanOrEqual(share - 1e-9);
      expect(below / values.length).toBeLessThan(share);
      expect(values.some((value) => value === found)).toBe(true);
    }),
  );
});

test('every KPI says what it means, and has a Prometheus name of its own', () => {
  for (const name of KPI_NAMES) {
    expect(KPIS[name].metric).toMatch(/^[a-z][a-z_]*[a-z]$/);
    expect(KPIS[name].means.length).toBeGreaterThan(10);
  }
  expect(new Set(KPI_NAMES.map((name) => KPIS[name].metric)).size).toBe(KPI_NAMES.length);
});
