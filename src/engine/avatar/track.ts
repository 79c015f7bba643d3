/** Follows one face through a clip: detected at key frames, cuts and losses, followed by the mesh between, smoothed at the end. */
import { throwIfCanceled } from '../../shared/errors.ts';
import type { I420 } from '../media/i420.ts';
import type { Sessions } from '../onnx/sessions.ts';
import { findFaces, type Face } from './faces.ts';
import { boxOfLandmarks, CROP_SIZE, meshInSquare, squareOfLandmarks } from './mesh.ts';
import { pictureOfI420, pyramidOf, pyramidUnder, squareMap } from './sample.ts';
import { steady } from './smooth.ts';

/** A followed face is found anew this often, so that no slip lasts. */
const KEY_EVERY_SEC = 4;
/** While the face is gone, the whole picture is searched this often. */
const SEARCH_EVERY_SEC = 0.2;
/** Gaps up to this long are filled between their ends: a blink of the tracker, a hand passing by. */
const MAX_FILLED_SEC = 0.4;
/** Mean change of brightness (0..255) between neighbouring frames' thumbnails that is a cut, not motion. */
const CUT_CHANGE = 24;
const THUMBNAIL = { width: 32, height: 18 };

export interface Track {
  /** One per frame; null: no face there. */
  faces: (Face | null)[];
  faceIndex: number;
  faceCount: number;
}

export interface TrackOptions {
  fps: number;
  sessions: Pick<Sessions, 'run'>;
  /** Chooses among the faces of the first frame that shows any: given how many, says which (from 1, left to right) or throws. */
  choose: (count: number) => number;
  signal?: AbortSignal;
  /** Frames done so far. */
  onFrame?: (done: number) => void;
}

/** Faces of a clip's frames, in the frames' pixels. `choose(0)` is asked (to throw) where no frame shows a face. */
export async function trackFace(frames: AsyncIterable<I420>, options: TrackOptions): Promise<Track> {
  const { fps, sessions, signal } = options;
  const found: (Face | null)[] = [];
  /** Index of the first frame of each shot. */
  const cuts: number[] = [];
  let chosen: { faceIndex: number; faceCount: number } | null = null;
  let last: Face | null = null;
  let before: Float32Array | null = null;
  let searchedAt = -Infinity;

  for await (const frame of readAhead(frames)) {
    throwIfCanceled(signal);
    const index = found.length;
    const thumbnail = thumbnailOf(frame);
    const isCut = before !== null && meanChange(before, thumbnail) > CUT_CHANGE;
    before = thumbnail;
    if (isCut || index === 0) cuts.push(index);

    let face: Face | null = last && !isCut ? await follow(frame, last, sessions, signal) : null;
    const due = index - searchedAt >= (face ? KEY_EVERY_SEC : SEARCH_EVERY_SEC) * fps;
    if (isCut || (last && !face) || due) {
      searchedAt = index;
      const faces = await findFaces(pyramidOf(pictureOfI420(frame)), sessions, signal);
      if (!chosen && faces.length > 0) chosen = { faceIndex: options.choose(faces.length), faceCount: faces.length };
      // After a cut nothing says who is who but the order; within a shot it is whoever is nearest.
      const wanted: Face | null = face ?? lastSeen(found, cuts.at(-1)!);
      const fresh: Face | null = !chosen || faces.length === 0 ? null : wanted ? nearest(faces, wanted) : faces[Math.min(chosen.faceIndex, faces.length) - 1];
      // A followed face that the detector confirms is kept: measured otherwise, it would jump by a fraction of a pixel.
      if (!face || (fresh && distance(fresh, face) > 0.2 * face.box.width)) face = fresh;
    }
    found.push(face);
    last = face;
    options.onFrame?.(found.length);
  }
  const { faceIndex, faceCount } = chosen ?? { faceIndex: options.choose(0), faceCount: 0 };
  return { faces: steady(found, cuts, fps, MAX_FILLED_SEC), faceIndex, faceCount };
}

async function follow(frame: I420, last: Face, sessions: Pick<Sessions, 'run'>, signal?: AbortSignal): Promise<Face | null> {
  const square = squareOfLandmarks(last.landmarks);
  const mesh = await meshInSquare(pyramidUnder(frame, squareMap(square, CROP_SIZE), CROP_SIZE, CROP_SIZE), square, sessions, signal);
  if (!mesh) return null;
  const box = boxOfLandmarks(mesh.landmarks);
  const isGone = box.x + box.width / 2 < 0 || box.y + box.height / 2 < 0 || box.x + box.width / 2 > frame.width || box.y + box.height / 2 > frame.height;
  return isGone ? null : { box, score: mesh.flag, landmarks: mesh.landmarks };
}

/** The face nearest to where it was, if near enough to be the same. */
function nearest(faces: Face[], wanted: Face): Face | null {
  const best = faces.reduce((a, b) => (distance(b, wanted) < distance(a, wanted) ? b : a));
  return distance(best, wanted) < 1.5 * wanted.box.width ? best : null;
}

function distance({ box: a }: Face, { box: b }: Face): number {
  return Math.hypot(a.x + a.width / 2 - b.x - b.width / 2, a.y + a.height / 2 - b.y - b.height / 2);
}

function lastSeen(found: (Face | null)[], from: number): Face | null {
  return found.slice(from).findLast((face) => face !== null) ?? null;
}

/** Asks for the next frame while the one given is worked on: decoding and the mesh run in different threads. */
async function* readAhead<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  let next = iterator.next();
  next.catch(() => undefined); // reported when it is awaited
  try {
    for (;;) {
      const result = await next;
      if (result.done) return;
      next = iterator.next();
      next.catch(() => undefined);
      yield result.value;
    }
  } finally {
    await next.catch(() => undefined);
    await iterator.return?.(undefined);
  }
}

/** Mean brightness of 32×18 fields, from 4×4 samples each. */
function thumbnailOf({ width, height, data }: I420): Float32Array {
  const out = new Float32Array(THUMBNAIL.width * THUMBNAIL.height);
  const samples = 4;
  for (let row = 0; row < THUMBNAIL.height * samples; row++) {
    const line = Math.floor(((row + 0.5) * height) / (THUMBNAIL.height * samples)) * width;
    for (let col = 0; col < THUMBNAIL.width * samples; col++) {
      const x = Math.floor(((col + 0.5) * width) / (THUMBNAIL.width * samples));
      out[Math.floor(row / samples) * THUMBNAIL.width + Math.floor(col / samples)] += data[line + x] / (samples * samples);
    }
  }
  return out;
}

function meanChange(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
}
