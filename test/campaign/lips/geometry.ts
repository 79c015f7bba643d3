/** What must be exact: the picture at rest, and everything that is not mouth. */
import { slitRectangle } from '../../../src/engine/avatar/rig/draw.ts';
import { i420Planes, type I420 } from '../../../src/engine/media/i420.ts';
import { isPause } from '../../../src/engine/qa/speechSounds.ts';
import { POSE_SIZE, type Phoneme } from '../../../src/shared/vocabulary.ts';
import { windowAround, type Stage, type Window } from './stage.ts';
import { FPS, type PoseTrack } from './takes.ts';

export const sameFrame = (a: I420, b: I420): boolean => Buffer.compare(a.data, b.data) === 0;

/** Wings of the nose, its tip, base and root. */
const NOSE = [129, 358, 98, 327, 1, 2, 168];

/** From the root of the nose to its base, from wing to wing. */
export function noseWindow(stage: Stage): Window {
  const { left, right, top } = windowAround(stage, NOSE, 0);
  return { left, right, top, bottom: Math.floor(stage.landmarks[2 * 3 + 1]) };
}

/** The rectangle that the rig may touch. */
export function mouthWindow(stage: Stage): Window {
  const [left, top, right, bottom] = slitRectangle(stage.rig.mouth);
  return { left, top, right: Math.min(right, stage.plate.width), bottom: Math.min(bottom, stage.plate.height) };
}

/** Whether two pictures agree in every sample inside (or outside) a window; a chroma sample counts where its 2×2 pixels do. */
export function sameInside(a: I420, b: I420, window: Window): boolean {
  return rows(a, b, window, (row, from, to, stride, x, y) => row < from || row >= to || same(x, y, row * stride + window.left / (a.width / stride), row * stride + window.right / (a.width / stride)));
}

export function sameOutside(a: I420, b: I420, window: Window): boolean {
  return rows(a, b, window, (row, from, to, stride, x, y) => {
    const scale = a.width / stride;
    if (row < from || row >= to) return same(x, y, row * stride, (row + 1) * stride);
    return same(x, y, row * stride, row * stride + Math.floor(window.left / scale)) && same(x, y, row * stride + Math.ceil(window.right / scale), (row + 1) * stride);
  });
}

function same(x: Uint8Array, y: Uint8Array, from: number, to: number): boolean {
  const [a, b] = [Math.ceil(from), Math.floor(to)];
  return b <= a || Buffer.compare(x.subarray(a, b), y.subarray(a, b)) === 0;
}

function rows(a: I420, b: I420, window: Window, agree: (row: number, from: number, to: number, stride: number, x: Uint8Array, y: Uint8Array) => boolean): boolean {
  const [x, y] = [i420Planes(a), i420Planes(b)];
  return (['y', 'u', 'v'] as const).every((plane) => {
    const scale = plane === 'y' ? 1 : 2;
    const [stride, height] = [a.width / scale, a.height / scale];
    for (let row = 0; row < height; row++) {
      if (!agree(row, Math.ceil(window.top / scale), Math.floor(window.bottom / scale), stride, x[plane], y[plane])) return false;
    }
    return true;
  });
}

export interface RestCheck {
  /** A pose of zeros gives the plate. */
  rest: boolean;
  /** First and last frame of the track give the plate. */
  ends: boolean;
  /** Frames farther than 0.8 s from any sound, and how many of them give the plate. */
  farFrames: number;
  farSame: number;
}

/** Draws the frames of a track that must be the plate, byte for byte. */
export async function checkRest(stage: Stage, track: PoseTrack, phonemes: readonly Phoneme[]): Promise<RestCheck> {
  const draw = (i: number) => stage.draw(track.poses.subarray(i * POSE_SIZE, (i + 1) * POSE_SIZE), i);
  const sounding = phonemes.filter((phoneme) => !isPause(phoneme));
  const rest = sameFrame(await stage.draw(new Float32Array(POSE_SIZE)), stage.plate);
  const ends = sameFrame(await draw(0), stage.plate) && sameFrame(await draw(track.frames - 1), stage.plate);
  let [farFrames, farSame] = [0, 0];
  for (let i = 0; i < track.frames; i++) {
    const [fromSec, toSec] = [i / FPS, (i + 1) / FPS];
    const nearestSec = Math.min(...sounding.map(({ startSec, endSec }) => Math.max(startSec - toSec, fromSec - endSec)));
    if (nearestSec <= 0.8) continue;
    farFrames++;
    if (sameFrame(await draw(i), stage.plate)) farSame++;
  }
  return { rest, ends, farFrames, farSame };
}
