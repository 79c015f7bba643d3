/**
 * Pictures in memory and crops out of them.
 * Coordinates are continuous: the picture's top left corner is (0, 0) and the centre of its first pixel is (0.5, 0.5), so a point
 * scales with the picture without an offset.
 */
import { type I420, i420Planes } from '../media/i420.ts';

/** Upright 8-bit sRGB, `[H,W,3]`, no row padding. */
export interface Picture {
  width: number;
  height: number;
  rgb: Uint8Array;
}

/** x' = xx·x + xy·y + x0, y' = yx·x + yy·y + y0. */
export interface Affine {
  xx: number;
  xy: number;
  x0: number;
  yx: number;
  yy: number;
  y0: number;
}

/** A square crop of a picture: centre and side in its pixels, turned by `angle` radians (clockwise on screen). */
export interface Square {
  x: number;
  y: number;
  side: number;
  angle: number;
}

/** A picture and its successive halvings, made when first needed. */
export interface Pyramid {
  /** Where its first pixel's corner lies in the full picture, and how many pixels of that one of its own is wide. */
  left: number;
  top: number;
  shrink: number;
  levels: Picture[];
}

export function applyAffine(map: Affine, x: number, y: number): [x: number, y: number] {
  return [map.xx * x + map.xy * y + map.x0, map.yx * x + map.yy * y + map.y0];
}

export function invertAffine({ xx, xy, x0, yx, yy, y0 }: Affine): Affine {
  const det = xx * yy - xy * yx;
  return { xx: yy / det, xy: -xy / det, x0: (xy * y0 - yy * x0) / det, yx: -yx / det, yy: xx / det, y0: (yx * x0 - xx * y0) / det };
}

/** Crop pixels (0..size) → picture pixels. */
export function squareMap({ x, y, side, angle }: Square, size: number): Affine {
  const scale = side / size;
  const cos = Math.cos(angle) * scale;
  const sin = Math.sin(angle) * scale;
  return { xx: cos, xy: -sin, x0: x - ((cos - sin) * size) / 2, yx: sin, yy: cos, y0: y - ((sin + cos) * size) / 2 };
}

export function pyramidOf(picture: Picture): Pyramid {
  return { left: 0, top: 0, shrink: 1, levels: [picture] };
}

/**
 * The part of an I420 frame (BT.709, limited range) under a width×height crop, as RGB of about the crop's resolution: converting the
 * whole frame would cost more than looking at the face.
 * @param map crop pixels → frame pixels
 */
export function pyramidUnder(frame: I420, map: Affine, width: number, height: number): Pyramid {
  const shrink = 2 ** depthFor(map);
  const corners = [[0, 0], [width, 0], [0, height], [width, height]].map(([x, y]) => applyAffine(map, x, y));
  const first = (values: number[], limit: number) => Math.min(limit - 1, Math.max(0, Math.floor(Math.min(...values) / shrink) - 2));
  const last = (values: number[], limit: number) => Math.min(limit, Math.max(0, Math.ceil(Math.max(...values) / shrink) + 2));
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  // In shrunk pixels; a rest of the frame smaller than one of them is left out.
  const [wide, high] = [Math.floor(frame.width / shrink), Math.floor(frame.height / shrink)];
  const [left, top] = [first(xs, wide), first(ys, high)];
  const [right, bottom] = [Math.max(left + 1, last(xs, wide)), Math.max(top + 1, last(ys, high))];
  const picture = pictureOfI420(frame, { left: left * shrink, top: top * shrink, width: right - left, height: bottom - top, shrink });
  return { left: left * shrink, top: top * shrink, shrink, levels: [picture] };
}

/**
 * A rectangle of an I420 frame as RGB.
 * @param part its even corner in frame pixels, its size in result pixels, each the mean of shrink×shrink frame pixels (a power of 2)
 */
export function pictureOfI420(frame: I420, part = { left: 0, top: 0, width: frame.width, height: frame.height, shrink: 1 }): Picture {
  const { left, top, width, height, shrink } = part;
  const planes = i420Planes(frame);
  const rgb = new Uint8ClampedArray(width * height * 3);
  const half = frame.width >> 1;
  const block = Math.max(1, shrink >> 1);
  // Chroma has half of the luma's resolution: unless the picture is shrunk, one of its pixels serves two of the result's.
  const perChroma = shrink === 1 ? 1 : 0;
  const chromaWidth = ((width - 1) >> perChroma) + 1;
  const [y, u, v] = [new Float32Array(width), new Float32Array(chromaWidth), new Float32Array(chromaWidth)];
  for (let row = 0, o = 0; row < height; row++) {
    const lumaRow = top + row * shrink;
    blockMeans(planes.y, lumaRow * frame.width + left, frame.width, shrink, y);
    if (perChroma === 0 || row % 2 === 0) {
      const chroma = (lumaRow >> 1) * half + (left >> 1);
      blockMeans(planes.u, chroma, half, block, u);
      blockMeans(planes.v, chroma, half, block, v);
    }
    for (let col = 0; col < width; col++, o += 3) {
      // BT.709, limited range: 255/219, and 2·(1−K)·255/224 for the chroma terms.
      const luma = 1.1643836 * (y[col] - 16);
      const cb = u[col >> perChroma] - 128;
      const cr = v[col >> perChroma] - 128;
      rgb[o] = luma + 1.7927411 * cr;
      rgb[o + 1] = luma - 0.2132486 * cb - 0.5329093 * cr;
      rgb[o + 2] = luma + 2.1124018 * cb;
    }
  }
  return { width, height, rgb: new Uint8Array(rgb.buffer) };
}

