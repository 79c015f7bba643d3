/**
 * What the face of a video does, frame by frame: how far its mouth is open, where its head is, and in some frames how its mouth looks
 * beside the rest. Only numbers are kept, so that an hour of video costs no more than a minute.
 */
import { throwIfCanceled } from '../../shared/errors.ts';
import { findFaces, type Face } from '../avatar/faces.ts';
import { LEFT_EYE, meshesIn, MESH_POINTS, RIGHT_EYE, squareOfLandmarks } from '../avatar/mesh.ts';
import { pictureOfI420, pyramidOf, pyramidUnder, squareMap, type Square } from '../avatar/sample.ts';
import { cutFinder } from '../avatar/shots.ts';
import { alignment, SKULL, type Similarity } from '../avatar/smooth.ts';
import type { I420 } from '../media/i420.ts';
import type { Sessions } from '../onnx/sessions.ts';
import { lookAt, type FaceOnPlate, type Look } from './look.ts';
import { openingOf, QUICK_CROPS } from './mouthReading.ts';

export interface Seen {
  /** Per frame; NaN where no face is seen. */
  opening: number[];
  headX: number[];
  headY: number[];
  /** Distance between the outer corners of the eyes, pixels. */
  eyes: number[];
  /** The first frame of each shot but the first. */
  cuts: number[];
  looks: Look[];
}

export interface WatchOptions {
  fps: number;
  sessions: Pick<Sessions, 'run'>;
  /** The source picture that a frame was made from; null: not known. */
  plateOf: ((frameIndex: number) => Promise<FaceOnPlate | null>) | null;
  signal?: AbortSignal | undefined;
  /** Before each frame: for giving way to what is more urgent. */
  giveWay?: (() => Promise<void>) | undefined;
  onFrame?: ((done: number) => void) | undefined;
}

/** While no face is there, the picture is searched this often. */
const SEARCH_EVERY_SEC = 0.2;
/** How often the mouth's look is measured. */
const LOOK_EVERY_SEC = 0.4;
/** The mesh's own "is this a face", as in avatar/mesh.ts. */
const MIN_FLAG = 0.8;
/** Weight of a new frame in the place of the crop: it glides after the head instead of shaking with each reading. */
const PACE = 0.35;
/** Farther off than this share of the crop it jumps. */
const JUMP = 0.08;
/** The mesh looks at crops of that many pixels. */
const CROP_SIZE = 192;

/** A face that is followed: crops are laid by its skull, which the mouth does not move. */
interface Followed {
  reference: Float32Array;
  square: Square;
  pose: Similarity;
}

export async function watchFace(frames: AsyncIterable<I420>, options: WatchOptions): Promise<Seen> {
  const { fps, sessions, signal, plateOf } = options;
  const seen: Seen = { opening: [], headX: [], headY: [], eyes: [], cuts: [], looks: [] };
  const isCutAt = cutFinder();
  let followed: Followed | null = null;
  let [searchedAt, lookedAt] = [-Infinity, -Infinity];
  let last: { x: number; y: number } | null = null;

  for await (const frame of frames) {
    throwIfCanceled(signal);
    await options.giveWay?.();
    const index = seen.opening.length;
    if (isCutAt(frame)) {
      seen.cuts.push(index);
      followed = last = null;
      searchedAt = -Infinity;
    }
    let landmarks: Reading | null = followed ? await read(frame, followed, sessions, signal) : null;
    if (!landmarks && (followed !== null || index - searchedAt >= SEARCH_EVERY_SEC * fps)) {
      searchedAt = index;
      const plate = plateOf ? await plateOf(index) : null;
      const wanted = last ?? (plate ? centreOf(plate.landmarks) : null);
      const face = chosen(await findFaces(pyramidOf(pictureOfI420(frame)), sessions, signal), wanted);
      followed = face ? { reference: face.landmarks, square: squareOfLandmarks(face.landmarks), pose: { a: 1, b: 0, tx: 0, ty: 0 } } : null;
      landmarks = followed ? await read(frame, followed, sessions, signal) : null;
    }
    if (!landmarks) {
      for (const curve of [seen.opening, seen.headX, seen.headY, seen.eyes]) curve.push(NaN);
    } else {
      const { points, opening } = landmarks;
      last = centreOf(points);
      seen.opening.push(opening);
      seen.headX.push(last.x);
      seen.headY.push(last.y);
      seen.eyes.push(Math.hypot(points[RIGHT_EYE * 3] - points[LEFT_EYE * 3], points[RIGHT_EYE * 3 + 1] - points[LEFT_EYE * 3 + 1]));
      if (index - lookedAt >= LOOK_EVERY_SEC * fps) {
        lookedAt = index;
        seen.looks.push(lookAt(frame, points, index, plateOf ? await plateOf(index) : null));
      }
    }
    options.onFrame?.(index + 1);
  }
  return seen;
}

