/** The machine and its processes, looked at for real. */
import { spawn, execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { openMachineWatch } from '../../../src/engine/telemetry/machine.ts';

test('memory, CPU load, and the memory of this process and of a busy one; what is gone or unknown is null', async () => {
  const busy = spawn(process.execPath, ['-e', 'const held = Buffer.alloc(300 * 2 ** 20, 1); console.log("busy"); for (;;) held[0] += 1;'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(busy.stdout, 'data');
  const pids = [process.pid, busy.pid!];
  const machine = openMachineWatch(() => pids);
  try {
    expect(machine.latest()).toEqual({ cpuLoad: null, memoryUsedBytes: null, memoryTotalBytes: null });
    await machine.look();
    const { cpuLoad, memoryUsedBytes, memoryTotalBytes } = machine.latest();
    expect(memoryTotalBytes! / os.totalmem()).toBeCloseTo(1, 1);
    expect(memoryUsedBytes).toBeGreaterThan(300 * 2 ** 20);
    expect(memoryUsedBytes).toBeLessThan(memoryTotalBytes!);
    if (cpuLoad !== null) expect(cpuLoad).toBeLessThanOrEqual(1);

    const asked = [{ name: 'busy', pid: busy.pid! }, { name: 'host', pid: process.pid }, { name: 'nobody', pid: 2 ** 22 + 1 }];
    const [first, host, nobody] = machine.processes(asked);
    expect(first).toMatchObject({ name: 'busy', pid: busy.pid, cpuLoad: null }); // a share needs two looks
    expect(first.rssBytes! / 2 ** 20).toBeGreaterThan(300);
    expect(first.rssBytes! / 2 ** 20).toBeLessThan(500);
    expect(host.rssBytes! / process.memoryUsage.rss()).toBeGreaterThan(0.5);
    expect(host.rssBytes! / process.memoryUsage.rss()).toBeLessThan(2);
    expect(nobody).toEqual({ name: 'nobody', pid: 2 ** 22 + 1, cpuLoad: null, rssBytes: null });

    // One core of all is busy, as far as others do not want it too. Shares are known from the second look on.
    await vi.waitFor(
      async () => {
        await machine.look();
        expect(machine.processes(asked)[0].cpuLoad! * os.availableParallelism()).toBeGreaterThan(0.2);
        expect(machine.latest().cpuLoad! * os.availableParallelism()).toBeGreaterThan(0.2);
      },
      { timeout: 20_000, interval: 500 },
    );
    expect(machine.processes(asked)[0].cpuLoad! * os.availableParallelism()).toBeLessThan(1.5); // one thread; when exactly it was looked at is known only so well on a busy machine
    busy.kill('SIGKILL');
    await once(busy, 'exit');
    await machine.look();
    expect(machine.processes(asked)[0]).toMatchObject({ cpuLoad: null, rssBytes: null });
  } finally {
    busy.kill('SIGKILL');
    await machine.close();
  }
});

test('a look under way is shared, and one that the close cuts short leaves the machine unknown', async () => {
  const machine = openMachineWatch(() => [process.pid]);
  const look = machine.look();
  expect(machine.look()).toBe(look);
  await machine.close();
  await look;
  expect(machine.latest()).toEqual({ cpuLoad: null, memoryUsedBytes: null, memoryTotalBytes: null });
});

test('it does not keep a process alive that forgets to close it', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-machine-'));
  const script = path.join(folder, 'forgets.mjs');
  writeFileSync(script, `
    const { openMachineWatch } = await import(${JSON.stringify(new URL('../../../src/engine/telemetry/machine.ts', import.meta.url).href)});
    const machine = openMachineWatch(() => [process.pid]);
    await machine.look();
    console.log(machine.latest().memoryTotalBytes > 0);`);
  const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 20_000 });
  rmSync(folder, { recursive: true });
  expect(stdout.trim()).toBe('true');
});
