/** The studio's figures in one place: looked at once a second, kept for five minutes, held against the alert rules and the memory budgets. */
import os from 'node:os';
import type { ChunkTimes } from '../../shared/contract/take.ts';
import type { TelemetrySample } from '../../shared/contract/telemetry.ts';
import { type ErrorCode } from '../../shared/errors.ts';
import { createChange } from '../change.ts';
import { ALERTS_FILE, createAlerts, readAlertRules, type Alert } from './alerts.ts';
import { openGpuWatch } from './gpu.ts';
import { createSeries, KPI_NAMES, WINDOW_MS, type KPIS, type KpiName, type Series } from './kpis.ts';
import { openMachineWatch, type NamedProcess } from './machine.ts';
import { judgeMemory, scaledBudgets, type MemoryBudgets, type MemoryJudgement } from './memory.ts';
import { createMetrics, gaugeValues, type TakeOutcome } from './metrics.ts';

/** What the host knows of the studio. Unknown is null. */
export interface StudioFigures
  extends Pick<
    TelemetrySample,
    'users' | 'maxUsers' | 'takesQueued' | 'takesRendering' | 'framesQueued' | 'cacheMemoryHitRate' | 'cacheHitRate' | 'cacheBytes' | 'cacheBudgetBytes'
  > {
  /** Resident memory of the engine process: now, and when its models were warm. */
  engineRssBytes: number | null;
  engineWarmRssBytes: number | null;
  /** Models run on the GPU, so its memory is the one that may run out. */
  engineUsesGpu: boolean;
}

export interface TelemetryOptions {
  studio: () => StudioFigures;
  /** Those that belong to the studio now. */
  processes: () => NamedProcess[];
  intervalMs?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
  gpuCommand?: string;
  alertsFile?: string;
  /** What the user set instead of the guide's, bytes. */
  budgets?: Partial<MemoryBudgets>;
}

export interface Telemetry {
  sample(): TelemetrySample;
  /** A sample now and after each look. A slow reader misses samples and gets the latest. @throws canceled when the signal is aborted */
  watch(signal: AbortSignal): AsyncGenerator<TelemetrySample, void, void>;
  /** @param firstChunkMs from the request for the take to its first playable bytes; null: not the first chunk */
  recordChunk(times: ChunkTimes, firstChunkMs: number | null): void;
  recordModelLoad(ms: number): void;
  /** Getting a registered face, whether from memory or from disk. */
  recordCacheAccess(ms: number): void;
  /** @param code why it failed; a failed take counts as an error of that code */
  countTake(outcome: TakeOutcome, code?: ErrorCode): void;
  /** Any other error: a refused request, an engine that ended. */
  countError(code: ErrorCode): void;
  /** Values of the last five minutes in the KPI's unit, oldest first. */
  series(name: KpiName): [atMs: number, value: number][];
  /** The samples of the last five minutes' looks, oldest first. */
  history(): TelemetrySample[];
  /** What the user sets instead of the guide's from now on, bytes. */
  setBudgets(budgets: Partial<MemoryBudgets>): void;
  /** As of the last look: what the host should do about memory. */
  memory(): MemoryJudgement;
  /** Why there are no figures of a GPU; null where there are, or before the first. */
  gpuReason(): string | null;
  metricsText(): Promise<string>;
  close(): Promise<void>;
}

/** Most samples that are kept: at one look a second there are half as many. */
const HISTORY_LIMIT = 600;

