/** An avatar's plates at another size or before another background: made once per size and background, kept as a file, then used like any avatar. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { sha256OfFile } from '../fileHash.ts';
import { rgbToI420, type I420 } from '../media/i420.ts';
import { writePlates } from '../media/plates.ts';
import { writeWhole } from '../media/wholeFile.ts';
import type { Sessions } from '../onnx/sessions.ts';
import { openBackdrop, withBackground, type Backdrop, type Background } from './background.ts';
import { matteOf } from './matte.ts';
import type { Plane } from './planes.ts';
import { isNative, landmarksOnPlate, openPlateSource } from './plates.ts';
import type { Avatar, Face } from './prepare.ts';
import { pictureOfI420 } from './sample.ts';

/** Raised by every change that makes other pixels of the same plates: older files are then no longer found. */
const VARIANT_VERSION = 1;

export interface VariantOptions {
  /** Where the variant is kept, under a name made of avatar, size and background; made if it is not there. */
  folder: string;
  sessions: Pick<Sessions, 'run'>;
  signal?: AbortSignal;
  /** 0..1. */
  onProgress?: (done: number) => void;
}

/**
 * The avatar at a size and before a background, at the size of its plates: `openPlates(variant, size)` gives them unscaled. What it needs is
 * read from `folder` if it was made before. Same id, own `source`, size and faces.
 * @param size as for openPlates
 * @throws StudioError invalid-input where the background or the avatar's source cannot be used, io where the folder cannot be written
 */
export async function variantOf(avatar: Avatar, size: { width: number; height: number } | null, background: Background, options: VariantOptions): Promise<Avatar> {
  const { folder, signal } = options;
  const plates = openPlateSource(avatar, size);
  // A photo is scaled in no time, and a registered clip has plates of its own size.
  if (background.kind === 'keep' && (avatar.kind === 'photo' || (avatar.platesFile !== undefined && isNative(plates, avatar)))) return avatar;
  const { width, height } = plates;
  const ending = avatar.kind === 'photo' ? 'png' : 'mp4';
  const stem = `${avatar.id}-${width}x${height}-${await variantKey(background)}`;
  const faces = avatar.faces.map((face) => face && faceOnPlate(face, plates));
  const asVariant = (file: string): Avatar => ({ ...avatar, source: file, width, height, faces, ...(avatar.kind === 'clip' ? { platesFile: file } : {}) });

  const kept = await wholeVariant(folder, stem, ending, signal);
  if (kept) {
    options.onProgress?.(1);
    return asVariant(kept);
  }
  const backdrop = await openBackdrop(background, plates);
  throwIfCanceled(signal);
  await writing(folder, () => mkdir(folder, { recursive: true }));
  await dropAbandoned(folder);
  const fileOf = (sha256: string) => join(folder, `${stem}.${sha256.slice(0, HASH_LETTERS)}.${ending}`);
  if (avatar.kind === 'photo') {
    const picture = await plates.photo();
    const matte = await matteOf(picture, { sessions: options.sessions, face: faces[0]?.landmarks ?? null, signal });
    const { rgb } = withBackground(picture, matte, backdrop);
    const png = await sharp(Buffer.from(rgb.buffer), { raw: { width, height, channels: 3 } }).png({ compressionLevel: 1 }).toBuffer();
    throwIfCanceled(signal);
    const file = fileOf(createHash('sha256').update(png).digest('hex'));
    await writeWhole(file, png);
    options.onProgress?.(1);
    return asVariant(file);
  }
  const count = avatar.faces.length;
  const frames = backdrop.kind === 'keep' ? plates.frames(signal) : beforeBackdrop(plates.frames(signal), faces, backdrop, options);
  // Written under a name of its own, because the final one carries the content's hash.
  const written = join(folder, `.${randomUUID()}.part.mp4`);
  try {
    await writePlates(written, frames, { width, height, signal, onPlate: (done) => options.onProgress?.(Math.min(1, done / count)) });
    const file = fileOf(await sha256OfFile(written, signal));
    await writing(folder, () => rename(written, file));
    return asVariant(file);
  } finally {
    await rm(written, { force: true });
  }
}

/** Letters of the content's sha256 in a variant's name. */
const HASH_LETTERS = 16;

/** The variant that was made before, if its bytes are still those of its name; a damaged one is removed, to be made anew. */
async function wholeVariant(folder: string, stem: string, ending: string, signal?: AbortSignal): Promise<string | null> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(`${stem}.`) && each.endsWith(`.${ending}`))) {
    const file = join(folder, name);
    const [hash] = name.slice(stem.length + 1).split('.');
    if ((await sha256OfFile(file, signal)).startsWith(hash) && hash.length === HASH_LETTERS) return file;
    await rm(file, { force: true });
  }
  return null;
}

/** Half-made files whose process was killed: nobody writes one for that long. */
const ABANDONED_MS = 3_600_000;

async function dropAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.includes('.part')) continue;
    const file = join(folder, name);
    const info = await stat(file).catch(() => null);
    if (info && Date.now() - info.mtimeMs > ABANDONED_MS) await rm(file, { force: true });
  }
}

/** A clip's frames one by one, the matte kept steady from frame to frame. */
async function* beforeBackdrop(frames: AsyncIterable<I420>, faces: readonly (Face | null)[], backdrop: Backdrop, { sessions, signal }: VariantOptions): AsyncGenerator<I420> {
  let previous: Plane | null = null;
  let index = 0;
  for await (const frame of frames) {
    throwIfCanceled(signal);
    const picture = pictureOfI420(frame);
    const matte = await matteOf(picture, { sessions, face: faces[index++]?.landmarks ?? null, previous, effort: 'fast', signal });
    previous = matte.coarse;
    yield rgbToI420(withBackground(picture, matte, backdrop).rgb, frame.width, frame.height);
  }
}

/** Short text that differs where the pixels would: a picture goes by its content. */
async function variantKey(background: Background): Promise<string> {
  const hash = createHash('sha256').update(`${VARIANT_VERSION}`);
  if (background.kind === 'picture') {
    hash.update('picture').update(
      await readFile(background.file).catch((error: unknown) => {
        throw new StudioError('invalid-input', `The background picture "${background.file}" cannot be read. Check the path.`, { cause: error });
      }),
    );
  } else hash.update(JSON.stringify(background));
  return `${background.kind}-${hash.digest('hex').slice(0, 12)}`;
}

function faceOnPlate(face: Face, plates: { toPlate(x: number, y: number): [number, number] }): Face {
  const { box } = face;
  const [x, y] = plates.toPlate(box.x, box.y);
  const [right, bottom] = plates.toPlate(box.x + box.width, box.y + box.height);
  return { ...face, box: { x, y, width: right - x, height: bottom - y }, landmarks: landmarksOnPlate(face.landmarks, plates) };
}

async function writing<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StudioError) throw error;
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new StudioError('io', `The plates with the new background cannot be written to "${basename(folder)}": ${reason}. Check its space and permissions.`, { cause: error });
  }
}
