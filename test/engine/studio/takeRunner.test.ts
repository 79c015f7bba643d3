/** Which ends of the engine process count against a take: over the real journal, with engine processes that do as the test says. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTakes, type TakeStore } from '../../../src/engine/library/takes.ts';
import type { PreparedTake, RenderEvent } from '../../../src/engine/process/api.ts';
import type { EngineLife, EngineOwner } from '../../../src/engine/process/owner.ts';
import { createTurns } from '../../../src/engine/schedule/turns.ts';
import { createTakeFeed } from '../../../src/engine/studio/takeFeed.ts';
import { FRUITLESS_LIVES, runTake } from '../../../src/engine/studio/takeRunner.ts';
import type { TakeEvent, TakeInfo } from '../../../src/shared/contract/take.ts';
import { StudioError } from '../../../src/shared/errors.ts';
import { until } from '../../support/processes.ts';
import { noticesOf, requestOf } from '../../support/studios.ts';

let home: string;
let store: TakeStore;
beforeEach(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'sima-runner-'));
  store = openTakes(home);
});
afterEach(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

const PREPARED: PreparedTake = { avatarId: 'abcd1234', modelId: 'rig', device: null, width: 64, height: 64, rate: { num: 25, den: 1 }, warnings: [], times: { prepareMs: 0, sceneMs: 0 } };
const drawn = (framesDone: number): RenderEvent[] => [{ type: 'prepared', prepared: PREPARED }, { type: 'progress', framesDone, framesExpected: null }];
const fragment = (index: number): RenderEvent => ({ type: 'fragment', fragment: { index, firstFrame: 5 * index, frames: 5, keyframe: true, offset: 100 + 10 * index, bytes: 10 }, initBytes: 100 });

interface ScriptedLife {
  events: RenderEvent[];
  planned?: boolean;
}

/** Runs a take over these lives; the engine of the last one stays, and refuses the take. Tells in how many it was rendered. */
async function over(lives: ScriptedLife[], { leadSec = null, playheadSec = 0 }: { leadSec?: number | null; playheadSec?: number } = {}): Promise<{ take: TakeInfo; orders: unknown[] }> {
  const take = store.begin({ id: randomUUID(), request: requestOf(), kept: false });
  const orders: unknown[] = [];
  const lifeOf = ({ events, planned = false }: ScriptedLife, isLast: boolean): EngineLife => {
    const life = { over: false, planned: false, exit: Promise.resolve('it was hit'), client: {
      async *stream(_: string, order: unknown) {
        orders.push(order);
        yield* await Promise.resolve(events);
        life.over = !isLast;
        life.planned = planned;
        throw new StudioError('io', 'Refused.');
      },
    } };
    return life as unknown as EngineLife;
  };
  const remaining = lives.map((life, i) => lifeOf(life, i === lives.length - 1));
  const owner = { life: () => Promise.resolve(remaining.shift()), closed: false } as unknown as EngineOwner;
  const feed = createTakeFeed(store.soFar(take.id));
  const ended = await runTake(feed, {
    owner, store, seat: 'seat', leadSec, playheadSec: () => playheadSec, suspects: createTurns({ slots: 1 }), onEvent: () => undefined, signal: new AbortController().signal,
  });
  return { take: ended, orders };
}

const LIVES = FRUITLESS_LIVES + 2;
const many = (life: ScriptedLife): ScriptedLife[] => Array<ScriptedLife>(LIVES).fill(life);
const refused = { state: 'failed', error: { code: 'io', message: 'Refused.' }, restarts: LIVES - 1 };

test('so many ends without a frame, and the take is given up with the reason', async () => {
  const { take, orders } = await over(many({ events: drawn(0) }));
  expect(orders).toHaveLength(FRUITLESS_LIVES);
  expect(take).toMatchObject({ state: 'failed', error: { code: 'bug', message: `The engine ended ${FRUITLESS_LIVES} times in a row before it had made a frame of this take. The last time: it was hit.` } });
});

test('lives that made a frame do not count', async () => {
  const lives = [...many({ events: [] }), ...many({ events: [] })].map((life, i) => (i % 2 === 0 ? life : { events: [fragment((i - 1) / 2)] }));
  expect((await over(lives)).take).toMatchObject({ ...refused, restarts: lives.length - 1 });
});

test('planned ends do not count', async () => {
  expect((await over(many({ events: [], planned: true }))).take).toMatchObject(refused);
});

test('while its player holds it back, no end counts; where the player wants more, all do', async () => {
  const options = { leadSec: 1, playheadSec: 2 };
  const { take, orders } = await over(many({ events: drawn(76) }), options);
  expect(take).toMatchObject(refused);
  for (const order of orders) expect(order).toMatchObject({ leadSec: 1, playheadSec: 2 });
  expect((await over(many({ events: drawn(74) }), options)).orders).toHaveLength(FRUITLESS_LIVES);
});

test('an error of an engine that lives is the take’s own', async () => {
  const { take, orders } = await over([{ events: drawn(0) }]);
  expect(orders).toHaveLength(1);
  expect(take).toMatchObject({ state: 'failed', error: { message: 'Refused.' }, restarts: 0 });
});

/** A take whose video becomes whole while something is in the way of its record. */
function unsealed() {
  const { id } = store.begin({ id: randomUUID(), request: requestOf(), kept: false });
  const record = path.join(home, 'takes', id, 'take.json');
  mkdirSync(record);
  const life = { over: false, planned: false, client: {
    async *stream() {
      for (const event of [...drawn(5), fragment(0)]) yield event;
      writeFileSync(store.file(id), Buffer.alloc(110));
      await Promise.resolve();
      yield { type: 'finished', result: { summary: {}, segments: [], chunks: [], times: { totalMs: 1 }, speechFound: null } };
    },
  } };
  const owner = { life: () => Promise.resolve(life), closed: false };
  const feed = createTakeFeed(store.soFar(id));
  const abort = new AbortController();
  const ended = runTake(feed, {
    owner: owner as unknown as EngineOwner, store, seat: 'seat', leadSec: null, playheadSec: () => 0, suspects: createTurns({ slots: 1 }), onEvent: () => undefined, signal: abort.signal,
  });
  ended.catch(() => undefined); // looked at when it is over
  return { id, record, owner, feed, abort, ended, paused: until(() => store.show(id).state === 'paused') };
}

test('a whole video whose record cannot be written is kept, and finished once it can be', async () => {
  const { id, record, feed, ended, paused } = unsealed();
  await paused;
  expect(existsSync(store.file(id))).toBe(true);
  rmSync(record, { recursive: true });
  expect(await ended).toMatchObject({ state: 'finished', framesDone: 5, restarts: 0 });
  const events: TakeEvent[] = [];
  for await (const event of feed.watch(new AbortController().signal)) events.push(event);
  expect(noticesOf(events)).toEqual([expect.stringMatching(/^All of the take is rendered, but it cannot be finished\. The library .* cannot be used: .* It is tried again by itself\.$/)]);
});

test('meanwhile it can be canceled, and a studio that closes leaves it to the next', async () => {
  const canceled = unsealed();
  await canceled.paused;
  canceled.abort.abort();
  expect(await canceled.ended).toMatchObject({ state: 'canceled' });
  expect(existsSync(store.file(canceled.id))).toBe(false);

  const left = unsealed();
  await left.paused;
  left.owner.closed = true;
  await expect(left.ended).rejects.toMatchObject({ code: 'io' });
  expect(store.show(left.id)).toMatchObject({ state: 'paused', framesDone: 5 });
  expect(existsSync(store.file(left.id))).toBe(true);
});
