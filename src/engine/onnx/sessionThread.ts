/**
 * Worker-thread entry that holds the inference sessions. run() of onnxruntime-node is a synchronous native call under its
 * promise: it blocks its thread, so no other work may live here.
 */
import { serveThread } from '../threads.ts';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { openModel, type LoadedModel, type OpenedModel } from './loading.ts';
import type { DeviceRequest } from './devices.ts';
import type { InstalledModel } from './manifest.ts';
import type { Tensor } from './tensor.ts';

export interface SessionApi {
  calls: {
    load: [{ model: InstalledModel; device: DeviceRequest; threads: number | null }, LoadedModel];
    /** Tensors on shared memory; unnamed ones in the model's own order. Outputs come on shared memory too. */
    run: [{ id: string; inputs: Record<string, Tensor> | Tensor[] }, Record<string, Tensor>];
  };
  streams: Record<string, never>;
}

// onnxruntime-node 1.30 knows half floats only as Uint16Array, yet its JS half prefers Float16Array where the runtime has
// one and then fails (“not enough space: expected …, got 0”). It looks at its first tensor; so hide it in this thread.
Reflect.deleteProperty(globalThis, 'Float16Array');

const open = new Map<string, OpenedModel>();

serveThread<SessionApi>({
  calls: {
    async load({ model, device, threads }, signal) {
      const opened = await openModel(model, device, threads, signal);
      await open.get(model.id)?.release();
      open.set(model.id, opened);
      return opened.loaded;
    },
    async run({ id, inputs }, signal) {
      const model = open.get(id);
      if (!model) throw new StudioError('bug', `The model “${id}” was run before it was loaded.`);
      throwIfCanceled(signal);
      return model.run(inputs);
    },
  },
  streams: {},
});
