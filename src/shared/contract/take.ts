/** Takes: one rendering of a script by an avatar with a voice. */
import { z } from 'zod';
import { count, errorDataSchema, id, lang, sentence, time } from './common.ts';
import { renderRequest } from './request.ts';

/** `paused`: the engine is being restarted; the take goes on by itself after its last published fragment. */
export const TAKE_STATES = ['queued', 'rendering', 'paused', 'finished', 'failed', 'canceled'] as const;
export type TakeState = (typeof TAKE_STATES)[number];
export const isOver = (state: TakeState): boolean => state === 'finished' || state === 'failed' || state === 'canceled';

/** One rendering of a script by an avatar with a voice. Unknown is null. */
export const takeInfo = z.object({
  id,
  /** The take that this one was made from by changing segments; what came before the first change was copied. */
  parentId: z.string().nullable().default(null),
  projectId: z.string().nullable().default(null),
  state: z.enum(TAKE_STATES),
  /** As it was asked for. */
  request: renderRequest,
  avatarId: z.string().nullable(),
  modelId: z.string().nullable(),
  /** null where the take needs no network. */
  device: z.string().nullable(),
  width: count.nullable(),
  height: count.nullable(),
  /** Frames per second as a fraction: 30000/1001 is not 29.97. */
  rate: z.object({ num: z.int().min(1), den: z.int().min(1) }).nullable(),
  /** Published. */
  framesDone: count,
  /** null until all is spoken. */
  framesExpected: count.nullable(),
  /** Of the take's MP4. */
  sizeBytes: count,
  /** How often the engine had to be started again while it was rendered. */
  restarts: count,
  warnings: z.array(sentence),
  createdAt: time,
  endedAt: time.nullable(),
  /** Why it failed. */
  error: errorDataSchema.nullable(),
  /** Marked by the user: not removed to make room. */
  kept: z.boolean(),
});
export type TakeInfo = z.infer<typeof takeInfo>;

/** A run of frames with its sound as it lies in the take's MP4; its bytes never change. */
export const fragmentSchema = z.object({ index: count, firstFrame: count, frames: count, keyframe: z.boolean(), offset: count, bytes: count });
export type Fragment = z.infer<typeof fragmentSchema>;

/** What one chunk took, milliseconds. Stages overlap, so their sum may exceed `processingMs`. */
export const chunkTimes = z.object({
  /** From the moment the chunk was wanted (its player had room for it, and the chunk before was done) to its first published fragment; null where a restart fell in between. */
  processingMs: z.number().nullable(),
  speechMs: z.number(),
  /** Waiting for a turn. */
  queueMs: z.number(),
  inferenceMs: z.number(),
  composeMs: z.number(),
  encodeMs: z.number(),
  /**
   * How much later the chunk's first fragment was published than a player needed it that started with the take's first one and
   * never stopped; negative: that much earlier. null for the first chunk, for one that waited for its player, and after a restart.
   */
  gapMs: z.number().nullable(),
});
export type ChunkTimes = z.infer<typeof chunkTimes>;

/** A segment as it is spoken, on the take's clock. */
export const saidSegment = z.object({
  index: count,
  /** Joined, the texts of all are the script; of a recording the transcript, or ''. */
  text: z.string(),
  lang,
  /** null: a recording. */
  voice: z.string().nullable(),
  startSec: z.number(),
  endSec: z.number(),
  words: z.array(z.object({ text: z.string(), startSec: z.number(), endSec: z.number() })),
  /** The words' times are estimated: the voice or the recording tells none. */
  estimated: z.boolean(),
});
export type SaidSegment = z.infer<typeof saidSegment>;

/** What a timeline draws of a run of frames. */
export const mouthCurve = z.object({
  firstFrame: count,
  /** How far the mouth opens, 0..1, one per frame: the pose's jaw, or what the network's patch shows; null where it is not known. */
  opening: z.array(z.number().nullable()),
  /** The loudest samples, 0..1, PEAKS_PER_FRAME per frame. */
  peaks: z.array(z.number()),
});
export type MouthCurve = z.infer<typeof mouthCurve>;
export const PEAKS_PER_FRAME = 4;

export const takeEvent = z.discriminatedUnion('type', [
  /** First of all, and whenever the state changes. */
  z.object({ type: z.literal('take'), take: takeInfo }),
  /** Published fragments, from the first on. `initBytes`: the header before them. */
  z.object({ type: z.literal('fragment'), fragment: fragmentSchema, initBytes: count }),
  z.object({ type: z.literal('chunk'), chunk: z.object({ index: count, firstFrame: count, frames: count }), times: chunkTimes }),
  /** Segments as they are spoken, from the first on; ahead of the frames. */
  z.object({ type: z.literal('said'), segment: saidSegment }),
  /** In order, from the first frame on; of a take that was gone on with after a restart there may be doubles, which say the same. */
  z.object({ type: z.literal('curve'), curve: mouthCurve }),
  z.object({ type: z.literal('progress'), framesDone: count, framesExpected: count.nullable() }),
  /** What is being done before the first frame, in words. */
  z.object({ type: z.literal('stage'), stage: sentence }),
  /** What finding the face and opening its scene took, milliseconds: 0 where they were at hand. */
  z.object({ type: z.literal('prepared'), prepareMs: z.number(), sceneMs: z.number() }),
  /** What the user should know: a pause, a smaller batch, the CPU instead of the GPU. */
  z.object({ type: z.literal('notice'), sentence }),
]);
export type TakeEvent = z.infer<typeof takeEvent>;

export const takesQuery = z.strictObject({
  /** Part of what is said. */
  search: z.string().max(200).optional(),
  avatarId: z.string().max(200).optional(),
  projectId: z.string().max(200).optional(),
  kept: z.boolean().optional(),
  limit: z.int().min(1).max(1000).default(100),
  offset: count.default(0),
});
