/** Plates before another background: a photo's and a clip's. */
import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MATTE_MODELS } from '../../../src/engine/avatar/matte.ts';
import { openPlates } from '../../../src/engine/avatar/plates.ts';
import { variantOf } from '../../../src/engine/avatar/plateVariant.ts';
import { FACE_MODELS, prepare } from '../../../src/engine/avatar/prepare.ts';
import { rgbToI420, rgbToYuv } from '../../../src/engine/media/i420.ts';
import { writePlates } from '../../../src/engine/media/plates.ts';
import { listModels, modelFolders, type InstalledModel } from '../../../src/engine/onnx/manifest.ts';
import { openSessions, type Sessions } from '../../../src/engine/onnx/sessions.ts';
import { MAN, WOMAN } from './presenters.ts';

const GREEN = { kind: 'colour', colour: '#00b140' } as const;
const [GREEN_Y] = rgbToYuv(0, 0xb1, 0x40);

let sessions: Sessions;
let folder: string;
beforeAll(async () => {
  const wanted: readonly string[] = [...FACE_MODELS, ...MATTE_MODELS];
  const installed = (await listModels(modelFolders(tmpdir()))).filter((model): model is InstalledModel & { installed: true } => model.installed && wanted.includes(model.id));
  sessions = await openSessions({ models: installed, device: 'cpu' });
  folder = await mkdtemp(path.join(tmpdir(), 'sima-variant-'));
});
afterAll(async () => {
  await sessions.close();
  await rm(folder, { recursive: true, force: true });
});

it('a photo: the size asked for, the face where it is drawn, made once', async () => {
  const source = path.join(folder, 'woman.png');
  await copyFile(WOMAN, source);
  const avatar = await prepare(source, { sessions });
  const size = { width: 320, height: 400 };
  const kept = path.join(folder, 'photo');
  const variant = await variantOf(avatar, size, GREEN, { folder: kept, sessions });
  expect(variant).toMatchObject({ id: avatar.id, kind: 'photo', width: 320, height: 400 });
  const [before, after] = [await openPlates(avatar, size), await openPlates(variant, size)];
  const [old, plate] = [await before.at(0), await after.at(0)];
  expect([plate.width, plate.height]).toEqual([320, 400]);
  for (const at of [0, 319, 320 * 20 + 5]) expect(Math.abs(plate.data[at] - GREEN_Y)).toBeLessThanOrEqual(1);
  // The nose tip's place is that of the plain plate, and so are the pixels around it.
  const [x, y] = before.toPlate(avatar.faces[0]!.landmarks[3], avatar.faces[0]!.landmarks[4]);
  const { landmarks } = variant.faces[0]!;
  expect(landmarks[3]).toBeCloseTo(x, 2);
  expect(landmarks[4]).toBeCloseTo(y, 2);
  expect(after.toPlate(10, 10)).toEqual([10, 10]);
  const at = Math.floor(y) * 320 + Math.floor(x);
  expect([...plate.data.subarray(at - 9, at + 9)]).toEqual([...old.data.subarray(at - 9, at + 9)]);

  const [file] = await readdir(kept);
  const made = (await stat(path.join(kept, file))).mtimeMs;
  await rm(source); // nothing of the source is needed again
  expect(await variantOf(avatar, size, GREEN, { folder: kept, sessions })).toEqual(variant);
  expect(await readdir(kept)).toEqual([file]);
  expect((await stat(path.join(kept, file))).mtimeMs).toBe(made);
});

it('a damaged variant is noticed and made anew', async () => {
  const avatar = await prepare(WOMAN, { sessions });
  const options = { folder: path.join(folder, 'damaged'), sessions };
  const size = { width: 256, height: 256 };
  const { source } = await variantOf(avatar, size, GREEN, options);
  const whole = await readFile(source);
  for (const damaged of [Buffer.alloc(0), whole.subarray(0, whole.length / 2), Buffer.from(whole).fill(whole[900] ^ 1, 900, 901)]) {
    await writeFile(source, damaged);
    expect((await variantOf(avatar, size, GREEN, options)).source).toBe(source);
    expect(await readFile(source)).toEqual(whole);
  }
});

it('a clip: each frame, person and all, before the new background; nothing is left of a canceled one', async () => {
  const [side, frames] = [256, 6];
  const source = path.join(folder, 'man.mp4');
  // The camera nears: every frame a little larger.
  const pictures = async function* () {
    for (let i = 0; i < frames; i++) {
      const large = side + i * 4;
      const rgb = await sharp(MAN).flatten().resize(large, large).extract({ left: i * 2, top: i * 2, width: side, height: side }).raw().toBuffer();
      yield rgbToI420(new Uint8Array(rgb), side, side);
    }
  };
  await writePlates(source, pictures(), { width: side, height: side });
  const avatar = await prepare(source, { sessions });
  const kept = path.join(folder, 'clip');

  const stop = new AbortController();
  await expect(variantOf(avatar, null, GREEN, { folder: kept, sessions, signal: stop.signal, onProgress: () => { stop.abort(); } })).rejects.toMatchObject({ code: 'canceled' });
  expect(await readdir(kept)).toEqual([]);

  const variant = await variantOf(avatar, null, GREEN, { folder: kept, sessions });
  const [before, after] = [await openPlates(avatar, null), await openPlates(variant, null)];
  try {
    expect(after.count).toBe(frames);
    for (let i = 0; i < frames; i++) {
      const [old, plate] = [await before.at(i), await after.at(i)];
      for (const at of [0, side - 1, side * 12 + 4]) expect(Math.abs(plate.data[at] - GREEN_Y)).toBeLessThanOrEqual(2);
      const { landmarks } = variant.faces[i]!;
      const at = Math.floor(landmarks[4]) * side + Math.floor(landmarks[3]);
      for (let near = at - 6; near < at + 6; near++) expect(Math.abs(plate.data[near] - old.data[near])).toBeLessThanOrEqual(8);
    }
  } finally {
    await before.close();
    await after.close();
  }
});

it('keep is the avatar itself', async () => {
  const avatar = { id: 'a', kind: 'photo', source: MAN, width: 4, height: 4, fps: null, faceIndex: 1, faceCount: 1, faces: [null] } as const;
  const whole = { ...avatar, faces: [null] };
  expect(await variantOf(whole, null, { kind: 'keep' }, { folder, sessions })).toBe(whole);
});
