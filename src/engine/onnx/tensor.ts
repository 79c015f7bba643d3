/** Tensors as they cross threads. */
export type TensorType = 'float32' | 'float16' | 'int64' | 'int32' | 'uint8' | 'bool';

export interface Tensor {
  type: TensorType;
  dims: readonly number[];
  /**
   * Row-major elements; float16 as its bits in a Uint16Array, bool as bytes. On a SharedArrayBuffer nothing is copied on
   * the way to the network; else once.
   */
  data: Float32Array | Uint16Array | BigInt64Array | Int32Array | Uint8Array;
}

/** What a model says about an input or output; a text is a size that the model leaves open. */
export interface TensorInfo {
  name: string;
  type: string;
  dims: (number | string)[];
}

/** E.g. `mel float32 [N,1,80,16]`. */
export function describeTensor(info: TensorInfo): string {
  return `${info.name} ${info.type} [${info.dims.join(',')}]`;
}

export function elementCount(dims: readonly number[]): number {
  return dims.reduce((count, dim) => count * dim, 1);
}

/** A zeroed array for `count` elements that threads share. */
export function sharedArray(type: TensorType, count: number): Tensor['data'] {
  switch (type) {
    case 'float32': return new Float32Array(new SharedArrayBuffer(count * 4));
    case 'float16': return new Uint16Array(new SharedArrayBuffer(count * 2));
    case 'int64': return new BigInt64Array(new SharedArrayBuffer(count * 8));
    case 'int32': return new Int32Array(new SharedArrayBuffer(count * 4));
    case 'uint8': case 'bool': return new Uint8Array(new SharedArrayBuffer(count));
  }
}

/** The tensor itself where threads can share its elements, else a copy on shared memory: the only copy on its way. */
export function sharedTensor(tensor: Tensor): Tensor {
  if (tensor.data.buffer instanceof SharedArrayBuffer) return tensor;
  const data = sharedArray(tensor.type, tensor.data.length);
  copyElements(tensor.data, data);
  return { ...tensor, data };
}

/** Copies all bytes; both arrays have the same type and length. */
export function copyElements(from: Tensor['data'], to: Tensor['data']): void {
  new Uint8Array(to.buffer, to.byteOffset, to.byteLength).set(new Uint8Array(from.buffer, from.byteOffset, from.byteLength));
}

/** Value of each of the 65,536 half floats. */
let halfValues: Float32Array | null = null;

/** Half-float bits to numbers. */
export function halvesToFloats(bits: Uint16Array, floats = new Float32Array(bits.length)): Float32Array {
  halfValues ??= Float32Array.from({ length: 1 << 16 }, (_, half) => {
    const exponent = (half >> 10) & 31, fraction = half & 1023, sign = half & 0x8000 ? -1 : 1;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
  });
  for (let i = 0; i < bits.length; i++) floats[i] = halfValues[bits[i]];
  return floats;
}

/**
 * Numbers to half-float bits, to nearest even. Own arithmetic, because Float16Array must be hidden from onnxruntime (see
 * sessionThread.ts) and is missing from Node 22.
 */
export function floatsToHalves(floats: Float32Array, halves: Uint16Array): void {
  const words = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  for (let i = 0; i < words.length; i++) {
    const sign = (words[i] >>> 16) & 0x8000, magnitude = words[i] & 0x7fffffff;
    if (magnitude >= 0x477ff000) halves[i] = sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
    else if (magnitude >= 0x38800000) halves[i] = sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
    else {
      // Subnormal: whole units of 2^-24, to nearest even.
      const units = Math.abs(floats[i]) * 2 ** 24, floor = Math.floor(units), rest = units - floor;
      halves[i] = sign | (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor);
    }
  }
}
