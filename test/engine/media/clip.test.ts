import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AV_PIX_FMT_RGBA, AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P, AVCOL_SPC_BT709, AVCOL_SPC_SMPTE170M, AVCOL_TRC_ARIB_STD_B67 } from 'node-av/constants';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLIP_LIMITS, openClip, type ClipOptions } from '../../../src/engine/media/clip.ts';
import { coverTransform } from '../../../src/engine/media/cover.ts';
import { createI420, rgbToYuv, type I420 } from '../../../src/engine/media/i420.ts';
import { openPlateReader, pingPong, writePlates } from '../../../src/engine/media/plates.ts';
import { StudioError } from '../../../src/shared/errors.ts';
import { drawFrame, writeClickTake } from '../../support/clickTake.ts';
import { writeAudioFile, writeVideoFile } from '../../support/mediaFiles.ts';
import { i420ToRgb } from '../../support/pictures.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sima-clip-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const failure = async (work: Promise<unknown>): Promise<StudioError> => {
  const error: unknown = await work.then(() => new Error('nothing was thrown'), (reason: unknown) => reason);
  if (!(error instanceof StudioError)) throw error instanceof Error ? error : new Error(String(error));
  return error;
};

async function pictures(file: string, options?: ClipOptions): Promise<I420[]> {
  const clip = await openClip(file, options);
  const all: I420[] = [];
  for await (const picture of clip.frames()) all.push(picture);
  await clip.close();
  return all;
}

/** Mean R, G, B of a small square around a place given in 0..1. */
function colourAt(picture: I420, x: number, y: number): number[] {
  const rgb = i420ToRgb(picture);
  const [left, top] = [Math.round(x * picture.width) - 2, Math.round(y * picture.height) - 2];
  const sums = [0, 0, 0];
  for (let row = top; row < top + 4; row++) for (let col = left; col < left + 4; col++) for (let c = 0; c < 3; c++) sums[c] += rgb[(row * picture.width + col) * 3 + c] / 16;
  return sums;
}

const every40 = (count: number) => Array.from({ length: count }, (_, index) => index * 40);
/** Planes of one colour, luma overridden by `luma(x, y)`. */
function plain(width: number, height: number, luma: (x: number, y: number) => number): Uint8Array {
  const [halfWidth, halfHeight] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const planes = new Uint8Array(width * height + 2 * halfWidth * halfHeight).fill(128);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) planes[y * width + x] = luma(x, y);
  return planes;
}

