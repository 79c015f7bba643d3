/**
 * What is kept of each frame beside its picture: how far the mouth opens, how loud it is there, and the pose where the driver gives one. A byte per
 * value, 13 per frame at most, so that an hour of it is a megabyte.
 */
import { PEAKS_PER_FRAME, type MouthCurve } from '../shared/contract/take.ts';
import { POSE_SIZE } from '../shared/vocabulary.ts';

/** A run of frames. Values 0..1 as 0..254; an opening of 255 is unknown. */
export interface MouthTrack {
  firstFrame: number;
  openings: Uint8Array;
  /** [frames, PEAKS_PER_FRAME] */
  peaks: Uint8Array;
  /** [frames, POSE_SIZE]; null: the driver gives patches. */
  poses: Uint8Array | null;
}

const FULL = 254;
export const UNKNOWN_OPENING = 255;

/** 0..1 as a byte. */
export const toByte = (value: number): number => Math.round(FULL * Math.min(1, Math.max(0, value)));
/** To three digits: more is not known, and it is written as text. */
const fromByte = (byte: number): number => Math.round((byte / FULL) * 1000) / 1000;

/** Frames of a track as timelines draw them. @param from index in the track */
export function curveOf(track: MouthTrack, from: number, to: number): MouthCurve {
  return {
    firstFrame: track.firstFrame + from,
    opening: Array.from(track.openings.subarray(from, to), (byte) => (byte === UNKNOWN_OPENING ? null : fromByte(byte))),
    peaks: Array.from(track.peaks.subarray(from * PEAKS_PER_FRAME, to * PEAKS_PER_FRAME), fromByte),
  };
}

/** So many frames of which nothing is known. */
export function unknownTrack(frames: number): MouthTrack {
  return { firstFrame: 0, openings: new Uint8Array(frames).fill(UNKNOWN_OPENING), peaks: new Uint8Array(frames * PEAKS_PER_FRAME), poses: null };
}

/** The frames from the take's first one up to `frame`, of a track that begins there. */
export function trackBefore(track: MouthTrack, frame: number): MouthTrack {
  const frames = Math.min(frame, track.openings.length);
  return {
    firstFrame: track.firstFrame,
    openings: track.openings.subarray(0, frames),
    peaks: track.peaks.subarray(0, frames * PEAKS_PER_FRAME),
    poses: track.poses?.subarray(0, frames * POSE_SIZE) ?? null,
  };
}
