/** The studio behind its door: the whole contract on a port, with the real engine. Every answer is held against the contract. */
import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { PRESENTERS } from '../../../src/cli/commands/demo.ts';
import { contract, type StudioApi } from '../../../src/shared/contract.ts';
import { isOver, type TakeEvent, type TakeInfo } from '../../../src/shared/contract/take.ts';
import type { Client } from '../../../src/shared/rpc.ts';
import { writeAudioFile } from '../../support/mediaFiles.ts';
import { until } from '../../support/processes.ts';
import { expectWhole, followed, fragmentsOf, openTestStudio, requestOf, statesOf, type TestStudio } from '../../support/studios.ts';

const SHORT = 'Hello there.';
const LONG = 'Hello there. My mother bought five blue lamps, and put them on the table. What a fine day it is. Nobody knows when the rain will come. ';

let open: TestStudio;
let client: Client<StudioApi>;
const sessions: string[] = [];
beforeAll(async () => {
  open = await openTestStudio();
  client = open.client();
  await open.studio.engine.ready();
});
afterEach(async () => {
  for (const { id, state } of await ask('takes.list', { limit: 1000 })) if (!isOver(state)) await ask('takes.cancel', { takeId: id });
  for (const sessionId of sessions.splice(0)) await ask('sessions.close', { sessionId });
});
afterAll(() => open.close());

type Calls = StudioApi['calls'];
type Streams = StudioApi['streams'];

/** A call, its answer checked. */
async function ask<K extends keyof Calls>(name: K, input: Calls[K][0]): Promise<Calls[K][1]> {
  return contract.calls[name].output.parse(await client.call(name, input)) as Calls[K][1];
}

/** A stream, each item checked. */
async function* items<K extends keyof Streams>(name: K, input: Streams[K][0], options?: { credit?: number; signal?: AbortSignal }): AsyncGenerator<Streams[K][1], void, void> {
  for await (const item of client.stream(name, input, options)) yield contract.streams[name].item.parse(item) as Streams[K][1];
}

async function openSession(): Promise<string> {
  const { sessionId } = await ask('sessions.open', {});
  sessions.push(sessionId);
  return sessionId;
}

const start = async (request: Parameters<typeof requestOf>[0], { sessionId, leadSec = null }: { sessionId?: string; leadSec?: number | null } = {}): Promise<TakeInfo> =>
  ask('takes.start', { sessionId: sessionId ?? (await openSession()), request: requestOf(request), leadSec });

/** Its events, to its end. */
async function watched(takeId: string, pauseMs = 0): Promise<TakeEvent[]> {
  const events: TakeEvent[] = [];
  for await (const event of items('takes.watch', { takeId }, { credit: pauseMs > 0 ? 1 : 8 })) {
    events.push(event);
    if (pauseMs > 0) await sleep(pauseMs);
  }
  return events;
}

const endOf = (events: readonly TakeEvent[]): TakeInfo => {
  const last = events.at(-1)!;
  if (last.type !== 'take') throw new Error(`The last event is ${last.type}.`);
  return last.take;
};

test('five seats; the sixth user is told when to come back, and gets a seat that was given back', async () => {
  for (let i = 0; i < 5; i++) await openSession();
  await expect(client.call('sessions.open', {})).rejects.toMatchObject({ code: 'capacity', details: { retryAfterSec: expect.any(Number) as number } });
  const left = sessions.shift()!;
  await ask('sessions.close', { sessionId: left });
  expect(await openSession()).not.toBe(left);
  await expect(client.call('takes.start', { sessionId: left, request: requestOf() })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('session is closed') as string });
});

