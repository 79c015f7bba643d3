/** Pictures as tests look at them, and one that nobody should. */
import { crc32, deflateSync } from 'node:zlib';
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

/** A well-formed 1-bit PNG of that size, a few hundred kB on disk. */
export function hugePng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const length = Buffer.alloc(4);
    const sum = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc((1 + Math.ceil(width / 8)) * height), { level: 1 });
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}
