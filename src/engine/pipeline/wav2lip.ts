/**
 * Mouths from a Wav2Lip model: mel windows and face crops in, patches out. All takes share one batcher per loaded model: frames of
 * different takes stand side by side in a run, whose turn it is says the fair queue, how many fit the buckets.
 */
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import type { Mouth } from '../../shared/vocabulary.ts';
import type { LoadedModel, Sessions } from '../onnx/sessions.ts';
import { halvesToFloats, type Tensor } from '../onnx/tensor.ts';
import { createBuckets, type Buckets } from '../schedule/buckets.ts';
import { createFairQueue, type SeatLoad } from '../schedule/fairQueue.ts';
import { checkLipFrame, createSlot, type LipFrame, type Slot } from './wav2lipSlot.ts';

export type { LipFrame } from './wav2lipSlot.ts';
export type Patch = Extract<Mouth, { kind: 'patch' }>;

export interface BatcherOptions {
  sessions: Pick<Sessions, 'run'>;
  model: LoadedModel;
  /** Loads the same model anew on the CPU: the last resort where the device has no memory even for the smallest batch. */
  toCpu?: () => Promise<LoadedModel>;
  /** Told what the user should know: a smaller batch, the CPU instead of the GPU. */
  onNotice?: (sentence: string) => void;
  /** Milliseconds; for tests. */
  now?: () => number;
}

export interface PatchesAsked {
  seat: string;
  /** First words of a take: see schedule/fairQueue.ts. */
  urgent?: boolean;
  signal?: AbortSignal | undefined;
  /** Told once, when the last of the frames is done, milliseconds: none of them in the network, and any of them in it. */
  onTimes?: (times: { queueMs: number; inferenceMs: number }) => void;
}

export interface Batcher {
  /** As it runs now: another device after a fall to the CPU. */
  readonly model: LoadedModel;
  /** Batch sizes in use: ascending. */
  readonly batchSizes: readonly number[];
  /**
   * One patch per frame, in order. All frames wait for their turns from the first pull on: give as many as may be known at once, such as a
   * second of video. A cancel, or leaving the loop early, takes out those that wait; what is in a run then is thrown away.
   * @throws canceled, bug where a crop or window has another size, what Sessions.run() throws
   */
  patches(frames: readonly LipFrame[], asked: PatchesAsked): AsyncGenerator<Patch, void, void>;
  /** Frames that wait for a run, in all and for each seat, and frames in runs. */
  waiting(): { frames: number; seats: SeatLoad[]; running: number };
  /** Under memory pressure: no larger batches than this (the smallest there is stays); null: no limit. */
  limitBatch(largest: number | null): void;
  /** Ends what waits with `canceled`, and waits for the runs under way. */
  close(): Promise<void>;
}

/** Runs under way at once: one in the network, one prepared behind it, so that the network never waits for us. */
const DEPTH = 2;

/** Frames by which a seat may be ahead through first words (twice the first run of a take). */
const ADVANCE_FRAMES = 12;

/** The frames of one call of `patches`. */
interface Part {
  askedMs: number;
  inferenceMs: number;
  framesLeft: number;
  onTimes: PatchesAsked['onTimes'];
  isOver: boolean;
  /** Takes out its frames that wait and forgets those in runs. Nothing happens where it is over. */
  end(error: unknown): void;
}

interface PartFrame extends LipFrame {
  part: Part;
  deliver(patch: Patch): void;
}

