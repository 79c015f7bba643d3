/** Worker threads as RPC ports: `startThread` on the owner's side, `serveThread` inside the thread. */
import { parentPort, Worker } from 'node:worker_threads';
import { connect, serve, type Api, type Client, type Handlers, type Port } from '../shared/rpc.ts';
import { StudioError } from '../shared/errors.ts';
import { entryOf } from './places.ts';

export interface Thread<A extends Api> extends Client<A> {
  /** Ends the thread at once; pending requests fail with `io`. The opener closes. */
  terminate(): Promise<void>;
}

let onFailure: ((error: Error) => void) | null = null;
/** Told of a thread that had answered before and then failed by itself, before its callers are told: in a process that can do nothing without it. */
export function onThreadFailure(listener: (error: Error) => void): void {
  onFailure = listener;
}

/**
 * Starts a worker thread that serves the Api.
 * @param entry module URL, e.g. `new URL('./speechThread.ts', import.meta.url)`
 */
export function startThread<A extends Api>(entry: URL, workerData?: unknown): Thread<A> {
  const worker = new Worker(entryOf(entry), { workerData, name: entry.pathname.split('/').at(-1) ?? 'thread' });
  // An idle thread must not keep the process alive; pending calls do, through their own ref below.
  worker.unref();
  let closed = false;
  let failure: Error | null = null;
  const closers: (() => void)[] = [];
  const close = () => {
    if (closed) return;
    closed = true;
    for (const listener of closers) listener();
  };
  worker.on('exit', close);
  let hasAnswered = false;
  worker.once('message', () => (hasAnswered = true));
  const fail = (error: unknown) => {
    failure ??= error instanceof Error ? error : new Error(String(error));
    if (hasAnswered && !closed) onFailure?.(failure);
    close();
  };
  worker.on('error', fail);
  // Whose reply it was cannot be known, so every caller is told; waiting would be for ever.
  worker.on('messageerror', (error) => {
    fail(new Error(`its reply could not be read: ${error.message}`, { cause: error }));
    void worker.terminate();
  });
  let pending = 0;

  const client = connect<A>({
    send: (message) => worker.postMessage(message),
    onMessage: (listener) => void worker.on('message', listener),
    onClose: (listener) => void closers.push(listener),
    close: () => void worker.terminate(),
  });
  const hold = () => {
    if (pending++ === 0) worker.ref();
  };
  const release = () => {
    if (--pending === 0) worker.unref();
  };
  const explain = (error: unknown) =>
    failure !== null && error instanceof StudioError && error.code === 'io'
      ? new StudioError('bug', `A worker thread failed: ${failure.message}`, { cause: failure })
      : error;

  return {
    async call(name, input, signal) {
      hold();
      try {
        return await client.call(name, input, signal);
      } catch (error) {
        throw explain(error);
      } finally {
        release();
      }
    },
    async *stream(name, input, options) {
      hold();
      try {
        yield* client.stream(name, input, options);
      } catch (error) {
        throw explain(error);
      } finally {
        release();
      }
    },
    close: () => client.close(),
    terminate: async () => {
      hold(); // for good: an idle thread does not keep the process alive, and this await must not be cut short
      await worker.terminate();
      close();
    },
  };
}

/** Serves the Api from inside a worker thread. */
export function serveThread<A extends Api>(handlers: Handlers<A>): void {
  if (!parentPort) throw new StudioError('bug', 'This module is a worker thread entry; start it with startThread().');
  const port = parentPort;
  // A request that cannot be read has no number to answer to: the thread ends with the reason, and its owner tells the callers.
  port.on('messageerror', (error) => {
    throw new StudioError('bug', `A request could not be read: ${error.message}`, { cause: error });
  });
  serve<A>(
    {
      send: (message) => port.postMessage(message),
      onMessage: (listener) => void port.on('message', listener),
      onClose: (listener) => void port.on('close', listener),
      close: () => port.close(),
    } satisfies Port,
    handlers,
  );
}
