/**
 * Worker-thread entry that holds inference sessions. run() of onnxruntime-node is a synchronous native call under its
 * promise: it blocks its thread, so no other work may live here.
 */
import { serveThread } from '../threads.ts';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import type { DeviceRequest, Machine } from './devices.ts';
import { machine, openModel, type OpenedModel, type Opening } from './loading.ts';
import type { InstalledModel } from './manifest.ts';
import { createNativeTurns, type Lane } from './nativeTurns.ts';
import type { SessionSettings } from './sessionSettings.ts';
import type { Tensor } from './tensor.ts';

export interface SessionApi {
  calls: {
    /** Replaces what is open under the model's id, once the new one is. */
    open: [{ model: InstalledModel; device: DeviceRequest; settings: SessionSettings; lane: Lane }, Opening];
    warm: [{ id: string; batch: number }, { ms: number; runs: number }];
    /** Tensors on shared memory; unnamed ones in the model's own order. Outputs come on shared memory too. */
    run: [{ id: string; inputs: Record<string, Tensor> | Tensor[] }, Record<string, Tensor>];
    /** Nothing happens where it is not open. */
    release: [string, null];
    machine: [null, Machine];
    /** No native call is under way afterwards, nor ever again: a thread that is ended in one takes the whole process with it. */
    close: [null, null];
  };
  streams: Record<string, never>;
}

// onnxruntime-node 1.30 knows half floats only as Uint16Array, yet its JS half prefers Float16Array where the runtime has
// one and then fails (“not enough space: expected …, got 0”). It looks at its first tensor; so hide it in this thread.
Reflect.deleteProperty(globalThis, 'Float16Array');

const open = new Map<string, OpenedModel>();
const turns = createNativeTurns();

function opened(id: string): OpenedModel {
  const model = open.get(id);
  if (!model) throw new StudioError('bug', `The model “${id}” was run before it was loaded.`);
  return model;
}

serveThread<SessionApi>({
  calls: {
    async open({ model, ...options }, signal) {
      const now = await openModel(model, { ...options, turns, signal });
      const before = open.get(model.id);
      open.set(model.id, now);
      await before?.release();
      return now.opening;
    },
    warm: async ({ id, batch }) => opened(id).warm(batch),
    async run({ id, inputs }, signal) {
      const model = opened(id);
      throwIfCanceled(signal);
      return model.run(inputs);
    },
    async release(id) {
      const model = open.get(id);
      open.delete(id);
      await model?.release();
      return null;
    },
    machine: () => Promise.resolve(machine()),
    async close() {
      await turns.close();
      return null;
    },
  },
  streams: {},
});
