/** The engine process and its owner, with real processes: started, warmed, killed, stopped, closed, orphaned. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PRESENTERS } from '../../../src/cli/commands/demo.ts';
import type { EngineFigures, RenderEvent } from '../../../src/engine/process/api.ts';
import { forkEngineProcess, forkEntry, type StartEngineProcess } from '../../../src/engine/process/child.ts';
import { PROJECT } from '../../../src/engine/places.ts';
import { ownEngineProcess, type EngineOwner, type OwnerOptions } from '../../../src/engine/process/owner.ts';
import { DEFAULT_SETTINGS } from '../../../src/engine/settings.ts';
import type { EngineStatus } from '../../../src/shared/contract/engine.ts';
import { startHost } from '../../support/hosts.ts';
import { isAlive, until } from '../../support/processes.ts';
import { orderOf } from '../../support/rendered.ts';

let home: string;
const owners: EngineOwner[] = [];
beforeEach(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'sima-owner-'));
});
afterEach(async () => {
  await Promise.all(owners.splice(0).map((owner) => owner.close()));
  rmSync(home, { recursive: true, force: true });
});

const QUICK = { hangMs: 10_000, steadyMs: 30_000, backOffMs: [0] };

function own(options: Partial<OwnerOptions> = {}): EngineOwner {
  const owner = ownEngineProcess({ home, device: 'auto', settings: DEFAULT_SETTINGS, start: forkEngineProcess, ...options });
  owners.push(owner);
  return owner;
}

/** The first status that is so. */
async function statusWhen(owner: EngineOwner, isSo: (status: EngineStatus) => boolean): Promise<EngineStatus> {
  for await (const status of owner.watch(AbortSignal.timeout(60_000))) if (isSo(status)) return status;
  throw new Error('The owner was closed before.');
}

async function render(owner: EngineOwner, avatar: string): Promise<RenderEvent[]> {
  const { client } = await owner.life();
  const events: RenderEvent[] = [];
  const order = orderOf(home, { avatar, script: 'Hello there.', size: { width: 256, height: 256 } });
  for await (const event of client.stream('render', order)) events.push(event);
  return events;
}

/** As of now, not of the last beat. */
async function figuresNow(owner: EngineOwner): Promise<EngineFigures> {
  const { client } = await owner.life();
  for await (const figures of client.stream('figures', null)) if (figures) return figures;
  throw new Error('The engine ended before it told figures.');
}

/** An entry of the test's own in the engine's place. */
function entry(script: string): StartEngineProcess {
  const file = path.join(home, 'entry.mjs');
  writeFileSync(file, script);
  return (options) => forkEntry(file, options);
}

const source = (file: string) => JSON.stringify(new URL(`../../../src/${file}`, import.meta.url).href);
/** An engine without models, of which the test writes the streams. */
const scripted = (streams: string) => entry(`
  import { serve } from ${source('shared/rpc.ts')};
  const port = { send: (m) => process.send(m), onMessage: (l) => process.on('message', l), onClose: (l) => process.on('disconnect', l), close: () => process.disconnect() };
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const close = () => { setImmediate(() => process.exit(0)); return null; };
  serve(port, { calls: { close }, streams: { async *figures() { for (;;) { yield null; await sleep(50); } }, async *libraryEvents() {}, ${streams} } });`);

test('every thread of the process keeps little room for young objects, however many come and go', async () => {
  const thread = `
    const v8 = require('node:v8');
    let kept = [];
    for (let i = 0; i < 4e6; i += 1) kept.push({ i }) > 3e5 && (kept = []);
    console.error('young', v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size);`;
  const child = entry(`
    import { Worker } from 'node:worker_threads';
    new Worker(${JSON.stringify(thread)}, { eval: true }).on('exit', () => process.exit(3));`)({ home, device: 'auto', settings: DEFAULT_SETTINGS });
  const reason = await new Promise<string>((resolve) => child.onExit(resolve));
  expect(Number(/young (\d+)/.exec(reason)?.[1])).toBeLessThanOrEqual(3 * 8 * 2 ** 20);
});

