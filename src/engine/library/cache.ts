/** Loaded values in memory up to a budget of bytes: the least recently used goes first, what is pinned stays. */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { orCanceled, throwIfCanceled } from '../../shared/errors.ts';

/** Where an access was answered from: memory, the disk, or by preparing the source again. */
const TIERS = ['memory', 'disk', 'prepared'] as const;
export type Tier = (typeof TIERS)[number];

export interface Loaded<T> {
  value: T;
  bytes: number;
  tier: Exclude<Tier, 'memory'>;
}

export interface TierMetrics {
  count: number;
  /** Milliseconds per access; null: none yet. */
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
}

export interface CacheMetrics {
  tiers: Record<Tier, TierMetrics>;
  /** Accesses answered from memory, and from memory or disk, as shares 0..1; null: none yet. */
  memoryHitRate: number | null;
  hitRate: number | null;
  entries: number;
  bytes: number;
  budgetBytes: number;
  evictions: number;
}

export interface Cache<T> {
  /** The value, loaded once however many ask at the same time. A canceled caller leaves; the load goes on for the others. */
  get(key: string, signal?: AbortSignal): Promise<T>;
  /** What is in memory; counts as no access. */
  peek(key: string): T | undefined;
  /** Loads it unless it is there; counts as no access. */
  prefetch(key: string): Promise<void>;
  /** Like get, and the value stays in memory until the release is called. */
  pin(key: string, signal?: AbortSignal): Promise<{ value: T; release: () => void }>;
  put(key: string, value: T, bytes: number): void;
  drop(key: string): void;
  metrics(): CacheMetrics;
  /** Resolves when nothing is being loaded. */
  idle(): Promise<void>;
}

/** A budget smaller than one value keeps nothing but what is pinned. */
export function createCache<T>({ budgetBytes, load }: { budgetBytes: number; load: (key: string) => Promise<Loaded<T>> }): Cache<T> {
  /** In order of use: the first is the one used longest ago. */
  const entries = new Map<string, { value: T; bytes: number }>();
  const loading = new Map<string, Promise<Loaded<T>>>();
  const pins = new Map<string, number>();
  const times: Record<Tier, RecordableHistogram> = { memory: createHistogram(), disk: createHistogram(), prepared: createHistogram() };
  let bytes = 0;
  let evictions = 0;

  const remove = (key: string) => {
    bytes -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  };
  const evict = () => {
    for (const key of entries.keys()) {
      if (bytes <= budgetBytes) return;
      if (pins.has(key)) continue;
      remove(key);
      evictions++;
    }
  };
  const put = (key: string, value: T, size: number) => {
    remove(key);
    entries.set(key, { value, bytes: size });
    bytes += size;
    evict();
  };
  const loadOnce = (key: string): Promise<Loaded<T>> => {
    const underWay = loading.get(key);
    if (underWay) return underWay;
    const started: Promise<Loaded<T>> = load(key)
      .then((loaded) => {
        // Dropped meanwhile: what was loaded is no longer true.
        if (loading.get(key) === started) put(key, loaded.value, loaded.bytes);
        return loaded;
      })
      .finally(() => {
        if (loading.get(key) === started) loading.delete(key);
      });
    loading.set(key, started);
    return started;
  };
  const access = async (key: string, signal?: AbortSignal): Promise<T> => {
    const startedMs = performance.now();
    throwIfCanceled(signal);
    const entry = entries.get(key);
    let tier: Tier = 'memory';
    let value: T;
    if (entry) {
      entries.delete(key);
      entries.set(key, entry);
      value = entry.value;
    } else {
      ({ value, tier } = await orCanceled(loadOnce(key), signal));
    }
    times[tier].record(Math.max(1, Math.round((performance.now() - startedMs) * 1e6)));
    return value;
  };
  const unpin = (key: string) => {
    const left = (pins.get(key) ?? 1) - 1;
    if (left > 0) pins.set(key, left);
    else pins.delete(key);
    evict();
  };

  return {
    get: access,
    peek: (key) => entries.get(key)?.value,
    async prefetch(key) {
      if (!entries.has(key)) await loadOnce(key);
    },
    async pin(key, signal) {
      pins.set(key, (pins.get(key) ?? 0) + 1);
      let pinned = true;
      const release = () => {
        if (pinned) unpin(key);
        pinned = false;
      };
      try {
        return { value: await access(key, signal), release };
      } catch (error) {
        release();
        throw error;
      }
    },
    put,
    drop(key) {
      remove(key);
      loading.delete(key);
    },
    async idle() {
      await Promise.allSettled(loading.values());
    },
    metrics() {
      const [memory, disk, prepared] = TIERS.map((tier) => metricsOf(times[tier]));
      const all = memory.count + disk.count + prepared.count;
      return {
        tiers: { memory, disk, prepared },
        memoryHitRate: all === 0 ? null : memory.count / all,
        hitRate: all === 0 ? null : (memory.count + disk.count) / all,
        entries: entries.size, bytes, budgetBytes, evictions,
      };
    },
  };
}

function metricsOf(times: RecordableHistogram): TierMetrics {
  const at = (share: number) => (times.count === 0 ? null : times.percentile(share) / 1e6);
  return { count: times.count, p50Ms: at(50), p95Ms: at(95), p99Ms: at(99) };
}
