/**
 * Writing and reading ONNX graphs in a few lines per op:
 *
 *   const g = createGraph('relu-of-conv');
 *   const x = g.input('x', 'float32', ['N', 3, 96, 96]);
 *   const w = g.f32('w', [16, 3, 3, 3], weights);
 *   const c = g.node('Conv', [x, w], { pads: [1, 1, 1, 1], kernel_shape: [3, 3] });
 *   g.output('y', g.node('Elu', [c], { alpha: float(1) }), 'float32', ['N', 16, 96, 96]);
 *   await g.save('model.onnx');
 *
 * Values are names (strings); '' is a left-out optional input. Opset 17 and IR 8 by default: every execution provider of
 * onnxruntime 1.30 knows them. In opset 17 ReduceSum, Squeeze and Unsqueeze take their axes as an input, ReduceMean and
 * ReduceMax as an attribute; Split takes its sizes as an input.
 */
import { readFile, writeFile } from 'node:fs/promises';
import onnxProto from 'onnx-proto';
import type { onnx } from 'onnx-proto';

const proto = onnxProto.onnx;

/** Element types of graph inputs and outputs. */
export const ELEMENT_TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10, float64: 11 } as const;
export type ElementType = keyof typeof ELEMENT_TYPES;

/** A number is a fixed size, a string a symbolic one. */
export type Dims = readonly (number | string)[];

/** A FLOAT or FLOATS attribute; plain numbers are INT, because ONNX keeps the two apart. */
export interface FloatAttribute {
  float: number | readonly number[];
}
export const float = (value: number | readonly number[]): FloatAttribute => ({ float: value });

export interface TensorValue {
  type: ElementType;
  dims: number[];
  /** Little-endian elements as stored; see tensorNumbers() for their values. */
  bytes: Uint8Array;
}
/** number → INT (must be whole), number[] → INTS, float(x) → FLOAT, float([…]) → FLOATS, text → STRING, tensor → TENSOR. */
export type Attribute = number | readonly number[] | string | FloatAttribute | TensorValue;

export interface Graph {
  input(name: string, type: ElementType, dims: Dims): string;
  /** Names an existing value as graph output. */
  output(name: string, value: string, type: ElementType, dims: Dims): string;
  f32(name: string, dims: readonly number[], data: ArrayLike<number>): string;
  /** Half floats, rounded to nearest even from the numbers given. */
  f16(name: string, dims: readonly number[], data: ArrayLike<number>): string;
  i64(name: string, dims: readonly number[], data: ArrayLike<number>): string;
  /** Any element type; the name is made up when it is ''. */
  initializer(name: string, tensor: TensorValue): string;
  /** Adds a node with one output and gives its name (made up unless `name` is given). */
  node(op: string, inputs: readonly string[], attributes?: Record<string, Attribute>, name?: string): string;
  /** Adds a node with several outputs and gives their names; a number makes that many. */
  nodes(op: string, inputs: readonly string[], outputs: number | readonly string[], attributes?: Record<string, Attribute>): string[];
  /** How many numbers the float initialisers hold: the parameter count. */
  parameterCount(): number;
  bytes(): Uint8Array;
  save(file: string): Promise<void>;
}

export interface GraphOptions {
  opset?: number;
  irVersion?: number;
  /** Key → value pairs of the model's metadata. */
  metadata?: Record<string, string>;
}

