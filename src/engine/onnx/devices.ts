/**
 * Which device a model runs on. onnxruntime-node throws where a provider is missing instead of falling back, so each is
 * opened alone; every refusal keeps its reason, so that nothing falls back to the CPU in silence.
 */
import { StudioError } from '../../shared/errors.ts';
import { DEVICES } from '../../shared/vocabulary.ts';
import { firstLine } from './nativeErrors.ts';

export type DeviceRequest = (typeof DEVICES)[number];
export type Device = Exclude<DeviceRequest, 'auto'>;

export interface Refusal {
  device: Device;
  reason: string;
}

/** What this machine is, as far as it decides about devices. */
export interface Machine {
  platform: NodeJS.Platform;
  arch: string;
  /** Providers that the installed onnxruntime-node has inside or can load. */
  backends: readonly string[];
  cudaProviderInstalled: boolean;
  /** Linux: a GPU's device file is there. Without one, Vulkan answers with a software adapter at best. */
  gpuDeviceFile: boolean;
}

/** Why a device cannot work here at all; null where it is worth opening. Devices of other platforms give a reason too. */
export function whyNot(device: Device, machine: Machine): string | null {
  const { platform, arch } = machine;
  if (device === 'cpu') return null;
  if (device === 'cuda' && !(platform === 'linux' && arch === 'x64')) return 'CUDA is offered on Linux x64 only';
  if (device === 'dml' && platform !== 'win32') return 'DirectML is offered on Windows only';
  if (device === 'coreml' && platform !== 'darwin') return 'CoreML is offered on macOS only';
  if (!machine.backends.includes(device)) return 'the installed onnxruntime-node does not have it';
  if (device === 'cuda' && !machine.cudaProviderInstalled) return 'the CUDA provider is not installed';
  if (platform === 'linux' && !machine.gpuDeviceFile) {
    return device === 'cuda' ? 'this machine has no GPU device file' : 'only a software adapter could answer: this machine has no GPU device file';
  }
  return null;
}

/** A model opened on one device, with the outputs of a warmed run on a fixed input and that run's time. */
export interface Opened<S> {
  session: S;
  outputs: Float32Array[];
  runMs: number;
  close(): Promise<void>;
}
export interface Chosen<S> extends Opened<S> {
  device: Device;
  refused: Refusal[];
}

/** Outputs of two devices are the same picture if no 8-bit level differs by more than two. */
const TOLERANCE = 2 / 255;

/**
 * Opens a model on the device asked for, or on the first of `auto`'s order that is not refused, is right and is faster than
 * the CPU.
 * @param open opens the model on one device alone and measures a warmed run; throws where the device does not work
 * @throws device where a named device does not work; what `open` throws for the CPU
 */
export async function chooseDevice<S>(request: DeviceRequest, machine: Machine, open: (device: Device) => Promise<Opened<S>>): Promise<Chosen<S>> {
  if (request === 'cpu') return { ...(await open('cpu')), device: 'cpu', refused: [] };
  if (request !== 'auto') {
    const impossible = whyNot(request, machine);
    if (impossible !== null) throw deviceError(request, impossible);
    try {
      return { ...(await open(request)), device: request, refused: [] };
    } catch (error) {
      throw deviceError(request, firstLine(error), error);
    }
  }
  const refused: Refusal[] = [];
  const cpu = await open('cpu');
  for (const device of DEVICES.filter((name) => name !== 'auto')) {
    // Another platform's device is no refusal worth showing.
    if (device === 'cpu' || !machine.backends.includes(device)) continue;
    const impossible = whyNot(device, machine);
    if (impossible !== null) {
      refused.push({ device, reason: impossible });
      continue;
    }
    let opened: Opened<S>;
    try {
      opened = await open(device);
    } catch (error) {
      refused.push({ device, reason: firstLine(error) });
      continue;
    }
    const reason = worseThanCpu(opened, cpu);
    if (reason === null) {
      await cpu.close();
      return { ...opened, device, refused };
    }
    refused.push({ device, reason });
    await opened.close();
  }
  return { ...cpu, device: 'cpu', refused };
}

function worseThanCpu(opened: Opened<unknown>, cpu: Opened<unknown>): string | null {
  const difference = largestDifference(opened.outputs, cpu.outputs);
  if (!(difference <= TOLERANCE)) return `its result differs from the CPU's by ${(difference * 255).toFixed(1)} of 255 levels`;
  if (opened.runMs >= cpu.runMs) return `it is not faster than the CPU (${opened.runMs.toFixed(1)} ms against ${cpu.runMs.toFixed(1)} ms)`;
  return null;
}

/** Largest |a − b|, relative to the largest value where that is above 1 (landmarks are pixels); NaN and shapes count as ∞. */
function largestDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let largest = a.length === b.length ? 0 : Infinity;
  for (const [index, reference] of b.entries()) {
    const other = a[index];
    if (other?.length !== reference.length) return Infinity;
    const scale = reference.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
    for (let i = 0; i < reference.length; i++) {
      const difference = Math.abs(other[i] - reference[i]) / scale;
      if (!(difference <= largest)) largest = Number.isNaN(difference) ? Infinity : difference;
    }
  }
  return largest;
}

function deviceError(device: Device, reason: string, cause?: unknown): StudioError {
  return new StudioError('device', `The device “${device}” cannot be used: ${reason}. Use --device auto or --device cpu.`, { cause });
}
