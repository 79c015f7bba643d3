/** The machine's and the studio's figures. */
import { z } from 'zod';
import { count, sentence, time } from './common.ts';

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
  /** What memory may be used for, bytes: the user's, else scaled to the device. */
  memoryBudgets: z.object({ models: z.number(), processing: z.number(), avatars: z.number(), total: z.number() }),
  /** What to do about memory, in words. */
  advice: z.array(sentence),
});
export type TelemetrySample = z.infer<typeof telemetrySample>;
