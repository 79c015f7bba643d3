/** Raw pictures as tests look at them. */
import { i420Planes, yuvToRgb, type I420 } from '../../src/engine/media/i420.ts';

/** I420 to packed 8-bit RGB `[H,W,3]`; chroma is repeated over its 2×2 block. */
export function i420ToRgb(frame: I420): Uint8ClampedArray {
  const { width, height } = frame;
  const { y, u, v } = i420Planes(frame);
  const rgb = new Uint8ClampedArray(width * height * 3);
  for (let row = 0; row < height; row++) {
    for (let col = 0; col < width; col++) {
      const c = (row >> 1) * (width >> 1) + (col >> 1);
      const [r, g, b] = yuvToRgb(y[row * width + col], u[c], v[c]);
      const o = (row * width + col) * 3;
      rgb[o] = r;
      rgb[o + 1] = g;
      rgb[o + 2] = b;
    }
  }
  return rgb;
}
