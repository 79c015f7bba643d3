/**
 * The gain of a take on its sound, with the few peaks that would pass the ceiling turned down smoothly for some
 * milliseconds. Elsewhere every sample is exactly the given one times the gain; times do not move.
 */

/** True peaks stay below it: −1 dBTP with 0.3 dB to spare, because the measuring filters differ a little. */
export const CEILING = 10 ** (-1.3 / 20);
/** Before and after a peak, the gain takes this long to fall and to rise: short enough to spare the word, too long to click. */
const RAMP_SEC = 0.005;

/** True peaks lie between samples: three points between each two are interpolated (windowed sinc), as in ITU-R BS.1770. */
const HALF_TAPS = 8;
const BETWEEN = [1, 2, 3].map((quarter) =>
  Float64Array.from({ length: 2 * HALF_TAPS }, (_, tap) => {
    const distance = tap - (HALF_TAPS - 1) - quarter / 4;
    const sinc = Math.sin(Math.PI * distance) / (Math.PI * distance);
    return sinc * Math.cos((Math.PI * distance) / (2 * (HALF_TAPS + 0.25))) ** 2;
  }),
);
/** No interpolated point is higher than the highest sample times this (sum of the taps' sizes). */
const MOST_BETWEEN = Math.max(...BETWEEN.map((taps) => taps.reduce((sum, tap) => sum + Math.abs(tap), 0)));

export interface Limiter {
  /** Mono samples in; gives those whose surroundings are known, ~10 ms fewer in all until `finish`. */
  push(samples: Float32Array): Float32Array;
  finish(): Float32Array;
}

/** @param gain factor of the whole take, see loudnessGain */
export function createLimiter(gain: number, sampleRate: number): Limiter {
  const ramp = Math.round(RAMP_SEC * sampleRate);
  const edge = 2 * ramp + HALF_TAPS;
  // A stretch of the stream: `edge` samples already given (for looking back), then those not yet given.
  let stretch = new Float32Array(edge);
  const process = (samples: Float32Array): Float32Array => {
    const whole = new Float32Array(stretch.length + samples.length);
    whole.set(stretch);
    for (let i = 0; i < samples.length; i++) whole[stretch.length + i] = samples[i] * gain;
    const count = whole.length - 2 * edge;
    if (count <= 0) {
      stretch = whole;
      return new Float32Array(0);
    }
    const out = whole.slice(edge, edge + count);
    const factors = smoothFactors(whole, ramp, count);
    if (factors !== null) for (let i = 0; i < count; i++) out[i] *= factors[i];
    stretch = whole.slice(count);
    return out;
  };
  return { push: process, finish: () => process(new Float32Array(edge)) };
}

/** Height of the sound around sample i, points between samples included. */
function truePeak(samples: Float32Array, i: number): number {
  let peak = Math.abs(samples[i]);
  for (const taps of BETWEEN) {
    let between = 0;
    for (let tap = 0; tap < taps.length; tap++) between += taps[tap] * samples[i + tap - HALF_TAPS + 1];
    peak = Math.max(peak, Math.abs(between));
  }
  return peak;
}

/**
 * For the `count` samples after the first edge: the mean, over ±ramp, of the smallest factor that a sample within ±ramp
 * needs. At a peak all of the averaged minima know of it, so the mean is small enough. null: nothing is too loud.
 */
function smoothFactors(whole: Float32Array, ramp: number, count: number): Float32Array | null {
  const highest = whole.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  if (highest * MOST_BETWEEN <= CEILING) return null;
  const own = new Float32Array(whole.length).fill(1);
  // The last sample with which a point may be too high; the first ones are not looked at, and taken for that.
  let loud = 2 * HALF_TAPS - 1;
  for (let i = HALF_TAPS; i < whole.length - HALF_TAPS; i++) {
    if (Math.abs(whole[i + HALF_TAPS]) * MOST_BETWEEN > CEILING) loud = i + HALF_TAPS;
    if (loud <= i - HALF_TAPS) continue;
    const level = truePeak(whole, i);
    if (level > CEILING) own[i] = CEILING / level;
  }
  const needed = smallestAround(own, ramp);
  const width = 2 * ramp + 1;
  const first = HALF_TAPS + ramp; // the window of the first sample given begins here
  const factors = new Float32Array(count);
  // Counted in 2⁻³⁰ steps: whole numbers, so the running sum never drifts and does not depend on how the stream is cut.
  const step = 2 ** 30;
  let sum = 0;
  for (let i = first; i < first + width; i++) sum += Math.floor(needed[i] * step);
  for (let i = 0; i < count; i++) {
    factors[i] = sum / (width * step);
    sum += Math.floor(needed[first + i + width] * step) - Math.floor(needed[first + i] * step);
  }
  return factors;
}

/** For each value the smallest within `reach` of it, in one pass: a sound that is too loud all the time costs no more than one with a few peaks. */
function smallestAround(values: Float32Array, reach: number): Float32Array {
  const smallest = new Float32Array(values.length);
  // Places that can still be the smallest of a window, in order; what stands behind a larger one outlives it, so their values rise.
  const candidates = new Int32Array(values.length);
  let [first, end] = [0, 0];
  for (let i = 0, next = 0; i < values.length; i++) {
    for (; next <= i + reach && next < values.length; next++) {
      while (end > first && values[candidates[end - 1]] >= values[next]) end--;
      candidates[end++] = next;
    }
    while (candidates[first] < i - reach) first++;
    smallest[i] = values[candidates[first]];
  }
  return smallest;
}

/** A whole recording with its gain, peaks limited. */
export function applyGain(samples: Float32Array, gain: number, sampleRate: number): Float32Array {
  const limiter = createLimiter(gain, sampleRate);
  const head = limiter.push(samples);
  const tail = limiter.finish();
  const whole = new Float32Array(samples.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}
