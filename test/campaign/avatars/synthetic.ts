/** Avatars of a drawn face for measuring the library: real face data, rig and all, without running the face models each time. */
import { writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { PREPARATION_VERSION, STORED_CROP_SIZE, type BundleOptions, type FaceData } from '../../../src/engine/avatar/bundle.ts';
import { maskOfFace, placeCrop } from '../../../src/engine/avatar/crop.ts';
import { boxOfLandmarks } from '../../../src/engine/avatar/mesh.ts';
import type { Face } from '../../../src/engine/avatar/prepare.ts';
import { buildRig } from '../../../src/engine/avatar/rig/rig.ts';
import type { LibraryOptions } from '../../../src/engine/library/avatars.ts';
import { throwIfCanceled } from '../../../src/shared/errors.ts';
import { drawnFace, HEIGHT, WIDTH } from '../../engine/rig/drawnFace.ts';

/** A source that begins so becomes a clip of that many plates. */
const CLIP_MARK = 'clip of ';
const CLIP_FPS = 25;

let drawn: Promise<Pick<FaceData, 'mask' | 'crop' | 'rig' | 'thumbnail'> & { landmarks: Float32Array }> | null = null;

/** Draws the face, so that the first avatar takes no longer than the others. */
export async function warmUpDrawn(): Promise<void> {
  await (drawn ??= draw());
}

async function draw() {
  const { plate, landmarks } = drawnFace();
  const mask = maskOfFace(landmarks);
  const crop = placeCrop(plate, landmarks, STORED_CROP_SIZE, mask).crop;
  const thumbnail = await sharp({ create: { width: 192, height: 192, channels: 3, background: '#c9a', noise: { type: 'gaussian', mean: 128, sigma: 20 } } }).webp().toBuffer();
  const bgr = Uint8Array.from(crop, (value) => Math.round(255 * value));
  return { mask, crop: { size: STORED_CROP_SIZE, bgr }, rig: buildRig(plate, landmarks), thumbnail, landmarks };
}

/** Random numbers 0..1, the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Stands where `makeBundle` does: the drawn face, a little different for each source. */
export async function prepareDrawn(file: string, { sourceHash, platesFile, signal }: Pick<BundleOptions, 'sourceHash' | 'platesFile' | 'signal'>): Promise<FaceData> {
  throwIfCanceled(signal);
  drawn ??= draw();
  const { landmarks, ...face } = await drawn;
  const text = (await readFile(file)).toString('latin1', 0, 40);
  const plates = text.startsWith(CLIP_MARK) ? parseInt(text.slice(CLIP_MARK.length), 10) : null;
  const random = randomFrom(parseInt(sourceHash.slice(0, 8), 16));
  const faces = Array.from({ length: plates ?? 1 }, (): Face => {
    const moved = landmarks.map((value) => value + random() - 0.5);
    return { box: boxOfLandmarks(moved), score: 0.9 + 0.1 * random(), landmarks: moved };
  });
  const common = { preparation: PREPARATION_VERSION, quality: { findings: [] }, warnings: [], thumbnail: face.thumbnail, mask: face.mask };
  const avatar = { id: sourceHash, source: file, width: WIDTH, height: HEIGHT, faceIndex: 1, faceCount: 1, faces };
  if (plates === null) return { ...common, avatar: { ...avatar, kind: 'photo', fps: null }, durationSec: null, crop: face.crop, rig: face.rig };
  await writeFile(platesFile, Buffer.from(Uint8Array.from({ length: 2000 * plates }, () => 256 * random())));
  return { ...common, avatar: { ...avatar, kind: 'clip', fps: CLIP_FPS }, durationSec: plates / CLIP_FPS, crop: null, rig: null };
}

/** Options of a library whose faces are drawn. */
export function drawnFaces(options: LibraryOptions = {}): LibraryOptions {
  const sessions = () => Promise.resolve({ run: () => Promise.reject(new Error('A drawn face needs no network.')) });
  return { sessions, prepareFace: prepareDrawn, ...options };
}

/** Writes a source file that `prepareDrawn` takes; the same number gives the same bytes. */
export function drawnSource(folder: string, number: number, options: { bytes?: number; plates?: number } = {}): string {
  const { bytes = 20_000, plates } = options;
  const random = randomFrom(number);
  const data = Buffer.from(Uint8Array.from({ length: bytes }, () => 256 * random()));
  data.write(plates === undefined ? `photo ${number}\n` : `${CLIP_MARK}${plates} plates, ${number}\n`, 'latin1');
  const file = path.join(folder, `drawn-${number}.bin`);
  writeFileSync(file, data);
  return file;
}
