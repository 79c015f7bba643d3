import { describe, expect, it } from 'vitest';
import { placeCrop } from '../../../src/engine/avatar/crop.ts';
import type { Plates } from '../../../src/engine/avatar/plates.ts';
import type { Avatar } from '../../../src/engine/avatar/prepare.ts';
import { createI420, type I420 } from '../../../src/engine/media/i420.ts';
import { openComposer, plateOfFrame } from '../../../src/engine/pipeline/compose.ts';
import { drawnFace, HEIGHT, MOUTH_X, MOUTH_Y, UNIT, WIDTH, type DrawnFace } from '../rig/drawnFace.ts';

const FPS = 25;
const REST = { kind: 'pose' as const, pose: new Float32Array(8) };
const OPEN = { kind: 'pose' as const, pose: Float32Array.from([0.9, 0, 0, 0, 0, 0.2, 0, 1]) };

function platesOf(faces: readonly DrawnFace[]): Plates {
  return {
    width: WIDTH, height: HEIGHT, count: faces.length,
    toPlate: (x, y) => [x, y],
    at: (index) => Promise.resolve(faces[index].plate),
    close: () => Promise.resolve(),
  };
}

function avatarOf(kind: 'photo' | 'clip', faces: readonly (DrawnFace | null)[]): Avatar {
  const box = { x: MOUTH_X - UNIT, y: 40, width: 2 * UNIT, height: 220 };
  return {
    id: 'drawn', kind, source: 'drawn.png', width: WIDTH, height: HEIGHT, fps: kind === 'clip' ? FPS : null, faceIndex: 1, faceCount: 1,
    faces: faces.map((face) => face && { box, score: 1, landmarks: face.landmarks }),
  };
}

async function photo(idle: boolean, face = drawnFace()) {
  return { face, composer: await openComposer({ avatar: avatarOf('photo', [face]), plates: platesOf([face]), fps: FPS, idle }) };
}

const same = (a: I420, b: I420) => Buffer.compare(a.data, b.data) === 0;

describe('composer of a photo', () => {
  it('gives the plate for a resting pose and never writes into it', async () => {
    const { face, composer } = await photo(false);
    const before = face.plate.data.slice();
    const out = createI420(WIDTH, HEIGHT);
    await composer.compose(3, OPEN, out);
    expect(same(out, face.plate)).toBe(false);
    await composer.compose(4, REST, out);
    expect(same(out, face.plate)).toBe(true);
    expect(Buffer.compare(face.plate.data, before)).toBe(0);
    composer.close();
  });

  it('with idle motion starts and ends on the plate and lives between', async () => {
    const { face, composer } = await photo(true);
    const out = createI420(WIDTH, HEIGHT);
    const frames = 100;
    for (const [index, still] of [[0, true], [50, false], [frames - 1, true]] as const) {
      await composer.compose(index, REST, out, { frames });
      expect(same(out, face.plate)).toBe(still);
    }
  });

  it('renders any frame alone as it does in order', async () => {
    const inOrder = (await photo(true)).composer, alone = (await photo(true)).composer;
    const [a, b] = [createI420(WIDTH, HEIGHT), createI420(WIDTH, HEIGHT)];
    for (let i = 0; i <= 60; i++) await inOrder.compose(i, OPEN, a);
    await alone.compose(60, OPEN, b);
    expect(same(a, b)).toBe(true);
  });

  it('pastes a patch at rest: its own crop changes next to nothing, another one the lower face only', async () => {
    const { face, composer } = await photo(false);
    const size = 96;
    const { crop } = placeCrop(face.plate, face.landmarks, size);
    const out = createI420(WIDTH, HEIGHT);
    const differing = () => {
      let upper = 0, lower = 0;
      for (let y = 0; y < HEIGHT; y++) {
        for (let x = 0; x < WIDTH; x++) {
          const apart = Math.abs(out.data[y * WIDTH + x] - face.plate.data[y * WIDTH + x]);
          if (y < 135) upper = Math.max(upper, apart);
          else lower = Math.max(lower, apart);
        }
      }
      return { upper, lower };
    };
    const dark = crop.slice();
    const plane = size * size;
    for (let c = 0; c < 3; c++) for (let y = 66; y < 80; y++) for (let x = 34; x < 62; x++) dark[c * plane + y * size + x] = 0.05;
    await composer.compose(0, { kind: 'patch', size, patch: dark }, out);
    expect(differing().upper).toBe(0);
    expect(differing().lower).toBeGreaterThan(60);
    expect(out.data[MOUTH_Y * WIDTH + MOUTH_X]).toBeLessThan(90);
    composer.close();
  });

  it('moves a pasted patch with the head', async () => {
    const { face, composer } = await photo(true);
    const { crop } = placeCrop(face.plate, face.landmarks, 96);
    const [first, later] = [createI420(WIDTH, HEIGHT), createI420(WIDTH, HEIGHT)];
    await composer.compose(0, { kind: 'patch', size: 96, patch: crop }, first);
    await composer.compose(50, { kind: 'patch', size: 96, patch: crop }, later);
    expect(same(first, later)).toBe(false);
  });
});

