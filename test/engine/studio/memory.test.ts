/** Takes that are held back while memory is nearly used up, with the real engine under a budget that its models alone exceed. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { keepWithinMemory } from '../../../src/engine/studio/memoryWatch.ts';
import { orCanceled } from '../../../src/shared/errors.ts';
import { until } from '../../support/processes.ts';
import { followed, openTestStudio, requestOf, type TestStudio } from '../../support/studios.ts';

let open: TestStudio | null = null;
afterEach(() => open?.close());

/** A take under way that nobody plays, and another one that is held back because of it. */
async function held(): Promise<{ studio: TestStudio['studio']; first: string; second: string }> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'sima-scarce-'));
  writeFileSync(path.join(home, 'engine.json'), JSON.stringify({ budgetsGb: { total: 0.05, processing: 100, avatars: 10 } }));
  open = await openTestStudio({ home });
  const { studio } = open;
  await studio.engine.ready();
  const start = (script: string, leadSec: number | null) => studio.start({ sessionId: studio.seats.open().seatId, request: requestOf({ script }), leadSec }).id;
  const first = start('Hello there. My mother bought five blue lamps, and put them on the table. What a fine day it is. ', 1);
  await until(() => studio.takes.show(first).framesDone > 0 && studio.telemetry.memory().action === 'hold-new-takes');
  const second = start('Hello there.', null);
  expect(studio.telemetry.sample()).toMatchObject({ takesRendering: 1, takesQueued: 1 });
  return { studio, first, second };
}

test('a take that is held back begins when those that it waits for are done: it does not wait for itself', async () => {
  const { studio, first, second } = await held();
  await studio.cancel(first);
  expect((await followed(studio, second)).take.state).toBe('finished');
});

test('a studio closes though takes are held back, and leaves them for the next one', async () => {
  const { studio, second } = await held();
  await open!.close({ keepHome: true });
  open = null;
  expect(studio.engine.closed).toBe(true);
  const next = await openTestStudio({ home: path.dirname(path.dirname(path.dirname(studio.takes.growingFile(second)))), goOn: true });
  open = next;
  expect((await followed(next.studio, second)).take.state).toBe('finished');
});

test('a life that ends for its memory is told from one that somebody ends', async () => {
  open = await openTestStudio();
  const { engine } = open.studio;
  const telemetry = {
    async *watch(signal: AbortSignal) {
      yield { advice: ['It has grown.'] };
      await orCanceled(new Promise(() => undefined), signal);
    },
    memory: () => ({ action: 'restart-engine' }),
  };
  const first = await engine.life();
  const watch = keepWithinMemory({ engine, telemetry } as unknown as Parameters<typeof keepWithinMemory>[0]);
  await until(() => first.over);
  watch.close();
  expect([first.planned, first.outgrown]).toEqual([true, true]);
  await first.exit;
  const second = await engine.life();
  await engine.restart('Somebody asked for it.');
  expect([second.planned, second.outgrown]).toEqual([true, false]);
});
