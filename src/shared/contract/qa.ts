/** Quality of a video's lip-sync, measured on its frames. */
import { z } from 'zod';
import { count, sentence } from './common.ts';

export const QA_MEASURES = ['offset', 'correlation', 'silence', 'closures', 'seam', 'sharpness', 'jitter', 'faceless'] as const;
export const QA_VERDICTS = ['good', 'fair', 'poor', 'unknown'] as const;
export type QaVerdict = (typeof QA_VERDICTS)[number];
/** Why something cannot be known of a video. */
export const QA_UNKNOWN = ['no-sound', 'no-speech', 'too-short', 'no-face', 'no-silence', 'no-phonemes', 'no-closures', 'no-source', 'small-face', 'still-mouth', 'unrelated'] as const;
export type QaUnknown = (typeof QA_UNKNOWN)[number];

export const qaMeasure = z.object({
  name: z.enum(QA_MEASURES),
  /** null: it cannot be known here, for the reason `why`. */
  value: z.number().nullable(),
  why: z.enum(QA_UNKNOWN).nullable(),
  /** `frames`, `r`, `share`, `ratio`, `pixels`. */
  unit: z.string(),
  verdict: z.enum(QA_VERDICTS),
  /** What it means, in English; `figures` are what a sentence in another language needs. */
  sentence,
  figures: z.record(z.string(), z.number()),
  /** Where it is worst, on the take's clock; null: nowhere in particular. */
  worst: z.object({ startSec: z.number(), endSec: z.number() }).nullable(),
});
export type QaMeasure = z.infer<typeof qaMeasure>;

export const qaReport = z.object({
  /** null: a video that Sima did not make. */
  takeId: z.string().nullable(),
  durationSec: z.number(),
  frames: count,
  width: count,
  height: count,
  /** The worst of its measures that are known. */
  verdict: z.enum(QA_VERDICTS),
  measures: z.array(qaMeasure),
  segments: z.array(z.object({ index: count, text: z.string(), startSec: z.number(), endSec: z.number(), verdict: z.enum(QA_VERDICTS), measures: z.array(qaMeasure) })),
  /** Per frame, from the pictures: the gap of the inner lips in mouth widths (null: no face), and the sound's loudness, 0..1. */
  opening: z.array(z.number().nullable()),
  loudness: z.array(z.number()),
  /** Frames per second. */
  fps: z.number(),
});
export type QaReport = z.infer<typeof qaReport>;

export const qaEvent = z.discriminatedUnion('type', [z.object({ type: z.literal('progress'), done: z.number() }), z.object({ type: z.literal('report'), report: qaReport })]);

export type QaEvent = z.infer<typeof qaEvent>;

/** What a reviewer says of a take or of one of its segments. */
export const reviewMark = z.strictObject({
  takeId: z.string().min(1).max(200),
  /** null: the whole take. */
  segmentIndex: count.nullable(),
  verdict: z.enum(['pass', 'fail']).nullable(),
  note: z.string().max(2000),
});
export type ReviewMark = z.output<typeof reviewMark>;
