import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nvidiaPeak } from '../../../src/engine/doctor/devicePeaks.ts';
import { measureMatrixSpeed } from '../../../src/engine/doctor/matrixSpeed.ts';
import { ASSUMED_SHARE, roofline, WAV2LIP_96, wav2lipCost, type DevicePeak } from '../../../src/engine/doctor/roofline.ts';
import { loadModel } from '../../../models/make/onnxGraph.ts';
import { fullWav2Lip } from '../../../models/make/wav2lipFull.ts';

const unknown: DevicePeak = { name: 'a device', flopsPerSec: null, bytesPerSec: null };
const batches = (...each: [batch: number, ms: number | null][]) => each.map(([batch, ms]) => ({ batch, ms }));

describe('the cost of Wav2Lip', () => {
  it('is that of the graph’s layers', async () => {
    const { nodes, initializers, inputs } = await loadModel(fullWav2Lip({ batch: 1 }).graph.bytes());
    const shapes = new Map<string, number[]>(inputs.map(({ name, dims }) => [name, dims as number[]]));
    const count = (dims: readonly number[]) => dims.reduce((product, dim) => product * dim, 1);
    let [multiplications, moved, weights] = [0, 0, 0];
    for (const { op, inputs: [x, ...others], outputs: [y], attributes } of nodes) {
      const from = shapes.get(x)!;
      if (op !== 'Conv' && op !== 'ConvTranspose') {
        if (op === 'Add') moved += count(from); // the residual's input again; rectifiers, sums and joins ride along
        shapes.set(y, op === 'Concat' ? [1, from[1] + shapes.get(others[0])![1], from[2], from[3]] : from);
        continue;
      }
      const kernel = initializers.get(others[0])!.dims;
      const [strides, pads, extra] = [attributes.strides ?? [1, 1], attributes.pads ?? [0, 0, 0, 0], attributes.output_padding ?? [0, 0]] as number[][];
      const side = (axis: 0 | 1) =>
        op === 'Conv'
          ? Math.floor((from[2 + axis] + 2 * pads[axis] - kernel[2 + axis]) / strides[axis]) + 1
          : (from[2 + axis] - 1) * strides[axis] - 2 * pads[axis] + kernel[2 + axis] + extra[axis];
      const to = [1, op === 'Conv' ? kernel[0] : kernel[1], side(0), side(1)];
      shapes.set(y, to);
      const places = op === 'Conv' ? to : from;
      multiplications += count(kernel) * places[2] * places[3];
      moved += count(from) + count(to);
      weights += count(kernel) + to[1];
    }
    expect({ flops: 2 * multiplications, activations: moved, weights }).toEqual(WAV2LIP_96);
  });

  it('shares the weights among a batch', () => {
    const { bytesPerFrame } = wav2lipCost(4);
    expect(bytesPerFrame(1)).toBe(4 * (11_990_016 + 36_275_283)); // 193 MB
    expect(bytesPerFrame(128) / 1e6).toBeCloseTo(49.09, 2);
    expect(wav2lipCost(2).bytesPerFrame(8)).toBe(bytesPerFrame(8) / 2);
  });
});

