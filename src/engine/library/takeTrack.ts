/**
 * The mouth track of a take on disk: while it is rendered `growing.track`, 13 bytes per frame at the frame's place, so that writing a frame again
 * changes nothing; then `track.blob`, with a checksum. Both are aids: a take without them plays as well.
 */
import { closeSync, constants, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { PEAKS_PER_FRAME } from '../../shared/contract/take.ts';
import { POSE_SIZE } from '../../shared/vocabulary.ts';
import { trackBefore, UNKNOWN_OPENING, type MouthTrack } from '../mouthTrack.ts';
import { replaceDurably } from './durable.ts';
import { decodeSections, encodeSections, type Section } from './sections.ts';

const GROWING = 'growing.track';
const SEALED = 'track.blob';
const FRAME_BYTES = 1 + PEAKS_PER_FRAME + POSE_SIZE;

/** Where a frame's bytes outlive this process, whatever ends it. */
export function writeTrack(root: string, id: string, { firstFrame, openings, peaks, poses }: MouthTrack): void {
  const bytes = Buffer.alloc(openings.length * FRAME_BYTES);
  for (let i = 0, at = 0; i < openings.length; i++, at += FRAME_BYTES) {
    bytes[at] = openings[i];
    bytes.set(peaks.subarray(i * PEAKS_PER_FRAME, (i + 1) * PEAKS_PER_FRAME), at + 1);
    if (poses) bytes.set(poses.subarray(i * POSE_SIZE, (i + 1) * POSE_SIZE), at + 1 + PEAKS_PER_FRAME);
  }
  const handle = openSync(path.join(root, id, GROWING), constants.O_WRONLY | constants.O_CREAT);
  try {
    writeSync(handle, bytes, 0, bytes.length, firstFrame * FRAME_BYTES);
  } finally {
    closeSync(handle);
  }
}

/** From the first frame on; null where nothing was written. */
export function growingTrack(root: string, id: string): MouthTrack | null {
  const bytes = bytesOf(path.join(root, id, GROWING));
  const frames = Math.floor((bytes?.length ?? 0) / FRAME_BYTES);
  if (!bytes || frames === 0) return null;
  const [openings, peaks, poses] = [1, PEAKS_PER_FRAME, POSE_SIZE].map((values) => new Uint8Array(frames * values));
  for (let i = 0, at = 0; i < frames; i++, at += FRAME_BYTES) {
    openings[i] = bytes[at];
    peaks.set(bytes.subarray(at + 1, at + 1 + PEAKS_PER_FRAME), i * PEAKS_PER_FRAME);
    poses.set(bytes.subarray(at + 1 + PEAKS_PER_FRAME, at + FRAME_BYTES), i * POSE_SIZE);
  }
  return { firstFrame: 0, openings, peaks, poses: openings.some((opening) => opening !== UNKNOWN_OPENING) ? poses : null };
}

/** Seals what was written of the take's frames; nothing, where nothing was. */
export async function sealTrack(root: string, id: string, frames: number): Promise<void> {
  const grown = growingTrack(root, id);
  if (!grown) return;
  const { openings, peaks, poses } = trackBefore(grown, frames);
  const sections: Section[] = [
    { name: 'openings', dims: [openings.length], data: openings },
    { name: 'peaks', dims: [openings.length, PEAKS_PER_FRAME], data: peaks },
    ...(poses ? [{ name: 'poses', dims: [openings.length, POSE_SIZE], data: poses }] : []),
  ];
  await replaceDurably(path.join(root, id, SEALED), encodeSections(sections));
}

export const dropGrowingTrack = (root: string, id: string): void => rmSync(path.join(root, id, GROWING), { force: true });

/** Of a finished take; null where there is none, or it is damaged. */
export function sealedTrack(root: string, id: string): MouthTrack | null {
  const file = path.join(root, id, SEALED);
  const bytes = bytesOf(file);
  if (!bytes) return null;
  try {
    const sections = decodeSections(bytes, file);
    const [openings, peaks, poses] = ['openings', 'peaks', 'poses'].map((name) => sections.get(name)?.data);
    if (!(openings instanceof Uint8Array) || !(peaks instanceof Uint8Array) || peaks.length !== openings.length * PEAKS_PER_FRAME) return null;
    return { firstFrame: 0, openings, peaks, poses: poses instanceof Uint8Array && poses.length === openings.length * POSE_SIZE ? poses : null };
  } catch {
    return null;
  }
}

function bytesOf(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}
