import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectedPixel, fakeVariants, fakeWav2Lip, type FakeOptions } from '../../../models/make/wav2lipFake.ts';
import { fullWav2Lip, WAV2LIP_PARAMETERS } from '../../../models/make/wav2lipFull.ts';
import { openSessions, type LoadedModel, type Sessions } from '../../../src/engine/onnx/sessions.ts';
import { batchSize, wav2lip, type LipFrame, type Patch, type Wav2LipOptions } from '../../../src/engine/pipeline/wav2lip.ts';
import { savedModel, temporaryFolder } from '../onnx/testModels.ts';

const folder = await temporaryFolder();
const idOf = ({ size, precision, batch, names, order }: FakeOptions) => `s${size}-${precision}-${batch}-${names}-${order}`;
const variants = fakeVariants([96, 256]);
const plain: FakeOptions = { size: 96, precision: 'float32', batch: 'open', names: 'short', order: 'mel-first' };
let sessions: Sessions;

beforeAll(async () => {
  const models = await Promise.all(variants.map((variant) => savedModel(folder, idOf(variant), fakeWav2Lip(variant))));
  models.push(await savedModel(folder, 'by-three', fakeWav2Lip({ ...plain, batch: 3 })));
  sessions = await openSessions({ models, device: 'cpu', threads: 1 });
});
afterAll(() => sessions.close());

/** A smooth picture by relative place, `[3,S,S]`; another `tone`, another picture. */
function cropOf(size: number, tone = 0): Float32Array {
  return Float32Array.from({ length: 3 * size * size }, (_, i) => {
    const channel = Math.floor(i / (size * size)), y = (Math.floor(i / size) % size + 0.5) / size, x = ((i % size) + 0.5) / size;
    return 0.5 + 0.3 * Math.sin(5 * x + 3 * y + channel + tone) + 0.15 * Math.cos(9 * y - 4 * x);
  });
}
const melOf = (level: number) => new Float32Array(80 * 16).fill(level);
const meanMel = (frame: LipFrame) => frame.mel.reduce((a, b) => a + b, 0) / frame.mel.length;

function expectedPatch(frame: LipFrame, size: number): Float32Array {
  const mean = meanMel(frame);
  return frame.crop.map((value, i) => expectedPixel(value, Math.floor(i / (size * size)), ((i % size) + 0.5) / size, ((Math.floor(i / size) % size) + 0.5) / size, mean));
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}

const sameBytes = (a: Float32Array, b: Float32Array) => Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));

async function patchesOf(frames: Iterable<LipFrame>, options: Wav2LipOptions): Promise<Patch[]> {
  const all: Patch[] = [];
  for await (const patch of wav2lip(frames, options)) all.push(patch);
  return all;
}

async function patches(id: string, frames: Iterable<LipFrame>): Promise<Float32Array[]> {
  const model = await sessions.load(id);
  const all = await patchesOf(frames, { sessions, model });
  expect(all.every(({ kind, size }) => kind === 'patch' && size === model.wav2lip?.size)).toBe(true);
  return all.map(({ patch }) => patch);
}

const LEVELS = [-4, -2, 0, 0.7, 1];
const framesOf = (size: number): LipFrame[] => {
  const crops = [cropOf(size), cropOf(size, 2)];
  return LEVELS.map((level, i) => ({ mel: melOf(level), crop: crops[i === 3 ? 1 : 0] }));
};

describe('every variant of the contract', () => {
  test.each([96, 256])('S = %i: the same frames, and the right ones', async (size) => {
    const frames = framesOf(size), expected = frames.map((frame) => expectedPatch(frame, size));
    for (const precision of ['float32', 'float16'] as const) {
      let first: Float32Array[] | null = null;
      for (const variant of variants.filter((v) => v.size === size && v.precision === precision)) {
        const got = await patches(idOf(variant), frames);
        if (first) {
          // Identical, whatever the order, the names and the batch.
          for (const [i, patch] of got.entries()) expect(sameBytes(patch, first[i])).toBe(true);
          continue;
        }
        first = got;
        for (const [i, patch] of got.entries()) expect(largestDifference(patch, expected[i])).toBeLessThan(precision === 'float32' ? 2e-6 : 2 / 255);
      }
    }
  });

  test('256 against 96: at least 35 dB in the mouth', async () => {
    const [small] = await patches(idOf(plain), framesOf(96).slice(2, 3));
    const [big] = await patches(idOf({ ...plain, size: 256 }), framesOf(256).slice(2, 3));
    let squares = 0, count = 0;
    for (let channel = 0; channel < 3; channel++)
      for (let row = 60; row < 86; row++)
        for (let column = 26; column < 70; column++) {
          squares += (small[(channel * 96 + row) * 96 + column] - sampled(big, 256, channel, ((column + 0.5) * 256) / 96 - 0.5, ((row + 0.5) * 256) / 96 - 0.5)) ** 2;
          count++;
        }
    const decibel = -10 * Math.log10(squares / count);
    expect(decibel).toBeGreaterThan(35);
    // The measure can fail: a closed mouth is far from the open one.
    const [closed] = await patches(idOf(plain), framesOf(96).slice(0, 1));
    expect(largestDifference(closed, small)).toBeGreaterThan(0.2);
  });
});

