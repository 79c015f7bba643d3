/** All faces of a picture: candidates from the detector, confirmed and measured by the mesh. */
import type { Sessions } from '../onnx/sessions.ts';
import { detectFaces, type Box } from './detect.ts';
import { boxOfLandmarks, meshOfStill } from './mesh.ts';
import type { Pyramid } from './sample.ts';

/** A face in picture pixels (continuous: a pixel's centre lies at .5). */
export interface Face {
  /** The smallest upright box around the landmarks: forehead to chin, without hair and ears. */
  box: Box;
  /** 0..1: the detector's score, or the mesh's where a face was followed from frame to frame. */
  score: number;
  /** 468 × x,y,z; z is relative depth, negative toward the viewer. */
  landmarks: Float32Array;
}

/** Windows looked at: the whole picture, and where its faces are small or none, a half and a quarter of its longer side. */
const WINDOW_SHARES = [1, 1 / 2, 1 / 4];
/**
 * The detector sees faces down to about a twelfth of its window. Where the largest one found is no larger than twice that, others in a
 * group may have been missed.
 */
const SMALL_SHARE = 1 / 6;
/** Smaller windows would hold faces of under 24 pixels: too small for an avatar. */
const MIN_WINDOW = 192;
/** Faces narrower than this share of the largest one are passers-by in the background: neither offered nor asked about. */
const MIN_SHARE_OF_LARGEST = 0.25;

/**
 * Faces left to right; empty where there is none. Smaller windows are searched only as long as nothing, or only something small, was found.
 * @param expectedWidth of the face that is looked for, in picture pixels: windows for smaller ones are left out
 */
export async function findFaces(pyramid: Pyramid, sessions: Pick<Sessions, 'run'>, signal?: AbortSignal, expectedWidth = 0): Promise<Face[]> {
  const { width, height } = pyramid.levels[0];
  const longSide = Math.max(width, height);
  const faces: Face[] = [];
  const largest = () => Math.max(0, ...faces.map(({ box }) => box.width));
  for (const share of WINDOW_SHARES) {
    if (share < 1 && (share * longSide < MIN_WINDOW || expectedWidth > SMALL_SHARE * 2 * share * longSide)) break;
    for (const detection of await detectFaces(pyramid, share, sessions, signal)) {
      // What a larger window has shown already needs no second look.
      if (share < 1 && faces.some(({ box }) => areConcentric(detection.box, box))) continue;
      const mesh = await meshOfStill(pyramid, detection, sessions, signal);
      if (!mesh) continue;
      const face = { box: boxOfLandmarks(mesh.landmarks), score: detection.score, landmarks: mesh.landmarks };
      // Two candidates may be drawn to the same face.
      const twin = faces.findIndex((other) => isSameFace(face.box, other.box));
      if (twin < 0) faces.push(face);
      else if (faces[twin].score < face.score) faces[twin] = face;
    }
    if (largest() > SMALL_SHARE * share * longSide) break;
  }
  return faces.filter(({ box }) => box.width >= largest() * MIN_SHARE_OF_LARGEST).sort((a, b) => centreX(a.box) - centreX(b.box));
}

/** Two meshes of one face, or one that was stretched over two faces: people side by side overlap less. */
function isSameFace(a: Box, b: Box): boolean {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  const isOver = width > 0 && height > 0 && width * height > 0.5 * Math.min(a.width * a.height, b.width * b.height);
  return isOver || areConcentric(a, b);
}

function areConcentric(a: Box, b: Box): boolean {
  const apart = Math.hypot(centreX(a) - centreX(b), a.y + a.height / 2 - b.y - b.height / 2);
  return apart < Math.min(a.width, b.width) / 3;
}

function centreX({ x, width }: Box): number {
  return x + width / 2;
}
