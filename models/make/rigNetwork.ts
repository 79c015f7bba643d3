/**
 * The rig network and its training step, both as ONNX graphs: a stack of dilated convolutions over mel frames, 8 sigmoids per
 * frame. onnxruntime does the matrix work of training as well; the step (forward, backward, Adam) is ordinary ops.
 *
 * The train graph keeps a batch time-major, [frames × sequences, channels], so that a shift in time is a slice of rows.
 * All parameters live in one flat vector.
 */
import { POSE_SIZE } from '../../src/shared/vocabulary.ts';
import { createGraph, type Graph } from './onnxGraph.ts';
import { seeded } from './rigTexts.ts';

export const MEL_BANDS = 80;
const CHANNELS = 96;
/** Kernel and dilation in mel frames of 12.5 ms. */
const LAYERS = [
  { kernel: 5, dilation: 1 },
  { kernel: 3, dilation: 2 },
  { kernel: 3, dilation: 3 },
  { kernel: 3, dilation: 4 },
  { kernel: 3, dilation: 5 },
] as const;

/** Mel frames before and after the one that an output is about. */
export const CONTEXT = LAYERS.reduce((sum, { kernel, dilation }) => sum + ((kernel - 1) / 2) * dilation, 0);
/** Frames per window of the exported model: as many poses, plus the context on both sides. */
export const WINDOW_POSES = 64;

/** Weight of each parameter's error; contacts are rare and what people see first. */
const LOSS_WEIGHTS = [1.2, 0.7, 0.8, 2.2, 1.6, 0.5, 0.4, 0.6];
const CLIP_NORM = 1;

interface Block {
  name: string;
  dims: [number, number] | [number];
  offset: number;
  size: number;
}

/** Where each weight lies in the flat vector. Weights are [kernel × in, out]. */
function blocks(): Block[] {
  const list: Block[] = [];
  let offset = 0;
  const add = (name: string, dims: [number, number] | [number]) => {
    const size = dims[0] * (dims[1] ?? 1);
    list.push({ name, dims, offset, size });
    offset += size;
  };
  LAYERS.forEach(({ kernel }, layer) => {
    add(`w${layer}`, [kernel * (layer === 0 ? MEL_BANDS : CHANNELS), CHANNELS]);
    add(`b${layer}`, [CHANNELS]);
  });
  add('wo', [CHANNELS, POSE_SIZE]);
  add('bo', [POSE_SIZE]);
  return list;
}

export const PARAMETERS = blocks().reduce((sum, block) => sum + block.size, 0);

