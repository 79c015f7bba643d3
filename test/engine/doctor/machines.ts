/** Made-up machines: everything in order, to be spoilt by the test. */
import type { Check } from '../../../src/engine/doctor/check.ts';
import { CUDA_LIBRARIES, type GpuFacts } from '../../../src/engine/doctor/gpuChecks.ts';
import type { MachineFacts } from '../../../src/engine/doctor/machineChecks.ts';
import type { Card } from '../../../src/engine/doctor/nvidiaSmi.ts';
import type { StudioFacts } from '../../../src/engine/doctor/studioChecks.ts';
import type { SystemFacts } from '../../../src/engine/doctor/systemChecks.ts';

export const machine: MachineFacts = {
  nodeVersion: 'v24.21.0', platform: 'linux', arch: 'x64', cpuModel: 'A Processor', cores: 16, memoryBytes: 64e9,
  home: { folder: '/data/sima', exists: true, problem: null, freeBytes: 340e9 },
  temporary: { folder: '/tmp', exists: true, problem: null, freeBytes: 340e9 },
};

export const system: SystemFacts = {
  platform: 'linux', container: false, cores: 16, governors: ['performance', 'performance'], scalingDriver: 'acpi-cpufreq', swapBytes: 8e9, swappiness: 10,
  dirtyRatio: 15, receiveBufferMax: 134_217_728, sendBufferMax: 134_217_728, ompThreads: null,
};

export const rtx4090: Card = {
  index: 0, uuid: 'GPU-aaaa-1', name: 'NVIDIA GeForce RTX 4090', driver: '550.54.14', memoryTotalBytes: 24_564 * 2 ** 20, memoryUsedBytes: 500 * 2 ** 20, persistence: true,
  computeMode: 'Default', powerLimitWatts: 450, powerDefaultWatts: 450, powerMaxWatts: 600, maxMemoryClockMhz: 10_501, maxGraphicsClockMhz: 3105,
  setMemoryClockMhz: null, setGraphicsClockMhz: null, defaultMemoryClockMhz: null, defaultGraphicsClockMhz: null,
};

export const gpu: GpuFacts = {
  platform: 'linux', arch: 'x64', deviceId: 0, nvidiaOnBus: 1, nvidiaDeviceFile: true, renderDevice: true, smi: { cards: [rtx4090] }, cudaProviderInstalled: true,
  libraries: CUDA_LIBRARIES.map((name) => ({ name, found: `/usr/lib/${name}`, elsewhere: null })), environment: { CUDA_CACHE_MAXSIZE: '2147483648' }, trial: { device: 'cuda', problem: null },
};

export const withoutGpu: GpuFacts = {
  ...gpu, nvidiaOnBus: 0, nvidiaDeviceFile: false, renderDevice: false, smi: null, cudaProviderInstalled: false, libraries: [], environment: {}, trial: null,
};

export const studio: StudioFacts = {
  settingsProblem: null,
  codecs: { problem: null, nvenc: true },
  models: { verdicts: [{ id: 'rig', path: '/m/rig.onnx', ok: true, problem: null }, { id: 'mine', path: '/h/mine.onnx', ok: true, problem: null }], needed: ['rig'], lipSync: ['mine'] },
  network: { id: 'rig', runMs: 0.6 },
  voices: [{ voice: 'fa', problem: null, durationSec: 0.5 }, { voice: 'en', problem: null, durationSec: 0.4 }],
  avatars: { count: 2, damaged: [] },
};

/** The check of that id; it must be there. */
export function named(checks: readonly Check[], id: string): Check {
  const check = checks.find((each) => each.id === id);
  if (!check) throw new Error(`No check “${id}” among ${checks.map((each) => each.id).join(', ')}`);
  return check;
}

/** Ids of the checks in that state. */
export const inState = (checks: readonly Check[], state: Check['state']): string[] => checks.filter((check) => check.state === state).map(({ id }) => id);