test('it becomes ready, and tells each model with what loading and warming took, and the default one', async () => {
  const owner = own();
  const steps: EngineStatus[] = [];
  const watching = statusWhen(owner, (status) => {
    steps.push(status);
    return status.state === 'ready';
  });
  await owner.ready();
  const status = await watching;
  expect(steps[0]).toMatchObject({ state: 'starting', progress: 0, readyMs: null, defaultModelId: null });
  expect(steps.map(({ progress }) => progress)).toEqual(steps.map(({ progress }) => progress).sort((a, b) => a - b));
  expect(status).toMatchObject({ state: 'ready', progress: 1, defaultModelId: 'rig', restarts: 0, lastCrash: null });
  expect(status.readyMs).toBeGreaterThan(0);
  for (const id of ['face-back', 'face-front', 'face-mesh', 'rig']) {
    const model = status.models.find((each) => each.id === id)!;
    expect(model).toMatchObject({ state: 'ready', device: 'cpu', loadMs: expect.any(Number) as number, warmUpMs: expect.any(Number) as number });
    expect(model.warmup.map(({ batch }) => batch)).toEqual(model.batches);
  }
});

test('a second take loads no model, looks for no face and opens no scene; another face does', async () => {
  const owner = own();
  const { models } = await statusWhen(owner, (status) => status.state === 'ready' && status.models.every(({ state }) => state === 'ready'));
  const warm = await figuresNow(owner);
  expect(warm.counters).toEqual({ modelsLoaded: models.length, faceRuns: 0, scenesOpened: 0 });
  await render(owner, PRESENTERS.woman);
  const first = await figuresNow(owner);
  expect(first.counters.faceRuns).toBeGreaterThan(0);
  expect(first.counters).toMatchObject({ modelsLoaded: models.length, scenesOpened: 1 });
  expect((await render(owner, PRESENTERS.woman)).at(-1)).toMatchObject({ type: 'finished' });
  expect((await figuresNow(owner)).counters).toEqual(first.counters);
  await render(owner, PRESENTERS.man);
  const other = await figuresNow(owner);
  expect(other.counters.faceRuns).toBeGreaterThan(first.counters.faceRuns);
  expect(other.counters.scenesOpened).toBe(2);
});

test('figures come several times a second, also while it is being opened', async () => {
  const owner = own();
  const { client } = await owner.life();
  const beats: (EngineFigures | null)[] = [];
  let openMs = 0;
  for await (const figures of client.stream('figures', null)) {
    beats.push(figures);
    if (figures && openMs === 0) openMs = performance.now();
    if (beats.filter((beat) => beat !== null).length === 5) break;
  }
  expect(beats[0]).toBeNull();
  // Four waits of a quarter of a second, on a machine that may be busy.
  expect(performance.now() - openMs).toBeLessThan(4000);
  expect(beats.at(-1)!.rssBytes).toBeGreaterThan(50e6);
  await owner.ready();
  await until(() => owner.warmRssBytes() !== null);
  expect(owner.figures()!.takesRendering).toBe(0);
});

test('killed with -9 it starts again, says why it ended, and renders as before', async () => {
  const owner = own();
  await owner.ready();
  const pid = owner.pid()!;
  process.kill(pid, 'SIGKILL');
  const crashed = await statusWhen(owner, ({ state }) => state === 'restarting');
  expect(crashed).toMatchObject({ restarts: 1, lastCrash: { reason: 'it was ended by SIGKILL' } });
  await owner.ready();
  expect(owner.status()).toMatchObject({ state: 'ready', progress: 1, restarts: 1, lastCrash: { reason: 'it was ended by SIGKILL' } });
  expect(owner.pid()).not.toBe(pid);
  expect((await render(owner, PRESENTERS.woman)).at(-1)).toMatchObject({ type: 'finished' });
});

