/** The user's own sound: what is done to it before a face follows it. */
import { z } from 'zod';
import { sentence } from './common.ts';

/** What listeners of films and talks online are used to; −23 is broadcast's (EBU R 128). */
export const USUAL_LUFS = -16;
/** Wanted loudness of recordings, LUFS. */
export const loudnessLufs = z.number().min(-31, 'must be −31 to −10').max(-10, 'must be −31 to −10');

const seconds = z.number().min(0);
const lufs = z.number().nullable();

export const recordingReport = z.object({
  /** Of the file's sound. */
  durationSec: seconds,
  /** Silence before and after what is used of it. */
  cutStartSec: seconds,
  cutEndSec: seconds,
  /** Integrated, EBU R 128; null where nothing is louder than −70 LUFS, or all of it is shorter than 0.4 s. */
  loudness: z.object({ before: lufs, after: lufs }),
  /**
   * Noise between words: `lowered`; `quiet`: there is next to none; `unclear`: no pause that can be told from what is said (music, a loud room), so nothing
   * is touched; `kept`: as recorded.
   */
  noise: z.enum(['lowered', 'quiet', 'unclear', 'kept']),
  /** Why it stays quieter than wanted, and what helps. */
  warning: sentence.nullable(),
});
export type RecordingReport = z.infer<typeof recordingReport>;
