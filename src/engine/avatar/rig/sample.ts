/** Samples of a plane between its pixels. Exact at whole positions. */

export const PHASES = 256;
/** Catmull-Rom weights of the 4 neighbours for each phase, in 1/256, summing to 256. Sharper than bilinear: skin keeps its texture. */
export const CUBIC_WEIGHTS = catmullRom();

function catmullRom(): Int32Array {
  const table = new Int32Array(PHASES * 4);
  for (let i = 0; i < PHASES; i++) {
    const t = i / PHASES, t2 = t * t, t3 = t2 * t;
    const exact = [(-t3 + 2 * t2 - t) / 2, (3 * t3 - 5 * t2 + 2) / 2, (-3 * t3 + 4 * t2 + t) / 2, (t3 - t2) / 2];
    const rounded = exact.map((weight) => Math.round(weight * 256));
    // What rounding lost goes to the nearest neighbour, so that flat areas stay flat.
    rounded[t < 0.5 ? 1 : 2] += 256 - rounded.reduce((sum, weight) => sum + weight, 0);
    table.set(rounded, i * 4);
  }
  return table;
}

/** Bicubic; the outermost pixels are read bilinear, beyond them the border repeats. May overshoot 0..255 a little. */
export function cubicSample(plane: Uint8Array, width: number, height: number, x: number, y: number): number {
  if (!(x >= 1 && y >= 1 && x < width - 3 && y < height - 3)) return linearSample(plane, width, height, x, y);
  // Whole numbers throughout, in 1/65536 of a pixel, as in kernel.wat: a quarter faster than floating point.
  const weights = CUBIC_WEIGHTS;
  const mul = Math.imul;
  const fixedX = (x * 65536 + 128) | 0, fixedY = (y * 65536 + 128) | 0;
  const px = (fixedX >>> 6) & 1020, py = (fixedY >>> 6) & 1020;
  const a = weights[px], b = weights[px + 1], c = weights[px + 2], d = weights[px + 3];
  const o = (mul((fixedY >> 16) - 1, width) + (fixedX >> 16) - 1) | 0, p = (o + width) | 0, q = (p + width) | 0, r = (q + width) | 0;
  const first = (mul(a, plane[o]) + mul(b, plane[o + 1]) + mul(c, plane[o + 2]) + mul(d, plane[o + 3])) | 0;
  const second = (mul(a, plane[p]) + mul(b, plane[p + 1]) + mul(c, plane[p + 2]) + mul(d, plane[p + 3])) | 0;
  const third = (mul(a, plane[q]) + mul(b, plane[q + 1]) + mul(c, plane[q + 2]) + mul(d, plane[q + 3])) | 0;
  const fourth = (mul(a, plane[r]) + mul(b, plane[r + 1]) + mul(c, plane[r + 2]) + mul(d, plane[r + 3])) | 0;
  return (mul(weights[py], first) + mul(weights[py + 1], second) + mul(weights[py + 2], third) + mul(weights[py + 3], fourth) + 32768) >> 16;
}

/** Bilinear; beyond the border the border repeats. */
export function linearSample(plane: Uint8Array, width: number, height: number, x: number, y: number): number {
  const cx = x < 0 ? 0 : x > width - 1 ? width - 1 : x, cy = y < 0 ? 0 : y > height - 1 ? height - 1 : y;
  const ix = cx | 0, iy = cy | 0, fx = cx - ix, fy = cy - iy;
  const o = iy * width + ix;
  const right = ix + 1 < width ? 1 : 0, under = iy + 1 < height ? width : 0;
  const top = plane[o] + (plane[o + right] - plane[o]) * fx;
  const low = plane[o + under] + (plane[o + under + right] - plane[o + under]) * fx;
  return top + (low - top) * fy;
}
