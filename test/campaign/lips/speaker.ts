/** One portrait speaking one track: every frame drawn, its mouth read again, and what is not mouth compared with the plate. */
import { createI420, type I420 } from '../../../src/engine/media/i420.ts';
import { POSE_SIZE, type Lang } from '../../../src/shared/vocabulary.ts';
import { mouthWindow, noseWindow, sameInside, sameOutside } from './geometry.ts';
import type { Stage } from './stage.ts';
import type { PoseTrack, Spoken } from './takes.ts';

export interface Watched {
  /** Per frame, in mouth widths. */
  found: Float64Array;
  commanded: Float64Array;
  /** Frames that differ from the plate outside the mouth's window, or inside the nose's. */
  leaks: number;
  noseMoves: number;
}

export const LANGS: readonly Lang[] = ['fa', 'en'];
export type TextKind = 'dense' | 'ordinary';

export interface Portrait {
  name: string;
  file: string;
  /** A smile with open lips: the mesh sees its teeth where the lips are. */
  smile: boolean;
  /** Comes with the project. */
  own: boolean;
}

/** One speech: sound, its phonemes and poses. */
export interface Said {
  lang: Lang;
  text: TextKind;
  /** Which portrait of a pair speaks it; null: both. */
  parity: number | null;
  spoken: Spoken;
  track: PoseTrack;
}

/** One speech of one portrait. */
export interface Watch extends Watched {
  lang: Lang;
  text: TextKind;
  spoken: Spoken;
  track: PoseTrack;
}

const BATCH = 8;

export async function watch(stage: Stage, track: PoseTrack): Promise<Watched> {
  const { width, height } = stage.plate;
  const pictures: I420[] = Array.from({ length: BATCH }, () => createI420(width, height));
  const [mouth, nose] = [mouthWindow(stage), noseWindow(stage)];
  const found = new Float64Array(track.frames);
  let [leaks, noseMoves] = [0, 0];
  for (let first = 0; first < track.frames; first += BATCH) {
    const batch = pictures.slice(0, Math.min(BATCH, track.frames - first));
    for (const [k, picture] of batch.entries()) {
      const i = first + k;
      picture.data.set((await stage.draw(track.poses.subarray(i * POSE_SIZE, (i + 1) * POSE_SIZE), i)).data);
      if (!sameOutside(picture, stage.plate, mouth)) leaks++;
      if (!sameInside(picture, stage.plate, nose)) noseMoves++;
    }
    found.set(await stage.readMouths(batch), first);
  }
  return { found, commanded: stage.commanded(track), leaks, noseMoves };
}
