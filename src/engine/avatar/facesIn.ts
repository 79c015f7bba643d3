/** The faces in a photo or clip, to choose one of. */
import sharp from 'sharp';
import { throwIfCanceled } from '../../shared/errors.ts';
import type { I420 } from '../media/i420.ts';
import { rateValue } from '../media/rate.ts';
import type { Sessions } from '../onnx/sessions.ts';
import type { Box } from './detect.ts';
import { findFaces, type Face } from './faces.ts';
import { loadPicture, sniff } from './picture.ts';
import { openClipOf } from './prepare.ts';
import { pictureOfI420, pyramidOf, sampleRgb, squareMap, type Pyramid } from './sample.ts';
import { firstFaces } from './track.ts';

export interface OfferedFace {
  /** From 1, left to right; what `prepare` and `registerFace` take as `faceIndex`. */
  faceIndex: number;
  /** In source pixels: forehead to chin. Of a clip in the first frame that shows a face. */
  box: Box;
  /** JPEG, 160×160, head and hair. */
  thumbnail: Uint8Array;
}

const THUMBNAIL_SIZE = 160;
/** Side of a thumbnail over the longer side of the face. */
const THUMBNAIL_ROOM = 1.7;
const PREVIEW_SIDE = 1024;

interface Look {
  sessions: Pick<Sessions, 'run'>;
  signal?: AbortSignal;
}

/** A source before it is registered. */
export interface Inspected {
  kind: 'photo' | 'clip';
  /** Upright size in pixels, of which the boxes are. */
  width: number;
  height: number;
  /** Left to right. */
  faces: Box[];
  /** The picture in which the faces are, as a JPEG of at most PREVIEW_SIDE pixels either way. */
  preview: Uint8Array;
}

/** As `facesIn`, for a page that shows the faces in their picture. */
export async function inspect(file: string, options: Look): Promise<Inspected> {
  const { kind, pyramid, faces } = await look(file, options);
  const { width, height, rgb } = pyramid.levels[0];
  const preview = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize({ width: PREVIEW_SIDE, height: PREVIEW_SIDE, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 85 })
    .toBuffer();
  return { kind, width, height, faces: faces.map(({ box }) => box), preview };
}

/** The picture in which faces can be chosen; of a clip without any, its first one. */
async function look(file: string, { sessions, signal }: Look): Promise<{ kind: 'photo' | 'clip'; pyramid: Pyramid; faces: Face[] }> {
  const sniffed = await sniff(file);
  if (sniffed === 'photo') {
    const pyramid = pyramidOf(await loadPicture(file));
    throwIfCanceled(signal);
    return { kind: 'photo', pyramid, faces: await findFaces(pyramid, sessions, signal) };
  }
  const clip = await openClipOf(file, sniffed === 'clip', signal);
  try {
    let first: I420 | null = null;
    const frames = async function* () {
      for await (const frame of clip.frames()) {
        first ??= frame;
        yield frame;
      }
    };
    const found = await firstFaces(frames(), { fps: rateValue(clip.info.rate), sessions, signal });
    return { kind: 'clip', pyramid: pyramidOf(pictureOfI420(found?.frame ?? first!)), faces: found?.faces ?? [] };
  } finally {
    await clip.close();
  }
}

/**
 * Finds the faces that can be chosen; empty where there are none. Of a clip only as much is decoded as needed to see the first.
 * @throws StudioError invalid-input where the file cannot be read
 */
export async function facesIn(file: string, options: Look): Promise<OfferedFace[]> {
  const { pyramid, faces } = await look(file, options);
  return Promise.all(faces.map(async ({ box }, i) => ({ faceIndex: i + 1, box, thumbnail: await thumbnailOf(pyramid, box) })));
}

async function thumbnailOf(pyramid: Pyramid, { x, y, width, height }: Box): Promise<Uint8Array> {
  const { width: wide, height: high } = pyramid.levels[0];
  const side = Math.min(wide, high, Math.max(width, height) * THUMBNAIL_ROOM);
  const within = (place: number, size: number) => Math.min(size - side / 2, Math.max(side / 2, place));
  // The box has no hair: the middle of the head is a little higher.
  const map = squareMap({ x: within(x + width / 2, wide), y: within(y + height * 0.45, high), side, angle: 0 }, THUMBNAIL_SIZE);
  const plane = THUMBNAIL_SIZE ** 2;
  const planar = new Float32Array(3 * plane);
  sampleRgb(pyramid, map, THUMBNAIL_SIZE, THUMBNAIL_SIZE, planar, 0, 1, 0);
  const rgb = Uint8Array.from({ length: 3 * plane }, (_, i) => Math.round(planar[(i % 3) * plane + Math.floor(i / 3)]));
  return sharp(rgb, { raw: { width: THUMBNAIL_SIZE, height: THUMBNAIL_SIZE, channels: 3 } }).jpeg({ quality: 85 }).toBuffer();
}
