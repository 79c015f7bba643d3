import { expect, test } from 'vitest';
import { bindWav2Lip } from '../../../src/engine/onnx/wav2lipBinding.ts';
import type { TensorInfo } from '../../../src/engine/onnx/tensor.ts';

const info = (name: string, dims: (number | string)[], type = 'float32'): TensorInfo => ({ name, type, dims });
const mel = info('m', ['N', 1, 80, 16]), face = info('f', ['N', 6, 256, 256]), out = info('o', ['N', 3, 256, 256]);

test('binds by shape, whatever the order and the names', () => {
  const expected = { mel: { name: 'm', type: 'float32' }, face: { name: 'f', type: 'float32' }, output: { name: 'o', type: 'float32' }, size: 256, fixedBatch: null };
  expect(bindWav2Lip('x.onnx', [mel, face], [out])).toEqual(expected);
  expect(bindWav2Lip('x.onnx', [face, mel], [info('extra', ['N', 512]), out])).toEqual(expected);
});

test('reads a fixed batch, half floats and open sizes', () => {
  expect(bindWav2Lip('x.onnx', [info('m', [1, 1, 80, 16], 'float16'), info('f', [1, 6, 96, 96], 'float16')], [info('o', [1, 3, 96, 96], 'float16')])).toMatchObject({
    size: 96, fixedBatch: 1, mel: { type: 'float16' }, output: { type: 'float16' },
  });
  expect(bindWav2Lip('x.onnx', [info('f', ['n', 6, 'h', 'w']), mel], [info('o', ['n', 3, 'h', 'w'])])).toMatchObject({ size: null, face: { name: 'f' } });
  // Everything open but the batch of one input: the sizes that are there decide which is which.
  expect(bindWav2Lip('x.onnx', [info('a', ['n', 'c', 'h', 'w']), mel], [info('o', ['n', 'c', 'h', 'w'])])).toMatchObject({ mel: { name: 'm' }, face: { name: 'a' } });
});

test.each<[string, TensorInfo[], TensorInfo[]]>([
  ['one input', [face], [out]],
  ['three inputs', [mel, face, info('t', [1])], [out]],
  ['rank 5', [info('m', ['N', 5, 1, 80, 16]), face], [out]],
  ['another mel', [info('m', ['N', 1, 80, 20]), face], [out]],
  ['three channels', [mel, info('f', ['N', 3, 256, 256])], [out]],
  ['a side that is not square', [mel, info('f', ['N', 6, 256, 192])], [info('o', ['N', 3, 256, 192])]],
  ['an odd side', [mel, info('f', ['N', 6, 97, 97])], [info('o', ['N', 3, 97, 97])]],
  ['a side over 384', [mel, info('f', ['N', 6, 512, 512])], [info('o', ['N', 3, 512, 512])]],
  ['a side under 96', [mel, info('f', ['N', 6, 64, 64])], [info('o', ['N', 3, 64, 64])]],
  ['a patch of another size', [mel, face], [info('o', ['N', 3, 96, 96])]],
  ['whole numbers', [mel, info('f', ['N', 6, 256, 256], 'uint8')], [out]],
  ['two batches', [info('m', [1, 1, 80, 16]), info('f', [4, 6, 256, 256])], [out]],
])('refuses %s, saying what was found and what is expected', (_, inputs, outputs) => {
  const bind = () => bindWav2Lip('x.onnx', inputs, outputs);
  expect(bind).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  for (const tensor of [...inputs, ...outputs]) expect(bind).toThrow(`${tensor.name} ${tensor.type} [${tensor.dims.join(',')}]`);
  expect(bind).toThrow('Expected: mel [N,1,80,16] and face [N,6,S,S] → [N,3,S,S]');
});