/** A row of means of size×size blocks (size 1, 2, 4, …), the first at `at`. */
function blockMeans(plane: Uint8Array, at: number, stride: number, size: number, out: Float32Array): void {
  const count = out.length;
  if (size === 1) {
    for (let i = 0; i < count; i++) out[i] = plane[at + i];
  } else if (size === 2) {
    for (let i = 0, a = at, b = at + stride; i < count; i++, a += 2, b += 2) out[i] = (plane[a] + plane[a + 1] + plane[b] + plane[b + 1]) * 0.25;
  } else {
    // Fours along a row at a time: loops within loops cost more than the sums.
    const share = 1 / (size * size);
    out.fill(0);
    for (let row = 0; row < size; row++) {
      for (let part = 0; part < size; part += 4) {
        for (let i = 0, a = at + row * stride + part; i < count; i++, a += size) out[i] += (plane[a] + plane[a + 1] + plane[a + 2] + plane[a + 3]) * share;
      }
    }
  }
}

/**
 * Writes a width×height crop as three planes R, G, B of value·gain + bias into `out` from `offset`.
 * Bilinear from the pyramid level nearest to the crop's resolution; outside the picture is black.
 * @param map crop pixels → picture pixels
 */
export function sampleRgb(source: Pyramid, map: Affine, width: number, height: number, out: Float32Array, offset: number, gain: number, bias: number): void {
  const picture = level(source, Math.max(0, depthFor(map) - Math.log2(source.shrink)));
  const perPixel = source.shrink * 2 ** source.levels.indexOf(picture);
  const { rgb, width: w, height: h } = picture;
  const plane = width * height;
  for (let row = 0, o = offset; row < height; row++) {
    const v = row + 0.5;
    for (let col = 0; col < width; col++, o++) {
      const u = col + 0.5;
      const x = (map.xx * u + map.xy * v + map.x0 - source.left) / perPixel - 0.5;
      const y = (map.yx * u + map.yy * v + map.y0 - source.top) / perPixel - 0.5;
      if (x <= -1 || y <= -1 || x >= w || y >= h) {
        out[o] = out[o + plane] = out[o + 2 * plane] = bias;
        continue;
      }
      const xi = Math.floor(x);
      const yi = Math.floor(y);
      const fx = x - xi;
      const fy = y - yi;
      const left = Math.max(xi, 0) * 3;
      const right = Math.min(xi + 1, w - 1) * 3;
      const upper = Math.max(yi, 0) * w * 3;
      const lower = Math.min(yi + 1, h - 1) * w * 3;
      for (let c = 0; c < 3; c++) {
        const a = rgb[upper + left + c];
        const b = rgb[lower + left + c];
        const top = a + (rgb[upper + right + c] - a) * fx;
        const bottom = b + (rgb[lower + right + c] - b) * fx;
        out[o + c * plane] = (top + (bottom - top) * fy) * gain + bias;
      }
    }
  }
}

/** How often to halve a picture so that a crop takes about every pixel of it: steps of 0.84 to 1.68 remain. */
function depthFor(map: Affine): number {
  const step = Math.sqrt(Math.abs(map.xx * map.yy - map.xy * map.yx));
  return Math.max(0, Math.floor(Math.log2(step) + 0.25));
}

function level(source: Pyramid, depth: number): Picture {
  while (source.levels.length <= depth) {
    const last = source.levels.at(-1)!;
    if (last.width < 2 || last.height < 2) return last;
    source.levels.push(halved(last));
  }
  return source.levels[depth];
}

/** Mean of each 2×2 block; an odd last row or column is dropped. */
function halved({ width, height, rgb }: Picture): Picture {
  const w = width >> 1;
  const h = height >> 1;
  const out = new Uint8Array(w * h * 3);
  for (let row = 0, o = 0; row < h; row++) {
    for (let col = 0, i = row * 2 * width * 3; col < w; col++, i += 6) {
      for (let c = 0; c < 3; c++, o++) {
        out[o] = (rgb[i + c] + rgb[i + c + 3] + rgb[i + c + width * 3] + rgb[i + c + width * 3 + 3] + 2) >> 2;
      }
    }
  }
  return { width: w, height: h, rgb: out };
}
