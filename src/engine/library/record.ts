/** What the library knows of an avatar beside its face data: kept twice, as avatar.json in its folder and as a row of the index. */
import { z } from 'zod';
import { seal, unseal } from './seal.ts';

/** sha256 of the source in hex, `-N` for face N of several. */
export const ID_PATTERN = /^[0-9a-f]{64}(-[1-9][0-9]{0,2})?$/;
const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** A file of an avatar's folder. Blobs carry the start of their own hash in their name: a new one never overwrites the old. */
const fileSchema = z.strictObject({ name: z.string().regex(/^[a-z]+(\.[0-9a-f]{16})?\.[a-z0-9]{1,8}$/), bytes: z.int().min(0), sha256: hash });

const consentSchema = z.strictObject({ who: z.string().min(1).max(500), statement: z.string().min(1).max(5000), /** ISO 8601 */ date: z.iso.datetime() });

const qualitySchema = z.strictObject({
  findings: z.array(z.strictObject({
    code: z.string(), severity: z.enum(['warn', 'refuse']), sentence: z.string(),
    measure: z.strictObject({ name: z.string(), value: z.number(), unit: z.string(), limit: z.number() }),
  })),
});

const recordSchema = z.strictObject({
  id: z.string().regex(ID_PATTERN),
  sourceHash: hash,
  name: z.string().min(1).max(200),
  tags: z.array(z.string().min(1).max(100)).max(50),
  kind: z.enum(['photo', 'clip']),
  width: z.int().positive(),
  height: z.int().positive(),
  fps: z.number().positive().nullable(),
  durationSec: z.number().nonnegative().nullable(),
  faceIndex: z.int().positive(),
  faceCount: z.int().positive(),
  preparation: z.int().nonnegative(),
  createdAt: z.iso.datetime(),
  quality: qualitySchema,
  /** null: not stated. */
  consent: consentSchema.nullable(),
  /** Chosen by the user; records from before there was such a choice have none. */
  favourite: z.boolean().default(false),
  /** With which it speaks where its user chose one; null: that language's default. */
  voices: z.strictObject({ fa: z.string().max(200).nullable(), en: z.string().max(200).nullable() }).default({ fa: null, en: null }),
  files: z.strictObject({ source: fileSchema, face: fileSchema, plates: fileSchema.nullable() }),
});

export type AvatarRecord = z.infer<typeof recordSchema>;
export type KeptFile = z.infer<typeof fileSchema>;
export type Consent = z.infer<typeof consentSchema>;

export const filesOf = ({ files }: AvatarRecord): KeptFile[] => [files.source, files.face, ...(files.plates ? [files.plates] : [])];

/** The record as text with a checksum. @throws StudioError invalid-input for values out of range, whose fields it names */
export const sealRecord = (record: AvatarRecord): string => seal(recordSchema, record, `The avatar “${record.name}”`, 1);

/** null where the text is not exactly what was sealed. */
export const unsealRecord = (text: string): AvatarRecord | null => unseal(recordSchema, text);