/** He initialisation; what follows the first layer starts at half of it, so that the stack starts close to that layer. */
export function initialParameters(seed: number): Float32Array {
  const random = seeded(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const theta = new Float32Array(PARAMETERS);
  for (const { name, dims, offset, size } of blocks()) {
    if (dims.length === 1) continue;
    const scale = Math.sqrt(2 / dims[0]) * (name === 'w0' ? 1 : 0.5);
    for (let i = 0; i < size; i++) theta[offset + i] = scale * normal();
  }
  return theta;
}

/**
 * Inputs: theta, m, v, ema [P]; x [(frames + 2·CONTEXT) × sequences, 80]; y [frames × sequences, 8]; rate [1]; bias1, bias2 [1]
 * (Adam's corrections). Outputs: thetaNext, mNext, vNext, emaNext [P], loss [1].
 */
export function trainGraph(sequences: number, frames: number, mean: Float32Array, deviation: Float32Array): Uint8Array {
  const g = createGraph('rig-train');
  const one = (name: string, value: number) => g.f32(name, [1], [value]);
  const theta = g.input('theta', 'float32', [PARAMETERS]);
  const m = g.input('m', 'float32', [PARAMETERS]);
  const v = g.input('v', 'float32', [PARAMETERS]);
  const ema = g.input('ema', 'float32', [PARAMETERS]);
  const x = g.input('x', 'float32', [(frames + 2 * CONTEXT) * sequences, MEL_BANDS]);
  const y = g.input('y', 'float32', [frames * sequences, POSE_SIZE]);
  const rate = g.input('rate', 'float32', [1]);
  const bias1 = g.input('bias1', 'float32', [1]);
  const bias2 = g.input('bias2', 'float32', [1]);
  const weights = unpack(g, theta);
  const rows = (name: string, from: number, to: number) =>
    g.node('Slice', [name, g.i64('', [1], [from]), g.i64('', [1], [to]), g.i64('', [1], [0])]);
  const pad = (name: string, before: number, after: number) => g.node('Pad', [name, g.i64('', [4], [before, 0, after, 0])]);

  let h = normalised(g, x, mean, deviation, [1, MEL_BANDS]);
  let length = frames + 2 * CONTEXT;
  const kept: { columns: string; active: string; span: number; length: number }[] = [];
  LAYERS.forEach(({ kernel, dilation }, layer) => {
    const span = (kernel - 1) * dilation;
    const out = length - span;
    const taps = Array.from({ length: kernel }, (_, j) => rows(h, j * dilation * sequences, (j * dilation + out) * sequences));
    const columns = g.node('Concat', taps, { axis: 1 });
    const active = g.node('Relu', [g.node('Gemm', [columns, weights.get(`w${layer}`)!, weights.get(`b${layer}`)!])]);
    kept.push({ columns, active, span, length });
    h = layer === 0 ? active : g.node('Add', [active, rows(h, (span / 2) * sequences, (span / 2 + out) * sequences)]);
    length = out;
  });
  const logits = g.node('Gemm', [h, weights.get('wo')!, weights.get('bo')!]);
  const importance = g.f32('importance', [1, POSE_SIZE], LOSS_WEIGHTS);
  const error = g.node('Sub', [g.node('Sigmoid', [logits]), y]);
  // BCE from logits: softplus(z) − y·z.
  const entropy = g.node('Sub', [g.node('Softplus', [logits]), g.node('Mul', [y, logits])]);
  const loss = g.node('ReduceMean', [g.node('Mul', [entropy, importance])], { keepdims: 0 });

  const gradients = new Map<string, string>();
  const sumRows = (name: string) => g.node('ReduceSum', [name, g.i64('', [1], [0])], { keepdims: 0 });
  const scale = one('scale', 1 / (frames * sequences));
  const dLogits = g.node('Mul', [g.node('Mul', [error, importance]), scale]);
  gradients.set('wo', g.node('Gemm', [h, dLogits], { transA: 1 }));
  gradients.set('bo', sumRows(dLogits));
  let dH = g.node('Gemm', [dLogits, weights.get('wo')!], { transB: 1 });
  for (let layer = LAYERS.length - 1; layer >= 0; layer--) {
    const { kernel, dilation } = LAYERS[layer];
    const { columns, active, span } = kept[layer];
    const on = g.node('Cast', [g.node('Greater', [active, one('', 0)])], { to: 1 });
    const dActive = g.node('Mul', [dH, on]);
    gradients.set(`w${layer}`, g.node('Gemm', [columns, dActive], { transA: 1 }));
    gradients.set(`b${layer}`, sumRows(dActive));
    if (layer === 0) break;
    const dColumns = g.node('Gemm', [dActive, weights.get(`w${layer}`)!], { transB: 1 });
    const sizes = g.i64('', [kernel], Array<number>(kernel).fill(CHANNELS));
    const parts = g.nodes('Split', [dColumns, sizes], kernel, { axis: 1 });
    const shifted = parts.map((part, j) => pad(part, j * dilation * sequences, (span - j * dilation) * sequences));
    dH = g.node('Sum', [...shifted, pad(dH, (span / 2) * sequences, (span / 2) * sequences)]);
  }
  const flat = g.node('Concat', blocks().map(({ name, size }) => g.node('Reshape', [gradients.get(name)!, g.i64('', [1], [size])])), { axis: 0 });

  const norm = g.node('ReduceL2', [flat], { keepdims: 0 });
  const shrink = g.node('Min', [one('', 1), g.node('Div', [one('', CLIP_NORM), g.node('Add', [norm, one('', 1e-9)])])]);
  const gradient = g.node('Mul', [flat, shrink]);
  const blend = (old: string, fresh: string, keep: number) =>
    g.node('Add', [g.node('Mul', [old, one('', keep)]), g.node('Mul', [fresh, one('', 1 - keep)])]);
  const mNext = blend(m, gradient, 0.9);
  const vNext = blend(v, g.node('Mul', [gradient, gradient]), 0.999);
  const root = g.node('Add', [g.node('Sqrt', [g.node('Div', [vNext, bias2])]), one('', 1e-8)]);
  const move = g.node('Div', [g.node('Div', [mNext, bias1]), root]);
  const decay = g.node('Mul', [theta, one('', 1e-4)]);
  const thetaNext = g.node('Sub', [theta, g.node('Mul', [g.node('Add', [move, decay]), rate])]);
  const emaNext = blend(ema, thetaNext, 0.998);
  g.output('thetaNext', thetaNext, 'float32', [PARAMETERS]);
  g.output('mNext', mNext, 'float32', [PARAMETERS]);
  g.output('vNext', vNext, 'float32', [PARAMETERS]);
  g.output('emaNext', emaNext, 'float32', [PARAMETERS]);
  g.output('loss', loss, 'float32', []);
  return g.bytes();
}

/**
 * The model as shipped: mel [N, WINDOW_POSES + 2·CONTEXT, 80] as mel.ts gives it → poses [N, WINDOW_POSES, 8]. Weights are stored
 * as half floats and computed with as floats.
 */
export function modelGraph(theta: Float32Array, mean: Float32Array, deviation: Float32Array): Graph {
  const g = createGraph('rig', { metadata: { made_by: 'npm run train:rig', mel_frames_per_second: '80' } });
  const mel = g.input('mel', 'float32', ['N', WINDOW_POSES + 2 * CONTEXT, MEL_BANDS]);
  let h = g.node('Transpose', [normalised(g, mel, mean, deviation, [1, 1, MEL_BANDS])], { perm: [0, 2, 1] });
  const stored = new Map(blocks().map((block) => [block.name, block]));
  const weight = (name: string) => theta.subarray(stored.get(name)!.offset, stored.get(name)!.offset + stored.get(name)!.size);
  const half = (name: string, dims: number[], data: ArrayLike<number>) => g.node('Cast', [g.f16(name, dims, data)], { to: 1 });
  let length = WINDOW_POSES + 2 * CONTEXT;
  LAYERS.forEach(({ kernel, dilation }, layer) => {
    const inputs = layer === 0 ? MEL_BANDS : CHANNELS;
    const span = (kernel - 1) * dilation;
    const w = half(`w${layer}`, [CHANNELS, inputs, kernel], asConvolution(weight(`w${layer}`), kernel, inputs, CHANNELS));
    const b = half(`b${layer}`, [CHANNELS], weight(`b${layer}`));
    const active = g.node('Relu', [g.node('Conv', [h, w, b], { kernel_shape: [kernel], dilations: [dilation] })]);
    length -= span;
    const slice = () => g.node('Slice', [h, g.i64('', [1], [span / 2]), g.i64('', [1], [span / 2 + length]), g.i64('', [1], [2])]);
    h = layer === 0 ? active : g.node('Add', [active, slice()]);
  });
  const wo = half('wo', [POSE_SIZE, CHANNELS, 1], asConvolution(weight('wo'), 1, CHANNELS, POSE_SIZE));
  const bo = half('bo', [POSE_SIZE], weight('bo'));
  const poses = g.node('Sigmoid', [g.node('Conv', [h, wo, bo], { kernel_shape: [1] })]);
  g.output('poses', g.node('Transpose', [poses], { perm: [0, 2, 1] }), 'float32', ['N', WINDOW_POSES, POSE_SIZE]);
  return g;
}

function unpack(g: Graph, theta: string): Map<string, string> {
  const list = blocks();
  const parts = g.nodes('Split', [theta, g.i64('sizes', [list.length], list.map(({ size }) => size))], list.length, { axis: 0 });
  return new Map(list.map(({ name, dims }, i) => [name, g.node('Reshape', [parts[i], g.i64('', [dims.length], dims)])]));
}

function normalised(g: Graph, x: string, mean: Float32Array, deviation: Float32Array, dims: number[]): string {
  const centred = g.node('Sub', [x, g.f32('mean', dims, mean)]);
  return g.node('Mul', [centred, g.f32('gain', dims, deviation.map((value) => 1 / value))]);
}

/** [kernel × in, out] → [out, in, kernel]. */
function asConvolution(weight: Float32Array, kernel: number, inputs: number, outputs: number): Float32Array {
  const out = new Float32Array(weight.length);
  for (let k = 0; k < kernel; k++) {
    for (let i = 0; i < inputs; i++) for (let o = 0; o < outputs; o++) out[(o * inputs + i) * kernel + k] = weight[(k * inputs + i) * outputs + o];
  }
  return out;
}
