/**
 * Whether memory is about to run out, and what to do before it does. The engine's arenas never shrink, so growth is undone only by a new
 * engine process; smaller batches and fewer new takes keep it from getting that far.
 */

/** Bytes. */
export interface MemoryBudgets {
  models: number;
  /** What rendering may add to the engine after its warm-up. */
  processing: number;
  avatars: number;
  total: number;
}

export interface MemoryFigures {
  /** Of the engine process: now, and right after its warm-up. null: unknown. */
  engineRssBytes: number | null;
  warmRssBytes: number | null;
  /** Of the engine's GPU, all programs together: now, and right after the warm-up. null: unknown, or no GPU is used. */
  gpuUsedBytes: number | null;
  warmGpuBytes: number | null;
  avatarCacheBytes: number;
  /** Takes are being rendered: a restart would be seen as a pause. */
  rendering: boolean;
}

export const MEMORY_ACTIONS = ['none', 'smaller-batches', 'hold-new-takes', 'restart-engine'] as const;
export type MemoryAction = (typeof MEMORY_ACTIONS)[number];
export interface MemoryJudgement {
  action: MemoryAction;
  /** What the user can do or should know; empty where nothing is to be said. */
  advice: string[];
}

const GIB = 2 ** 30;
/** The performance guide's, for a GPU of 24 GB. */
const GUIDE: MemoryBudgets = { models: 4 * GIB, processing: 8 * GIB, avatars: 2 * GIB, total: 20 * GIB };
const SHARE_OF_DEVICE = 20 / 24;
/** Of the machine's memory: the rest is the system's and other programs'. */
const SHARE_OF_RAM = 0.5;

/** Shares of a budget from which something is done. */
const SMALLER_FROM = 0.8;
const HOLD_FROM = 0.9;
const RESTART_FROM = 1;
/** What is being done goes on until the share is this much below the point from which it was begun, so that it does not go on and off. */
const HYSTERESIS = 0.1;

/** @param deviceTotalBytes memory of the GPU that the engine uses; null: it runs on the CPU, or that is unknown */
export function scaledBudgets(deviceTotalBytes: number | null, ramBytes: number): MemoryBudgets {
  const inRam = Math.min(1, (SHARE_OF_RAM * ramBytes) / GUIDE.total);
  const onDevice = deviceTotalBytes === null ? inRam : Math.min(1, (SHARE_OF_DEVICE * deviceTotalBytes) / GUIDE.total);
  return { models: GUIDE.models * onDevice, processing: GUIDE.processing * onDevice, avatars: GUIDE.avatars * inRam, total: GUIDE.total * onDevice };
}

/**
 * Three shares are looked at, and the largest counts: what the engine has grown by since its warm-up, of the processing and avatar budgets;
 * what the GPU has grown by, of the processing budget; and what the GPU (or, where none is used, the engine) holds in all, of the total.
 * From 0.8 batches get smaller. From 0.9 new takes wait too, as long as one is rendered that they can wait for. From 1 the engine is
 * restarted, but only for growth (what models and other programs hold would be there again), and while nothing is rendered, which
 * costs nobody anything, from 0.8. The first two steps are left only 0.1 below the share at which they are taken.
 * @param before the action of the last judgement
 */
export function judgeMemory(figures: MemoryFigures, budgets: MemoryBudgets, before: MemoryAction = 'none'): MemoryJudgement {
  const { engineRssBytes, warmRssBytes, gpuUsedBytes, warmGpuBytes, avatarCacheBytes, rendering } = figures;
  const grownBytes = difference(engineRssBytes, warmRssBytes);
  const gpuGrownBytes = difference(gpuUsedBytes, warmGpuBytes);
  const growth = Math.max(shareOf(grownBytes, budgets.processing + budgets.avatars), shareOf(gpuGrownBytes, budgets.processing));
  const all = shareOf(gpuUsedBytes ?? engineRssBytes, budgets.total);

  const restart = growth >= (rendering ? RESTART_FROM : SMALLER_FROM);
  const pressure = Math.max(growth, all);
  const since = (action: MemoryAction, from: number): number => (MEMORY_ACTIONS.indexOf(before) >= MEMORY_ACTIONS.indexOf(action) ? from - HYSTERESIS : from);
  const action = restart
    ? 'restart-engine'
    : rendering && pressure >= since('hold-new-takes', HOLD_FROM)
      ? 'hold-new-takes'
      : pressure >= since('smaller-batches', SMALLER_FROM)
        ? 'smaller-batches'
        : 'none';

  const advice: string[] = [];
  if (restart) {
    const { bytes, of } = grownBytes !== null && growth === shareOf(grownBytes, budgets.processing + budgets.avatars)
      ? { bytes: grownBytes, of: budgets.processing + budgets.avatars }
      : { bytes: gpuGrownBytes ?? 0, of: budgets.processing };
    advice.push(`The engine has grown by ${inGb(bytes)} since its start (budget ${inGb(of)}) and is started again between two chunks; takes go on by themselves.`);
  } else if (action === 'hold-new-takes') advice.push('Memory is nearly used up: new takes wait until there is room, and frames are made in smaller batches. Fewer users at once, or smaller pictures, help.');
  else if (action === 'smaller-batches') advice.push('Memory gets scarce: frames are made in smaller batches, which is a little slower.');
  if (gpuUsedBytes !== null && all >= HOLD_FROM && growth < HOLD_FROM) {
    advice.push(`The GPU holds ${inGb(gpuUsedBytes)} of the ${inGb(budgets.total)} that may be used, most of it not from rendering: close other programs that use it, or choose a smaller model.`);
  }
  const modelBytes = warmGpuBytes ?? warmRssBytes;
  if (modelBytes !== null && modelBytes > budgets.models) {
    advice.push(`With its models loaded the ${warmGpuBytes === null ? 'engine' : 'GPU'} holds ${inGb(modelBytes)}, more than the ${inGb(budgets.models)} set aside for models: remove models that are not needed, or use a smaller one.`);
  }
  if (avatarCacheBytes > budgets.avatars) {
    advice.push(`Faces kept in memory take ${inGb(avatarCacheBytes)}, more than the ${inGb(budgets.avatars)} set aside for them: fewer faces in use at once need less.`);
  }
  return { action, advice };
}

const difference = (now: number | null, before: number | null): number | null => (now === null || before === null ? null : Math.max(0, now - before));
const shareOf = (bytes: number | null, budget: number): number => (bytes === null ? 0 : bytes / budget);
const inGb = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GB`;
