/** Follows one face through a clip: detected at key frames, cuts and losses, followed by the mesh between, smoothed at the end. */
import { throwIfCanceled } from '../../shared/errors.ts';
import type { I420 } from '../media/i420.ts';
import type { Sessions } from '../onnx/sessions.ts';
import { detectFaces } from './detect.ts';
import { findFaces, type Face } from './faces.ts';
import { likenessOf, unlikeness, type Likeness } from './likeness.ts';
import { boxOfLandmarks, CROP_SIZE, meshInSquare, squareOfLandmarks } from './mesh.ts';
import { measureInFrame, type FaceMeasures } from './qualityMeasures.ts';
import { pictureOfI420, pyramidOf, pyramidUnder, squareMap } from './sample.ts';
import { cutFinder } from './shots.ts';
import { steady } from './smooth.ts';

/** A followed face is looked for anew this often, so that no slip lasts. */
const KEY_EVERY_SEC = 4;
/** While the face is gone, the picture is searched this often. */
const SEARCH_EVERY_SEC = 0.2;
/** Before the first face: its size is unknown then, and looking for small ones takes long. */
const FIRST_SEARCH_EVERY_SEC = 0.4;
/** How often the face's quality is measured. */
const MEASURE_EVERY_SEC = 2;
/** Gaps up to this long are filled between their ends: a blink of the tracker, a hand passing by. */
const MAX_FILLED_SEC = 0.4;
/** A key frame is looked at in a picture of about this many pixels across: the detector sees 256. */
const KEY_FRAME_SIDE = 512;

export interface Track {
  /** One per frame; null: no face there. */
  faces: (Face | null)[];
  faceIndex: number;
  faceCount: number;
}

