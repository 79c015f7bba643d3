/** An open session bound to its kind's contract: what a Wav2Lip model calls its tensors, which face size it has, how it is run and measured. */
import { Tensor as OrtTensor, type InferenceSession } from 'onnxruntime-node';
import { StudioError } from '../../shared/errors.ts';
import { MEL_BINS, MEL_WINDOW } from '../../shared/vocabulary.ts';
import type { InstalledModel } from './manifest.ts';
import { firstLine, isOutOfMemory } from './nativeErrors.ts';
import { copyElements, elementCount, halvesToFloats, sharedArray, type Tensor, type TensorInfo, type TensorType } from './tensor.ts';
import { bindWav2Lip, OPEN_SIZES, refusal, type Wav2LipBinding } from './wav2lipBinding.ts';

/** One native call at a time: see nativeTurns.ts. */
export type Turn = <T>(work: () => Promise<T>) => Promise<T>;

/** A session with its kind's contract checked. */
export interface BoundSession {
  inputs: TensorInfo[];
  outputs: TensorInfo[];
  wav2lip: (Wav2LipBinding & { size: number }) | null;
  run: (inputs: Record<string, Tensor> | Tensor[]) => Promise<Record<string, Tensor>>;
  /** Runs a fixed made-up input of that batch size, in a turn of its own. */
  measure: (batch: number) => Promise<{ outputs: Float32Array[]; ms: number }>;
  /** How often `measure` ran. */
  measured: () => number;
}

/** @throws invalid-input where the model does not do what its kind asks */
export async function bindSession(model: InstalledModel, session: InferenceSession, turn: Turn): Promise<BoundSession> {
  const inputs = session.inputMetadata.map(tensorInfo);
  const outputs = session.outputMetadata.map(tensorInfo);
  const binding = model.kind === 'wav2lip' ? bindWav2Lip(model.path, inputs, outputs) : null;
  const fetched = binding ? [binding.output.name] : outputs.map(({ name }) => name);
  const run = runner(session, inputs, fetched);
  let runs = 0;
  const measuredAt = (size: number | null) => async (batch: number) => {
    const feeds = Object.fromEntries(inputs.map((info) => [info.name, madeUp(info, warmupDims(info, batch, binding, size))]));
    return turn(async () => {
      runs += 1;
      const started = performance.now();
      const results = await run(feeds);
      return { ms: performance.now() - started, outputs: Object.values(results).map(floats), results };
    });
  };
  const measured = () => runs;
  if (!binding) return { inputs, outputs, wav2lip: null, run, measure: measuredAt(null), measured };
  const size = binding.size ?? (await findSize(model, binding, measuredAt, inputs, outputs));
  await checkPatch(model, measuredAt(size), { ...binding, size }, inputs, outputs);
  return { inputs, outputs, wav2lip: { ...binding, size }, run, measure: measuredAt(size), measured };
}

type Measured = (batch: number) => Promise<{ ms: number; outputs: Float32Array[]; results: Record<string, Tensor> }>;

/** The model must do what its declared shapes say: a run gives [N,3,S,S]. */
async function checkPatch(model: InstalledModel, measure: Measured, binding: Wav2LipBinding & { size: number }, inputs: TensorInfo[], outputs: TensorInfo[]): Promise<void> {
  const batch = binding.fixedBatch ?? 1;
  let dims: readonly number[];
  try {
    dims = (await measure(batch)).results[binding.output.name].dims;
  } catch (error) {
    if (isOutOfMemory(error)) throw error; // says nothing about the model
    throw new StudioError('invalid-input', `The model file ${model.path} cannot be run with mel [${batch},1,${MEL_BINS},${MEL_WINDOW}] and face [${batch},6,${binding.size},${binding.size}]: ${firstLine(error)}.`, { cause: error });
  }
  if (dims.join() === [batch, 3, binding.size, binding.size].join()) return;
  const found = outputs.map((info) => (info.name === binding.output.name ? { ...info, dims: [...dims] } : info));
  throw new StudioError('invalid-input', refusal(model.path, inputs, found), { details: { inputs, outputs: found } });
}

