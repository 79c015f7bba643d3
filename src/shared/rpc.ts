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
  /** @param reason what the other side did that it must not do; told to it where the port can carry that */
  close(reason?: string): void;
}

/** `calls: {name: [input, output]}`, `streams: {name: [input, item]}`. */
export interface Api {
  calls: Record<string, [input: unknown, output: unknown]>;
  streams: Record<string, [input: unknown, item: unknown]>;
}

/** A stream must end soon after its signal aborts: its place among those that may be open is taken until then. */
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

/** The longest name of a method, and the most items that a consumer may ask for beyond those that it got. */
const LONGEST_NAME = 100;
const MOST_CREDIT = 10_000;

export interface ServeOptions {
  /** Calls and streams open at once on this port; one more is refused with `capacity`. Default: any number, for a trusted peer. */
  maxOpen?: number;
}

/**
 * Answers requests on the port until it closes; then aborts what is still running and closes its generators. The other side need not be
 * trusted: what breaks the framing closes the port with the reason, and nothing is thrown into the event loop.
 */
export function serve<A extends Api>(port: Port, handlers: Handlers<A>, { maxOpen = Infinity }: ServeOptions = {}): void {
  const running = new Map<number, { abort: AbortController; credit: Credit | null }>();
  let closed = false;

  const fail = (id: number, error: ErrorData): void => {
    if (closed) return;
    try {
      port.send({ t: 'error', id, error } satisfies Reply);
    } catch {
      // Details that the port cannot carry must not keep the sentence from arriving.
      port.send({ t: 'error', id, error: { code: error.code, message: error.message } } satisfies Reply);
    }
  };
  const reply = (message: Reply): void => {
    if (!closed) port.send(message);
  };

  const call = async ({ id, name, input }: Extract<Request, { t: 'call' }>, signal: AbortSignal): Promise<void> => {
    const handler = own(handlers.calls, name);
    if (!handler) throw new StudioError('invalid-input', `There is no call named “${name}”.`);
    reply({ t: 'value', id, value: await handler(input, signal) });
  };

  const stream = async ({ id, name, input }: Extract<Request, { t: 'open' }>, credit: Credit, signal: AbortSignal): Promise<void> => {
    const handler = own(handlers.streams, name);
    if (!handler) throw new StudioError('invalid-input', `There is no stream named “${name}”.`);
    const items = handler(input, signal)[Symbol.asyncIterator]();
    let closing: Promise<unknown> | null = null;
    const close = (): Promise<unknown> => (closing ??= Promise.resolve(items.return?.()));
    // At once, not after the next item, which may never come.
    const leave = (): void => {
      credit.open();
      close().catch(() => undefined); // awaited below
    };
    signal.addEventListener('abort', leave, { once: true });
    try {
      for (let item = await items.next(); item.done !== true; item = await items.next()) {
        await credit.take();
        if (signal.aborted) break;
        reply({ t: 'item', id, value: item.value });
      }
    } finally {
      signal.removeEventListener('abort', leave);
      await close();
    }
    reply({ t: 'end', id });
  };

  const run = async (request: Extract<Request, { t: 'call' | 'open' }>): Promise<void> => {
    const { id } = request;
    const abort = new AbortController();
    const credit = request.t === 'open' ? new Credit(request.credit) : null;
    running.set(id, { abort, credit });
    try {
      await (request.t === 'open' ? stream(request, credit!, abort.signal) : call(request, abort.signal));
    } catch (error) {
      fail(id, errorData(error));
    } finally {
      running.delete(id);
    }
  };

  port.onMessage((message) => {
    if (closed) return;
    const request = readRequest(message);
    if (typeof request === 'string') return port.close(request);
    const known = running.get(request.id);
    if (request.t === 'abort') known?.abort.abort(new StudioError('canceled', 'Canceled.'));
    else if (request.t === 'credit') {
      if (known?.credit?.add(request.n) === false) port.close(`A stream may be owed ${MOST_CREDIT} items at most.`);
    } else if (known) port.close(`The id ${request.id} is in use: count them up.`);
    else if (running.size >= maxOpen) fail(request.id, { code: 'capacity', message: `${maxOpen} calls and streams are open on this connection, and no more may. Close one first.` });
    // Where not even the failure can be sent.
    else run(request).catch((error: unknown) => port.close(errorData(error).message));
  });
  port.onClose(() => {
    closed = true;
    for (const { abort } of running.values()) abort.abort(new StudioError('canceled', 'The other side went away.'));
  });
}

/** The message as a request, or what is wrong with its framing. What is in `input` is for the door of the contract to judge. */
function readRequest(message: unknown): Request | string {
  if (typeof message !== 'object' || message === null) return 'A message must be an object.';
  const { t, id, name, credit, n } = message as Record<string, unknown>;
  if (!Number.isSafeInteger(id)) return 'A message needs an id, which is a whole number.';
  if (t === 'abort') return message as Request;
  if (t === 'credit') return isCredit(n, 1) ? (message as Request) : `n must be a whole number from 1 to ${MOST_CREDIT}.`;
  if (t !== 'call' && t !== 'open') return 't must be call, open, credit or abort.';
  if (typeof name !== 'string' || name.length > LONGEST_NAME) return `name must be the name of a ${t === 'call' ? 'call' : 'stream'}.`;
  if (t === 'open' && !isCredit(credit, 0)) return `credit must be a whole number from 0 to ${MOST_CREDIT}.`;
  return message as Request;
}

const isCredit = (value: unknown, least: number): value is number => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= MOST_CREDIT;

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

/** A counting gate: `take` waits until somebody has added, or for nothing once it was opened. */
class Credit {
  #left: number;
  #wake: (() => void) | null = null;

  constructor(initial: number) {
    this.#left = initial;
  }

  /** false where that is so much that a producer could run away from a consumer that does not read. */
  add(n: number): boolean {
    if (this.#left === Infinity) return true;
    if (this.#left + n > MOST_CREDIT) return false;
    this.#left += n;
    this.#wake?.();
    return true;
  }

  open(): void {
    this.#left = Infinity;
    this.#wake?.();
  }

  async take(): Promise<void> {
    while (this.#left <= 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = null;
    this.#left -= 1;
  }
}
