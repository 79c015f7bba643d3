import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createHistogram } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { LibraryEvent } from '../../../src/engine/library/room.ts';
import { areUnbroken, fragmentFault, fragmentsOf, packFragments } from '../../../src/engine/library/takeRecord.ts';
import { openTakes, type TakesOptions, type TakeStore } from '../../../src/engine/library/takes.ts';
import { Unsealed } from '../../../src/engine/library/takesUnderWay.ts';
import { damage } from '../../campaign/avatars/damage.ts';
import { beginTake, CHUNK, finishedTake, INIT_BYTES, nameFile, nextFragment, OUTCOME, publishNext, REQUEST, TIMES } from './takes/makeTake.ts';
import type { Fragment } from '../../../src/shared/contract/take.ts';

const PROCESS = fileURLToPath(new URL('./takes/process.ts', import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-takes-'));
let number = 0;
const fresh = () => {
  const home = path.join(folder, String(++number));
  mkdirSync(home);
  return home;
};
const stores: TakeStore[] = [];
const events: LibraryEvent[] = [];
const open = (home: string, options: TakesOptions = {}): TakeStore => {
  const takes = openTakes(home, { onEvent: (event) => events.push(event), ...options });
  stores.push(takes);
  return takes;
};
const children: ReturnType<typeof spawn>[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const takes of stores.splice(0)) await takes.close();
  events.length = 0;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Another process; `next` waits for its next line, null once it has ended. */
function other(...args: string[]) {
  const child = spawn(process.execPath, [PROCESS, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    child,
    next: async (): Promise<string | null> => {
      const line = await lines.next();
      return line.done === true ? null : line.value;
    },
  };
}
const namesIn = (home: string, id: string) => readdirSync(path.join(home, 'takes', id)).sort();
const foldersIn = (home: string) => readdirSync(path.join(home, 'takes')).sort();

describe('from begin to finish', () => {
  test('a take is told by its journal while it grows, and by its folder once it is finished', async () => {
    const home = fresh();
    const takes = open(home);
    const id = randomUUID();
    expect(takes.begin({ id, request: REQUEST, kept: false })).toMatchObject({ id, state: 'queued', request: REQUEST, framesDone: 0, framesExpected: null, sizeBytes: 0, endedAt: null, kept: false });
    expect(takes.change(id, { state: 'rendering', avatarId: 'a1', modelId: 'rig', framesExpected: 18, warnings: ['dark'], rate: { num: 30_000, den: 1001 } })).toMatchObject({ state: 'rendering', avatarId: 'a1', warnings: ['dark'] });
    const published: Fragment[] = [];
    for (let i = 0; i < 3; i++) published.push(publishNext(takes, id, published.at(-1)));
    takes.addChunk(id, CHUNK, TIMES);
    const bytes = statSync(takes.growingFile(id)).size;
    expect(takes.show(id)).toMatchObject({ state: 'rendering', framesDone: 18, framesExpected: 18, sizeBytes: bytes });
    expect(takes.fragments(id)).toEqual({ initBytes: INIT_BYTES, fragments: published });
    expect(takes.chunks(id)).toEqual([{ chunk: CHUNK, times: TIMES }]);
    expect(takes.usage()).toBe(bytes);

    nameFile(takes, id);
    const finished = await takes.finish(id, OUTCOME);
    expect(finished).toMatchObject({ id, state: 'finished', framesDone: 18, sizeBytes: bytes, avatarId: 'a1', rate: { num: 30_000, den: 1001 }, request: REQUEST });
    expect(finished.endedAt).not.toBeNull();
    expect(namesIn(home, id)).toEqual(['take.json', 'take.mp4']);
    expect(takes.fragments(id)).toEqual({ initBytes: INIT_BYTES, fragments: published });
    expect(takes.chunks(id)).toEqual([{ chunk: CHUNK, times: TIMES }]);
    expect(takes.record(id)).toMatchObject({ segments: OUTCOME.segments, times: OUTCOME.times, speechFound: null, chunks: [{ index: 0, times: TIMES }, { index: 1, times: null }] });
    expect(() => takes.publish(id, nextFragment(published[2]), INIT_BYTES)).toThrow(/not being rendered/);
  });

  test('a take whose file is not what was published cannot be finished', async () => {
    const takes = open(fresh());
    const id = beginTake(takes);
    await expect(takes.finish(id, OUTCOME)).rejects.toMatchObject({ code: 'io', message: expect.stringMatching(/take\.mp4 is missing/) as string });
    nameFile(takes, id);
    appendFileSync(takes.file(id), 'more');
    await expect(takes.finish(id, OUTCOME)).rejects.toMatchObject({ code: 'io', message: expect.stringMatching(/bytes, and \d+ were published/) as string });
    expect(takes.show(id).state).toBe('rendering');
  });

  test('what stands beside a whole video cannot be written: without its track the take is finished, without its record it can be finished later', async () => {
    const home = fresh();
    const takes = open(home);
    const id = beginTake(takes);
    takes.addTrack(id, { firstFrame: 0, openings: new Uint8Array(18), peaks: new Uint8Array(72), poses: null });
    nameFile(takes, id);
    const names = ['take.json', 'track.blob'].map((name) => path.join(home, 'takes', id, name));
    for (const inTheWay of names) mkdirSync(inTheWay);
    await expect(takes.finish(id, OUTCOME)).rejects.toBeInstanceOf(Unsealed);
    expect(namesIn(home, id)).toEqual(['growing.track', 'owner', 'take.json', 'take.mp4', 'track.blob']);
    rmSync(names[0], { recursive: true });
    expect(await takes.finish(id, OUTCOME)).toMatchObject({ state: 'finished', framesDone: 18 });
    expect(takes.record(id).segments).toEqual(OUTCOME.segments);
    expect(takes.soFar(id).track()).toBeNull();
  });

  test('failed and canceled takes leave nothing but their row and the reason', async () => {
    const home = fresh();
    const takes = open(home);
    const failed = beginTake(takes);
    const canceled = beginTake(takes);
    expect(await takes.fail(failed, { code: 'device', message: 'The GPU is gone.' })).toMatchObject({ state: 'failed', error: { code: 'device', message: 'The GPU is gone.' }, framesDone: 18, sizeBytes: 0 });
    expect(await takes.cancel(canceled)).toMatchObject({ state: 'canceled', error: null });
    expect(foldersIn(home)).toEqual([]);
    expect(takes.usage()).toBe(0);
    expect(takes.fragments(failed)).toEqual({ initBytes: null, fragments: [] });
    await takes.close();
    expect(open(home).list().map(({ id, state }) => [id, state])).toEqual(expect.arrayContaining([[failed, 'failed'], [canceled, 'canceled']]));
    expect(events).toEqual([]);
  });

  test('what cannot be is refused', () => {
    const takes = open(fresh());
    const id = beginTake(takes);
    expect(() => takes.begin({ id, request: REQUEST, kept: false })).toThrow(/already/);
    expect(() => takes.begin({ id: '../../etc', request: REQUEST, kept: false })).toThrow(/cannot be a take/);
    expect(() => takes.change(randomUUID(), { state: 'paused' })).toThrow(/not being rendered/);
    expect(() => takes.record(id)).toThrow(/still rendering/);
    for (const asked of ['abcd', '..', '%', id.slice(0, 3)]) expect(() => takes.show(asked), asked).toThrow(/no take/);
  });
});

test('found by the beginning of an id, listed newest first, in pages', async () => {
  const takes = open(fresh());
  const ids: string[] = [];
  for (const id of ['aaaa1111-x', 'aaaa2222-x', 'bbbb1111-x']) {
    ids.unshift(await finishedTake(takes, { id, fragments: 1 }));
    await sleep(2); // times are milliseconds
  }
  expect(takes.list().map(({ id }) => id)).toEqual(ids);
  expect(takes.list({ limit: 1, offset: 1 }).map(({ id }) => id)).toEqual([ids[1]]);
  expect(takes.show('bbbb').id).toBe('bbbb1111-x');
  expect(() => takes.show('aaaa')).toThrow(/could be aaaa1111-x or aaaa2222-x/);
});

describe('only what follows on is published', () => {
  const runs = fc.array(fc.record({ frames: fc.integer({ min: 0, max: 60 }), bytes: fc.integer({ min: 1, max: 1e6 }), keyframe: fc.boolean() }), { minLength: 1, maxLength: 20 });
  const chained = (parts: { frames: number; bytes: number; keyframe: boolean }[], initBytes: number): Fragment[] =>
    fragmentsOf({ initBytes, fragments: parts.map(({ frames, keyframe, bytes }) => [frames, keyframe, bytes]) });

  test('a chain is taken as it is, and comes back out of the record', () => {
    fc.assert(fc.property(runs, fc.integer({ min: 1, max: 5000 }), (parts, initBytes) => {
      const fragments = chained(parts, initBytes);
      expect(areUnbroken(fragments)).toBe(true);
      expect(fragmentsOf({ initBytes, fragments: packFragments(fragments) })).toEqual(fragments);
    }));
  });

  test('one that is off by anything in anything is not', () => {
    const fields = fc.constantFrom('index', 'firstFrame', 'offset');
    fc.assert(fc.property(runs, fc.nat(), fields, fc.integer({ min: -100, max: 100 }).filter((off) => off !== 0), (parts, nth, field, off) => {
      const fragments = chained(parts, 700);
      const at = nth % fragments.length;
      const wrong = { ...fragments[at], [field]: fragments[at][field] + off };
      expect(fragmentFault(fragments[at - 1], wrong, 700)).toContain(field);
    }));
    for (const nothing of [{ frames: -1 }, { bytes: 0 }, { frames: 1.5 }, { bytes: NaN }]) expect(fragmentFault(undefined, { ...nextFragment(undefined), ...nothing }, INIT_BYTES)).not.toBeNull();
  });

  test('what is refused leaves no trace, and the right one is taken after it', () => {
    const takes = open(fresh());
    const id = beginTake(takes, { fragments: 2 });
    const before = takes.fragments(id);
    const next = nextFragment(before.fragments[1]);
    for (const wrong of [{ ...next, index: 3 }, { ...next, firstFrame: 0 }, { ...next, offset: next.offset + 1 }, before.fragments[1]]) {
      expect(() => takes.publish(id, wrong, INIT_BYTES)).toThrow(/cannot be published/);
    }
    expect(takes.fragments(id)).toEqual(before);
    takes.publish(id, next, INIT_BYTES);
    expect(takes.fragments(id).fragments).toHaveLength(3);
  });
});

describe('processes that end', () => {
  test('kill −9 amid publishing: the journal is unbroken, holds all that was told, and the file holds all of the journal', async () => {
    const home = fresh();
    const told = new Map<string, number>();
    for (let round = 0; round < 3; round++) {
      const { child, next } = other('publish', home);
      expect(await next()).toMatch(/^ready/);
      const until = performance.now() + 20 + 60 * round;
      let line: string | null;
      while ((line = await next()) !== null) {
        const [, id, index] = line.split(' ');
        told.set(id, Number(index));
        if (performance.now() > until) child.kill('SIGKILL');
      }
    }
    const takes = open(home);
    expect(takes.interrupted().map(({ id }) => id).sort()).toEqual(foldersIn(home));
    expect(told.size).toBeGreaterThanOrEqual(3); // at least one of each round
    for (const [id, index] of told) {
      const { fragments } = takes.fragments(id);
      const last = fragments.at(-1)!;
      expect(areUnbroken(fragments)).toBe(true);
      expect(last.index).toBeGreaterThanOrEqual(index);
      expect(last.index - index).toBeLessThan(200); // what the pipe still held
      expect(statSync(takes.growingFile(id)).size).toBeGreaterThanOrEqual(last.offset + last.bytes);
      expect(takes.show(id)).toMatchObject({ state: 'rendering', framesDone: last.firstFrame + last.frames, sizeBytes: last.offset + last.bytes });
    }
    // And it goes on where it ended.
    const [id] = told.keys();
    const adopted = await takes.adopt(id);
    expect(adopted?.state).toBe('rendering');
    const { fragments } = takes.fragments(id);
    truncateSync(takes.growingFile(id), fragments.at(-1)!.offset + fragments.at(-1)!.bytes);
    publishNext(takes, id, fragments.at(-1));
    nameFile(takes, id);
    expect((await takes.finish(id, OUTCOME)).state).toBe('finished');
    expect(takes.fragments(id).fragments).toHaveLength(fragments.length + 1);
    expect(events).toEqual([]);
  });

  test('of two processes that adopt an interrupted take one wins, every time; while it lives nobody else gets or removes the take', async () => {
    const home = fresh();
    for (let round = 0; round < 2; round++) {
      const first = open(home);
      const id = beginTake(first);
      await first.close();
      const rivals = [other('adopt', home, id), other('adopt', home, id)];
      for (const rival of rivals) expect(await rival.next()).toBe('ready');
      for (const { child } of rivals) child.stdin.write('go\n');
      const outcomes = await Promise.all(rivals.map((rival) => rival.next()));
      expect(outcomes.sort()).toEqual(['lost', 'won']);
      const takes = open(home);
      expect(takes.interrupted()).toEqual([]);
      expect(await takes.adopt(id)).toBeNull();
      await expect(takes.remove(id)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringMatching(/being rendered/) as string });
      for (const { child } of rivals) child.stdin.end();
      for (const rival of rivals) expect(await rival.next()).toBeNull();
      expect(await takes.remove(id)).toBe(id);
    }
  });

  test('in one process, too: a store that is closed leaves its takes to the next one, and of two at once one gets them', async () => {
    const home = fresh();
    const takes = open(home);
    const id = beginTake(takes);
    const beside = open(home);
    expect(beside.interrupted()).toEqual([]);
    expect(await beside.adopt(id)).toBeNull();
    await takes.close();
    expect(beside.interrupted().map((take) => take.id)).toEqual([id]);
    const third = open(home);
    const both = await Promise.all([beside.adopt(id), third.adopt(id)]);
    expect(both.filter((take) => take !== null)).toHaveLength(1);
  });

  test('renamed but not finished: goes on as growing; sealed but not listed as finished: is finished', async () => {
    const home = fresh();
    const takes = open(home);
    const renamed = beginTake(takes);
    const sealed = beginTake(takes);
    const lost = beginTake(takes);
    const short = beginTake(takes);
    const nothing = beginTake(takes, { fragments: 0 });
    nameFile(takes, renamed);
    nameFile(takes, sealed);
    const copy = path.join(folder, 'library.copy');
    await takes.close();
    // The index as it was before the row said that the take is finished.
    writeFileSync(copy, readFileSync(path.join(home, 'library.sqlite')));
    const again = open(home);
    await again.adopt(sealed);
    nameFile(again, sealed);
    await again.finish(sealed, OUTCOME);
    await again.close();
    writeFileSync(path.join(home, 'library.sqlite'), readFileSync(copy));
    rmSync(again.growingFile(lost));
    truncateSync(again.growingFile(short), INIT_BYTES + 5);
    writeFileSync(again.growingFile(nothing), 'half a header');

    const last = open(home);
    expect(last.show(sealed).state).toBe('finished');
    expect(last.interrupted().map(({ id }) => id).sort()).toEqual([renamed, lost, short, nothing].sort());
    expect(await last.adopt(renamed)).toMatchObject({ state: 'rendering', framesDone: 18 });
    expect(existsSync(last.growingFile(renamed))).toBe(true);
    for (const id of [lost, short]) expect(await last.adopt(id)).toMatchObject({ state: 'failed', error: { code: 'io', message: expect.stringMatching(/lost.*Render it again/) as string } });
    expect(await last.adopt(nothing)).toMatchObject({ state: 'rendering', framesDone: 0 });
    expect(existsSync(last.growingFile(nothing))).toBe(false);
  });
});

describe('what gets lost or damaged', () => {
  const indexOf = (home: string) => path.join(home, 'library.sqlite');
  const loseIndex = (home: string) => {
    for (const ending of ['', '-wal', '-shm']) rmSync(indexOf(home) + ending, { force: true });
  };

  test.each(['lost', 'truncate', 'flip'] as const)('the index %s: finished takes are listed again with their marks; half-made ones go', async (how) => {
    const home = fresh();
    const takes = open(home);
    const kept = await finishedTake(takes, { kept: true });
    const plain = await finishedTake(takes);
    beginTake(takes);
    const before = takes.list().filter(({ state }) => state === 'finished');
    await takes.close();
    if (how === 'lost') loseIndex(home);
    else if (how === 'truncate') damage(indexOf(home), how, 0.5);
    else writeFileSync(indexOf(home), readFileSync(indexOf(home)).fill(0xa5, 0, 200));
    const again = open(home);
    expect(again.list()).toEqual(before);
    expect(foldersIn(home)).toEqual([kept, plain].sort());
    expect(events.some(({ sentence }) => sentence.includes('had lost 2 takes'))).toBe(true);
    expect(again.record(kept).segments).toEqual(OUTCOME.segments);
  });

  test('the index breaks while a take is rendered: its journal is written again, and the take is finished', async () => {
    const home = fresh();
    const takes = open(home);
    const before = await finishedTake(takes);
    const id = beginTake(takes, { fragments: 40 });
    takes.addChunk(id, CHUNK, TIMES);
    const { fragments } = takes.fragments(id);
    for (const ending of ['', '-wal']) {
      const file = indexOf(home) + ending;
      writeFileSync(file, Buffer.alloc(statSync(file).size, 0xa5), { flag: 'r+' });
    }
    const last = publishNext(takes, id, fragments.at(-1));
    nameFile(takes, id);
    await takes.finish(id, OUTCOME);
    expect(takes.fragments(id).fragments).toEqual([...fragments, last]);
    await takes.close();
    const again = open(home);
    expect(again.list().map((take) => [take.id, take.state])).toEqual(expect.arrayContaining([[before, 'finished'], [id, 'finished']]));
    expect(again.chunks(id)).toEqual([{ chunk: CHUNK, times: TIMES }]);
  });

  test('while another process lives, its take stays though the index is lost', async () => {
    const home = fresh();
    const { next } = other('publish', home);
    const [, id] = (await next())!.split(' ');
    await next();
    loseIndex(home);
    open(home);
    expect(foldersIn(home)).toContain(id);
  });

  test('take.json damaged: the take stays, what it said is refused; with the index gone too, its video is left alone', async () => {
    const home = fresh();
    const takes = open(home);
    const id = await finishedTake(takes);
    damage(path.join(home, 'takes', id, 'take.json'), 'flip', 0.5);
    expect(() => takes.record(id)).toThrow(/take\.json is missing or damaged/);
    expect(takes.use(id).file).toBe(takes.file(id));
    await takes.close();
    loseIndex(home);
    expect(open(home).list()).toEqual([]);
    expect(events.map(({ kind, sentence }) => [kind, sentence.includes('take.mp4')])).toContainEqual(['damaged', true]);
    expect(existsSync(takes.file(id))).toBe(true);
  });

  test('a finished take whose file is gone is dropped and said; one that is cut off is said', async () => {
    const home = fresh();
    const takes = open(home);
    const gone = await finishedTake(takes);
    const cut = await finishedTake(takes);
    await takes.close();
    rmSync(takes.file(gone));
    truncateSync(takes.file(cut), 1000);
    const again = open(home);
    expect(again.list().map(({ id }) => id)).toEqual([cut]);
    expect(events.map(({ id, kind }) => [id, kind])).toEqual(expect.arrayContaining([[gone, 'damaged'], [cut, 'damaged']]));
    expect(foldersIn(home)).toEqual([cut]);
  });

  test('folders that nobody knows go, and names that are no take’s stay', async () => {
    const home = fresh();
    await open(home).close();
    for (const name of ['left-over-1', `.trash-999999-1-${randomUUID()}`]) mkdirSync(path.join(home, 'takes', name));
    mkdirSync(path.join(home, 'takes', 'Mine!'));
    open(home);
    expect(foldersIn(home)).toEqual(['Mine!']);
  });
});

describe('room', () => {
  test('the oldest unmarked takes over the budget go, never one in use, marked, or under way', async () => {
    const home = fresh();
    const takes = open(home, { budgetBytes: 12_000 });
    const ids: string[] = [];
    for (let i = 0; i < 6; i++) {
      ids.push(await finishedTake(takes, { kept: i === 1 })); // about 3,800 bytes each
      await sleep(2);
    }
    const growing = beginTake(takes);
    const { release } = takes.use(ids[0]);
    expect(takes.usage()).toBeGreaterThan(24_000);
    expect((await takes.trim()).map(({ id }) => id)).toEqual([ids[2], ids[3], ids[4], ids[5]]);
    expect(foldersIn(home)).toEqual([ids[0], ids[1], growing].sort());
    release();
    expect(takes.usage()).toBeLessThan(12_000);
    expect(await takes.trim()).toEqual([]);
    await takes.close();
    const tight = open(home, { budgetBytes: 0 });
    expect((await tight.trim()).map(({ id }) => id)).toEqual([ids[0]]);
    expect(tight.show(ids[1]).kept).toBe(true);
  });

  test('the mark is set and taken away by any process, also while the take is rendered', async () => {
    const home = fresh();
    const takes = open(home);
    const beside = open(home);
    const id = beginTake(takes);
    expect(beside.keep(id, true).kept).toBe(true);
    expect(takes.change(id, { state: 'paused' }).kept).toBe(true);
    nameFile(takes, id);
    expect((await takes.finish(id, OUTCOME)).kept).toBe(true);
    expect(beside.keep(id.slice(0, 8), false).kept).toBe(false);
    expect(takes.show(id).kept).toBe(false);
    const failed = beginTake(takes);
    await takes.cancel(failed);
    expect(() => takes.keep(failed, true)).toThrow(/nothing to keep/);
  });
});

test('publishing is quick: it runs in the process that answers everybody', () => {
  const takes = open(fresh());
  const ids = Array.from({ length: 5 }, () => beginTake(takes, { fragments: 0, request: { ...REQUEST, script: 'A long script. '.repeat(6000) } }));
  const last = new Map<string, Fragment>();
  const times = createHistogram();
  for (let i = 0; i < 5000; i++) {
    const id = ids[i % 5];
    const fragment = nextFragment(last.get(id));
    const t = performance.now();
    takes.publish(id, fragment, INIT_BYTES);
    times.record(Math.max(1, Math.round((performance.now() - t) * 1e6)));
    last.set(id, fragment);
  }
  const ms = (share: number) => times.percentile(share) / 1e6;
  console.log(`publish: p50 ${ms(50).toFixed(3)} ms, p99 ${ms(99).toFixed(3)} ms, p99.9 ${ms(99.9).toFixed(2)} ms, longest ${(times.max / 1e6).toFixed(1)} ms.`);
  expect(ms(50)).toBeLessThan(1);
  expect(ms(99.9)).toBeLessThan(50);
});
