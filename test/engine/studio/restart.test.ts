/** The engine process killed at any moment, or restarted on purpose: every take goes on after its last published fragment. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { PRESENTERS } from '../../../src/cli/commands/demo.ts';
import type { TakeEvent, TakeInfo } from '../../../src/shared/contract/take.ts';
import { rateValue } from '../../../src/engine/media/rate.ts';
import { PATIENCE } from '../../../src/engine/process/owner.ts';
import { noise } from '../../support/clickTake.ts';
import { speechLike } from '../../support/codedTake.ts';
import { writeAudioFile } from '../../support/mediaFiles.ts';
import { until } from '../../support/processes.ts';
import { expectWhole, followed, fragmentsOf, noticesOf, openTestStudio, requestOf, sabotaged, statesOf, type Saboteur, type TestStudio } from '../../support/studios.ts';

const ENGLISH = 'Hello there. My mother bought five blue lamps, and put them on the table. What a fine day it is. Nobody knows when the rain will come.';
const PERSIAN = 'سلام. امروز هوا خیلی خوب است و ما به باغ می‌رویم. مادرم پنج چراغ آبی خرید و روی میز گذاشت.';

let open: TestStudio;
const saboteur: Saboteur = {};
beforeAll(async () => {
  open = await openTestStudio({ start: sabotaged(saboteur), patience: { ...PATIENCE, backOffMs: [100] } });
});
afterEach(() => {
  for (const name of ['onRequest', 'onReply'] as const) Reflect.deleteProperty(saboteur, name);
});
afterAll(() => open.close());

const startOf = (request: Parameters<typeof requestOf>[0]): TakeInfo => {
  const { seatId } = open.studio.seats.open();
  const take = open.studio.start({ sessionId: seatId, request: requestOf(request), leadSec: null });
  open.studio.seats.close(seatId); // free for the next test once the take is over
  return take;
};

/** Kills the engine a random while after each of the moments has come, one after the other, each in a new life. */
function killer(seed: number, moments: readonly ((event: TakeEvent, take: TakeInfo) => boolean)[]): { look: (event: TakeEvent, take: TakeInfo) => void; kills: () => number } {
  const { engine } = open.studio;
  const random = noise(seed);
  let kills = 0;
  let pending = false;
  let killedPid: number | null = null;
  return {
    kills: () => kills,
    look(event, take) {
      const pid = engine.pid();
      if (pending || pid === null || pid === killedPid || !moments[kills]?.(event, take)) return;
      pending = true;
      setTimeout(() => {
        killedPid = pid;
        kills += 1;
        pending = false;
        process.kill(pid, 'SIGKILL');
      }, (random() + 1) * 30);
    },
  };
}

test('killed five times from the first stage to the end, every take is finished as if nothing had been', async () => {
  const { studio } = open;
  const { look, kills } = killer(20, [
    (event) => event.type === 'stage',
    (event) => event.type === 'fragment',
    (event) => event.type === 'fragment' && event.fragment.index >= 6,
    (event) => event.type === 'progress' && event.framesExpected !== null,
  ]);
  // The fifth time once a take's file is whole and has its name, before anybody is told.
  let isUnsaid = false;
  saboteur.onReply = ({ value }) => kills() === 4 && !isUnsaid && (isUnsaid = value?.type === 'finished');
  const takes = [
    startOf({ avatar: PRESENTERS.woman, script: ENGLISH, voice: 'espeak-en-us-woman' }),
    startOf({ avatar: PRESENTERS.man, script: PERSIAN, voice: 'espeak-fa' }),
    startOf({ avatar: PRESENTERS.woman, script: ENGLISH, voice: 'espeak-en-gb', background: '#00b140', fps: 30 }),
  ];
  const all = await Promise.all(takes.map(({ id }) => followed(studio, id, look)));
  expect([kills(), isUnsaid]).toEqual([4, true]);
  expect(studio.engine.status().restarts).toBe(5);
  expect(studio.engine.status().lastCrash!.reason).toBe('it was ended by SIGKILL');
  for (const each of all) {
    await expectWhole(studio, each);
    const { events, take } = each;
    // Told of each restart, and each restart counted.
    expect(take.restarts).toBeGreaterThan(0);
    expect(statesOf(events).filter((state) => state === 'paused')).toHaveLength(take.restarts);
    expect(noticesOf(events)).toEqual(Array(take.restarts).fill('The engine is being started again. The take goes on where it was.'));
    // One who comes later sees the same.
    const later = await followed(studio, take.id);
    expect(fragmentsOf(later.events)).toEqual(fragmentsOf(events));
  }
  expect(Math.max(...all.map(({ take }) => take.restarts))).toBe(5);
});

