/** Arithmetic on single planes of numbers (`[H,W]` float32, row by row), as mattes and colour estimates need it. */
import type { Picture } from './sample.ts';

export interface Plane {
  width: number;
  height: number;
  values: Float32Array;
}

export function createPlane(width: number, height: number): Plane {
  return { width, height, values: new Float32Array(width * height) };
}

/** Working memory kept between calls: arrays of this size, made anew each time, would keep the garbage collector busier than the sums. */
const scratch = { rows: new Float32Array(0), product: new Float32Array(0) };

function scratchOf(name: keyof typeof scratch, length: number): Float32Array {
  if (scratch[name].length < length) scratch[name] = new Float32Array(length);
  return scratch[name];
}

/** Mean over the (2·radius+1)² pixels around each; at the border over those that exist. Costs the same for every radius. */
export function boxMean({ width, height, values }: Plane, radius: number): Plane {
  const rows = scratchOf('rows', width * height);
  const reach = Math.min(radius, width - 1);
  const shares = Float64Array.from({ length: width }, (_, col) => 1 / (Math.min(width - 1, col + reach) - Math.max(0, col - reach) + 1));
  for (let row = 0, at = 0; row < height; row++, at += width) {
    let sum = 0;
    for (let col = 0; col < reach; col++) sum += values[at + col];
    for (let col = 0; col < width; col++) {
      if (col + reach < width) sum += values[at + col + reach];
      if (col > reach) sum -= values[at + col - reach - 1];
      rows[at + col] = sum * shares[col];
    }
  }
  const out = createPlane(width, height);
  const sums = new Float64Array(width);
  const down = Math.min(radius, height - 1);
  for (let row = 0; row < down; row++) for (let col = 0, at = row * width; col < width; col++) sums[col] += rows[at + col];
  for (let row = 0; row < height; row++) {
    const enters = row + down < height ? (row + down) * width : -1;
    const leaves = row - down > 0 ? (row - down - 1) * width : -1;
    const share = 1 / (Math.min(height - 1, row + down) - Math.max(0, row - down) + 1);
    const at = row * width;
    for (let col = 0; col < width; col++) {
      let sum = sums[col];
      if (enters >= 0) sum += rows[enters + col];
      if (leaves >= 0) sum -= rows[leaves + col];
      sums[col] = sum;
      out.values[at + col] = sum * share;
    }
  }
  return out;
}

/** boxMean of the product of two planes. */
export function productMean(a: Plane, b: Plane, radius: number): Plane {
  const { width, height } = a;
  const [x, y] = [a.values, b.values];
  const values = scratchOf('product', width * height);
  for (let i = 0; i < x.length; i++) values[i] = x[i] * y[i];
  return boxMean({ width, height, values }, radius);
}

/** One plane from others of the same size, pixel by pixel. */
export function combine(planes: readonly Plane[], each: (index: number) => number): Plane {
  const out = createPlane(planes[0].width, planes[0].height);
  for (let i = 0; i < out.values.length; i++) out.values[i] = each(i);
  return out;
}