/** An empty graph to add to. */
export function createGraph(graphName: string, options: GraphOptions = {}): Graph {
  const { opset = 17, irVersion = 8, metadata = {} } = options;
  const inputs: onnx.IValueInfoProto[] = [];
  const outputs: onnx.IValueInfoProto[] = [];
  const initializers: onnx.ITensorProto[] = [];
  const nodes: (onnx.INodeProto & { input: string[]; output: string[] })[] = [];
  const names = new Set<string>();
  const renamed = new Map<string, string>(); // old name → the name output() gave it, so that callers may go on with either
  let parameters = 0;

  /** The name itself, or a new one after `stem`; a name may be made once only. */
  const claim = (name: string, stem: string): string => {
    let own = name;
    if (own === '') for (let n = names.size; own === '' || names.has(own); n++) own = `${stem}_${n}`;
    if (names.has(own)) throw new Error(`The graph “${graphName}” has two values named “${own}”.`);
    names.add(own);
    return own;
  };
  const addTensor = (name: string, tensor: TensorValue): string => {
    const own = claim(name, 'const');
    checkSize(own, tensor);
    initializers.push({ name: own, dims: [...tensor.dims], dataType: ELEMENT_TYPES[tensor.type], rawData: tensor.bytes });
    if (tensor.type.startsWith('float')) parameters += product(tensor.dims);
    return own;
  };
  const addNode = (op: string, inputNames: readonly string[], to: string[], attributes: Record<string, Attribute>): void => {
    const from = inputNames.map((name) => renamed.get(name) ?? name);
    for (const name of from) if (name !== '' && !names.has(name)) throw new Error(`${op} in “${graphName}” reads “${name}”, which nothing has made yet.`);
    nodes.push({
      opType: op,
      name: `${op}_${nodes.length}`,
      input: from,
      output: to,
      attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
    });
  };
  const bytes = (): Uint8Array =>
    proto.ModelProto.encode({
      irVersion,
      opsetImport: [{ domain: '', version: opset }],
      producerName: 'sima-studio',
      graph: { name: graphName, input: inputs, output: outputs, initializer: initializers, node: nodes },
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    }).finish();

  return {
    input(name, type, dims) {
      inputs.push(valueInfo(claim(name, 'input'), type, dims));
      return name;
    },
    output(name, value, type, dims) {
      const producer = nodes.find((node) => node.output.includes(value));
      const taken = outputs.some((output) => output.name === value);
      if (name !== value && producer && !taken) {
        renamed.set(value, claim(name, name));
        producer.output = producer.output.map((output) => (output === value ? name : output));
        for (const node of nodes) node.input = node.input.map((input) => (input === value ? name : input));
      } else if (name !== value) addNode('Identity', [value], [claim(name, name)], {});
      outputs.push(valueInfo(name, type, dims));
      return name;
    },
    f32: (name, dims, data) => addTensor(name, { type: 'float32', dims: [...dims], bytes: bytesOf(data instanceof Float32Array ? data : Float32Array.from(data)) }),
    f16: (name, dims, data) => addTensor(name, { type: 'float16', dims: [...dims], bytes: bytesOf(toHalf(data)) }),
    i64: (name, dims, data) => addTensor(name, { type: 'int64', dims: [...dims], bytes: bytesOf(BigInt64Array.from(Array.from(data), BigInt)) }),
    initializer: addTensor,
    node(op, from, attributes = {}, name = '') {
      const to = claim(name, op);
      addNode(op, from, [to], attributes);
      return to;
    },
    nodes(op, from, to, attributes = {}) {
      const own = (typeof to === 'number' ? Array.from({ length: to }, () => '') : to).map((name) => claim(name, op));
      addNode(op, from, own, attributes);
      return own;
    },
    parameterCount: () => parameters,
    bytes,
    save: (file) => writeFile(file, bytes()),
  };
}

export interface ValueInfo {
  name: string;
  type: ElementType | null;
  dims: (number | string)[];
}
export interface ParsedNode {
  name: string;
  op: string;
  inputs: string[];
  outputs: string[];
  attributes: Record<string, Attribute>;
}
export interface ParsedModel {
  opset: number;
  irVersion: number;
  /** Without the initialisers, which old models list among their inputs. */
  inputs: ValueInfo[];
  outputs: ValueInfo[];
  initializers: Map<string, TensorValue>;
  nodes: ParsedNode[];
  metadata: Record<string, string>;
}