describe('the roofline', () => {
  it('gives the field notes’ figures for an RTX 4090 at 35 % of its peak', () => {
    const expected = (precision: 'float32' | 'float16') =>
      roofline({ ...wav2lipCost(precision === 'float32' ? 4 : 2), device: nvidiaPeak('NVIDIA GeForce RTX 4090', precision), batches: batches([8, null], [128, null]) }).chunks.map(({ frames, expectedMs }) => [frames, Math.round(expectedMs!)]);
    expect(ASSUMED_SHARE).toBe(0.35);
    expect(expected('float32')).toEqual([[125, 34], [375, 103]]);
    expect(expected('float16')).toEqual([[125, 17], [375, 51]]);
  });

  it('knows what binds: memory for a batch of one, arithmetic for large ones', () => {
    const { batches: [one, many] } = roofline({ ...wav2lipCost(4), device: nvidiaPeak('NVIDIA GeForce RTX 4090', 'float32'), batches: batches([1, null], [128, 25]) });
    // 1008 GB/s ÷ 193.06 MB, and 82.6 TFLOP/s ÷ 7.934 GFLOP.
    expect(one).toMatchObject({ boundBy: 'memory', ceilingFramesPerSec: expect.closeTo(5221.1, 0) as number, measuredFramesPerSec: null, shareReached: null });
    expect(many).toMatchObject({ boundBy: 'compute', ceilingFramesPerSec: expect.closeTo(10_410.9, 0) as number, measuredFramesPerSec: 5120, shareReached: expect.closeTo(0.4918, 3) as number });
  });

  it('says “met” where it was measured so', () => {
    const { chunks } = roofline({ ...wav2lipCost(4), device: unknown, batches: batches([128, 50]) }); // 2560 frames/s
    expect(chunks.map(({ reach, verdict }) => [reach, verdict])).toEqual([
      ['met', 'A chunk of 5 s (125 frames): within the guide’s 150 ms: 49 ms measured.'],
      ['met', 'A chunk of 15 s (375 frames): within the guide’s 150 ms: 146 ms measured.'],
    ]);
  });

  it('says that two cores cannot reach it, and whether they keep up with playback', () => {
    const twoCores = { name: 'CPU', flopsPerSec: 300e9, bytesPerSec: null };
    const { batches: [row], chunks } = roofline({ ...wav2lipCost(4), device: twoCores, batches: batches([1, 33]) });
    expect(row).toMatchObject({ boundBy: null, shareReached: expect.closeTo(0.801, 3) as number });
    expect(chunks[0]).toMatchObject({ reach: 'impossible', verdict: 'A chunk of 5 s (125 frames): out of this device’s reach: even at its peak 3.3 s instead of 150 ms (measured: 4.1 s). It still keeps up with playback.' });
    expect(roofline({ ...wav2lipCost(4), device: twoCores, batches: batches([1, 100]) }).chunks[0].verdict).toContain('does not keep up with playback');
  });

  it('tells apart what is likely, what only near the peak, what was missed, and what nobody knows', () => {
    const reach = (device: DevicePeak, ms: number | null) => roofline({ ...wav2lipCost(4), device, batches: batches([32, ms]) }).chunks.map((chunk) => chunk.reach);
    expect(reach(nvidiaPeak('NVIDIA GeForce RTX 4090', 'float32'), null)).toEqual(['likely', 'likely']);
    expect(reach(nvidiaPeak('NVIDIA GeForce RTX 3060', 'float32'), null)).toEqual(['barely', 'impossible']);
    expect(reach(nvidiaPeak('NVIDIA GeForce RTX 4090', 'float32'), 60)).toEqual(['missed', 'missed']);
    expect(reach(unknown, null)).toEqual(['unknown', 'unknown']);
    expect(reach(unknown, 60)).toEqual(['missed', 'missed']);
  });

  it('does not hold a machine below what it was seen to do', () => {
    const { batches: [row], chunks } = roofline({ ...wav2lipCost(4), device: { name: 'CPU', flopsPerSec: 80e9, bytesPerSec: null }, batches: batches([1, 33]) });
    expect(row.shareReached).toBeGreaterThan(2);
    expect(chunks[0].ceilingMs).toBe(chunks[0].measuredMs);
  });

  it('is never above either peak, and rises with both', () => {
    const peak = fc.double({ min: 1e9, max: 1e16, noNaN: true });
    fc.assert(fc.property(peak, peak, fc.integer({ min: 1, max: 128 }), (flopsPerSec, bytesPerSec, batch) => {
      const cost = wav2lipCost(4);
      const ceiling = (device: Omit<DevicePeak, 'name'>) => roofline({ ...cost, device: { name: '', ...device }, batches: batches([batch, null]) }).batches[0].ceilingFramesPerSec!;
      const both = ceiling({ flopsPerSec, bytesPerSec });
      expect(both * cost.flopsPerFrame).toBeLessThanOrEqual(flopsPerSec * (1 + 1e-12));
      expect(both * cost.bytesPerFrame(batch)).toBeLessThanOrEqual(bytesPerSec * (1 + 1e-12));
      expect(both).toBeLessThanOrEqual(ceiling({ flopsPerSec, bytesPerSec: null }));
      expect(ceiling({ flopsPerSec: 2 * flopsPerSec, bytesPerSec: 2 * bytesPerSec })).toBeCloseTo(2 * both, 3);
    }));
  });

  it('knows cards by their whole name only', () => {
    expect(nvidiaPeak('NVIDIA GeForce RTX 4090', 'float32')).toEqual({ name: 'NVIDIA GeForce RTX 4090', flopsPerSec: 82.6e12, bytesPerSec: 1008e9 });
    expect(nvidiaPeak('NVIDIA GeForce RTX 4090 Laptop GPU', 'float32')).toMatchObject({ flopsPerSec: null, bytesPerSec: null });
  });
});

describe('the speed of a matrix multiplication', () => {
  it('is measured in the models’ own runtime', async () => {
    const { flopsPerSec, threads } = await measureMatrixSpeed(undefined, 1);
    expect(threads).toBe(1);
    expect(flopsPerSec).toBeGreaterThan(1e9); // any CPU with vector units; a plain loop in JavaScript gives about this
    expect(flopsPerSec).toBeLessThan(1e12);
  });

  it('can be canceled', async () => {
    await expect(measureMatrixSpeed(AbortSignal.abort())).rejects.toMatchObject({ code: 'canceled' });
  });
});