test('ten takes of a session wait in order, the eleventh is refused; one that is canceled makes room', async () => {
  const sessionId = await openSession();
  const first = await start({ script: LONG.repeat(20) }, { sessionId }); // longer than all that follows takes
  const waiting: TakeInfo[] = [];
  for (let i = 0; i < 10; i++) waiting.push(await start({ script: `Number ${i}.` }, { sessionId }));
  await expect(client.call('takes.start', { sessionId, request: requestOf() })).rejects.toMatchObject({ code: 'capacity', details: { retryAfterSec: expect.any(Number) as number } });
  expect((await ask('takes.list', {})).filter(({ state }) => state === 'queued')).toHaveLength(10);
  expect(await ask('takes.cancel', { takeId: waiting[0].id })).toMatchObject({ id: waiting[0].id, state: 'canceled', framesDone: 0 });
  const last = await start({ script: SHORT }, { sessionId });
  for (const { id } of [...waiting.slice(1), first]) await ask('takes.cancel', { takeId: id });
  // The queue goes on with what is left.
  expect(endOf(await watched(last.id))).toMatchObject({ state: 'finished' });
});

test('all who watch a take get the same, whenever they come and however slow they are; leaving does not cancel it', async () => {
  const { id } = await start({ script: LONG });
  const leaving = (async () => {
    for await (const event of items('takes.watch', { takeId: id })) if (event.type === 'fragment') return;
  })();
  const [quick, slow] = await Promise.all([watched(id), watched(id, 15), leaving]);
  const late = await watched(id);
  expect(statesOf(quick)).toEqual(expect.arrayContaining(['rendering', 'finished']));
  expect(fragmentsOf(quick).length).toBeGreaterThan(5);
  const chunksOf = (events: TakeEvent[]) => events.filter(({ type }) => type === 'chunk');
  expect(chunksOf(quick).length).toBeGreaterThan(1);
  for (const events of [slow, late]) {
    expect(fragmentsOf(events)).toEqual(fragmentsOf(quick));
    expect(chunksOf(events)).toEqual(chunksOf(quick));
    expect(endOf(events)).toEqual(endOf(quick));
  }
  await expectWhole(open.studio, await followed(open.studio, id));
});

test('rendering keeps the lead that was asked for, waits for the player, and goes on when it does', async () => {
  const { studio } = open;
  const { id } = await start({ script: LONG.repeat(2) }, { leadSec: 2 });
  const seconds = async () => {
    // Whatever could be rendered has been once another take is done, because takes share the renderer fairly.
    expect(endOf(await watched((await start({ script: LONG, avatar: PRESENTERS.man })).id)).state).toBe('finished');
    return studio.takes.show(id).framesDone / 25;
  };
  for (const playheadSec of [0, 3]) {
    await ask('takes.want', { takeId: id, playheadSec });
    await until(() => studio.takes.show(id).framesDone / 25 >= playheadSec + 1.5);
    const published = await seconds();
    expect(published).toBeGreaterThan(playheadSec + 1.5);
    expect(published).toBeLessThan(playheadSec + 2 + 1.5);
  }
  expect(studio.takes.show(id).state).toBe('rendering');
  await ask('takes.want', { takeId: id, playheadSec: 1000 });
  const take = endOf(await watched(id));
  expect(take.state).toBe('finished');
  expect(take.framesDone / 25).toBeGreaterThan(10);
});

test('a take whose player is gone is rendered to its end once another waits behind it, or its seat is given back', async () => {
  const { studio } = open;
  const sessionId = await openSession();
  const heldBack = async (): Promise<string> => {
    const { id } = await start({ script: LONG }, { sessionId, leadSec: 1 });
    await until(() => studio.takes.show(id).framesDone > 0);
    return id;
  };
  const left = await heldBack();
  expect(endOf(await watched((await start({ script: SHORT }, { sessionId })).id))).toMatchObject({ state: 'finished' });
  expect(await ask('takes.show', { takeId: left })).toMatchObject({ state: 'finished' });

  const last = await heldBack();
  const users = studio.seats.figures().users;
  await ask('sessions.close', { sessionId });
  expect(endOf(await watched(last))).toMatchObject({ state: 'finished' });
  await until(() => studio.seats.figures().users === users - 1);
});

