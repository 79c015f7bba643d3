/** The 468-point face mesh: crops turned upright, several of them averaged where the picture stands still. */
import type { Sessions } from '../onnx/sessions.ts';
import { throwIfCanceled } from '../../shared/errors.ts';
import type { Box, Detection } from './detect.ts';
import { applyAffine, sampleRgb, squareMap, type Pyramid, type Square } from './sample.ts';

export const MESH_POINTS = 468;
/** Outer corners of the eyes, the viewer's left one first. */
export const LEFT_EYE = 33;
export const RIGHT_EYE = 263;

const MODEL_ID = 'face-mesh';
/** Side of the mesh's input in pixels. */
export const CROP_SIZE = 192;
/** Side of the crop over the longer side of the face in it, as the mesh was trained. */
const CROP_MARGIN = 1.5;
/** The mesh's own "is this a face", 0..1: on true faces 0.98 and more was seen. */
const MIN_FLAG = 0.8;

/** Offsets (share of the side), scale and turn (radians) of the crops whose landmarks are averaged. */
const JITTERS: readonly { x: number; y: number; scale: number; angle: number }[] = [
  { x: 0, y: 0, scale: 1, angle: 0 },
  { x: 0.02, y: 0.01, scale: 1.05, angle: 0.03 },
  { x: -0.02, y: 0.01, scale: 0.95, angle: -0.03 },
  { x: 0.01, y: -0.02, scale: 0.96, angle: 0.02 },
  { x: -0.01, y: -0.02, scale: 1.04, angle: -0.02 },
];

export interface Mesh {
  /** 468 × x,y,z in picture pixels; z is depth relative to the head's centre, negative toward the viewer. */
  landmarks: Float32Array;
  /** 0..1, how sure the network is that this is a face. */
  flag: number;
}

/** Landmarks of a face in a still: mesh twice with a tighter crop each time, then the mean of 5 jittered crops. null: no face after all. */
export async function meshOfStill(pyramid: Pyramid, detection: Detection, sessions: Pick<Sessions, 'run'>, signal?: AbortSignal): Promise<Mesh | null> {
  let square = squareOfDetection(detection);
  for (let pass = 0; pass < 2; pass++) {
    const [mesh] = await meshesIn(pyramid, [square], sessions, signal);
    if (mesh.flag < MIN_FLAG) return null;
    square = squareOfLandmarks(mesh.landmarks);
  }
  const { x, y, side, angle } = square;
  const jittered = JITTERS.map((jitter) => ({ x: x + jitter.x * side, y: y + jitter.y * side, side: side * jitter.scale, angle: angle + jitter.angle }));
  const meshes = await meshesIn(pyramid, jittered, sessions, signal);
  const flag = meshes.reduce((sum, mesh) => sum + mesh.flag, 0) / meshes.length;
  if (flag < MIN_FLAG) return null;
  return { flag, landmarks: meshes[0].landmarks.map((_, i) => meshes.reduce((sum, mesh) => sum + mesh.landmarks[i], 0) / meshes.length) };
}

/** Landmarks in one crop, e.g. around the previous frame's face. null: no face there. */
export async function meshInSquare(pyramid: Pyramid, square: Square, sessions: Pick<Sessions, 'run'>, signal?: AbortSignal): Promise<Mesh | null> {
  const [mesh] = await meshesIn(pyramid, [square], sessions, signal);
  return mesh.flag < MIN_FLAG ? null : mesh;
}

/** Inputs for one or two crops that no run uses: a clip needs one per frame, and fresh memory costs as much as filling it. */
const idleInputs: Float32Array[] = [];

/** One run for all crops of one picture, whether faces or not. */
export async function meshesIn(pyramid: Pyramid, squares: readonly Square[], sessions: Pick<Sessions, 'run'>, signal?: AbortSignal): Promise<Mesh[]> {
  throwIfCanceled(signal);
  const plane = CROP_SIZE * CROP_SIZE * 3;
  const idle = idleInputs.findIndex(({ length }) => length === squares.length * plane);
  const kept = idle < 0 ? undefined : idleInputs.splice(idle, 1)[0];
  // Shared at once: it goes to the sessions' thread without a copy.
  const data = kept ?? new Float32Array(new SharedArrayBuffer(squares.length * plane * Float32Array.BYTES_PER_ELEMENT));
  const maps = squares.map((square) => squareMap(square, CROP_SIZE));
  maps.forEach((map, i) => sampleRgb(pyramid, map, CROP_SIZE, CROP_SIZE, data, i * plane, 1 / 255, 0));
  const outputs = await sessions.run(MODEL_ID, { crop: { type: 'float32', dims: [squares.length, 3, CROP_SIZE, CROP_SIZE], data } }, signal);
  if (squares.length <= 2) idleInputs.push(data);
  const points = outputs.mesh.data as Float32Array;
  const flags = outputs.flag.data as Float32Array;
  return squares.map((square, i) => {
    const landmarks = new Float32Array(MESH_POINTS * 3);
    const scale = square.side / CROP_SIZE;
    for (let p = 0; p < landmarks.length; p += 3) {
      const at = i * MESH_POINTS * 3 + p;
      [landmarks[p], landmarks[p + 1]] = applyAffine(maps[i], points[at], points[at + 1]);
      landmarks[p + 2] = points[at + 2] * scale;
    }
    return { landmarks, flag: flags[i] };
  });
}

function squareOfDetection({ box, points }: Detection): Square {
  const angle = Math.atan2(points[3] - points[1], points[2] - points[0]);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2, side: CROP_MARGIN * Math.max(box.width, box.height), angle };
}

/** The upright crop of a mesh: its box in the turned frame of the eyes (33→263), widened. */
export function squareOfLandmarks(landmarks: Float32Array): Square {
  const angle = Math.atan2(landmarks[RIGHT_EYE * 3 + 1] - landmarks[LEFT_EYE * 3 + 1], landmarks[RIGHT_EYE * 3] - landmarks[LEFT_EYE * 3]);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let p = 0; p < landmarks.length; p += 3) {
    const u = cos * landmarks[p] + sin * landmarks[p + 1];
    const v = -sin * landmarks[p] + cos * landmarks[p + 1];
    left = Math.min(left, u);
    right = Math.max(right, u);
    top = Math.min(top, v);
    bottom = Math.max(bottom, v);
  }
  const [u, v] = [(left + right) / 2, (top + bottom) / 2];
  return { x: cos * u - sin * v, y: sin * u + cos * v, side: CROP_MARGIN * Math.max(right - left, bottom - top), angle };
}

/** The smallest upright box around the landmarks. */
export function boxOfLandmarks(landmarks: Float32Array): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let p = 0; p < landmarks.length; p += 3) {
    left = Math.min(left, landmarks[p]);
    right = Math.max(right, landmarks[p]);
    top = Math.min(top, landmarks[p + 1]);
    bottom = Math.max(bottom, landmarks[p + 1]);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}
