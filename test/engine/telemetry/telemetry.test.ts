/** Telemetry put together: samples, watchers, metrics, alerts and memory, with a GPU that a script plays. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { afterAll, expect, test, vi } from 'vitest';
import type { ChunkTimes } from '../../../src/shared/contract/take.ts';
import { telemetrySample } from '../../../src/shared/contract/telemetry.ts';
import { openTelemetry, type StudioFigures, type Telemetry, type TelemetryOptions } from '../../../src/engine/telemetry/telemetry.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-telemetry-'));
afterAll(() => rmSync(folder, { recursive: true }));
const GIB = 2 ** 30;

const studio: StudioFigures = {
  users: 2, maxUsers: 5, takesQueued: 3, takesRendering: 1, framesQueued: 40, cacheMemoryHitRate: null, cacheHitRate: null, cacheBytes: 0, cacheBudgetBytes: 2 * GIB,
  engineRssBytes: null, engineWarmRssBytes: null, engineUsesGpu: false,
};
const times = (processingMs: number, gapMs: number | null = null): ChunkTimes => ({ processingMs, speechMs: 20, queueMs: 3, inferenceMs: 100, composeMs: 60, encodeMs: 30, gapMs });

/** @param gpuLine as nvidia-smi prints it, again and again; null: there is no GPU */
function gpu(gpuLine: string): string {
  const file = path.join(folder, `smi${Math.random()}`);
  writeFileSync(file, `#!/bin/sh\nwhile echo "${gpuLine}"; do sleep 0.2; done\n`);
  chmodSync(file, 0o755);
  return file;
}
const card = (usedMib: number) => gpu(`0, NVIDIA GeForce RTX 4090, 550.54.14, ${usedMib}, 24576, 37, 61, 287.51, 450.00, 2520, 10501`);

async function watching(options: Partial<TelemetryOptions>, look: (telemetry: Telemetry) => Promise<void>) {
  const telemetry = openTelemetry({ studio: () => studio, processes: () => [{ name: 'host', pid: process.pid }], gpuCommand: 'no-nvidia-smi', intervalMs: 20, ...options });
  try {
    await look(telemetry);
  } finally {
    await telemetry.close();
  }
}
/** Until a sample is as wanted; gives it. */
async function sampleWhere(telemetry: Telemetry, wanted: (sample: ReturnType<Telemetry['sample']>) => boolean) {
  for await (const sample of telemetry.watch(AbortSignal.timeout(20_000))) if (wanted(sample)) return sample;
  throw new Error('closed');
}

test('a sample is as the contract says from the first moment on, unknown as null', async () => {
  await watching({}, async (telemetry) => {
    const first = telemetry.sample();
    expect(telemetrySample.strict().parse(first)).toEqual(first);
    expect(first).toMatchObject({ gpus: [], cpuLoad: null, users: 2, maxUsers: 5, takesQueued: 3, takesRendering: 1, framesQueued: 40, uptime: null, alerts: [], advice: [] });
    expect(first.kpis.firstChunk).toEqual({ count: 0, last: null, p50: null, p95: null, p99: null });
    const known = await sampleWhere(telemetry, (sample) => sample.memoryUsedBytes !== null && sample.processes[0].rssBytes !== null);
    expect(telemetrySample.strict().parse(known)).toEqual(known);
    expect(known.processes).toEqual([{ name: 'host', pid: process.pid, cpuLoad: known.processes[0].cpuLoad, rssBytes: expect.any(Number) as number }]);
    await vi.waitFor(() => expect(telemetry.gpuReason()).toMatch(/no-nvidia-smi is not installed/));
  });
});

