import { mkdtempSync, rmSync, writeFileSync, existsSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readableBytes } from '../../../src/engine/doctor/check.ts';
import { machineChecks, type MachineFacts } from '../../../src/engine/doctor/machineChecks.ts';
import { readMachine, readSystem } from '../../../src/engine/doctor/readMachine.ts';
import { systemChecks, type SystemFacts } from '../../../src/engine/doctor/systemChecks.ts';
import { textOf } from '../../../src/shared/phrase.ts';
import { inState, machine, named, system } from './machines.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-doctor-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the machine', () => {
  const state = (change: Partial<MachineFacts>, name: string) => named(machineChecks({ ...machine, ...change }), `machine.${name}`);
  const home = (change: Partial<MachineFacts['home']>) => ({ home: { ...machine.home, ...change } });

  it('has nothing to complain of on a good one', () => {
    expect(inState(machineChecks(machine), 'ok')).toHaveLength(6);
  });

  it.each([['v20.19.0', 'wanting'], ['v22.17.9', 'wanting'], ['v22.18.0', 'ok'], ['v24.0.0', 'ok']])('judges Node %s as %s', (nodeVersion, expected) => {
    expect(state({ nodeVersion }, 'node').state).toBe(expected);
  });

  it('advises on platforms without ready-made libraries, one core, and little memory', () => {
    expect(state({ arch: 'riscv64' }, 'node').state).toBe('advice');
    expect(state({ cores: 1 }, 'processor')).toMatchObject({ state: 'advice', found: '1 processor core (A Processor)' });
    expect(state({ memoryBytes: 3.9e9 }, 'memory').state).toBe('advice');
    expect(state({ memoryBytes: null }, 'memory')).toMatchObject({ state: 'unknown', advice: null });
  });

  it('counts how many minutes of takes fit on the disk', () => {
    expect(state(home({ freeBytes: 340e9 }), 'disk').found).toBe('340 GB free: about 38,000 minutes of takes at 512×512, 10,000 at 1920×1080');
    expect(state(home({ freeBytes: 4.9e9 }), 'disk').state).toBe('advice');
    expect(state(home({ freeBytes: 299e6 }), 'disk').state).toBe('wanting');
    expect(state(home({ freeBytes: null }), 'disk').state).toBe('unknown');
  });

  it('finds unusable folders wanting, and says which', () => {
    expect(state(home({ problem: 'its disk is read-only' }), 'home')).toMatchObject({ state: 'wanting', found: 'The data folder /data/sima cannot be used: its disk is read-only' });
    expect(state({ temporary: { ...machine.temporary, problem: 'no permission to write there' } }, 'temporary').state).toBe('wanting');
    expect(state(home({ exists: false }), 'home').found).toContain('to be made at first use');
  });

  it('reads real folders without making or leaving anything', async () => {
    const missing = path.join(folder, 'not', 'there');
    const found = await readMachine(missing);
    expect(found.home).toMatchObject({ exists: false, problem: null });
    expect(found.home.freeBytes).toBeGreaterThan(0);
    expect(existsSync(missing)).toBe(false);
    expect((await readMachine(folder)).home).toMatchObject({ exists: true, problem: null });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says where a file is in the way of the data folder', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    expect((await readMachine(path.join(file, 'home'))).home.problem).toBe(`${file} is a file`);
    rmSync(file);
  });
});

describe('the system’s settings', () => {
  const state = (change: Partial<SystemFacts>, name: string) => named(systemChecks({ ...system, ...change }), `system.${name}`);

  it('are in order as the guide wants them', () => {
    expect(systemChecks(system).map((check) => check.state)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
  });

  it('are not spoken of on other systems than Linux', () => {
    expect(systemChecks({ ...system, platform: 'win32' })).toEqual([]);
  });

  it('are unknown where the file is missing, never made up', () => {
    const nothing = systemChecks({ ...system, governors: null, swapBytes: null, swappiness: null, dirtyRatio: null, receiveBufferMax: null, sendBufferMax: null });
    expect(inState(nothing, 'unknown')).toEqual(['system.governor', 'system.swappiness', 'system.dirty-ratio', 'system.network']);
  });

  it('governor: advice with the command, but none where “powersave” means something else', () => {
    expect(state({ governors: ['performance', 'ondemand'] }, 'governor')).toMatchObject({ state: 'advice', found: 'CPU governor: performance, ondemand' });
    expect(state({ governors: ['schedutil'] }, 'governor').advice).toMatch(/^echo performance \| sudo tee /);
    expect(state({ governors: ['powersave'], scalingDriver: 'intel_pstate' }, 'governor').state).toBe('ok');
    expect(state({ governors: ['powersave'], scalingDriver: 'acpi-cpufreq' }, 'governor').state).toBe('advice');
  });

  it('swappiness: advice only where there is swap space', () => {
    expect(state({ swappiness: 60 }, 'swappiness')).toMatchObject({ state: 'advice', advice: "sudo sysctl -w vm.swappiness=10   (to keep it: printf 'vm.swappiness=10\\n' | sudo tee -a /etc/sysctl.d/90-sima.conf)" });
    expect(state({ swappiness: 60, swapBytes: null }, 'swappiness').state).toBe('advice');
    expect(state({ swappiness: 60, swapBytes: 0 }, 'swappiness')).toMatchObject({ state: 'ok', why: expect.stringContaining('guide') as string });
  });

  it('dirty_ratio: 0 means that bytes count, not that none may wait', () => {
    expect(state({ dirtyRatio: 20 }, 'dirty-ratio').state).toBe('advice');
    expect(state({ dirtyRatio: 0 }, 'dirty-ratio')).toMatchObject({ state: 'ok', found: expect.stringContaining('dirty_bytes') as string });
  });

  it('network buffers: says that they do not matter on the loopback', () => {
    const check = state({ sendBufferMax: 212_992 }, 'network');
    expect(check).toMatchObject({ state: 'advice', found: 'net.core buffers: receive 134 MB, send 213 kB' });
    expect(check.why).toContain('loopback');
  });

  it('in a container the commands are the host’s', () => {
    expect(state({ container: true, dirtyRatio: 20 }, 'dirty-ratio').advice).toContain('on the host of this container');
  });

  it('OpenMP’s threads: nothing to set, and why', () => {
    expect(state({ ompThreads: '16', cores: 2 }, 'omp-threads')).toMatchObject({ state: 'ok', found: 'OMP_NUM_THREADS 16', why: expect.stringContaining('2 cores') as string });
  });

  it.runIf(process.platform === 'linux')('reads this machine’s own', () => {
    const found = readSystem();
    expect(found.swappiness).toBeGreaterThanOrEqual(0);
    expect(found.swapBytes).toBeGreaterThanOrEqual(0);
  });
});

it('writes bytes as people read them', () => {
  expect([299, 213e3, 4.19e6, 134_217_728, 1e9, 83.25e9, 252e9].map((bytes) => textOf(readableBytes(bytes)))).toEqual(['0.3 kB', '213 kB', '4.2 MB', '134 MB', '1 GB', '83.3 GB', '252 GB']);
});
