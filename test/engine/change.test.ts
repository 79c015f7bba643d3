import v8 from 'node:v8';
import vm from 'node:vm';
import { expect, test } from 'vitest';
import { createChange } from '../../src/engine/change.ts';
import { StudioError } from '../../src/shared/errors.ts';

test('whoever waits is woken by the next change, or at once by one that was missed', async () => {
  const change = createChange();
  const seen = change.count;
  const waits = [change.after(seen), change.after(seen)];
  change.announce();
  await Promise.all(waits);
  await change.after(seen);
  expect(change.count).toBe(seen + 1);
});

test('a wait that is canceled rejects, and leaves nothing behind: 100,000 of them while nothing changes', async () => {
  v8.setFlagsFromString('--expose-gc');
  const gc = vm.runInNewContext('gc') as () => void;
  const change = createChange();
  let canceled = 0;
  const leave = async (times: number) => {
    for (let i = 0; i < times; i++) {
      const abort = new AbortController();
      const wait = change.after(change.count, abort.signal);
      abort.abort();
      canceled += await wait.then(() => 0, (error: unknown) => (error instanceof StudioError && error.code === 'canceled' ? 1 : 0));
    }
    gc();
    return process.memoryUsage().heapUsed;
  };
  const before = await leave(5000);
  expect((await leave(100_000)) - before).toBeLessThan(5 << 20);
  expect(canceled).toBe(105_000);
});
