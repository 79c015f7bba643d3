/** Inside a session thread: opens a model on a device, binds it, warms it batch size by batch size, and runs it. */
import './noTelemetry.ts';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { env, InferenceSession, listSupportedBackends } from 'onnxruntime-node';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { bindSession, type BoundSession } from './boundSession.ts';
import { chooseDevice, type Device, type DeviceRequest, type Machine, type Opened, type Refusal } from './devices.ts';
import { thisMachine } from './machine.ts';
import { cureOf, type InstalledModel } from './manifest.ts';
import { firstLine, isOutOfMemory, runFailure } from './nativeErrors.ts';
import type { Lane, NativeTurns } from './nativeTurns.ts';
import { sessionOptions, threadsFor, type SessionSettings } from './sessionSettings.ts';
import type { Tensor, TensorInfo } from './tensor.ts';
import type { Wav2LipBinding } from './wav2lipBinding.ts';

/** What is known once a model is open and its first batch warm. */
export interface Opening {
  device: Device;
  /** Devices that `auto` tried or passed over before it took `device`. */
  refused: Refusal[];
  /** CPU threads inside one run. */
  threads: number;
  inputs: TensorInfo[];
  outputs: TensorInfo[];
  /** null for other kinds. */
  wav2lip: (Wav2LipBinding & { size: number }) | null;
  /** Reading and optimising the file. */
  loadMs: number;
  first: { batch: number; ms: number };
  /** Further batch sizes worth measuring on this device, ascending. */
  moreBatches: number[];
  warmUpRuns: number;
}
export interface OpenedModel {
  opening: Opening;
  /** Warms a batch size; milliseconds of a warmed run, and how many runs that took. @throws capacity, device, bug */
  warm: (batch: number) => Promise<{ ms: number; runs: number }>;
  /** @throws capacity (out of memory), device (with `details.restart` where the device is lost), bug */
  run: BoundSession['run'];
  release(): Promise<void>;
}

export interface OpenOptions {
  device: DeviceRequest;
  settings: SessionSettings;
  turns: NativeTurns;
  lane: Lane;
  signal: AbortSignal;
}

/** Batching gains nothing on a CPU, so small ones only. */
const BATCHES: Record<'cpu' | 'gpu', readonly number[]> = { cpu: [1, 2, 4], gpu: [1, 8, 16, 32, 64, 128] };

// Every failure is thrown and translated; onnxruntime's own lines on stderr would only repeat them.
env.logLevel = 'fatal';

/** What decides about devices here, onnxruntime's own list included. */
export function machine(): Machine {
  return thisMachine(listSupportedBackends().map(({ name }) => name));
}

/**
 * @param turns in which every native call is made
 * @param lane of the load; runs are requests
 * @throws missing-asset (no file), invalid-input (damaged, or not of its kind's contract), device (a named device refuses),
 * capacity (no memory for it), canceled
 */
export async function openModel(model: InstalledModel, options: OpenOptions): Promise<OpenedModel> {
  const { device: request, settings, turns, lane, signal } = options;
  const turn = <T>(work: () => Promise<T>): Promise<T> => turns.turn(lane, work);
  if (!existsSync(model.path)) throw new StudioError('missing-asset', `The file of model “${model.id}” is gone: ${model.path}. ${cureOf(model)}`);
  const threads = threadsFor(model.kind, settings, availableParallelism());
  const chosen = await chooseDevice(request, machine(), async (device): Promise<Opened<BoundSession & { loadMs: number }>> => {
    throwIfCanceled(signal);
    const { session, loadMs } = await turn(async () => {
      const started = performance.now();
      return { session: await createSession(model, device, settings, threads), loadMs: performance.now() - started };
    });
    const close = () => turn(() => session.release());
    try {
      const bound = { ...(await bindSession(model, session, turn)), loadMs };
      const batch = bound.wav2lip?.fixedBatch ?? 1;
      await bound.measure(batch); // the first run allocates and compiles
      const { outputs, ms } = await bound.measure(batch);
      return { session: bound, outputs, runMs: ms, close };
    } catch (error) {
      await close();
      throw isOutOfMemory(error) ? runFailure(model.id, device, error) : error;
    }
  });
  const { session: bound, device, refused, runMs } = chosen;
  const first = bound.wav2lip?.fixedBatch ?? 1;
  const isOpen = bound.wav2lip !== null && bound.wav2lip.fixedBatch === null;
  const translated = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw runFailure(model.id, device, error);
    }
  };
  return {
    opening: {
      device, refused, threads, inputs: bound.inputs, outputs: bound.outputs, wav2lip: bound.wav2lip, loadMs: bound.loadMs, first: { batch: first, ms: runMs },
      moreBatches: isOpen ? BATCHES[device === 'cpu' ? 'cpu' : 'gpu'].filter((batch) => batch > first) : [],
      warmUpRuns: bound.measured(),
    },
    warm: (batch) =>
      translated(async () => {
        await bound.measure(batch);
        return { ms: (await bound.measure(batch)).ms, runs: 2 };
      }),
    run: (inputs: Record<string, Tensor> | Tensor[]) => translated(() => turns.turn('request', () => bound.run(inputs))),
    release: () => chosen.close(),
  };
}

async function createSession(model: InstalledModel, device: Device, settings: SessionSettings, threads: number): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(model.path, sessionOptions(settings, device, threads));
  } catch (error) {
    if (device !== 'cpu') throw error; // chooseDevice keeps the reason
    if (isOutOfMemory(error)) throw new StudioError('capacity', `There is no memory for the model “${model.id}”: ${firstLine(error)}. Close other programs.`, { cause: error });
    throw new StudioError('invalid-input', `The model file ${model.path} cannot be loaded: ${firstLine(error)}. It is damaged or no ONNX model; get it again.`, { cause: error });
  }
}
