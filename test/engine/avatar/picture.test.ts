import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateSync, crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPicture, openPhoto, sniff } from '../../../src/engine/avatar/picture.ts';
import type { Picture } from '../../../src/engine/avatar/sample.ts';
import { WOMAN } from './presenters.ts';

let folder = '';
/** 160×120 without symmetry, so that a wrong turn shows. */
let base: Buffer;
let expected: Picture;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sima-picture-'));
  base = await sharp(WOMAN).resize(200, 200).extract({ left: 10, top: 30, width: 160, height: 120 }).removeAlpha().png().toBuffer();
  expected = await loadPicture(await put('base.png', base));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function put(name: string, bytes: Buffer | string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  return file;
}

/** Mean |difference| in levels; throws where the sizes differ. */
function difference(a: Picture, b: Picture): number {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  return a.rgb.reduce((sum, value, i) => sum + Math.abs(value - b.rgb[i]), 0) / a.rgb.length;
}

describe('photos of every kind come out as upright 8-bit sRGB', () => {
  const kinds: [string, string, (picture: Sharp) => Sharp, number][] = [
    ['16-bit PNG', 'deep.png', (picture) => picture.toColourspace('rgb16').png(), 0.6],
    ['Display P3 JPEG', 'p3.jpg', (picture) => picture.withIccProfile('p3').jpeg({ quality: 98, chromaSubsampling: '4:4:4' }), 2],
    ['CMYK JPEG', 'cmyk.jpg', (picture) => picture.toColourspace('cmyk').withIccProfile('cmyk').jpeg({ quality: 98 }), 12], // some colours cannot be printed
    ['lossless WebP', 'picture.webp', (picture) => picture.webp({ lossless: true }), 0.01],
    ['TIFF', 'picture.tiff', (picture) => picture.tiff({ compression: 'lzw' }), 0.01],
    ['AVIF', 'picture.avif', (picture) => picture.avif({ quality: 90, chromaSubsampling: '4:4:4' }), 3],
    ['palette PNG', 'palette.png', (picture) => picture.png({ palette: true, colours: 256, dither: 0 }), 4],
    ['GIF', 'picture.gif', (picture) => picture.gif({ dither: 0 }), 4],
  ];
  it.each(kinds)('%s', async (_, name, convert, tolerance) => {
    const file = await put(name, await convert(sharp(base)).toBuffer());
    expect(await sniff(file)).toBe('photo');
    expect(difference(await loadPicture(file), expected)).toBeLessThan(tolerance);
  });

  it('all eight EXIF orientations', async () => {
    // Stored turned, then mirrored, and marked so that a viewer undoes it.
    const stored: Record<number, [turn: number, mirror: boolean]> = { 1: [0, false], 2: [0, true], 3: [180, false], 4: [180, true], 5: [90, true], 6: [270, false], 7: [270, true], 8: [90, false] };
    for (const [orientation, [turn, mirror]] of Object.entries(stored)) {
      const turned = await sharp(await sharp(base).rotate(turn).png().toBuffer()).flop(mirror).png().toBuffer();
      const file = await put(`turned${orientation}.jpg`, await sharp(turned).withMetadata({ orientation: Number(orientation) }).jpeg({ quality: 98, chromaSubsampling: '4:4:4' }).toBuffer());
      const photo = await openPhoto(file);
      expect([photo.width, photo.height], orientation).toEqual([160, 120]);
      expect(difference(await loadPicture(file), expected), orientation).toBeLessThan(2);
    }
  });

  it('grey, with and without 16 bits, has three equal channels', async () => {
    for (const [name, convert] of [['grey.png', (picture: Sharp) => picture.grayscale().png()], ['grey16.png', (picture: Sharp) => picture.grayscale().toColourspace('grey16').png()]] as const) {
      const { rgb } = await loadPicture(await put(name, await convert(sharp(base)).toBuffer()));
      expect(rgb.length).toBe(160 * 120 * 3);
      for (let i = 0; i < rgb.length; i += 3) if (rgb[i] !== rgb[i + 1] || rgb[i] !== rgb[i + 2]) throw new Error(`pixel ${i / 3} of ${name} is not grey`);
      expect(Math.max(...rgb)).toBeGreaterThan(150);
    }
  });

  it('transparent parts show light grey', async () => {
    const clear = await sharp({ create: { width: 20, height: 10, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } } }).png().toBuffer();
    expect(new Set((await loadPicture(await put('clear.png', clear))).rgb)).toEqual(new Set([224]));
  });
});

describe('files that are no usable photo are refused in one sentence that names them', () => {
  const refused = async (file: string, words: RegExp) => {
    const error: unknown = await loadPicture(file).then(() => null, (reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'invalid-input' });
    expect((error as Error).message).toMatch(words);
    expect((error as Error).message).toContain(path.basename(file));
    expect((error as Error).message).not.toContain('\n');
  };

  it('missing, empty, a folder', async () => {
    await refused(path.join(folder, 'nowhere.png'), /no file/);
    await refused(await put('empty.jpg', ''), /is empty/);
    await refused(folder, /not a file/);
  });

  it('truncated', async () => {
    const jpeg = await sharp(base).jpeg().toBuffer();
    await refused(await put('half.jpg', jpeg.subarray(0, jpeg.length / 2)), /damaged, incomplete/);
    await refused(await put('half.png', base.subarray(0, base.length / 2)), /damaged, incomplete/);
    await refused(await put('head.png', base.subarray(0, 20)), /damaged, incomplete/);
  });

  it('another kind of file with a picture’s name', async () => {
    await refused(await put('text.png', 'not a picture at all'), /cannot be read as a picture/);
    await refused(await put('page.jpg', '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'), /cannot be read as a picture/);
  });

  it('a bomb of 40,000×40,000 pixels is refused by its header', async () => {
    const file = await put('bomb.png', bomb(40_000));
    const began = process.cpuUsage();
    await refused(file, /40000×40000.*50 megapixels/);
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1e3).toBeLessThan(1000); // milliseconds of work in all threads, whoever else is on the machine
  });
});

describe('photo or clip is told by content', () => {
  it.each([
    ['movie named .png', Buffer.concat([Buffer.from([0, 0, 0, 32]), Buffer.from('ftypisom')]), 'clip'],
    ['AVIF named .mp4', Buffer.concat([Buffer.from([0, 0, 0, 32]), Buffer.from('ftypavif')]), 'photo'],
    ['Matroska', Buffer.from([0x1a, 0x45, 0xdf, 0xa3]), 'clip'],
    ['AVI', Buffer.from('RIFF0000AVI LIST'), 'clip'],
    ['JPEG named .mov', Buffer.from([0xff, 0xd8, 0xff, 0xe0]), 'photo'],
    ['text', Buffer.from('hello'), 'unknown'],
  ] as const)('%s', async (name, bytes, kind) => {
    expect(await sniff(await put(`sniff-${name.replaceAll(' ', '-')}`, bytes))).toBe(kind);
  });
});

/** A valid one-bit PNG of side×side white-less pixels: a few hundred kilobytes that unpack to gigabytes of RGB. */
function bomb(side: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1; // one bit, grey
  const rows = deflateSync(Buffer.alloc((side / 8 + 1) * side), { level: 1 });
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}
