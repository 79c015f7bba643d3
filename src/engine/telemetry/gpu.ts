/** What the GPUs do, from one `nvidia-smi` that keeps printing. Where there is none there are no GPUs, and the reason is kept. */
import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import type { TelemetrySample } from '../../shared/contract/telemetry.ts';

export type GpuFigures = TelemetrySample['gpus'][number];

export interface GpuWatch {
  /** Every GPU seen so far, by index. What is not known (any longer) is null. */
  latest(): GpuFigures[];
  /** Why nothing comes; null while figures come, and before the first. */
  reason(): string | null;
  close(): void;
}

export interface GpuWatchOptions {
  command?: string;
  intervalMs?: number;
  /** It ended, or could not be started; it is started again by itself unless it is not installed. */
  onGone?: (reason: string) => void;
  /** Milliseconds. */
  now?: () => number;
}

const FIELDS = [
  'index', 'name', 'driver_version', 'memory.used', 'memory.total', 'utilization.gpu', 'temperature.gpu', 'power.draw', 'power.limit', 'clocks.sm', 'clocks.mem',
] as const;
const MEBIBYTE = 2 ** 20;
/** Figures older than this say nothing about now. */
const STALE_MS = 5000;
/** Waits before it is started again; the first again after figures have come. */
const BACK_OFF_MS = [1000, 5000, 30_000, 120_000] as const;
/** Characters. A line of figures has about 100; of anything else no more is kept. */
const LONGEST_LINE = 500;

/** Starts nvidia-smi; the opener closes. It never keeps the process alive, and never outlives it. */
export function openGpuWatch({ command = 'nvidia-smi', intervalMs = 1000, onGone, now = Date.now }: GpuWatchOptions = {}): GpuWatch {
  const seen = new Map<number, { gpu: GpuFigures; atMs: number }>();
  let reason: string | null = null;
  let child: ChildProcess | null = null;
  let waiting: NodeJS.Timeout | null = null;
  let failures = 0;
  let closed = false;

  const start = (): void => {
    let said = '';
    let over = false;
    const hear = (line: string): void => {
      const gpu = parseGpuLine(line);
      if (gpu) {
        seen.set(gpu.index, { gpu, atMs: now() });
        failures = 0;
        reason = null;
      } else if (line.trim() !== '') said = line.trim().slice(0, LONGEST_LINE);
    };
    const started = spawn(command, [`--query-gpu=${FIELDS.join(',')}`, '--format=csv,noheader,nounits', '-lms', String(intervalMs)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    child = started;
    started.unref();
    for (const pipe of [started.stdout, started.stderr]) {
      if (pipe instanceof Socket) pipe.unref();
      let begun = '';
      pipe.setEncoding('utf8').on('data', (text: string) => {
        const lines = (begun + text).split('\n');
        // A line that is cut off by the end is no line: its last number may be half of one.
        begun = lines.pop()!.slice(0, LONGEST_LINE);
        for (const line of lines) hear(line);
      });
    }
    const gone = (how: string, again: boolean): void => {
      if (over) return;
      over = true;
      child = null;
      if (closed) return;
      reason = said === '' ? how : `${how}: ${said}`;
      if (again) {
        waiting = setTimeout(start, BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length - 1)]);
        waiting.unref();
        failures += 1;
      }
      onGone?.(reason);
    };
    started.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') gone(`${command} is not installed, so no NVIDIA GPU can be watched`, false);
      else gone(`${command} could not be started: ${error.message}`, true);
    });
    // 'close' comes after all that it printed was read.
    started.once('close', (code, signal) => gone(`${command} ended ${signal ? `by ${signal}` : `with code ${code}`}`, true));
  };
  const kill = (): void => {
    // Without an id it could not be started, and Node would pass the signal on to process 0: to our own process group.
    if (child?.pid !== undefined) child.kill('SIGKILL');
  };

  process.once('exit', kill);
  start();
  return {
    latest: () => [...seen.values()].sort((a, b) => a.gpu.index - b.gpu.index).map(({ gpu, atMs }) => (Math.abs(now() - atMs) > STALE_MS ? stale(gpu) : gpu)),
    reason: () => reason,
    close() {
      closed = true;
      if (waiting) clearTimeout(waiting);
      process.off('exit', kill);
      kill();
    },
  };
}

/** One line as it was asked for; null where it is something else (a message, half a line). */
export function parseGpuLine(line: string): GpuFigures | null {
  const fields = line.split(',').map((field) => field.trim());
  if (fields.length !== FIELDS.length || !/^\d+$/.test(fields[0])) return null;
  const scaled = (at: number, factor = 1): number | null => (/^\d+(\.\d+)?$/.test(fields[at]) ? Number(fields[at]) * factor : null);
  return {
    index: Number(fields[0]),
    name: fields[1],
    driver: /^\d[\d.]*$/.test(fields[2]) ? fields[2] : null,
    memoryUsedBytes: scaled(3, MEBIBYTE),
    memoryTotalBytes: scaled(4, MEBIBYTE),
    load: scaled(5, 0.01),
    temperature: scaled(6),
    powerWatts: scaled(7),
    powerLimitWatts: scaled(8),
    clockMhz: scaled(9),
    memoryClockMhz: scaled(10),
  };
}

/** What a GPU is stays true; what it does is not known. */
const stale = ({ index, name, driver, memoryTotalBytes }: GpuFigures): GpuFigures => ({
  index, name, driver, memoryTotalBytes, memoryUsedBytes: null, load: null, temperature: null, powerWatts: null, powerLimitWatts: null, clockMhz: null, memoryClockMhz: null,
});
