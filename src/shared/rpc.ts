/**
 * Two verbs over any port: `call` (one request, one reply) and `stream` (many items, credit-based, closable).
 * The same framing serves worker threads, the engine process, the page and the socket; only the Port differs.
 *
 * Replies are data: a failure crosses as {code, message, details}. An abort travels over the wire. A stream's producer
 * is never more than `credit` items ahead of its consumer.
 */
import { errorData, fromErrorData, StudioError, type ErrorData } from './errors.ts';

export interface Port {
  send(message: unknown): void;
  /** One listener; called in order of arrival. */
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}

/** `calls: {name: [input, output]}`, `streams: {name: [input, item]}`. */
export interface Api {
  calls: Record<string, [input: unknown, output: unknown]>;
  streams: Record<string, [input: unknown, item: unknown]>;
}

export type Handlers<A extends Api> = {
  calls: { [K in keyof A['calls']]: (input: A['calls'][K][0], signal: AbortSignal) => Promise<A['calls'][K][1]> | A['calls'][K][1] };
  streams: { [K in keyof A['streams']]: (input: A['streams'][K][0], signal: AbortSignal) => AsyncIterable<A['streams'][K][1]> };
};

type Request =
  | { t: 'call'; id: number; name: string; input: unknown }
  | { t: 'open'; id: number; name: string; input: unknown; credit: number }
  | { t: 'credit'; id: number; n: number }
  | { t: 'abort'; id: number };

type Reply =
  | { t: 'value'; id: number; value: unknown }
  | { t: 'item'; id: number; value: unknown }
  | { t: 'end'; id: number }
  | { t: 'error'; id: number; error: ErrorData };

/** Answers requests on the port until it closes; then aborts what is still running. */
export function serve<A extends Api>(port: Port, handlers: Handlers<A>): void {
  const running = new Map<number, { abort: AbortController; credit: Credit | null }>();

  const fail = (id: number, error: ErrorData): void => {
    try {
      port.send({ t: 'error', id, error } satisfies Reply);
    } catch {
      // Details that the port cannot carry must not keep the sentence from arriving.
      port.send({ t: 'error', id, error: { code: error.code, message: error.message } } satisfies Reply);
    }
  };

  const run = async (request: Extract<Request, { t: 'call' | 'open' }>): Promise<void> => {
    const { id, name } = request;
    const abort = new AbortController();
    const credit = request.t === 'open' ? new Credit(request.credit) : null;
    running.set(id, { abort, credit });
    abort.signal.addEventListener('abort', () => credit?.add(Infinity));
    try {
      if (credit === null) {
        const handler = own(handlers.calls, name);
        if (!handler) throw new StudioError('invalid-input', `There is no call named “${name}”.`);
        port.send({ t: 'value', id, value: await handler(request.input, abort.signal) } satisfies Reply);
      } else {
        const handler = own(handlers.streams, name);
        if (!handler) throw new StudioError('invalid-input', `There is no stream named “${name}”.`);
        for await (const value of handler(request.input, abort.signal)) {
          await credit.take();
          if (abort.signal.aborted) break;
          port.send({ t: 'item', id, value } satisfies Reply);
        }
        port.send({ t: 'end', id } satisfies Reply);
      }
    } catch (error) {
      fail(id, errorData(error));
    } finally {
      running.delete(id);
    }
  };

  port.onMessage((message) => {
    const request = message as Request;
    if (request.t === 'call' || request.t === 'open') void run(request);
    else if (request.t === 'credit') running.get(request.id)?.credit?.add(request.n);
    else running.get(request.id)?.abort.abort(new StudioError('canceled', 'Canceled.'));
  });
  port.onClose(() => {
    for (const { abort } of running.values()) abort.abort(new StudioError('canceled', 'The other side went away.'));
  });
}

export interface Client<A extends Api> {
  call<K extends keyof A['calls'] & string>(name: K, input: A['calls'][K][0], signal?: AbortSignal): Promise<A['calls'][K][1]>;
  stream<K extends keyof A['streams'] & string>(
    name: K,
    input: A['streams'][K][0],
    options?: { signal?: AbortSignal | undefined; credit?: number },
  ): AsyncGenerator<A['streams'][K][1], void, void>;
  close(): void;
}

/** The asking side. After the port closes every pending and later request fails with `io`. */
export function connect<A extends Api>(port: Port): Client<A> {
  let nextId = 1;
  let gone: StudioError | null = null;
  const waiting = new Map<number, (reply: Reply) => void>();

  port.onMessage((message) => {
    const reply = message as Reply;
    waiting.get(reply.id)?.(reply);
  });
  port.onClose(() => {
    gone = new StudioError('io', 'The connection was closed before the work was done.');
    const error = errorData(gone);
    for (const [id, settle] of waiting) settle({ t: 'error', id, error });
  });

  return {
    call(name, input, signal) {
      return new Promise((resolve, reject) => {
        if (gone) return reject(gone);
        if (signal?.aborted) return reject(new StudioError('canceled', 'Canceled.'));
        const id = nextId++;
        const onAbort = () => port.send({ t: 'abort', id } satisfies Request);
        signal?.addEventListener('abort', onAbort, { once: true });
        waiting.set(id, (reply) => {
          waiting.delete(id);
          signal?.removeEventListener('abort', onAbort);
          if (reply.t === 'value') resolve(reply.value);
          else if (reply.t === 'error') reject(fromErrorData(reply.error));
        });
        port.send({ t: 'call', id, name, input } satisfies Request);
      });
    },

    async *stream(name, input, options = {}) {
      const { signal, credit = 4 } = options;
      if (gone) throw gone;
      if (signal?.aborted) throw new StudioError('canceled', 'Canceled.');
      const id = nextId++;
      const arrived: Reply[] = [];
      let wake: (() => void) | null = null;
      const onAbort = () => port.send({ t: 'abort', id } satisfies Request);
      signal?.addEventListener('abort', onAbort, { once: true });
      waiting.set(id, (reply) => {
        arrived.push(reply);
        wake?.();
      });
      port.send({ t: 'open', id, name, input, credit } satisfies Request);
      let open = true;
      try {
        for (;;) {
          const reply = arrived.shift();
          if (!reply) {
            await new Promise<void>((resolve) => (wake = resolve));
            wake = null;
          } else if (reply.t === 'item') {
            yield reply.value as never;
            port.send({ t: 'credit', id, n: 1 } satisfies Request);
          } else {
            open = false;
            if (reply.t === 'error') throw fromErrorData(reply.error);
            if (signal?.aborted) throw new StudioError('canceled', 'Canceled.');
            return;
          }
        }
      } finally {
        waiting.delete(id);
        signal?.removeEventListener('abort', onAbort);
        if (open && !gone) port.send({ t: 'abort', id } satisfies Request);
      }
    },

    close: () => port.close(),
  };
}

function own<T extends object>(object: T, name: string): T[keyof T] | undefined {
  return Object.hasOwn(object, name) ? object[name as keyof T] : undefined;
}

/** A counting gate: `take` waits until somebody has added. */
class Credit {
  #left: number;
  #wake: (() => void) | null = null;

  constructor(initial: number) {
    this.#left = initial;
  }

  add(n: number): void {
    this.#left += n;
    this.#wake?.();
  }

  async take(): Promise<void> {
    while (this.#left <= 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = null;
    this.#left -= 1;
  }
}
