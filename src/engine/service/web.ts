/** Between the web's Request and Response, which the doors are written in, and node:http. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorData, StudioError, type ErrorCode } from '../../shared/errors.ts';

/** A refusal with a status of its own. */
export class HttpError extends StudioError {
  readonly status: number;

  constructor(status: number, message: string) {
    super('invalid-input', message);
    this.status = status;
  }
}

const STATUS: Record<ErrorCode, number> = { 'invalid-input': 400, 'missing-asset': 404, capacity: 429, device: 503, canceled: 503, io: 500, bug: 500 };

export function failure(status: number, code: ErrorCode, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error: { code, message } }, { status, headers });
}

/** What was thrown, as an answer: `{error: {code, message}}`. */
export function failed(error: unknown): Response {
  const { code, message } = errorData(error);
  // A bug's stack is for the log of whoever runs the service.
  return failure(error instanceof HttpError ? error.status : STATUS[code], code, message.split('\n', 1)[0]);
}

/**
 * A body that is made as it is read: nothing is read ahead of the reader. Its signal aborts, and `done` is called once, when it ended or
 * the reader is gone.
 */
export function bodyOf(make: (signal: AbortSignal) => AsyncGenerator<Uint8Array, void, void>, reader: AbortSignal, done?: () => Promise<void>): ReadableStream<Uint8Array> {
  const abort = new AbortController();
  const leave = () => abort.abort(new StudioError('canceled', 'The reader went away.'));
  if (reader.aborted) leave();
  else reader.addEventListener('abort', leave, { once: true });
  const pieces = make(abort.signal);
  let isOver = false;
  const end = async () => {
    if (isOver) return;
    isOver = true;
    reader.removeEventListener('abort', leave);
    leave();
    await pieces.return();
    await done?.();
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done: isLast, value } = await pieces.next();
          if (isLast === true) {
            controller.close();
            await end();
          } else controller.enqueue(value);
        } catch (error) {
          await end();
          throw error;
        }
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  );
}

/**
 * The request without its body; the signal aborts when the connection ends.
 * @throws TypeError where the address or the method are no such thing
 */
export function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers();
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) headers.append(incoming.rawHeaders[i], incoming.rawHeaders[i + 1]);
  // The form of an address that clients send to a server itself; a proxy's form names a host of its own.
  if (!incoming.url?.startsWith('/')) throw new TypeError('not a path');
  return new Request(`http://service${incoming.url}`, { method: incoming.method ?? 'GET', headers, signal });
}

/** Sends as fast as it is read: a piece is asked for when those before it have left for the system's buffers. */
export async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  const reader = response.body?.getReader();
  const gone = new Promise<void>((resolve) => outgoing.once('close', resolve));
  if (outgoing.destroyed) return reader?.cancel();
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.flushHeaders();
  void gone.then(() => reader?.cancel().catch(() => undefined));
  try {
    for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
      if (outgoing.destroyed) return;
      if (!outgoing.write(piece.value)) await Promise.race([new Promise((resolve) => outgoing.once('drain', resolve)), gone]);
    }
    outgoing.end();
  } catch {
    // The header is long gone: an end without the last chunk is what tells the reader.
    outgoing.destroy();
  }
}
