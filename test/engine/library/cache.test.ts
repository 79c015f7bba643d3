/** The memory cache: least recently used goes first, loads once, keeps what is pinned, and counts truly. */
import { expect, test } from 'vitest';
import { createCache, type Loaded } from '../../../src/engine/library/cache.ts';

function counting(budgetBytes: number) {
  const loads: string[] = [];
  const cache = createCache<string>({
    budgetBytes,
    async load(key): Promise<Loaded<string>> {
      loads.push(key);
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (key === 'broken') throw new Error('broken');
      return { value: key.toUpperCase(), bytes: 10, tier: key === 'old' ? 'prepared' : 'disk' };
    },
  });
  return { cache, loads };
}

test('the least recently used goes first, and the budget holds', async () => {
  const { cache, loads } = counting(30);
  for (const key of ['a', 'b', 'c', 'a', 'd', 'a', 'b']) await cache.get(key);
  expect(loads).toEqual(['a', 'b', 'c', 'd', 'b']); // b had to go for d, because a was used after it
  expect(cache.metrics()).toMatchObject({ entries: 3, bytes: 30, evictions: 2, memoryHitRate: 2 / 7 });
});

test('one load for all who ask at once, whose failure is not kept', async () => {
  const { cache, loads } = counting(100);
  expect(await Promise.all([cache.get('a'), cache.get('a'), cache.get('a')])).toEqual(['A', 'A', 'A']);
  await expect(Promise.all([cache.get('broken'), cache.get('broken')])).rejects.toThrow('broken');
  await expect(cache.get('broken')).rejects.toThrow('broken');
  expect(loads).toEqual(['a', 'broken', 'broken']);
});

test('a caller may leave; the load goes on for the others', async () => {
  const { cache, loads } = counting(100);
  const leaving = new AbortController();
  const left = cache.get('a', leaving.signal);
  const stays = cache.get('a');
  leaving.abort();
  await expect(left).rejects.toMatchObject({ code: 'canceled' });
  expect(await stays).toBe('A');
  expect(loads).toEqual(['a']);
});

test('what is pinned stays, and goes once it is released', async () => {
  const { cache } = counting(20);
  const { value, release } = await cache.pin('a');
  expect(value).toBe('A');
  for (const key of ['b', 'c', 'd']) await cache.get(key);
  expect(cache.peek('a')).toBe('A');
  release();
  release(); // twice is once
  for (const key of ['e', 'f']) await cache.get(key);
  expect(cache.peek('a')).toBeUndefined();
  expect(cache.metrics().bytes).toBeLessThanOrEqual(20);
});

test('what was dropped while it was loaded does not come back', async () => {
  const { cache, loads } = counting(100);
  const loading = cache.get('a');
  cache.drop('a');
  await loading;
  expect(cache.peek('a')).toBeUndefined();
  await cache.get('a');
  expect(loads).toEqual(['a', 'a']);
});

test('tells memory, disk and prepared apart; prefetching is no access', async () => {
  const { cache } = counting(100);
  await cache.prefetch('a');
  await cache.get('a');
  await cache.get('b');
  await cache.get('old');
  const { tiers, hitRate, memoryHitRate } = cache.metrics();
  expect([tiers.memory.count, tiers.disk.count, tiers.prepared.count]).toEqual([1, 1, 1]);
  expect([hitRate, memoryHitRate]).toEqual([2 / 3, 1 / 3]);
  expect(tiers.disk.p99Ms).toBeGreaterThan(4);
  expect(tiers.memory.p99Ms).toBeLessThan(4);
  expect(counting(1).cache.metrics()).toMatchObject({ hitRate: null, memoryHitRate: null });
});
