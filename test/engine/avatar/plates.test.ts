import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coverOf } from '../../../src/engine/avatar/cover.ts';
import { openPlates } from '../../../src/engine/avatar/plates.ts';
import type { Avatar, Face } from '../../../src/engine/avatar/prepare.ts';
import { rgbToI420 } from '../../../src/engine/media/i420.ts';
import { writePlates } from '../../../src/engine/media/plates.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sima-plates-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const faceAt = (x: number, y: number, width: number, height: number): Face => ({ box: { x, y, width, height }, score: 1, landmarks: new Float32Array(468 * 3) });

/** Grey wall with one white dot of 3×3 pixels around (dotX, dotY). */
async function dotted(width: number, height: number, dotX: number, dotY: number): Promise<Buffer> {
  const dot = await sharp({ create: { width: 3, height: 3, channels: 3, background: '#fff' } }).png().toBuffer();
  return sharp({ create: { width, height, channels: 3, background: '#404040' } }).composite([{ input: dot, left: dotX - 1, top: dotY - 1 }]).png().toBuffer();
}

function brightest(data: Uint8Array, width: number, height: number): [number, number] {
  let [sum, x, y] = [0, 0, 0];
  for (let i = 0; i < width * height; i++) {
    const weight = Math.max(0, data[i] - 100);
    sum += weight;
    x += weight * ((i % width) + 0.5);
    y += weight * (Math.floor(i / width) + 0.5);
  }
  return [x / sum, y / sum];
}

const photo = async (name: string, bytes: Buffer, face: Face): Promise<Avatar> => {
  const source = path.join(folder, name);
  await writeFile(source, bytes);
  const { width, height } = await sharp(bytes).metadata();
  return { id: name, kind: 'photo', source, width, height, fps: null, faceIndex: 1, faceCount: 1, faces: [face] };
};

describe('plates of a photo', () => {
  it.each([
    [301, 201, null],
    [301, 201, { width: 200, height: 200 }],
    [400, 300, { width: 108, height: 192 }],
    [200, 333, { width: 640, height: 360 }],
    [13, 7, { width: 64, height: 64 }],
  ])('%i×%i to %o: even size, and toPlate says where each point went', async (width, height, size) => {
    const [dotX, dotY] = [Math.floor(width * 0.6), Math.floor(height * 0.4)];
    const avatar = await photo(`${width}-${size?.width ?? 0}.png`, await dotted(width, height, dotX, dotY), faceAt(width * 0.5, height * 0.3, width * 0.2, height * 0.2));
    const plates = await openPlates(avatar, size);
    const plate = await plates.at(0);
    expect(plates.count).toBe(1);
    expect([plate.width, plate.height]).toEqual(size ? [size.width, size.height] : [width & ~1, height & ~1]);
    expect([plates.width, plates.height, plate.data.length]).toEqual([plate.width, plate.height, (plate.width * plate.height * 3) / 2]);
    if (width > 100) {
      const [x, y] = plates.toPlate(dotX + 0.5, dotY + 0.5);
      const [foundX, foundY] = brightest(plate.data, plate.width, plate.height);
      expect(Math.hypot(x - foundX, y - foundY)).toBeLessThan(0.3 + 0.3 * ((size?.width ?? 0) / width));
    }
    await plates.close();
  });

  it('at its own size each pixel is the photo’s own', async () => {
    const bytes = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#222', noise: { type: 'gaussian', mean: 128, sigma: 30 } } }).png().toBuffer();
    const plates = await openPlates(await photo('noise.png', bytes, faceAt(10, 10, 20, 20)), null);
    const rgb = await sharp(bytes).removeAlpha().toColourspace('srgb').raw().toBuffer();
    expect((await plates.at(0)).data).toEqual(rgbToI420(rgb, 64, 48).data);
  });

  it('odd output sizes and photos that are gone are refused', async () => {
    const avatar = await photo('gone.png', await dotted(50, 50, 20, 20), faceAt(10, 10, 20, 20));
    await expect(openPlates(avatar, { width: 101, height: 100 })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('101×100') as string });
    await rm(avatar.source);
    await expect(openPlates(avatar, null)).rejects.toMatchObject({ code: 'invalid-input' });
  });
});

