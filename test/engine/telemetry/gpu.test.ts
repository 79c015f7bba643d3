/** The GPU watch against a program that prints as nvidia-smi does: a real child process. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test, vi } from 'vitest';
import { openGpuWatch, parseGpuLine, type GpuWatchOptions } from '../../../src/engine/telemetry/gpu.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-gpu-'));
afterAll(() => rmSync(folder, { recursive: true }));

const GIB = 2 ** 30;
const FIRST = '0, NVIDIA GeForce RTX 4090, 550.54.14, 6144, 24576, 37, 61, 287.51, 450.00, 2520, 10501';
const SECOND = '1, NVIDIA H100 80GB HBM3, 550.54.14, 0, 81920, 0, 33, [N/A], [Not Supported], 1980, 2619';
const first = {
  index: 0, name: 'NVIDIA GeForce RTX 4090', driver: '550.54.14', memoryUsedBytes: 6 * GIB, memoryTotalBytes: 24 * GIB,
  load: 0.37, temperature: 61, powerWatts: 287.51, powerLimitWatts: 450, clockMhz: 2520, memoryClockMhz: 10501,
};
const second = {
  index: 1, name: 'NVIDIA H100 80GB HBM3', driver: '550.54.14', memoryUsedBytes: 0, memoryTotalBytes: 80 * GIB,
  load: 0, temperature: 33, powerWatts: null, powerLimitWatts: null, clockMhz: 1980, memoryClockMhz: 2619,
};

let programs = 0;
/** @param script shell lines; `$0.pid` gets its process id first */
function program(script: string): string {
  const file = path.join(folder, `smi${programs++}`);
  writeFileSync(file, `#!/bin/sh\necho $$ > "$0.pid"\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}
const pidOf = (file: string): number => Number(readFileSync(`${file}.pid`, 'utf8'));
const isAlive = (pid: number): boolean => {
  try {
    // A process that has ended and was not yet waited for still has its id.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

async function watching(options: GpuWatchOptions, look: (watch: ReturnType<typeof openGpuWatch>) => Promise<void> | void) {
  const watch = openGpuWatch(options);
  try {
    await look(watch);
  } finally {
    watch.close();
  }
}
const eventually = (look: () => void) => vi.waitFor(look, { timeout: 10_000, interval: 10 });

test('two GPUs, by index, with what is not supported as null and idle as 0', async () => {
  const command = program(`echo "${SECOND}"; echo "${FIRST}"; exec sleep 60`);
  await watching({ command }, async (watch) => {
    expect(watch.latest()).toEqual([]);
    await eventually(() => expect(watch.latest()).toEqual([first, { ...second }]));
    expect(watch.reason()).toBeNull();
  });
});

test('it is asked for the fields that are read, at the interval', async () => {
  const command = program(`printf '%s\\n' "$@" > "$0.arguments"; echo "${FIRST}"; exec sleep 60`);
  await watching({ command, intervalMs: 250 }, async (watch) => {
    await eventually(() => expect(watch.latest()).toHaveLength(1));
    expect(readFileSync(`${command}.arguments`, 'utf8').trim().split('\n')).toEqual([
      '--query-gpu=index,name,driver_version,memory.used,memory.total,utilization.gpu,temperature.gpu,power.draw,power.limit,clocks.sm,clocks.mem',
      '--format=csv,noheader,nounits',
      '-lms',
      '250',
    ]);
  });
});

test('a line that comes in pieces is one line; one that the end cuts off is none', async () => {
  const ended = Promise.withResolvers<string>();
  const cut = FIRST.replace('6144', '9216').slice(0, -2); // 105 MHz would be wrong
  const command = program(`printf '0, NVIDIA GeForce RTX 4090, 550.54.14, 61'; sleep 0.05; printf '44, 24576, 37, 61, 287.51, 450.00, 2520, 10501\\r\\n${cut}'`);
  await watching({ command, onGone: ended.resolve }, async (watch) => {
    expect(await ended.promise).toBe(`${command} ended with code 0`);
    expect(watch.latest()).toEqual([first]);
  });
});

test.each([
  ['', null],
  ['No devices were found', null],
  ['0, NVIDIA, 550.54.14, 1, 2', null],
  ['x, NVIDIA, 550.54.14, 1, 2, 3, 4, 5, 6, 7, 8', null],
  ['0, NVIDIA, [N/A], -1, 1e3, 0x10, , ???, [Unknown Error], nan, 8', { driver: null, memoryUsedBytes: null, memoryTotalBytes: null, load: null, temperature: null, powerWatts: null, powerLimitWatts: null, clockMhz: null, memoryClockMhz: 8 }],
])('“%s” is read as far as it makes sense', (line, expected) => {
  if (expected === null) expect(parseGpuLine(line)).toBeNull();
  else expect(parseGpuLine(line)).toEqual({ index: 0, name: 'NVIDIA', ...expected });
});

test('figures older than five seconds are unknown; what the GPU is stays known', async () => {
  let now = 1000;
  const command = program(`echo "${FIRST}"; exec sleep 60`);
  await watching({ command, now: () => now }, async (watch) => {
    await eventually(() => expect(watch.latest()).toEqual([first]));
    now += 5000;
    expect(watch.latest()).toEqual([first]);
    now += 1;
    expect(watch.latest()).toEqual([
      { index: 0, name: first.name, driver: first.driver, memoryTotalBytes: 24 * GIB, memoryUsedBytes: null, load: null, temperature: null, powerWatts: null, powerLimitWatts: null, clockMhz: null, memoryClockMhz: null },
    ]);
  });
});

test('where it is not installed there are no GPUs, and the reason says so', async () => {
  const gone = Promise.withResolvers<string>();
  await watching({ command: 'nvidia-smi-of-nowhere', onGone: gone.resolve }, async (watch) => {
    expect(await gone.promise).toMatch(/nvidia-smi-of-nowhere is not installed/);
    expect(watch.latest()).toEqual([]);
    expect(watch.reason()).toBe(await gone.promise);
  });
});

test('closing at once what could not be started ends nothing else', async () => {
  const script = path.join(folder, 'closes.mjs');
  writeFileSync(script, `
    const { openGpuWatch } = await import(${JSON.stringify(new URL('../../../src/engine/telemetry/gpu.ts', import.meta.url).href)});
    openGpuWatch({ command: 'nvidia-smi-of-nowhere' }).close();
    console.log('still here');`);
  // A group of its own: a signal to the whole group would end this one too.
  const child = spawn(process.execPath, [script], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect([code, signal]).toEqual([0, null]);
});

test('what it says instead of figures is the reason', async () => {
  const gone = Promise.withResolvers<string>();
  const command = program(`echo "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."; exit 9`);
  await watching({ command, onGone: gone.resolve }, async (watch) => {
    expect(await gone.promise).toMatch(/ended with code 9: NVIDIA-SMI has failed because it couldn't communicate/);
    expect(watch.reason()).toBe(await gone.promise);
  });
});

test('one that dies is started again, and its figures go on', async () => {
  const reasons: string[] = [];
  // The first run is killed after a line, the second stays.
  const command = program(`if [ -e "$0.again" ]; then echo "${FIRST.replace('6144', '12288')}"; exec sleep 60; fi; touch "$0.again"; echo "${FIRST}"; kill -9 $$`);
  await watching({ command, onGone: (reason) => void reasons.push(reason) }, async (watch) => {
    await eventually(() => expect(watch.latest()[0]?.memoryUsedBytes).toBe(12 * GIB));
    expect(reasons).toEqual([`${command} ended by SIGKILL`]);
    expect(watch.reason()).toBeNull();
  });
});

test('close kills it, and it is not started again', async () => {
  const command = program(`echo "${FIRST}"; exec sleep 60`);
  const gone = vi.fn();
  let pid = 0;
  await watching({ command, onGone: gone }, async (watch) => {
    await eventually(() => expect(watch.latest()).toHaveLength(1));
    pid = pidOf(command);
    expect(isAlive(pid)).toBe(true);
  });
  await eventually(() => expect(isAlive(pid)).toBe(false));
  expect(gone).not.toHaveBeenCalled();
  expect(pidOf(command)).toBe(pid);
});

test('it does not keep a process alive that forgets to close it, and ends with it', async () => {
  const command = program(`echo "${FIRST}"; exec sleep 60`);
  const script = path.join(folder, 'forgets.mjs');
  writeFileSync(script, `
    const { openGpuWatch } = await import(${JSON.stringify(new URL('../../../src/engine/telemetry/gpu.ts', import.meta.url).href)});
    const watch = openGpuWatch({ command: ${JSON.stringify(command)} });
    while (watch.latest().length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    console.log('seen');`);
  const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 20_000 });
  expect(stdout.trim()).toBe('seen');
  await eventually(() => expect(isAlive(pidOf(command))).toBe(false));
});
