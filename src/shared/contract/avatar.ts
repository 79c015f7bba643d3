/** Avatars: faces that are registered once. */
import { z } from 'zod';
import { chosenVoices, count, id, sentence, time } from './common.ts';

export const avatarRow = z.object({
  id,
  name: z.string(),
  kind: z.enum(['photo', 'clip']),
  width: count,
  height: count,
  durationSec: z.number().nullable(),
  /** From 1, left to right. */
  faceIndex: count,
  faceCount: count,
  preparation: count,
  /** All its files. */
  sizeBytes: count,
  createdAt: time,
  usedAt: time.nullable(),
  uses: count,
  tags: z.array(z.string()),
  favourite: z.boolean(),
  /** With which it speaks in the studio, unless the project's user chose others. */
  voices: chosenVoices,
});
export type AvatarRow = z.infer<typeof avatarRow>;

export const avatarsQuery = z.strictObject({
  /** Part of the name, of a tag, or of the id. */
  search: z.string().max(200).optional(),
  tag: z.string().max(200).optional(),
  favourite: z.boolean().optional(),
  limit: z.int().min(1).max(1000).default(100),
  offset: count.default(0),
});

/** What may spoil the videos of a face. `code` is never renamed: texts in other languages hang on it. */
export const qualityFinding = z.object({
  code: z.string(),
  severity: z.enum(['warn', 'refuse']),
  sentence,
  measure: z.object({ name: z.string(), value: z.number(), unit: z.string(), limit: z.number() }),
});
export type QualityFinding = z.infer<typeof qualityFinding>;

/** A face in a file that is not registered yet; pixels of the upright picture, of a clip's first frame. */
export const foundFace = z.object({ index: count, box: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }) });

export const inspectEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), done: z.number() }),
  /** `preview`: the picture as a JPEG in base64, at most 1024 pixels wide or high. */
  z.object({ type: z.literal('faces'), kind: z.enum(['photo', 'clip']), width: count, height: count, faces: z.array(foundFace), preview: z.string() }),
]);
export type InspectEvent = z.infer<typeof inspectEvent>;

export const registerEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), done: z.number() }),
  z.object({ type: z.literal('registered'), avatar: avatarRow, isNew: z.boolean() }),
]);

/** Of the faces that memory and disk hold. */
export const cacheFigures = z.object({ memoryBytes: count, memoryBudgetBytes: count, diskBytes: count, avatars: count, hitRate: z.number().nullable(), memoryHitRate: z.number().nullable() });
