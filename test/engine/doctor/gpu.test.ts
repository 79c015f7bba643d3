import { describe, expect, it } from 'vitest';
import { isWell } from '../../../src/engine/doctor/doctor.ts';
import { gpuChecks, isOlder, type GpuFacts } from '../../../src/engine/doctor/gpuChecks.ts';
import { BASIC_FIELDS, CLOCK_FIELDS, parseCards, queryOf, visibleCard, type Card } from '../../../src/engine/doctor/nvidiaSmi.ts';
import { gpu, inState, named, rtx4090, withoutGpu } from './machines.ts';

const check = (change: Partial<GpuFacts>, name: string) => named(gpuChecks({ ...gpu, ...change }), `gpu.${name}`);
const ofCard = (change: Partial<Card>, name: string) => check({ smi: { cards: [{ ...rtx4090, ...change }] } }, name);
const missing = (...names: string[]) => ({ libraries: gpu.libraries.map((each) => (names.includes(each.name) ? { ...each, found: null } : each)) });

describe('without a usable NVIDIA card', () => {
  it('no GPU is no failure', () => {
    expect(gpuChecks(withoutGpu)).toMatchObject([{ id: 'gpu.present', state: 'ok', found: 'No GPU: models run on the CPU' }]);
    expect(gpuChecks({ ...withoutGpu, nvidiaOnBus: null })).toMatchObject([{ state: 'ok' }]);
  });

  it('a card without a driver is wanting', () => {
    const checks = gpuChecks({ ...withoutGpu, nvidiaOnBus: 1 });
    expect(checks).toMatchObject([{ id: 'gpu.driver', state: 'wanting', found: expect.stringContaining('no driver') as string }]);
    expect(isWell(checks)).toBe(false);
  });

  it('a driver whose nvidia-smi fails is wanting, in its words', () => {
    const [only] = gpuChecks({ ...withoutGpu, nvidiaDeviceFile: true, smi: { problem: 'Failed to initialize NVML: Driver/library version mismatch' } });
    expect(only).toMatchObject({ id: 'gpu.driver', state: 'wanting', found: expect.stringContaining('version mismatch') as string });
  });

  it('another maker’s device is tried, and its failure is only advice: the CPU does', () => {
    const device = { ...withoutGpu, renderDevice: true };
    expect(gpuChecks({ ...device, trial: { device: 'webgpu', problem: null } })).toMatchObject([{ id: 'gpu.works', state: 'ok' }]);
    expect(gpuChecks({ ...device, trial: { device: 'webgpu', problem: 'no adapter' } })).toMatchObject([{ state: 'advice', found: expect.stringContaining('no adapter') as string }]);
  });

  it('Windows and macOS: whether a model runs there is all that counts', () => {
    expect(gpuChecks({ ...withoutGpu, platform: 'win32', trial: { device: 'dml', problem: 'no DirectX 12' } })).toMatchObject([{ state: 'advice', advice: expect.stringContaining('Windows') as string }]);
    expect(gpuChecks({ ...withoutGpu, platform: 'darwin', arch: 'arm64', trial: { device: 'coreml', problem: null } })).toMatchObject([{ state: 'ok' }]);
    expect(gpuChecks({ ...withoutGpu, platform: 'win32' })).toMatchObject([{ state: 'unknown' }]);
  });

  it('a card on another processor than x64 is shown, and why it is not used', () => {
    expect(gpuChecks({ ...gpu, arch: 'arm64' })).toMatchObject([{ id: 'gpu.present', state: 'ok', why: expect.stringContaining('x64 only') as string }]);
  });
});

