import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepare, type Avatar } from '../../../src/engine/avatar/prepare.ts';
import type { Sessions } from '../../../src/engine/onnx/sessions.ts';
import { MAN, onWall, openFaceSessions, pair, WOMAN } from './presenters.ts';

let folder = '';
let sessions: Sessions;
let woman: Avatar;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sima-prepare-'));
  sessions = await openFaceSessions();
  woman = await prepare(WOMAN, { sessions });
});
afterAll(async () => {
  await sessions.close();
  await rm(folder, { recursive: true, force: true });
});

const register = async (name: string, bytes: Buffer, faceIndex?: number): Promise<Avatar> => {
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  return prepare(file, { sessions, faceIndex });
};
const point = (avatar: Avatar, index: number): [number, number] => {
  const { landmarks } = avatar.faces[0]!;
  return [landmarks[index * 3], landmarks[index * 3 + 1]];
};
const eyes = (avatar: Avatar) => Math.hypot(point(avatar, 263)[0] - point(avatar, 33)[0], point(avatar, 263)[1] - point(avatar, 33)[1]);

describe('a photo with one face', () => {
  it.each([WOMAN, MAN])('%s is registered', async (file) => {
    const avatar = await prepare(file, { sessions });
    const { width, height } = await sharp(file).metadata();
    expect(avatar).toMatchObject({ kind: 'photo', source: file, width, height, fps: null, faceIndex: 1, faceCount: 1 });
    expect(avatar.id).toBe(createHash('sha256').update(await readFile(file)).digest('hex'));
    expect(avatar.faces).toHaveLength(1);
    const face = avatar.faces[0]!;
    expect(face.landmarks).toHaveLength(468 * 3);
    expect(face.score).toBeGreaterThan(0.75);
    // Brow, eye, nose tip, upper lip, lower lip, chin: from top to bottom.
    const heights = [105, 159, 1, 13, 14, 152].map((index) => point(avatar, index)[1]);
    expect(heights).toEqual([...heights].sort((a, b) => a - b));
  });

  it('gives the same numbers again', async () => {
    expect((await prepare(WOMAN, { sessions })).faces[0]!.landmarks).toEqual(woman.faces[0]!.landmarks);
  });

  it('mirrored, its landmarks are mirrored', async () => {
    const mirrored = await register('mirrored.png', await sharp(WOMAN).flop().png().toBuffer());
    // Eye corners, mouth corners and cheeks with their counterparts; nose tip, lips and chin with themselves.
    for (const [one, other] of [[33, 263], [133, 362], [61, 291], [93, 323], [172, 397], [1, 1], [13, 13], [14, 14], [152, 152]]) {
      const [x, y] = point(woman, one);
      const [mx, my] = point(mirrored, other);
      expect(Math.hypot(woman.width - x - mx, y - my) / eyes(woman), `${one} and ${other}`).toBeLessThan(0.03);
    }
  });

  it('turned by 25° and made smaller, its landmarks follow', async () => {
    const small = 400;
    const turned = await register('turned.png', await sharp(await sharp(WOMAN).resize(small, small).toBuffer()).rotate(25, { background: '#99a' }).png().toBuffer());
    const [cos, sin] = [Math.cos((25 * Math.PI) / 180), Math.sin((25 * Math.PI) / 180)];
    for (const index of [33, 263, 61, 291, 1, 13, 14, 152]) {
      const [x, y] = point(woman, index).map((value) => (value / woman.width) * small - small / 2);
      const [tx, ty] = point(turned, index);
      expect(Math.hypot(cos * x - sin * y + turned.width / 2 - tx, sin * x + cos * y + turned.height / 2 - ty) / eyes(turned), `${index}`).toBeLessThan(0.05);
    }
  });

  it('is found where it is small in a large picture', async () => {
    const avatar = await register('small.png', await onWall(MAN, 150, { left: 1900, top: 300, width: 2400, height: 1400 }));
    expect(avatar.faceCount).toBe(1);
    const { box } = avatar.faces[0]!;
    expect(box.x).toBeGreaterThan(1900);
    expect(box.x + box.width).toBeLessThan(2050);
    expect(box.y).toBeGreaterThan(300);
    expect(box.y + box.height).toBeLessThan(450);
  });

  it('photo preparation takes at most a second', async () => {
    const started = performance.now();
    await prepare(WOMAN, { sessions });
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('several faces or none', () => {
  it('two faces ask which one', async () => {
    await expect(register('pair.png', await pair(400))).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringMatching(/"pair\.png" shows 2 faces.*--face 1…2/) as string });
  });

  it('counts from the left and names the avatar by its face', async () => {
    const left = await register('pair.png', await pair(400), 1);
    const right = await register('pair.png', await pair(400), 2);
    expect(left).toMatchObject({ faceIndex: 1, faceCount: 2 });
    expect(right).toMatchObject({ faceIndex: 2, faceCount: 2 });
    expect(left.faces[0]!.box.x).toBeLessThan(400);
    expect(right.faces[0]!.box.x).toBeGreaterThan(400);
    expect([left.id, right.id]).toEqual([`${left.id.slice(0, 64)}-1`, `${left.id.slice(0, 64)}-2`]);
    // The left one is the woman: the same face at the same place as alone.
    const scale = 400 / woman.width;
    expect(Math.hypot(point(left, 1)[0] - point(woman, 1)[0] * scale, point(left, 1)[1] - point(woman, 1)[1] * scale)).toBeLessThan(0.04 * eyes(left));
  });

  it.each([0, 2, 1.5])('face %s of one is refused', async (faceIndex) => {
    await expect(prepare(WOMAN, { sessions, faceIndex })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('only one face') as string });
  });

  it('a picture without a face is refused', async () => {
    const noise = await sharp({ create: { width: 500, height: 400, channels: 3, background: '#555', noise: { type: 'gaussian', mean: 128, sigma: 40 } } }).png().toBuffer();
    const upperBody = await sharp(WOMAN).resize(400, 400).extract({ left: 100, top: 320, width: 200, height: 80 }).png().toBuffer();
    for (const bytes of [noise, upperBody]) await expect(register('none.png', bytes)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringMatching(/No face was found in "none\.png"/) as string });
  });

  it('neither photo nor clip is refused', async () => {
    await expect(register('notes.png', Buffer.from('just some words, longer than a header would be'))).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('"notes.png" is neither a photo nor a video') as string });
  });

  it('stops when canceled', async () => {
    await expect(prepare(WOMAN, { sessions, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'canceled' });
  });
});
