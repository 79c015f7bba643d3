/** What the ends of engine processes do to exports, with processes that do as the test says; and which exports are remembered. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ExportOrder, ExportStep } from '../../../src/engine/export/api.ts';
import { exportsFolder, MOST_LIVES, openExports, type Exports } from '../../../src/engine/export/exportQueue.ts';
import { openExportRecords } from '../../../src/engine/export/exportRecords.ts';
import { NOBODY } from '../../../src/engine/library/owner.ts';
import { openTakes, type TakeStore } from '../../../src/engine/library/takes.ts';
import type { EngineOwner } from '../../../src/engine/process/owner.ts';
import type { ExportInfo } from '../../../src/shared/contract/export.ts';
import { orCanceled, StudioError } from '../../../src/shared/errors.ts';
import { addTakes } from '../../support/exportedTakes.ts';
import { until } from '../../support/processes.ts';

const home = mkdtempSync(path.join(os.tmpdir(), 'sima-export-lives-'));
let takeId: string;
let takes: TakeStore;
beforeAll(async () => {
  [{ id: takeId }] = await addTakes(home, [{ frames: 5 }]);
  takes = openTakes(home);
});
afterAll(async () => {
  await takes.close();
  rmSync(home, { recursive: true, force: true });
});

/** Makes no export before it is told to. */
function scriptedEngine() {
  const orders: ExportOrder[] = [];
  const finished = new Map<string, PromiseWithResolvers<void>>();
  const done = (id: string) => finished.get(id) ?? finished.set(id, Promise.withResolvers()).get(id)!;
  const begin = () => {
    const gone = Promise.withResolvers<never>();
    gone.promise.catch(() => undefined); // told to the streams
    return {
      gone, over: false, planned: false, outgrown: false, exit: Promise.resolve('it was hit'),
      client: {
        call: () => Promise.resolve(null),
        async *stream(_: string, order: ExportOrder, { signal }: { signal: AbortSignal }): AsyncGenerator<ExportStep, void, void> {
          orders.push(order);
          const file = path.join(order.workFolder, 'export.mp4');
          writeFileSync(file, 'half');
          yield { type: 'progress', done: 0.5 };
          await orCanceled(Promise.race([gone.promise, done(order.id).promise]), signal);
          yield { type: 'made', made: { files: [{ file, ending: '.mp4' }], sameBytes: true, encoder: null } };
        },
      },
    };
  };
  let life = begin();
  const owner = { life: () => Promise.resolve(life), closed: false };
  return {
    orders,
    owner: owner as unknown as EngineOwner,
    finish: (id: string) => done(id).resolve(),
    end(how: { planned?: boolean; outgrown?: boolean } = {}) {
      const ended = Object.assign(life, { over: true, ...how });
      life = begin();
      ended.gone.reject(new StudioError('io', 'The other side is gone.'));
    },
  };
}

let folder: string;
let folders = 0;
let engine: ReturnType<typeof scriptedEngine>;
let exports: Exports;
/** Whether the queue was busy, each time that it said to be idle. */
let idle: boolean[];
beforeEach(() => {
  folder = path.join(home, `out ${++folders}`);
  mkdirSync(folder);
  engine = scriptedEngine();
  idle = [];
  exports = openExports({ home, takes, engine: engine.owner, folder: () => null, goOn: false, onIdle: () => idle.push(exports?.busy) });
});
afterEach(() => exports.close());

const start = (name: string) => exports.start({ takeId, settings: { kind: 'video', mode: 'copy', encoder: 'auto', subtitles: 'none' }, name, folder });
const shown = (id: string): ExportInfo | undefined => exports.list().find((each) => each.id === id);
const ordered = (count: number) => until(() => engine.orders.length === count);
const over = async (id: string) => {
  await until(() => ['finished', 'failed', 'canceled'].includes(shown(id)!.state));
  return shown(id)!;
};