describe('with an NVIDIA card', () => {
  it('has nothing to complain of where all is in order', () => {
    const checks = gpuChecks(gpu);
    expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(checks).toHaveLength(10);
    expect(named(checks, 'gpu.present').found).toBe('GPU 0: NVIDIA GeForce RTX 4090, 25.8 GB');
  });

  it.each([['470.199.02', 'wanting'], ['525.60.12', 'wanting'], ['525.60.13', 'advice'], ['525.78.01', 'advice'], ['525.85', 'ok'], ['525.85.12', 'ok'], ['570.1', 'ok']])('driver %s is %s', (driver, expected) => {
    expect(ofCard({ driver }, 'driver').state).toBe(expected);
  });

  it('compares versions by number', () => {
    expect([isOlder('525.9', '525.85'), isOlder('525.85', '525.85.0'), isOlder('1000.1', '525.85')]).toEqual([true, false, false]);
  });

  it('without the provider: wanting, with the command; the failed trial says nothing more', () => {
    const checks = gpuChecks({ ...gpu, cudaProviderInstalled: false, trial: null });
    expect(inState(checks, 'wanting')).toEqual(['gpu.provider']);
    expect(named(checks, 'gpu.provider').advice).toMatch(/^npm run cuda/);
  });

  it('names each library that is missing and how to get it', () => {
    const none = check(missing('libcudart.so.12', 'libcudnn.so.9'), 'libraries');
    expect(none).toMatchObject({ state: 'wanting', found: 'CUDA 12 and cuDNN 9 libraries: libcudart.so.12, libcudnn.so.9 are not found' });
    expect(none.advice).toContain('sudo apt install cuda-libraries-12-9 libcudnn9-cuda-12');
    expect(check(missing('libcudnn.so.9'), 'libraries').advice).toMatch(/^sudo apt install libcudnn9-cuda-12 /);
    expect(check(missing('libcuda.so.1'), 'libraries').advice).not.toContain('apt install');
  });

  it('a library in a folder that is not searched: the variable to set', () => {
    const lost = gpu.libraries.map((each) => (each.name === 'libcufft.so.11' ? { ...each, found: null, elsewhere: '/usr/local/cuda-12/lib64' } : each));
    expect(check({ libraries: lost }, 'libraries').advice).toBe('export LD_LIBRARY_PATH=/usr/local/cuda-12/lib64   (they lie there)');
    expect(check({ libraries: lost, environment: { LD_LIBRARY_PATH: '/x' } }, 'libraries').advice).toContain('/usr/local/cuda-12/lib64:$LD_LIBRARY_PATH');
  });

  it('a model that does not run on it is wanting where everything seems to be there', () => {
    const trial = { device: 'cuda', problem: 'the process crashed (SIGSEGV)' } as const;
    expect(check({ trial }, 'works')).toMatchObject({ state: 'wanting', found: expect.stringContaining('SIGSEGV') as string });
    expect(inState(gpuChecks({ ...gpu, ...missing('libcudnn.so.9'), trial }), 'wanting')).toEqual(['gpu.libraries']);
  });

  it('CUDA_VISIBLE_DEVICES: hiding all is the user’s choice, a name that fits nothing is a fault', () => {
    const visible = (value: string) => check({ environment: { CUDA_VISIBLE_DEVICES: value } }, 'visible');
    expect(visible('0').state).toBe('ok');
    expect(visible('GPU-AAAA').state).toBe('ok');
    expect([visible('').state, visible('-1').state]).toEqual(['advice', 'advice']);
    expect(visible('3')).toMatchObject({ state: 'wanting', advice: expect.stringContaining('CUDA_VISIBLE_DEVICES=0') as string });
    expect(check({ deviceId: 1 }, 'visible')).toMatchObject({ state: 'wanting', found: expect.stringContaining('sessions.deviceId') as string });
  });

  it('judges the card that is used', () => {
    const cards = [rtx4090, { ...rtx4090, index: 1, uuid: 'GPU-bbbb', persistence: false }];
    const used = (change: Partial<GpuFacts>) => check({ smi: { cards }, ...change }, 'persistence').state;
    expect(used({})).toBe('ok');
    expect(used({ deviceId: 1 })).toBe('advice');
    expect(used({ environment: { CUDA_VISIBLE_DEVICES: '1' } })).toBe('advice');
    expect(visibleCard(cards, '1,9,0', 1)).toBeNull(); // CUDA stops at the first name that fits none
    expect(visibleCard(cards, '1,0', 1)?.index).toBe(0);
  });

  it('persistence, compute mode', () => {
    expect(ofCard({ persistence: false }, 'persistence')).toMatchObject({ state: 'advice', advice: expect.stringContaining('nvidia-smi -i 0 -pm 1') as string });
    expect(ofCard({ persistence: null }, 'persistence').state).toBe('unknown');
    expect(ofCard({ computeMode: 'Prohibited' }, 'compute-mode').state).toBe('wanting');
  });

  it('power: compared with the card’s own limit, not the guide’s', () => {
    expect(ofCard({ powerLimitWatts: 300 }, 'power')).toMatchObject({ state: 'advice', advice: 'sudo nvidia-smi -i 0 -pl 450' });
    const t4 = { powerLimitWatts: 70, powerDefaultWatts: 70, powerMaxWatts: 70 };
    expect(ofCard(t4, 'power')).toMatchObject({ state: 'ok', why: expect.stringContaining('cannot take it') as string });
    expect(ofCard({ powerLimitWatts: 700, powerDefaultWatts: 700, powerMaxWatts: 700 }, 'power').why).not.toContain('cannot take it');
    expect(ofCard({ powerLimitWatts: null }, 'power').state).toBe('unknown');
  });

  it('clocks: warns of the guide’s memory clock where it would throttle, and of clocks set too low', () => {
    expect(ofCard({}, 'clocks')).toMatchObject({ state: 'ok', why: expect.stringContaining('must not be set here: it would hold the memory at 12 %') as string });
    const a100 = { maxMemoryClockMhz: 1215, maxGraphicsClockMhz: 1410, setMemoryClockMhz: 1215, setGraphicsClockMhz: 1095, defaultMemoryClockMhz: 1215, defaultGraphicsClockMhz: 1095 };
    expect(ofCard(a100, 'clocks')).toMatchObject({ state: 'ok', why: expect.not.stringContaining('must not') as string });
    expect(ofCard({ ...a100, setGraphicsClockMhz: 765 }, 'clocks')).toMatchObject({ state: 'advice', advice: expect.stringContaining('-rac') as string, found: expect.stringContaining('graphics 765 MHz instead of 1095') as string });
    expect(ofCard({ setMemoryClockMhz: 1215 }, 'clocks').state).toBe('advice');
    expect(ofCard({ maxMemoryClockMhz: null, maxGraphicsClockMhz: null }, 'clocks').state).toBe('unknown');
  });

  it('memory: too little left is advice, a small card only a note', () => {
    expect(ofCard({ memoryUsedBytes: rtx4090.memoryTotalBytes! - 1e9 }, 'memory')).toMatchObject({ state: 'advice', advice: expect.stringContaining('Close other programs') as string });
    expect(ofCard({ memoryTotalBytes: 1e9, memoryUsedBytes: 0 }, 'memory').advice).toBe('Name the CPU: --device cpu.');
    expect(ofCard({ memoryTotalBytes: 8e9, memoryUsedBytes: null }, 'memory')).toMatchObject({ state: 'ok', why: expect.stringContaining('smaller') as string });
    expect(ofCard({ memoryTotalBytes: null }, 'memory').state).toBe('unknown');
  });

  it('the cache of translated kernels', () => {
    const cache = (environment: GpuFacts['environment']) => check({ environment }, 'kernel-cache');
    expect(cache({})).toMatchObject({ state: 'advice', advice: 'export CUDA_CACHE_MAXSIZE=2147483648' });
    expect(cache({ CUDA_CACHE_MAXSIZE: '1073741824' }).state).toBe('advice');
    expect(cache({ CUDA_CACHE_MAXSIZE: 'lots' }).state).toBe('advice');
    expect(cache({ CUDA_CACHE_MAXSIZE: '2147483648', CUDA_CACHE_DISABLE: '1' }).advice).toBe('unset CUDA_CACHE_DISABLE');
  });
});