/** The size in which a picture of width×height is worked on: no longer than `side`, never larger than the picture. */
export function workingSize(width: number, height: number, side: number): { width: number; height: number } {
  const scale = Math.min(1, side / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Bilinear values of a plane along a larger (or equal) grid laid over the same picture; edges are repeated. */
export function rowReader(plane: Plane, width: number, height: number): (row: number, out: Float32Array) => void {
  const scaleX = plane.width / width;
  const scaleY = plane.height / height;
  const left = new Int32Array(width);
  const right = new Int32Array(width);
  const share = new Float32Array(width);
  for (let col = 0; col < width; col++) {
    const x = Math.min(plane.width - 1, Math.max(0, (col + 0.5) * scaleX - 0.5));
    left[col] = Math.floor(x);
    right[col] = Math.min(plane.width - 1, left[col] + 1);
    share[col] = x - left[col];
  }
  const { values } = plane;
  return (row, out) => {
    const y = Math.min(plane.height - 1, Math.max(0, (row + 0.5) * scaleY - 0.5));
    const upper = Math.floor(y) * plane.width;
    const lower = Math.min(plane.height - 1, Math.floor(y) + 1) * plane.width;
    const down = y - Math.floor(y);
    for (let col = 0; col < width; col++) {
      const [a, b] = [left[col], right[col]];
      const above = values[upper + a] + (values[upper + b] - values[upper + a]) * share[col];
      const below = values[lower + a] + (values[lower + b] - values[lower + a]) * share[col];
      out[col] = above + (below - above) * down;
    }
  };
}

/** As `rowReader`, one pixel at a time: for the few pixels at an edge. */
export function pixelReader(plane: Plane, width: number, height: number): (col: number, row: number) => number {
  const { values, width: w, height: h } = plane;
  const scaleX = w / width;
  const scaleY = h / height;
  return (col, row) => {
    const x = Math.min(w - 1, Math.max(0, (col + 0.5) * scaleX - 0.5));
    const y = Math.min(h - 1, Math.max(0, (row + 0.5) * scaleY - 0.5));
    const left = Math.floor(x);
    const right = Math.min(w - 1, left + 1);
    const upper = Math.floor(y) * w;
    const lower = Math.min(h - 1, Math.floor(y) + 1) * w;
    const above = values[upper + left] + (values[upper + right] - values[upper + left]) * (x - left);
    const below = values[lower + left] + (values[lower + right] - values[lower + left]) * (x - left);
    return above + (below - above) * (y - Math.floor(y));
  };
}

export function enlarged(plane: Plane, width: number, height: number): Plane {
  if (plane.width === width && plane.height === height) return plane;
  const out = createPlane(width, height);
  const read = rowReader(plane, width, height);
  for (let row = 0; row < height; row++) read(row, out.values.subarray(row * width, (row + 1) * width));
  return out;
}

/** Each pixel of the smaller size is the mean of the pixels it covers. */
export function shrunk({ width, height, values }: Plane, toWidth: number, toHeight: number): Plane {
  const out = createPlane(toWidth, toHeight);
  for (let row = 0, o = 0; row < toHeight; row++) {
    const [top, bottom] = covered(row, height, toHeight);
    for (let col = 0; col < toWidth; col++, o++) {
      const [left, right] = covered(col, width, toWidth);
      let sum = 0;
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += values[y * width + x];
      out.values[o] = sum / ((bottom - top) * (right - left));
    }
  }
  return out;
}

/** Which of `size` pixels fall into pixel `index` of `smaller`: at least one, no pixel twice. */
function covered(index: number, size: number, smaller: number): [from: number, to: number] {
  const from = Math.floor((index * size) / smaller);
  return [from, Math.max(from + 1, Math.floor(((index + 1) * size) / smaller))];
}

/** A picture's R, G and B as planes of 0..1, each pixel of the smaller size being the mean of the pixels it covers. */
export function colourPlanes({ width, height, rgb }: Picture, toWidth: number, toHeight: number): [r: Plane, g: Plane, b: Plane] {
  const [r, g, b] = [createPlane(toWidth, toHeight), createPlane(toWidth, toHeight), createPlane(toWidth, toHeight)];
  for (let row = 0, o = 0; row < toHeight; row++) {
    const [top, bottom] = covered(row, height, toHeight);
    for (let col = 0; col < toWidth; col++, o++) {
      const [left, right] = covered(col, width, toWidth);
      let [sumR, sumG, sumB] = [0, 0, 0];
      for (let y = top; y < bottom; y++) {
        for (let x = left, i = (y * width + left) * 3; x < right; x++, i += 3) {
          sumR += rgb[i];
          sumG += rgb[i + 1];
          sumB += rgb[i + 2];
        }
      }
      const share = 1 / (255 * (bottom - top) * (right - left));
      r.values[o] = sumR * share;
      g.values[o] = sumG * share;
      b.values[o] = sumB * share;
    }
  }
  return [r, g, b];
}
