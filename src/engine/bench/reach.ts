/** Whether the guide's target for inference can be reached on this machine's devices at all: their rooflines for the Wav2Lip network. */
import { nvidiaPeak } from '../doctor/devicePeaks.ts';
import { measureMatrixSpeed } from '../doctor/matrixSpeed.ts';
import { roofline, wav2lipCost, WAV2LIP_96, type Roofline } from '../doctor/roofline.ts';
import type { InstalledModel } from '../onnx/manifest.ts';

/** A Wav2Lip model of the full-size network, as it was warmed. */
export interface MeasuredWav2Lip {
  device: string;
  bytesPerNumber: 2 | 4;
  warmup: readonly { batch: number; ms: number }[];
}

/** Batch sizes judged on a device on which nothing was measured. */
const CPU_BATCHES = [1, 2, 4];
const GPU_BATCHES = [8, 16, 32, 64, 128];

/** @param gpus names as nvidia-smi gives them. Measures the CPU's arithmetic, about a second: nothing else should run. @throws canceled */
export async function reachOf(measured: readonly MeasuredWav2Lip[], gpus: readonly string[], signal: AbortSignal): Promise<Roofline[]> {
  const on = (device: 'cpu' | 'gpu') => measured.find((model) => (model.device === 'cpu') === (device === 'cpu'));
  const judged = (model: MeasuredWav2Lip | undefined, batches: readonly number[]) => ({
    ...wav2lipCost(model?.bytesPerNumber ?? 4),
    batches: model?.warmup ?? batches.map((batch) => ({ batch, ms: null })),
  });
  const { flopsPerSec, threads } = await measureMatrixSpeed(signal);
  const cpu = roofline({ device: { name: `CPU, ${threads} threads`, flopsPerSec, bytesPerSec: null }, ...judged(on('cpu'), CPU_BATCHES) });
  const onGpu = on('gpu');
  const precision = onGpu?.bytesPerNumber === 2 ? 'float16' : 'float32';
  const devices = gpus.map((name) => nvidiaPeak(name, precision));
  if (devices.length === 0 && onGpu) devices.push({ name: onGpu.device, flopsPerSec: null, bytesPerSec: null });
  return [cpu, ...devices.map((device, index) => roofline({ device, ...judged(index === 0 ? onGpu : undefined, GPU_BATCHES) }))];
}

/** null: another network, of which no operations were counted. */
export function bytesPerNumberOf({ bytes, tensors }: Pick<InstalledModel, 'bytes' | 'tensors'>): 2 | 4 | null {
  const face = tensors.inputs.find(({ dims }) => dims.length === 4 && dims[1] === 6);
  if (face?.dims[2] !== 96) return null;
  return ([4, 2] as const).find((each) => Math.abs(bytes / (WAV2LIP_96.weights * each) - 1) < 0.1) ?? null;
}
