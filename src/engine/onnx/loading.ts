/** Inside the session thread: opens a model on a device, binds it, warms it at every batch size worth using, and runs it. */
import './noTelemetry.ts';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { env, InferenceSession, listSupportedBackends, Tensor as OrtTensor } from 'onnxruntime-node';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { MEL_BINS, MEL_WINDOW } from '../../shared/vocabulary.ts';
import { chooseDevice, firstLine, type Device, type DeviceRequest, type Machine, type Opened, type Refusal } from './devices.ts';
import type { InstalledModel, ModelKind } from './manifest.ts';
import { copyElements, elementCount, halvesToFloats, sharedArray, type Tensor, type TensorInfo, type TensorType } from './tensor.ts';
import { bindWav2Lip, OPEN_SIZES, refusal, type Wav2LipBinding } from './wav2lipBinding.ts';

export interface LoadedModel {
  id: string;
  kind: ModelKind;
  device: Device;
  /** Devices that `auto` tried or passed over before it took `device`. */
  refused: Refusal[];
  /** CPU threads inside one run. */
  threads: number;
  inputs: TensorInfo[];
  outputs: TensorInfo[];
  /** wav2lip: batch sizes worth using, ascending, all warm, never empty. Other kinds take what comes: only the first batch is warm. */
  batches: number[];
  /** Reading and optimising the file. */
  loadMs: number;
  /** One warmed run per batch size measured, those too slow to use included. */
  warmup: { batch: number; ms: number }[];
  /** null for other kinds. */
  wav2lip: (Wav2LipBinding & { size: number }) | null;
  /** wav2lip: the mel window of frame i is that of frame i + offset. */
  syncOffsetFrames: number;
}
export interface OpenedModel {
  loaded: LoadedModel;
  run: (inputs: Record<string, Tensor> | Tensor[]) => Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

/** A batch size is used only if its measured run is at most this long: live frames wait for the run before theirs. */
const MAX_RUN_MS = 150;
/** Batching gains nothing on a CPU, so small ones only. */
const BATCHES: Record<'cpu' | 'gpu', readonly number[]> = { cpu: [1, 2, 4], gpu: [1, 8, 16, 32, 64, 128] };

// Every failure is thrown and translated; onnxruntime's own lines on stderr would only repeat them.
env.logLevel = 'fatal';

/**
 * @throws missing-asset (no file), invalid-input (damaged, or not of its kind's contract), device (a named device refuses),
 * canceled
 */
export async function openModel(model: InstalledModel, request: DeviceRequest, threadCount: number | null, signal: AbortSignal): Promise<OpenedModel> {
  if (!existsSync(model.path)) throw new StudioError('missing-asset', `The file of model “${model.id}” is gone: ${model.path}.`);
  const threads = threadCount ?? defaultThreads(model.kind);
  const chosen = await chooseDevice(request, thisMachine(), async (device): Promise<Opened<BoundSession & { loadMs: number }>> => {
    throwIfCanceled(signal);
    const started = performance.now();
    const session = await createSession(model, device, threads);
    const loadMs = performance.now() - started;
    const bound = { ...(await bindSession(model, session)), loadMs };
    const batch = bound.wav2lip?.fixedBatch ?? 1;
    await bound.measure(batch); // the first run allocates and compiles
    const { outputs, ms } = await bound.measure(batch);
    return { session: bound, outputs, runMs: ms, close: () => session.release() };
  });
  const bound = chosen.session;
  const first = bound.wav2lip?.fixedBatch ?? 1;
  const warmup = [{ batch: first, ms: chosen.runMs }];
  const open = bound.wav2lip !== null && bound.wav2lip.fixedBatch === null;
  for (const batch of open ? BATCHES[chosen.device === 'cpu' ? 'cpu' : 'gpu'] : []) {
    throwIfCanceled(signal);
    if (batch <= first) continue;
    if (warmup.at(-1)!.ms > MAX_RUN_MS) break; // a bigger batch is slower still
    await bound.measure(batch);
    warmup.push({ batch, ms: (await bound.measure(batch)).ms });
  }
  const quick = warmup.filter(({ ms }) => ms <= MAX_RUN_MS);
  const loaded: LoadedModel = {
    id: model.id, kind: model.kind, device: chosen.device, refused: chosen.refused, threads, inputs: bound.inputs, outputs: bound.outputs,
    batches: (quick.length ? quick : warmup.slice(0, 1)).map(({ batch }) => batch),
    loadMs: bound.loadMs, warmup, wav2lip: bound.wav2lip, syncOffsetFrames: model.syncOffsetFrames ?? 0,
  };
  const run = async (inputs: Record<string, Tensor> | Tensor[]) => {
    try {
      return await bound.run(inputs);
    } catch (error) {
      const reason = firstLine(error);
      const code = /alloc|out of memory/i.test(reason) ? 'capacity' : chosen.device === 'cpu' ? 'bug' : 'device';
      throw new StudioError(code, `The model “${model.id}” failed on ${chosen.device}: ${reason}.`, { cause: error });
    }
  };
  return { loaded, run, release: () => chosen.close() };
}

interface BoundSession {
  inputs: TensorInfo[];
  outputs: TensorInfo[];
  wav2lip: (Wav2LipBinding & { size: number }) | null;
  run: (inputs: Record<string, Tensor> | Tensor[]) => Promise<Record<string, Tensor>>;
  /** Runs a fixed made-up input of that batch size. */
  measure: (batch: number) => Promise<{ outputs: Float32Array[]; ms: number }>;
}

/** Big networks share a run among the cores; the small ones take a fraction of a millisecond, less than waking threads. */
function defaultThreads(kind: ModelKind): number {
  return kind === 'wav2lip' ? Math.min(8, availableParallelism()) : 1;
}

async function createSession(model: InstalledModel, device: Device, threads: number): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(model.path, {
      executionProviders: [device],
      graphOptimizationLevel: 'all',
      executionMode: 'sequential',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Threads that spin while they wait take the cores from compositing and encoding.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
  } catch (error) {
    if (device !== 'cpu') throw error; // chooseDevice keeps the reason
    throw new StudioError('invalid-input', `The model file ${model.path} cannot be loaded: ${firstLine(error)}. It is damaged or no ONNX model; get it again.`, { cause: error });
  }
}

async function bindSession(model: InstalledModel, session: InferenceSession): Promise<BoundSession> {
  const inputs = session.inputMetadata.map(tensorInfo);
  const outputs = session.outputMetadata.map(tensorInfo);
  const binding = model.kind === 'wav2lip' ? bindWav2Lip(model.path, inputs, outputs) : null;
  const fetched = binding ? [binding.output.name] : outputs.map(({ name }) => name);
  const run = runner(session, inputs, fetched);
  const measured = (size: number | null) => async (batch: number) => {
    const feeds = Object.fromEntries(inputs.map((info) => [info.name, madeUp(info, warmupDims(info, batch, binding, size))]));
    const started = performance.now();
    const results = await run(feeds);
    return { ms: performance.now() - started, outputs: Object.values(results).map(floats), results };
  };
  if (!binding) return { inputs, outputs, wav2lip: null, run, measure: measured(null) };
  const size = binding.size ?? (await findSize(model, binding, measured, inputs, outputs));
  await checkPatch(model, measured(size), { ...binding, size }, inputs, outputs);
  return { inputs, outputs, wav2lip: { ...binding, size }, run, measure: measured(size) };
}

type Measured = (batch: number) => Promise<{ ms: number; outputs: Float32Array[]; results: Record<string, Tensor> }>;

/** The model must do what its declared shapes say: a run gives [N,3,S,S]. */
async function checkPatch(model: InstalledModel, measure: Measured, binding: Wav2LipBinding & { size: number }, inputs: TensorInfo[], outputs: TensorInfo[]): Promise<void> {
  const batch = binding.fixedBatch ?? 1;
  let dims: readonly number[];
  try {
    dims = (await measure(batch)).results[binding.output.name].dims;
  } catch (error) {
    throw new StudioError('invalid-input', `The model file ${model.path} cannot be run with mel [${batch},1,${MEL_BINS},${MEL_WINDOW}] and face [${batch},6,${binding.size},${binding.size}]: ${firstLine(error)}.`, { cause: error });
  }
  if (dims.join() === [batch, 3, binding.size, binding.size].join()) return;
  const found = outputs.map((info) => (info.name === binding.output.name ? { ...info, dims: [...dims] } : info));
  throw new StudioError('invalid-input', refusal(model.path, inputs, found), { details: { inputs, outputs: found } });
}

/** S of a model that leaves it open: the first size at which a run gives a patch of that size. */
async function findSize(model: InstalledModel, binding: Wav2LipBinding, measured: (size: number) => Measured, inputs: TensorInfo[], outputs: TensorInfo[]): Promise<number> {
  for (const size of OPEN_SIZES) {
    const run = await measured(size)(binding.fixedBatch ?? 1).catch(() => null);
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

function thisMachine(): Machine {
  const { platform, arch } = process;
  const library = platform === 'linux' ? path.join(packageFolder(), 'bin', 'napi-v6', platform, arch, 'libonnxruntime_providers_cuda.so') : null;
  return {
    platform, arch,
    backends: listSupportedBackends().map(({ name }) => name),
    cudaProviderInstalled: library !== null && existsSync(library),
    gpuDeviceFile: deviceFiles('/dev').some((name) => name === 'nvidiactl' || name === 'dxg') || deviceFiles('/dev/dri').some((name) => name.startsWith('renderD')),
  };
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
