/** The faces in a photo or clip, to choose one of. */
import sharp from 'sharp';
import { throwIfCanceled } from '../../shared/errors.ts';
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

/**
 * Finds the faces that can be chosen; empty where there are none. Of a clip only as much is decoded as needed to see the first.
 * @throws StudioError invalid-input where the file cannot be read
 */
export async function facesIn(file: string, { sessions, signal }: { sessions: Pick<Sessions, 'run'>; signal?: AbortSignal }): Promise<OfferedFace[]> {
  const kind = await sniff(file);
  if (kind === 'photo') {
    const pyramid = pyramidOf(await loadPicture(file));
    throwIfCanceled(signal);
    return offered(pyramid, await findFaces(pyramid, sessions, signal));
  }
  const clip = await openClipOf(file, kind === 'clip', signal);
  try {
    const found = await firstFaces(clip.frames(), { fps: rateValue(clip.info.rate), sessions, signal });
    return found ? await offered(pyramidOf(pictureOfI420(found.frame)), found.faces) : [];
  } finally {
    await clip.close();
  }
}

async function offered(pyramid: Pyramid, faces: Face[]): Promise<OfferedFace[]> {
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