describe('the part of the picture that is shown', () => {
  const source = { width: 1600, height: 900 };
  const portrait = { width: 540, height: 960 };
  it('is the middle where the face is in the middle, or where there is none', () => {
    const middle = (Math.round(1600 * (960 / 900)) - 540) / 2;
    for (const face of [null, { x: 750, y: 350, width: 100, height: 120 }]) expect(Math.abs(coverOf(source, portrait, face).left - middle)).toBeLessThanOrEqual(2);
  });
  it('moves so that a face near an edge stays whole', () => {
    const scale = 960 / 900;
    for (const x of [20, 200, 1100, 1450]) {
      const face = { x, y: 300, width: 120, height: 150 };
      const { left, width } = coverOf(source, portrait, face);
      expect(left).toBeLessThanOrEqual(face.x * scale);
      expect(left + width).toBeGreaterThanOrEqual((face.x + face.width) * scale - 1);
    }
  });
  it('without a size is the source’s own, up to 4K', () => {
    expect(coverOf({ width: 1001, height: 667 }, null, null)).toEqual({ scaledWidth: 1001, scaledHeight: 667, left: 0, top: 0, width: 1000, height: 666 });
    const { width, height } = coverOf({ width: 3024, height: 4032 }, null, null);
    expect([width, height]).toEqual([2160, 2880]);
  });
  it('never leaves the picture, and is even', () => {
    for (const x of [-50, 0, 1550]) {
      const { left, top, width, height, scaledWidth, scaledHeight } = coverOf(source, portrait, { x, y: 0, width: 200, height: 200 });
      expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
      expect(left + width).toBeLessThanOrEqual(scaledWidth);
      expect(top + height).toBeLessThanOrEqual(scaledHeight);
      for (const value of [left, top, scaledWidth, scaledHeight]) expect(value % 2).toBe(0);
    }
  });
});

describe('plates of a clip', () => {
  it('are all its frames, cut around the face, and leave no file behind', async () => {
    const source = path.join(folder, 'clip.mp4');
    const dots = [60, 100, 140, 180, 220];
    async function* frames() {
      for (const x of dots) yield rgbToI420(await sharp(await dotted(320, 180, x, 90)).removeAlpha().raw().toBuffer(), 320, 180);
    }
    await writePlates(source, frames(), { width: 320, height: 180 });
    const avatar: Avatar = { id: 'clip', kind: 'clip', source, width: 320, height: 180, fps: 25, faceIndex: 1, faceCount: 1, faces: dots.map((x) => faceAt(x - 15, 75, 30, 30)) };
    const before = await folders();
    for (const size of [null, { width: 180, height: 180 }]) {
      const plates = await openPlates(avatar, size);
      expect(plates.count).toBe(5);
      for (const index of [0, 3, 4, 1]) {
        const plate = await plates.at(index);
        const [x, y] = plates.toPlate(dots[index] + 0.5, 90.5);
        if (x < 4 || x > plate.width - 4) continue; // the dots' range is wider than the square
        const found = brightest(plate.data, plate.width, plate.height);
        expect(Math.hypot(found[0] - x, found[1] - y)).toBeLessThan(1);
      }
      await plates.close();
    }
    await expect(openPlates({ ...avatar, faces: avatar.faces.slice(1) }, null)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('has changed') as string });
    await expect(openPlates(avatar, null, AbortSignal.abort())).rejects.toMatchObject({ code: 'canceled' });
    expect(await folders()).toEqual(before);
  });

  const folders = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('sima-plates-') && !name.startsWith('sima-plates-test'));
});
