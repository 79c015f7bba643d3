import { expect, test } from 'vitest';
import { createGraph, f32Tensor, float, fromHalf, loadModel, reopenGraph, tensorNumbers, toHalf, type Graph } from '../../../models/make/onnxGraph.ts';
import { openSessions } from '../../../src/engine/onnx/sessions.ts';
import { floatsToHalves, halvesToFloats } from '../../../src/engine/onnx/tensor.ts';
import { savedModel, temporaryFolder } from './testModels.ts';

const folder = await temporaryFolder();

/** One of each: every kind of initialiser and attribute, a left-out input, several outputs, a renamed and an Identity output. */
function sample(): Graph {
  const graph = createGraph('sample', { metadata: { made: 'here' } });
  const x = graph.input('x', 'float32', ['N', 4]);
  const [left, right] = graph.nodes('Split', [x, graph.i64('', [2], [1, 3])], 2, { axis: 1 });
  const limited = graph.node('Clip', [right, '', graph.f32('', [], [2])]);
  const leaky = graph.node('LeakyRelu', [limited], { alpha: float(0.5) });
  const constant = graph.node('Constant', [], { value: f32Tensor([1], [10]) });
  graph.output('y', graph.node('Mul', [leaky, graph.node('Cast', [graph.f16('half', [1], [0.25])], { to: 1 })]), 'float32', ['N', 3]);
  graph.output('z', graph.node('Concat', [left, graph.node('Add', ['y', constant])], { axis: 1 }), 'float32', ['N', 4]);
  graph.output('again', 'z', 'float32', ['N', 4]);
  return graph;
}

test('what is built runs in onnxruntime, and reads back as itself', async () => {
  const built = sample();
  const model = await loadModel(built.bytes());
  expect(model).toMatchObject({ opset: 17, irVersion: 8, metadata: { made: 'here' }, inputs: [{ name: 'x', type: 'float32', dims: ['N', 4] }] });
  expect(model.nodes.find(({ op }) => op === 'LeakyRelu')?.attributes).toEqual({ alpha: { float: 0.5 } });
  expect([...tensorNumbers(model.initializers.get('half')!)]).toEqual([0.25]);
  const reopened = reopenGraph(model, 'sample');
  expect(await loadModel(reopened.bytes())).toEqual(model);
  const sessions = await openSessions({ models: [await savedModel(folder, 'built', built, 'rig'), await savedModel(folder, 'reopened', reopened, 'rig')], device: 'cpu' });
  try {
    for (const id of ['built', 'reopened']) {
      const { y, z, again } = await sessions.run(id, [{ type: 'float32', dims: [1, 4], data: Float32Array.of(7, 1, 5, -4) }]);
      expect([...y.data]).toEqual([0.25, 0.5, -0.5]);
      expect([...z.data]).toEqual([7, 10.25, 10.5, 9.5]);
      expect(again.data).toEqual(z.data);
    }
  } finally {
    await sessions.close();
  }
});

test('slips are caught while building', () => {
  const graph = createGraph('slips');
  graph.input('x', 'float32', [1]);
  expect(() => graph.node('Relu', ['nowhere'])).toThrow(/nothing has made/);
  expect(() => graph.input('x', 'float32', [1])).toThrow(/two values named “x”/);
  expect(() => graph.f32('w', [2, 2], [1, 2, 3])).toThrow(/needs 16 bytes, got 12/);
  expect(() => graph.node('Elu', ['x'], { alpha: 0.5 })).toThrow(/write float/);
});

test('half floats: all 65,536 back and forth, and every rounding to nearest even', () => {
  const all = Uint16Array.from({ length: 1 << 16 }, (_, i) => i);
  const numbers = halvesToFloats(all);
  expect(fromHalf(all)).toEqual(numbers);
  const finite = all.filter((half) => !Number.isNaN(numbers[half]));
  const back = new Uint16Array(finite.length);
  floatsToHalves(halvesToFloats(finite), back);
  expect(back).toEqual(finite);
  expect(toHalf(halvesToFloats(finite))).toEqual(finite);
  // Between neighbours: below the middle down, above it up, the middle itself to the even one.
  const between: number[] = [], expected: number[] = [];
  for (let half = 0; half < 0x7bff; half += 7) {
    const low = numbers[half], high = numbers[half + 1], middle = (low + high) / 2, nudge = (high - low) / 1024;
    between.push(middle - nudge, middle, middle + nudge, -middle);
    const even = half % 2 === 0 ? half : half + 1;
    expected.push(half, even, half + 1, even | 0x8000);
  }
  const floats = Float32Array.from(between), halves = new Uint16Array(floats.length);
  floatsToHalves(floats, halves);
  expect([...halves]).toEqual(expected);
  expect([...toHalf(floats)]).toEqual(expected);
  const extremes = Float32Array.of(65519, 65520, 1e9, -Infinity, NaN, 1e-9), bits = new Uint16Array(6);
  floatsToHalves(extremes, bits);
  expect([...bits]).toEqual([0x7bff, 0x7c00, 0x7c00, 0xfc00, 0x7e00, 0]);
});
