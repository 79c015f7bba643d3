/** What onnxruntime's failures mean. It throws plain errors, so their words are all there is to go by. */
import { StudioError } from '../../shared/errors.ts';
import type { Device } from './devices.ts';

/**
 * No memory: the words of onnxruntime's arena, of plain allocation, CUDA, cuDNN, cuBLAS, Direct3D (8007000E is E_OUTOFMEMORY)
 * and Vulkan. A buffer above the device's limit counts too, since a smaller batch cures it as well.
 */
const OUT_OF_MEMORY = [
  /out of memory/i,
  /failed to allocate memory/i,
  /memory allocation failed/i,
  /allocation failure/i,
  /\bbad[_ ]alloc/i,
  /smaller than requested bytes/i,
  /not enough memory/i,
  /(CUDNN|CUBLAS)\w*_ALLOC(ATION)?_FAILED/,
  /E_OUTOFMEMORY|8007000E/i,
  /ERROR_OUT_OF_(DEVICE|HOST)_MEMORY/,
  /exceeds the max buffer size|larger than the maximum \w+ buffer binding size/i,
];

/**
 * The device is lost to this process. CUDA: by its documentation these leave the process unable to use CUDA until it is started
 * anew (illegal address, time-out, assert, hardware stack, illegal instruction, misaligned address, address space, program
 * counter, launch failure, uncorrectable ECC error, destroyed context). Direct3D: device removed, hung, reset, driver error.
 */
const DEVICE_LOST = [/CUDA failure (214|700|702|709|710|714|715|716|717|718|719):/, /887A00(05|06|07|20)|DXGI_ERROR_(DEVICE_|DRIVER_)/i, /ERROR_DEVICE_LOST|device (was|is) lost/i];

/** A failed run, translated: `capacity` (out of memory), `device` (with `details.restart` where the process must be started anew) or `bug`. */
export function runFailure(modelId: string, device: Device, error: unknown): StudioError {
  const sentence = `The model “${modelId}” failed on ${device}: ${firstLine(error)}.`;
  const message = textOf(error);
  if (device !== 'cpu' && DEVICE_LOST.some((words) => words.test(message))) {
    return new StudioError('device', `${sentence} The device answers again only after the engine is started anew.`, { cause: error, details: { restart: true } });
  }
  if (isOutOfMemory(error)) return new StudioError('capacity', sentence, { cause: error });
  return new StudioError(device === 'cpu' ? 'bug' : 'device', sentence, { cause: error });
}

export function isOutOfMemory(error: unknown): boolean {
  const message = textOf(error);
  return OUT_OF_MEMORY.some((words) => words.test(message));
}

/** The part of onnxruntime's message that means something to people: no source places, no file name a second time. */
export function firstLine(error: unknown): string {
  return textOf(error)
    .split('\n')[0]
    .replace(/^Load model from .* failed: ?/, '')
    .replace(/^\/onnxruntime_src\/(.*was false\. |.*\) (?=\S)|\S+\s*)/, '')
    .slice(0, 300)
    .replace(/[.\s]+$/, '');
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
