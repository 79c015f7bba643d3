/** Numbers that say how well a face can be worked with: its size, sharpness, light, turn and mouth, from one picture of it. */
import { i420Planes, rgbToI420, type I420 } from '../media/i420.ts';
import { LEFT_EYE, MESH_POINTS, RIGHT_EYE } from './mesh.ts';
import { mouthFrame } from './rig/landmarks.ts';
import { measureMouth, restGap } from './rig/mouthShape.ts';
import { pyramidUnder, sampleRgb, squareMap, type Affine, type Picture, type Pyramid } from './sample.ts';

/** What one picture says about a face. Lengths in E are shares of the distance between the outer corners of the eyes. */
export interface FaceMeasures {
  /** Distance between the outer corners of the eyes in source pixels. */
  eyeDistance: number;
  /** 0 (every edge hard) .. 1 (nothing but haze), at the face's own size; see `blurOf`. */
  blur: number;
  /** The brightest twentieth of the face starts here, 0..255: a lit face of any skin has highlights. */
  highlights: number;
  /** Share of the face that is white without any drawing. */
  clipped: number;
  /** Degrees; yaw to the picture's right, pitch downward, roll clockwise. */
  yaw: number;
  pitch: number;
  roll: number;
  /** Share of the face's points beyond the picture's edge. */
  outside: number;
  /** Share of the mouth's points beyond the picture's edge. */
  mouthOutside: number;
  /** Largest gap between the lips, in E. */
  gap: number;
  /** 0..1: how clearly the picture shows the line or lines of the lips. */
  lipCertainty: number;
}

/** Side of the picture that is measured, at most: a face of about 256 pixels. */
const VIEW_SIZE = 384;
/** Side of that picture over the longer side of the face. */
const VIEW_ROOM = 1.5;
/** The outline of the mesh, clockwise from the middle of the forehead. */
const OUTLINE = [
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
];
const OUTER_LIPS = [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146];

/** Measures a face in a decoded frame. */
export function measureInFrame(frame: I420, landmarks: Float32Array): FaceMeasures {
  const { map, size } = viewOf(landmarks);
  return measured(pyramidUnder(frame, map, size, size), landmarks, frame);
}

/** Measures a face in a photo. */
export function measureInPicture(pyramid: Pyramid, landmarks: Float32Array): FaceMeasures {
  return measured(pyramid, landmarks, pyramid.levels[0]);
}

function measured(pyramid: Pyramid, landmarks: Float32Array, { width, height }: Pick<Picture, 'width' | 'height'>): FaceMeasures {
  const { map, size } = viewOf(landmarks);
  const view = viewIn(pyramid, map, size);
  const points = landmarks.slice();
  for (let i = 0; i < points.length; i += 3) {
    points[i] = (landmarks[i] - map.x0) / map.xx;
    points[i + 1] = (landmarks[i + 1] - map.y0) / map.xx;
    points[i + 2] = landmarks[i + 2] / map.xx;
  }
  const { y } = i420Planes(view);
  // Nothing is measured where the picture has ended.
  const isThere = (x: number, row: number) => map.x0 + map.xx * x >= 0 && map.x0 + map.xx * x < width && map.y0 + map.xx * row >= 0 && map.y0 + map.xx * row < height;
  const face = filled(points, OUTLINE, size, isThere);
  const levels = new Uint32Array(256);
  let inFace = 0;
  for (let at = 0; at < face.length; at++) {
    if (face[at] === 0) continue;
    levels[Math.min(255, Math.max(0, Math.round(((y[at] - 16) * 255) / 219)))] += 1;
    inFace += 1;
  }
  const above = (level: number) => levels.subarray(level + 1).reduce((sum, count) => sum + count, 0) / Math.max(1, inFace);
  let highlights = 255;
  while (highlights > 0 && above(highlights - 1) < 0.05) highlights -= 1;
  const centred = points.map((value, i) => (i % 3 === 2 ? value : value - 0.5));
  const frame = mouthFrame(centred);
  const mouth = measureMouth(view, frame, centred);
  const isOutside = (point: number) => !isThere(points[point * 3], points[point * 3 + 1]);
  return {
    eyeDistance: Math.hypot(landmarks[RIGHT_EYE * 3] - landmarks[LEFT_EYE * 3], landmarks[RIGHT_EYE * 3 + 1] - landmarks[LEFT_EYE * 3 + 1]),
    blur: blurOf(y, size, face),
    highlights,
    clipped: above(249),
    ...turnOf(landmarks),
    outside: Array.from({ length: MESH_POINTS }, (_, point) => point).filter(isOutside).length / MESH_POINTS,
    mouthOutside: OUTER_LIPS.filter(isOutside).length / OUTER_LIPS.length,
    gap: Math.max(...[-0.4, -0.2, 0, 0.2, 0.4].map((share) => restGap(mouth, share * mouth.half))),
    lipCertainty: mouth.lines.certainty,
  };
}

