/** The host killed amid a take: its engine ends, and the studio that is opened next goes on with the take. */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TakeEvent } from '../../../src/shared/contract/take.ts';
import { startHost } from '../../support/hosts.ts';
import { isAlive, until } from '../../support/processes.ts';
import { expectWhole, followed, fragmentsOf, hashOf, openTestStudio, requestOf } from '../../support/studios.ts';

const SCRIPT = 'Hello there. My mother bought five blue lamps, and put them on the table. What a fine day it is. Nobody knows when the rain will come.';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'sima-killed-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A host that renders a take, until it has published so many fragments. */
async function halfway(fragments: number, script = SCRIPT) {
  const host = startHost(home, requestOf({ script }));
  const told: TakeEvent[] = [];
  let enginePid = 0;
  for await (const line of host.lines) {
    if (typeof line['enginePid'] === 'number') enginePid = line['enginePid'];
    else told.push(line as unknown as TakeEvent);
    if (fragmentsOf(told).length === fragments) break;
  }
  const { take } = told.find((event) => event.type === 'take')!;
  return { host, enginePid, take, told };
}

test('the next studio finishes the take; what was published stays as it was', async () => {
  const { host, enginePid, take, told } = await halfway(4);
  await host.kill();
  await until(() => !isAlive(enginePid));
  const next = await openTestStudio({ home, goOn: true });
  const { studio } = next;
  const growing = studio.takes.growingFile(take.id);
  const before = fragmentsOf(told).map((fragment) => hashOf(growing, fragment));
  const all = await followed(studio, take.id);
  await expectWhole(studio, all);
  expect(fragmentsOf(all.events).slice(0, 4)).toEqual(fragmentsOf(told));
  expect(all.hashes.slice(0, 4)).toEqual(before);
  expect(all.take).toMatchObject({ restarts: 1, request: take.request });
  await next.close();
});

test('an engine that outlives its host for a moment spoils nothing of what the next one writes', async () => {
  const { host, enginePid, take } = await halfway(4);
  // Stands for it, at the worst of all moments: it still has the file open for appending.
  const late = openSync(path.join(home, 'takes', take.id, 'growing.mp4'), 'a');
  await host.kill();
  await until(() => !isAlive(enginePid));
  const next = await openTestStudio({ home, goOn: true });
  const { studio } = next;
  const published = studio.takes.fragments(take.id).fragments.length;
  const all = await followed(studio, take.id, (event) => {
    if (event.type === 'fragment' && event.fragment.index >= published) writeSync(late, 'late bytes');
  });
  closeSync(late);
  expect(fragmentsOf(all.events).length).toBeGreaterThan(published);
  await expectWhole(studio, all);
  await next.close();
});

test('an engine that was stopped and wakes while the next one is at work ends, and takes nothing away', async () => {
  const { host, enginePid, take } = await halfway(4, SCRIPT.repeat(3));
  process.kill(enginePid, 'SIGSTOP');
  await host.kill();
  const next = await openTestStudio({ home, goOn: true });
  const { studio } = next;
  const published = studio.takes.fragments(take.id).fragments.length;
  let isAwake = false;
  const all = await followed(studio, take.id, (event) => {
    if (isAwake || event.type !== 'fragment' || event.fragment.index < published) return;
    isAwake = true;
    process.kill(enginePid, 'SIGCONT');
  });
  expect(isAwake).toBe(true);
  await until(() => !isAlive(enginePid));
  await expectWhole(studio, all);
  await next.close();
});

test('a studio that does not go on with takes leaves them to one that does', async () => {
  const { host, enginePid, take } = await halfway(1);
  await host.kill();
  await until(() => !isAlive(enginePid));
  const passing = await openTestStudio({ home });
  expect(passing.studio.takes.interrupted().map(({ id }) => id)).toEqual([take.id]);
  await passing.close({ keepHome: true });
  const next = await openTestStudio({ home, goOn: true });
  const { studio } = next;
  await expectWhole(studio, await followed(studio, take.id));
  await next.close();
});

test('closed amid a take, a studio leaves it for the next one; who watches is let go', async () => {
  const first = await openTestStudio({ home });
  const { seatId } = first.studio.seats.open();
  const { id } = first.studio.start({ sessionId: seatId, request: requestOf({ script: SCRIPT }), leadSec: null });
  const told: TakeEvent[] = [];
  const closing: Promise<void>[] = [];
  const watching = async () => {
    for await (const event of first.studio.watch(id, new AbortController().signal)) {
      told.push(event);
      if (fragmentsOf(told).length === 3 && event.type === 'fragment') closing.push(first.close({ keepHome: true }));
    }
  };
  await expect(watching()).rejects.toMatchObject({ code: 'canceled' });
  await closing[0];
  expect(first.studio.engine.pid()).toBeNull();
  const next = await openTestStudio({ home, goOn: true });
  const { studio } = next;
  const all = await followed(studio, id);
  await expectWhole(studio, all);
  // What was told until it was closed, which may be one more than was waited for.
  const before = fragmentsOf(told);
  expect(before.length).toBeGreaterThanOrEqual(3);
  expect(fragmentsOf(all.events).slice(0, before.length)).toEqual(before);
  expect(all.take.restarts).toBe(1);
  await next.close();
});