describe('composer of a clip', () => {
  const closed = drawnFace(), open = drawnFace(6);
  const faceless = { plate: createI420(WIDTH, HEIGHT), landmarks: closed.landmarks };

  it('shows closed lips at rest on every plate', async () => {
    const composer = await openComposer({ avatar: avatarOf('clip', [closed, open]), plates: platesOf([closed, open]), fps: FPS, idle: true });
    const out = createI420(WIDTH, HEIGHT);
    for (const index of [0, 1]) {
      await composer.compose(index, REST, out);
      let bright = 0;
      for (let y = MOUTH_Y - 12; y < MOUTH_Y + 12; y++) for (let x = MOUTH_X - 20; x < MOUTH_X + 20; x++) if (out.data[y * WIDTH + x] > 190) bright++;
      expect(bright).toBe(0);
    }
    composer.close();
  });

  it('follows a change of light', async () => {
    const bright = drawnFace(6);
    bright.plate.data.forEach((value, i, data) => {
      if (i < WIDTH * HEIGHT) data[i] = Math.min(255, value + 15);
    });
    const composer = await openComposer({ avatar: avatarOf('clip', [closed, bright]), plates: platesOf([closed, bright]), fps: FPS, idle: false });
    const out = createI420(WIDTH, HEIGHT);
    await composer.compose(1, REST, out);
    const chin = (picture: I420) => {
      let sum = 0;
      for (let y = MOUTH_Y + 18; y < MOUTH_Y + 30; y++) for (let x = MOUTH_X - 15; x < MOUTH_X + 15; x++) sum += picture.data[y * WIDTH + x] / (12 * 30);
      return sum;
    };
    expect(Math.abs(chin(out) - chin(closed.plate) - 15)).toBeLessThan(3);
  });

  it('passes a plate without a face through', async () => {
    const composer = await openComposer({ avatar: avatarOf('clip', [closed, null]), plates: platesOf([closed, faceless]), fps: FPS, idle: false });
    const out = createI420(WIDTH, HEIGHT);
    await composer.compose(1, OPEN, out);
    expect(same(out, faceless.plate)).toBe(true);
    await composer.compose(0, OPEN, out);
    expect(same(out, closed.plate)).toBe(false);
  });

  it('goes forward and back without repeating the ends', () => {
    expect(Array.from({ length: 9 }, (_, i) => plateOfFrame(i, { fps: 25 }, 25, 4))).toEqual([0, 1, 2, 3, 2, 1, 0, 1, 2]);
    expect(Array.from({ length: 6 }, (_, i) => plateOfFrame(i, { fps: 25 }, 50, 4))).toEqual([0, 0, 1, 1, 2, 2]);
    expect(Array.from({ length: 3 }, (_, i) => plateOfFrame(i, { fps: null }, 25, 1))).toEqual([0, 0, 0]);
  });
});
