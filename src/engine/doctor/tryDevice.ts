/**
 * Runs a model on one device in a process of its own: a driver that crashes takes that process with it, and doctor can tell of it.
 */
import { fork } from 'node:child_process';
import { entryOf } from '../places.ts';
import { throwIfCanceled } from '../../shared/errors.ts';
import type { Device } from '../onnx/devices.ts';
import type { InstalledModel } from '../onnx/manifest.ts';
import type { SessionSettings } from '../onnx/sessionSettings.ts';

/** What the process is asked, in its first argument. */
export interface DeviceTrial {
  model: InstalledModel;
  device: Device;
  settings: SessionSettings;
}
/** A problem is a sentence without its full stop. */
export type DeviceTrialResult = { problem: null; runMs: number } | { problem: string; runMs: null };

/** The first use of a card may translate its kernels. */
const TIMEOUT_MS = 120_000;

/** @param entry the process; replaced in tests. @throws canceled */
export async function tryDevice(trial: DeviceTrial, signal?: AbortSignal, entry = new URL('./tryDeviceEntry.ts', import.meta.url)): Promise<DeviceTrialResult> {
  throwIfCanceled(signal);
  const child = fork(entryOf(entry), [JSON.stringify(trial)], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], signal, timeout: TIMEOUT_MS, killSignal: 'SIGKILL' });
  let answer: DeviceTrialResult | null = null;
  child.on('message', (message) => (answer = message as DeviceTrialResult));
  const ended = await new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, killedBy) => resolve(killedBy === 'SIGKILL' ? `nothing came back within ${TIMEOUT_MS / 1000} s` : `the process crashed (${killedBy ?? `exit code ${code}`})`));
  });
  throwIfCanceled(signal);
  return answer ?? { problem: ended, runMs: null };
}
