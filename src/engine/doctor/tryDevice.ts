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

/** A process that tries a device, as its host starts it. */
export interface TrialProcess {
  onMessage(listener: (message: unknown) => void): void;
  /** How it ended, or could not be started. Called once. */
  onEnd(listener: (how: { code: number | null; killedBy: string | null } | Error) => void): void;
  kill(): void;
}
/** @param file started with the one argument */
export type StartTrial = (file: string, argument: string) => TrialProcess;
export type TryDevice = (trial: DeviceTrial, signal?: AbortSignal) => Promise<DeviceTrialResult>;

const forkTrial: StartTrial = (file, argument) => {
  const child = fork(file, [argument], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  return {
    onMessage: (listener) => void child.on('message', listener),
    onEnd: (listener) => {
      child.once('error', listener);
      child.once('close', (code, killedBy) => listener({ code, killedBy }));
    },
    kill: () => void child.kill('SIGKILL'),
  };
};

/** @param entry the process; replaced in tests. @param start how a host starts processes. @throws canceled */
export async function tryDevice(trial: DeviceTrial, signal?: AbortSignal, entry = new URL('./tryDeviceEntry.ts', import.meta.url), start: StartTrial = forkTrial): Promise<DeviceTrialResult> {
  throwIfCanceled(signal);
  const child = start(entryOf(entry), JSON.stringify(trial));
  const kill = () => child.kill();
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    kill();
  }, TIMEOUT_MS);
  signal?.addEventListener('abort', kill, { once: true });
  let answer: DeviceTrialResult | null = null;
  child.onMessage((message) => (answer = message as DeviceTrialResult));
  const ended = await new Promise<string>((resolve) => {
    child.onEnd((how) => {
      if (how instanceof Error) resolve(how.message);
      else resolve(isLate ? `nothing came back within ${TIMEOUT_MS / 1000} s` : `the process crashed (${how.killedBy ?? `exit code ${how.code}`})`);
    });
  });
  clearTimeout(late);
  signal?.removeEventListener('abort', kill);
  throwIfCanceled(signal);
  return answer ?? { problem: ended, runMs: null };
}