test('chunks, models, cache and takes become figures and series', async () => {
  await watching({ now: () => 1_000_000 }, async (telemetry) => {
    telemetry.recordChunk(times(400), 450);
    telemetry.recordChunk(times(800, -2500), null);
    telemetry.recordChunk({ ...times(0, null), processingMs: null }, null); // a restart fell into it
    telemetry.recordModelLoad(1234);
    telemetry.recordCacheAccess(0.5);
    for (const outcome of ['started', 'started', 'started', 'started', 'finished', 'finished', 'canceled'] as const) telemetry.countTake(outcome);
    telemetry.countTake('failed', 'device');
    telemetry.countError('capacity');
    const { kpis, ...sample } = telemetry.sample();
    expect(kpis.processingLatency).toEqual({ count: 2, last: 800, p50: 400, p95: 800, p99: 800 });
    expect(kpis.firstChunk).toEqual({ count: 1, last: 450, p50: 450, p95: 450, p99: 450 });
    expect(kpis.chunkGap).toMatchObject({ count: 1, last: -2500 });
    expect(kpis.inference).toMatchObject({ count: 3, p95: 100 });
    expect(kpis.modelLoad.last).toBe(1234);
    expect(kpis.cacheAccess.last).toBe(0.5);
    // Canceled by its user: neither for nor against.
    expect(sample).toMatchObject({ takesStarted: 4, takesFinished: 2, takesFailed: 1, uptime: 2 / 3 });
    expect(telemetry.series('processingLatency')).toEqual([[1_000_000, 400], [1_000_000, 800]]);
    const later = await sampleWhere(telemetry, (found) => found.kpis.uptime.count > 0 && found.kpis.errors.last === 2);
    expect(later.kpis.users.last).toBe(2);
  });
});

test('metrics are Prometheus text in seconds, and what is not known is not there', async () => {
  await watching({ gpuCommand: card(12288) }, async (telemetry) => {
    const empty = await telemetry.metricsText();
    expect(empty).toMatch(/^avatar_users 2$/m);
    expect(empty).toMatch(/^avatar_takes_total\{outcome="failed"\} 0$/m);
    // Named and explained, without a value.
    expect(empty).toMatch(/^# TYPE avatar_cache_hit_rate gauge$/m);
    expect(empty).not.toMatch(/^avatar_(cache_hit_rate|uptime|processing_latency_p95)\b/m);
    expect(empty).not.toMatch(/NaN|Nan|null|undefined/);

    telemetry.recordChunk(times(1250, -40), 300);
    telemetry.countTake('failed', 'io');
    await sampleWhere(telemetry, ({ gpus }) => gpus.length > 0);
    const text = await telemetry.metricsText();
    for (const line of [
      'avatar_processing_latency_p95 1.25', 'avatar_first_chunk_latency_p50 0.3', 'avatar_chunk_gap_p99 -0.04', 'avatar_uptime 0',
      'avatar_processing_latency_seconds_bucket{le="1"} 0', 'avatar_processing_latency_seconds_bucket{le="2.5"} 1', 'avatar_processing_latency_seconds_sum 1.25',
      'avatar_takes_total{outcome="failed"} 1', 'avatar_errors_total{code="io"} 1', 'avatar_errors_total{code="bug"} 0',
      'gpu_memory_utilization{gpu="0"} 0.5', 'gpu_clock_hertz{gpu="0"} 2520000000', `avatar_gpu_memory_bytes ${12 * GIB}`,
    ]) expect(text.split('\n')).toContain(line);
  });
});

test('two studios in one process count apart', async () => {
  await watching({}, async (one) => {
    await watching({}, async (other) => {
      one.countTake('started');
      expect(await one.metricsText()).toMatch(/outcome="started"\} 1$/m);
      expect(await other.metricsText()).toMatch(/outcome="started"\} 0$/m);
    });
  });
});

test('the guide’s alerts: what is wrong is pending, fires after its time, and goes when it is over', async () => {
  let now = Date.UTC(2030, 0, 1);
  let cacheHitRate = 0.8;
  await watching({ now: () => now, gpuCommand: card(23000), studio: () => ({ ...studio, cacheHitRate }) }, async (telemetry) => {
    const found = await sampleWhere(telemetry, ({ alerts }) => alerts.length === 2);
    expect(found.alerts.map(({ name, state }) => [name, state])).toEqual([['LowCacheHitRate', 'pending'], ['GPUMemoryHigh', 'pending']]);
    expect(found.alerts[1]).toMatchObject({
      severity: 'critical', since: '2030-01-01T00:00:00.000Z', value: 23000 / 24576, summary: 'The memory of the GPU is nearly full (gpu 0)', description: expect.stringContaining('Close other programs') as string,
    });
  });
  // Without the GPU, whose figures would be too old after each leap of the clock.
  await watching({ now: () => now, studio: () => ({ ...studio, cacheHitRate }) }, async (telemetry) => {
    const becomes = (expected: string) => sampleWhere(telemetry, ({ alerts }) => alerts.map(({ name, state }) => `${name} ${state}`).join(', ') === expected);
    await becomes('LowCacheHitRate pending');
    now += 2 * 60_000;
    telemetry.recordChunk(times(1600), null);
    await becomes('HighProcessingLatency pending, LowCacheHitRate pending');
    now += 3 * 60_000;
    await becomes('HighProcessingLatency pending, LowCacheHitRate firing');
    telemetry.recordChunk(times(1600), null);
    cacheHitRate = 0.97;
    now += 2 * 60_000;
    await becomes('HighProcessingLatency firing');
    now += 3 * 60_000 + 1; // the slow chunks are out of the window
    await becomes('');
  });
});

