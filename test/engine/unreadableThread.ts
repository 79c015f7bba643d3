/** Worker-thread entry of a test: a request that cannot be read arrives. Real ones cannot be made here, so the port is told. */
import { parentPort } from 'node:worker_threads';
import { serveThread } from '../../src/engine/threads.ts';

export interface UnreadableApi {
  calls: { wait: [null, null]; unreadable: [null, null] };
  streams: Record<string, never>;
}

const forever = () => new Promise<null>(() => undefined);

serveThread<UnreadableApi>({
  calls: {
    wait: forever,
    unreadable: () => {
      setImmediate(() => parentPort?.emit('messageerror', new Error('odd bytes')));
      return forever();
    },
  },
  streams: {},
});
