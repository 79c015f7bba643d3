import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMelStream, createWindowStream, frameCount, melOf, windowStart } from '../../../src/engine/pipeline/mel.ts';
import { MEL_BINS, MEL_WINDOW } from '../../../src/shared/vocabulary.ts';

/**
 * An independent reading of the recipe: everything by definition, in double precision, nothing shared with the product.
 * Gives columns × 80.
 */
function melByDefinition(pcm: Float32Array): number[][] {
  const emphasised = Array.from(pcm, (value, i) => (i === 0 ? value : value - 0.97 * pcm[i - 1]));
  const padded = [...emphasised.slice(1, 401).reverse(), ...emphasised, ...emphasised.slice(-401, -1).reverse()];
  const hertz = Array.from({ length: 82 }, (_, i) => {
    const slaney = (hz: number) => (hz < 1000 ? (3 * hz) / 200 : 15 + (27 * Math.log(hz / 1000)) / Math.log(6.4));
    const mel = slaney(55) + ((slaney(7600) - slaney(55)) * i) / 81;
    return mel < 15 ? (200 * mel) / 3 : 1000 * 6.4 ** ((mel - 15) / 27);
  });
  const columns: number[][] = [];
  for (let start = 0; start + 800 <= padded.length; start += 200) {
    const magnitude = Array.from({ length: 401 }, (_, bin) => {
      let re = 0, im = 0;
      for (let n = 0; n < 800; n++) {
        const value = padded[start + n] * Math.sin((Math.PI * n) / 800) ** 2;
        const angle = (2 * Math.PI * ((bin * n) % 800)) / 800;
        re += value * Math.cos(angle);
        im -= value * Math.sin(angle);
      }
      return Math.hypot(re, im);
    });
    columns.push(Array.from({ length: 80 }, (_, band) => {
      const [a, b, c] = [hertz[band], hertz[band + 1], hertz[band + 2]];
      let sum = 0;
      for (const [bin, value] of magnitude.entries()) {
        const hz = bin * 20;
        sum += (value * Math.max(0, Math.min((hz - a) / (b - a), (c - hz) / (c - b))) * 2) / (c - a);
      }
      return Math.min(4, Math.max(-4, 1.6 * Math.log10(Math.max(1e-5, sum)) + 2.4));
    }));
  }
  return columns;
}

/** A rising tone with noise, then silence, then a click: every part of the range of values. */
function sound(samples: number): Float32Array {
  let state = 12345;
  const noise = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648 - 0.5;
  return Float32Array.from({ length: samples }, (_, i) => {
    const part = i / samples;
    if (part > 0.6 && part < 0.9) return 0;
    if (i === samples - 100) return 1;
    return 0.5 * Math.sin(0.02 * i + 2e-5 * i * i) + 0.1 * noise();
  });
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}

/** Pushes the sound in pieces of the lengths given, over and over. */
function streamed(pcm: Float32Array, lengths: readonly number[]): number[] {
  const stream = createMelStream();
  const columns: number[] = [];
  for (let at = 0, turn = 0; at < pcm.length; turn++) {
    const length = lengths[turn % lengths.length];
    columns.push(...stream.push(pcm.subarray(at, at + length)));
    at += length;
  }
  columns.push(...stream.flush());
  return columns;
}

describe('mel', () => {
  it('is the recipe, value for value', () => {
    for (const samples of [401, 2999]) {
      expect(largestDifference(melOf(sound(samples)), melByDefinition(sound(samples)).flat())).toBeLessThan(2e-6);
    }
  });

  it('is exactly −4 in digital silence', () => {
    const mel = melOf(new Float32Array(8000));
    expect(mel.length).toBe(41 * MEL_BINS);
    expect(mel.every((value) => value === -4)).toBe(true);
  });

  it('does not depend on how the sound is cut, 1 sample at a time included', () => {
    const pcm = sound(20_000);
    const whole = melOf(pcm);
    for (const lengths of [[1], [7], [199], [200], [201], [799, 1], [20_000], [16_384, 3]]) expect(largestDifference(streamed(pcm, lengths), whole)).toBe(0);
    const pieces = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 20 });
    fc.assert(fc.property(pieces, (lengths) => largestDifference(streamed(pcm, lengths), whole) === 0), { numRuns: 30 });
  });

  it('gives a column as soon as its last sample is there', () => {
    const stream = createMelStream();
    expect(stream.push(sound(400)).length).toBe(0);
    expect(stream.push(new Float32Array(1)).length).toBe(MEL_BINS); // column 0 reflects sample 400
    expect(stream.push(new Float32Array(198)).length).toBe(0);
    expect(stream.push(new Float32Array(1)).length).toBe(MEL_BINS); // column 1 ends with sample 599
  });

  it('holds out on sounds too short to reflect, and on none', () => {
    expect(melOf(new Float32Array(0)).length).toBe(0);
    expect(melOf(Float32Array.of(0.5)).length).toBe(3 * MEL_BINS);
    expect(melOf(Float32Array.of(0.5)).every(Number.isFinite)).toBe(true);
  });

  const fixtures = process.env.SIMA_FIXTURES ?? '';
  it.runIf(existsSync(path.join(fixtures, 'mel', 'austen_0880_16k.mel.npy')))('equals the reference of the original code', () => {
    const wav = readFileSync(path.join(fixtures, 'speech', 'austen_0880_16k.wav'));
    const from = wav.indexOf('data') + 8;
    const pcm = Float32Array.from({ length: (wav.length - from) >> 1 }, (_, i) => wav.readInt16LE(from + 2 * i) / 32768);
    const npy = readFileSync(path.join(fixtures, 'mel', 'austen_0880_16k.mel.npy'));
    const values = 10 + npy.readUInt16LE(8);
    const mel = melOf(pcm), columns = mel.length / MEL_BINS;
    const reference = Float32Array.from(mel, (_, i) => npy.readFloatLE(values + 4 * ((i % MEL_BINS) * columns + Math.floor(i / MEL_BINS))));
    expect(npy.length).toBe(values + 4 * mel.length);
    expect(largestDifference(mel, reference)).toBeLessThanOrEqual(1e-4);
  });
});

