/** Faces that are looked at while the engine ends, with processes that do as the test says. */
import { expect, test } from 'vitest';
import type { InspectEvent as Looked } from '../../../src/engine/process/api.ts';
import type { HandlerParts } from '../../../src/engine/studio/handlers/area.ts';
import { avatarHandlers } from '../../../src/engine/studio/handlers/avatars.ts';
import { FRUITLESS_LIVES } from '../../../src/engine/studio/takeRunner.ts';
import type { InspectEvent } from '../../../src/shared/contract/avatar.ts';
import { StudioError } from '../../../src/shared/errors.ts';

interface End {
  planned: boolean;
  outgrown?: boolean;
}

/** Looks at a file over lives that end so, then over one that stays. */
async function inspected(ends: readonly End[]): Promise<{ events: InspectEvent[]; error: unknown; isLeft: boolean }> {
  const lives = [...ends, null].map((end) => {
    const life = { over: false, planned: false, outgrown: false, exit: Promise.resolve('it was hit'), client: {
      async *stream(): AsyncGenerator<Looked, void, void> {
        yield await Promise.resolve({ type: 'progress', done: 0 });
        if (!end) return yield { type: 'faces', kind: 'photo', width: 8, height: 8, faces: [], preview: new Uint8Array() };
        Object.assign(life, { over: true, ...end });
        throw new StudioError('io', 'The other side is gone.');
      },
    } };
    return life;
  });
  let isLeft = false;
  const studio = { engine: { life: () => Promise.resolve(lives.shift()) }, occupyEngine: () => () => (isLeft = true) };
  const events: InspectEvent[] = [];
  let error: unknown = null;
  try {
    const { streams } = avatarHandlers({ studio } as unknown as HandlerParts);
    for await (const event of streams['avatars.inspect']({ file: 'face.png' }, new AbortController().signal)) {
      expect(isLeft).toBe(false);
      events.push(event);
    }
  } catch (failure) {
    error = failure;
  }
  return { events, error, isLeft };
}

test('however often somebody wants the engine started again, it is looked at', async () => {
  const { events, error, isLeft } = await inspected(Array<End>(FRUITLESS_LIVES + 2).fill({ planned: true }));
  expect([error, isLeft]).toEqual([null, true]);
  expect(events.at(-1)).toMatchObject({ type: 'faces', kind: 'photo' });
});

test.each([['ends by itself', { planned: false }], ['is ended for its memory', { planned: true, outgrown: true }]])('a file over which the engine %s too often is given up', async (_, end) => {
  const { error, isLeft } = await inspected(Array<End>(FRUITLESS_LIVES).fill(end));
  expect(error).toMatchObject({ code: 'bug', message: `The engine ended ${FRUITLESS_LIVES} times while it prepared face.png. The last time: it was hit.` });
  expect(isLeft).toBe(true);
});
