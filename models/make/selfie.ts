/**
 * Makes models/selfie.onnx: MediaPipe's selfie segmentation (a person against the rest), converted from the TFLite file inside an
 * npm package, and lists it in models/manifest.json.
 *
 *   node models/make/selfie.ts
 *
 * In:  picture [N,3,256,256] float32, RGB 0..1, the whole picture squeezed to a square.
 * Out: alpha [N,1,256,256] float32, 0 (background) … 1 (person).
 * Weights stay float16 as published, each behind one Cast that the runtime folds away at load; arithmetic is float32.
 */
import { writeFileSync } from 'node:fs';
import { filesOfPackage, sha256 } from './faceSources.ts';
import { addShippedModel, MODELS_FOLDER } from './manifest.ts';
import { createGraph, float, fromHalf } from './onnxGraph.ts';
import { readTflite, type TfliteOp, type TfliteTensor } from './selfieTflite.ts';

const SOURCE = '@mediapipe/selfie_segmentation@0.1.1675465747';
const FILE = 'selfie_segmentation.tflite';
const FILE_SHA256 = '8d13b7fae74af625c641226813616a2117bd6bca19eb3b75574621fc08557f27';
const SIZE = 256;
/** The one operator that is not TensorFlow Lite's own: a transposed convolution that adds a bias. */
const TRANSPOSED = 'Convolution2DTransposeBias';

const bytes = convert(filesOfPackage(SOURCE, { [FILE]: FILE_SHA256 }).get(FILE)!);
writeFileSync(new URL('../selfie.onnx', import.meta.url), bytes);
await addShippedModel({
  id: 'selfie', kind: 'matte', file: 'selfie.onnx', licence: 'Apache-2.0', use: 'default',
  source: `MediaPipe selfie segmentation out of npm ${SOURCE}, converted by models/make/selfie.ts`,
});
process.stdout.write(`${MODELS_FOLDER}selfie.onnx: ${bytes.length} bytes, sha256 ${sha256(bytes)}\n`);