/** Reads an ONNX file (or its bytes) into plain data. Throws where it is no ONNX model. */
export async function loadModel(source: string | Uint8Array): Promise<ParsedModel> {
  const model = proto.ModelProto.decode(typeof source === 'string' ? await readFile(source) : source);
  const { graph } = model;
  if (!graph) throw new Error('This file holds no ONNX graph.');
  const initializers = new Map((graph.initializer ?? []).map((tensor) => [tensor.name ?? '', tensorValue(tensor)]));
  return {
    opset: Number(model.opsetImport.find((entry) => (entry.domain ?? '') === '')?.version ?? 0),
    irVersion: Number(model.irVersion),
    inputs: (graph.input ?? []).map(parseValueInfo).filter((info) => !initializers.has(info.name)),
    outputs: (graph.output ?? []).map(parseValueInfo),
    initializers,
    nodes: (graph.node ?? []).map((node) => ({
      name: node.name ?? '',
      op: node.opType ?? '',
      inputs: [...(node.input ?? [])],
      outputs: [...(node.output ?? [])],
      attributes: Object.fromEntries((node.attribute ?? []).map((attribute) => [attribute.name ?? '', parseAttribute(attribute)])),
    })),
    metadata: Object.fromEntries(model.metadataProps.map(({ key, value }) => [key ?? '', value ?? ''])),
  };
}

/** A parsed model as a graph that can be added to and saved again. */
export function reopenGraph(model: ParsedModel, graphName: string): Graph {
  const graph = createGraph(graphName, { opset: model.opset, irVersion: model.irVersion, metadata: model.metadata });
  for (const { name, type, dims } of model.inputs) graph.input(name, type ?? 'float32', dims);
  for (const [name, tensor] of model.initializers) graph.initializer(name, tensor);
  for (const { op, inputs, outputs, attributes } of model.nodes) graph.nodes(op, inputs, outputs, attributes);
  for (const { name, type, dims } of model.outputs) graph.output(name, name, type ?? 'float32', dims);
  return graph;
}

/** The tensor's elements as numbers. */
export function tensorNumbers(tensor: TensorValue): Float32Array | Float64Array {
  const { type, bytes } = tensor;
  const { buffer } = new Uint8Array(bytes); // a copy: bytes may lie anywhere in a bigger buffer
  switch (type) {
    case 'float32': return new Float32Array(buffer);
    case 'float64': return new Float64Array(buffer);
    case 'float16': return fromHalf(new Uint16Array(buffer));
    case 'int64': return Float64Array.from(new BigInt64Array(buffer), Number);
    case 'int32': return Float64Array.from(new Int32Array(buffer));
    case 'int8': return Float64Array.from(new Int8Array(buffer));
    case 'uint8': case 'bool': return Float64Array.from(new Uint8Array(buffer));
  }
}

/** A float32 tensor for initializer() or a TENSOR attribute. */
export function f32Tensor(dims: readonly number[], data: ArrayLike<number>): TensorValue {
  return { type: 'float32', dims: [...dims], bytes: bytesOf(data instanceof Float32Array ? data : Float32Array.from(data)) };
}
/** An int64 tensor for initializer() or a TENSOR attribute. */
export function i64Tensor(dims: readonly number[], data: ArrayLike<number>): TensorValue {
  return { type: 'int64', dims: [...dims], bytes: bytesOf(BigInt64Array.from(Array.from(data), BigInt)) };
}

/** Numbers to IEEE half-float bits, to nearest even. */
export function toHalf(data: ArrayLike<number>): Uint16Array {
  const view = new DataView(new ArrayBuffer(4));
  return Uint16Array.from({ length: data.length }, (_, index) => {
    view.setFloat32(0, data[index]);
    const bits = view.getUint32(0), sign = (bits >>> 16) & 0x8000, magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) return sign | 0x7e00;
    if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and above round to infinity
    if (magnitude < 0x38800000) return sign | roundEven(Math.abs(data[index]) * 2 ** 24); // subnormal: units of 2^-24
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  });
}

