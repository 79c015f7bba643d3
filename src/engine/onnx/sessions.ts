/**
 * The session room, seen from outside: models by id, loaded once, run in worker threads of their own. There are two, because run()
 * and loading block a thread: one for Wav2Lip, whose runs take long, and one for the small models, so that a face is found and a
 * recording listened to while Wav2Lip runs or loads. Side by side they were ready in 1.75 s where one thread took 2.2 s (full-size
 * Wav2Lip and the shipped models, 2 cores), the small ones after 0.5 s instead of after all.
 */
import './noTelemetry.ts';
import { startThread, type Thread } from '../threads.ts';
import { orCanceled, StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { LONGEST_RUN_MS } from '../schedule/buckets.ts';
import type { DeviceRequest, Machine } from './devices.ts';
import type { Opening } from './loading.ts';
import { cureOf, problemOf, type InstalledModel, type ModelKind } from './manifest.ts';
import type { Lane } from './nativeTurns.ts';
import { DEFAULT_SESSION_SETTINGS, type SessionSettings } from './sessionSettings.ts';
import type { SessionApi } from './sessionThread.ts';
import { sharedTensor, type Tensor } from './tensor.ts';

export type { Tensor } from './tensor.ts';

export interface LoadedModel extends Pick<Opening, 'device' | 'refused' | 'threads' | 'inputs' | 'outputs' | 'wav2lip' | 'loadMs'> {
  id: string;
  kind: ModelKind;
  /** wav2lip: batch sizes worth using, ascending, all warm, never empty. Other kinds take what comes: only the first batch is warm. */
  batches: number[];
  /** One warmed run per batch size measured, those too slow to use included. */
  warmup: { batch: number; ms: number }[];
  /** From the loaded file to all batch sizes warm. */
  warmUpMs: number;
  /**
   * By how much the process grew while the model was loaded and warmed: what others in the process took meanwhile is in it. null where
   * a bigger model was loaded at the same time, and on other devices than the CPU, whose memory is not the process's.
   */
  residentBytes: number | null;
  /** wav2lip: the mel window of frame i is that of frame i + offset. */
  syncOffsetFrames: number;
}

/** Since the room was opened, by model id. A load that failed counts too. */
export interface SessionCounters {
  modelsLoaded: number;
  loads: Record<string, number>;
  warmUpRuns: Record<string, number>;
  /** For requests; those that failed count too. */
  runs: Record<string, number>;
}

export interface LoadOptions {
  /** Gives way to runs of other models. Only the first who asks for the model decides. */
  background?: boolean;
  /** 0..1, at every step still to come. */
  onProgress?: (done: number) => void;
}

export interface Sessions {
  /**
   * Opens, binds and warms a model and compares its file with its checksum; once per model, later calls get the same answer. A
   * canceled caller leaves; the load goes on.
   * @throws invalid-input (damaged or of another shape), missing-asset, device, capacity (no memory), canceled
   */
  load(modelId: string, signal?: AbortSignal, options?: LoadOptions): Promise<LoadedModel>;
  /**
   * One run, the model being loaded first if need be. Tensors on a SharedArrayBuffer are not copied on their way, others
   * once; they must stay unchanged until the run is done. Outputs are fresh and the caller's own.
   * @param inputs by name, or in the model's own order
   * @throws capacity (out of memory), device (`details.restart`: the device is lost to this process), bug, canceled, and as `load`
   */
  run(modelId: string, inputs: Tensor[] | Record<string, Tensor>, signal?: AbortSignal): Promise<Record<string, Tensor>>;
  /**
   * For a model whose device has no memory left even for the smallest batch: opens it on the CPU, then frees it on the device. Later
   * loads and runs get the one on the CPU. Where it is there already, or on its way, nothing more happens.
   */
  fallBackToCpu(modelId: string): Promise<LoadedModel>;
  /** Frees a model's memory; the next load or run loads it again. */
  unload(modelId: string): Promise<void>;
  counters(): SessionCounters;
  /** What decides about devices on this machine, onnxruntime's own list of them included. */
  machine(): Promise<Machine>;
  /** Ends the threads and frees every session. */
  close(): Promise<void>;
}

export interface SessionsOptions {
  models: readonly InstalledModel[];
  /** `auto` unless given. */
  device?: DeviceRequest;
  settings?: SessionSettings;
}

interface Load {
  done: Promise<LoadedModel>;
  bytes: number;
  listeners: Set<(done: number) => void>;
  /** Not settled yet. */
  isUnderWay: boolean;
  /** A bigger model was loaded meanwhile. */
  wasBesideBigger: boolean;
}

/** Nothing is loaded yet; each thread starts when it is first needed. The opener closes. */
export function openSessions({ models, device = 'auto', settings = DEFAULT_SESSION_SETTINGS }: SessionsOptions): Promise<Sessions> {
  const threads = new Map<'wav2lip' | 'small', Thread<SessionApi>>();
  const loads = new Map<string, Load>();
  const falls = new Map<string, Promise<LoadedModel>>();
  const counters: SessionCounters = { modelsLoaded: 0, loads: {}, warmUpRuns: {}, runs: {} };
  const count = (counter: Record<string, number>, id: string, n = 1): void => {
    counter[id] = (counter[id] ?? 0) + n;
  };
  let closed = false;

  const threadOf = (kind: ModelKind): Thread<SessionApi> => {
    if (closed) throw new StudioError('io', 'The session room was closed before the work was done.');
    const name = kind === 'wav2lip' ? 'wav2lip' : 'small';
    const thread = threads.get(name) ?? startThread<SessionApi>(new URL('./sessionThread.ts', import.meta.url));
    threads.set(name, thread);
    return thread;
  };
  const modelOf = (id: string): InstalledModel => {
    const model = models.find((entry) => entry.id === id);
    if (!model) throw new StudioError('bug', `The session room was opened without the model “${id}”.`);
    return model;
  };

  /** The model in its thread, warm at every batch size worth it; on the CPU where the device that `auto` chose fails at one. */
  const opened = async (model: InstalledModel, on: DeviceRequest, lane: Lane, tell: (done: number) => void): Promise<Omit<LoadedModel, 'residentBytes'>> => {
    const { id, kind } = model;
    const thread = threadOf(kind);
    count(counters.loads, id);
    counters.modelsLoaded += 1;
    const startedMs = performance.now();
    const { first, moreBatches, warmUpRuns, ...opening } = await thread.call('open', { model, device: on, settings, lane });
    count(counters.warmUpRuns, id, warmUpRuns);
    const warmup = [first];
    const steps = moreBatches.length + 1;
    for (const batch of moreBatches) {
      if (warmup.at(-1)!.ms > LONGEST_RUN_MS) break; // a bigger batch is slower still
      tell(warmup.length / steps);
      try {
        const { ms, runs } = await thread.call('warm', { id, batch });
        count(counters.warmUpRuns, id, runs);
        warmup.push({ batch, ms });
      } catch (error) {
        if (!(error instanceof StudioError)) throw error;
        if (error.code === 'capacity') break; // the smaller ones fit
        if (on !== 'auto' || error.code !== 'device') throw error;
        const onCpu = await opened(model, 'cpu', lane, tell);
        return { ...onCpu, refused: [...opening.refused, { device: opening.device, reason: error.message }] };
      }
    }
    const quick = warmup.filter(({ ms }) => ms <= LONGEST_RUN_MS);
    return {
      id, kind, ...opening, warmup, batches: (quick.length ? quick : warmup.slice(0, 1)).map(({ batch }) => batch),
      warmUpMs: performance.now() - startedMs - opening.loadMs, syncOffsetFrames: model.syncOffsetFrames ?? 0,
    };
  };

  const startLoad = (model: InstalledModel, lane: Lane): Load => {
    const beside = [...loads.values()].filter(({ isUnderWay }) => isUnderWay);
    const load: Load = {
      bytes: model.bytes, listeners: new Set(), isUnderWay: true, wasBesideBigger: beside.some(({ bytes }) => bytes > model.bytes), done: Promise.resolve(null!),
    };
    for (const other of beside) if (other.bytes < model.bytes) other.wasBesideBigger = true;
    const work = async (): Promise<LoadedModel> => {
      await threadOf(model.kind).call('machine', null); // the thread and its library are up: what follows is the model's own
      const before = process.memoryUsage.rss();
      const checking = problemOf(model);
      checking.catch(() => undefined);
      const opening = opened(model, device, lane, (done) => {
        for (const listener of load.listeners) listener(done);
      });
      const loaded = await opening.catch(async (error: unknown) => {
        if (error instanceof StudioError && error.code === 'invalid-input') await checking.then((problem) => refuseDamaged(model, problem)); // says more
        throw error;
      });
      const grown = process.memoryUsage.rss() - before;
      const problem = await checking;
      if (problem !== null) await threadOf(model.kind).call('release', model.id);
      refuseDamaged(model, problem);
      return { ...loaded, residentBytes: loaded.device === 'cpu' && !load.wasBesideBigger ? Math.max(0, grown) : null };
    };
    load.done = work().finally(() => (load.isUnderWay = false));
    load.done.catch(() => {
      if (loads.get(model.id) === load) loads.delete(model.id); // a failed load may be tried again
    });
    return load;
  };

  const load = async (id: string, signal?: AbortSignal, { background = false, onProgress }: LoadOptions = {}): Promise<LoadedModel> => {
    const model = modelOf(id);
    throwIfCanceled(signal);
    // Without the signal: one who gives up must not end the load for the others who wait for it.
    const found = loads.get(id) ?? startLoad(model, background ? 'background' : 'request');
    loads.set(id, found);
    if (onProgress) found.listeners.add(onProgress);
    return orCanceled(found.done, signal);
  };

  const fall = async (id: string): Promise<LoadedModel> => {
    const model = modelOf(id);
    const { device: left, refused } = await load(id);
    const onCpu = await opened(model, 'cpu', 'request', () => undefined);
    const loaded: LoadedModel = { ...onCpu, refused: [...refused, { device: left, reason: 'it has too little memory for this model' }], residentBytes: null };
    loads.set(id, { done: Promise.resolve(loaded), bytes: model.bytes, listeners: new Set(), isUnderWay: false, wasBesideBigger: false });
    return loaded;
  };

  return Promise.resolve({
    load,
    async run(id, inputs, signal) {
      const { kind } = await load(id, signal);
      const shared = Array.isArray(inputs) ? inputs.map(sharedTensor) : Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, sharedTensor(tensor)]));
      count(counters.runs, id);
      return threadOf(kind).call('run', { id, inputs: shared }, signal);
    },
    async fallBackToCpu(id) {
      const loaded = await load(id);
      if (loaded.device === 'cpu') return loaded;
      const falling = falls.get(id) ?? fall(id).finally(() => falls.delete(id));
      falls.set(id, falling);
      return falling;
    },
    async unload(id) {
      const found = loads.get(id);
      if (!found) return;
      await found.done.catch(() => undefined);
      if (loads.get(id) !== found) return;
      loads.delete(id);
      await threadOf(modelOf(id).kind).call('release', id);
    },
    counters: () => structuredClone(counters),
    machine: () => threadOf('rig').call('machine', null),
    async close() {
      closed = true;
      const end = async (thread: Thread<SessionApi>): Promise<void> => {
        await thread.call('close', null).catch(() => null); // it has failed before
        await thread.terminate();
      };
      await Promise.all([...threads.values()].map(end));
    },
  });
}

function refuseDamaged(model: InstalledModel, problem: string | null): void {
  if (problem !== null) throw new StudioError('invalid-input', `The model file ${model.path} is damaged: ${problem}. ${cureOf(model)}`);
}
