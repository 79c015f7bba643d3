/** The shipped presenters in a new studio, over a studio of a script: when they are registered, when not, and that takes come first. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AvatarRow } from '../../../src/shared/contract/avatar.ts';
import { findVoice } from '../../../src/engine/voice/catalogue.ts';
import { createChange } from '../../../src/engine/change.ts';
import { createChanges } from '../../../src/engine/studio/changes.ts';
import { bringPresenters, presenterFile, SHIPPED_PRESENTERS, type BringParts } from '../../../src/engine/studio/presenters.ts';
import { until } from '../../support/processes.ts';

type ChosenVoices = AvatarRow['voices'];

let home: string;
beforeEach(() => (home = mkdtempSync(path.join(os.tmpdir(), 'sima-presenters-'))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

function scriptedStudio(avatars: string[] = []) {
  const changes = createChanges();
  const step = createChange();
  const registered: string[] = [];
  const voicesOf = new Map<string, ChosenVoices>();
  let state = 'loading';
  let rendering = 0;
  let begun = 0;
  let interrupted = 0;
  /** Registering ends when the test says so. */
  let mayFinish = true;
  const studio = {
    seats: { figures: () => ({ users: 1, maxUsers: 5, takesQueued: 0, takesRendering: rendering }) },
    handlers: {
      calls: {
        'avatars.list': () => avatars.map((id) => ({ id })),
        'avatars.describe': ({ id, voices }: { id: string; voices: ChosenVoices }) => voicesOf.set(id, voices),
      },
      streams: {
        async *'engine.watch'(_: null, signal: AbortSignal) {
          for (;;) {
            const seen = step.count;
            yield { state };
            await step.after(seen, signal);
          }
        },
        'changes.watch': (_: null, signal: AbortSignal) => changes.watch(signal),
        async *'avatars.register'({ name }: { file: string; name: string }, signal: AbortSignal) {
          begun += 1;
          signal.addEventListener('abort', () => (interrupted += 1));
          while (!mayFinish) await step.after(step.count, signal);
          registered.push(name);
          avatars.push(name);
          yield { type: 'registered', avatar: { id: name } };
        },
      },
    },
  };
  return {
    studio: studio as unknown as BringParts['studio'], registered, voicesOf,
    get begun() {
      return begun;
    },
    get interrupted() {
      return interrupted;
    },
    become(next: string) {
      state = next;
      step.announce();
    },
    render(count: number) {
      rendering = count;
      changes.announce('takes');
    },
    finish(may: boolean) {
      mayFinish = may;
      step.announce();
    },
  };
}

const names = SHIPPED_PRESENTERS.map(({ name }) => name);
const bring = (scripted: ReturnType<typeof scriptedStudio>, signal = new AbortController().signal) => bringPresenters({ studio: scripted.studio, home, signal });

test('their pictures are there, and their names are in both languages', () => {
  for (const { key, name } of SHIPPED_PRESENTERS) {
    expect(existsSync(presenterFile(key))).toBe(true);
    expect(name).toMatch(/^[A-Z][a-z]+ · [\u0600-\u06ff]+$/);
  }
});

test('a new studio gets them once its engine is ready, and never again: what was removed stays away', async () => {
  const first = scriptedStudio();
  const brought = bring(first);
  first.become('loading');
  await new Promise(setImmediate);
  expect(first.begun).toBe(0);
  first.become('ready');
  await brought;
  expect(first.registered).toEqual(names);
  // Each speaks with a voice that there is, of its own sex, in both languages.
  expect(SHIPPED_PRESENTERS.map(({ key, name }) => [key, ...Object.values(first.voicesOf.get(name)!).map((id) => findVoice(id!).name.split(', ').at(-1))])).toEqual([['woman', 'woman', 'woman'], ['man', 'man', 'man']]);
  expect(JSON.parse(readFileSync(path.join(home, 'presenters.json'), 'utf8'))).toEqual({ brought: ['woman', 'man'] });
  const second = scriptedStudio([]); // all were removed
  second.become('ready');
  await bring(second);
  expect(second.begun).toBe(0);
});

test('a studio that had avatars gets none, also not when they are gone later', async () => {
  const own = scriptedStudio(['mine']);
  own.become('ready');
  await bring(own);
  const later = scriptedStudio();
  later.become('ready');
  await bring(later);
  expect([own.begun, later.begun]).toEqual([0, 0]);
});

test('takes come first: it waits for those under way, and one that begins interrupts it', async () => {
  const scripted = scriptedStudio();
  scripted.become('ready');
  scripted.render(1);
  scripted.finish(false);
  const brought = bring(scripted);
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
  expect(scripted.begun).toBe(0);
  scripted.render(0);
  await until(() => scripted.begun === 1);
  scripted.render(1); // the registering that is under way is given up
  await until(() => scripted.interrupted === 1);
  scripted.finish(true);
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
  expect(scripted.registered).toEqual([]);
  scripted.render(0);
  await brought;
  expect(scripted.registered).toEqual(names);
  expect(scripted.begun).toBe(3);
});

test('one that is broken off goes on with the other the next time', async () => {
  const scripted = scriptedStudio();
  scripted.become('ready');
  const abort = new AbortController();
  scripted.finish(false);
  const brought = bring(scripted, abort.signal);
  await until(() => scripted.begun === 1);
  abort.abort();
  await expect(brought).rejects.toMatchObject({ code: 'canceled' });
  const next = scriptedStudio();
  next.become('ready');
  await bring(next);
  expect(next.registered).toEqual(names);
});
