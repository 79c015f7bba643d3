/**
 * What the machine and given processes do. It is looked at in a thread of its own: what asks the system may block for long, such as
 * os.cpus() on many cores, or parts of systeminformation that start a shell and wait for it.
 */
import type { TelemetrySample } from '../../shared/contract/telemetry.ts';
import { startThread } from '../threads.ts';
import type { MachineThreadApi } from './machineThread.ts';

export type MachineFigures = Pick<TelemetrySample, 'cpuLoad' | 'memoryUsedBytes' | 'memoryTotalBytes'>;
export type ProcessFigures = TelemetrySample['processes'][number];
export interface NamedProcess {
  name: string;
  pid: number;
}
/** As one look gives it: processes by pid. */
export interface MachineLook extends MachineFigures {
  processes: { pid: number; cpuLoad: number | null; rssBytes: number | null }[];
}

export interface MachineWatch {
  latest(): MachineFigures;
  /** In the order asked for. A process that was not seen yet, or is gone, has nulls. */
  processes(asked: readonly NamedProcess[]): ProcessFigures[];
  /** Looks again, unless it still does. Resolves when that look is done; never rejects. */
  look(): Promise<void>;
  close(): Promise<void>;
}

/** @param pids the processes to look at, asked at every look. The opener closes. */
export function openMachineWatch(pids: () => number[]): MachineWatch {
  const thread = startThread<MachineThreadApi>(new URL('./machineThread.ts', import.meta.url));
  let seen: MachineLook = { cpuLoad: null, memoryUsedBytes: null, memoryTotalBytes: null, processes: [] };
  let looking: Promise<void> | null = null;

  return {
    latest: () => ({ cpuLoad: seen.cpuLoad, memoryUsedBytes: seen.memoryUsedBytes, memoryTotalBytes: seen.memoryTotalBytes }),
    processes: (asked) =>
      asked.map(({ name, pid }) => {
        const found = seen.processes.find((each) => each.pid === pid);
        return { name, pid, cpuLoad: found?.cpuLoad ?? null, rssBytes: found?.rssBytes ?? null };
      }),
    look: () =>
      (looking ??= thread
        .call('look', pids())
        .then(
          (look) => void (seen = look),
          // The machine is unknown then; the studio works without these figures.
          () => void (seen = { cpuLoad: null, memoryUsedBytes: null, memoryTotalBytes: null, processes: [] }),
        )
        .finally(() => (looking = null))),
    close: () => thread.terminate(),
  };
}