function convert(file: Uint8Array): Uint8Array {
  const { tensors, ops, inputs, outputs } = readTflite(file);
  const g = createGraph('selfie');
  /** TFLite tensor number → ONNX value. */
  const values = new Map<number, string>([[inputs[0], g.input('picture', 'float32', ['N', 3, SIZE, SIZE])]]);
  /** float16 constants, which the file brings to float32 with DEQUANTIZE. */
  const halves = new Map<number, TfliteTensor>();

  const value = (index: number): string => {
    const found = values.get(index);
    if (found === undefined) throw new Error(`Tensor ${tensors[index].name} is read before it is made.`);
    return found;
  };
  const constant = (index: number, order?: number[]): string => {
    const tensor = halves.get(index);
    if (!tensor?.bytes) throw new Error(`Tensor ${tensors[index].name} is not a float16 constant.`);
    const numbers = fromHalf(new Uint16Array(Uint8Array.from(tensor.bytes).buffer));
    const { shape } = tensor;
    const half = order ? g.f16('', order.map((axis) => shape[axis]), transpose(numbers, shape, order)) : g.f16('', shape, numbers);
    return g.node('Cast', [half], { to: 1 });
  };

  for (const op of ops) {
    const [first, second, third] = op.inputs;
    const [, height, width] = tensors[first].shape;
    let output: string;
    switch (op.op) {
      case 'DEQUANTIZE':
        halves.set(op.outputs[0], tensors[first]);
        continue;
      case 'CONV_2D':
      case 'DEPTHWISE_CONV_2D': {
        const depthwise = op.op === 'DEPTHWISE_CONV_2D';
        const kernel = tensors[second].shape;
        const [, kernelHeight, kernelWidth, channels] = kernel;
        checkPlain(op, depthwise ? 4 : 3);
        if (depthwise && op.option(3, 4) !== 1) throw new Error('A depth multiplier is not expected here.');
        const strides = [op.option(2, 4), op.option(1, 4)];
        const y = padding(op, height, kernelHeight, strides[0]);
        const x = padding(op, width, kernelWidth, strides[1]);
        // [O,H,W,I] → [O,I,H,W]; depthwise [1,H,W,C] → [C,1,H,W].
        output = g.node('Conv', [value(first), constant(second, depthwise ? [3, 0, 1, 2] : [0, 3, 1, 2]), constant(third)], {
          kernel_shape: [kernelHeight, kernelWidth], strides, pads: [y.before, x.before, y.after, x.after], group: depthwise ? channels : 1,
        });
        break;
      }
      case TRANSPOSED: {
        // TfLiteTransposeConvParams: padding, stride width, stride height. With a kernel of one stride nothing overlaps.
        const options = new DataView(Uint8Array.from(op.customOptions).buffer);
        const strides = [options.getInt32(8, true), options.getInt32(4, true)];
        const [, kernelHeight, kernelWidth] = tensors[second].shape;
        if (kernelHeight !== strides[0] || kernelWidth !== strides[1]) throw new Error('An overlapping transposed convolution is not expected here.');
        output = g.node('ConvTranspose', [value(first), constant(second, [3, 0, 1, 2]), constant(third)], { kernel_shape: [kernelHeight, kernelWidth], strides });
        break;
      }
      case 'AVERAGE_POOL_2D':
        checkPlain(op, 5);
        if (op.option(3, 4) !== width || op.option(4, 4) !== height) throw new Error('Only averages over the whole map are expected here.');
        output = g.node('GlobalAveragePool', [value(first)]);
        break;
      case 'RESIZE_BILINEAR': {
        if (op.option(2, 1) !== 0 || op.option(3, 1) !== 1) throw new Error('Only half-pixel resizing is expected here.');
        const [, toHeight, toWidth] = tensors[op.outputs[0]].shape;
        const scales = g.f32('', [4], [1, 1, toHeight / height, toWidth / width]);
        output = g.node('Resize', [value(first), '', scales], { mode: 'linear', coordinate_transformation_mode: 'half_pixel' });
        break;
      }
      case 'HARD_SWISH':
        output = g.node('Mul', [value(first), g.node('HardSigmoid', [value(first)], { alpha: float(1 / 6), beta: float(0.5) })]);
        break;
      case 'ADD':
      case 'MUL':
        checkPlain(op, 0);
        output = g.node(op.op === 'ADD' ? 'Add' : 'Mul', [value(first), value(second)]);
        break;
      case 'RELU':
        output = g.node('Relu', [value(first)]);
        break;
      case 'LOGISTIC':
        output = g.node('Sigmoid', [value(first)]);
        break;
      default:
        throw new Error(`${op.op} is not expected in this graph.`);
    }
    values.set(op.outputs[0], output);
  }
  g.output('alpha', value(outputs[0]), 'float32', ['N', 1, SIZE, SIZE]);
  return g.bytes();
}

/** No activation is fused into the ops of this file: each stands alone. */
function checkPlain(op: TfliteOp, activationField: number): void {
  if (op.option(activationField, 1) !== 0) throw new Error(`${op.op} has a fused activation, which is not expected here.`);
}

/** SAME (code 0) pads so that output = ceil(input / stride), the odd pixel at the end; VALID (1) does not pad. */
function padding(op: TfliteOp, size: number, kernel: number, stride: number): { before: number; after: number } {
  if (op.option(0, 1) === 1) return { before: 0, after: 0 };
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size);
  return { before: Math.floor(total / 2), after: total - Math.floor(total / 2) };
}

function transpose(values: Float32Array, shape: number[], order: number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const [a, b, c, d] = order.map((axis) => shape[axis]);
  const [sa, sb, sc, sd] = order.map((axis) => strides[axis]);
  const out = new Float32Array(values.length);
  for (let i = 0, o = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      for (let k = 0; k < c; k++) for (let l = 0; l < d; l++) out[o++] = values[i * sa + j * sb + k * sc + l * sd];
  return out;
}
