import { expect, test } from 'vitest';
import { StudioError } from '../../../src/shared/errors.ts';
import { sessionOptions, sessionSettings } from '../../../src/engine/onnx/sessionSettings.ts';
import { chooseDevice, whyNot, type Device, type Machine, type Opened } from '../../../src/engine/onnx/devices.ts';

const linux: Machine = { platform: 'linux', arch: 'x64', backends: ['cpu', 'webgpu', 'cuda'], cudaProviderInstalled: true, gpuDeviceFile: true };

/** Opens pretended devices: their output level and time, or the error they throw. Records what is opened and closed. */
function bench(devices: Partial<Record<Device, { level?: number; ms: number } | Error>>) {
  const opened: Device[] = [], closed: Device[] = [];
  const open = (device: Device): Promise<Opened<Device>> => {
    const behaviour = devices[device] ?? new Error('no such provider');
    if (behaviour instanceof Error) return Promise.reject(behaviour);
    opened.push(device);
    const close = () => Promise.resolve(void closed.push(device));
    return Promise.resolve({ session: device, outputs: [Float32Array.of(0.5, behaviour.level ?? 0.5)], runMs: behaviour.ms, close });
  };
  return { open, opened, closed };
}

test('auto takes the first device that works, is right and is faster, and frees the others', async () => {
  const { open, closed } = bench({ cpu: { ms: 30 }, cuda: { ms: 2, level: 0.507 }, webgpu: { ms: 5 } });
  expect(await chooseDevice('auto', linux, open)).toMatchObject({ device: 'cuda', session: 'cuda', refused: [] });
  expect(closed).toEqual(['cpu']);
});

test('auto keeps the reason of each refusal and ends on the CPU', async () => {
  const { open, opened, closed } = bench({ cpu: { ms: 30 }, cuda: new Error('/onnxruntime_src/a.cc:12 Failed to load shared library\nat somewhere'), webgpu: { ms: 5, level: 0.6 } });
  const choice = await chooseDevice('auto', linux, open);
  expect(choice.device).toBe('cpu');
  expect(choice.refused).toEqual([
    { device: 'cuda', reason: 'Failed to load shared library' },
    { device: 'webgpu', reason: 'its result differs from the CPU\'s by 25.5 of 255 levels' },
  ]);
  expect(opened).toEqual(['cpu', 'webgpu']);
  expect(closed).toEqual(['webgpu']);
});

test.each([
  ['slower', { ms: 30 }, 'not faster'],
  ['a shade too far off', { ms: 1, level: 0.5 + 2.1 / 255 }, 'differs'],
  ['not a number', { ms: 1, level: NaN }, 'differs'],
])('auto refuses a device that is %s', async (_, webgpu, reason) => {
  const { open } = bench({ cpu: { ms: 30 }, cuda: new Error('absent'), webgpu });
  const choice = await chooseDevice('auto', linux, open);
  expect(choice.device).toBe('cpu');
  expect(choice.refused[1].reason).toContain(reason);
});

test('auto opens nothing that cannot work on this machine', async () => {
  const bare = { ...linux, cudaProviderInstalled: false, gpuDeviceFile: false };
  const { open, opened } = bench({ cpu: { ms: 30 }, cuda: { ms: 1 }, webgpu: { ms: 1 } });
  const choice = await chooseDevice('auto', bare, open);
  expect(opened).toEqual(['cpu']);
  expect(choice.refused.map(({ device }) => device)).toEqual(['cuda', 'webgpu']);
  expect(whyNot('webgpu', bare)).toContain('software adapter');
  expect(whyNot('cuda', bare)).toContain('not installed');
  expect(whyNot('cuda', { ...linux, platform: 'win32' })).toContain('Linux');
  expect(whyNot('dml', linux)).toContain('Windows');
  expect(whyNot('coreml', linux)).toContain('macOS');
  expect(whyNot('coreml', { ...linux, platform: 'darwin', arch: 'arm64', backends: ['cpu', 'coreml'] })).toBeNull();
});

test('a named device is used whatever its speed, or says why it cannot be', async () => {
  const slow = bench({ cpu: { ms: 1 }, webgpu: { ms: 900 } });
  expect(await chooseDevice('webgpu', linux, slow.open)).toMatchObject({ device: 'webgpu', refused: [] });
  expect(slow.opened).toEqual(['webgpu']);
  const cpu = bench({ cpu: { ms: 1 }, cuda: { ms: 0.1 } });
  expect(await chooseDevice('cpu', linux, cpu.open)).toMatchObject({ device: 'cpu' });
  expect(cpu.opened).toEqual(['cpu']);
  await expect(chooseDevice('cuda', linux, bench({ cuda: new Error('driver too old') }).open)).rejects.toThrow(/“cuda”.*driver too old/);
  const impossible = chooseDevice('dml', linux, slow.open);
  await expect(impossible).rejects.toBeInstanceOf(StudioError);
  await expect(impossible).rejects.toMatchObject({ code: 'device' });
});

const windows: Machine = { platform: 'win32', arch: 'x64', backends: ['cpu', 'webgpu', 'dml'], cudaProviderInstalled: false, gpuDeviceFile: false };
const mac: Machine = { platform: 'darwin', arch: 'arm64', backends: ['webgpu', 'coreml', 'cpu'], cudaProviderInstalled: false, gpuDeviceFile: false };

test.each([
  ['Linux', linux, [{ name: 'cuda', deviceId: 2 }, { name: 'webgpu', preferredLayout: 'NHWC' }]],
  ['Windows', windows, [{ name: 'dml', deviceId: 2 }, { name: 'webgpu', preferredLayout: 'NHWC' }]],
  ['macOS', mac, [{ name: 'coreml', coreMlFlags: 32 }, { name: 'webgpu', preferredLayout: 'NHWC' }]],
])('auto on %s measures the CPU and then tries its devices in order, each alone and with its own options', async (_, machine, devices) => {
  const settings = sessionSettings.parse({ deviceId: 2, coreMlFlags: 32, webgpu: { preferredLayout: 'NHWC' } });
  const tried: unknown[] = [];
  const { open } = bench({ cpu: { ms: 30 } });
  const choice = await chooseDevice('auto', machine, (device) => {
    tried.push(...sessionOptions(settings, device, 2).executionProviders!);
    return open(device);
  });
  expect(tried).toEqual([{ name: 'cpu' }, ...devices]);
  expect(choice).toMatchObject({ device: 'cpu', refused: devices.map(({ name }) => ({ device: name, reason: 'no such provider' })) });
});
