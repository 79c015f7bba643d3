/**
 * What hosts may ask of the studio, checked once, here at the door. Every field says its unit and range; a refusal names
 * the field. Server and client types derive from these schemas, and `contract` lists every method there is.
 */
import { z } from 'zod';
import { ERROR_CODES, StudioError } from './errors.ts';
import { DEVICES } from './vocabulary.ts';

/** Most characters in one script. About two hours of speech. */
export const MAX_SCRIPT_CHARACTERS = 100_000;

export { DEVICES } from './vocabulary.ts';
export const QUALITIES = ['live', 'final'] as const;
export type Quality = (typeof QUALITIES)[number];

export const renderRequest = z
  .strictObject({
    /** A photo or clip file, or the id of a registered avatar (or its beginning, at least 4 characters). */
    avatar: z.string().min(1, 'name a photo, a clip or an avatar'),
    /** Which face, from 1, left to right; needed only where there are several. */
    face: z.int().min(1, 'faces count from 1').optional(),
    /** Exactly one of script (text to speak) and audio (a recording to follow). */
    script: z.string().optional(),
    audio: z.string().optional(),
    voice: z.string().optional(),
    /** Speed and pitch of the voice; 1 is its own. */
    rate: z.number().min(0.5, 'must be 0.5 to 2').max(2, 'must be 0.5 to 2').default(1),
    pitch: z.number().min(0.5, 'must be 0.5 to 2').max(2, 'must be 0.5 to 2').default(1),
    model: z.string().optional(),
    /** Frames per second. Default: 25 for a photo, a clip's own rate for a clip. */
    fps: z.number().min(10, 'must be 10 to 60').max(60, 'must be 10 to 60').optional(),
    /** Pixels, even. The picture is scaled to cover the frame, the face kept inside. Default: the source's own size. */
    size: z
      .strictObject({
        width: z.int().min(64, 'width must be 64 to 3840').max(3840, 'width must be 64 to 3840').multipleOf(2, 'width must be even'),
        height: z.int().min(64, 'height must be 64 to 3840').max(3840, 'height must be 64 to 3840').multipleOf(2, 'height must be even'),
      })
      .optional(),
    /** `keep`, `blur` or `blur:0.7`, a colour as `#00b140`, or `picture:FILE`. */
    background: z.string().default('keep'),
    /** Blinks and a breath of motion on photos. */
    idle: z.boolean().default(true),
    quality: z.enum(QUALITIES).default('live'),
  })
  .refine((request) => (request.script === undefined) !== (request.audio === undefined), {
    error: 'give either a text to speak or a recording (audio), not both',
    path: ['script'],
  });

export type RenderRequest = z.output<typeof renderRequest>;

const id = z.string().min(1).max(200);
const sentence = z.string();
const count = z.int().min(0);
/** ISO 8601. */
const time = z.string();
const errorDataSchema = z.object({ code: z.enum(ERROR_CODES), message: sentence, details: z.unknown().optional() });

/** `paused`: the engine is being restarted; the take goes on by itself after its last published fragment. */
export const TAKE_STATES = ['queued', 'rendering', 'paused', 'finished', 'failed', 'canceled'] as const;
export type TakeState = (typeof TAKE_STATES)[number];
export const isOver = (state: TakeState): boolean => state === 'finished' || state === 'failed' || state === 'canceled';

