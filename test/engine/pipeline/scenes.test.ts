/** Scenes that takes share, on a renderer whose scenes open when the test says so. */
import { expect, test } from 'vitest';
import type { Avatar } from '../../../src/engine/avatar/prepare.ts';
import type { Renderer } from '../../../src/engine/pipeline/renderThread.ts';
import { openScenes } from '../../../src/engine/pipeline/scenes.ts';

const LOOK = { size: { width: 256, height: 256 }, idle: true, background: 'keep' };
const RATE = { num: 25, den: 1 };

interface Opening {
  signal: AbortSignal;
  done: PromiseWithResolvers<{ sceneId: number; width: number; height: number; warnings: string[] }>;
}

function opened() {
  const openings: Opening[] = [];
  const closed: number[] = [];
  const call = (name: string, input: unknown, signal?: AbortSignal): Promise<unknown> => {
    if (name === 'closeScene') return Promise.resolve(void closed.push(input as number));
    const done: Opening['done'] = Promise.withResolvers();
    openings.push({ signal: signal!, done });
    return done.promise;
  };
  const scenes = openScenes({ call } as unknown as Renderer, { run: () => Promise.reject(new Error('No network is needed.')) });
  const use = (id: string, signal?: AbortSignal) => scenes.use({ id, kind: 'photo', width: 256, height: 256, faces: [] } as unknown as Avatar, '/nowhere', LOOK, RATE, signal);
  const finish = (at: number) => openings[at].done.resolve({ sceneId: at + 1, ...LOOK.size, warnings: [] });
  return { scenes, openings, closed, use, finish };
}
const soon = () => new Promise((resolve) => setImmediate(resolve));

test('a take that is canceled while its scene opens takes it from nobody else who waits for it', async () => {
  const { scenes, openings, use, finish } = opened();
  const first = new AbortController();
  const [canceled, other] = [use('a', first.signal), use('a')];
  canceled.catch(() => undefined);
  await soon();
  first.abort();
  await expect(canceled).rejects.toMatchObject({ code: 'canceled' });
  expect(openings.map(({ signal }) => signal.aborted)).toEqual([false]);
  finish(0);
  expect(await other).toMatchObject({ sceneId: 1, width: 256 });
  expect(scenes.opened).toBe(1);
  expect(await use('a')).toMatchObject({ sceneId: 1 });
});

test('an opening that nobody waits for any more is ended, what it opened all the same is closed, and who comes next begins anew', async () => {
  const { openings, closed, use, finish } = opened();
  const leaving = [new AbortController(), new AbortController()];
  const takes = leaving.map(({ signal }) => use('a', signal));
  for (const take of takes) take.catch(() => undefined);
  await soon();
  for (const each of leaving) each.abort();
  for (const take of takes) await expect(take).rejects.toMatchObject({ code: 'canceled' });
  expect(openings[0].signal.aborted).toBe(true);
  const next = use('a');
  await soon();
  finish(0);
  finish(1);
  expect(await next).toMatchObject({ sceneId: 2 });
  await soon();
  expect(closed).toEqual([1]);
});

test('a scene that could not be opened is tried anew by the next take; those left longest ago are closed beyond four', async () => {
  const { openings, closed, use, finish } = opened();
  const failed = use('a');
  failed.catch(() => undefined);
  await soon();
  openings[0].done.reject(new Error('no such picture'));
  await expect(failed).rejects.toThrow('no such picture');
  for (const [i, id] of ['a', 'b', 'c', 'd', 'e', 'f'].entries()) {
    const using = use(id);
    await soon();
    finish(i + 1);
    await (await using).leave();
  }
  expect(closed).toEqual([2, 3]);
});
