/** Worker-thread entry that looks at the machine: what it calls may block it for tens of milliseconds, so nothing else lives here. */
import os from 'node:os';
import { mem, processes } from 'systeminformation';
import { serveThread } from '../threads.ts';
import type { MachineLook } from './machine.ts';

export interface MachineThreadApi {
  calls: { look: [pids: number[], MachineLook] };
  streams: Record<string, never>;
}

/**
 * The list of processes is repeated no sooner than so many times what it last took: one look reads all there are (130 ms for 90
 * processes on Linux, more on Windows), and watching must not take what it watches. At 1/50 it takes at most 2 % of one core.
 */
const REST_PER_LOOK = 50;
/** Mean time of the CPU cores since the last look. */
let ticks = ticksNow();
let list: MachineLook['processes'] = [];
/** CPU shares need two looks: the first gives a process's share of its whole life. */
let seenBefore = new Set<number>();
let nextListMs = 0;

serveThread<MachineThreadApi>({
  calls: {
    async look(pids) {
      const { total, active } = await mem();
      const started = performance.now();
      if (started >= nextListMs && pids.length > 0) {
        list = await listProcesses(pids);
        const ended = performance.now();
        nextListMs = ended + REST_PER_LOOK * (ended - started);
      }
      return { cpuLoad: loadSinceLast(), memoryUsedBytes: known(active), memoryTotalBytes: known(total), processes: list.filter(({ pid }) => pids.includes(pid)) };
    },
  },
  streams: {},
});

async function listProcesses(pids: readonly number[]): Promise<MachineLook['processes']> {
  const found = (await processes()).list.filter(({ pid }) => pids.includes(pid));
  // Linux and Windows: a share of all cores. Elsewhere `ps` counts a busy core as 100.
  const whole = process.platform === 'linux' || process.platform === 'win32' ? 100 : 100 * os.availableParallelism();
  const before = seenBefore;
  seenBefore = new Set(found.map(({ pid }) => pid));
  return found.map(({ pid, cpu, memRss }) => ({ pid, cpuLoad: before.has(pid) ? Math.min(1, cpu / whole) : null, rssBytes: known(memRss * 1024) }));
}

/** From Node's own counters: systeminformation's currentLoad starts three programs for the same (20 ms each time). null: no time has passed. */
function loadSinceLast(): number | null {
  const before = ticks;
  ticks = ticksNow();
  const all = ticks.all - before.all;
  return all > 0 ? Math.min(1, Math.max(0, (ticks.busy - before.busy) / all)) : null;
}

function ticksNow(): { all: number; busy: number } {
  let all = 0, idle = 0;
  for (const { times } of os.cpus()) {
    all += times.user + times.nice + times.sys + times.irq + times.idle;
    idle += times.idle;
  }
  return { all, busy: all - idle };
}

function known(value: number): number | null {
  return Number.isFinite(value) && value > 0 ? value : null;
}