test('a take that is canceled ends for its watchers and leaves no files; canceling it again changes nothing', async () => {
  const { id } = await start({ script: LONG });
  const watching = watched(id);
  await until(() => open.studio.takes.show(id).framesDone > 0);
  const canceled = await ask('takes.cancel', { takeId: id });
  expect(canceled).toMatchObject({ id, state: 'canceled', error: null, sizeBytes: 0 });
  expect(endOf(await watching)).toEqual(canceled);
  expect(await ask('takes.cancel', { takeId: id })).toEqual(canceled);
  expect(readdirSync(path.join(open.home, 'takes'))).not.toContain(id);
});

test('a whole take whose record cannot be written plays from where it lies, and is finished once it can be', async () => {
  const { id } = await start({ script: SHORT });
  const inTheWay = path.join(open.home, 'takes', id, 'take.json');
  mkdirSync(inTheWay);
  await until(() => open.studio.takes.show(id).state === 'paused');
  expect(existsSync(open.studio.takeFile(id))).toBe(true);
  rmdirSync(inTheWay);
  await expectWhole(open.studio, await followed(open.studio, id));
});

test('takes are listed, shown, marked and removed; the request stays as it was', async () => {
  const changed: string[] = [];
  const leave = new AbortController();
  const watching = (async () => {
    for await (const kind of items('changes.watch', null, { signal: leave.signal })) changed.push(kind);
  })().catch(() => undefined);
  const request = requestOf({ script: SHORT, voice: 'espeak-en-gb', pitch: 1.1, background: '#00b140' });
  const { id } = await start(request);
  const take = endOf(await watched(id));
  expect(take).toMatchObject({ state: 'finished', request, width: 256, height: 256, rate: { num: 25, den: 1 }, modelId: 'rig', kept: false });
  expect(take.avatarId).toMatch(/^[0-9a-f]{8,}/);
  expect(await ask('takes.show', { takeId: id })).toEqual(take);
  expect((await ask('takes.list', { limit: 1 }))[0]).toEqual(take);
  expect((await ask('takes.keep', { takeId: id, kept: true })).kept).toBe(true);
  expect(open.studio.takeFile(id)).toBe(open.studio.takes.file(id));
  expect(existsSync(open.studio.takeFile(id))).toBe(true);
  await until(() => changed.includes('takes'));
  changed.splice(0);
  await ask('takes.remove', { takeId: id });
  await until(() => changed.includes('takes'));
  await expect(client.call('takes.show', { takeId: id })).rejects.toMatchObject({ code: 'invalid-input' });
  leave.abort();
  await watching;
});

test('takes are found by project and words, changed by segments, and weighed', async () => {
  const sessionId = await openSession();
  const segments = [{ text: 'سلام، حال شما چطور است؟ ' }, { text: 'Seventeen parrots came by. ', voice: 'espeak-en-gb-woman' }];
  const request = { avatar: PRESENTERS.woman, size: { width: 256, height: 256 }, segments };
  const first = await ask('takes.start', { sessionId, request, projectId: 'p-17' });
  expect(first).toMatchObject({ projectId: 'p-17', parentId: null });
  const events = await watched(first.id);
  expect(events.filter(({ type }) => type === 'said')).toHaveLength(2);
  const child = await ask('takes.edit', { sessionId, takeId: first.id, segments: [segments[0], { text: 'Seventeen parrots flew away.' }] });
  expect(endOf(await watched(child.id))).toMatchObject({ state: 'finished', parentId: first.id, projectId: 'p-17' });
  expect((await ask('takes.list', { search: 'PARROTS came' })).map(({ id }) => id)).toEqual([first.id]);
  expect((await ask('takes.list', { projectId: 'p-17', search: 'parrots' })).map(({ id }) => id)).toEqual([child.id, first.id]);
  expect(await ask('takes.list', { projectId: 'p-17', kept: true })).toEqual([]);
  await expect(client.call('takes.edit', { sessionId, takeId: first.id, segments: [] })).rejects.toMatchObject({ code: 'invalid-input' });
  const disk = await ask('takes.disk', null);
  expect(disk.usedBytes).toBeGreaterThan(10_000);
  expect(disk.budgetBytes).toBe(20e9);
  expect(disk.freeBytes).toBeGreaterThan(0);
});