/** IEEE half-float bits to numbers. */
export function fromHalf(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, (half) => {
    const sign = half & 0x8000 ? -1 : 1, exponent = (half >> 10) & 31, fraction = half & 1023;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

function roundEven(value: number): number {
  const floor = Math.floor(value), rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

function product(dims: readonly number[]): number {
  return dims.reduce((size, dim) => size * dim, 1);
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

const ELEMENT_BYTES: Record<ElementType, number> = { float32: 4, uint8: 1, int8: 1, int32: 4, int64: 8, bool: 1, float16: 2, float64: 8 };

function checkSize(name: string, tensor: TensorValue): void {
  const expected = product(tensor.dims) * ELEMENT_BYTES[tensor.type];
  if (tensor.bytes.byteLength !== expected) throw new Error(`“${name}” [${tensor.dims.join(',')}] needs ${expected} bytes, got ${tensor.bytes.byteLength}.`);
}

function valueInfo(name: string, type: ElementType, dims: Dims): onnx.IValueInfoProto {
  const dim = dims.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }));
  return { name, type: { tensorType: { elemType: ELEMENT_TYPES[type], shape: { dim } } } };
}

function parseValueInfo(info: onnx.IValueInfoProto): ValueInfo {
  const tensor = info.type?.tensorType;
  const dims = (tensor?.shape?.dim ?? []).map((dim) => (dim.dimParam ? dim.dimParam : Number(dim.dimValue ?? 0)));
  return { name: info.name ?? '', type: tensor?.elemType ? elementType(tensor.elemType) : null, dims };
}

function elementType(code: number): ElementType {
  const entry = Object.entries(ELEMENT_TYPES).find(([, value]) => value === code);
  if (!entry) throw new Error(`ONNX element type ${code} is not supported here.`);
  return entry[0] as ElementType;
}

function tensorValue(tensor: onnx.ITensorProto): TensorValue {
  const type = elementType(tensor.dataType ?? 0);
  const dims = (tensor.dims ?? []).map(Number);
  // ONNX keeps elements either raw or in a typed list; half floats and bytes ride in the int32 list.
  const lists = { float32: tensor.floatData, float64: tensor.doubleData, int64: tensor.int64Data };
  const list: readonly unknown[] = type === 'float32' || type === 'float64' || type === 'int64' ? lists[type] ?? [] : tensor.int32Data ?? [];
  const bytes = tensor.rawData?.length ? new Uint8Array(tensor.rawData) : bytesOf(typedArray(type, list.map(Number)));
  const value = { type, dims, bytes };
  checkSize(tensor.name ?? '', value);
  return value;
}

function typedArray(type: ElementType, values: number[]): ArrayBufferView {
  switch (type) {
    case 'float32': return Float32Array.from(values);
    case 'float64': return Float64Array.from(values);
    case 'int64': return BigInt64Array.from(values, BigInt);
    case 'int32': return Int32Array.from(values);
    case 'float16': return Uint16Array.from(values);
    case 'int8': return Int8Array.from(values);
    case 'uint8': case 'bool': return Uint8Array.from(values);
  }
}

function attributeProto(name: string, value: Attribute): onnx.IAttributeProto {
  const types = proto.AttributeProto.AttributeType;
  if (typeof value === 'string') return { name, type: types.STRING, s: new TextEncoder().encode(value) };
  if (typeof value === 'number' || isList(value)) {
    const whole = typeof value === 'number' ? [value] : [...value];
    if (!whole.every(Number.isSafeInteger)) throw new Error(`Attribute “${name}” has a fraction: write float(…) for float attributes.`);
    return typeof value === 'number' ? { name, type: types.INT, i: value } : { name, type: types.INTS, ints: whole };
  }
  if ('float' in value) {
    return typeof value.float === 'number' ? { name, type: types.FLOAT, f: value.float } : { name, type: types.FLOATS, floats: [...value.float] };
  }
  return { name, type: types.TENSOR, t: { dims: [...value.dims], dataType: ELEMENT_TYPES[value.type], rawData: value.bytes } };
}

function parseAttribute(attribute: onnx.IAttributeProto): Attribute {
  const types = proto.AttributeProto.AttributeType;
  switch (attribute.type) {
    case types.INT: return Number(attribute.i ?? 0);
    case types.INTS: return (attribute.ints ?? []).map(Number);
    case types.FLOAT: return float(attribute.f ?? 0);
    case types.FLOATS: return float([...(attribute.floats ?? [])]);
    case types.STRING: return new TextDecoder().decode(attribute.s ?? new Uint8Array());
    case types.TENSOR: return tensorValue(attribute.t ?? {});
    default: throw new Error(`Attribute “${attribute.name ?? ''}” has a kind that is not supported here (${attribute.type ?? 0}).`);
  }
}

function isList(value: readonly number[] | FloatAttribute | TensorValue): value is readonly number[] {
  return Array.isArray(value);
}
