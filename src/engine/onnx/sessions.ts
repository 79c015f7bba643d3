/** The session room, seen from outside: models by id, loaded once, run in one worker thread of their own. */
import './noTelemetry.ts';
import { startThread } from '../threads.ts';
import { orCanceled, StudioError, throwIfCanceled } from '../../shared/errors.ts';
import type { DeviceRequest } from './devices.ts';
import type { LoadedModel } from './loading.ts';
import type { InstalledModel } from './manifest.ts';
import type { SessionApi } from './sessionThread.ts';
import { sharedTensor, type Tensor } from './tensor.ts';

export type { LoadedModel } from './loading.ts';
export type { Tensor } from './tensor.ts';

export interface Sessions {
  /**
   * Opens, binds and warms a model; once per model, later calls get the same answer. A canceled caller leaves; the load goes on.
   * @throws invalid-input (damaged or of another shape), missing-asset, device, canceled
   */
  load(modelId: string, signal?: AbortSignal): Promise<LoadedModel>;
  /**
   * One run, the model being loaded first if need be. Tensors on a SharedArrayBuffer are not copied on their way, others
   * once; they must stay unchanged until the run is done. Outputs are fresh and the caller's own.
   * @param inputs by name, or in the model's own order
   */
  run(modelId: string, inputs: Tensor[] | Record<string, Tensor>, signal?: AbortSignal): Promise<Record<string, Tensor>>;
  /** Ends the thread and frees every session. */
  close(): Promise<void>;
}

export interface SessionsOptions {
  models: readonly InstalledModel[];
  /** `auto` unless given. */
  device?: DeviceRequest;
  /** CPU threads inside one run; chosen by the model's kind unless given. */
  threads?: number;
}

/** Starts the thread; nothing is loaded yet. The opener closes. */
export function openSessions({ models, device = 'auto', threads }: SessionsOptions): Promise<Sessions> {
  const thread = startThread<SessionApi>(new URL('./sessionThread.ts', import.meta.url));
  const loads = new Map<string, Promise<LoadedModel>>();

  const load = async (id: string, signal?: AbortSignal): Promise<LoadedModel> => {
    const model = models.find((entry) => entry.id === id);
    if (!model) throw new StudioError('bug', `The session room was opened without the model “${id}”.`);
    throwIfCanceled(signal);
    let loading = loads.get(id);
    if (!loading) {
      // Without the signal: one who gives up must not end the load for the others who wait for it.
      const started = thread.call('load', { model, device, threads: threads ?? null });
      loading = started;
      loads.set(id, started);
      started.catch(() => {
        if (loads.get(id) === started) loads.delete(id); // a failed load may be tried again
      });
    }
    return orCanceled(loading, signal);
  };

  return Promise.resolve({
    load,
    async run(id, inputs, signal) {
      await load(id, signal);
      const shared = Array.isArray(inputs) ? inputs.map(sharedTensor) : Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, sharedTensor(tensor)]));
      return thread.call('run', { id, inputs: shared }, signal);
    },
    close: () => thread.terminate(),
  });
}