test('what cannot be done is refused with the field, or fails with the reason', async () => {
  const sessionId = await openSession();
  const refused = (request: object) => client.call('takes.start', { sessionId, request: request as never });
  await expect(refused({ avatar: 'x.png', script: 'a', size: { width: 65, height: 64 } })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('request.size.width: width must be even') as string });
  await expect(refused({ avatar: 'x.png', script: 'a', audio: 'b' })).rejects.toMatchObject({ message: expect.stringContaining('request.script') as string });
  await expect(refused({ avatar: 'x.png', script: 'a', speed: 2 })).rejects.toMatchObject({ message: expect.stringContaining('speed') as string });
  await expect(client.call('takes.watch' as 'takes.show', { takeId: 'x' })).rejects.toMatchObject({ code: 'invalid-input' });
  await expect(watched('no-such-take')).rejects.toMatchObject({ code: 'invalid-input' });

  const { id } = await start({ avatar: '/no/such/picture.png' }, { sessionId });
  expect(endOf(await watched(id))).toMatchObject({ state: 'failed', framesDone: 0, error: { code: 'invalid-input', message: expect.stringContaining('/no/such/picture.png') as string } });
  await expect(client.call('takes.keep', { takeId: id, kept: true })).rejects.toMatchObject({ code: 'invalid-input' });
  // The session goes on.
  expect(endOf(await watched((await start({ script: SHORT }, { sessionId })).id))).toMatchObject({ state: 'finished' });
  const busy = await start({ script: LONG }, { sessionId, leadSec: 1 });
  await expect(client.call('takes.remove', { takeId: busy.id })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('Cancel it first') as string });
});

test('a recording is examined as takes will hear it: brought to what the user set, which a take keeps; what is no recording is refused alike', async () => {
  const file = path.join(open.home, 'own.wav');
  await writeAudioFile(file, Float32Array.from({ length: 48_000 }, (_, i) => 0.05 * Math.sin(i / 20)), 48_000, 'pcm_s16le');
  expect(await ask('recordings.examine', { file })).toMatchObject({ durationSec: 1, loudness: { after: -16 } });
  await ask('settings.set', { change: { loudnessLufs: -23 } });
  expect(await ask('recordings.examine', { file })).toMatchObject({ loudness: { after: -23 } });
  expect(await ask('recordings.examine', { file, loudnessLufs: -20 })).toMatchObject({ loudness: { after: -20 } });
  const as = await ask('recordings.examine', { file, asRecorded: true });
  expect(as).toMatchObject({ noise: 'kept', loudness: { after: as.loudness.before } });
  const { id } = await start({ script: undefined, audio: file });
  await ask('settings.set', { change: { loudnessLufs: null } });
  expect((await ask('takes.show', { takeId: id })).request).toMatchObject({ audio: file, loudnessLufs: -23 });
  await expect(client.call('recordings.examine', { file: PRESENTERS.man })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('man.png') as string });
  await expect(client.call('settings.set', { change: { loudnessLufs: -3 } })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('loudnessLufs') as string });
});

test('avatars are registered with progress, found, described and removed', async () => {
  const register = async (name?: string) => {
    const told: number[] = [];
    for await (const item of items('avatars.register', { file: PRESENTERS.man, ...(name === undefined ? {} : { name }) })) {
      if (item.type === 'registered') return { told, ...item };
      told.push(item.done);
    }
    throw new Error('It ended without an avatar.');
  };
  const known = (await ask('avatars.list', {})).map(({ id }) => id);
  for (const id of known) await ask('avatars.remove', { id });
  const changing = items('changes.watch', null).next();
  const { told, isNew, avatar } = await register('Sam');
  expect(await changing).toEqual({ done: false, value: 'avatars' });
  expect(isNew).toBe(true);
  expect(told).toEqual([...told].sort((a, b) => a - b));
  expect(avatar).toMatchObject({ name: 'Sam', kind: 'photo', faceIndex: 1, faceCount: 1, durationSec: null });
  expect(await register()).toMatchObject({ isNew: false, avatar: { id: avatar.id, name: 'Sam' } });
  expect(await ask('avatars.describe', { id: avatar.id, name: 'Samuel', tags: ['news'] })).toMatchObject({ name: 'Samuel', tags: ['news'] });
  expect(await ask('avatars.list', { search: 'samu', tag: 'news' })).toHaveLength(1);
  // A take by id, then one without.
  expect(endOf(await watched((await start({ avatar: avatar.id })).id))).toMatchObject({ state: 'finished', avatarId: avatar.id });
  await ask('avatars.remove', { id: avatar.id });
  expect(await ask('avatars.list', {})).toEqual([]);
  expect(endOf(await watched((await start({ avatar: avatar.id })).id))).toMatchObject({ state: 'failed', error: { code: 'invalid-input' } });
});

