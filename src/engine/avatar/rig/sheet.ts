/**
 * The memory that frames are drawn in: a source picture, a target of the same size, and the sampling kernel (kernel.wat) that
 * works on both.
 */
import { i420Bytes, type I420 } from '../../media/i420.ts';
import { KERNEL_BASE64 } from './kernelBytes.ts';
import { CUBIC_WEIGHTS, PHASES } from './sample.ts';

interface Kernel {
  cubicCell(src: number, dst: number, width: number, cols: number, rows: number, x: number, y: number, xr: number, yr: number, sx: number, sy: number, srx: number, sry: number): void;
  linearCells(src: number, dst: number, apart: number, width: number, cols: number, rows: number, x: number, y: number, xr: number, yr: number, sx: number, sy: number, srx: number, sry: number): void;
}

export interface Sheet {
  width: number;
  height: number;
  source: Uint8Array;
  target: Uint8Array;
  /** Views of the planes. The target's clamp and round what is stored. */
  sourceY: Uint8Array;
  sourceU: Uint8Array;
  sourceV: Uint8Array;
  targetY: Uint8ClampedArray;
  targetU: Uint8ClampedArray;
  targetV: Uint8ClampedArray;
  kernel: Kernel;
  /** Where the pictures begin in the kernel's memory. */
  sourceAt: number;
  targetAt: number;
}

const VERTICAL_AT = 2048;
/** After the weights and with room before the first row, which the kernel may look at from its neighbour. */
const PICTURES_AT = 16384;
const PAGE_BYTES = 65536;

let compiled: WebAssembly.Module | null = null;

/** A sheet that shows the picture in source and target. */
export function createSheet(picture: I420): Sheet {
  const { width, height } = picture;
  const bytes = i420Bytes(width, height);
  const targetAt = PICTURES_AT + 16 * Math.ceil((bytes + width) / 16);
  const memory = new WebAssembly.Memory({ initial: Math.ceil((targetAt + bytes + width + 64) / PAGE_BYTES) });
  const { buffer } = memory;
  new Int16Array(buffer, 0, PHASES * 4).set(CUBIC_WEIGHTS);
  const vertical = new Int32Array(buffer, VERTICAL_AT, PHASES * 8);
  for (let i = 0; i < PHASES * 8; i++) vertical[i] = CUBIC_WEIGHTS[(i >> 3) * 4 + ((i & 7) >> 1)];
  compiled ??= new WebAssembly.Module(Buffer.from(KERNEL_BASE64, 'base64'));
  const kernel = new WebAssembly.Instance(compiled, { rig: { memory } }).exports as unknown as Kernel;
  const source = new Uint8Array(buffer, PICTURES_AT, bytes), target = new Uint8Array(buffer, targetAt, bytes);
  source.set(picture.data);
  target.set(picture.data);
  const luma = width * height;
  const clamped = (from: number, length: number) => new Uint8ClampedArray(buffer, targetAt + from, length);
  return {
    width, height, source, target, kernel, sourceAt: PICTURES_AT, targetAt,
    sourceY: source.subarray(0, luma), sourceU: source.subarray(luma, luma * 1.25), sourceV: source.subarray(luma * 1.25),
    targetY: clamped(0, luma), targetU: clamped(luma, luma / 4), targetV: clamped(luma * 1.25, luma / 4),
  };
}
