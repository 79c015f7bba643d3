import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPace } from '../../../src/engine/schedule/pace.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('no limit: every frame is wanted', async () => {
  const pace = createPace({ fps: 25, leadSec: null });
  await pace.until(1e9);
});

test('exactly the frames up to the lead beyond the furthest playhead are let through', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(10, 25, 30000 / 1001, 60), fc.integer({ min: 1, max: 20 }), fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { maxLength: 8 }), async (fps, leadSec, playheads) => {
      const pace = createPace({ fps, leadSec });
      const passed = new Set<number>();
      const frames = Array.from({ length: 40 }, (_, i) => i * 97);
      for (const frame of frames) void pace.until(frame).then(() => passed.add(frame));
      for (let i = 0; ; i++) {
        await settled();
        const furthest = Math.max(0, ...playheads.slice(0, i));
        expect([...passed].sort((a, b) => a - b)).toEqual(frames.filter((frame) => frame / fps <= furthest + leadSec));
        if (i === playheads.length) return;
        pace.want(playheads[i]);
      }
    }),
    { numRuns: 40 },
  );
});

test('a player that goes back, or tells nonsense, takes no credit back', async () => {
  const pace = createPace({ fps: 25, leadSec: 2 });
  pace.want(10);
  pace.want(1);
  pace.want(NaN);
  await pace.until(12 * 25);
});

test('where no player is waited for any more, every frame is wanted', async () => {
  const pace = createPace({ fps: 25, leadSec: 2 });
  const waiting = pace.until(1e9);
  pace.want(Infinity);
  await waiting;
  await pace.until(2e9);
});

test('a cancel ends the wait of that one only', async () => {
  const pace = createPace({ fps: 25, leadSec: 1 });
  const abort = new AbortController();
  const [one, other] = [pace.until(100, abort.signal), pace.until(100)];
  abort.abort();
  await expect(one).rejects.toMatchObject({ code: 'canceled' });
  await expect(pace.until(0, abort.signal)).rejects.toMatchObject({ code: 'canceled' });
  pace.want(3);
  await other;
});
