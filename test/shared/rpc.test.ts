import { MessageChannel } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { connect, serve, type Handlers, type Port } from '../../src/shared/rpc.ts';
import { StudioError } from '../../src/shared/errors.ts';

interface TestApi {
  calls: { double: [number, number]; fail: [null, null]; failOddly: [null, null]; hang: [null, string] };
  streams: { count: [number, number] };
}

const channels: MessageChannel[] = [];
afterEach(() => channels.splice(0).forEach((channel) => channel.port1.close()));

function pair(): [Port, Port] {
  const channel = new MessageChannel();
  channels.push(channel);
  const port = (p: MessageChannel['port1']): Port => ({
    send: (message) => p.postMessage(message),
    onMessage: (listener) => void p.on('message', listener),
    onClose: (listener) => void p.on('close', listener),
    close: () => p.close(),
  });
  return [port(channel.port1), port(channel.port2)];
}

function start(): { client: ReturnType<typeof connect<TestApi>>; produced: () => number; aborted: () => boolean } {
  const [here, there] = pair();
  let produced = 0;
  let aborted = false;
  const handlers: Handlers<TestApi> = {
    calls: {
      double: (n) => n * 2,
      fail: () => {
        throw new StudioError('device', 'No such device.', { details: { asked: 'cuda' } });
      },
      failOddly: () => {
        throw new StudioError('device', 'No such device.', { details: { tried: () => 'cuda' } });
      },
      hang: (_, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(signal.reason as Error);
          }),
        ),
    },
    streams: {
      async *count(to, signal) {
        try {
          for (let i = 0; i < to && !signal.aborted; i++) {
            produced += 1;
            yield i;
            await Promise.resolve();
          }
        } finally {
          aborted ||= signal.aborted;
        }
      },
    },
  };
  serve<TestApi>(there, handlers);
  return { client: connect<TestApi>(here), produced: () => produced, aborted: () => aborted };
}

test('a call gives its value, a failure crosses with code and details', async () => {
  const { client } = start();
  expect(await client.call('double', 21)).toBe(42);
  await expect(client.call('fail', null)).rejects.toMatchObject({ code: 'device', message: 'No such device.', details: { asked: 'cuda' } });
});

test('a failure whose details cannot cross still gives its code and sentence', async () => {
  const { client } = start();
  await expect(client.call('failOddly', null)).rejects.toMatchObject({ code: 'device', message: 'No such device.', details: undefined });
  expect(await client.call('double', 1)).toBe(2);
});

test('an unknown name is refused, also one that every object has', async () => {
  const { client } = start();
  await expect(client.call('nothing' as 'double', 1)).rejects.toMatchObject({ code: 'invalid-input' });
  await expect(client.call('constructor' as 'double', 1)).rejects.toMatchObject({ code: 'invalid-input' });
});

test('an abort travels to the handler', async () => {
  const { client, aborted } = start();
  const abort = new AbortController();
  const reply = client.call('hang', null, abort.signal);
  abort.abort();
  await expect(reply).rejects.toMatchObject({ code: 'canceled' });
  expect(aborted()).toBe(true);
});

test('a stream arrives in order and complete', async () => {
  const { client } = start();
  const got: number[] = [];
  for await (const n of client.stream('count', 1000)) got.push(n);
  expect(got).toEqual([...Array(1000).keys()]);
});

test('a producer is never more than the credit ahead, and stops when the consumer leaves', async () => {
  const { client, produced, aborted } = start();
  for await (const n of client.stream('count', 1000, { credit: 3 })) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    // One more than the credit may have been made: it waits in the producer's hand.
    expect(produced()).toBeLessThanOrEqual(n + 1 + 3 + 1);
    if (n === 10) break;
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(produced()).toBeLessThan(20);
  expect(aborted()).toBe(true);
});

test('after the port closes, pending and later requests fail instead of hanging', async () => {
  const { client } = start();
  const pending = client.call('hang', null);
  client.close();
  await expect(pending).rejects.toMatchObject({ code: 'io' });
  await expect(client.call('double', 1)).rejects.toMatchObject({ code: 'io' });
});
