/** What is known of a take beyond its video: the pictures that it was made from, and which sounds are spoken when. */
import { POSE_PARAMETERS, POSE_SIZE, type Phoneme } from '../../shared/vocabulary.ts';
import { parseBackground } from '../avatar/background.ts';
import { landmarksOnPlate, openPlates, type OpenPlates } from '../avatar/plates.ts';
import { variantOf } from '../avatar/plateVariant.ts';
import type { Avatar } from '../avatar/prepare.ts';
import { rateValue } from '../media/rate.ts';
import type { Sessions } from '../onnx/sessions.ts';
import { openUnspoken, plateOfFrame } from '../pipeline/compose.ts';
import { TIMELINE_RATE, type Piece } from '../pipeline/timeline.ts';
import type { FaceOnPlate } from './look.ts';
import type { QaSegment } from './measure.ts';
import type { QaTake } from './room.ts';

export interface TakePlates {
  at(sec: number): Promise<FaceOnPlate | null>;
  close(): Promise<void>;
}

/** Of a network's patch nothing is known but that somebody may be speaking, as the composer takes it. */
const PATCH_SPEECH = { act: 0.5, jaw: 0 };
/** Places of both in a pose, and what a full one is kept as. */
const [JAW, ACT, FULL] = [POSE_PARAMETERS.indexOf('jaw'), POSE_PARAMETERS.indexOf('act'), 254];

/** The pictures that the take's mouths were drawn into, by its clock. The opener closes. */
export async function openTakePlates(avatar: Avatar, variantsFolder: string, { request, rate, frames, endKnownFrom, poses }: QaTake, { sessions, signal }: { sessions: Pick<Sessions, 'run'>; signal?: AbortSignal | undefined }): Promise<TakePlates> {
  const size = request.size ?? null;
  const variant = await variantOf(avatar, size, parseBackground(request.background), { folder: variantsFolder, sessions, ...(signal ? { signal } : {}) });
  const plates: OpenPlates = await openPlates(variant, size, signal);
  const fps = rateValue(rate);
  const unspoken = await openUnspoken({ avatar: variant, plates, fps, idle: request.idle }).catch(async (error: unknown) => {
    await plates.close();
    throw error;
  });
  return {
    async at(sec) {
      const frame = Math.min(frames - 1, Math.floor(sec * fps));
      const face = variant.faces[plateOfFrame(frame, variant, fps, plates.count)];
      const speech = poses ? { act: poses[frame * POSE_SIZE + ACT] / FULL, jaw: poses[frame * POSE_SIZE + JAW] / FULL } : PATCH_SPEECH;
      return face ? { picture: await unspoken(frame, frame < endKnownFrom ? null : frames, speech), landmarks: landmarksOnPlate(face.landmarks, plates) } : null;
    },
    close: () => plates.close(),
  };
}

/** Segments may differ by this from what is spoken again: times are kept as decimals. */
const SAME_SEC = 0.003;

/**
 * The sounds of a take on its clock, from its script spoken once more (which costs little where speech is stored); null where the voice tells
 * none, or says it otherwise today.
 */
export async function phonemesOf(pieces: AsyncIterable<Piece>, segments: readonly QaSegment[]): Promise<Phoneme[] | null> {
  const phonemes: Phoneme[] = [];
  const starts = new Map<number, { startSec: number; endSec: number }>();
  let samples = 0;
  for await (const piece of pieces) {
    const shiftSec = samples / TIMELINE_RATE;
    samples += piece.pcm.length;
    if (piece.phonemes === null) return null;
    for (const { symbol, startSec, endSec } of piece.phonemes) phonemes.push({ symbol, startSec: startSec + shiftSec, endSec: endSec + shiftSec });
    if (piece.segment) starts.set(piece.segment.index, { startSec: shiftSec, endSec: samples / TIMELINE_RATE });
  }
  const isSame = segments.every(({ index, startSec, endSec }) => {
    const again = starts.get(index);
    return again !== undefined && Math.abs(again.startSec - startSec) < SAME_SEC && Math.abs(again.endSec - endSec) < SAME_SEC;
  });
  return isSame ? phonemes : null;
}
