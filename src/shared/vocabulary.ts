/**
 * The nouns that stages hand to each other. One word per thing; units are in the names.
 * Times are seconds, positions in text are UTF-16 offsets, positions in pictures are pixels.
 */

export type Lang = 'fa' | 'en';

/** A sentence or clause: one voice, one TTS call, at most 15 s. What people edit and what QA judges. */
export interface Segment {
  index: number;
  /** The exact slice of the script, separators included: joining all segments gives the script back. */
  text: string;
  lang: Lang;
}

export interface Word {
  /** As written in the script, not as normalised for the voice. */
  text: string;
  startSec: number;
  endSec: number;
}

export interface Phoneme {
  /** IPA symbol as the voice gives it, e.g. `b`, `ɑː`, `tʃ`; '' is a pause. */
  symbol: string;
  startSec: number;
  endSec: number;
}

/** What a voice (or a recording) says. Times count from the start of `pcm`. */
export interface Speech {
  /** Mono, −1..1. */
  pcm: Float32Array;
  sampleRate: number;
  words: Word[];
  /** null where the sound is a recording or the voice gives no times: the network then drives the mouth. */
  phonemes: Phoneme[] | null;
}

/** The scheduler's delivery unit: never an editing unit. */
export interface Chunk {
  index: number;
  firstFrame: number;
  frames: number;
}

/** Order of the 8 articulation parameters in a pose, each 0..1 (RIG recipe: pose). */
export const POSE_PARAMETERS = ['jaw', 'wide', 'round', 'close', 'fv', 'teeth', 'tongue', 'act'] as const;
export const POSE_SIZE = 8;

/** 8 values 0..1 in the order of POSE_PARAMETERS. All zero is the resting mouth. */
export type Pose = Float32Array;

/** What lip-sync gives for one frame. */
export type Mouth =
  | { kind: 'pose'; pose: Pose }
  /** `[3,S,S]` planar BGR, 0..1, of the avatar's aligned crop. */
  | { kind: 'patch'; size: number; patch: Float32Array };

/** Bands of the mel picture, and its columns in the window that Wav2Lip gets for one frame. */
export const MEL_BINS = 80;
export const MEL_WINDOW = 16;

/** Where models run: `auto`, and then in the order in which it tries them. */
export const DEVICES = ['auto', 'cuda', 'dml', 'coreml', 'webgpu', 'cpu'] as const;