test('an engine that has grown over its budget is to be restarted, with the reason in words', async () => {
  let figures: StudioFigures = { ...studio, engineRssBytes: 1 * GIB, engineWarmRssBytes: 1 * GIB };
  await watching({ studio: () => figures }, async (telemetry) => {
    await sampleWhere(telemetry, ({ memoryTotalBytes }) => memoryTotalBytes !== null);
    expect(telemetry.memory()).toEqual({ action: 'none', advice: [] });
    figures = { ...figures, engineRssBytes: 12 * GIB };
    const { advice } = await sampleWhere(telemetry, (sample) => sample.advice.length > 0);
    expect(advice[0]).toMatch(/grown by 11\.0 GB since its start/);
    expect(telemetry.memory().action).toBe('restart-engine');
  });
});

test('a slow reader gets the latest sample, not those it missed; closing ends its stream, an abort cancels it', async () => {
  let users = 0;
  const telemetry = openTelemetry({ studio: () => ({ ...studio, users }), processes: () => [], gpuCommand: 'no-nvidia-smi', intervalMs: 5 });
  const stream = telemetry.watch(new AbortController().signal);
  expect((await stream.next()).value?.users).toBe(0);
  for (users = 1; users < 20; users++) await sampleWhere(telemetry, () => true);
  expect((await stream.next()).value?.users).toBe(20);

  const abort = new AbortController();
  const other = telemetry.watch(abort.signal);
  await other.next();
  const waiting = other.next();
  abort.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'canceled' });

  const rest = (async () => { while (!(await stream.next()).done); })();
  await telemetry.close();
  await rest;
  await telemetry.close(); // a second time does nothing
});

test('alert rules that cannot be used are refused when it is opened', () => {
  const file = path.join(folder, 'bad.yml');
  writeFileSync(file, 'groups: 1');
  expect(() => openTelemetry({ studio: () => studio, processes: () => [], alertsFile: file })).toThrow(expect.objectContaining({ code: 'invalid-input' }));
});

test('it does not keep a process alive that forgets to close it', async () => {
  const script = path.join(folder, 'forgets.mjs');
  writeFileSync(script, `
    const { openTelemetry } = await import(${JSON.stringify(new URL('../../../src/engine/telemetry/telemetry.ts', import.meta.url).href)});
    const telemetry = openTelemetry({ studio: () => (${JSON.stringify(studio)}), processes: () => [{ name: 'host', pid: process.pid }], intervalMs: 50 });
    await telemetry.watch(new AbortController().signal).next();
    console.log('seen');`);
  const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 20_000 });
  expect(stdout.trim()).toBe('seen');
});

test('looking does not hold up the event loop', async () => {
  await watching({ gpuCommand: card(4096), intervalMs: 50 }, async (telemetry) => {
    await sampleWhere(telemetry, ({ processes }) => processes[0].rssBytes !== null);
    for (let i = 0; i < 4096; i++) telemetry.recordChunk(times(i % 997), i); // as full as series get
    const delay = monitorEventLoopDelay({ resolution: 2 });
    delay.enable();
    let samples = 0;
    await sampleWhere(telemetry, () => ++samples >= 60);
    await telemetry.metricsText();
    delay.disable();
    console.log(`event-loop delay over ${samples} looks: p50 ${(delay.percentile(50) / 1e6).toFixed(1)}, p99 ${(delay.percentile(99) / 1e6).toFixed(1)}, max ${(delay.max / 1e6).toFixed(1)} ms`);
    expect(delay.percentile(99) / 1e6).toBeLessThan(50);
  });
});