/** @throws bug where the model is no Wav2Lip model. The opener closes. */
export function openBatcher({ sessions, model, toCpu, onNotice, now = () => performance.now() }: BatcherOptions): Batcher {
  let on = ready(model);
  const { size } = on.binding;
  /** Cost: one per frame. */
  const queue = createFairQueue<PartFrame>({ quantum: 1, advance: ADVANCE_FRAMES });
  /** Frames of runs that found no memory: they go first. */
  let again: PartFrame[] = [];
  const parts = new Set<Part>();
  const runs = new Set<Promise<void>>();
  let runningFrames = 0;
  let lastEndMs = -Infinity;
  let moving: Promise<void> | null = null;
  let limit: number | null = null;
  let closed = false;

  /** Starts as many runs as may be under way. */
  const pump = (): void => {
    again = again.filter(({ part }) => !part.isOver);
    while (!moving && on.free.length > 0) {
      const frames = again.length + queue.items;
      if (frames === 0) return;
      // Behind a run, a poor one waits for more frames: it is looked at again when the network is free.
      if (on.free.length < DEPTH && again.length + queue.urgentItems === 0 && !on.buckets.isWorthwhile(frames)) return;
      const batch = on.buckets.choose(frames, queue.urgentItems);
      const chosen = again.splice(0, batch);
      for (let next; chosen.length < batch && (next = queue.next()); ) chosen.push(next);
      const run: Promise<void> = runBatch(chosen, batch).finally(() => runs.delete(run));
      runs.add(run);
    }
  };

  const runBatch = async (chosen: PartFrame[], batch: number): Promise<void> => {
    const place = on;
    const slot = place.free.pop()!;
    runningFrames += chosen.length;
    const { inputs, places } = slot.fill(chosen, batch);
    const startedMs = now();
    let outputs: Record<string, Tensor> | null = null;
    try {
      outputs = await sessions.run(place.model.id, inputs);
    } catch (error) {
      afterFailure(chosen, batch, error, place);
    }
    const endMs = now();
    const ms = endMs - Math.max(startedMs, lastEndMs); // until then the run before it was in the network
    lastEndMs = endMs;
    if (outputs) place.buckets.ran(batch, ms);
    runningFrames -= chosen.length;
    place.free.push(slot);
    pump(); // first of all: the network must not wait
    if (outputs) deliver(chosen, outputs[place.binding.output.name].data, places, ms, endMs);
  };

  const deliver = (chosen: PartFrame[], data: Tensor['data'], places: number[], ms: number, endMs: number): void => {
    const pixels = data instanceof Float32Array ? data : halvesToFloats(data as Uint16Array);
    const length = 3 * size * size;
    for (const part of new Set(chosen.map((frame) => frame.part))) part.inferenceMs += ms;
    for (const [i, frame] of chosen.entries()) {
      const { part } = frame;
      if (part.isOver) continue;
      frame.deliver({ kind: 'patch', size, patch: pixels.subarray(places[i] * length, (places[i] + 1) * length) });
      part.framesLeft -= 1;
      if (part.framesLeft === 0) part.onTimes?.({ queueMs: Math.max(0, endMs - part.askedMs - part.inferenceMs), inferenceMs: part.inferenceMs });
    }
  };

  /** Out of memory: once more in a smaller batch, then on the CPU. Anything else fails the takes in the run, and only those. */
  const afterFailure = (chosen: PartFrame[], batch: number, error: unknown, place: Place): void => {
    const outOfMemory = error instanceof StudioError && error.code === 'capacity';
    if (outOfMemory && place !== on) again.push(...chosen); // moved to the CPU meanwhile
    else if (outOfMemory && giveUp(batch)) again.push(...chosen);
    else if (outOfMemory && toCpu && place.model.device !== 'cpu') {
      again.push(...chosen);
      moving ??= moveTo(toCpu).finally(() => {
        moving = null;
        pump();
      });
    } else for (const { part } of chosen) part.end(error);
  };
  /** false: there is no smaller batch. */
  const giveUp = (batch: number): boolean => {
    const before = on.buckets.usable.at(-1)!;
    if (on.buckets.outOfMemory(batch) === 'none-smaller') return false;
    const largest = on.buckets.usable.at(-1)!;
    if (largest < before) onNotice?.(`The ${on.model.device} device ran out of memory with ${batch} frames at once: at most ${largest} are processed at once from now on.`);
    return true;
  };
  const moveTo = async (load: () => Promise<LoadedModel>): Promise<void> => {
    const { device } = on.model;
    try {
      on = ready(await load());
      on.buckets.limit(limit);
      onNotice?.(`The ${device} device has too little memory for the model “${model.id}”: it runs on the CPU from now on, which is slower.`);
    } catch (error) {
      for (const { part } of again) part.end(error);
    }
  };

  return {
    get model() {
      return on.model;
    },
    get batchSizes() {
      return on.buckets.usable;
    },
    async *patches(frames, { seat, urgent = false, signal, onTimes }) {
      throwIfCanceled(signal);
      if (closed) throw new StudioError('bug', `Frames came for the model “${model.id}” after its batcher was closed.`);
      for (const frame of frames) checkLipFrame(frame, size);
      const results = frames.map(() => Promise.withResolvers<Patch>());
      for (const { promise } of results) promise.catch(() => undefined); // reported when its turn comes; never as an unhandled rejection
      const part: Part = {
        askedMs: now(), inferenceMs: 0, framesLeft: frames.length, onTimes, isOver: false,
        end(error) {
          if (part.isOver) return;
          part.isOver = true;
          parts.delete(part);
          for (const ticket of tickets) queue.remove(ticket);
          for (const { reject } of results) reject(error);
        },
      };
      const tickets = frames.map((frame, i) => queue.add({ seat, cost: 1, urgent, item: { ...frame, part, deliver: results[i].resolve } }));
      parts.add(part);
      const cancel = (): void => part.end(new StudioError('canceled', 'Canceled.'));
      signal?.addEventListener('abort', cancel, { once: true });
      pump();
      try {
        for (const { promise } of results) {
          const patch = await promise;
          throwIfCanceled(signal);
          yield patch;
        }
      } finally {
        signal?.removeEventListener('abort', cancel);
        cancel();
      }
    },
    waiting: () => ({ frames: again.length + queue.items, seats: queue.seats(), running: runningFrames }),
    limitBatch(largest) {
      limit = largest;
      on.buckets.limit(largest);
    },
    async close() {
      closed = true;
      for (const part of parts) part.end(new StudioError('canceled', 'Canceled.'));
      await moving;
      await Promise.all(runs);
    },
  };
}

/** A model on a device, with the input tensors of runs that are not under way. */
interface Place {
  model: LoadedModel;
  binding: NonNullable<LoadedModel['wav2lip']>;
  buckets: Buckets;
  free: Slot[];
}

function ready(model: LoadedModel): Place {
  const { wav2lip: binding } = model;
  if (!binding) throw new StudioError('bug', `The model “${model.id}” is no Wav2Lip model.`);
  const free = Array.from({ length: DEPTH }, () => createSlot(binding, model.batches.at(-1)!));
  return { model, binding, buckets: createBuckets(model.batches, model.warmup), free };
}
