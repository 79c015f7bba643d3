/**
 * Binds any ONNX of the Wav2Lip contract by rank and shape: mel `[N,1,80,16]` and face `[N,6,S,S]` in either order and under
 * any names, float32 or float16, to `[N,3,S,S]`; N open or fixed.
 */
import { StudioError } from '../../shared/errors.ts';
import { MEL_BINS, MEL_WINDOW } from '../../shared/vocabulary.ts';
import { describeTensor, type TensorInfo } from './tensor.ts';

const MIN_SIZE = 96;
const MAX_SIZE = 384;
/** Face sizes tried, in this order, where the model leaves S open; 96 is the original's. */
export const OPEN_SIZES = [96, 192, 256, 288, 384] as const;

export interface BoundTensor {
  name: string;
  type: 'float32' | 'float16';
}
export interface Wav2LipBinding {
  mel: BoundTensor;
  face: BoundTensor;
  output: BoundTensor;
  /** Side S of the face crop in pixels; null where the model leaves it open. */
  size: number | null;
  /** The one batch size the model takes; null where it takes any. */
  fixedBatch: number | null;
}

/** @throws invalid-input with the tensors found and those expected */
export function bindWav2Lip(file: string, inputs: readonly TensorInfo[], outputs: readonly TensorInfo[]): Wav2LipBinding {
  const refuse = () => new StudioError('invalid-input', refusal(file, inputs, outputs), { details: { inputs, outputs } });
  if (inputs.length !== 2) throw refuse();
  const orders = [[inputs[0], inputs[1]], [inputs[1], inputs[0]]] as const;
  const fitting = orders.filter(([mel, face]) => isMel(mel) && isFace(face));
  // A model that leaves every size open fits in both orders: the one whose sizes say more is meant.
  const [mel, face] = fitting.sort((a, b) => fixedDims(b) - fixedDims(a))[0] ?? [];
  if (!mel || !face) throw refuse();
  const size = fixed(face.dims[2]) ?? fixed(face.dims[3]);
  const output = outputs.find((info) => isPatch(info, size));
  if (!output || (size !== null && (size < MIN_SIZE || size > MAX_SIZE || size % 2 !== 0))) throw refuse();
  const batches = new Set([mel, face].map((info) => fixed(info.dims[0])).filter((batch) => batch !== null));
  if (batches.size > 1) throw refuse();
  return { mel: bound(mel), face: bound(face), output: bound(output), size, fixedBatch: [...batches][0] ?? null };
}

/** The sentence for a model that does not fit. */
export function refusal(file: string, inputs: readonly TensorInfo[], outputs: readonly TensorInfo[]): string {
  const list = (infos: readonly TensorInfo[]) => infos.map(describeTensor).join(' and ') || 'nothing';
  return `The model ${file} does not fit the Wav2Lip contract. Found: ${list(inputs)} → ${list(outputs)}. Expected: mel [N,1,${MEL_BINS},${MEL_WINDOW}] and face [N,6,S,S] → [N,3,S,S], float32 or float16, S even and ${MIN_SIZE}…${MAX_SIZE}, inputs in any order.`;
}

function isMel(info: TensorInfo): boolean {
  return isFloat(info) && fits(info.dims, [1, MEL_BINS, MEL_WINDOW]);
}
function isFace(info: TensorInfo): boolean {
  return isFloat(info) && fits(info.dims, [6, fixed(info.dims[3]), fixed(info.dims[2])]);
}
function isPatch(info: TensorInfo, size: number | null): boolean {
  return isFloat(info) && fits(info.dims, [3, size, size]);
}
function isFloat(info: TensorInfo): boolean {
  return info.type === 'float32' || info.type === 'float16';
}

/** Rank 4, and after the batch every size is open (in the model or in what is expected) or as expected. */
function fits(dims: TensorInfo['dims'], expected: readonly (number | null)[]): boolean {
  return dims.length === 4 && expected.every((size, index) => {
    const own = fixed(dims[index + 1]);
    return own === null || size === null || own === size;
  });
}

function fixed(dim: number | string): number | null {
  return typeof dim === 'number' && dim > 0 ? dim : null;
}
function fixedDims(infos: readonly TensorInfo[]): number {
  return infos.flatMap(({ dims }) => dims.slice(1)).filter((dim) => fixed(dim) !== null).length;
}
function bound(info: TensorInfo): BoundTensor {
  return { name: info.name, type: info.type === 'float16' ? 'float16' : 'float32' };
}
