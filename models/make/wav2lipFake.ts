/**
 * Small stand-ins for Wav2Lip models: any variant of the contract, computing something that can be seen and checked. The
 * louder the mel window, the darker and redder an ellipse at the mouth; the rest is the crop. All formulas are of the
 * relative place in the crop, so models of different S draw the same picture.
 *
 * The crop is read as half of channels 0–2 (masked) and half of 3–5 (whole), in the lower half 3–5 twice: with the wrong
 * channel order, an unmasked lower half or a masked upper half the picture is visibly wrong.
 */
import { createGraph, type Dims, type Graph } from './onnxGraph.ts';

/** Names that published Wav2Lip ONNX files use. */
export const NAMING_SCHEMES = {
  spectrogram: { mel: 'mel_spectrogram', face: 'video_frames', output: 'predicted_frames' },
  short: { mel: 'mel', face: 'vid', output: 'out' },
  audio: { mel: 'audio', face: 'face', output: 'output' },
} as const;

export interface FakeOptions {
  size: number;
  names: keyof typeof NAMING_SCHEMES;
  order: 'mel-first' | 'face-first';
  /** A number: fixed. */
  batch: number | 'open';
  precision: 'float32' | 'float16';
}

/** All variants for the given sizes. */
export function fakeVariants(sizes: readonly number[] = [96, 256]): FakeOptions[] {
  const variants: FakeOptions[] = [];
  for (const size of sizes)
    for (const precision of ['float32', 'float16'] as const)
      for (const batch of ['open', 1] as const)
        for (const names of ['spectrogram', 'short', 'audio'] as const)
          for (const order of ['mel-first', 'face-first'] as const) variants.push({ size, precision, batch, names, order });
  return variants;
}

/** Bottom of the mel range that opens the mouth, and the width of that range: −4 is silence, speech lies around −1…1. */
const MEL_CLOSED = -3;
const MEL_SPAN = 4;
/** Mouth colour, BGR 0..1. */
const MOUTH = [0.16, 0.1, 0.35];
/** Ellipse in relative places of the crop, with a soft edge. */
const ELLIPSE = { x: 0.5, y: 0.76, halfWidth: 0.2, halfHeight: 0.11 };

/** How far the mouth colour covers the crop at the relative place (x, y), 0..1. */
export function ellipseAt(x: number, y: number): number {
  const distance = ((x - ELLIPSE.x) / ELLIPSE.halfWidth) ** 2 + ((y - ELLIPSE.y) / ELLIPSE.halfHeight) ** 2;
  return Math.exp(-(distance ** 2));
}

/** What the model gives at one pixel: the same formula, for tests. `meanMel` is the mean of the mel window. */
export function expectedPixel(crop: number, channel: number, x: number, y: number, meanMel: number): number {
  const opening = Math.min(1, Math.max(0, (meanMel - MEL_CLOSED) / MEL_SPAN)) * ellipseAt(x, y);
  return crop * (1 - opening) + MOUTH[channel] * opening;
}

export function fakeWav2Lip(options: FakeOptions): Graph {
  const { size, precision, order } = options;
  const names = NAMING_SCHEMES[options.names];
  const batch = options.batch === 'open' ? 'N' : options.batch;
  const graph = createGraph('wav2lip-stand-in');
  const melDims: Dims = [batch, 1, 80, 16], faceDims: Dims = [batch, 6, size, size];
  const inputs = [[names.mel, melDims], [names.face, faceDims]] as const;
  for (const [name, dims] of order === 'mel-first' ? inputs : inputs.toReversed()) graph.input(name, precision, dims);
  const constant = (name: string, dims: readonly number[], values: ArrayLike<number>) =>
    precision === 'float32' ? graph.f32(name, dims, values) : graph.f16(name, dims, values);
  const plane = (value: (row: number, column: number) => number) =>
    Float32Array.from({ length: size * size }, (_, i) => value(Math.floor(i / size), i % size));

  const [masked, whole] = graph.nodes('Split', [names.face, graph.i64('', [2], [3, 3])], 2, { axis: 1 });
  const lower = constant('lower', [1, 1, size, size], plane((row) => (row >= size / 2 ? 1 : 0)));
  const twice = graph.node('Add', [graph.node('Add', [masked, whole]), graph.node('Mul', [whole, lower])]);
  const crop = graph.node('Mul', [twice, constant('half', [1], [0.5])]);

  const level = graph.node('ReduceMean', [names.mel], { axes: [1, 2, 3], keepdims: 1 });
  const raised = graph.node('Sub', [level, constant('closed', [1], [MEL_CLOSED])]);
  const opening = graph.node('Clip', [graph.node('Div', [raised, constant('span', [1], [MEL_SPAN])]), constant('zero', [], [0]), constant('one', [], [1])]);
  const ellipse = constant('ellipse', [1, 1, size, size], plane((row, column) => ellipseAt((column + 0.5) / size, (row + 0.5) / size)));
  const cover = graph.node('Mul', [opening, ellipse]);
  const towards = graph.node('Sub', [constant('mouth', [1, 3, 1, 1], MOUTH), crop]);
  const picture = graph.node('Add', [crop, graph.node('Mul', [towards, cover])]);
  graph.output(names.output, picture, precision, [batch, 3, size, size]);
  return graph;
}

/** Models that do not fit the contract, each with what is wrong about it. */
export function wrongModels(): Record<string, Graph> {
  const model = (mel: Dims, face: Dims, output: Dims, build: (graph: Graph) => string): Graph => {
    const graph = createGraph('not-wav2lip');
    graph.input('mel', 'float32', mel);
    graph.input('face', 'float32', face);
    graph.output('out', build(graph), 'float32', output);
    return graph;
  };
  const slice = (graph: Graph, to: number) =>
    graph.node('Slice', ['face', graph.i64('', [1], [0]), graph.i64('', [1], [to]), graph.i64('', [1], [1])]);
  const oneInput = createGraph('one-input');
  oneInput.input('image', 'float32', ['N', 3, 224, 224]);
  oneInput.output('out', oneInput.node('Relu', ['image']), 'float32', ['N', 3, 224, 224]);
  return {
    'one-input': oneInput,
    'three-channels': model(['N', 1, 80, 16], ['N', 3, 96, 96], ['N', 3, 96, 96], (graph) => graph.node('Relu', ['face'])),
    'short-mel': model(['N', 1, 80, 20], ['N', 6, 96, 96], ['N', 3, 96, 96], (graph) => slice(graph, 3)),
    'not-square': model(['N', 1, 80, 16], ['N', 6, 96, 128], ['N', 3, 96, 128], (graph) => slice(graph, 3)),
    'too-small': model(['N', 1, 80, 16], ['N', 6, 48, 48], ['N', 3, 48, 48], (graph) => slice(graph, 3)),
    'wrong-output': model(['N', 1, 80, 16], ['N', 6, 96, 96], ['N', 4, 96, 96], (graph) => slice(graph, 4)),
    // Declares open sizes and then gives another picture: only running it shows that.
    'lying-output': model(['N', 1, 80, 16], ['N', 6, 96, 96], ['N', 'c', 'h', 'w'], (graph) => slice(graph, 2)),
  };
}
