import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { templateMap } from '../../../src/engine/avatar/crop.ts';
import { detectFaces } from '../../../src/engine/avatar/detect.ts';
import { facesIn } from '../../../src/engine/avatar/facesIn.ts';
import { prepare, registerFace, type Avatar, type Face } from '../../../src/engine/avatar/prepare.ts';
import { pictureOfI420, pyramidOf } from '../../../src/engine/avatar/sample.ts';
import { openClip } from '../../../src/engine/media/clip.ts';
import { rgbToI420, type I420 } from '../../../src/engine/media/i420.ts';
import { openPlateReader, writePlates } from '../../../src/engine/media/plates.ts';
import type { Sessions } from '../../../src/engine/onnx/sessions.ts';
import { MAN, onWall, openFaceSessions, pair, WOMAN } from './presenters.ts';

const [WIDTH, HEIGHT] = [320, 240];
let folder = '';
let sessions: Sessions;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sima-register-'));
  sessions = await openFaceSessions();
});
afterAll(async () => {
  await sessions.close();
  await rm(folder, { recursive: true, force: true });
});

const i420Of = async (png: Buffer): Promise<I420> => rgbToI420(await sharp(png).removeAlpha().toColourspace('srgb').raw().toBuffer(), WIDTH, HEIGHT);
const shown = async (file: string, left: number, top: number, side = 200) => i420Of(await onWall(file, side, { left, top, width: WIDTH, height: HEIGHT }));
const repeated = <T>(value: T, count: number): T[] => Array.from({ length: count }, () => value);
const both = async (mirrored: boolean) => {
  const picture = await pair(160);
  const [left, right] = await Promise.all([0, 160].map((at) => sharp(picture).extract({ left: at, top: 0, width: 160, height: 160 }).png().toBuffer()));
  return i420Of(await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: mirrored ? '#3c4a40' : '#8899aa' } })
    .composite([{ input: mirrored ? right : left, left: 0, top: 40 }, { input: mirrored ? left : right, left: 160, top: 40 }]).png().toBuffer());
};

async function clipOf(name: string, frames: I420[]): Promise<string> {
  const file = path.join(folder, name);
  await writePlates(file, (async function* () { for (const frame of frames) yield await Promise.resolve(frame); })(), { width: WIDTH, height: HEIGHT });
  return file;
}
const noseX = (face: Face | null) => face!.landmarks[3];
/** Mean distance of landmarks in pixels. */
const apart = (a: Face, b: Face) => {
  let sum = 0;
  for (let i = 0; i < a.landmarks.length; i += 3) sum += Math.hypot(a.landmarks[i] - b.landmarks[i], a.landmarks[i + 1] - b.landmarks[i + 1]);
  return sum / 468;
};

describe('a clip in one pass', () => {
  it('writes its plates while it is followed, and gives what following alone gives', async () => {
    const frames = await Promise.all(Array.from({ length: 12 }, (_, i) => shown(WOMAN, 40 + 3 * i, 20)));
    const file = await clipOf('moving.mp4', frames);
    const platesFile = path.join(folder, 'moving.plates.mp4');
    const { avatar, quality, durationSec } = await registerFace(file, { sessions, platesFile });
    expect(avatar).toEqual(await prepare(file, { sessions }));
    expect(durationSec).toBeCloseTo(12 / 25, 6);
    expect(quality.findings.map(({ code }) => code)).toEqual([]);
    const reader = await openPlateReader(platesFile);
    expect([reader.count, reader.width, reader.height]).toEqual([12, WIDTH, HEIGHT]);
    for (const index of [0, 5, 11]) {
      const { data } = await reader.at(index);
      const error = data.reduce((sum, value, i) => sum + Math.abs(value - frames[index].data[i]), 0) / data.length;
      expect(error).toBeLessThan(1.5);
    }
    await reader.close();
  });

  it('that fails says why and leaves no plates', async () => {
    const file = await clipOf('two.mp4', repeated(await both(false), 6));
    const before = await readdir(folder);
    const platesFile = path.join(folder, 'failed.mp4');
    await expect(registerFace(file, { sessions, platesFile })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('shows 2 faces') as string });
    const stop = new AbortController();
    await expect(registerFace(file, { sessions, faceIndex: 1, platesFile, signal: stop.signal, onProgress: () => stop.abort() })).rejects.toMatchObject({ code: 'canceled' });
    await expect(registerFace(file, { sessions, faceIndex: 1, platesFile: path.join(folder, 'no', 'where.mp4') })).rejects.toMatchObject({ code: 'io' });
    expect(await readdir(folder)).toEqual(before);
  });
});

