/** One sample of a plane between its pixels. Exact at whole positions. */

export const PHASES = 256;
/** Catmull-Rom weights of the 4 neighbours for each phase. Sharper than bilinear: skin keeps its texture while it moves. */
export const WEIGHTS = catmullRom();

function catmullRom(): Float64Array {
  const table = new Float64Array((PHASES + 1) * 4);
  for (let i = 0; i <= PHASES; i++) {
    const t = i / PHASES, t2 = t * t, t3 = t2 * t;
    table[i * 4] = (-t3 + 2 * t2 - t) / 2;
    table[i * 4 + 1] = (3 * t3 - 5 * t2 + 2) / 2;
    table[i * 4 + 2] = (-3 * t3 + 4 * t2 + t) / 2;
    table[i * 4 + 3] = (t3 - t2) / 2;
  }
  return table;
}

/** Bicubic; the outermost pixels are read bilinear, beyond them the border repeats. */
export function cubicSample(plane: Uint8Array, width: number, height: number, x: number, y: number): number {
  if (!(x >= 1 && y >= 1 && x < width - 2 && y < height - 2)) return linearSample(plane, width, height, x, y);
  const ix = x | 0, iy = y | 0;
  const px = (((x - ix) * PHASES + 0.5) | 0) * 4, py = (((y - iy) * PHASES + 0.5) | 0) * 4;
  const a = WEIGHTS[px], b = WEIGHTS[px + 1], c = WEIGHTS[px + 2], d = WEIGHTS[px + 3];
  let o = (iy - 1) * width + ix - 1;
  let sum = WEIGHTS[py] * (a * plane[o] + b * plane[o + 1] + c * plane[o + 2] + d * plane[o + 3]);
  o += width;
  sum += WEIGHTS[py + 1] * (a * plane[o] + b * plane[o + 1] + c * plane[o + 2] + d * plane[o + 3]);
  o += width;
  sum += WEIGHTS[py + 2] * (a * plane[o] + b * plane[o + 1] + c * plane[o + 2] + d * plane[o + 3]);
  o += width;
  return sum + WEIGHTS[py + 3] * (a * plane[o] + b * plane[o + 1] + c * plane[o + 2] + d * plane[o + 3]);
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

/** `count` bicubic samples along a line from (x, y) in steps of (dx, dy), all at least 2 pixels inside the plane. */
export function cubicRow(plane: Uint8Array, width: number, out: Uint8ClampedArray, at: number, count: number, x: number, y: number, dx: number, dy: number): void {
  for (let i = 0; i < count; i++) {
    const ix = x | 0, iy = y | 0;
    const px = (((x - ix) * PHASES + 0.5) | 0) << 2, py = (((y - iy) * PHASES + 0.5) | 0) << 2;
    const a = WEIGHTS[px], b = WEIGHTS[px + 1], c = WEIGHTS[px + 2], d = WEIGHTS[px + 3];
    const o = (iy - 1) * width + ix - 1, p = o + width, q = p + width, r = q + width;
    out[at + i] =
      WEIGHTS[py] * (a * plane[o] + b * plane[o + 1] + c * plane[o + 2] + d * plane[o + 3]) +
      WEIGHTS[py + 1] * (a * plane[p] + b * plane[p + 1] + c * plane[p + 2] + d * plane[p + 3]) +
      WEIGHTS[py + 2] * (a * plane[q] + b * plane[q + 1] + c * plane[q + 2] + d * plane[q + 3]) +
      WEIGHTS[py + 3] * (a * plane[r] + b * plane[r + 1] + c * plane[r + 2] + d * plane[r + 3]);
    x += dx;
    y += dy;
  }
}

/** The same, bilinear. */
export function linearRow(plane: Uint8Array, width: number, out: Uint8ClampedArray, at: number, count: number, x: number, y: number, dx: number, dy: number): void {
  for (let i = 0; i < count; i++) {
    const ix = x | 0, iy = y | 0, fx = x - ix, o = iy * width + ix;
    const top = plane[o] + (plane[o + 1] - plane[o]) * fx;
    out[at + i] = top + (plane[o + width] + (plane[o + width + 1] - plane[o + width]) * fx - top) * (y - iy);
    x += dx;
    y += dy;
  }
}