test('however often somebody wants the engine started again, the export is made', async () => {
  const { id } = await start('planned');
  for (let ends = 1; ends <= MOST_LIVES + 2; ends++) {
    await ordered(ends);
    engine.end({ planned: true });
  }
  await ordered(MOST_LIVES + 3);
  engine.finish(id);
  expect(await over(id)).toMatchObject({ state: 'finished', error: null });
});

test.each([['ended by itself', {}], ['was ended for its memory', { planned: true, outgrown: true }]])('an export over which the engine %s too often is given up', async (_, how) => {
  const { id } = await start('hopeless');
  for (let ends = 1; ends <= MOST_LIVES; ends++) {
    await ordered(ends);
    engine.end(how);
  }
  expect(await over(id)).toMatchObject({ state: 'failed', error: { code: 'bug', message: `The engine ended ${MOST_LIVES} times while it made this export. The last time: it was hit.` } });
});

test('who restarts the engine is told when none is made, also between two', async () => {
  const first = await start('first');
  const second = await start('second');
  await ordered(1);
  expect(exports.busy).toBe(true);
  idle = [];
  engine.finish(first.id);
  await ordered(2);
  expect(idle).toEqual([false]);
  exports.pause(second.id);
  expect([...idle, exports.busy]).toEqual([false, false, false]);
});

test('resumed while another one is made, it waits for its turn in the next engine, too', async () => {
  const first = await start('first');
  const second = await start('second');
  await ordered(1);
  exports.pause(first.id);
  await ordered(2);
  expect(exports.resume(first.id)).toMatchObject({ state: 'queued' });
  engine.end();
  await ordered(4);
  expect(engine.orders.slice(2).map(({ id, held }) => [id, held]).sort()).toEqual([[first.id, true], [second.id, false]].sort());
});

test('canceled after what it had was lost while it stood still: nothing is left of it', async () => {
  const { id } = await start('paused');
  await ordered(1);
  exports.pause(id);
  engine.end();
  await until(() => shown(id)!.progress === 0);
  await exports.cancel(id);
  expect(readdirSync(folder)).toEqual([]);

  const other = await start('at once');
  await ordered(2);
  exports.pause(other.id);
  engine.end();
  await exports.cancel(other.id);
  expect(shown(other.id)).toMatchObject({ state: 'canceled' });
  expect(readdirSync(folder)).toEqual([]);
});

test('the oldest are forgotten, but none whose files only its removal would delete', async () => {
  const records = openExportRecords(home);
  mkdirSync(exportsFolder(home), { recursive: true });
  const remembered = (number: number, files: string[]) => {
    const at = new Date(Date.UTC(2020, 0, 1, 0, number)).toISOString();
    const info = {
      id: `old-${number}`, takeId, name: 'old.mp4', settings: { kind: 'video', mode: 'copy', encoder: 'auto', subtitles: 'none' } as const, state: 'finished' as const,
      files, sizeBytes: 1, sameBytes: true, createdAt: at, endedAt: at, error: null, encoder: null,
    };
    records.put({ info, folder, place: number }, NOBODY);
  };
  const [kept, gone, elsewhere] = [path.join(exportsFolder(home), 'kept.mp4'), path.join(exportsFolder(home), 'gone.mp4'), path.join(folder, 'elsewhere.mp4')];
  for (const file of [kept, elsewhere]) writeFileSync(file, 'made');
  for (const [i, file] of [kept, gone, elsewhere].entries()) remembered(i, [file]);
  for (let number = 3; number < 203; number++) remembered(number, []);
  await exports.close();
  exports = openExports({ home, takes, engine: engine.owner, folder: () => null, goOn: false });
  await start('new');
  expect(exports.list().flatMap(({ id }) => (['old-0', 'old-1', 'old-2'].includes(id) ? [id] : []))).toEqual(['old-0']);
  expect(readdirSync(folder)).toContain('elsewhere.mp4');
  await exports.remove('old-0');
  expect(readdirSync(exportsFolder(home))).toEqual([]);
});