test('a planned restart between chunks ends the process in order and loses nothing', async () => {
  const { studio } = open;
  const restarting: Promise<void>[] = [];
  const before = { pid: studio.engine.pid(), restarts: studio.engine.status().restarts };
  const { id } = startOf({ script: ENGLISH });
  const all = await followed(studio, id, (event) => {
    if (event.type === 'chunk' && restarting.length === 0) restarting.push(studio.engine.restart('Its memory had grown.'));
  });
  await restarting[0];
  await expectWhole(studio, all);
  expect(all.take.restarts).toBe(1);
  expect(statesOf(all.events)).toContain('paused');
  expect(studio.engine.status()).toMatchObject({ restarts: before.restarts + 1, lastCrash: { reason: 'Its memory had grown.' } });
  expect(studio.engine.pid()).not.toBe(before.pid);
});

test('what the player wanted outlives the engine: a reader that waits for more gets it', async () => {
  const { studio } = open;
  let killed = false;
  const { seatId } = studio.seats.open(); // for as long as the take: in a closed one it would wait for no player
  const { id } = studio.start({ sessionId: seatId, request: requestOf({ script: ENGLISH }), leadSec: 1 });
  const all = await followed(studio, id, (event, { rate }) => {
    if (event.type !== 'fragment') return;
    // As a reader over HTTP: it is where the last fragment that it got begins, and asks only when it gets one.
    studio.want(id, event.fragment.firstFrame / rateValue(rate!));
    if (killed || event.fragment.firstFrame < 60) return;
    killed = true;
    process.kill(studio.engine.pid()!, 'SIGKILL');
  });
  expect(killed).toBe(true);
  await expectWhole(studio, all);
  studio.seats.close(seatId);
});

test('canceled while it is paused: gone, with its files', async () => {
  const { studio } = open;
  const { id } = startOf({ script: ENGLISH });
  const canceling: Promise<TakeInfo>[] = [];
  const all = await followed(studio, id, (event, { state }) => {
    if (event.type === 'fragment' && event.fragment.index === 1 && canceling.length === 0) process.kill(studio.engine.pid()!, 'SIGKILL');
    if (state === 'paused' && canceling.length === 0) canceling.push(studio.cancel(id));
  });
  expect(await canceling[0]).toMatchObject({ id, state: 'canceled' });
  expect(all.take).toMatchObject({ state: 'canceled', restarts: 1 });
  // The engine that comes then has nothing to do with it, and renders for others.
  const other = await followed(studio, startOf({}).id);
  await expectWhole(studio, other);
  await until(() => studio.engine.figures()?.takesRendering === 0);
});

test('a recording is gone on with as well', async () => {
  const { studio, home } = open;
  const audio = `${home}/recording.wav`;
  await writeAudioFile(audio, speechLike(6 * 48_000), 48_000, 'pcm_s16le');
  const { id } = startOf({ audio });
  let kills = 0;
  const all = await followed(studio, id, (event) => {
    if (event.type !== 'fragment' || event.fragment.index !== 3 || kills++ > 0) return;
    process.kill(studio.engine.pid()!, 'SIGKILL');
  });
  await expectWhole(studio, all);
  expect(all.take).toMatchObject({ restarts: 1, framesDone: 150 });
});
