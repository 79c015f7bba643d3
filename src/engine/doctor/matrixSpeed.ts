/**
 * The CPU's peak as models can get it: the speed of a large matrix multiplication in the same runtime with the same threads. There is
 * no data sheet for the CPU of a virtual machine.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { throwIfCanceled } from '../../shared/errors.ts';
import type { InstalledModel } from '../onnx/manifest.ts';
import { openSessions } from '../onnx/sessions.ts';
import { DEFAULT_SESSION_SETTINGS, threadsFor } from '../onnx/sessionSettings.ts';
import { elementCount, sharedArray, type Tensor } from '../onnx/tensor.ts';

/** Large enough that arithmetic takes all the time: 2.1 GFLOP over 12 MB. */
const SIDE = 1024;
/** The best run counts: whatever else runs can only slow one down. */
const MEASURE_MS = 800;
const LEAST_RUNS = 5;

export interface MatrixSpeed {
  flopsPerSec: number;
  threads: number;
}

/** @param threads default: as many as a Wav2Lip model gets. Takes about a second. @throws canceled */
export async function measureMatrixSpeed(signal?: AbortSignal, threads = threadsFor('wav2lip', DEFAULT_SESSION_SETTINGS, os.availableParallelism())): Promise<MatrixSpeed> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'sima-matrix-'));
  try {
    const bytes = multiplication(SIDE);
    const model: InstalledModel = {
      id: 'matrix', kind: 'rig', file: 'matrix.onnx', path: path.join(folder, 'matrix.onnx'), origin: 'imported', use: 'optional',
      bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), licence: 'none', source: 'made to measure', tensors: { inputs: [], outputs: [] },
    };
    await writeFile(model.path, bytes);
    const sessions = await openSessions({ models: [model], device: 'cpu', settings: { ...DEFAULT_SESSION_SETTINGS, intraOpThreads: threads } });
    try {
      const inputs = [matrix(), matrix()];
      await sessions.run(model.id, inputs, signal); // loads it
      let bestMs = Infinity;
      const began = performance.now();
      for (let runs = 0; runs < LEAST_RUNS || performance.now() - began < MEASURE_MS; runs++) {
        throwIfCanceled(signal);
        const started = performance.now();
        await sessions.run(model.id, inputs, signal);
        bestMs = Math.min(bestMs, performance.now() - started);
      }
      return { flopsPerSec: (2 * SIDE ** 3) / (bestMs / 1000), threads };
    } finally {
      await sessions.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function matrix(): Tensor {
  const dims = [SIDE, SIDE];
  const data = sharedArray('float32', elementCount(dims));
  for (let i = 0; i < data.length; i++) data[i] = Math.sin(i);
  return { type: 'float32', dims, data };
}

/** An ONNX model of one MatMul of two square matrices, written as protocol buffers: opset 13, IR 8. */
function multiplication(side: number): Buffer {
  const dim = field(1, field(1, side)); // dim { dim_value }
  const tensor = field(1, Buffer.concat([field(1, 1), field(2, Buffer.concat([dim, dim]))])); // tensor_type { elem_type: float, shape }
  const value = (name: string) => Buffer.concat([field(1, name), field(2, tensor)]);
  const node = Buffer.concat([field(1, 'a'), field(1, 'b'), field(2, 'c'), field(4, 'MatMul')]);
  const graph = Buffer.concat([field(1, node), field(2, 'matrix'), field(11, value('a')), field(11, value('b')), field(12, value('c'))]);
  return Buffer.concat([field(1, 8), field(7, graph), field(8, Buffer.concat([field(1, ''), field(2, 13)]))]);
}

/** One field of a message: a whole number, or a text or message with its length before it. */
function field(number: number, value: number | string | Buffer): Buffer {
  if (typeof value === 'number') return Buffer.concat([varint(number << 3), varint(value)]);
  const bytes = Buffer.from(value);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
}