test('registering can be broken off, and a file that is no picture is refused with its name', async () => {
  const file = path.join(open.home, 'notes.txt');
  writeFileSync(file, 'no picture');
  const none = (async () => {
    for await (const item of items('avatars.register', { file })) expect(item.type).toBe('progress');
  })();
  await expect(none).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('notes.txt') as string });
  for await (const item of items('avatars.register', { file: PRESENTERS.woman })) if (item.type === 'progress') break;
  // The engine has nothing left of it that would keep others waiting.
  expect(endOf(await watched((await start({ script: SHORT })).id))).toMatchObject({ state: 'finished' });
});

test('voices, models, the engine and the figures are told as the contract says', async () => {
  expect((await ask('voices.list', null)).find(({ id }) => id === 'espeak-fa')).toMatchObject({ lang: 'fa' });
  const models = await ask('models.list', null);
  expect(models.filter(({ isDefault }) => isDefault).map(({ id }) => id)).toEqual(['rig']);
  expect(models.some(({ installed }) => !installed)).toBe(true);
  expect(await ask('studio.info', null)).toMatchObject({ protocol: 1, pid: process.pid });
  const { value: engine } = await items('engine.watch', null).next();
  expect(engine).toMatchObject({ state: 'ready', defaultModelId: 'rig', progress: 1 });
  await openSession();
  const first = endOf(await watched((await start({ script: SHORT })).id));
  expect(first.state).toBe('finished');
  for await (const sample of items('telemetry.watch', null)) {
    if (sample.takesFinished === 0 || sample.processes.length < 2 || (sample.kpis['firstChunk']?.count ?? 0) === 0) continue;
    expect(sample.processes.map(({ name }) => name)).toEqual(['host', 'engine']);
    expect([sample.users, sample.maxUsers]).toEqual([2, 5]);
    break;
  }
  expect(await open.studio.metrics()).toMatch(/^avatar_model_load_p50 0\.\d/m);
});

test('two takes of two users share the machine evenly', async () => {
  const asked = [{ avatar: PRESENTERS.woman }, { avatar: PRESENTERS.man }].map((request) => ({ ...request, script: LONG.repeat(2) }));
  for (const { avatar } of asked) await watched((await start({ avatar, script: SHORT })).id); // faces and scenes at hand
  for (const sessionId of sessions.splice(0)) await ask('sessions.close', { sessionId });
  const takes = [await start(asked[0]), await start(asked[1])];
  const done = [0, 0];
  const seen: [number, number][] = [];
  await Promise.all(takes.map(async ({ id }, i) => {
    for await (const event of items('takes.watch', { takeId: id })) {
      if (event.type !== 'fragment') continue;
      done[i] = event.fragment.firstFrame + event.fragment.frames;
      seen.push([done[0], done[1]]);
    }
  }));
  expect(done[0]).toBe(done[1]);
  const whileBoth = seen.filter(([a, b]) => Math.max(a, b) < done[0] && Math.max(a, b) >= 100);
  expect(whileBoth.length).toBeGreaterThan(20);
  for (const [a, b] of whileBoth) expect(Math.max(a, b) / Math.min(a, b), `${a} and ${b} frames`).toBeLessThan(1.3);
});