/** S of a model that leaves it open: the first size at which a run gives a patch of that size. */
async function findSize(model: InstalledModel, binding: Wav2LipBinding, measured: (size: number) => Measured, inputs: TensorInfo[], outputs: TensorInfo[]): Promise<number> {
  for (const size of OPEN_SIZES) {
    const run = await measured(size)(binding.fixedBatch ?? 1).catch((error: unknown) => {
      if (isOutOfMemory(error)) throw error;
      return null;
    });
    if (run?.results[binding.output.name].dims.slice(1).join() === [3, size, size].join()) return size;
  }
  throw new StudioError('invalid-input', refusal(model.path, inputs, outputs), { details: { inputs, outputs } });
}

/** Runs the session; from the second run of the same input shapes on, onnxruntime writes straight into shared memory. */
function runner(session: InferenceSession, infos: readonly TensorInfo[], fetched: readonly string[]): BoundSession['run'] {
  const known = new Map<string, { name: string; type: TensorType; dims: readonly number[] }[]>();
  return async (inputs) => {
    const named = Array.isArray(inputs) ? Object.fromEntries(inputs.map((tensor, index) => [infos[index].name, tensor])) : inputs;
    const feeds = Object.fromEntries(Object.entries(named).map(([name, tensor]) => [name, ortTensor(tensor)]));
    const key = Object.entries(named).map(([name, { dims }]) => `${name}:${dims.join('×')}`).sort().join(' ');
    const shapes = known.get(key);
    if (shapes) {
      const outputs = Object.fromEntries(shapes.map(({ name, type, dims }) => [name, { type, dims, data: sharedArray(type, elementCount(dims)) }]));
      await session.run(feeds, Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, ortTensor(tensor)])));
      return outputs;
    }
    const results = await session.run(feeds, fetched);
    const outputs = Object.fromEntries(fetched.map((name) => [name, sharedOutput(results[name])]));
    known.set(key, Object.entries(outputs).map(([name, { type, dims }]) => ({ name, type, dims })));
    return outputs;
  };
}

function ortTensor({ type, data, dims }: Tensor): OrtTensor {
  return new OrtTensor(type, data, dims);
}

function sharedOutput(result: OrtTensor): Tensor {
  const type = result.type as TensorType;
  const data = sharedArray(type, result.size);
  copyElements(result.data as Tensor['data'], data);
  return { type, dims: [...result.dims], data };
}

function tensorInfo(meta: InferenceSession.ValueMetadata): TensorInfo {
  if (!meta.isTensor) return { name: meta.name, type: 'not a tensor', dims: [] };
  return { name: meta.name, type: meta.type, dims: meta.shape.map((dim) => (typeof dim === 'number' && dim > 0 ? dim : String(dim === -1 ? '' : dim) || '?')) };
}

function warmupDims(info: TensorInfo, batch: number, binding: Wav2LipBinding | null, size: number | null): number[] {
  if (binding && size !== null) return info.name === binding.mel.name ? [batch, 1, MEL_BINS, MEL_WINDOW] : [batch, 6, size, size];
  return info.dims.map((dim, index) => (typeof dim === 'number' ? dim : index === 0 ? batch : 1));
}

/** A fixed pattern of values around 0.5 (whole-number types: zeros), so that devices can be compared. */
function madeUp(info: TensorInfo, dims: number[]): Tensor {
  const type = info.type as TensorType;
  const data = sharedArray(type, elementCount(dims));
  if (data instanceof Float32Array) for (let i = 0; i < data.length; i++) data[i] = 0.5 + 0.4 * Math.sin(i * 0.7);
  if (data instanceof Uint16Array) for (let i = 0; i < data.length; i++) data[i] = 0x3800 + (i % 0x300); // 0.5…0.87
  return { type, dims, data };
}

function floats({ type, data }: Tensor): Float32Array {
  if (data instanceof Float32Array) return data;
  return type === 'float16' ? halvesToFloats(data as Uint16Array) : Float32Array.from(data as Uint8Array);
}
