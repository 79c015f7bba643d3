/** What is said, with its poses: the very stages of a take (speech → timeline → lip-sync), without pictures. */
import { frameStartSample, toRate, type Rate } from '../../../src/engine/media/rate.ts';
import type { LipSync } from '../../../src/engine/pipeline/lipsync.ts';
import { speakScript } from '../../../src/engine/pipeline/speech.ts';
import { cutChunks, TIMELINE_RATE, type Piece } from '../../../src/engine/pipeline/timeline.ts';
import type { Voices } from '../../../src/engine/voice/voices.ts';
import { POSE_SIZE, type Phoneme } from '../../../src/shared/vocabulary.ts';

export const FPS = 25;
export const RATE: Rate = toRate(FPS);

export interface Spoken {
  /** Mono at TIMELINE_RATE, from the take's start, lead-in and tail included. */
  pcm: Float32Array;
  /** On the take's clock; what the voice said, whatever drove the lips. */
  phonemes: Phoneme[];
}

export interface PoseTrack {
  frames: number;
  /** [frames, POSE_SIZE] */
  poses: Float32Array;
}

/** Speaks a script as a take does, with its lead-in, pauses and tail. */
export async function speak(script: string, voices: Voices, voice?: string): Promise<Spoken> {
  const pieces: Piece[] = [];
  for await (const piece of speakScript({ script, rate: 1, pitch: 1, ...(voice === undefined ? {} : { voice }) }, voices)) pieces.push(piece);
  return joined(pieces);
}

/** The same sounds with so much silence between them. */
export function withPause(first: Spoken, second: Spoken, pauseSec: number): Spoken {
  const piece = ({ pcm, phonemes }: Spoken): Piece => ({ segment: null, pcm, sampleRate: TIMELINE_RATE, words: [], phonemes });
  return joined([piece(first), piece({ pcm: new Float32Array(Math.round(pauseSec * TIMELINE_RATE)), phonemes: [] }), piece(second)]);
}

function joined(pieces: readonly Piece[]): Spoken {
  const pcm = new Float32Array(pieces.reduce((sum, piece) => sum + piece.pcm.length, 0));
  const phonemes: Phoneme[] = [];
  let at = 0;
  for (const piece of pieces) {
    const shiftSec = at / TIMELINE_RATE;
    for (const { symbol, startSec, endSec } of piece.phonemes ?? []) phonemes.push({ symbol, startSec: startSec + shiftSec, endSec: endSec + shiftSec });
    pcm.set(piece.pcm, at);
    at += piece.pcm.length;
  }
  return { pcm, phonemes };
}

/**
 * Poses of every frame, chunk by chunk as a take gets them.
 * @param phonemesKnown false: the sound is handed over as a recording
 */
export async function poseTrack({ pcm, phonemes }: Spoken, lipSync: LipSync, phonemesKnown: boolean): Promise<PoseTrack> {
  const piece: Piece = { segment: null, pcm, sampleRate: TIMELINE_RATE, words: [], phonemes: phonemesKnown ? phonemes : null };
  const runs: Float32Array[] = [];
  for await (const sound of cutChunks(once(piece), RATE, lipSync.lookAheadSec, () => undefined)) {
    for await (const { mouths } of lipSync.mouths(sound, 0)) {
      if (mouths.kind !== 'pose') throw new Error('The lips campaign measures the rig, and this lip-sync gives patches.');
      runs.push(mouths.poses);
    }
  }
  const poses = new Float32Array(runs.reduce((sum, run) => sum + run.length, 0));
  let at = 0;
  for (const run of runs) {
    poses.set(run, at);
    at += run.length;
  }
  return { frames: poses.length / POSE_SIZE, poses };
}

async function* once(piece: Piece): AsyncGenerator<Piece, void, void> {
  yield await Promise.resolve(piece);
}

/** Root mean square of the sound under each frame. */
export function envelopeOf(pcm: Float32Array, frames: number): Float64Array {
  return Float64Array.from({ length: frames }, (_, i) => {
    const [from, to] = [frameStartSample(i, RATE, TIMELINE_RATE), Math.min(pcm.length, frameStartSample(i + 1, RATE, TIMELINE_RATE))];
    let sum = 0;
    for (let s = from; s < to; s++) sum += pcm[s] * pcm[s];
    return to > from ? Math.sqrt(sum / (to - from)) : 0;
  });
}
