/** The studio's figures as Prometheus metrics: gauges of the last sample, and histograms and counters of what happens. Times are seconds. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { ERROR_CODES, type ErrorCode } from '../../shared/errors.ts';
import type { TelemetrySample } from '../../shared/contract/telemetry.ts';
import { KPI_NAMES, KPIS, type Kpi, type KpiName } from './kpis.ts';

export interface GaugeValue {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const TAKE_OUTCOMES = ['started', 'finished', 'failed', 'canceled'] as const;
export type TakeOutcome = (typeof TAKE_OUTCOMES)[number];

/** Upper ends, seconds; the guide's 10, 50, 150, 500 ms and 1 s among them. */
const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Chunks are ready up to a chunk's length before they are needed. */
const GAP_BUCKETS = [-15, -10, -5, -2, -1, -0.5, -0.1, 0, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

interface GaugeFamily {
  name: string;
  help: string;
  labelNames: readonly string[];
  /** null: no data, so the metric is absent. */
  of: (sample: TelemetrySample) => { labels: Record<string, string>; value: number | null }[];
}

const plain = (name: string, help: string, of: (sample: TelemetrySample) => number | null): GaugeFamily => ({
  name, help, labelNames: [], of: (sample) => [{ labels: {}, value: of(sample) }],
});
const kpi = (name: KpiName, of: (sample: TelemetrySample) => number | null): GaugeFamily => plain(KPIS[name].metric, KPIS[name].means, of);
const perGpu = (name: string, help: string, of: (gpu: TelemetrySample['gpus'][number]) => number | null): GaugeFamily => ({
  name, help, labelNames: ['gpu'], of: ({ gpus }) => gpus.map((gpu) => ({ labels: { gpu: String(gpu.index) }, value: of(gpu) })),
});
const perProcess = (name: string, help: string, of: (figures: TelemetrySample['processes'][number]) => number | null): GaugeFamily => ({
  name, help, labelNames: ['process'], of: ({ processes }) => processes.map((figures) => ({ labels: { process: figures.name }, value: of(figures) })),
});
const isMeasured = (name: KpiName): boolean => KPIS[name].kind === 'measured';
const asSeconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

const GAUGES: readonly GaugeFamily[] = [
  ...KPI_NAMES.filter(isMeasured).flatMap((name) =>
    (['p50', 'p95', 'p99'] as const).map((share) =>
      plain(`${KPIS[name].metric}_${share}`, `${KPIS[name].means}: ${share} of the last five minutes, seconds`, ({ kpis }) => asSeconds(kpis[name]?.[share] ?? null)),
    ),
  ),
  kpi('cacheHitRate', (sample) => sample.cacheHitRate),
  plain('avatar_cache_memory_hit_rate', 'Faces answered from memory, of all that were asked for', (sample) => sample.cacheMemoryHitRate),
  plain('avatar_cache_bytes', 'Faces kept in memory', (sample) => sample.cacheBytes),
  plain('avatar_cache_budget_bytes', 'What faces kept in memory may take', (sample) => sample.cacheBudgetBytes),
  kpi('users', (sample) => sample.users),
  plain('avatar_users_limit', 'Seats there are', (sample) => sample.maxUsers),
  plain('avatar_takes_queued', 'Takes that wait', (sample) => sample.takesQueued),
  plain('avatar_takes_rendering', 'Takes being rendered', (sample) => sample.takesRendering),
  plain('avatar_frames_queued', 'Frames that wait for a turn', (sample) => sample.framesQueued),
  kpi('errors', (sample) => sample.kpis.errors?.last ?? null),
  kpi('uptime', (sample) => sample.uptime),
  kpi('gpuMemory', (sample) => sample.gpus[0]?.memoryUsedBytes ?? null),
  plain('machine_cpu_load', 'Share of all cores in use', (sample) => sample.cpuLoad),
  plain('machine_memory_used_bytes', 'Memory in use, without caches', (sample) => sample.memoryUsedBytes),
  plain('machine_memory_bytes', 'Memory there is', (sample) => sample.memoryTotalBytes),
  perProcess('avatar_process_cpu_load', 'Share of all cores that the process uses', (figures) => figures.cpuLoad),
  perProcess('avatar_process_resident_bytes', 'Resident memory of the process', (figures) => figures.rssBytes),
  perGpu('gpu_memory_utilization', 'Share of its memory in use', ({ memoryUsedBytes: used, memoryTotalBytes: total }) => (used === null || !total ? null : used / total)),
  perGpu('gpu_memory_used_bytes', 'Memory in use', (gpu) => gpu.memoryUsedBytes),
  perGpu('gpu_memory_bytes', 'Memory there is', (gpu) => gpu.memoryTotalBytes),
  perGpu('gpu_utilization', 'Share of time in which it computes', (gpu) => gpu.load),
  perGpu('gpu_temperature_celsius', 'Temperature', (gpu) => gpu.temperature),
  perGpu('gpu_power_watts', 'Power drawn', (gpu) => gpu.powerWatts),
  perGpu('gpu_power_limit_watts', 'Power it may draw', (gpu) => gpu.powerLimitWatts),
  perGpu('gpu_clock_hertz', 'Clock of its processors', (gpu) => fromMhz(gpu.clockMhz)),
  perGpu('gpu_memory_clock_hertz', 'Clock of its memory', (gpu) => fromMhz(gpu.memoryClockMhz)),
];

const fromMhz = (mhz: number | null): number | null => (mhz === null ? null : mhz * 1e6);

/** The sample as it stands in the metrics: what alert rules are held against. What is not known is not there. */
export function gaugeValues(sample: TelemetrySample): GaugeValue[] {
  return GAUGES.flatMap(({ name, of }) => of(sample).flatMap(({ labels, value }) => (value === null ? [] : [{ name, labels, value }])));
}

export interface Metrics {
  observe(name: KpiName, ms: number): void;
  countTake(outcome: TakeOutcome): void;
  countError(code: ErrorCode): void;
  /** Prometheus's text format 0.0.4: `METRICS_CONTENT_TYPE`. */
  text(sample: TelemetrySample): Promise<string>;
  /** Of every metric there can be, with data or not. */
  names(): string[];
}

export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** In a registry of its own: several studios in one process do not mix. */
export function createMetrics(): Metrics {
  const registers = [new Registry()];
  const gauges = new Map(GAUGES.map(({ name, help, labelNames }) => [name, new Gauge({ name, help, labelNames, registers })]));
  const histograms = new Map(
    KPI_NAMES.filter(isMeasured).map((name) => {
      const { metric, means }: Kpi = KPIS[name];
      return [name, new Histogram({ name: `${metric}_seconds`, help: means, buckets: name === 'chunkGap' ? GAP_BUCKETS : LATENCY_BUCKETS, registers })];
    }),
  );
  const takes = new Counter({ name: 'avatar_takes_total', help: 'Takes, by what became of them', labelNames: ['outcome'], registers });
  const errors = new Counter({ name: 'avatar_errors_total', help: 'Errors, by their code', labelNames: ['code'], registers });
  // From 0, so that the first one is seen as a rise.
  for (const outcome of TAKE_OUTCOMES) takes.inc({ outcome }, 0);
  for (const code of ERROR_CODES) errors.inc({ code }, 0);

  return {
    observe: (name, ms) => histograms.get(name)?.observe(ms / 1000),
    countTake: (outcome) => takes.inc({ outcome }),
    countError: (code) => errors.inc({ code }),
    text(sample) {
      for (const gauge of gauges.values()) {
        gauge.reset();
        gauge.remove({}); // reset leaves a gauge without labels at 0
      }
      for (const { name, labels, value } of gaugeValues(sample)) gauges.get(name)?.set(labels, value);
      return registers[0].metrics();
    },
    names: () => registers[0].getMetricsAsArray().map(({ name }) => name),
  };
}
