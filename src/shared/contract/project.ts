/** A project: what its user is making, as one versioned JSON document (`.sima`). The unit of autosave and undo. */
import { z } from 'zod';
import { chosenVoices, count, id, lang, sentence, time } from './common.ts';
import { lexicon, MAX_SCRIPT_CHARACTERS, QUALITIES, scriptSegment } from './request.ts';
import { reviewMark } from './qa.ts';

/** More than may be spoken: what is too long for a take is kept all the same, to be cut or made two of. */
const MOST_KEPT_CHARACTERS = 500_000;
const even = z.int().min(64).max(3840).multipleOf(2);

/** A line of a batch: one script, one take. */
export const batchRow = z.strictObject({ name: z.string().max(200), text: z.string().max(100_000), avatarId: z.string().max(200).nullable(), voice: z.string().max(200).nullable(), takeId: z.string().max(200).nullable() });
export type BatchRow = z.output<typeof batchRow>;

export const projectSchema = z.strictObject({
  version: z.literal(1),
  id,
  name: z.string().max(200),
  /** Joined, their texts are the script, as the editor shows it. */
  segments: z.array(scriptSegment.extend({ text: z.string().max(MOST_KEPT_CHARACTERS) })).max(5000),
  avatarId: z.string().max(200).nullable(),
  voices: chosenVoices,
  rate: z.number().min(0.5).max(2),
  pitch: z.number().min(0.5).max(2),
  /** An upload or a file: a recording instead of the script. */
  audio: z
    .strictObject({
      file: z.string().max(4096),
      name: z.string().max(200),
      /** Nothing is done to it. */
      asRecorded: z.boolean().optional(),
      /** What is said in it, for subtitles. */
      transcript: z.string().max(MAX_SCRIPT_CHARACTERS).optional(),
    })
    .nullable(),
  model: z.string().max(200).nullable(),
  fps: z.number().min(10).max(60).nullable(),
  /** null: the avatar's own. */
  size: z.strictObject({ width: even, height: even }).nullable(),
  background: z.string().max(4096),
  idle: z.boolean(),
  quality: z.enum(QUALITIES),
  lexicon,
  /** Newest last. */
  takeIds: z.array(z.string().max(200)).max(10_000),
  marks: z.array(reviewMark).max(100_000),
  batch: z.array(batchRow).max(5000),
});
export type Project = z.output<typeof projectSchema>;

export const projectRow = z.object({
  id,
  name: z.string(),
  /** Its first words. */
  excerpt: z.string(),
  lang: lang.nullable(),
  takes: count,
  savedAt: time,
  /** Where the user keeps it; null: in the studio's own folder. */
  file: z.string().nullable(),
  /** What the user should know: its last version was damaged and the one before is used, or it cannot be opened. */
  notice: sentence.nullable(),
});
export type ProjectRow = z.infer<typeof projectRow>;