export interface Followed {
  track: Track;
  /** The first frame of each shot but the first. */
  cuts: number[];
  /** Quality of the followed face in some frames. */
  measures: FaceMeasures[];
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

/** Faces of a clip's frames, in the frames' pixels, and what was seen on the way. `choose(0)` is asked (to throw) where no frame shows a face. */
export async function followFace(frames: AsyncIterable<I420>, options: TrackOptions): Promise<Followed> {
  const { fps, sessions, signal } = options;
  const found: (Face | null)[] = [];
  const cuts: number[] = [];
  const measures: FaceMeasures[] = [];
  const isCutAt = cutFinder();
  let chosen: { faceIndex: number; faceCount: number } | null = null;
  /** Everybody who was there when one was chosen. */
  let people: Likeness[] = [];
  let last: Face | null = null;
  /** Of the face when it was last seen; 0 before. */
  let width = 0;
  let [searchedAt, measuredAt] = [-Infinity, -Infinity];

  for await (const frame of readAhead(frames)) {
    throwIfCanceled(signal);
    const index = found.length;
    const isCut = isCutAt(frame);
    if (isCut) cuts.push(index);

    let face: Face | null = last && !isCut ? await follow(frame, last, sessions, signal) : null;
    const due = index - searchedAt >= (face ? KEY_EVERY_SEC : chosen ? SEARCH_EVERY_SEC : FIRST_SEARCH_EVERY_SEC) * fps;
    if (isCut || (last && !face) || due) {
      searchedAt = index;
      // A followed face that the detector confirms is kept: measured otherwise, it would jump by a fraction of a pixel.
      if (!face || !(await isConfirmed(frame, face, sessions, signal))) {
        const faces = await findFaces(pyramidOf(pictureOfI420(frame)), sessions, signal, isCut ? 0 : width);
        if (!chosen && faces.length > 0) {
          chosen = { faceIndex: options.choose(faces.length), faceCount: faces.length };
          people = faces.map((each) => likenessOf(frame, each));
          face = faces[chosen.faceIndex - 1];
        } else if (chosen) {
          // Within a shot it is whoever is nearest to where the face was; after a cut or a while only looks tell.
          const wanted: Face | null = face ?? lastSeen(found, Math.max(cuts.at(-1) ?? 0, index - Math.round(MAX_FILLED_SEC * fps)));
          const fresh: Face | null = wanted ? nearest(faces, wanted) : mostAlike(faces, frame, people, chosen.faceIndex - 1);
          if (!face || !fresh || distance(fresh, face) > 0.2 * face.box.width) face = fresh;
        }
      }
    }
    if (face && index - measuredAt >= MEASURE_EVERY_SEC * fps) {
      measures.push(measureInFrame(frame, face.landmarks));
      measuredAt = index;
    }
    found.push(face);
    last = face;
    if (face) width = face.box.width;
    options.onFrame?.(found.length);
  }
  const { faceIndex, faceCount } = chosen ?? { faceIndex: options.choose(0), faceCount: 0 };
  return { track: { faces: steady(found, cuts, fps, MAX_FILLED_SEC), faceIndex, faceCount }, cuts, measures };
}

/** The faces among which `followFace` lets choose, and their frame; null where no frame shows any. */
export async function firstFaces(frames: AsyncIterable<I420>, { fps, sessions, signal }: Omit<TrackOptions, 'choose'>): Promise<{ frame: I420; faces: Face[] } | null> {
  const isCutAt = cutFinder();
  let [index, searchedAt] = [0, -Infinity];
  for await (const frame of frames) {
    throwIfCanceled(signal);
    if (isCutAt(frame) || index - searchedAt >= FIRST_SEARCH_EVERY_SEC * fps) {
      searchedAt = index;
      const faces = await findFaces(pyramidOf(pictureOfI420(frame)), sessions, signal);
      if (faces.length > 0) return { frame, faces };
    }
    index += 1;
  }
  return null;
}

async function follow(frame: I420, last: Face, sessions: Pick<Sessions, 'run'>, signal?: AbortSignal): Promise<Face | null> {
  const square = squareOfLandmarks(last.landmarks);
  const mesh = await meshInSquare(pyramidUnder(frame, squareMap(square, CROP_SIZE), CROP_SIZE, CROP_SIZE), square, sessions, signal);
  if (!mesh) return null;
  const box = boxOfLandmarks(mesh.landmarks);
  const isGone = box.x + box.width / 2 < 0 || box.y + box.height / 2 < 0 || box.x + box.width / 2 > frame.width || box.y + box.height / 2 > frame.height;
  return isGone ? null : { box, score: mesh.flag, landmarks: mesh.landmarks };
}

/** Whether the detector, too, sees a face there. A small one it may miss. */
async function isConfirmed(frame: I420, { box }: Face, sessions: Pick<Sessions, 'run'>, signal?: AbortSignal): Promise<boolean> {
  const shrink = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(frame.width, frame.height) / KEY_FRAME_SIDE)));
  const picture = pictureOfI420(frame, { left: 0, top: 0, width: Math.floor(frame.width / shrink), height: Math.floor(frame.height / shrink), shrink });
  const seen = await detectFaces(pyramidOf(picture), 1, sessions, signal);
  return seen.some(({ box: { x, y, width, height } }) => {
    const [dx, dy] = [(x + width / 2) * shrink - box.x - box.width / 2, (y + height / 2) * shrink - box.y - box.height / 2];
    return Math.hypot(dx, dy) < 0.3 * box.width && width * shrink > 0.5 * box.width && width * shrink < 2 * box.width;
  });
}

/** The face nearest to where it was, if near enough to be the same. */
function nearest(faces: Face[], wanted: Face): Face | null {
  if (faces.length === 0) return null;
  const best = faces.reduce((a, b) => (distance(b, wanted) < distance(a, wanted) ? b : a));
  return distance(best, wanted) < 1.5 * wanted.box.width ? best : null;
}

/**
 * Which face is the wanted one of the people known: each face goes to one of them, the likest pairs first. null where all faces are other
 * people's. With one person known it is whoever is most alike: a changed light must not lose them.
 */
function mostAlike(faces: readonly Face[], frame: I420, people: readonly Likeness[], wanted: number): Face | null {
  const pairs = faces.flatMap((face) => {
    const likeness = likenessOf(frame, face);
    return people.map((person, index) => ({ face, index, unlike: unlikeness(person, likeness) }));
  });
  for (let left = pairs.sort((a, b) => a.unlike - b.unlike); left.length > 0; ) {
    const { face, index } = left[0];
    if (index === wanted) return face;
    left = left.filter((pair) => pair.face !== face && pair.index !== index);
  }
  return null;
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
