/** A studio of a script: real bytes of a real take, published when the test says so. Only what the service's own tests need is there. */
import { readFileSync, writeFileSync, appendFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { contract, type StudioServerApi } from '../../../src/shared/contract.ts';
import type { RenderRequest } from '../../../src/shared/contract/request.ts';
import type { TakeEvent, TakeInfo, TakeState } from '../../../src/shared/contract/take.ts';
import { orCanceled, StudioError } from '../../../src/shared/errors.ts';
import type { Handlers } from '../../../src/shared/rpc.ts';
import { createChange } from '../../../src/engine/change.ts';
import type { Fragment, Mp4Summary } from '../../../src/engine/media/mp4Writer.ts';

export interface TestTake {
  readonly id: string;
  /** Appends the next fragments to the growing file and tells the watchers. */
  publish(count?: number): void;
  /** As the engine does: the file gets its final name, then the watchers are told. */
  end(state?: Extract<TakeState, 'finished' | 'failed' | 'canceled'>): void;
  /** The take grows on in a copy of its file, as after a restart of the engine. */
  move(): void;
  readonly wants: number[];
  readonly watchers: number;
  readonly fragments: readonly Fragment[];
  readonly bytes: Buffer;
}

export interface TestStudio {
  handlers: Handlers<StudioServerApi>;
  takeFile(takeId: string): string;
  take(id: string): TestTake;
  /** What reached the studio. */
  requests: RenderRequest[];
  registered: string[];
  openSeats: Set<string>;
  /** Streams open now, of any kind. */
  readonly openStreams: number;
}

/** @param source a whole fragmented take, whose bytes every take here gets */
export function createTestStudio(folder: string, source: Mp4Summary): TestStudio {
  const bytes = readFileSync(source.file);
  const takes = new Map<string, ReturnType<typeof createTake>>();
  const requests: RenderRequest[] = [];
  const registered: string[] = [];
  const openSeats = new Set<string>();
  let openStreams = 0;
  let seats = 0;

  function createTake(id: string, request: RenderRequest) {
    const change = createChange();
    let file = path.join(folder, `${id}.growing.mp4`);
    let state: TakeState = 'rendering';
    let published = 0;
    let watchers = 0;
    const wants: number[] = [];
    writeFileSync(file, bytes.subarray(0, source.initBytes));
    const info = (): TakeInfo => ({
      id, parentId: null, projectId: null, state, request, avatarId: null, modelId: 'rig', device: null, width: 128, height: 96, rate: { num: 25, den: 1 },
      framesDone: source.fragments.slice(0, published).reduce((sum, { frames }) => sum + frames, 0), framesExpected: null, sizeBytes: 0, restarts: 0, warnings: [], createdAt: new Date().toISOString(), endedAt: null,
      error: state === 'failed' ? { code: 'device', message: 'The screen went dark.' } : null, kept: false,
    });
    return {
      id, wants, bytes, fragments: source.fragments, info,
      get file() {
        return file;
      },
      get watchers() {
        return watchers;
      },
      publish(count = 1) {
        for (const { offset, bytes: size } of source.fragments.slice(published, published + count)) appendFileSync(file, bytes.subarray(offset, offset + size));
        published = Math.min(source.fragments.length, published + count);
        change.announce();
      },
      end(ended: TakeState = 'finished') {
        const final = path.join(folder, `${id}.mp4`);
        renameSync(file, final);
        file = final;
        state = ended;
        change.announce();
      },
      move() {
        const other = path.join(folder, `${id}.again.mp4`);
        writeFileSync(other, readFileSync(file));
        file = other;
      },
      async *watch(signal: AbortSignal): AsyncGenerator<TakeEvent, void, void> {
        watchers += 1;
        openStreams += 1;
        try {
          yield { type: 'take', take: info() };
          for (let at = 0; ; ) {
            const seen = change.count;
            const isOver = state !== 'rendering';
            while (at < published) yield { type: 'fragment', fragment: source.fragments[at++], initBytes: source.initBytes };
            if (isOver) return yield { type: 'take', take: info() };
            await change.after(seen, signal);
          }
        } finally {
          watchers -= 1;
          openStreams -= 1;
        }
      },
    };
  }
  const find = (id: string) => {
    const take = takes.get(id);
    if (!take) throw new StudioError('invalid-input', `There is no take “${id}”.`);
    return take;
  };
  const untilAborted = async function* (signal: AbortSignal): AsyncGenerator<never, void, void> {
    openStreams += 1;
    try {
      await orCanceled(new Promise<never>(() => undefined), signal);
    } finally {
      openStreams -= 1;
    }
  };
  const absent = (): never => {
    throw new StudioError('bug', 'This studio is a script and knows no such thing.');
  };

  /** Every method that the contract lists and this script does not know. */
  const absentCalls = Object.fromEntries(Object.keys(contract.calls).map((name) => [name, absent])) as unknown as Handlers<StudioServerApi>['calls'];
  const absentStreams = Object.fromEntries(Object.keys(contract.streams).map((name) => [name, absent])) as unknown as Handlers<StudioServerApi>['streams'];

  const handlers: Handlers<StudioServerApi> = {
    calls: {
      ...absentCalls,
      'studio.info': () => ({ version: '0', protocol: 1, pid: process.pid, startedAt: new Date().toISOString(), host: 'service' }),
      'sessions.open': () => {
        const sessionId = `seat-${++seats}`;
        openSeats.add(sessionId);
        return { sessionId, realTime: true, notice: null };
      },
      'sessions.close': ({ sessionId }) => {
        openSeats.delete(sessionId);
        return null;
      },
      'takes.start': ({ request }) => {
        requests.push(request);
        const take = createTake(`take-${takes.size + 1}`, request);
        takes.set(take.id, take);
        return take.info();
      },
      'takes.edit': ({ takeId, segments }) => {
        const take = createTake(`take-${takes.size + 1}`, { ...find(takeId).info().request, script: undefined, segments });
        takes.set(take.id, take);
        return take.info();
      },
      'takes.want': ({ takeId, playheadSec }) => {
        find(takeId).wants.push(playheadSec);
        return null;
      },
      'takes.list': () => [...takes.values()].map((take) => take.info()),
      'takes.show': ({ takeId }) => find(takeId).info(),
      'avatars.list': () => [], 'voices.list': () => [], 'models.list': () => [],
    },
    streams: {
      ...absentStreams,
      'takes.watch': ({ takeId }, signal) => find(takeId).watch(signal),
      async *'avatars.register'({ file }) {
        registered.push(file);
        yield { type: 'progress', done: 1 };
        await Promise.resolve();
      },
      'engine.watch': (_, signal) => untilAborted(signal),
      'telemetry.watch': (_, signal) => untilAborted(signal),
      'changes.watch': (_, signal) => untilAborted(signal),
    },
  };
  return {
    handlers, requests, registered, openSeats,
    takeFile: (takeId) => find(takeId).file,
    take: (id) => {
      if (!takes.has(id)) takes.set(id, createTake(id, { avatar: 'abcd', script: 'x', rate: 1, pitch: 1, background: 'keep', idle: true, quality: 'live' }));
      return takes.get(id)!;
    },
    get openStreams() {
      return openStreams;
    },
  };
}
