/**
 * Magnitudes of a real Fourier transform for any even length with small prime factors. Packages for this know powers of
 * two only; Wav2Lip's windows are 800 samples.
 */

/** @returns writes the length/2 + 1 magnitudes of `input` into `output`; not for use from two places at once */
export function createRealFft(length: number): (input: Float64Array, output: Float64Array) => void {
  // Even and odd samples as real and imaginary part of a transform of half the length, taken apart afterwards.
  const half = length / 2;
  const stages = planStages(half);
  let re = new Float64Array(half), im = new Float64Array(half);
  let re2 = new Float64Array(half), im2 = new Float64Array(half);
  const cos = Float64Array.from({ length: half + 1 }, (_, k) => Math.cos((2 * Math.PI * k) / length));
  const sin = Float64Array.from({ length: half + 1 }, (_, k) => Math.sin((2 * Math.PI * k) / length));

  return (input, output) => {
    for (let i = 0; i < half; i++) {
      re[i] = input[2 * i];
      im[i] = input[2 * i + 1];
    }
    for (const stage of stages) {
      runStage(stage, re, im, re2, im2);
      [re, re2] = [re2, re];
      [im, im2] = [im2, im];
    }
    for (let k = 0; k <= half; k++) {
      const a = k === half ? 0 : k, b = k === 0 ? 0 : half - k;
      const evenRe = re[a] + re[b], evenIm = im[a] - im[b];
      const oddRe = im[a] + im[b], oddIm = re[b] - re[a];
      const x = evenRe + oddRe * cos[k] + oddIm * sin[k];
      const y = evenIm + oddIm * cos[k] - oddRe * sin[k];
      output[k] = Math.sqrt(x * x + y * y) / 2;
    }
  };
}

interface Stage {
  radix: number;
  groups: number;
  stride: number;
  /** For each group p and output j: the radix factors exp(−2πi·(jk/radix + jp/(radix·groups))), as cos and sin. */
  cos: Float64Array;
  sin: Float64Array;
}

/** Stockham's self-sorting stages (decimation in frequency). */
function planStages(length: number): Stage[] {
  const stages: Stage[] = [];
  for (let rest = length, stride = 1; rest > 1; ) {
    const radix = [4, 5, 2, 3].find((factor) => rest % factor === 0) ?? rest;
    const groups = rest / radix;
    const angles = Array.from({ length: groups * radix * radix }, (_, index) => {
      const k = index % radix, j = Math.floor(index / radix) % radix, p = Math.floor(index / (radix * radix));
      return -2 * Math.PI * ((j * k) / radix + (j * p) / rest);
    });
    stages.push({ radix, groups, stride, cos: Float64Array.from(angles, Math.cos), sin: Float64Array.from(angles, Math.sin) });
    stride *= radix;
    rest = groups;
  }
  return stages;
}

function runStage({ radix, groups, stride, cos, sin }: Stage, re: Float64Array, im: Float64Array, toRe: Float64Array, toIm: Float64Array): void {
  const step = stride * groups;
  for (let p = 0; p < groups; p++) {
    for (let j = 0; j < radix; j++) {
      const factors = (p * radix + j) * radix, to = stride * (radix * p + j);
      for (let q = 0; q < stride; q++) {
        let sumRe = 0, sumIm = 0;
        for (let k = 0, from = q + stride * p; k < radix; k++, from += step) {
          const c = cos[factors + k], s = sin[factors + k];
          sumRe += re[from] * c - im[from] * s;
          sumIm += re[from] * s + im[from] * c;
        }
        toRe[to + q] = sumRe;
        toIm[to + q] = sumIm;
      }
    }
  }
}
