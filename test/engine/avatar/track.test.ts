import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boxOfLandmarks } from '../../../src/engine/avatar/mesh.ts';
import { prepare, type Avatar, type Face } from '../../../src/engine/avatar/prepare.ts';
import { steady } from '../../../src/engine/avatar/smooth.ts';
import { rgbToI420, type I420 } from '../../../src/engine/media/i420.ts';
import { writePlates } from '../../../src/engine/media/plates.ts';
import type { Sessions } from '../../../src/engine/onnx/sessions.ts';
import { MAN, onWall, openFaceSessions, pair, WOMAN } from './presenters.ts';

const [WIDTH, HEIGHT] = [320, 240];
let folder = '';
let sessions: Sessions;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sima-track-'));
  sessions = await openFaceSessions();
});
afterAll(async () => {
  await sessions.close();
  await rm(folder, { recursive: true, force: true });
});

async function i420Of(png: Buffer): Promise<I420> {
  return rgbToI420(await sharp(png).removeAlpha().toColourspace('srgb').raw().toBuffer(), WIDTH, HEIGHT);
}
const wall = () => sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#7f8c99' } }).png().toBuffer();

async function register(name: string, frames: I420[], faceIndex?: number): Promise<Avatar> {
  const file = path.join(folder, name);
  await writePlates(file, (async function* () { for (const frame of frames) yield await Promise.resolve(frame); })(), { width: WIDTH, height: HEIGHT });
  return prepare(file, { sessions, faceIndex });
}
const noseX = (face: Face | null) => face!.landmarks[3];

describe('a clip', () => {
  it('follows a moving face without lag, fills a short gap, leaves a long one, starts anew after a cut', async () => {
    const hand = await sharp({ create: { width: 110, height: 110, channels: 3, background: '#a08070' } }).png().toBuffer();
    const moving = await Promise.all(
      Array.from({ length: 25 }, async (_, i) => {
        const picture = await onWall(WOMAN, 200, { left: 2 * i, top: 20, width: WIDTH, height: HEIGHT });
        return i420Of(i >= 10 && i <= 13 ? await sharp(picture).composite([{ input: hand, left: 2 * i + 45, top: 35 }]).png().toBuffer() : picture);
      }),
    );
    const empty = await i420Of(await wall());
    const other = await i420Of(await onWall(MAN, 200, { left: 110, top: 30, width: WIDTH, height: HEIGHT }));
    // 0–24 moving (10–13 behind a hand), 25–39 empty, 40–49 another picture.
    const frames = [...moving, ...Array.from({ length: 15 }, () => empty), ...Array.from({ length: 10 }, () => other)];
    const avatar = await register('moving.mp4', frames);
    expect(avatar).toMatchObject({ kind: 'clip', width: WIDTH, height: HEIGHT, fps: 25, faceIndex: 1, faceCount: 1 });
    expect(avatar.faces).toHaveLength(50);
    const seen = avatar.faces.map((face) => (face ? 'x' : '.')).join('');
    expect(seen).toBe(`${'x'.repeat(25)}${'.'.repeat(15)}${'x'.repeat(10)}`);
    // 2 px per frame, whatever the tracker's noise: the middle frames lie on the line through the ends.
    const line = Array.from({ length: 25 }, (_, i) => noseX(avatar.faces[i]) - 2 * i);
    const mean = line.reduce((sum, value) => sum + value, 0) / 25;
    for (const value of line) expect(Math.abs(value - mean)).toBeLessThan(1);
    expect(noseX(avatar.faces[44])).toBeGreaterThan(195);
  });

  it('with two faces asks, then follows the chosen one', async () => {
    const both = await i420Of(await sharp(await pair(160)).resize(WIDTH, HEIGHT, { fit: 'contain', background: '#8899aa' }).png().toBuffer());
    const frames = Array.from({ length: 4 }, () => both);
    await expect(register('two.mp4', frames)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('--face 1…2') as string });
    const right = await register('two.mp4', frames, 2);
    expect(right.id).toMatch(/^[0-9a-f]{64}-2$/);
    for (const face of right.faces) expect(noseX(face)).toBeGreaterThan(WIDTH / 2);
  });

  it('without a face is refused', async () => {
    const empty = await i420Of(await wall());
    await expect(register('empty.mp4', [empty, empty])).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('No face was found in "empty.mp4"') as string });
  });
});

describe('smoothing', () => {
  /** A face of random points around (x, y); the mouth's lower lip (14) lies `open` lower. */
  const shape = Float32Array.from({ length: 468 * 3 }, (_, i) => ((i * 7919) % 101) - 50 + (i % 3 === 1 ? Math.floor(i / 3) / 20 : 0));
  shape.set([-30, -20, 0], 33 * 3);
  shape.set([30, -20, 0], 263 * 3);
  shape.set([0, 10, 0], 2 * 3);
  shape.set([0, 32, 0], 14 * 3);
  const faceAt = (x: number, y: number, open = 0): Face => {
    const landmarks = shape.map((value, i) => value + (i % 3 === 0 ? x : i % 3 === 1 ? y + (i === 14 * 3 + 1 ? open : 0) : 0));
    return { landmarks, box: boxOfLandmarks(landmarks), score: 1 };
  };
  const run = (faces: (Face | null)[], cuts: number[] = []) => steady(faces, cuts, 25, 0.4);
  const xOf = (face: Face | null) => face!.landmarks[33 * 3];

  it('takes away noise and keeps steady motion exactly', () => {
    const noise = (i: number) => ((i * 37) % 11) / 5 - 1;
    const noisy = run(Array.from({ length: 40 }, (_, i) => faceAt(3 * i + noise(i), 50)));
    const roughness = (values: number[]) => values.slice(2).reduce((sum, value, i) => sum + Math.abs(value - 2 * values[i + 1] + values[i]), 0);
    const raw = Array.from({ length: 40 }, (_, i) => 3 * i + noise(i));
    expect(roughness(noisy.map(xOf)) / roughness(raw)).toBeLessThan(0.4);
    run(Array.from({ length: 40 }, (_, i) => faceAt(3 * i, 50))).forEach((face, i) => expect(Math.abs(xOf(face) - (3 * i - 30))).toBeLessThan(0.01));
  });

  it('does not look over a cut', () => {
    const faces = run([...Array.from({ length: 10 }, () => faceAt(100, 50)), ...Array.from({ length: 10 }, () => faceAt(300, 50))], [10]);
    faces.forEach((face, i) => expect(Math.abs(xOf(face) - (i < 10 ? 70 : 270))).toBeLessThan(0.01));
  });

  it('keeps a mouth that opens for two frames', () => {
    const faces = run(Array.from({ length: 20 }, (_, i) => faceAt(100, 50, i === 10 || i === 11 ? 10 : 0)));
    expect(faces[10]!.landmarks[14 * 3 + 1] - faces[5]!.landmarks[14 * 3 + 1]).toBeGreaterThan(7);
  });

  it('fills gaps of up to 0.4 s between two sightings, and no others', () => {
    const gap = (length: number) => run([...Array.from({ length: 5 }, () => faceAt(100, 50)), ...Array.from({ length }, () => null), ...Array.from({ length: 5 }, () => faceAt(120, 50))]);
    const short = gap(10);
    expect(short.every((face) => face !== null)).toBe(true);
    expect(Math.abs(xOf(short[9]) - 79.5)).toBeLessThan(1.5);
    expect(gap(11).filter((face) => face === null)).toHaveLength(11);
    expect(run([null, null, faceAt(100, 50), null])).toEqual([null, null, expect.anything(), null]);
  });
});
