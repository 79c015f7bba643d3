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

/** Windows looked at where the whole picture shows no face: a half and a quarter of its longer side. */
const WINDOW_SHARES = [1, 1 / 2, 1 / 4];
/** Smaller windows would hold faces of under 24 pixels: too small for an avatar. */
const MIN_WINDOW = 192;
/** Faces narrower than this share of the largest one are passers-by in the background: neither offered nor asked about. */
const MIN_SHARE_OF_LARGEST = 0.25;

/** Faces left to right; empty where there is none. Smaller windows are searched only as long as nothing was found. */
export async function findFaces(pyramid: Pyramid, sessions: Pick<Sessions, 'run'>, signal?: AbortSignal): Promise<Face[]> {
  const { width, height } = pyramid.levels[0];
  for (const share of WINDOW_SHARES) {
    if (share < 1 && share * Math.max(width, height) < MIN_WINDOW) break;
    const faces: Face[] = [];
    for (const detection of await detectFaces(pyramid, share, sessions, signal)) {
      const mesh = await meshOfStill(pyramid, detection, sessions, signal);
      if (!mesh) continue;
      const face = { box: boxOfLandmarks(mesh.landmarks), score: detection.score, landmarks: mesh.landmarks };
      // Two candidates may be drawn to the same face.
      const twin = faces.findIndex((other) => isSameFace(face.box, other.box));
      if (twin < 0) faces.push(face);
      else if (faces[twin].score < face.score) faces[twin] = face;
    }
    if (faces.length === 0) continue;
    const largest = Math.max(...faces.map(({ box }) => box.width));
    return faces.filter(({ box }) => box.width >= largest * MIN_SHARE_OF_LARGEST).sort((a, b) => centreX(a.box) - centreX(b.box));
  }
  return [];
}

function isSameFace(a: Box, b: Box): boolean {
  const apart = Math.hypot(centreX(a) - centreX(b), a.y + a.height / 2 - b.y - b.height / 2);
  return apart < Math.min(a.width, b.width) / 3;
}

function centreX({ x, width }: Box): number {
  return x + width / 2;
}
