/**
 * The one raw picture format between stages: I420, BT.709, limited range (Y 16..235, U/V 16..240), even width and
 * height, no row padding. `data` holds the planes Y, U, V one after the other.
 */
import { StudioError } from '../../shared/errors.ts';

export interface I420 {
  width: number;
  height: number;
  /** width·height·3/2 bytes. May lie on a SharedArrayBuffer. */
  data: Uint8Array;
}

export function i420Bytes(width: number, height: number): number {
  return (width * height * 3) / 2;
}

export function createI420(width: number, height: number): I420 {
  if (width % 2 !== 0 || height % 2 !== 0) throw new StudioError('bug', `I420 needs even sizes, got ${width}×${height}.`);
  return { width, height, data: new Uint8Array(i420Bytes(width, height)) };
}

/** Views of the three planes; U and V have half the width and height of Y. */
export function i420Planes(frame: I420): { y: Uint8Array; u: Uint8Array; v: Uint8Array } {
  const luma = frame.width * frame.height;
  return {
    y: frame.data.subarray(0, luma),
    u: frame.data.subarray(luma, luma + luma / 4),
    v: frame.data.subarray(luma + luma / 4, luma + luma / 2),
  };
}

// ITU-R BT.709: Kr = 0.2126, Kb = 0.0722; limited range scales Y by 219/255 and chroma by 224/255.
const KR = 0.2126;
const KB = 0.0722;
const KG = 1 - KR - KB;

/** One sRGB colour (0..255 each) as BT.709 limited-range [Y, U, V], unrounded. */
export function rgbToYuv(r: number, g: number, b: number): [y: number, u: number, v: number] {
  const luma = KR * r + KG * g + KB * b;
  return [16 + (luma * 219) / 255, 128 + (((b - luma) / (2 * (1 - KB))) * 224) / 255, 128 + (((r - luma) / (2 * (1 - KR))) * 224) / 255];
}

/** The inverse of rgbToYuv, unrounded and unclamped. */
export function yuvToRgb(y: number, u: number, v: number): [r: number, g: number, b: number] {
  const luma = ((y - 16) * 255) / 219;
  const b = luma + (((u - 128) * 255) / 224) * 2 * (1 - KB);
  const r = luma + (((v - 128) * 255) / 224) * 2 * (1 - KR);
  return [r, (luma - KR * r - KB * b) / KG, b];
}

/** Packed 8-bit RGB (`[H,W,3]`, even sizes) to I420; chroma is the mean of each 2×2 block. */
export function rgbToI420(rgb: Uint8Array, width: number, height: number): I420 {
  const frame = createI420(width, height);
  const { y, u, v } = i420Planes(frame);
  const ry = (KR * 219) / 255, gy = (KG * 219) / 255, by = (KB * 219) / 255;
  const cu = 224 / 255 / (2 * (1 - KB)), cv = 224 / 255 / (2 * (1 - KR));
  for (let row = 0; row < height; row++) {
    for (let col = 0, i = row * width * 3, o = row * width; col < width; col++, i += 3, o++) {
      y[o] = 16.5 + ry * rgb[i] + gy * rgb[i + 1] + by * rgb[i + 2];
    }
  }
  const half = width / 2;
  for (let row = 0; row < height / 2; row++) {
    for (let col = 0; col < half; col++) {
      const i = (row * 2 * width + col * 2) * 3, j = i + width * 3;
      const r = (rgb[i] + rgb[i + 3] + rgb[j] + rgb[j + 3]) / 4;
      const g = (rgb[i + 1] + rgb[i + 4] + rgb[j + 1] + rgb[j + 4]) / 4;
      const b = (rgb[i + 2] + rgb[i + 5] + rgb[j + 2] + rgb[j + 5]) / 4;
      const luma = KR * r + KG * g + KB * b;
      u[row * half + col] = Math.round(128 + (b - luma) * cu);
      v[row * half + col] = Math.round(128 + (r - luma) * cv);
    }
  }
  return frame;
}
