/** The facts about this machine that decide about devices, read from files; onnxruntime is not loaded here. */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Machine } from './devices.ts';

/** @param backends as the installed onnxruntime-node lists them; `sessions.machine()` asks it */
export function thisMachine(backends: readonly string[]): Machine {
  const { platform, arch } = process;
  const provider = cudaProviderFile();
  return { platform, arch, backends, cudaProviderInstalled: provider !== null && existsSync(provider), gpuDeviceFile: hasGpuDeviceFile() };
}

/** Where onnxruntime-node looks for its CUDA provider, whether it is there or not; null where it has none for this system. */
export function cudaProviderFile(): string | null {
  const { platform, arch } = process;
  if (platform !== 'linux' || arch !== 'x64') return null;
  return path.join(packageFolder(), 'bin', 'napi-v6', platform, arch, 'libonnxruntime_providers_cuda.so');
}

/** Linux: the device file of a GPU's driver (NVIDIA's own, Windows' for its guest, or a render node). */
function hasGpuDeviceFile(): boolean {
  return deviceFiles('/dev').some((name) => name === 'nvidiactl' || name === 'dxg') || deviceFiles('/dev/dri').some((name) => name.startsWith('renderD'));
}

function packageFolder(): string {
  return path.dirname(path.dirname(createRequire(import.meta.url).resolve('onnxruntime-node')));
}

function deviceFiles(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