/** One rendering of a script by an avatar with a voice. Unknown is null. */
export const takeInfo = z.object({
  id,
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

export const takeEvent = z.discriminatedUnion('type', [
  /** First of all, and whenever the state changes. */
  z.object({ type: z.literal('take'), take: takeInfo }),
  /** Published fragments, from the first on. `initBytes`: the header before them. */
  z.object({ type: z.literal('fragment'), fragment: fragmentSchema, initBytes: count }),
  z.object({ type: z.literal('chunk'), chunk: z.object({ index: count, firstFrame: count, frames: count }), times: chunkTimes }),
  z.object({ type: z.literal('progress'), framesDone: count, framesExpected: count.nullable() }),
  /** What is being done before the first frame, in words. */
  z.object({ type: z.literal('stage'), stage: sentence }),
  /** What finding the face and opening its scene took, milliseconds: 0 where they were at hand. */
  z.object({ type: z.literal('prepared'), prepareMs: z.number(), sceneMs: z.number() }),
  /** What the user should know: a pause, a smaller batch, the CPU instead of the GPU. */
  z.object({ type: z.literal('notice'), sentence }),
]);
export type TakeEvent = z.infer<typeof takeEvent>;

export const ENGINE_STATES = ['starting', 'loading', 'ready', 'restarting', 'stopped'] as const;

/** How far a model is on its way into memory. */
export const modelReadiness = z.object({
  id,
  kind: z.string(),
  state: z.enum(['waiting', 'loading', 'ready', 'failed']),
  device: z.enum(DEVICES).nullable(),
  /** Why other devices were not taken. */
  refused: z.array(z.object({ device: z.string(), reason: sentence })),
  /** Reading and optimising the file; warming all batch sizes up. */
  loadMs: z.number().nullable(),
  warmUpMs: z.number().nullable(),
  /** The performance baseline: one warmed run per batch size. */
  warmup: z.array(z.object({ batch: count, ms: z.number() })),
  batches: z.array(count),
  /** Why it failed and what is used instead. */
  message: sentence.nullable(),
});
export type ModelReadiness = z.infer<typeof modelReadiness>;

export const engineStatus = z.object({
  state: z.enum(ENGINE_STATES),
  /** 0..1 of what must be there before `ready`. */
  progress: z.number(),
  models: z.array(modelReadiness),
  /** The lip-sync model that takes use unless they name one; null until it is known. */
  defaultModelId: z.string().nullable(),
  /** From the start of the engine process to `ready`. */
  readyMs: z.number().nullable(),
  restarts: count,
  /** Why the engine ended last time. */
  lastCrash: z.object({ at: time, reason: sentence }).nullable(),
});
export type EngineStatus = z.infer<typeof engineStatus>;

/** One look at the machine and the studio. Unknown is null, never 0. Bytes, shares 0..1, °C, W, MHz, milliseconds. */
export const telemetrySample = z.object({
  at: time,
  gpus: z.array(z.object({
    index: count, name: z.string(), driver: z.string().nullable(), memoryUsedBytes: z.number().nullable(), memoryTotalBytes: z.number().nullable(),
    load: z.number().nullable(), temperature: z.number().nullable(), powerWatts: z.number().nullable(), powerLimitWatts: z.number().nullable(),
    clockMhz: z.number().nullable(), memoryClockMhz: z.number().nullable(),
  })),
  cpuLoad: z.number().nullable(),
  memoryUsedBytes: z.number().nullable(),
  memoryTotalBytes: z.number().nullable(),
  processes: z.array(z.object({ name: z.string(), pid: count, cpuLoad: z.number().nullable(), rssBytes: z.number().nullable() })),
  /** Seats taken and there; takes queued and being rendered. */
  users: count,
  maxUsers: count,
  takesQueued: count,
  takesRendering: count,
  /** Frames waiting for a turn. */
  framesQueued: count,
  /** Avatars answered from memory, and from memory or disk; null: none asked for yet. */
  cacheMemoryHitRate: z.number().nullable(),
  cacheHitRate: z.number().nullable(),
  cacheBytes: count,
  cacheBudgetBytes: count,
  /** Percentiles over the last five minutes; null: nothing measured. */
  kpis: z.record(z.string(), z.object({ count, last: z.number().nullable(), p50: z.number().nullable(), p95: z.number().nullable(), p99: z.number().nullable() })),
  takesStarted: count,
  takesFinished: count,
  takesFailed: count,
  /** Takes completed of those that ended otherwise than by their user; null: none yet. */
  uptime: z.number().nullable(),
  alerts: z.array(z.object({ name: z.string(), severity: z.string(), state: z.enum(['pending', 'firing']), since: time, summary: sentence, description: sentence, value: z.number() })),
  /** What to do about memory, in words. */
  advice: z.array(sentence),
});
export type TelemetrySample = z.infer<typeof telemetrySample>;

export const avatarRow = z.object({
  id, name: z.string(), kind: z.enum(['photo', 'clip']), width: count, height: count, durationSec: z.number().nullable(), faceIndex: count, faceCount: count,
  preparation: count, sizeBytes: count, createdAt: time, usedAt: time.nullable(), uses: count, tags: z.array(z.string()),
});

/** Every method. `call`: one request, one reply. `stream`: many items, until it ends or is closed; closing one never cancels a take. */
export const contract = {
  calls: {
    'studio.info': { input: z.null(), output: z.object({ version: z.string(), protocol: z.int(), pid: count, startedAt: time }) },
    /** A seat in the scheduler. @throws capacity with `details.retryAfterSec` where all are taken */
    'sessions.open': {
      input: z.strictObject({ name: z.string().max(100).optional() }),
      /** `realTime`: this user's takes are expected to keep up with playback at the load there is; else `notice` says why not. */
      output: z.object({ sessionId: id, realTime: z.boolean(), notice: sentence.nullable() }),
    },
    /** Gives the seat back; takes under way are finished first. */
    'sessions.close': { input: z.strictObject({ sessionId: id }), output: z.null() },
    /**
     * Takes of one session are rendered one after the other. @throws capacity where its queue is full
     * `lead`: render only so many seconds ahead of what was wanted (`takes.want`, or an HTTP reader); null: as fast as possible.
     */
    'takes.start': { input: z.strictObject({ sessionId: id, request: renderRequest, leadSec: z.number().min(1).max(600).nullable().default(null) }), output: takeInfo },
    /** The player is here now; rendering may go on to `leadSec` beyond. */
    'takes.want': { input: z.strictObject({ takeId: id, playheadSec: z.number().min(0) }), output: z.null() },
    'takes.cancel': { input: z.strictObject({ takeId: id }), output: takeInfo },
    'takes.list': { input: z.strictObject({ limit: z.int().min(1).max(1000).default(100), offset: count.default(0) }), output: z.array(takeInfo) },
    'takes.show': { input: z.strictObject({ takeId: id }), output: takeInfo },
    'takes.keep': { input: z.strictObject({ takeId: id, kept: z.boolean() }), output: takeInfo },
    'takes.remove': { input: z.strictObject({ takeId: id }), output: z.null() },
    'avatars.list': { input: z.strictObject({ search: z.string().max(200).optional(), tag: z.string().max(200).optional(), limit: z.int().min(1).max(1000).default(100), offset: count.default(0) }), output: z.array(avatarRow) },
    'avatars.describe': { input: z.strictObject({ id, name: z.string().max(200).optional(), tags: z.array(z.string().max(100)).max(50).optional() }), output: avatarRow },
    'avatars.remove': { input: z.strictObject({ id }), output: z.null() },
    'voices.list': { input: z.null(), output: z.array(z.object({ id, name: z.string(), lang: z.string() })) },
    'models.list': { input: z.null(), output: z.array(z.object({ id, kind: z.string(), installed: z.boolean(), licence: z.string(), source: z.string(), isDefault: z.boolean() })) },
  },
  streams: {
    /** The take as it is, then everything that happens to it; ends when the take has ended. */
    'takes.watch': { input: z.strictObject({ takeId: id }), item: takeEvent },
    /** Progress 0..1, then the avatar. `file`: an upload's id, or a path where the host may read the user's files. */
    'avatars.register': {
      input: z.strictObject({ file: z.string().min(1), face: z.int().min(1).optional(), name: z.string().max(200).optional(), tags: z.array(z.string().max(100)).max(50).optional() }),
      item: z.discriminatedUnion('type', [
        z.object({ type: z.literal('progress'), done: z.number() }),
        z.object({ type: z.literal('registered'), avatar: avatarRow, isNew: z.boolean() }),
      ]),
    },
    'engine.watch': { input: z.null(), item: engineStatus },
    'telemetry.watch': { input: z.null(), item: telemetrySample },
    /** Something of that kind is no longer what it was: ask again. */
    'changes.watch': { input: z.null(), item: z.enum(['avatars', 'takes', 'models']) },
  },
} as const;

/** Changes whenever a client written for the one before would fail. */
export const PROTOCOL_VERSION = 1;

type Calls = typeof contract.calls;
type Streams = typeof contract.streams;
/** The contract as the client writes it: inputs before defaults. */
export interface StudioApi {
  calls: { [K in keyof Calls]: [input: z.input<Calls[K]['input']>, output: z.output<Calls[K]['output']>] };
  streams: { [K in keyof Streams]: [input: z.input<Streams[K]['input']>, item: z.output<Streams[K]['item']>] };
}
/** The contract as the server answers it: inputs checked and complete. */
export interface StudioServerApi {
  calls: { [K in keyof Calls]: [input: z.output<Calls[K]['input']>, output: z.output<Calls[K]['output']>] };
  streams: { [K in keyof Streams]: [input: z.output<Streams[K]['input']>, item: z.output<Streams[K]['item']>] };
}

/** Parses untrusted input; the error names each field that is wrong and what would be right. */
export function parse<S extends z.ZodType>(schema: S, input: unknown, what: string): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.') || what}: ${issue.message}`);
  throw new StudioError('invalid-input', `${what} cannot be used: ${faults.join('; ')}.`, { details: { issues: faults } });
}