describe('nvidia-smi', () => {
  it('is read with what cards do not tell as null', () => {
    const basic = '0, GPU-1, NVIDIA GeForce RTX 4090, 550.54.14, 24564, 1024, Disabled, Default, 450.00, 450.00, 600.00, 10501, 3105\n1, GPU-2, NVIDIA L4, 550.54.14, 23034, [N/A], [N/A], [N/A], [Not Supported], N/A, , 6251, 2040\n';
    const clocks = '1, 6251, 2040, 6251, 2040\n0, [N/A], [N/A], [N/A], [Requested functionality has been deprecated]\n';
    const [first, second] = parseCards(basic, clocks);
    expect(first).toEqual({ ...rtx4090, uuid: 'GPU-1', memoryUsedBytes: 2 ** 30, persistence: false });
    expect(second).toMatchObject({
      index: 1, memoryTotalBytes: 23_034 * 2 ** 20, memoryUsedBytes: null, persistence: null, computeMode: null, powerLimitWatts: null, powerDefaultWatts: null, powerMaxWatts: null, setMemoryClockMhz: 6251, defaultGraphicsClockMhz: 2040,
    });
    expect(parseCards(basic, null)[1].setMemoryClockMhz).toBeNull();
  });

  it('gives no card for anything else than its table', () => {
    expect(parseCards('No devices were found\n', null)).toEqual([]);
    expect(queryOf(CLOCK_FIELDS)[0]).toMatch(/^--query-gpu=index,clocks\.applications\.memory,/);
    expect(BASIC_FIELDS).toHaveLength(13);
  });
});