interface Reading {
  /** 468 × x,y,z in picture pixels. */
  points: Float32Array;
  opening: number;
}

/** The mean of a few crops around where the face was; null: it is not there. */
async function read(frame: I420, followed: Followed, sessions: Pick<Sessions, 'run'>, signal?: AbortSignal): Promise<Reading | null> {
  const square = movedSquare(followed.square, followed.pose);
  const all = squareMap({ ...square, side: square.side * 1.2 }, CROP_SIZE);
  const crops = QUICK_CROPS.map(({ x, y, scale }) => ({ ...square, x: square.x + x * square.side, y: square.y + y * square.side, side: square.side * scale }));
  const meshes = await meshesIn(pyramidUnder(frame, all, CROP_SIZE, CROP_SIZE), crops, sessions, signal);
  if (meshes.some(({ flag }) => flag < MIN_FLAG)) return null;
  const points = new Float32Array(MESH_POINTS * 3);
  for (const { landmarks } of meshes) for (let i = 0; i < points.length; i++) points[i] += landmarks[i] / meshes.length;
  const { x, y } = centreOf(points);
  if (x < 0 || y < 0 || x > frame.width || y > frame.height) return null;
  const opening = meshes.reduce((sum, { landmarks }) => sum + openingOf(landmarks) / meshes.length, 0);
  const now = alignment(followed.reference, points);
  const there = movedSquare(followed.square, now);
  // A reading far from the last place is a new place, not noise.
  const pace = Math.hypot(there.x - square.x, there.y - square.y) > JUMP * square.side ? 1 : PACE;
  for (const key of ['a', 'b', 'tx', 'ty'] as const) followed.pose[key] += (now[key] - followed.pose[key]) * pace;
  return { points, opening };
}

/** Where a square goes with the face that it lies on. */
const movedSquare = ({ x, y, side, angle }: Square, { a, b, tx, ty }: Similarity): Square => ({ x: a * x - b * y + tx, y: b * x + a * y + ty, side: side * Math.hypot(a, b), angle: angle + Math.atan2(b, a) });

/** The middle of what the mouth does not move. */
function centreOf(points: Float32Array): { x: number; y: number } {
  let [x, y] = [0, 0];
  for (const point of SKULL) {
    x += points[point * 3] / SKULL.length;
    y += points[point * 3 + 1] / SKULL.length;
  }
  return { x, y };
}

/** The face nearest to where it is expected; the largest where nothing is. */
function chosen(faces: readonly Face[], wanted: { x: number; y: number } | null): Face | null {
  const cost = ({ box, landmarks }: Face) => {
    if (!wanted) return -box.width;
    const { x, y } = centreOf(landmarks);
    return Math.hypot(x - wanted.x, y - wanted.y);
  };
  return faces.length === 0 ? null : faces.reduce((best, face) => (cost(face) < cost(best) ? face : best));
}
