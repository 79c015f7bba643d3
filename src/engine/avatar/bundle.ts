/**
 * Everything about a face that does not depend on the words, computed once at registration: where it is in every plate, the mask and
 * crop of lip-sync models, a photo's rig, a thumbnail; and a clip's plates as an all-intra file.
 */
import sharp from 'sharp';
import type { I420 } from '../media/i420.ts';
import { openPlateReader } from '../media/plates.ts';
import { placeCrop, templateMap } from './crop.ts';
import { lowerFaceMask, type Mask } from './mask.ts';
import { landmarksOnPlate, openPlates } from './plates.ts';
import { registerFace, type Avatar, type Face, type RegisterOptions, type Registration } from './prepare.ts';
import type { Quality } from './quality.ts';
import { buildRig, type Rig } from './rig/rig.ts';
import { applyAffine, invertAffine, pyramidUnder, sampleRgb, squareMap } from './sample.ts';

/** Raised by every change that makes other face data of the same source: older ones are then made again on their first use. */
export const PREPARATION_VERSION = 1;

/** Side of the stored crop: that of the Wav2Lip models that people have. Other sizes are cut from the plate when asked for. */
export const STORED_CROP_SIZE = 96;
const THUMBNAIL_SIZE = 192;
/** The thumbnail's side in face widths or heights: head and shoulders. */
const THUMBNAIL_ROOM = 1.9;

export interface FaceData {
  preparation: number;
  avatar: Avatar;
  /** null for a photo. */
  durationSec: number | null;
  /** The lower face in crop shares, for crops of any size; of a clip the mean of its plates. */
  mask: Mask;
  /** A photo's crop, `[3,size,size]` planar BGR 0..255; null for a clip, whose crops are cut from its plates. */
  crop: { size: number; bgr: Uint8Array } | null;
  /** A photo's rig on its own size made even; null for a clip, whose plates each need one of 0.2 MB. */
  rig: Rig | null;
  /** WebP, 192×192. */
  thumbnail: Uint8Array;
  quality: Quality;
  /** The findings' sentences. */
  warnings: string[];
}

export interface BundleOptions extends RegisterOptions {
  /** sha256 of the source's bytes in hex. */
  sourceHash: string;
  /** Where a clip's plates go; nothing is written for a photo. */
  platesFile: string;
}

export const warningsOf = ({ findings }: Quality): string[] => findings.map(({ sentence }) => sentence);

/** Prepares a photo or clip. @throws StudioError as `registerFace` does */
export async function makeBundle(file: string, options: BundleOptions): Promise<FaceData> {
  const registered = await registerFace(file, { ...options, onProgress: (done) => options.onProgress?.(done * 0.95) });
  const made = registered.avatar.kind === 'photo' ? await photoBundle(registered, options.signal) : await clipBundle(registered, options.platesFile);
  options.onProgress?.(1);
  return made;
}

async function photoBundle({ avatar, quality, durationSec }: Registration, signal: AbortSignal | undefined): Promise<FaceData> {
  const plates = await openPlates(avatar, null, signal);
  try {
    const plate = await plates.at(0);
    const [face] = avatar.faces as [Face];
    const landmarks = landmarksOnPlate(face.landmarks, plates);
    const mask = meanMask([landmarks]);
    const { crop } = placeCrop(plate, landmarks, STORED_CROP_SIZE, mask);
    return {
      preparation: PREPARATION_VERSION, avatar, quality, warnings: warningsOf(quality), durationSec, mask, rig: buildRig(plate, landmarks), thumbnail: await thumbnailOf(plate, face),
      crop: { size: STORED_CROP_SIZE, bgr: Uint8Array.from(crop, (value) => Math.round(255 * value)) },
    };
  } finally {
    await plates.close();
  }
}

async function clipBundle({ avatar, quality, durationSec }: Registration, platesFile: string): Promise<FaceData> {
  const mask = meanMask(avatar.faces.flatMap((face) => (face ? [face.landmarks] : [])));
  return { preparation: PREPARATION_VERSION, avatar, quality, warnings: warningsOf(quality), durationSec, mask, crop: null, rig: null, thumbnail: await clipThumbnail(platesFile, avatar.faces) };
}

/** The lower face's mask from the mean place of each landmark in the crop. */
function meanMask(landmarks: readonly Float32Array[]): Mask {
  const mean = new Float32Array((landmarks[0].length / 3) * 2);
  for (const points of landmarks) {
    const unit = invertAffine(templateMap(points, 1));
    for (let i = 0; i < mean.length / 2; i++) {
      const [x, y] = applyAffine(unit, points[i * 3], points[i * 3 + 1]);
      mean[i * 2] += x / landmarks.length;
      mean[i * 2 + 1] += y / landmarks.length;
    }
  }
  return lowerFaceMask(mean);
}

/** From the plate with the first face; a clip always has one. */
async function clipThumbnail(platesFile: string, faces: readonly (Face | null)[]): Promise<Uint8Array> {
  const index = faces.findIndex((face) => face !== null);
  const reader = await openPlateReader(platesFile, { ahead: 0 });
  try {
    return await thumbnailOf(await reader.at(index), faces[index]!);
  } finally {
    await reader.close();
  }
}

async function thumbnailOf(plate: I420, { box }: Face): Promise<Uint8Array> {
  const side = Math.min(plate.width, plate.height, Math.max(box.width, box.height) * THUMBNAIL_ROOM);
  const within = (place: number, size: number) => Math.min(size - side / 2, Math.max(side / 2, place));
  // The box is the face without its hair, so the middle of the head is a little higher.
  const map = squareMap({ x: within(box.x + box.width / 2, plate.width), y: within(box.y + box.height * 0.45, plate.height), side, angle: 0 }, THUMBNAIL_SIZE);
  const plane = THUMBNAIL_SIZE ** 2;
  const planar = new Float32Array(3 * plane);
  sampleRgb(pyramidUnder(plate, map, THUMBNAIL_SIZE, THUMBNAIL_SIZE), map, THUMBNAIL_SIZE, THUMBNAIL_SIZE, planar, 0, 1, 0);
  const rgb = new Uint8Array(3 * plane);
  for (let i = 0; i < plane; i++) for (let c = 0; c < 3; c++) rgb[i * 3 + c] = planar[c * plane + i];
  return sharp(rgb, { raw: { width: THUMBNAIL_SIZE, height: THUMBNAIL_SIZE, channels: 3 } }).webp({ quality: 82 }).toBuffer();
}