test('one that dies at once is started again after longer and longer waits, and its last words are the reason', async () => {
  const backOffMs = [0, 100, 300, 900];
  const starts: number[] = [];
  const ends: number[] = [];
  const broken = entry(`console.error('first line'); console.error('libmouth.so: no such file'); process.exit(7);`);
  const owner = own({
    patience: { ...QUICK, backOffMs },
    start: (options) => {
      starts.push(performance.now());
      const child = broken(options);
      return { ...child, pid: null, onExit: (listener) => child.onExit((reason, killed) => {
        ends.push(performance.now());
        listener(reason, killed);
      }) };
    },
  });
  const { lastCrash } = await statusWhen(owner, ({ restarts, state }) => restarts === 5 && state === 'restarting');
  expect(lastCrash!.reason).toBe('it ended with code 7: first line / libmouth.so: no such file');
  const waits = starts.slice(1).map((start, i) => start - ends[i]);
  for (const [i, wait] of waits.entries()) expect(wait).toBeGreaterThanOrEqual(backOffMs[Math.min(i + 1, 3)] - 2);
  expect(waits[0]).toBeLessThan(waits[1]);
  expect(waits[1]).toBeLessThan(waits[2]);
});

test('a life that lasted is no failed start: its successor comes without a wait', async () => {
  const waits: number[] = [];
  let endedMs = 0;
  const short = entry(`setTimeout(() => process.exit(1), 100);`);
  const owner = own({
    patience: { hangMs: 10_000, steadyMs: 50, backOffMs: [0, 60_000] },
    start: (options) => {
      if (endedMs > 0) waits.push(performance.now() - endedMs);
      const child = short(options);
      return { ...child, pid: null, onExit: (listener) => child.onExit((reason, killed) => {
        endedMs = performance.now();
        listener(reason, killed);
      }) };
    },
  });
  await statusWhen(owner, ({ restarts }) => restarts === 3);
  for (const wait of waits) expect(wait).toBeLessThan(1000);
});

test('one that hangs is killed and replaced, and the reason says so', async () => {
  const owner = own({ patience: { ...QUICK, hangMs: 3000 } });
  await owner.ready();
  expect(owner.status().restarts).toBe(0);
  const pid = owner.pid()!;
  process.kill(pid, 'SIGSTOP');
  const { lastCrash } = await statusWhen(owner, ({ restarts }) => restarts === 1);
  expect(lastCrash!.reason).toBe('it gave no sign of life for 3 s');
  expect(isAlive(pid)).toBe(false);
  await owner.ready();
  expect(owner.pid()).not.toBe(pid);
});

test('one that loads its code for long is let do so, but not for ever', async () => {
  const owner = own({ patience: { ...QUICK, hangMs: 300 }, start: entry('setInterval(() => undefined, 1000);') });
  const sinceMs = performance.now();
  const { lastCrash } = await statusWhen(owner, ({ restarts }) => restarts === 1);
  expect(performance.now() - sinceMs).toBeGreaterThan(1700);
  expect(lastCrash!.reason).toBe('it gave no sign of life for 1.8 s');
});

test('an engine that takes long to open is not taken for one that hangs', async () => {
  // Beats come, but nothing is opened for longer than a hang would be let pass.
  const owner = own({ patience: { ...QUICK, hangMs: 500 }, start: scripted(`async *readiness() {
    yield { ready: false, progress: 0, models: [], defaultModelId: null };
    await sleep(2000);
    yield { ready: true, progress: 1, models: [], defaultModelId: 'rig' };
  }`) });
  await owner.ready();
  expect(owner.status()).toMatchObject({ state: 'ready', restarts: 0 });
});

