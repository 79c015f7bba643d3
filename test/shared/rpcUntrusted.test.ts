/** The serving side against a peer that need not mean well. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orCanceled } from '../../src/shared/errors.ts';
import { serve, type Handlers, type Port, type ServeOptions } from '../../src/shared/rpc.ts';

interface TestApi {
  calls: { echo: [unknown, unknown]; cyclic: [null, unknown] };
  streams: { never: [null, number]; unheard: [null, number]; many: [number, number] };
}

function start(options?: ServeOptions) {
  const sent: { t: string; id: number; error?: { code: string; message: string } }[] = [];
  const closers: (() => void)[] = [];
  const closedFor: (string | undefined)[] = [];
  let receive: (message: unknown) => void = () => undefined;
  let returned = 0;
  const port: Port = {
    send: (message) => void sent.push(JSON.parse(JSON.stringify(message)) as (typeof sent)[0]),
    onMessage: (listener) => (receive = listener),
    onClose: (listener) => void closers.push(listener),
    close: (reason) => {
      closedFor.push(reason);
      for (const listener of closers.splice(0)) listener();
    },
  };
  const handlers: Handlers<TestApi> = {
    calls: {
      echo: (input) => input,
      cyclic: () => {
        const value: unknown[] = [];
        value.push(value);
        return value;
      },
    },
    streams: {
      async *never(_, signal) {
        try {
          await orCanceled(new Promise<never>(() => undefined), signal);
        } finally {
          returned += 1;
        }
      },
      // Not a generator, deaf to its signal: only `return` ends it.
      unheard() {
        const end = Promise.withResolvers<IteratorResult<number>>();
        return {
          [Symbol.asyncIterator]: () => ({
            next: () => end.promise,
            return: () => {
              returned += 1;
              end.resolve({ done: true, value: undefined });
              return end.promise;
            },
          }),
        };
      },
      async *many(to) {
        try {
          for (let i = 0; i < to; i++) yield await Promise.resolve(i);
        } finally {
          returned += 1;
        }
      },
    },
  };
  serve<TestApi>(port, handlers, options);
  return { sent, closedFor, receive: (message: unknown) => receive(message), leave: () => port.close(), returned: () => returned };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test.each([
  ['text', 'call'], ['nothing', null], ['a list', []], ['no t', { id: 1 }], ['another t', { t: 'quit', id: 1 }], ['no id', { t: 'call', name: 'echo' }], ['a broken id', { t: 'call', id: 1.5, name: 'echo' }],
  ['an endless id', { t: 'abort', id: NaN }], ['an id beyond whole numbers', { t: 'abort', id: 2 ** 60 }], ['a name that is none', { t: 'call', id: 1, name: { toString: 1 } }], ['an endless name', { t: 'call', id: 1, name: 'x'.repeat(1000) }],
  ['no credit', { t: 'open', id: 1, name: 'many', input: 1 }], ['negative credit', { t: 'open', id: 1, name: 'many', input: 1, credit: -1 }], ['endless credit', { t: 'open', id: 1, name: 'many', input: 1, credit: Infinity }],
  ['credit of nothing', { t: 'credit', id: 1, n: 0 }], ['NaN credit', { t: 'credit', id: 1, n: NaN }], ['huge credit', { t: 'credit', id: 1, n: 1e9 }],
])('%s closes the port with a reason', (_, message) => {
  const { closedFor, receive } = start();
  receive(message);
  expect(closedFor).toEqual([expect.stringMatching(/\w+ .*\.$/)]);
});

test('an id in use closes the port, an id that ended may be used again', async () => {
  const { closedFor, receive, sent } = start();
  receive({ t: 'call', id: 1, name: 'echo', input: 1 });
  await settled();
  receive({ t: 'call', id: 1, name: 'echo', input: 2 });
  await settled();
  expect(sent).toEqual([{ t: 'value', id: 1, value: 1 }, { t: 'value', id: 1, value: 2 }]);
  receive({ t: 'open', id: 2, name: 'never', input: null, credit: 1 });
  receive({ t: 'call', id: 2, name: 'echo', input: 3 });
  expect(closedFor).toEqual([expect.stringContaining('in use')]);
});

test('credit that adds up to too much closes the port; credit after an abort does not', async () => {
  const { closedFor, receive } = start();
  receive({ t: 'open', id: 1, name: 'never', input: null, credit: 4 });
  receive({ t: 'abort', id: 1 });
  receive({ t: 'credit', id: 1, n: 1 });
  await settled();
  receive({ t: 'credit', id: 1, n: 1 }); // it is gone: nobody's
  expect(closedFor).toEqual([]);
  receive({ t: 'open', id: 2, name: 'never', input: null, credit: 6000 });
  receive({ t: 'credit', id: 2, n: 6000 });
  expect(closedFor).toEqual([expect.stringContaining('items at most')]);
});

test('one more than may be open is refused, and taken when another has ended', async () => {
  const { receive, sent } = start({ maxOpen: 2 });
  for (const id of [1, 2, 3]) receive({ t: 'open', id, name: 'never', input: null, credit: 1 });
  expect(sent).toEqual([{ t: 'error', id: 3, error: { code: 'capacity', message: expect.stringContaining('2 calls and streams') as string } }]);
  receive({ t: 'abort', id: 1 });
  await settled();
  receive({ t: 'call', id: 4, name: 'echo', input: 'in' });
  await settled();
  expect(sent.slice(1)).toEqual([{ t: 'error', id: 1, error: { code: 'canceled', message: 'Canceled.' } }, { t: 'value', id: 4, value: 'in' }]);
});

test.each(['never', 'unheard', 'many'])('a stream that waits (%s: for its next item, or for credit) is closed when its port closes', async (name) => {
  const { receive, leave, returned, sent } = start();
  receive({ t: 'open', id: 1, name, input: 5, credit: 0 });
  await settled();
  expect(returned()).toBe(0);
  leave();
  await settled();
  expect(returned()).toBe(1);
  expect(sent).toEqual([]); // nothing is sent to nobody
});

test('a reply that the port cannot carry is an error, not an end', async () => {
  const { receive, sent, closedFor } = start();
  receive({ t: 'call', id: 1, name: 'cyclic', input: null });
  await settled();
  expect(sent[0]).toMatchObject({ t: 'error', id: 1, error: { code: 'bug' } });
  expect(closedFor).toEqual([]);
});

test('whatever arrives, nothing is thrown, and a port that is still open still answers', async () => {
  const part = fc.oneof(fc.constantFrom('call', 'open', 'credit', 'abort', 'echo', 'many', '__proto__', 'constructor'), fc.integer({ min: -3, max: 20_000 }), fc.anything());
  const message = fc.oneof(fc.anything(), fc.record({ t: part, id: part, name: part, input: part, credit: part, n: part }, { requiredKeys: [] }), fc.record({ t: fc.constantFrom('call', 'open', 'credit', 'abort'), id: fc.nat(3), name: fc.constantFrom('echo', 'many', 'never'), input: fc.nat(5), credit: fc.nat(5), n: fc.integer({ min: 1, max: 5 }) }));
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 12 }), async (messages) => {
      const { receive, closedFor, sent } = start({ maxOpen: 8 });
      for (const each of messages) receive(each);
      for (let id = 0; id <= 3; id++) receive({ t: 'abort', id });
      await settled();
      await settled();
      if (closedFor.length > 0) return;
      receive({ t: 'call', id: 999, name: 'echo', input: 'still here' });
      await settled();
      expect(sent.at(-1)).toEqual({ t: 'value', id: 999, value: 'still here' });
    }),
    { numRuns: 300 },
  );
});