/** Bilinear. */
function sampled(picture: Float32Array, size: number, channel: number, x: number, y: number): number {
  const column = Math.floor(x), row = Math.floor(y), fx = x - column, fy = y - row, at = (channel * size + row) * size + column;
  return (picture[at] * (1 - fx) + picture[at + 1] * fx) * (1 - fy) + (picture[at + size] * (1 - fx) + picture[at + size + 1] * fx) * fy;
}

describe('batches', () => {
  test('are the largest warm ones, and padded only where none is small enough', () => {
    expect([1, 2, 3, 4, 9].map((count) => batchSize(count, [1, 2, 4]))).toEqual([1, 2, 2, 4, 4]);
    expect([1, 7, 8, 100].map((count) => batchSize(count, [8, 32]))).toEqual([8, 8, 8, 32]);
  });

  /** The room itself, telling which batches it ran. */
  function watched(batches: number[]): Sessions {
    return { ...sessions, run: (id, inputs, signal) => (batches.push(Object.values(inputs)[0].dims[0]), sessions.run(id, inputs, signal)) };
  }
  const mixed = (count: number): LipFrame[] => {
    // Frames of three takes in turn, two of them photos.
    const crops = [cropOf(96), cropOf(96, 1)];
    return Array.from({ length: count }, (_, i) => ({ mel: melOf(-3 + (i % 11) * 0.4), crop: i % 3 === 2 ? cropOf(96, 2 + i) : crops[i % 3] }));
  };

  test.each([
    ['open', idOf(plain), 11, [4, 4, 2, 1]],
    ['fixed at 1', idOf({ ...plain, batch: 1 }), 3, [1, 1, 1]],
    ['fixed at 3, the last one padded', 'by-three', 7, [3, 3, 3]],
    ['none', idOf(plain), 0, []],
  ])('%s: every frame once, in order, whoever it belongs to', async (_, id, count, expected) => {
    const frames = mixed(count), ran: number[] = [];
    const loaded = await sessions.load(id);
    const model: LoadedModel = loaded.wav2lip?.fixedBatch ? loaded : { ...loaded, batches: [1, 2, 4] };
    const got = await patchesOf(frames, { sessions: watched(ran), model });
    expect(ran).toEqual(expected);
    expect(got.length).toBe(count);
    for (const [i, { patch }] of got.entries()) expect(largestDifference(patch, expectedPatch(frames[i], 96))).toBeLessThan(2e-6);
  });

  test('patches stay what they are while later batches run', async () => {
    const [first, ...rest] = await patches(idOf(plain), mixed(20));
    expect(rest.length).toBe(19);
    expect(largestDifference(first, expectedPatch(mixed(1)[0], 96))).toBeLessThan(2e-6);
  });

  test('a cancel stops within the batches under way, and the room goes on', async () => {
    const abort = new AbortController();
    const model = await sessions.load(idOf(plain));
    let pulled = 0, got = 0;
    const endless = function* (): Generator<LipFrame> {
      const crop = cropOf(96);
      for (;;) yield (pulled++, { mel: melOf(0), crop });
    };
    const run = async () => {
      for await (const patch of wav2lip(endless(), { sessions, model, signal: abort.signal })) if ((got += patch.size / 96) === 9) abort.abort();
    };
    await expect(run()).rejects.toMatchObject({ code: 'canceled' });
    expect(pulled).toBeLessThanOrEqual(24);
    expect((await patches(idOf(plain), mixed(5))).length).toBe(5);
  });

  test('stopping early waits for nothing and a crop of another size is refused', async () => {
    const model = await sessions.load(idOf(plain));
    for await (const patch of wav2lip(mixed(40), { sessions, model })) {
      expect(patch.size).toBe(96);
      break;
    }
    await expect(patches(idOf(plain), [{ mel: melOf(0), crop: cropOf(256) }])).rejects.toMatchObject({ code: 'bug' });
  });
});

test('the full-size network with random weights has the original\'s parameters and gives pictures', async () => {
  const { graph, originalParameters, storedParameters } = fullWav2Lip();
  expect(originalParameters).toBe(WAV2LIP_PARAMETERS);
  // Folding turns the two learnt numbers per channel of the 50 normalised layers into weights and biases that are there anyway.
  expect(originalParameters - storedParameters).toBe(2 * 11_376);
  const room = await openSessions({ models: [await savedModel(folder, 'full', graph)], device: 'cpu' });
  try {
    const model = await room.load('full');
    expect(model.wav2lip).toMatchObject({ size: 96, fixedBatch: null });
    const frames = [-4, 0, 0].map((level, i) => ({ mel: melOf(level), crop: cropOf(96, i === 2 ? 1 : 0) }));
    const [silent, loud, other] = (await patchesOf(frames, { sessions: room, model })).map(({ patch }) => patch);
    for (const patch of [silent, loud, other]) {
      expect(patch.every((value) => value > 0 && value < 1)).toBe(true);
      const mean = patch.reduce((a, b) => a + b, 0) / patch.length;
      expect(Math.sqrt(patch.reduce((sum, value) => sum + (value - mean) ** 2, 0) / patch.length)).toBeGreaterThan(0.02); // neither flat nor saturated
    }
    // Both the sound and the face reach the picture.
    expect(largestDifference(silent, loud)).toBeGreaterThan(1e-3);
    expect(largestDifference(loud, other)).toBeGreaterThan(1e-3);
  } finally {
    await room.close();
  }
});
