/** A WebSocket as a Port, in the page and in Node alike: one JSON text frame is one message. */
import type { Port } from './rpc.ts';

/** What the browser's WebSocket and that of `ws` have in common. */
export interface SocketLike {
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** Bytes given to `send` that the other side has not taken yet. */
  readonly bufferedAmount: number;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
}

export interface SocketPortOptions {
  /** Bytes that may wait for a slow reader for longer than `patienceMs`, and at all. */
  slowBytes?: number;
  mostBytes?: number;
  patienceMs?: number;
}

/** The other side did what it must not do; the frame's reason says what. Codes from 4000 on are an application's own. */
export const REFUSED = 4400;
const NORMAL = 1000;
/** Of UTF-8, by the protocol. */
const REASON_BYTES = 123;

/**
 * What is sent before the socket is open waits for it. Credit bounds the items of a stream; replies are bounded here: a reader that leaves
 * too much lying for too long is closed.
 */
export function socketPort(socket: SocketLike, { slowBytes = 8 << 20, mostBytes = 64 << 20, patienceMs = 10_000 }: SocketPortOptions = {}): Port {
  let waiting: string[] | null = socket.readyState === 0 ? [] : null;
  let slowSinceMs: number | null = null;
  const refuse = (reason: string): void => socket.close(REFUSED, shortened(reason));

  socket.addEventListener('open', () => {
    for (const text of waiting ?? []) socket.send(text);
    waiting = null;
  });
  socket.addEventListener('error', () => undefined); // its close follows

  return {
    send(message) {
      const text = JSON.stringify(message);
      if (waiting && socket.readyState === 0) waiting.push(text);
      if (socket.readyState !== 1) return;
      const lying = socket.bufferedAmount;
      slowSinceMs = lying > slowBytes ? (slowSinceMs ?? Date.now()) : null;
      if (lying > mostBytes || (slowSinceMs !== null && Date.now() - slowSinceMs > patienceMs)) refuse('Too much lies unread: read faster, or ask for less.');
      else socket.send(text);
    },
    onMessage(listener) {
      socket.addEventListener('message', ({ data }) => {
        if (socket.readyState !== 1) return; // refused: what is still on its way counts no more
        if (typeof data !== 'string') return refuse('Messages are text, not binary.');
        let message: unknown;
        try {
          message = JSON.parse(data);
        } catch {
          return refuse('Messages are JSON.');
        }
        listener(message);
      });
    },
    onClose(listener) {
      if (socket.readyState === 3) listener();
      else socket.addEventListener('close', listener);
    },
    close: (reason) => (reason === undefined ? socket.close(NORMAL) : refuse(reason)),
  };
}

/** At most REASON_BYTES of UTF-8: no character is more than four bytes, most are one. */
function shortened(reason: string): string {
  const limit = /^[\x20-\x7e]*$/.test(reason) ? REASON_BYTES : REASON_BYTES / 4;
  return reason.length <= limit ? reason : Array.from(reason).slice(0, limit).join('');
}
