/** Which batch size to run next, from the measured time of each: adapts to a machine that gets slower or quicker and to memory that runs out. */
import { StudioError } from '../../shared/errors.ts';

/** Live frames wait for the run before theirs, so a batch size is used only while its run takes at most this long: when it is warmed (onnx/sessions.ts), and later. */
export const LONGEST_RUN_MS = 150;
/** Weight of a new measurement. One run counts at most as `OUTLIER` times what was expected: something else held the device. */
const SMOOTHING = 0.2;
const OUTLIER = 3;
/**
 * A size that got too slow is tried again after so many runs of the one below from which it may be expected to keep the limit; each
 * time after twice as many, so that it does not go to and fro.
 */
const RUNS_BEFORE_RETRY = 16;
const MOST_RUNS_BEFORE_RETRY = 1024;
/** A padded run must be this much quicker than the smaller runs that it replaces: not mere noise. */
const PADDING_GAIN = 1.1;
/** A run this close to the best milliseconds per frame need not wait for more frames. */
const WORTHWHILE = 1.25;

export interface Buckets {
  /** Batch sizes that may be used now: ascending, never empty. */
  readonly usable: readonly number[];
  /** The batch size to run for so many waiting frames, of which the urgent ones should not wait for others' work. */
  choose(frames: number, urgentFrames: number): number;
  /** Whether so many frames run at nearly the best rate there is; where not, it is better to wait while the device is busy anyway. */
  isWorthwhile(frames: number): boolean;
  /** A run of that batch size took so long. */
  ran(batch: number, ms: number): void;
  /** A run of that size found no memory: it and larger ones are given up for good. */
  outOfMemory(batch: number): 'smaller' | 'none-smaller';
  /** At most this size for now (the smallest stays); null: no limit. */
  limit(batch: number | null): void;
}

interface Bucket {
  batch: number;
  /** Warm-up time, and the smoothed time now. */
  baselineMs: number;
  ms: number;
  tooSlow: boolean;
  /** How many quick runs of the size below must be seen before it is tried again. */
  patience: number;
}

/**
 * @param batches warm batch sizes, ascending, at least one
 * @param warmup milliseconds of a warmed run at each
 */
export function createBuckets(batches: readonly number[], warmup: readonly { batch: number; ms: number }[]): Buckets {
  if (batches.length === 0) throw new StudioError('bug', 'A model needs at least one warm batch size.');
  const buckets = batches.map((batch): Bucket => {
    const known = warmup.find((each) => each.batch === batch)?.ms;
    if (known === undefined) throw new StudioError('bug', `The batch size ${batch} was never warmed.`);
    return { batch, baselineMs: known, ms: known, tooSlow: false, patience: RUNS_BEFORE_RETRY };
  });
  const smallest = buckets[0];
  let memoryLimit = Infinity, limit = Infinity;
  let quickRuns = 0;
  let usable = buckets;

  const update = (): void => {
    const end = buckets.findIndex((bucket) => bucket !== smallest && (bucket.tooSlow || bucket.batch > Math.min(memoryLimit, limit)));
    usable = end < 0 ? buckets : buckets.slice(0, end);
  };
  const largestFor = (frames: number): Bucket => usable.findLast(({ batch }) => batch <= frames) ?? smallest;
  /** Milliseconds for so many frames in runs without padding, where there are sizes for them. */
  const unpaddedMs = (frames: number): number => {
    let ms = 0;
    for (let left = frames; left > 0; ) {
      const bucket = largestFor(left);
      ms += bucket.ms;
      left -= bucket.batch;
    }
    return ms;
  };
  const choose = (frames: number): Bucket => {
    const fitting = largestFor(frames);
    const padded = usable.find(({ batch }) => batch >= frames);
    return padded && padded !== fitting && padded.ms * PADDING_GAIN < unpaddedMs(frames) ? padded : fitting;
  };
  /** Looks whether the size above the largest usable one may come back. */
  const retryAbove = (ranBucket: Bucket): void => {
    const at = buckets.indexOf(ranBucket);
    const above = at === usable.length - 1 ? buckets[at + 1] : undefined;
    if (!above?.tooSlow) return;
    const expectedMs = ranBucket.ms * (above.baselineMs / ranBucket.baselineMs);
    quickRuns = expectedMs <= LONGEST_RUN_MS ? quickRuns + 1 : 0;
    if (quickRuns < above.patience) return;
    above.tooSlow = false;
    above.ms = expectedMs;
    above.patience = Math.min(MOST_RUNS_BEFORE_RETRY, 2 * above.patience);
    quickRuns = 0;
    update();
  };

  return {
    get usable() {
      return usable.map(({ batch }) => batch);
    },
    choose(frames, urgentFrames) {
      const enough = urgentFrames > 0 ? (usable.find(({ batch }) => batch >= urgentFrames) ?? usable.at(-1)!).batch : Infinity;
      return choose(Math.min(frames, enough)).batch;
    },
    isWorthwhile(frames) {
      const bucket = choose(frames);
      const best = Math.min(...usable.map(({ ms, batch }) => ms / batch));
      return bucket.ms / Math.min(frames, bucket.batch) <= WORTHWHILE * best;
    },
    ran(batch, ms) {
      const bucket = buckets.find((each) => each.batch === batch);
      if (!bucket) return;
      bucket.ms += SMOOTHING * (Math.min(ms, OUTLIER * bucket.ms) - bucket.ms);
      if (bucket !== smallest && bucket.ms > LONGEST_RUN_MS) {
        for (const each of buckets) if (each.batch >= batch) each.tooSlow = true;
        quickRuns = 0;
        update();
      } else retryAbove(bucket);
    },
    outOfMemory(batch) {
      memoryLimit = Math.min(memoryLimit, batch - 1);
      update();
      return smallest.batch < batch ? 'smaller' : 'none-smaller';
    },
    limit(batch) {
      limit = batch ?? Infinity;
      update();
    },
  };
}
