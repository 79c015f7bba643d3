import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectedPixel, fakeVariants, fakeWav2Lip, type FakeOptions } from '../../../models/make/wav2lipFake.ts';
import { fullWav2Lip, WAV2LIP_PARAMETERS } from '../../../models/make/wav2lipFull.ts';
import { openSessions, type LoadedModel, type Sessions } from '../../../src/engine/onnx/sessions.ts';
import { DEFAULT_SESSION_SETTINGS } from '../../../src/engine/onnx/sessionSettings.ts';
import { openBatcher, type Batcher, type BatcherOptions, type LipFrame, type Patch, type PatchesAsked } from '../../../src/engine/pipeline/wav2lip.ts';
import { StudioError } from '../../../src/shared/errors.ts';
import { savedModel, temporaryFolder } from '../onnx/testModels.ts';

const folder = await temporaryFolder();
const idOf = ({ size, precision, batch, names, order }: FakeOptions) => `s${size}-${precision}-${batch}-${names}-${order}`;
const variants = fakeVariants([96, 256]);
const plain: FakeOptions = { size: 96, precision: 'float32', batch: 'open', names: 'short', order: 'mel-first' };
let sessions: Sessions;

beforeAll(async () => {
  const models = await Promise.all(variants.map((variant) => savedModel(folder, idOf(variant), fakeWav2Lip(variant))));
  models.push(await savedModel(folder, 'by-three', fakeWav2Lip({ ...plain, batch: 3 })));
  sessions = await openSessions({ models, device: 'cpu', settings: { ...DEFAULT_SESSION_SETTINGS, intraOpThreads: 1 } });
});
afterAll(() => sessions.close());

