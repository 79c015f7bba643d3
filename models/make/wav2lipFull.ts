/**
 * The full-size Wav2Lip network with random weights: for timing, memory and the path through the product, where the real
 * weights may not be shipped. Layers as in Rudrabha/Wav2Lip (models/wav2lip.py); each convolution is followed there by a
 * batch normalisation, which is folded into its weights and bias here, as ONNX exporters do.
 *
 *   node models/make/wav2lipFull.ts OUT.onnx [--fp16] [--batch N]
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGraph, type Graph } from './onnxGraph.ts';

export interface FullOptions {
  /** Any batch unless given. */
  batch?: number;
  precision?: 'float32' | 'float16';
  seed?: number;
}

/** [in, out, kernel, stride (both axes, or rows and columns), padding]; a number alone is a residual 3×3 of that width. */
type Layer = readonly [number, number, number, number | readonly [number, number], number] | number;

const FACE_ENCODER: Layer[][] = [
  [[6, 16, 7, 1, 3]],
  [[16, 32, 3, 2, 1], 32, 32],
  [[32, 64, 3, 2, 1], 64, 64, 64],
  [[64, 128, 3, 2, 1], 128, 128],
  [[128, 256, 3, 2, 1], 256, 256],
  [[256, 512, 3, 2, 1], 512],
  [[512, 512, 3, 1, 0], [512, 512, 1, 1, 0]],
];
const AUDIO_ENCODER: Layer[] = [
  [1, 32, 3, 1, 1], 32, 32,
  [32, 64, 3, [3, 1], 1], 64, 64,
  [64, 128, 3, 3, 1], 128, 128,
  [128, 256, 3, [3, 2], 1], 256,
  [256, 512, 3, 1, 0], [512, 512, 1, 1, 0],
];
/** Transposed convolutions [in, out, stride, padding, output padding] with the residuals after them; before each, the first is a plain 1×1. */
const FACE_DECODER: { up: readonly [number, number, number, number, number]; residuals: number }[] = [
  { up: [1024, 512, 1, 0, 0], residuals: 1 },
  { up: [1024, 512, 2, 1, 1], residuals: 2 },
  { up: [768, 384, 2, 1, 1], residuals: 2 },
  { up: [512, 256, 2, 1, 1], residuals: 2 },
  { up: [320, 128, 2, 1, 1], residuals: 2 },
  { up: [160, 64, 2, 1, 1], residuals: 2 },
];

/**
 * What the network counts as parameters in the original: weights and biases of the convolutions, and the two learnt
 * numbers per channel of each batch normalisation.
 */
export const WAV2LIP_PARAMETERS = 36_298_035;

export interface FullGraph {
  graph: Graph;
  /** As in the original, batch normalisations included. */
  originalParameters: number;
  /** As stored here: the normalisations (2 per channel) are folded away. */
  storedParameters: number;
}

/** S = 96. Inputs `mel_spectrogram` `[N,1,80,16]` and `video_frames` `[N,6,96,96]`, output `predicted_frames` `[N,3,96,96]`. */
export function fullWav2Lip(options: FullOptions = {}): FullGraph {
  const { precision = 'float32', seed = 1 } = options;
  const batch = options.batch ?? 'N';
  const random = createRandom(seed);
  const graph = createGraph('wav2lip-random-weights');
  let normalised = 0;

  const tensor = (dims: readonly number[], values: Float32Array) => (precision === 'float16' ? graph.f16('', dims, values) : graph.f32('', dims, values));
  /** Uniform values whose variance keeps the activations' size from layer to layer (He): finite, and none dies out. */
  const weights = (dims: readonly number[], fanIn: number, gain: number) => {
    const bound = gain * Math.sqrt(6 / fanIn), values = new Float32Array(dims.reduce((a, b) => a * b, 1));
    for (let i = 0; i < values.length; i++) values[i] = (2 * random() - 1) * bound;
    return tensor(dims, values);
  };
  const bias = (channels: number) => tensor([channels], Float32Array.from({ length: channels }, () => (2 * random() - 1) * 0.05));

  const layer = (x: string, spec: Layer): string => {
    const residual = typeof spec === 'number';
    const [from, to, kernel, stride, padding] = residual ? [spec, spec, 3, 1, 1] as const : spec;
    const strides = typeof stride === 'number' ? [stride, stride] : stride;
    normalised += to;
    // A residual adds its input to its output: half the variance each, so that the sum keeps its size.
    const y = graph.node('Conv', [x, weights([to, from, kernel, kernel], from * kernel * kernel, residual ? 0.5 : 1), bias(to)], {
      kernel_shape: [kernel, kernel], strides, pads: [padding, padding, padding, padding],
    });
    return graph.node('Relu', [residual ? graph.node('Add', [y, x]) : y]);
  };
  const layers = (x: string, specs: readonly Layer[]) => specs.reduce(layer, x);

  const mel = graph.input('mel_spectrogram', precision, [batch, 1, 80, 16]);
  const face = graph.input('video_frames', precision, [batch, 6, 96, 96]);
  const features: string[] = [];
  for (const block of FACE_ENCODER) features.push(layers(features.at(-1) ?? face, block));
  let x = layer(layers(mel, AUDIO_ENCODER), [512, 512, 1, 1, 0]);
  for (const { up: [from, to, stride, padding, extra], residuals } of FACE_DECODER) {
    x = graph.node('Concat', [x, features.pop()!], { axis: 1 });
    normalised += to;
    // Each output of a stride-2 transposed 3×3 sees a quarter of the kernel.
    x = graph.node('ConvTranspose', [x, weights([from, to, 3, 3], (from * 9) / stride ** 2, 1), bias(to)], {
      kernel_shape: [3, 3], strides: [stride, stride], pads: [padding, padding, padding, padding], output_padding: [extra, extra],
    });
    x = layers(graph.node('Relu', [x]), Array.from({ length: residuals }, () => to));
  }
  x = layer(graph.node('Concat', [x, features.pop()!], { axis: 1 }), [80, 32, 3, 1, 1]);
  const last = graph.node('Conv', [x, weights([3, 32, 1, 1], 32, 0.5), bias(3)], { kernel_shape: [1, 1] });
  graph.output('predicted_frames', graph.node('Sigmoid', [last]), precision, [batch, 3, 96, 96]);
  return { graph, originalParameters: graph.parameterCount() + 2 * normalised, storedParameters: graph.parameterCount() };
}

/** Mulberry32: a small seeded generator of numbers 0..1; 36 million are drawn. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

async function main(): Promise<void> {
  const { positionals: [file], values } = parseArgs({ allowPositionals: true, options: { fp16: { type: 'boolean', default: false }, batch: { type: 'string' } } });
  if (!file) throw new Error('Usage: wav2lipFull.ts OUT.onnx [--fp16] [--batch N]');
  const { graph, originalParameters, storedParameters } = fullWav2Lip({
    precision: values.fp16 ? 'float16' : 'float32',
    ...(values.batch === undefined ? {} : { batch: Number(values.batch) }),
  });
  await graph.save(file);
  console.log(`${file}: ${originalParameters} parameters in the original's count, ${storedParameters} stored (batch normalisation folded).`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