describe('a clip becomes upright pictures at a constant rate', () => {
  // Bright top left corner; matrices as phones write them: a turn, then a shift back into view.
  const corner = (width: number, height: number) => () => plain(width, height, (x, y) => (x < width / 2 && y < height / 2 ? 220 : 40));
  const one = 65536;
  test.each([
    { name: '90° clockwise', matrix: [0, one, 0, -one, 0, 0, 0, 0, 1 << 30], size: [96, 128], bright: [0.75, 0.25] },
    { name: '180°', matrix: [-one, 0, 0, 0, -one, 0, 0, 0, 1 << 30], size: [128, 96], bright: [0.75, 0.75] },
    { name: '270° clockwise', matrix: [0, -one, 0, one, 0, 0, 0, 0, 1 << 30], size: [96, 128], bright: [0.25, 0.75] },
    { name: 'mirrored', matrix: [-one, 0, 0, 0, one, 0, 0, 0, 1 << 30], size: [128, 96], bright: [0.75, 0.25] },
    { name: 'not at all', matrix: undefined, size: [128, 96], bright: [0.25, 0.25] },
  ])('turned $name', async ({ name, matrix, size, bright }) => {
    const file = join(folder, `turned ${name}.mp4`);
    await writeVideoFile(file, { width: 128, height: 96, timesMs: every40(3), draw: corner(128, 96), displayMatrix: matrix });
    const [picture] = await pictures(file);
    expect([picture.width, picture.height]).toEqual(size);
    for (const [x, y] of [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]]) {
      const [red] = colourAt(picture, x, y);
      if (x === bright[0] && y === bright[1]) expect(red).toBeGreaterThan(200);
      else expect(red).toBeLessThan(60);
    }
  });

  test('variable frame rate: each picture is the one shown at its time', async () => {
    const file = join(folder, 'vfr.mp4');
    const timesMs = [0, 33, 100, 133, 400, 433, 466, 800, 840, 960];
    const levels = timesMs.map((_, index) => 30 + index * 20);
    await writeVideoFile(file, { width: 64, height: 64, timesMs, draw: (index) => plain(64, 64, () => levels[index]) });
    const given = await pictures(file, { fps: 25 });
    expect(given).toHaveLength(25); // the last picture lasts from 960 to 1000 ms
    for (const [index, picture] of given.entries()) {
      const shown = levels.filter((_, place) => timesMs[place] <= index * 40 + 21 && (timesMs[place + 1] ?? 1e9) >= index * 40 - 21);
      expect(Math.min(...shown.map((level) => Math.abs(level - picture.data[0])))).toBeLessThan(4);
    }
  });

  test('without a wanted rate it keeps its own, on the grid of usual rates', async () => {
    const file = join(folder, 'ntsc.mkv');
    // Matroska rounds times to milliseconds: 30000/1001 must be seen through that.
    await writeVideoFile(file, { width: 64, height: 64, timesMs: Array.from({ length: 60 }, (_, index) => Math.round((index * 1001) / 30)), draw: () => plain(64, 64, () => 99) });
    const clip = await openClip(file);
    expect(clip.info.rate).toEqual({ num: 30_000, den: 1001 });
    await clip.close();
    expect(await pictures(file)).toHaveLength(60);
  });

  test('odd sizes lose their last row and column; anamorphic ones are widened', async () => {
    const odd = join(folder, 'odd.avi');
    await writeVideoFile(odd, { width: 101, height: 75, codec: 'mjpeg', pixelFormat: AV_PIX_FMT_YUVJ420P, timesMs: every40(2), draw: () => plain(101, 75, () => 120) });
    const clip = await openClip(odd);
    expect(clip.info).toMatchObject({ sourceWidth: 101, sourceHeight: 75, width: 100, height: 74, hasAudio: false });
    await clip.close();
    const wide = join(folder, 'wide.mkv');
    await writeVideoFile(wide, { width: 96, height: 96, timesMs: every40(2), draw: () => plain(96, 96, () => 120), pixelAspect: { num: 4, den: 3 } });
    expect((await pictures(wide))[0]).toMatchObject({ width: 128, height: 96 });
  });

  test('alpha is ignored, not blended', async () => {
    const rgba = Uint8Array.from({ length: 64 * 64 * 4 }, (_, i) => [200, 100, 50, 0][i % 4]);
    const png = join(folder, 'alpha.mov');
    await writeVideoFile(png, { width: 64, height: 64, codec: 'png', pixelFormat: AV_PIX_FMT_RGBA, timesMs: every40(3), draw: () => rgba });
    const [red, green, blue] = colourAt((await pictures(png))[0], 0.5, 0.5);
    expect(Math.abs(red - 200) + Math.abs(green - 100) + Math.abs(blue - 50)).toBeLessThan(9);
  });

  test('colours of BT.601 sources, tagged or small and untagged, become BT.709', async () => {
    // (200, 60, 60) in BT.601 limited range, and in BT.709.
    const [r, g, b] = [200, 60, 60];
    const luma601 = 0.299 * r + 0.587 * g + 0.114 * b;
    const sd = [16 + (luma601 * 219) / 255, 128 + (((b - luma601) / 1.772) * 224) / 255, 128 + (((r - luma601) / 1.402) * 224) / 255];
    const planes = (yuv: readonly number[]) => {
      const all = new Uint8Array((64 * 64 * 3) / 2);
      all.fill(Math.round(yuv[0]), 0, 4096).fill(Math.round(yuv[1]), 4096, 5120).fill(Math.round(yuv[2]), 5120);
      return all;
    };
    for (const [name, yuv, colorSpace] of [['tagged601', sd, AVCOL_SPC_SMPTE170M], ['untagged', sd, undefined], ['tagged709', rgbToYuv(r, g, b), AVCOL_SPC_BT709]] as const) {
      const file = join(folder, `${name}.mp4`);
      await writeVideoFile(file, { width: 64, height: 64, pixelFormat: AV_PIX_FMT_YUV420P, timesMs: every40(2), draw: () => planes(yuv), colorSpace });
      const found = colourAt((await pictures(file))[0], 0.5, 0.5);
      expect(Math.max(Math.abs(found[0] - r), Math.abs(found[1] - g), Math.abs(found[2] - b))).toBeLessThan(5);
    }
  });

  test('HDR of phones (HLG, even with nothing else tagged) is brought to the brightness of ordinary video', async () => {
    const file = join(folder, 'hlg.mp4');
    // 75 % signal is HLG's reference white: it shall look white, not light grey as it would if taken for BT.709 (luma 180).
    await writeVideoFile(file, { width: 64, height: 64, timesMs: every40(2), draw: () => plain(64, 64, () => 16 + 0.75 * 219), colorTrc: AVCOL_TRC_ARIB_STD_B67 });
    const [picture] = await pictures(file);
    expect(picture.data[64 * 32 + 32]).toBeGreaterThan(192);
    expect(picture.data[64 * 32 + 32]).toBeLessThan(215);
  });

  test('scaled to cover another size, from its middle, where the transform says', async () => {
    const file = join(folder, 'cover.mp4');
    // A bright square whose place can be computed: 128×96 → 64×64 keeps the middle 96 columns.
    await writeVideoFile(file, { width: 128, height: 96, timesMs: every40(2), draw: () => plain(128, 96, (x, y) => (x >= 72 && x < 96 && y >= 48 && y < 72 ? 220 : 40)) });
    const clip = await openClip(file, { size: { width: 64, height: 64 } });
    const { transform } = clip.info;
    await clip.close();
    const [picture] = await pictures(file, { size: { width: 64, height: 64 } });
    const [x, y] = [84 * transform.scaleX - transform.cropX, 60 * transform.scaleY - transform.cropY];
    expect(colourAt(picture, x / 64, y / 64)[0]).toBeGreaterThan(190);
    expect(colourAt(picture, x / 64, y / 64 - 0.3)[0]).toBeLessThan(70);
    expect(coverTransform(128, 96, 64, 64)).toEqual(transform);
  });
});

