/** A portrait ready to speak: plate, rig and composer as a take opens them (`--no-idle`), and a mesh that reads its mouth again. */
import { landmarksOnPlate, openPlates } from '../../../src/engine/avatar/plates.ts';
import { FACE_MODELS, prepare, type Avatar } from '../../../src/engine/avatar/prepare.ts';
import { squareOfLandmarks } from '../../../src/engine/avatar/mesh.ts';
import { buildRig, commandedOpening, type Rig } from '../../../src/engine/avatar/rig/rig.ts';
import { pyramidUnder, sampleRgb, squareMap } from '../../../src/engine/avatar/sample.ts';
import { createI420, type I420 } from '../../../src/engine/media/i420.ts';
import { listModels, modelFolders, type InstalledModel } from '../../../src/engine/onnx/manifest.ts';
import { openSessions, type Sessions } from '../../../src/engine/onnx/sessions.ts';
import { openComposer } from '../../../src/engine/pipeline/compose.ts';
import { MOUTH_CROPS, openingOf, QUICK_CROPS } from '../../../src/engine/qa/mouthReading.ts';
import { POSE_SIZE } from '../../../src/shared/vocabulary.ts';
import { FPS, type PoseTrack } from './takes.ts';

export interface Stage {
  plate: I420;
  /** 468 × x,y,z in plate pixels. */
  landmarks: Float32Array;
  rig: Rig;
  /** Draws one frame into a picture that is used again by the next call. */
  draw(pose: Float32Array, frameIndex?: number): Promise<I420>;
  /** Inner-lip gap (13–14) over mouth width (78–308) that a mesh finds in each picture, the mean over a few crops around the plate's face. */
  readMouths(frames: readonly I420[]): Promise<Float64Array>;
  /** The opening in the same measure that the rig is asked for by each pose of a track. */
  commanded(track: PoseTrack): Float64Array;
  close(): Promise<void>;
}

/** The shipped models only. The opener closes. */
export async function openShippedSessions(): Promise<{ sessions: Sessions; models: InstalledModel[] }> {
  const models = (await listModels(modelFolders(''))).filter((model): model is InstalledModel & { installed: true } => model.installed && model.origin === 'shipped');
  const sessions = await openSessions({ models, device: 'cpu' });
  await Promise.all(FACE_MODELS.map((id) => sessions.load(id)));
  return { sessions, models };
}

const CROP_SIZE = 192;
const LEFT_CORNER = 78;
const RIGHT_CORNER = 308;
const OUTER_CORNERS = [61, 291] as const;

/** @param options quick: half of the crops, half of the time */
export async function openStage(portrait: string, sessions: Sessions, options: { size?: number; idle?: boolean; quick?: boolean } = {}): Promise<Stage & { avatar: Avatar }> {
  const { size = 512, idle = false, quick = false } = options;
  const avatar = await prepare(portrait, { sessions });
  const plates = await openPlates(avatar, { width: size, height: size });
  const plate = await plates.at(0);
  const landmarks = landmarksOnPlate(avatar.faces[0]!.landmarks, plates);
  const composer = await openComposer({ avatar, plates, fps: FPS, idle });
  const rig = buildRig(plate, landmarks);
  const out = createI420(size, size);

  // The same crops for the whole take: a crop that follows the chin would breathe with the mouth that is to be measured.
  const square = squareOfLandmarks(landmarks);
  const maps = (quick ? QUICK_CROPS : MOUTH_CROPS).map(({ x, y, scale }) => squareMap({ ...square, x: square.x + x * square.side, y: square.y + y * square.side, side: square.side * scale }, CROP_SIZE));
  const all = squareMap({ ...square, side: square.side * 1.2 }, CROP_SIZE);
  const distance = (points: ArrayLike<number>, a: number, b: number) => Math.hypot(points[a * 3] - points[b * 3], points[a * 3 + 1] - points[b * 3 + 1]);
  // commandedOpening counts in widths between the outer corners, the mesh's measure in those between the inner ones.
  const perInnerWidth = distance(landmarks, ...OUTER_CORNERS) / distance(landmarks, LEFT_CORNER, RIGHT_CORNER);

  return {
    avatar,
    plate,
    landmarks,
    rig,
    async draw(pose, frameIndex = 0) {
      await composer.compose(frameIndex, { kind: 'pose', pose }, out);
      return out;
    },
    async readMouths(frames) {
      const plane = CROP_SIZE * CROP_SIZE * 3;
      const crops = frames.length * maps.length;
      const data = new Float32Array(crops * plane);
      frames.forEach((frame, i) => {
        const picture = pyramidUnder(frame, all, CROP_SIZE, CROP_SIZE);
        maps.forEach((map, k) => sampleRgb(picture, map, CROP_SIZE, CROP_SIZE, data, (i * maps.length + k) * plane, 1 / 255, 0));
      });
      const { mesh } = await sessions.run('face-mesh', { crop: { type: 'float32', dims: [crops, 3, CROP_SIZE, CROP_SIZE], data } });
      const values = mesh.data as Float32Array;
      const stride = values.length / crops;
      const reading = (crop: number) => openingOf(values.subarray(crop * stride, (crop + 1) * stride));
      return Float64Array.from(frames, (_, i) => maps.reduce((sum, _map, k) => sum + reading(i * maps.length + k), 0) / maps.length);
    },
    commanded: ({ frames, poses }) =>
      Float64Array.from({ length: frames }, (_, i) => commandedOpening(rig, poses.subarray(i * POSE_SIZE, (i + 1) * POSE_SIZE)) * perInnerWidth),
    async close() {
      composer.close();
      await plates.close();
    },
  };
}

/** A window of the plate, in plate pixels; right and bottom exclusive. */
export interface Window {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The window around landmarks, widened by `margin` pixels and kept inside the plate. */
export function windowAround(stage: Pick<Stage, 'landmarks' | 'plate'>, points: readonly number[], margin: number): Window {
  const xs = points.map((point) => stage.landmarks[point * 3]);
  const ys = points.map((point) => stage.landmarks[point * 3 + 1]);
  return {
    left: Math.max(0, Math.floor(Math.min(...xs) - margin)),
    top: Math.max(0, Math.floor(Math.min(...ys) - margin)),
    right: Math.min(stage.plate.width, Math.ceil(Math.max(...xs) + margin)),
    bottom: Math.min(stage.plate.height, Math.ceil(Math.max(...ys) + margin)),
  };
}

