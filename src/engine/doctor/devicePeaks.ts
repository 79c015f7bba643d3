/**
 * Peaks of common NVIDIA cards, from their makers' data sheets: dense (no sparsity), at boost clock. `float32` is what a float32 model can
 * get from onnxruntime, which by default multiplies in TF32 on cards that have it (Ampere and later); `float16` sums in float32. Cards of
 * nearly the same name (Laptop, Ti, SUPER, D) are other cards, so names must fit whole.
 */
import type { DevicePeak } from './roofline.ts';

/** [TFLOP/s float32, TFLOP/s float16, GB/s] by the name that nvidia-smi gives, without “NVIDIA” and “GeForce”. */
const PEAKS: Record<string, readonly [float32: number, float16: number, memory: number]> = {
  'RTX 5090': [104.8, 209.5, 1792],
  'RTX 4090': [82.6, 165.2, 1008],
  'RTX 4080': [48.7, 97.5, 716.8],
  'RTX 4070': [29.1, 58.3, 504],
  'RTX 4060': [15.1, 30.2, 272],
  'RTX 3090': [35.6, 71.2, 936],
  'RTX 3080': [29.8, 59.5, 760],
  'RTX 3060': [12.7, 25.5, 360],
  'L40S': [183, 362, 864],
  'L4': [60, 121, 300],
  'A10': [62.5, 125, 600],
  'A100-SXM4-40GB': [156, 312, 1555],
  'A100-SXM4-80GB': [156, 312, 2039],
  'A100 80GB PCIe': [156, 312, 1935],
  'H100 80GB HBM3': [494.7, 989.4, 3352],
  'H100 PCIe': [378, 756, 2039],
  'H200': [494.7, 989.4, 4800],
  'Tesla T4': [8.1, 65, 320],
  'Tesla V100-SXM2-16GB': [15.7, 125, 900],
};

/** @param name as nvidia-smi gives it. An unknown card has no peaks. */
export function nvidiaPeak(name: string, precision: 'float32' | 'float16'): DevicePeak {
  const known = PEAKS[name.replace(/^NVIDIA /, '').replace(/^GeForce /, '')];
  if (!known) return { name, flopsPerSec: null, bytesPerSec: null };
  return { name, flopsPerSec: known[precision === 'float32' ? 0 : 1] * 1e12, bytesPerSec: known[2] * 1e9 };
}