describe('clips that cannot be used are refused in a sentence', () => {
  test('sound only, too small, too long, missing', async () => {
    const sound = join(folder, 'sound.m4a');
    await writeAudioFile(sound, new Float32Array(9600), 48_000, 'aac');
    expect((await failure(openClip(sound))).message).toContain('holds no moving picture');
    const small = join(folder, 'small.mp4');
    await writeVideoFile(small, { width: 16, height: 16, timesMs: every40(2), draw: () => plain(16, 16, () => 99) });
    expect((await failure(openClip(small))).message).toContain('is only 16×16');
    const long = join(folder, 'long.mp4');
    await writeVideoFile(long, { width: 32, height: 32, timesMs: [0, 40, (CLIP_LIMITS.maxSec + 5) * 1000], draw: () => plain(32, 32, () => 99) });
    expect((await failure(openClip(long))).message).toContain(`longer than ${CLIP_LIMITS.maxSec} seconds`);
    for (const file of [small, long, join(folder, 'missing.mp4')]) expect((await failure(openClip(file))).code).toBe('invalid-input');
  });
});

describe('plates', () => {
  async function* drawn(count: number): AsyncGenerator<I420> {
    for (let index = 0; index < count; index++) {
      const frame = createI420(128, 96);
      drawFrame(frame, index, -1);
      yield await Promise.resolve(frame);
    }
  }
  const nearest = (plate: I420, count: number): number => {
    const distance = (index: number) => {
      const frame = createI420(128, 96);
      drawFrame(frame, index, -1);
      let sum = 0;
      for (let i = 0; i < 128 * 96; i += 7) sum += Math.abs(frame.data[i] - plate.data[i]);
      return sum;
    };
    return Array.from({ length: count }, (_, index) => index).reduce((best, index) => (distance(index) < distance(best) ? index : best), 0);
  };
  const count = 13; // the pattern repeats after 64/5 frames

  test('any plate at any time, forth and back, nearly as it was', async () => {
    const file = join(folder, 'plates.mp4');
    expect(await writePlates(file, drawn(count), { width: 128, height: 96 })).toBe(count);
    const reader = await openPlateReader(file);
    expect(reader).toMatchObject({ width: 128, height: 96, count });
    for (let frame = 0; frame < 30; frame++) expect(nearest(await reader.at(pingPong(frame, count)), count)).toBe(pingPong(frame, count));
    for (const index of [12, 0, 7, 7, 3, 11]) expect(nearest(await reader.at(index), count)).toBe(index);
    const exact = createI420(128, 96);
    drawFrame(exact, 6, -1);
    const plate = await reader.at(6);
    expect(Math.max(...plate.data.map((value, index) => Math.abs(value - exact.data[index])))).toBeLessThan(12);
    expect((await failure(reader.at(count))).message).toContain(`There is no plate ${count}`);
    await reader.close();
    await reader.close();
  });

  test('asked for all at once, each still comes', async () => {
    const reader = await openPlateReader(join(folder, 'plates.mp4'));
    const all = await Promise.allSettled(Array.from({ length: 4 }, (_, index) => reader.at(index)));
    expect(all.every((result) => result.status === 'fulfilled')).toBe(true);
    await reader.close();
  });

  test('two who walk at different places through one reader each get theirs, dropped and asked again as plates are', async () => {
    const reader = await openPlateReader(join(folder, 'plates.mp4'));
    const walk = async (places: number[]) => {
      for (const index of places) expect(nearest(await reader.at(index), count)).toBe(index);
    };
    const up = Array.from({ length: count }, (_, index) => index);
    await Promise.all([walk([...up, ...up]), walk([...up.toReversed(), ...up]), walk([6, 0, 12, 1, 11, 2, 10, 0])]);
    // Asking for 0 looks ahead to 1–4; asking for 9 drops those before their turn, and then one of them is wanted after all.
    const asked = [0, 9, 3, 12, 2].map((index) => [index, reader.at(index)] as const);
    for (const [index, plate] of asked) expect(nearest(await plate, count)).toBe(index);
    await reader.close();
  });

  test('one who waits while it is closed is told so', async () => {
    const reader = await openPlateReader(join(folder, 'plates.mp4'));
    const waiting = [failure(reader.at(5)), failure(reader.at(9))];
    await reader.close();
    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: 'bug', message: expect.stringContaining('was closed') as string });
  });

  test('a single plate', async () => {
    const file = join(folder, 'one.mp4');
    await writePlates(file, drawn(1), { width: 128, height: 96 });
    const reader = await openPlateReader(file);
    expect((await reader.at(0)).width).toBe(128);
    expect(reader.count).toBe(1);
    await reader.close();
  });

  test('ping-pong never jumps', () => {
    expect(Array.from({ length: 8 }, (_, frame) => pingPong(frame, 4))).toEqual([0, 1, 2, 3, 2, 1, 0, 1]);
    expect(pingPong(99, 1)).toBe(0);
  });

  test('leave nothing behind when cancelled', async () => {
    const own = await mkdtemp(join(folder, 'cancel-'));
    const controller = new AbortController();
    const error = await failure(
      writePlates(join(own, 'p.mp4'), drawn(count), { width: 128, height: 96, signal: controller.signal, onPlate: (done) => done === 4 && controller.abort() }),
    );
    expect(error.code).toBe('canceled');
    expect(await readdir(own)).toEqual([]);
  });
});

test('the clip of a take has as many pictures as the take', async () => {
  const file = join(folder, 'take.mp4');
  await writeClickTake({ file, frames: 31, clickFrame: 3, fps: 30 });
  expect(await pictures(file)).toHaveLength(31);
  expect((await stat(file)).size).toBeGreaterThan(0);
});
