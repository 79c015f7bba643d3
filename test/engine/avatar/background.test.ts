/** The shipped presenters before other backgrounds. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBackdrop, parseBackground, withBackground } from '../../../src/engine/avatar/background.ts';
import { MATTE_MODELS, matteOf, type Matte } from '../../../src/engine/avatar/matte.ts';
import { rawPicture } from '../../../src/engine/avatar/picture.ts';
import { FACE_MODELS, prepare } from '../../../src/engine/avatar/prepare.ts';
import type { Picture } from '../../../src/engine/avatar/sample.ts';
import { listModels, modelFolders, type InstalledModel } from '../../../src/engine/onnx/manifest.ts';
import { openSessions, type Sessions } from '../../../src/engine/onnx/sessions.ts';
import { MAN, WOMAN } from './presenters.ts';

const SIDE = 512;

interface Subject {
  picture: Picture;
  /** In pixels of the picture. */
  landmarks: Float32Array;
  matte: Matte;
}

let sessions: Sessions;
let folder: string;
const subjects = new Map<string, Subject>();

beforeAll(async () => {
  const wanted: readonly string[] = [...FACE_MODELS, ...MATTE_MODELS];
  const installed = (await listModels(modelFolders(tmpdir()))).filter((model): model is InstalledModel & { installed: true } => model.installed && wanted.includes(model.id));
  sessions = await openSessions({ models: installed, device: 'cpu' });
  folder = await mkdtemp(path.join(tmpdir(), 'sima-background-'));
  for (const file of [WOMAN, MAN]) {
    const avatar = await prepare(file, { sessions });
    const picture = await rawPicture(sharp(file).flatten().toColourspace('srgb').resize(SIDE, SIDE), file);
    const landmarks = avatar.faces[0]!.landmarks.map((value) => (value * SIDE) / avatar.width);
    subjects.set(file, { picture, landmarks, matte: await matteOf(picture, { sessions, face: landmarks }) });
  }
});

afterAll(async () => {
  await sessions.close();
  await rm(folder, { recursive: true, force: true });
});

