/** Exports: what leaves the studio as a file. */
import { z } from 'zod';
import { count, errorDataSchema, id, time } from './common.ts';

const even = z.int().min(64).max(3840).multipleOf(2);

export const exportSettings = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('video'),
    /** `copy`: the same bytes, not encoded again; refused with a size, a rate or burned subtitles. */
    mode: z.enum(['copy', 'encode']).default('copy'),
    /** Only smaller than the take, keeping its aspect within a pixel. */
    size: z.strictObject({ width: even, height: even }).optional(),
    /** Of the file; or of the picture; neither: constant quality. */
    targetBytes: z.int().min(10_000).optional(),
    videoKbps: z.int().min(50).max(200_000).optional(),
    encoder: z.enum(['auto', 'x264', 'nvenc']).default('auto'),
    subtitles: z.enum(['none', 'srt', 'vtt', 'burned']).default('none'),
  }),
  z.strictObject({ kind: z.literal('audio'), format: z.enum(['m4a', 'wav']).default('m4a') }),
  z.strictObject({ kind: z.literal('subtitles'), format: z.enum(['srt', 'vtt']).default('srt'), /** Word by word, VTT only. */ karaoke: z.boolean().default(false) }),
  z.strictObject({ kind: z.literal('poster'), format: z.enum(['jpg', 'png']).default('jpg'), atSec: z.number().min(0).default(0) }),
]);
export type ExportSettings = z.output<typeof exportSettings>;

export const EXPORT_STATES = ['queued', 'running', 'paused', 'finished', 'failed', 'canceled'] as const;

export const exportInfo = z.object({
  id,
  takeId: id,
  /** Of the file, without a folder. */
  name: z.string(),
  settings: exportSettings,
  state: z.enum(EXPORT_STATES),
  /** Among those that wait: 0 is next; null: it does not wait. */
  place: count.nullable(),
  /** 0..1; null: not known. */
  progress: z.number().nullable(),
  /** Files that it made, its main one first; full paths where the host is this machine's user's. */
  files: z.array(z.string()),
  sizeBytes: count.nullable(),
  /** The pictures are the take's own bytes. */
  sameBytes: z.boolean(),
  createdAt: time,
  endedAt: time.nullable(),
  error: errorDataSchema.nullable(),
  /** What encoded its pictures; null: nothing did, or not yet. */
  encoder: z.enum(['x264', 'nvenc']).nullable().default(null),
});
export type ExportInfo = z.infer<typeof exportInfo>;

/** It is no longer in the list. */
export const removedExport = z.object({ id, state: z.literal('removed') });
export type RemovedExport = z.infer<typeof removedExport>;

export const exportPreset = z.strictObject({ name: z.string().trim().min(1).max(60), settings: exportSettings });
export type ExportPreset = z.output<typeof exportPreset>;