/** The square around a face, upright, at the face's own resolution up to VIEW_SIZE. */
function viewOf(landmarks: Float32Array): { map: Affine; size: number } {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < landmarks.length; i += 3) {
    [left, right] = [Math.min(left, landmarks[i]), Math.max(right, landmarks[i])];
    [top, bottom] = [Math.min(top, landmarks[i + 1]), Math.max(bottom, landmarks[i + 1])];
  }
  const side = VIEW_ROOM * Math.max(right - left, bottom - top);
  const size = Math.max(32, Math.min(VIEW_SIZE, 2 * Math.round(side / 2)));
  return { map: squareMap({ x: (left + right) / 2, y: (top + bottom) / 2, side, angle: 0 }, size), size };
}

function viewIn(pyramid: Pyramid, map: Affine, size: number): I420 {
  const planar = new Float32Array(3 * size * size);
  sampleRgb(pyramid, map, size, size, planar, 0, 1, 0);
  const rgb = new Uint8Array(planar.length);
  for (let i = 0; i < size * size; i++) for (let c = 0; c < 3; c++) rgb[i * 3 + c] = planar[c * size * size + i];
  return rgbToI420(rgb, size, size);
}

/** 1 for pixels inside a polygon of landmarks (even-odd) and inside the source. */
function filled(points: Float32Array, outline: readonly number[], size: number, isThere: (x: number, y: number) => boolean): Uint8Array {
  const out = new Uint8Array(size * size);
  for (let row = 0; row < size; row++) {
    const crossings: number[] = [];
    outline.forEach((from, i) => {
      const to = outline[(i + 1) % outline.length];
      const [ax, ay, bx, by] = [points[from * 3], points[from * 3 + 1], points[to * 3], points[to * 3 + 1]];
      const y = row + 0.5;
      if (ay <= y !== by <= y) crossings.push(ax + ((y - ay) / (by - ay)) * (bx - ax));
    });
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      for (let col = Math.max(0, Math.ceil(crossings[i] - 0.5)); col < Math.min(size, crossings[i + 1] - 0.5); col++) out[row * size + col] = isThere(col + 0.5, row + 0.5) ? 1 : 0;
    }
  }
  return out;
}

/**
 * How much of the steps between neighbouring pixels stays when the picture is blurred once more: a sharp picture loses most of them, a
 * blurred one hardly any (the idea of Crété et al., "The blur effect", 2007). It does not depend on contrast.
 */
export function blurOf(luma: Uint8Array, size: number, where: Uint8Array): number {
  const along = (step: number): number => {
    let [all, lost] = [0, 0];
    const mean = (at: number) => {
      let sum = 0;
      for (let k = -4; k <= 4; k++) sum += luma[at + k * step];
      return sum / 9;
    };
    for (let at = 5 * step; at < size * size - 5 * step; at++) {
      if (!where[at] || !where[at - 5 * step] || !where[at + 4 * step]) continue;
      const change = Math.abs(luma[at] - luma[at - step]);
      all += change;
      lost += Math.max(0, change - Math.abs(mean(at) - mean(at - step)));
    }
    return all === 0 ? 1 : 1 - lost / all;
  };
  return Math.max(along(1), along(size));
}

/** The head's turn from the mesh's depth: across from cheek to cheek, down from forehead to chin. */
function turnOf(landmarks: Float32Array): { yaw: number; pitch: number; roll: number } {
  const between = (from: number, to: number) => [0, 1, 2].map((axis) => landmarks[to * 3 + axis] - landmarks[from * 3 + axis]);
  const degrees = (radians: number) => (radians * 180) / Math.PI;
  const across = between(234, 454);
  const down = between(10, 152);
  const eyes = between(LEFT_EYE, RIGHT_EYE);
  return {
    yaw: degrees(Math.atan2(across[2], Math.hypot(across[0], across[1]))),
    pitch: degrees(Math.atan2(down[2], Math.hypot(down[0], down[1]))),
    roll: degrees(Math.atan2(eyes[1], eyes[0])),
  };
}
