/** Worker-thread entry that looks at the machine: what it calls may block it for tens of milliseconds, so nothing else lives here. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { mem, processes } from 'systeminformation';
import { serveThread } from '../threads.ts';
import type { MachineLook } from './machine.ts';

export interface MachineThreadApi {
  calls: { look: [pids: number[], MachineLook] };
  streams: Record<string, never>;
}

type Processes = MachineLook['processes'];

let ticks = ticksNow();

serveThread<MachineThreadApi>({
  calls: {
    async look(pids) {
      const { total, active } = await mem();
      const found = await (process.platform === 'linux' ? readProcesses(pids) : listProcesses(pids));
      return { cpuLoad: loadSinceLast(), memoryUsedBytes: known(active), memoryTotalBytes: known(total), processes: found };
    },
  },
  streams: {},
});

/** From Node's own counters: systeminformation's currentLoad starts three programs for the same (20 ms each time). null: no time has passed. */
function loadSinceLast(): number | null {
  const before = ticks;
  ticks = ticksNow();
  const all = ticks.all - before.all;
  return all > 0 ? clamped((ticks.busy - before.busy) / all) : null;
}

/** Of all cores since they began. */
function ticksNow(): { all: number; busy: number } {
  let all = 0, idle = 0;
  for (const { times } of os.cpus()) {
    all += times.user + times.nice + times.sys + times.irq + times.idle;
    idle += times.idle;
  }
  return { all, busy: all - idle };
}

/** Linux: processor time is counted in hundredths of a second, whatever the kernel's own clock (proc(5), USER_HZ). */
const TICK_SEC = 0.01;
let cpuBefore = new Map<number, { cpuSec: number; atSec: number }>();

/**
 * Linux, straight from /proc: a fraction of a millisecond for each process. systeminformation's list starts `ps`, and `cat` for every process
 * there is: 130 ms for 90 of them on a quiet machine, 800 ms while it renders.
 */
function readProcesses(pids: readonly number[]): Processes {
  const cpuNow: typeof cpuBefore = new Map();
  const found = pids.map((pid) => {
    try {
      // Synchronously: the time must be that of the figures.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const atSec = performance.now() / 1000;
      // The name, in brackets, may hold anything; utime and stime are the 12th and 13th field after it.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const cpuSec = (Number(fields[11]) + Number(fields[12])) * TICK_SEC;
      cpuNow.set(pid, { cpuSec, atSec });
      const before = cpuBefore.get(pid);
      const cores = before && (cpuSec - before.cpuSec) / (atSec - before.atSec);
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      return { pid, cpuLoad: cores === undefined ? null : clamped(cores / os.availableParallelism()), rssBytes: known(Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1]) * 1024) };
    } catch {
      return { pid, cpuLoad: null, rssBytes: null }; // it has ended
    }
  });
  cpuBefore = cpuNow;
  return found;
}

/**
 * Elsewhere from systeminformation's list of all processes, repeated no sooner than so many times what it last took: watching must not
 * take what it watches. At 1/50 that is at most 2 % of one core.
 */
const REST_PER_LIST = 50;
let list: Processes = [];
let nextListMs = 0;

async function listProcesses(pids: readonly number[]): Promise<Processes> {
  const started = performance.now();
  if (started >= nextListMs) {
    // A share needs two lists: the first gives that of a process's whole life.
    const before = new Set(list.map(({ pid }) => pid));
    // Windows: a share of all cores. macOS: `ps` counts a busy core as 100.
    const whole = process.platform === 'win32' ? 100 : 100 * os.availableParallelism();
    list = (await processes()).list.map(({ pid, cpu, memRss }) => ({ pid, cpuLoad: before.has(pid) ? clamped(cpu / whole) : null, rssBytes: known(memRss * 1024) }));
    const ended = performance.now();
    nextListMs = ended + REST_PER_LIST * (ended - started);
  }
  return list.filter(({ pid }) => pids.includes(pid));
}

function known(value: number): number | null {
  return Number.isFinite(value) && value > 0 ? value : null;
}

const clamped = (share: number): number => Math.min(1, Math.max(0, share));