const crops = new Map<string, Float32Array>();
/** A smooth picture by relative place, `[3,S,S]`; another `tone`, another picture. The same object each time. */
function cropOf(size: number, tone = 0): Float32Array {
  const key = `${size} ${tone}`;
  const crop = crops.get(key) ?? Float32Array.from({ length: 3 * size * size }, (_, i) => {
    const channel = Math.floor(i / (size * size)), y = (Math.floor(i / size) % size + 0.5) / size, x = ((i % size) + 0.5) / size;
    return 0.5 + 0.3 * Math.sin(5 * x + 3 * y + channel + tone) + 0.15 * Math.cos(9 * y - 4 * x);
  });
  crops.set(key, crop);
  return crop;
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

const bytesOf = (all: Patch[]) => all.map(({ patch }) => patch);

async function patchesOf(batcher: Batcher, frames: LipFrame[], asked: Partial<PatchesAsked> = {}): Promise<Patch[]> {
  const all: Patch[] = [];
  for await (const patch of batcher.patches(frames, { seat: 'a', ...asked })) all.push(patch);
  return all;
}

async function patches(id: string, frames: LipFrame[]): Promise<Float32Array[]> {
  const model = await sessions.load(id);
  const all = await patchesOf(openBatcher({ sessions, model }), frames);
  expect(all.every(({ kind, size }) => kind === 'patch' && size === model.wav2lip?.size)).toBe(true);
  return bytesOf(all);
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

const mixed = (count: number, tone = 0): LipFrame[] => {
  // Frames of three faces in turn, two of them photos and one a clip.
  return Array.from({ length: count }, (_, i) => ({ mel: melOf(-3 + (i % 11) * 0.4), crop: cropOf(96, tone + (i % 3 === 2 ? 2 + (i % 30) : i % 3)) }));
};

/**
 * The room itself under a clock of its own, in which a run takes 30 ms per frame, and with a gate: a run is begun only when it is let.
 * What ran is kept as the batch sizes.
 */
async function stage(options: Partial<BatcherOptions> & { id?: string; fails?: (batch: number, run: number) => StudioError | null } = {}) {
  const { id = idOf(plain), fails, ...rest } = options;
  const loaded = await sessions.load(id);
  const model: LoadedModel = loaded.wav2lip?.fixedBatch
    ? { ...loaded, warmup: loaded.batches.map((batch) => ({ batch, ms: 30 * batch })) }
    : { ...loaded, batches: [1, 2, 4], warmup: [1, 2, 4].map((batch) => ({ batch, ms: 30 * batch })) };
  const ran: number[] = [];
  let nowMs = 0, underWay = 0, mostUnderWay = 0;
  let gate: Promise<unknown> = Promise.resolve();
  let inTurn: Promise<unknown> = Promise.resolve();
  const room: BatcherOptions['sessions'] = {
    async run(modelId, inputs) {
      const batch = Object.values(inputs)[0].dims[0];
      const index = ran.push(batch) - 1;
      mostUnderWay = Math.max(mostUnderWay, ++underWay);
      const before = inTurn;
      const { promise, resolve } = Promise.withResolvers<undefined>();
      inTurn = promise;
      try {
        await before;
        await gate;
        nowMs += 30 * batch;
        const failure = fails?.(batch, index) ?? null;
        if (failure) throw failure;
        return await sessions.run(modelId, inputs);
      } finally {
        underWay -= 1;
        resolve(undefined);
      }
    },
  };
  const batcher = openBatcher({ sessions: room, model, now: () => nowMs, ...rest });
  return {
    batcher, model, ran,
    mostUnderWay: () => mostUnderWay,
    /** Holds runs back until what it gives is called. */
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      gate = promise;
      return () => resolve(undefined);
    },
  };
}
const outOfMemory = () => new StudioError('capacity', 'out of memory');
const settled = () => new Promise((resolve) => setImmediate(resolve));
function expectSame(got: Patch[], expected: Float32Array[]): void {
  expect(got.length).toBe(expected.length);
  for (const [i, { patch }] of got.entries()) expect(sameBytes(patch, expected[i])).toBe(true);
}

describe('one take', () => {
  test.each([
    ['open', idOf(plain), 11, [4, 4, 2, 1]],
    ['fixed at 1', idOf({ ...plain, batch: 1 }), 3, [1, 1, 1]],
    ['fixed at 3, the last one padded', 'by-three', 7, [3, 3, 3]],
    ['none', idOf(plain), 0, []],
  ])('%s: the largest warm batches, every frame once, in order', async (_, id, count, expected) => {
    const frames = mixed(count);
    const { batcher, ran } = await stage({ id });
    const got = await patchesOf(batcher, frames);
    expect(ran).toEqual(expected);
    expect(got.length).toBe(count);
    for (const [i, { patch }] of got.entries()) expect(largestDifference(patch, expectedPatch(frames[i], 96))).toBeLessThan(2e-6);
  });

  test('patches stay what they are while later batches run', async () => {
    const [first, ...rest] = await patches(idOf(plain), mixed(20));
    expect(rest.length).toBe(19);
    expect(largestDifference(first, expectedPatch(mixed(1)[0], 96))).toBeLessThan(2e-6);
  });

  test('one run is prepared behind the one in the network, never more', async () => {
    const { batcher, ran, hold, mostUnderWay } = await stage();
    const go = hold();
    const got = patchesOf(batcher, mixed(23));
    await settled();
    expect(ran).toEqual([4, 4]);
    expect(batcher.waiting()).toEqual({ frames: 15, seats: [{ seat: 'a', items: 15, cost: 15 }], running: 8 });
    go();
    expect((await got).length).toBe(23);
    expect(mostUnderWay()).toBe(2);
    expect(batcher.waiting()).toEqual({ frames: 0, seats: [], running: 0 });
  });

  test('stopping early takes out what waits, and a crop of another size is refused', async () => {
    const { batcher, ran, hold } = await stage();
    const stopped = (async () => {
      for await (const patch of batcher.patches(mixed(40), { seat: 'a' })) {
        expect(patch.size).toBe(96);
        hold();
        break;
      }
    })();
    await stopped;
    expect(batcher.waiting().frames).toBe(0);
    expect(ran.length).toBeLessThanOrEqual(3);
    await expect(patches(idOf(plain), [{ mel: melOf(0), crop: cropOf(256) }])).rejects.toMatchObject({ code: 'bug' });
  });

  test('the time in the network and the time without it add up', async () => {
    const { batcher } = await stage();
    const times: unknown[] = [];
    await Promise.all([
      patchesOf(batcher, mixed(4), { seat: 'a', onTimes: (each) => times.push(each) }),
      patchesOf(batcher, mixed(8), { seat: 'b', onTimes: (each) => times.push(each) }),
    ]);
    // Three runs of 120 ms: a alone in the first, then b.
    expect(times).toEqual([{ queueMs: 0, inferenceMs: 120 }, { queueMs: 120, inferenceMs: 240 }]);
  });
});

describe('several takes', () => {
  const SEATS = ['a', 'b', 'c', 'd', 'e'];

  test.each([2, 5])('%i mixed in the same runs: each gets exactly its own patches, as if it were alone', async (count) => {
    const takes = SEATS.slice(0, count).map((seat, i) => ({ seat, frames: mixed(9 + 4 * i, 10 * i) }));
    const alone: Float32Array[][] = [];
    for (const { frames } of takes) alone.push(await patches(idOf(plain), frames));
    const { batcher, ran, hold } = await stage();
    const go = hold();
    const all = takes.map(({ seat, frames }) => patchesOf(batcher, frames, { seat }));
    await settled();
    go();
    for (const [i, got] of (await Promise.all(all)).entries()) expectSame(got, alone[i]);
    const frames = takes.reduce((sum, take) => sum + take.frames.length, 0);
    expect(ran.reduce((a, b) => a + b, 0)).toBe(frames);
    // Mixed: the ends of takes share runs, so that at most the very last are small.
    expect(ran.slice(0, Math.floor(frames / 4)).every((batch) => batch === 4)).toBe(true);
  });

  test('with patches of one model at full precision of halves too', async () => {
    const id = idOf({ ...plain, precision: 'float16' });
    const [one, two] = [mixed(7), mixed(10, 20)];
    const alone = [await patches(id, one), await patches(id, two)];
    const { batcher } = await stage({ id });
    const got = await Promise.all([patchesOf(batcher, one, { seat: 'a' }), patchesOf(batcher, two, { seat: 'b' })]);
    for (const [i, each] of got.entries()) expectSame(each, alone[i]);
  });

  test('are served evenly, frame by frame', async () => {
    const { batcher, hold } = await stage();
    const go = hold();
    const done: string[] = [];
    const all = SEATS.map(async (seat) => {
      for await (const { size } of batcher.patches(mixed(40), { seat })) if (size) done.push(seat);
    });
    await settled();
    go();
    await Promise.all(all);
    for (let end = 20; end <= done.length - 20; end += 20) {
      const counts = SEATS.map((seat) => done.slice(0, end).filter((each) => each === seat).length);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(8 + 2); // the first take had two runs to itself
    }
  });

  test('first words go before the frames that others have waiting', async () => {
    const { batcher, ran, hold } = await stage();
    const go = hold();
    const done: string[] = [];
    const take = async (seat: string, frames: LipFrame[], urgent: boolean) => {
      for await (const { size } of batcher.patches(frames, { seat, urgent })) if (size) done.push(seat);
    };
    const all = [take('a', mixed(40), false), take('b', mixed(40), false)];
    await settled();
    all.push(take('new', mixed(6, 3), true));
    await settled();
    go();
    await Promise.all(all);
    // Behind the two runs that were under way: eight frames.
    expect(done.slice(0, 14).filter((seat) => seat === 'new').length).toBe(6);
    expect(ran.reduce((a, b) => a + b, 0)).toBe(86);
  });

  test('one is canceled in the middle: it ends at once, its waiting frames are gone, the others get their own', async () => {
    const abort = new AbortController();
    const other = mixed(30, 7);
    const alone = await patches(idOf(plain), other);
    const { batcher, ran } = await stage();
    const canceled = (async () => {
      let got = 0;
      for await (const { size } of batcher.patches(mixed(200), { seat: 'a', signal: abort.signal })) {
        if (size && ++got === 9) {
          abort.abort();
          expect(batcher.waiting().seats.some(({ seat }) => seat === 'a')).toBe(false);
        }
      }
    })();
    const rest = patchesOf(batcher, other, { seat: 'b' });
    await expect(canceled).rejects.toMatchObject({ code: 'canceled' });
    expectSame(await rest, alone);
    expect(ran.reduce((a, b) => a + b, 0)).toBeLessThan(80);
    await expect(patchesOf(batcher, mixed(1), { signal: abort.signal })).rejects.toMatchObject({ code: 'canceled' });
  });

  test('a run that fails fails the takes in it and no other', async () => {
    const frames = mixed(8, 5);
    const alone = await patches(idOf(plain), frames);
    const { batcher, hold } = await stage({ fails: (_, run) => (run === 0 ? new StudioError('device', 'lost') : null) });
    const go = hold();
    const broken = patchesOf(batcher, mixed(200), { seat: 'a' }); // both runs under way are its own
    await settled();
    const other = patchesOf(batcher, frames, { seat: 'b' });
    await settled();
    go();
    await expect(broken).rejects.toMatchObject({ code: 'device' });
    expectSame(await other, alone);
    expect(batcher.waiting()).toEqual({ frames: 0, seats: [], running: 0 });
  });
});

describe('no memory', () => {
  test('is survived by a smaller batch, said aloud once, and larger ones are not tried again', async () => {
    const notices: string[] = [];
    const frames = [mixed(13), mixed(9, 4)];
    const alone = [await patches(idOf(plain), frames[0]), await patches(idOf(plain), frames[1])];
    const { batcher, ran } = await stage({ fails: (batch) => (batch === 4 ? outOfMemory() : null), onNotice: (sentence) => notices.push(sentence) });
    const got = await Promise.all(frames.map((each, i) => patchesOf(batcher, each, { seat: 'ab'[i] })));
    for (const [i, each] of got.entries()) expectSame(each, alone[i]);
    expect(notices).toEqual([expect.stringMatching(/ran out of memory with 4 frames at once: at most 2/)]);
    expect(ran.filter((batch) => batch === 4).length).toBe(2); // both that were under way
    expect(batcher.batchSizes).toEqual([1, 2]);
  });

  test('even for one frame: the model moves to the CPU, said aloud, and every frame arrives', async () => {
    const notices: string[] = [];
    const frames = [mixed(13), mixed(9, 4)];
    const alone = [await patches(idOf(plain), frames[0]), await patches(idOf(plain), frames[1])];
    let onCpu = false, moves = 0;
    const loaded = await sessions.load(idOf(plain));
    const gpu: LoadedModel = { ...loaded, device: 'cuda', batches: [1, 8], warmup: [{ batch: 1, ms: 30 }, { batch: 8, ms: 60 }] };
    const cpu: LoadedModel = { ...loaded, batches: [1, 2], warmup: [{ batch: 1, ms: 30 }, { batch: 2, ms: 60 }] };
    const { batcher } = await stage({
      model: gpu,
      fails: () => (onCpu ? null : outOfMemory()),
      async toCpu() {
        moves += 1;
        batcher.limitBatch(1);
        await settled();
        onCpu = true;
        return cpu;
      },
      onNotice: (sentence) => notices.push(sentence),
    });
    const got = await Promise.all(frames.map((each, i) => patchesOf(batcher, each, { seat: 'ab'[i] })));
    for (const [i, each] of got.entries()) expectSame(each, alone[i]);
    expect(moves).toBe(1);
    expect(batcher.model.device).toBe('cpu');
    expect(batcher.batchSizes).toEqual([1]); // a limit outlives the move
    batcher.limitBatch(null);
    expect(batcher.batchSizes).toEqual([1, 2]);
    expect(notices.length).toBe(2);
    expect(notices[1]).toMatch(/CPU from now on/);
  });

  test('on the CPU itself, or where moving fails: the takes fail with the reason, the next ones are tried', async () => {
    let broken = true;
    const { batcher } = await stage({ fails: () => (broken ? outOfMemory() : null) });
    await expect(patchesOf(batcher, mixed(9))).rejects.toMatchObject({ code: 'capacity' });
    expect(batcher.waiting()).toMatchObject({ frames: 0 });
    broken = false;
    expect((await patchesOf(batcher, mixed(9))).length).toBe(9);

    const loaded = await sessions.load(idOf(plain));
    const failing = await stage({
      model: { ...loaded, device: 'cuda', batches: [1], warmup: [{ batch: 1, ms: 30 }] },
      fails: () => outOfMemory(),
      toCpu: () => {
        throw new StudioError('io', 'the file is gone');
      },
    });
    await expect(patchesOf(failing.batcher, mixed(3))).rejects.toMatchObject({ code: 'io' });
    await expect(patchesOf(failing.batcher, mixed(3))).rejects.toMatchObject({ code: 'io' });
  });

  test('pressure: batches are no larger than the limit while it is set', async () => {
    const { batcher, ran } = await stage();
    batcher.limitBatch(2);
    await patchesOf(batcher, mixed(6));
    batcher.limitBatch(null);
    await patchesOf(batcher, mixed(8));
    expect(ran).toEqual([2, 2, 2, 4, 4]);
  });
});

test('closing ends what waits, after the runs under way, and refuses what comes', async () => {
  const { batcher, ran, hold } = await stage();
  const go = hold();
  const got = patchesOf(batcher, mixed(40));
  const ended = expect(got).rejects.toMatchObject({ code: 'canceled' });
  await settled();
  const closing = batcher.close();
  await ended;
  go();
  await closing;
  expect(ran).toEqual([4, 4]);
  expect(batcher.waiting()).toEqual({ frames: 0, seats: [], running: 0 });
  await expect(patchesOf(batcher, mixed(1))).rejects.toMatchObject({ code: 'bug' });
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
    const [silent, loud, other] = bytesOf(await patchesOf(openBatcher({ sessions: room, model }), frames));
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