describe('mel windows', () => {
  function windows(pcm: Float32Array, { fps, syncOffsetFrames, frames }: { fps: number; syncOffsetFrames?: number; frames?: number }, piece = 1777): Float32Array[] {
    const stream = createWindowStream(fps, syncOffsetFrames);
    const pieces = Array.from({ length: Math.ceil(pcm.length / piece) }, (_, i) => pcm.subarray(i * piece, (i + 1) * piece));
    return [...pieces.flatMap((each) => stream.push(each)).slice(0, frames), ...stream.flush(frames)];
  }

  it('start where Wav2Lip starts them', () => {
    expect([0, 1, 2, 3, 25, 125].map((i) => windowStart(i, 25))).toEqual([0, 3, 6, 9, 80, 400]);
    expect([1, 2, 3, 30].map((i) => windowStart(i, 30))).toEqual([2, 5, 8, 80]);
    expect(windowStart(30_000, 30_000 / 1001)).toBe(80_080);
  });

  it('let the sound be the clock: every started frame gets one, and no tail is cut', () => {
    expect(frameCount(48_000, 16_000, 25)).toBe(75);
    expect(frameCount(48_001, 16_000, 25)).toBe(76);
    expect(frameCount(16_016, 16_000, 30_000 / 1001)).toBe(30);
    for (const fps of [25, 30, 24, 60, 23.976]) {
      const pcm = sound(13_333);
      expect((windows(pcm, { fps })).length).toBe(frameCount(pcm.length, 16_000, fps));
    }
    expect((windows(sound(16_000), { fps: 25, frames: 40 })).length).toBe(40);
    expect((windows(sound(16_000), { fps: 25, frames: 10 })).length).toBe(10);
    expect((windows(new Float32Array(0), { fps: 25 })).length).toBe(0);
  });

  it('hold 80 × 16 values of the one continuous mel, padded with silence at the end', () => {
    const pcm = sound(16_000);
    const padded = new Float32Array(20_000);
    padded.set(pcm);
    const mel = melOf(padded);
    const all = windows(pcm, { fps: 25 });
    for (const [i, window] of all.entries()) {
      const expected = Float32Array.from({ length: MEL_BINS * MEL_WINDOW }, (_, at) => mel[(windowStart(i, 25) + (at % MEL_WINDOW)) * MEL_BINS + Math.floor(at / MEL_WINDOW)]);
      if (i < all.length - 1) expect(largestDifference(window, expected)).toBe(0);
    }
    expect(windows(pcm, { fps: 25 }, 16_000)).toEqual(all);
    expect(windows(pcm, { fps: 25 }, 160)).toEqual(all);
  });

  it('are shifted by the sync offset, with silence where there is no sound', () => {
    const plain = windows(sound(16_000), { fps: 25 });
    const early = windows(sound(16_000), { fps: 25, syncOffsetFrames: -1 });
    expect(early.slice(1)).toEqual(plain.slice(0, -1));
    // Frame 0 begins 3.2 columns before the sound, so at column −4.
    const first = early[0];
    for (let bin = 0; bin < MEL_BINS; bin++) {
      expect([...first.subarray(bin * MEL_WINDOW, bin * MEL_WINDOW + 4)]).toEqual([-4, -4, -4, -4]);
      expect(first[bin * MEL_WINDOW + 4]).toBe(plain[0][bin * MEL_WINDOW]);
    }
    const late = windows(sound(16_000), { fps: 25, syncOffsetFrames: 2 });
    expect(late.slice(0, -2)).toEqual(plain.slice(2));
    expect(late.length).toBe(25);
  });
});
