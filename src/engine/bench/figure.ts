/** What a bench measures: figures with their percentiles and, where somebody asks for one, a target. */
import { KPIS, percentile, type KpiTarget } from '../telemetry/kpis.ts';

/** In the order in which they are told. */
export const BENCH_GROUPS = ['cold', 'faces', 'cache', 'firstBytes', 'chunks', 'speed', 'texts', 'restart'] as const;
export type BenchGroup = (typeof BENCH_GROUPS)[number];

/** Nearest rank; null where nothing was measured. */
export interface Percentiles {
  /** Values measured. */
  count: number;
  min: number | null;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  max: number | null;
}

export interface BenchTarget {
  limit: 'at-most' | 'at-least' | 'exactly';
  /** In the figure's unit. */
  value: number;
  /** What of the figure is held against it. */
  of: Exclude<keyof Percentiles, 'count'>;
  /** The performance guide, or what Sima itself aims at where the guide says nothing or less. */
  by: 'guide' | 'Sima';
}

export interface BenchFigure extends Percentiles {
  /** Stable and unique in a report, e.g. `firstBytes.512x512`: scripts may look for it. */
  name: string;
  group: BenchGroup;
  /** For people: what was measured, and on what. */
  what: string;
  on: string;
  unit: 'ms' | 'times real time' | 'chunks';
  target: BenchTarget | null;
  /** null: there is no target, or nothing was measured. */
  met: boolean | null;
}

/** @param values in any order, in the figure's unit */
export function benchFigure(said: Pick<BenchFigure, 'name' | 'group' | 'what' | 'on' | 'unit'>, values: readonly number[], target: BenchTarget | null = null): BenchFigure {
  const measured = percentilesOf(values);
  return { ...said, ...measured, target, met: meets(measured, target) };
}

export function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = Float64Array.from(values).sort();
  return {
    count: sorted.length, min: sorted.at(0) ?? null, max: sorted.at(-1) ?? null,
    p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), p99: percentile(sorted, 0.99),
  };
}

function meets(measured: Percentiles, target: BenchTarget | null): boolean | null {
  const value = target && measured[target.of];
  if (target === null || value === null) return null;
  if (target.limit === 'exactly') return value === target.value;
  return target.limit === 'at-most' ? value <= target.value : value >= target.value;
}

/** The guide's, from the table of KPIs. */
export function guideTarget(name: { [K in keyof typeof KPIS]: (typeof KPIS)[K]['target'] extends KpiTarget ? K : never }[keyof typeof KPIS]): BenchTarget {
  const { limit, value, of } = KPIS[name].target;
  return { limit, value, of: of === 'last' ? 'p50' : of, by: 'guide' };
}

export function simaTarget(limit: BenchTarget['limit'], value: number, of: BenchTarget['of']): BenchTarget {
  return { limit, value, of, by: 'Sima' };
}
