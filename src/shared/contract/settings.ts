/** What the user sets for the whole studio. */
import { z } from 'zod';
import type { Phrase } from '../phrase.ts';
import { DEVICES } from '../vocabulary.ts';
import { exportPreset } from './export.ts';
import { loudnessLufs } from './recording.ts';

const gigabytes = z.number().positive().max(4096).nullable();
export const pausePercent = z.int().min(50, 'must be 50 to 200').max(200, 'must be 50 to 200');

export const studioSettings = z.strictObject({
  /** null: the scaled default. GB of 10⁹ bytes. */
  budgetsGb: z.strictObject({ models: gigabytes, processing: gigabytes, avatars: gigabytes, total: gigabytes, takes: gigabytes }),
  maxSessions: z.int().min(1).max(1000).nullable(),
  device: z.enum(DEVICES),
  /** What recordings are brought to, LUFS; null: USUAL_LUFS. */
  loudnessLufs: loudnessLufs.nullable(),
  /** Whether the pronunciations that ship apply, below the user's own. */
  starterLexicon: z.boolean(),
  /** How long silences by punctuation are, in percent of the usual; null: 100. */
  pausePercent: pausePercent.nullable(),
  /** Where exports go; null: the studio's own folder. */
  exportFolder: z.string().max(4096).nullable(),
  exportPresets: z.array(exportPreset).max(100),
});
export type StudioSettings = z.output<typeof studioSettings>;

/** `restartNeeded`: some of it counts only when the engine starts again (`engine.restart`). */
export const settingsReply = z.object({ settings: studioSettings, home: z.string().nullable(), restartNeeded: z.boolean() });

const phrase: z.ZodType<Phrase> = z.lazy(() => z.object({ form: z.string(), values: z.array(z.union([z.string(), z.number(), phrase])) }));
export const checkRow = z.object({ id: z.string(), group: z.enum(['machine', 'gpu', 'system', 'studio']), state: z.enum(['ok', 'advice', 'wanting', 'unknown']), found: z.string(), advice: z.string().nullable(), why: z.string().nullable(), /** The same in parts, to be said in another language. */ phrases: z.object({ found: phrase, advice: phrase.nullable(), why: phrase.nullable() }) });
export type CheckRow = z.infer<typeof checkRow>;
