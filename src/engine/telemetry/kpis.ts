/**
 * The figures that say how the studio does, as time series over the last five minutes. The table is the one place that names them: the
 * studio's page, `sima bench` and the Prometheus metrics are made of it.
 */

/** How far back a figure's percentiles look. */
export const WINDOW_MS = 5 * 60_000;
/** Most values of one series that are kept: sampled ones come once a second, a chunk of five users several times a second at most. */
export const SERIES_LIMIT = 4096;

export interface KpiTarget {
  limit: 'at-most' | 'at-least';
  /** In the KPI's unit. */
  value: number;
  /** The figure that is held against it. */
  of: 'p95' | 'last';
  /** Where the target applies; null: everywhere. */
  where: string | null;
}

export interface Kpi {
  /** Its Prometheus name; of a measured one the first part of several, in which times are seconds. */
  metric: string;
  unit: 'ms' | 'share' | 'count' | 'bytes';
  /** `measured`: a value each time it happens. `sampled`: one value at every look at the studio. */
  kind: 'measured' | 'sampled';
  means: string;
  /** What the performance guide asks for. */
  target: KpiTarget | null;
}

const atMost = (value: number, of: KpiTarget['of'], where: string | null = null): KpiTarget => ({ limit: 'at-most', value, of, where });
const atLeast = (value: number): KpiTarget => ({ limit: 'at-least', value, of: 'last', where: null });

export const KPIS = {
  modelLoad: { metric: 'avatar_model_load', unit: 'ms', kind: 'measured', means: 'Reading a model, optimising it and warming it up at every batch size', target: atMost(10_000, 'p95') },
  firstChunk: { metric: 'avatar_first_chunk_latency', unit: 'ms', kind: 'measured', means: 'From the request for a take to its first playable bytes', target: atMost(500, 'p95') },
  processingLatency: { metric: 'avatar_processing_latency', unit: 'ms', kind: 'measured', means: 'From the moment a chunk was wanted to its first playable bytes', target: null },
  speech: { metric: 'avatar_chunk_speech', unit: 'ms', kind: 'measured', means: 'Speaking the text of a chunk', target: null },
  queue: { metric: 'avatar_chunk_queue', unit: 'ms', kind: 'measured', means: 'A chunk waiting for its turn among all users', target: null },
  inference: { metric: 'avatar_chunk_inference', unit: 'ms', kind: 'measured', means: 'Finding the mouths of a chunk of 5 to 15 s: the lip-sync network', target: atMost(150, 'p95', 'on a GPU of the RTX 4090 class') },
  compose: { metric: 'avatar_chunk_compose', unit: 'ms', kind: 'measured', means: 'Putting the mouths of a chunk into its frames', target: null },
  encode: { metric: 'avatar_chunk_encode', unit: 'ms', kind: 'measured', means: 'Encoding the frames and the sound of a chunk', target: null },
  chunkGap: { metric: 'avatar_chunk_gap', unit: 'ms', kind: 'measured', means: 'How much later than a player needed it a chunk was there; negative: so much earlier', target: atMost(50, 'p95') },
  cacheAccess: { metric: 'avatar_cache_access', unit: 'ms', kind: 'measured', means: 'Getting a registered face', target: atMost(10, 'p95') },
  cacheHitRate: { metric: 'avatar_cache_hit_rate', unit: 'share', kind: 'sampled', means: 'Faces answered from memory or disk, of all that were asked for', target: atLeast(0.95) },
  gpuMemory: { metric: 'avatar_gpu_memory_bytes', unit: 'bytes', kind: 'sampled', means: 'Memory in use on the first GPU, by all programs', target: atMost(20 * 2 ** 30, 'last', 'on a GPU of 24 GB') },
  users: { metric: 'avatar_users', unit: 'count', kind: 'sampled', means: 'Users with a seat', target: null },
  errors: { metric: 'avatar_recent_errors', unit: 'count', kind: 'sampled', means: 'Errors of the last five minutes', target: null },
  uptime: { metric: 'avatar_uptime', unit: 'share', kind: 'sampled', means: 'Takes that were completed, of those that ended otherwise than by their user', target: atLeast(0.99) },
} as const satisfies Record<string, Kpi>;

export type KpiName = keyof typeof KPIS;
export const KPI_NAMES = Object.keys(KPIS) as KpiName[];

export interface KpiFigures {
  /** Values in the window. */
  count: number;
  last: number | null;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/** Smallest of the values that at least that share of them does not exceed (nearest rank). @param sorted ascending; null where empty */
export function percentile(sorted: ArrayLike<number>, share: number): number | null {
  return sorted.length === 0 ? null : sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

export interface Series {
  /** @param value in the KPI's unit; what is not a finite number is left out: it was not measured */
  record(value: number, atMs: number): void;
  figures(nowMs: number): KpiFigures;
  /** `[atMs, value]` of the window, oldest first. */
  points(nowMs: number): [atMs: number, value: number][];
}

export function createSeries(): Series {
  const times = new Float64Array(SERIES_LIMIT);
  const values = new Float64Array(SERIES_LIMIT);
  let first = 0;
  let count = 0;
  let known: KpiFigures | null = null;

  const at = (index: number): number => (first + index) % SERIES_LIMIT;
  /** A clock that was set back leaves values of the future: they are no more of this window than old ones. */
  const forgetOld = (nowMs: number): void => {
    while (count > 0 && Math.abs(nowMs - times[first]) > WINDOW_MS) {
      first = at(1);
      count -= 1;
      known = null;
    }
  };

  return {
    record(value, atMs) {
      if (!Number.isFinite(value)) return;
      if (count === SERIES_LIMIT) {
        first = at(1);
        count -= 1;
      }
      times[at(count)] = atMs;
      values[at(count)] = value;
      count += 1;
      known = null;
    },
    figures(nowMs) {
      forgetOld(nowMs);
      if (known) return known;
      const sorted = Float64Array.from({ length: count }, (_, index) => values[at(index)]).sort();
      return (known = {
        count,
        last: count === 0 ? null : values[at(count - 1)],
        p50: percentile(sorted, 0.5),
        p95: percentile(sorted, 0.95),
        p99: percentile(sorted, 0.99),
      });
    },
    points(nowMs) {
      forgetOld(nowMs);
      return Array.from({ length: count }, (_, index): [number, number] => [times[at(index)], values[at(index)]]);
    },
  };
}