describe('a hard cut', () => {
  it('smears no landmark over it, and is reported', async () => {
    const [one, other] = [await shown(WOMAN, 10, 30), await shown(WOMAN, 110, 10, 220)];
    const file = await clipOf('cut.mp4', [...repeated(one, 10), ...repeated(other, 10)]);
    const still = async (name: string, frame: I420): Promise<Avatar> => prepare(await clipOf(name, repeated(frame, 3)), { sessions });
    const { avatar, quality } = await registerFace(file, { sessions });
    const alone = [await still('one.mp4', one), await still('other.mp4', other)];
    for (const index of [8, 9, 10, 11]) {
      const reference = alone[index < 10 ? 0 : 1].faces[1]!;
      expect(apart(avatar.faces[index]!, reference), `frame ${index}`).toBeLessThan(1);
    }
    expect(quality.findings.map(({ code }) => code)).toContain('cuts');
  });

  it('does not change who is followed, where two change places', async () => {
    const file = await clipOf('swap.mp4', [...repeated(await both(false), 6), ...repeated(await both(true), 6)]);
    for (const faceIndex of [1, 2]) {
      const { faces } = await prepare(file, { sessions, faceIndex });
      const sides = faces.map((face) => (noseX(face) < WIDTH / 2 ? 1 : 2));
      expect(sides).toEqual([...repeated(faceIndex, 6), ...repeated(3 - faceIndex, 6)]);
    }
  });

  it('to somebody else, who was there before, shows no face of the chosen one', async () => {
    const file = await clipOf('other.mp4', [...repeated(await both(false), 6), ...repeated(await shown(MAN, 60, 20, 210), 6)]);
    const { faces } = await prepare(file, { sessions, faceIndex: 1 });
    expect(faces.map((face) => face !== null)).toEqual([...repeated(true, 6), ...repeated(false, 6)]);
  });
});

describe('the crop’s placement', () => {
  it('shakes at most a third as much as the detector’s boxes', async () => {
    const frames = await Promise.all(Array.from({ length: 40 }, async (_, i) => {
      const picture = await onWall(WOMAN, 210, { left: Math.round(50 + 20 * Math.sin(i / 9)), top: 15, width: WIDTH, height: HEIGHT });
      const noise = await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 30 } } }).png().toBuffer();
      return i420Of(await sharp(picture).composite([{ input: noise, blend: 'soft-light' }]).png().toBuffer());
    }));
    const file = await clipOf('noisy.mp4', frames);
    const { faces } = await prepare(file, { sessions });
    const detected: number[][] = [];
    const clip = await openClip(file);
    for await (const frame of clip.frames()) {
      const [{ box }] = (await detectFaces(pyramidOf(pictureOfI420(frame)), 1, sessions)).sort((a, b) => b.score - a.score);
      detected.push([box.x + box.width / 2, box.y + box.height / 2, box.width]);
    }
    await clip.close();
    const placed = faces.map((face) => {
      const { xx, xy, x0, yx, yy, y0 } = templateMap(face!.landmarks, 1);
      return [x0 + (xx + xy) / 2, y0 + (yx + yy) / 2, Math.hypot(xx, yx)];
    });
    const shake = (list: number[][]) => list.slice(2).reduce((sum, at, i) => sum + Math.hypot(...at.map((value, k) => value - 2 * list[i + 1][k] + list[i][k])), 0);
    expect(shake(placed) / shake(detected)).toBeLessThan(1 / 3);
  });
});

describe('faces to choose from', () => {
  it('of a photo and of a clip, left to right, with thumbnails', async () => {
    const photo = path.join(folder, 'pair.png');
    await sharp(await pair(400)).toFile(photo);
    const wall = await i420Of(await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#7f8c99' } }).png().toBuffer());
    const clip = await clipOf('late.mp4', [...repeated(wall, 7), ...repeated(await both(false), 5)]);
    for (const file of [photo, clip]) {
      const offered = await facesIn(file, { sessions });
      expect(offered.map(({ faceIndex }) => faceIndex)).toEqual([1, 2]);
      expect(offered[0].box.x).toBeLessThan(offered[1].box.x);
      const means = await Promise.all(offered.map(async ({ thumbnail }) => {
        expect(await sharp(thumbnail).metadata()).toMatchObject({ format: 'jpeg', width: 160, height: 160 });
        return (await sharp(thumbnail).stats()).channels.map(({ mean }) => mean);
      }));
      expect(Math.hypot(...means[0].map((mean, i) => mean - means[1][i]))).toBeGreaterThan(3);
      for (const { faceIndex, box } of offered) {
        const avatar = await prepare(file, { sessions, faceIndex });
        const face = avatar.faces.find((each) => each !== null)!;
        expect(Math.abs(face.box.x - box.x)).toBeLessThan(0.05 * box.width);
      }
    }
  });

  it('none where there are none', async () => {
    const empty = path.join(folder, 'empty.png');
    await sharp({ create: { width: 200, height: 150, channels: 3, background: '#7f8c99' } }).png().toFile(empty);
    expect(await facesIn(empty, { sessions })).toEqual([]);
  });
});
