/**
 * Reads the parts of a TFLite file (a FlatBuffers table) that a conversion needs. Field numbers and codes are those of TensorFlow
 * Lite's schema (schema.fbs, version 3).
 */

export interface TfliteTensor {
  name: string;
  /** NHWC. */
  shape: number[];
  type: 'float32' | 'float16' | 'int32' | 'other';
  /** null: computed at run time. */
  bytes: Uint8Array | null;
}
export interface TfliteOp {
  /** As in BuiltinOperator, or a custom operator's own name. */
  op: string;
  /** Tensor numbers; −1: left out. */
  inputs: number[];
  outputs: number[];
  /** Numbers of the options table by field number: see the reader functions of each op. */
  option(field: number, size: 1 | 4): number;
  customOptions: Uint8Array;
}
export interface TfliteGraph {
  tensors: TfliteTensor[];
  ops: TfliteOp[];
  inputs: number[];
  outputs: number[];
}

/** BuiltinOperator codes that occur in small image networks. */
const OPS: Record<number, string> = {
  0: 'ADD', 1: 'AVERAGE_POOL_2D', 2: 'CONCATENATION', 3: 'CONV_2D', 4: 'DEPTHWISE_CONV_2D', 6: 'DEQUANTIZE', 9: 'FULLY_CONNECTED',
  14: 'LOGISTIC', 18: 'MUL', 19: 'RELU', 21: 'RELU6', 22: 'RESHAPE', 23: 'RESIZE_BILINEAR', 34: 'PAD', 40: 'MEAN', 54: 'PRELU',
  67: 'TRANSPOSE_CONV', 117: 'HARD_SWISH',
};
const CUSTOM = 32;
const TYPES: Record<number, TfliteTensor['type']> = { 0: 'float32', 1: 'float16', 2: 'int32' };

/** @throws Error where the bytes are no TFLite model of one graph */
export function readTflite(bytes: Uint8Array): TfliteGraph {
  if (Buffer.from(bytes.subarray(4, 8)).toString('latin1') !== 'TFL3') throw new Error('This is no TFLite file.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

  /** Where a table's field lies; 0: it has its default. */
  const field = (table: number, number: number): number => {
    const vtable = table - view.getInt32(table, true);
    const slot = 4 + number * 2;
    const offset = slot < view.getUint16(vtable, true) ? view.getUint16(vtable + slot, true) : 0;
    return offset === 0 ? 0 : table + offset;
  };
  const follow = (position: number) => position + view.getUint32(position, true);
  /** Positions of a vector's elements. */
  const vector = (table: number, number: number, elementBytes: number): number[] => {
    const position = field(table, number);
    if (position === 0) return [];
    const start = follow(position);
    return Array.from({ length: view.getUint32(start, true) }, (_, index) => start + 4 + index * elementBytes);
  };
  const tables = (table: number, number: number) => vector(table, number, 4).map(follow);
  const int32s = (table: number, number: number) => vector(table, number, 4).map((position) => view.getInt32(position, true));
  const blob = (table: number, number: number): Uint8Array => {
    const position = field(table, number);
    if (position === 0) return new Uint8Array();
    const start = follow(position);
    return bytes.subarray(start + 4, start + 4 + view.getUint32(start, true));
  };
  const text = (table: number, number: number) => Buffer.from(blob(table, number)).toString('utf8');
  const number = (table: number, index: number, size: 1 | 4): number => {
    const position = field(table, index);
    if (position === 0) return 0;
    return size === 1 ? view.getInt8(position) : view.getInt32(position, true);
  };

  const model = follow(0);
  const names = tables(model, 1).map((code) => {
    const builtin = Math.max(number(code, 0, 1), number(code, 3, 4)); // the old byte field, or the newer wide one
    return builtin === CUSTOM ? text(code, 1) : (OPS[builtin] ?? `operator ${builtin}`);
  });
  const graphs = tables(model, 2);
  if (graphs.length !== 1) throw new Error(`This TFLite file holds ${graphs.length} graphs instead of one.`);
  const [graph] = graphs;
  const buffers = tables(model, 4).map((buffer) => blob(buffer, 0));
  return {
    tensors: tables(graph, 0).map((tensor) => {
      const data = buffers[number(tensor, 2, 4)];
      return { name: text(tensor, 3), shape: int32s(tensor, 0), type: TYPES[number(tensor, 1, 1)] ?? 'other', bytes: data.length > 0 ? data : null };
    }),
    ops: tables(graph, 3).map((operator) => {
      const options = field(operator, 4);
      return {
        op: names[number(operator, 0, 4)],
        inputs: int32s(operator, 1),
        outputs: int32s(operator, 2),
        option: (index, size) => (options === 0 ? 0 : number(follow(options), index, size)),
        customOptions: blob(operator, 5),
      };
    }),
    inputs: int32s(graph, 1),
    outputs: int32s(graph, 2),
  };
}
