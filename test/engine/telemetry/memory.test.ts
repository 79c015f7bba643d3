/** Memory: budgets of a machine, and what is done when they are nearly used up. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeMemory, MEMORY_ACTIONS, scaledBudgets, type MemoryFigures } from '../../../src/engine/telemetry/memory.ts';

const GB = 2 ** 30;
const GUIDE = { models: 4 * GB, processing: 8 * GB, avatars: 2 * GB, total: 20 * GB };

test.each([
  ['a GPU of 24 GB and plenty of memory: the guide’s own', 24, 64, [4, 8, 2, 20]],
  ['a GPU of 80 GB gets no more than the guide’s', 80, 128, [4, 8, 2, 20]],
  ['a GPU of 12 GB: half of it; faces are in the machine’s memory', 12, 64, [2, 4, 2, 10]],
  ['no GPU, 8 GB: half of the memory is ours, a fifth of the guide’s', null, 8, [0.8, 1.6, 0.4, 4]],
  ['no GPU, 64 GB: the guide’s', null, 64, [4, 8, 2, 20]],
])('budgets of %s', (_, gpu, ram, [models, processing, avatars, total]) => {
  const found = scaledBudgets(gpu === null ? null : gpu * GB, ram * GB);
  expect(found.models / GB).toBeCloseTo(models);
  expect(found.processing / GB).toBeCloseTo(processing);
  expect(found.avatars / GB).toBeCloseTo(avatars);
  expect(found.total / GB).toBeCloseTo(total);
});

/** In GB; the engine was warm at 2 GB, the GPU at 3 GB. */
const figures = (rss: number | null, gpu: number | null, rendering = true): MemoryFigures => ({
  engineRssBytes: rss === null ? null : rss * GB,
  warmRssBytes: 2 * GB,
  gpuUsedBytes: gpu === null ? null : gpu * GB,
  warmGpuBytes: gpu === null ? null : 3 * GB,
  avatarCacheBytes: 0,
  rendering,
});

// Engine growth is held against 10 GB (processing and avatars), GPU growth against 8, what is held in all against 20.
test.each([
  ['nothing known', figures(null, null), 'none', 'none'],
  ['just warm', figures(2, 3), 'none', 'none'],
  ['engine +7.9 of 10', figures(9.9, 3), 'none', 'none'],
  ['engine +8 of 10', figures(10, 3), 'none', 'smaller-batches'],
  ['engine +9 of 10', figures(11, 3), 'none', 'hold-new-takes'],
  ['engine +10 of 10', figures(12, 3), 'none', 'restart-engine'],
  ['engine +8 of 10 while nothing is rendered: nobody would notice', figures(10, 3, false), 'none', 'restart-engine'],
  ['engine +7.5 of 10, batches small already', figures(9.5, 3), 'smaller-batches', 'smaller-batches'],
  ['engine +6.9 of 10, batches small already', figures(8.9, 3), 'smaller-batches', 'none'],
  ['engine +8.5 of 10, takes held already', figures(10.5, 3), 'hold-new-takes', 'hold-new-takes'],
  ['engine +7.5 of 10, takes held already', figures(9.5, 3), 'hold-new-takes', 'smaller-batches'],
  ['just warm after a restart', figures(2, 3), 'restart-engine', 'none'],
  ['GPU +6.4 of 8', figures(2, 9.4), 'none', 'smaller-batches'],
  ['GPU +8 of 8', figures(2, 11), 'none', 'restart-engine'],
  ['no GPU: engine holds 16 of 20 in all, but grew by 14', figures(16, null), 'none', 'restart-engine'],
] as const)('%s', (_, at, before, action) => {
  expect(judgeMemory(at, GUIDE, before).action).toBe(action);
});

test('what models and other programs hold is never a reason to restart, and holds takes only while one is rendered', () => {
  const full = { ...figures(2, 19), warmGpuBytes: 18.5 * GB };
  expect(judgeMemory(full, GUIDE).action).toBe('hold-new-takes');
  expect(judgeMemory({ ...full, rendering: false }, GUIDE).action).toBe('smaller-batches');
  expect(judgeMemory(full, GUIDE).advice.join(' ')).toMatch(/19\.0 GB of the 20\.0 GB.*close other programs/);
  expect(judgeMemory({ ...full, warmGpuBytes: null }, GUIDE).action).toBe('hold-new-takes');
});

test('advice names what is too large, with both figures', () => {
  expect(judgeMemory(figures(2, 3), GUIDE).advice).toEqual([]);
  expect(judgeMemory(figures(12.5, 3), GUIDE).advice).toEqual([expect.stringMatching(/grown by 10\.5 GB since its start \(budget 10\.0 GB\)/)]);
  expect(judgeMemory(figures(2, 11.4), GUIDE).advice).toEqual([expect.stringMatching(/grown by 8\.4 GB since its start \(budget 8\.0 GB\)/)]);
  expect(judgeMemory({ ...figures(6, null), warmRssBytes: 5 * GB }, GUIDE).advice).toEqual([expect.stringMatching(/engine holds 5\.0 GB, more than the 4\.0 GB set aside for models/)]);
  expect(judgeMemory({ ...figures(2, 3), avatarCacheBytes: 3 * GB }, GUIDE).advice).toEqual([expect.stringMatching(/Faces kept in memory take 3\.0 GB/)]);
});

test('more growth never asks for less', () => {
  const rss = fc.double({ min: 0, max: 40, noNaN: true });
  fc.assert(
    fc.property(rss, rss, fc.boolean(), fc.constantFrom(...MEMORY_ACTIONS), (a, b, rendering, before) => {
      const rank = (at: number) => MEMORY_ACTIONS.indexOf(judgeMemory(figures(at, null, rendering), GUIDE, before).action);
      expect(rank(Math.max(a, b))).toBeGreaterThanOrEqual(rank(Math.min(a, b)));
    }),
  );
});

test('a share that swings by less than the hysteresis changes the action at most once', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.85, noNaN: true }), fc.array(fc.double({ min: 0, max: 0.099, noNaN: true }), { minLength: 2, maxLength: 40 }), (base, swings) => {
      let action = judgeMemory(figures(2 + 10 * base, null), GUIDE).action;
      let changes = 0;
      for (const swing of swings) {
        const next = judgeMemory(figures(2 + 10 * (base + swing), null), GUIDE, action).action;
        if (next !== action) changes += 1;
        action = next;
      }
      expect(changes).toBeLessThanOrEqual(1);
    }),
  );
});