test('with a damaged face model ready() says which one and what to do', async () => {
  const models = path.join(home, 'shipped');
  cpSync(path.join(PROJECT, 'models'), models, { recursive: true, filter: (file) => !file.endsWith('make') });
  writeFileSync(path.join(models, 'face-mesh.onnx'), 'no model');
  const owner = own({ start: scripted(`async *readiness() {
    const { coldStart } = await import(${source('engine/onnx/coldStart.ts')});
    const { openSessions } = await import(${source('engine/onnx/sessions.ts')});
    const { listModels, modelFolders } = await import(${source('engine/onnx/manifest.ts')});
    const { FACE_MODELS } = await import(${source('engine/avatar/prepare.ts')});
    const models = (await listModels(modelFolders(${JSON.stringify(home)}, ${JSON.stringify(models)}))).filter(({ installed }) => installed);
    yield await coldStart({ sessions: await openSessions({ models }), models, faceModels: FACE_MODELS, wanted: 'rig' });
  }`) });
  const reason = expect.stringMatching(/^No face can be found without the model “face-mesh”: .*damaged.*Install Sima again\.$/) as string;
  await expect(owner.ready()).rejects.toMatchObject({ code: 'invalid-input', message: reason });
  expect(owner.status()).toMatchObject({ state: 'stopped', restarts: 0, lastCrash: { reason } });
  await expect(owner.ready()).rejects.toMatchObject({ message: reason });
});

test('what keeps it from becoming ready is thrown by ready(), and says what to do', async () => {
  // A data folder that is a file: nothing can be opened in it.
  const file = path.join(home, 'file');
  writeFileSync(file, '');
  const owner = own({ home: file, patience: { ...QUICK, hangMs: 1000 } });
  await expect(owner.ready()).rejects.toMatchObject({ code: 'io' });
  expect(owner.status()).toMatchObject({ state: 'stopped', restarts: 0, lastCrash: { reason: expect.stringContaining(file) as string } });
  // It stays there to answer, and is not taken for one that hangs.
  const pid = owner.pid()!;
  const { client } = await owner.life();
  let beats = 0;
  for await (const figures of client.stream('figures', null)) {
    expect(figures).toBeNull();
    if (++beats === 8) break;
  }
  expect(owner.pid()).toBe(pid);
});

/** The real engine, telling how it ended. */
function ending(): { start: StartEngineProcess; ends: string[] } {
  const ends: string[] = [];
  const start: StartEngineProcess = (options) => {
    const child = forkEngineProcess(options);
    child.onExit((reason) => ends.push(reason));
    return child;
  };
  return { start, ends };
}

test('close() ends it in order and leaves no process; whoever asks for a life is told', async () => {
  const { start, ends } = ending();
  const owner = own({ start });
  await owner.ready();
  const pid = owner.pid()!;
  await owner.close();
  expect(isAlive(pid)).toBe(false);
  expect(ends).toEqual(['it ended with code 0']);
  expect(owner.status().state).toBe('stopped');
  await expect(owner.life()).rejects.toMatchObject({ code: 'io', message: 'The engine has been closed.' });
  await expect(owner.ready()).rejects.toMatchObject({ code: 'io' });
});

test('closed while models load it ends in order too', async () => {
  const { start, ends } = ending();
  for (const id of ['face-back', 'rig', 'selfie']) {
    const owner = own({ start });
    const pid = owner.pid()!;
    await statusWhen(owner, ({ models }) => models.some((model) => model.id === id && model.state === 'loading'));
    await owner.close();
    expect(isAlive(pid)).toBe(false);
  }
  expect(ends).toEqual(Array(3).fill('it ended with code 0'));
});

test('closed at once, and while it waits to start again, it leaves no process', async () => {
  const starting = own();
  const pid = starting.pid()!;
  await starting.close();
  expect(isAlive(pid)).toBe(false);

  const waiting = own({ start: entry('process.exit(1)'), patience: { ...QUICK, backOffMs: [0, 60_000] } });
  await statusWhen(waiting, ({ state }) => state === 'restarting');
  const life = waiting.life();
  await waiting.close();
  await expect(life).rejects.toMatchObject({ code: 'io' });
});

test.each([['as soon as it has started its engine', false], ['when the engine is ready', true]])('a host killed with -9 %s leaves no engine behind', async (_, untilReady) => {
  const host = startHost(home);
  const { value } = await host.lines.next() as { value: { enginePid: number } };
  if (untilReady) expect((await host.lines.next()).value).toEqual({ ready: true });
  await host.kill();
  const killedMs = performance.now();
  await until(() => !isAlive(value.enginePid), 15_000);
  expect(performance.now() - killedMs).toBeLessThan(10_000);
});
