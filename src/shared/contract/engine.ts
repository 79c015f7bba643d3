/** The engine process: what is loaded, on which device, how fast. */
import { z } from 'zod';
import { DEVICES } from '../vocabulary.ts';
import { count, id, sentence, time } from './common.ts';

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
