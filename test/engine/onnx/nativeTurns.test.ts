import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createNativeTurns } from '../../../src/engine/onnx/nativeTurns.ts';

/** Works that note when they begin and end. */
function log() {
  const events: string[] = [];
  const work = (name: string, during?: () => void) => async () => {
    events.push(name);
    during?.();
    await setImmediate();
    events.push(`${name}.`);
    return name;
  };
  return { events, work };
}

test('one at a time, in order; each gets its own result, and a failure is its own too', async () => {
  const { turn } = createNativeTurns();
  const { events, work } = log();
  const failing = turn('request', () => Promise.reject(new Error('no')));
  const all = Promise.all([turn('request', work('a')), turn('request', work('b'))]);
  await expect(failing).rejects.toThrow('no');
  expect(await all).toEqual(['a', 'b']);
  expect(events).toEqual(['a', 'a.', 'b', 'b.']);
});

test('requests go before background work that waited longer, and so does one that comes in during the event loop\'s turn', async () => {
  const { turn } = createNativeTurns(() => 0);
  const { events, work } = log();
  const late = Promise.withResolvers<string>();
  const first = turn('request', work('first'));
  const warm = turn('background', work('warm'));
  const second = turn('request', async () => {
    // As a message that lies in the port while the native call blocks.
    globalThis.setImmediate(() => void turn('request', work('late')).then(late.resolve));
    return work('second')();
  });
  await Promise.all([first, warm, second, late.promise]);
  expect(events.filter((event) => !event.endsWith('.'))).toEqual(['first', 'second', 'late', 'warm']);
});

test('background work that has waited for a second has its turn between requests', async () => {
  let now = 0;
  const { turn } = createNativeTurns(() => now);
  const { events, work } = log();
  const warm = turn('request', work('a')).then(() => undefined);
  const waited = turn('background', work('warm'));
  now = 999;
  const requests = [turn('request', work('b', () => (now = 1000))), turn('request', work('c'))];
  await Promise.all([warm, waited, ...requests]);
  expect(events.filter((event) => !event.endsWith('.'))).toEqual(['a', 'b', 'warm', 'c']);
});

test('closing waits for the work under way; what waits and what comes later is refused and never begun', async () => {
  const { turn, close } = createNativeTurns();
  const { events, work } = log();
  const [first, second] = [turn('request', work('a')), turn('background', work('b'))];
  const refused = expect(second).rejects.toMatchObject({ code: 'io' });
  await setImmediate();
  expect(events).toEqual(['a']);
  const closing = close().then(() => events.push('closed'));
  await refused;
  await expect(turn('request', work('c'))).rejects.toMatchObject({ code: 'io' });
  expect(await first).toBe('a');
  await closing;
  expect(events).toEqual(['a', 'a.', 'closed']);
});
