/** eSpeak's samples at the level of a take: the voice's one gain, and a limiter for the few peaks that go over. */

/** −1.4 dBFS, so that true peaks between samples stay below −1 dBTP. */
const CEILING = 0.85;
/** The limiter turns down this long before a peak and comes back as long after it: no click, no distortion of the wave. */
const REACH_SEC = 0.01;

/**
 * eSpeak's voiced sounds are spiky (peaks 17–20 dB over the loudness), so −16 LUFS lifts them over full scale.
 * @param pcm 16-bit
 * @returns −0.85..0.85, same length
 */
export function levelled(pcm: Int16Array, sampleRate: number, gain: number): Float32Array {
  const out = Float32Array.from(pcm, (sample) => (sample / 32768) * gain);
  const wanted = out.map((value) => Math.min(1, CEILING / Math.max(1e-9, Math.abs(value))));
  if (!wanted.some((factor) => factor < 1)) return out;
  // The smallest factor within reach, averaged over the same reach: never more than what the sample in the middle may have.
  const reach = Math.round(REACH_SEC * sampleRate);
  const factors = averaged(smallest(wanted, reach), reach);
  return out.map((value, i) => Math.max(-CEILING, Math.min(CEILING, value * factors[i])));
}

/** Minimum over i − reach … i + reach, in one pass: `queue` holds the places of rising values. */
function smallest(values: Float32Array, reach: number): Float32Array {
  const out = new Float32Array(values.length);
  const queue = new Int32Array(values.length);
  let [head, tail] = [0, 0];
  for (let i = 0; i < values.length + reach; i++) {
    if (i < values.length) {
      while (tail > head && values[queue[tail - 1]] >= values[i]) tail--;
      queue[tail++] = i;
    }
    const middle = i - reach;
    if (middle < 0) continue;
    while (queue[head] < middle - reach) head++;
    out[middle] = values[queue[head]];
  }
  return out;
}

/** Mean over i − reach … i + reach; beyond the ends nothing is turned down further. */
function averaged(values: Float32Array, reach: number): Float32Array {
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = sums[i] + values[i];
  return values.map((_, i) => {
    const from = Math.max(0, i - reach);
    const to = Math.min(values.length, i + reach + 1);
    return (sums[to] - sums[from]) / (to - from);
  });
}
