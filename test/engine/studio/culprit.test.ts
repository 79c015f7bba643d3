/** Work that ends the engine process each time: it is given up, with the reason, and others go on. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PRESENTERS } from '../../../src/cli/commands/demo.ts';
import { PATIENCE } from '../../../src/engine/process/owner.ts';
import type { RenderRequest } from '../../../src/shared/contract/request.ts';
import type { TakeInfo } from '../../../src/shared/contract/take.ts';
import { FRUITLESS_LIVES } from '../../../src/engine/studio/takeRunner.ts';
import { expectWhole, followed, openTestStudio, requestOf, sabotaged, type Saboteur, type TestStudio } from '../../support/studios.ts';

let open: TestStudio;
const saboteur: Saboteur = {};
beforeEach(async () => {
  open = await openTestStudio({ start: sabotaged(saboteur), patience: { ...PATIENCE, backOffMs: [50] } });
});
afterEach(async () => {
  Reflect.deleteProperty(saboteur, 'onRequest');
  await open.close();
});

const startOf = (request: Partial<RenderRequest>): TakeInfo => open.studio.start({ sessionId: open.studio.seats.open().seatId, request: requestOf(request), leadSec: null });

test('takes that end the engine whenever they are rendered fail after some lives; those beside them are finished', async () => {
  const { studio } = open;
  saboteur.onRequest = ({ name, input }) => name === 'render' && input!.request!.script!.startsWith('Poison');
  // All at once, so that in no life anybody has made a frame before the engine ends.
  const poison = [startOf({ script: 'Poison.' }), startOf({ script: 'Poison too.' })];
  const good = [startOf({ script: 'Hello there, my friends.' }), startOf({ avatar: PRESENTERS.man, script: 'What a fine day it is.' })];
  const [failed, finished] = await Promise.all([poison, good].map((takes) => Promise.all(takes.map(({ id }) => followed(studio, id)))));
  for (const { take } of failed) {
    expect(take).toMatchObject({ state: 'failed', framesDone: 0, error: { code: 'bug' } });
    expect(take.error!.message).toBe(`The engine ended ${FRUITLESS_LIVES} times in a row before it had made a frame of this take. The last time: it was ended by SIGKILL.`);
  }
  for (const each of finished) await expectWhole(studio, each);
  // And the engine is there for those who come next.
  await expectWhole(studio, await followed(studio, startOf({ script: 'All is well.' }).id));
});

test('a picture that ends the engine whenever it is prepared is refused after some lives', async () => {
  saboteur.onRequest = ({ name }) => name === 'register';
  const registering = async () => {
    for await (const event of open.client().stream('avatars.register', { file: PRESENTERS.man })) if (event.type === 'registered') return event;
    throw new Error('ended');
  };
  await expect(registering()).rejects.toMatchObject({ code: 'bug', message: `The engine ended ${FRUITLESS_LIVES} times while it prepared ${PRESENTERS.man}. The last time: it was ended by SIGKILL.` });
  Reflect.deleteProperty(saboteur, 'onRequest');
  expect(await registering()).toMatchObject({ isNew: true, avatar: { kind: 'photo' } });
});

test('registering that an engine’s end cuts off is begun again in the next one', async () => {
  let kills = 0;
  saboteur.onRequest = ({ name }) => name === 'register' && kills++ === 0;
  const seen: string[] = [];
  for await (const event of open.client().stream('avatars.register', { file: PRESENTERS.man, name: 'Sam', tags: ['red'] })) {
    seen.push(event.type);
    if (event.type === 'registered') expect(event.avatar).toMatchObject({ name: 'Sam', tags: ['red'] });
  }
  expect(kills).toBe(2);
  expect(seen.at(-1)).toBe('registered');
  expect(open.studio.engine.status().restarts).toBe(1);
});
