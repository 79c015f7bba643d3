/** Reads off a run of frames, as it is given to the composer, what timelines draw of it. */
import { PEAKS_PER_FRAME } from '../../shared/contract/take.ts';
import { POSE_SIZE } from '../../shared/vocabulary.ts';
import { mouthWeights, type MouthWeights } from '../avatar/rig/mouthFields.ts';
import { frameStartSample, type Rate } from '../media/rate.ts';
import { toByte, UNKNOWN_OPENING, type MouthTrack } from '../mouthTrack.ts';
import type { MouthRun } from './lipsync.ts';
import { TIMELINE_RATE } from './timeline.ts';

/** @param pcm sound of exactly these frames, at TIMELINE_RATE */
export function marksOf({ firstFrame, frames, mouths }: MouthRun, pcm: Float32Array, rate: Rate): MouthTrack {
  const openings = new Uint8Array(frames).fill(UNKNOWN_OPENING);
  let poses: Uint8Array | null = null;
  if (mouths.kind === 'pose') {
    poses = Uint8Array.from(mouths.poses.subarray(0, frames * POSE_SIZE), toByte);
    let weights: MouthWeights | undefined;
    for (let i = 0; i < frames; i++) {
      weights = mouthWeights(mouths.poses.subarray(i * POSE_SIZE, (i + 1) * POSE_SIZE), false, weights);
      openings[i] = toByte(weights.jaw);
    }
  }
  const start = frameStartSample(firstFrame, rate, TIMELINE_RATE);
  const peaks = new Uint8Array(frames * PEAKS_PER_FRAME);
  for (let i = 0; i < frames; i++) {
    const from = frameStartSample(firstFrame + i, rate, TIMELINE_RATE) - start;
    const samples = frameStartSample(firstFrame + i + 1, rate, TIMELINE_RATE) - start - from;
    for (let part = 0; part < PEAKS_PER_FRAME; part++) {
      const [a, b] = [part, part + 1].map((each) => from + Math.floor((samples * each) / PEAKS_PER_FRAME));
      peaks[i * PEAKS_PER_FRAME + part] = toByte(loudest(pcm, a, b));
    }
  }
  return { firstFrame, openings, peaks, poses };
}

function loudest(pcm: Float32Array, from: number, to: number): number {
  let most = 0;
  for (let i = from; i < to; i++) most = Math.max(most, Math.abs(pcm[i]));
  return most;
}