const pixel = ({ width, rgb }: Picture, x: number, y: number) => [...rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
const UPPER_CORNERS = [[0, 0], [SIDE - 1, 0], [4, 40], [SIDE - 5, 40]] as const;

describe.each([['woman', WOMAN], ['man', MAN]])('the %s', (_, file) => {
  it('is told from the wall behind: face and chest are person, upper corners are not, with a narrow edge between', () => {
    const { matte, landmarks } = subjects.get(file)!;
    for (let i = 0; i < landmarks.length; i += 3) {
      // The outline's own points may lie on the edge: a tenth of the way towards the nose they may not.
      const [x, y] = [landmarks[i] + (landmarks[3] - landmarks[i]) * 0.1, landmarks[i + 1] + (landmarks[4] - landmarks[i + 1]) * 0.1];
      expect(matte.alpha[Math.floor(y) * SIDE + Math.floor(x)]).toBe(1);
    }
    expect(matte.alpha[(SIDE - 3) * SIDE + SIDE / 2]).toBe(1);
    for (const [x, y] of UPPER_CORNERS) expect(matte.alpha[y * SIDE + x]).toBe(0);
    const share = (belongs: (alpha: number) => boolean) => matte.alpha.filter(belongs).length / matte.alpha.length;
    expect(share((alpha) => alpha === 1)).toBeGreaterThan(0.35);
    expect(share((alpha) => alpha === 0)).toBeGreaterThan(0.35);
    const edge = share((alpha) => alpha > 0 && alpha < 1);
    expect(edge).toBeGreaterThan(0.001);
    expect(edge).toBeLessThan(0.04);
  });

  it('keeps every pixel of its own before a colour, which stands exactly where nobody is', async () => {
    const { picture, matte } = subjects.get(file)!;
    const result = withBackground(picture, matte, await openBackdrop(parseBackground('#00b140'), picture));
    expect([result.width, result.height]).toEqual([SIDE, SIDE]);
    let [between, wrong] = [0, 0];
    for (let i = 0; i < matte.alpha.length; i++) {
      const [r, g, b] = result.rgb.subarray(i * 3, i * 3 + 3);
      const [ownR, ownG, ownB] = picture.rgb.subarray(i * 3, i * 3 + 3);
      if (matte.alpha[i] === 1) wrong += Number(r !== ownR || g !== ownG || b !== ownB);
      else if (matte.alpha[i] === 0) wrong += Number(r !== 0 || g !== 0xb1 || b !== 0x40);
      else between++;
    }
    expect(wrong).toBe(0);
    expect(between).toBeGreaterThan(100);
  });

  it('brings no rim of the old wall along: half-covered pixels on black are no lighter than the person beside them', async () => {
    const { picture, matte } = subjects.get(file)!;
    const result = withBackground(picture, matte, await openBackdrop(parseBackground('#000000'), picture));
    // Hair, so dark, before a light wall: the upper part of the picture.
    let [kept, carried, count] = [0, 0, 0];
    for (let i = 0; i < matte.alpha.length * 0.4; i++) {
      const a = matte.alpha[i];
      if (a < 0.2 || a > 0.8) continue;
      kept += result.rgb[i * 3 + 1];
      carried += a * picture.rgb[i * 3 + 1];
      count++;
    }
    expect(count).toBeGreaterThan(50);
    expect(kept / count).toBeLessThan(25);
    expect(kept).toBeLessThan(carried * 0.7);
  });
});

describe('other backgrounds', () => {
  it('blurs the wall and not the person', async () => {
    const { picture, matte } = subjects.get(WOMAN)!;
    // A chequered wall, so that there is something to blur.
    const chequered = { ...picture, rgb: picture.rgb.slice() };
    for (let i = 0; i < matte.alpha.length; i++) {
      if (matte.alpha[i] > 0) continue;
      const light = (((i % SIDE) >> 3) + (Math.floor(i / SIDE) >> 3)) % 2 === 1;
      chequered.rgb.fill(light ? 230 : 30, i * 3, i * 3 + 3);
    }
    const result = withBackground(chequered, matte, await openBackdrop(parseBackground('blur'), picture));
    for (const [x, y] of [[20, 20], [40, 100], [SIDE - 30, 60]]) expect(Math.abs(pixel(result, x, y)[0] - 130)).toBeLessThan(12);
    // Nor does the person's dark hair darken the wall beside it.
    const row = 200;
    const edge = matte.alpha.subarray(row * SIDE, (row + 1) * SIDE).findIndex((alpha) => alpha > 0);
    expect(Math.abs(pixel(result, edge - 3, row)[0] - 130)).toBeLessThan(45);
    expect(pixel(result, SIDE / 2, SIDE / 2)).toEqual(pixel(chequered, SIDE / 2, SIDE / 2));
  });

  it('covers the plate with a picture, turned upright as its camera says', async () => {
    const { picture, matte } = subjects.get(MAN)!;
    const file = path.join(folder, 'sideways.jpg');
    // Stored lying: upright, its upper half is red and its lower half blue.
    const left = await sharp({ create: { width: 60, height: 100, channels: 3, background: '#0000ff' } }).png().toBuffer();
    await sharp({ create: { width: 120, height: 100, channels: 3, background: '#ff0000' } }).composite([{ input: left, left: 60, top: 0 }]).jpeg({ quality: 100 }).withMetadata({ orientation: 6 }).toFile(file);
    const result = withBackground(picture, matte, await openBackdrop({ kind: 'picture', file }, picture));
    const [r, , b] = pixel(result, 3, 3);
    expect(r).toBeGreaterThan(240);
    expect(b).toBeLessThan(15);
    const [lowRed, , lowBlue] = pixel(result, 2, 380);
    expect(lowBlue).toBeGreaterThan(240);
    expect(lowRed).toBeLessThan(15);
  });

  it('keeps the picture itself', async () => {
    const { picture, matte } = subjects.get(MAN)!;
    expect(withBackground(picture, matte, await openBackdrop({ kind: 'keep' }, picture))).toBe(picture);
  });

  it('stops when asked to', async () => {
    const { picture, landmarks } = subjects.get(MAN)!;
    await expect(matteOf(picture, { sessions, face: landmarks, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'canceled' });
  });
});

describe('what is asked for', () => {
  it('is read', () => {
    expect(parseBackground('keep')).toEqual({ kind: 'keep' });
    expect(parseBackground('blur')).toEqual({ kind: 'blur' });
    expect(parseBackground('Blur:0.75')).toEqual({ kind: 'blur', amount: 0.75 });
    expect(parseBackground('#0F0')).toEqual({ kind: 'colour', colour: '#00ff00' });
    expect(parseBackground('color:#00B140')).toEqual({ kind: 'colour', colour: '#00b140' });
    expect(parseBackground('picture:C:\\office.jpg')).toEqual({ kind: 'picture', file: 'C:\\office.jpg' });
  });

  it.each(['', 'green', 'blur:2', 'blur:', 'blur:much', '#12', '#gggggg', 'colour:', 'colour:white', 'picture:', 'picture', 'office.jpg', 'keep:it'])('is refused: “%s”', (text) => {
    expect(() => parseBackground(text)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });

  it('is refused where the file is no picture, in words that name it', async () => {
    const size = { width: 64, height: 64 };
    const open = (file: string) => openBackdrop({ kind: 'picture', file }, size);
    await writeFile(path.join(folder, 'notes.jpg'), 'no picture at all, only words');
    await writeFile(path.join(folder, 'empty.png'), '');
    const whole = await sharp({ create: { width: 300, height: 300, channels: 3, background: '#123456' } }).jpeg().toBuffer();
    await writeFile(path.join(folder, 'half.jpg'), whole.subarray(0, whole.length / 2));
    for (const name of ['notes.jpg', 'empty.png', 'half.jpg', 'missing.png']) {
      const error: unknown = await open(path.join(folder, name)).catch((refusal: unknown) => refusal);
      expect(error, name).toMatchObject({ code: 'invalid-input' });
      expect((error as Error).message).toContain(name);
    }
    await expect(open(folder)).rejects.toMatchObject({ code: 'invalid-input' });
  });
});