/** Begins to look. The opener closes; it never keeps the process alive. @throws io, invalid-input where the alert rules cannot be used */
export function openTelemetry(options: TelemetryOptions): Telemetry {
  const { studio, processes, intervalMs = 1000, now = Date.now, gpuCommand, alertsFile = ALERTS_FILE } = options;
  let set = options.budgets ?? {};
  let budgets: MemoryBudgets = { ...scaledBudgets(null, os.totalmem()), ...set };
  let kept: TelemetrySample[] = [];
  const alerts = createAlerts(readAlertRules(alertsFile));
  const metrics = createMetrics();
  const series = Object.fromEntries(KPI_NAMES.map((name) => [name, createSeries()])) as Record<KpiName, Series>;
  /** One point for each error. */
  const errors = createSeries();
  const takes: Record<TakeOutcome, number> = { started: 0, finished: 0, failed: 0, canceled: 0 };
  const changed = createChange();
  const gpu = openGpuWatch({ command: gpuCommand, intervalMs, now });
  const machine = openMachineWatch(() => processes().map(({ pid }) => pid));
  let active: Alert[] = [];
  let memory: MemoryJudgement = { action: 'none', advice: [] };
  /** The GPU's memory in use when the engine had that resident memory at its warm-up. */
  let warm: { rssBytes: number | null; gpuBytes: number | null } = { rssBytes: null, gpuBytes: null };
  let closed = false;

  const measured = (name: KpiName, ms: number | null): void => {
    if (ms === null) return;
    series[name].record(ms, now());
    metrics.observe(name, ms);
  };

  const countError = (code: ErrorCode): void => {
    errors.record(1, now());
    metrics.countError(code);
  };

  const sample = (): TelemetrySample => {
    const { users, maxUsers, takesQueued, takesRendering, framesQueued, cacheMemoryHitRate, cacheHitRate, cacheBytes, cacheBudgetBytes } = studio();
    const nowMs = now();
    return {
      at: new Date(nowMs).toISOString(),
      gpus: gpu.latest(),
      ...machine.latest(),
      processes: machine.processes(processes()),
      users, maxUsers, takesQueued, takesRendering, framesQueued, cacheMemoryHitRate, cacheHitRate, cacheBytes, cacheBudgetBytes,
      kpis: Object.fromEntries(KPI_NAMES.map((name) => [name, series[name].figures(nowMs)])),
      takesStarted: takes.started,
      takesFinished: takes.finished,
      takesFailed: takes.failed,
      uptime: shareOf(takes.finished, takes.finished + takes.failed),
      alerts: active.flatMap(({ rule: { name, severity, summary, description }, labels, state, sinceMs, value }) =>
        state === 'pending' || state === 'firing'
          ? [{ name, severity, state, since: new Date(sinceMs).toISOString(), summary: summary + inBrackets(labels), description, value }]
          : [],
      ),
      memoryBudgets: budgets,
      advice: memory.advice,
    };
  };

  /** One value of each sampled KPI; what is not known leaves no value. */
  const recordSampled = (found: TelemetrySample, nowMs: number): void => {
    const values = {
      cacheHitRate: found.cacheHitRate,
      gpuMemory: found.gpus[0]?.memoryUsedBytes ?? null,
      users: found.users,
      errors: errors.figures(nowMs).count,
      uptime: found.uptime,
    } satisfies Record<SampledKpi, number | null>;
    for (const name of Object.keys(values) as SampledKpi[]) series[name].record(values[name] ?? NaN, nowMs);
  };

  const judge = (found: TelemetrySample): void => {
    const { engineRssBytes, engineWarmRssBytes, engineUsesGpu } = studio();
    const device = engineUsesGpu ? found.gpus[0] : undefined;
    const gpuUsedBytes = device?.memoryUsedBytes ?? null;
    if (engineWarmRssBytes !== warm.rssBytes) warm = { rssBytes: engineWarmRssBytes, gpuBytes: engineWarmRssBytes === null ? null : gpuUsedBytes };
    budgets = { ...scaledBudgets(device?.memoryTotalBytes ?? null, found.memoryTotalBytes ?? os.totalmem()), ...set };
    memory = judgeMemory(
      { engineRssBytes, warmRssBytes: engineWarmRssBytes, gpuUsedBytes, warmGpuBytes: warm.gpuBytes, avatarCacheBytes: found.cacheBytes, rendering: found.takesRendering > 0 },
      budgets,
      memory.action,
    );
  };

  const look = (): void => {
    void machine.look();
    const nowMs = now();
    recordSampled(sample(), nowMs);
    const found = sample();
    active = alerts.evaluate(gaugeValues(found), nowMs);
    judge(found);
    // A clock that was set back leaves samples of the future: they are no more of these minutes than old ones.
    kept = kept.filter(({ at }) => Math.abs(nowMs - Date.parse(at)) <= WINDOW_MS).slice(1 - HISTORY_LIMIT);
    kept.push(sample());
    changed.announce();
  };

  const timer = setInterval(look, intervalMs);
  timer.unref();
  look();

  return {
    sample,
    async *watch(signal) {
      while (!closed) {
        const seen = changed.count;
        yield sample();
        await changed.after(seen, signal);
      }
    },
    recordChunk(times, firstChunkMs) {
      measured('processingLatency', times.processingMs);
      measured('speech', times.speechMs);
      measured('queue', times.queueMs);
      measured('inference', times.inferenceMs);
      measured('compose', times.composeMs);
      measured('encode', times.encodeMs);
      measured('chunkGap', times.gapMs);
      measured('firstChunk', firstChunkMs);
    },
    recordModelLoad: (ms) => measured('modelLoad', ms),
    recordCacheAccess: (ms) => measured('cacheAccess', ms),
    countTake(outcome, code = 'bug') {
      takes[outcome] += 1;
      metrics.countTake(outcome);
      if (outcome === 'failed') countError(code);
    },
    countError,
    series: (name) => series[name].points(now()),
    history: () => [...kept],
    setBudgets: (changedBudgets) => void (set = changedBudgets),
    memory: () => memory,
    gpuReason: () => gpu.reason(),
    metricsText: () => metrics.text(sample()),
    async close() {
      if (closed) return;
      closed = true;
      clearInterval(timer);
      gpu.close();
      changed.announce();
      await machine.close();
    },
  };
}

type SampledKpi = { [K in KpiName]: (typeof KPIS)[K]['kind'] extends 'sampled' ? K : never }[KpiName];

const shareOf = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** Which of several, such as ` (gpu 1)`. */
const inBrackets = (labels: Record<string, string>): string => {
  const named = Object.entries(labels).map(([label, value]) => `${label} ${value}`);
  return named.length === 0 ? '' : ` (${named.join(', ')})`;
};
