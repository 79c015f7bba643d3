/** WebSockets as ports: a scripted socket for what a real one does rarely; test/engine/service has the real ones. */
import { expect, test, vi } from 'vitest';
import { REFUSED, socketPort, type SocketLike } from '../../src/shared/socketPort.ts';

function scripted() {
  const listeners: Record<string, ((event: { data: unknown }) => void)[]> = {};
  const socket = {
    readyState: 0,
    bufferedAmount: 0,
    sent: [] as string[],
    closedWith: [] as [number | undefined, string | undefined][],
    send: (text: string) => void socket.sent.push(text),
    close: (code?: number, reason?: string) => {
      socket.closedWith.push([code, reason]);
      socket.readyState = 2;
    },
    addEventListener: (type: string, listener: (event: { data: unknown }) => void) => void (listeners[type] ??= []).push(listener),
    emit: (type: string, data?: unknown) => listeners[type]?.forEach((listener) => listener({ data })),
  };
  return socket;
}
const open = (socket: ReturnType<typeof scripted>) => {
  socket.readyState = 1;
  socket.emit('open');
};

test('what is sent before the socket is open arrives then, in order', () => {
  const socket = scripted();
  const port = socketPort(socket satisfies SocketLike);
  port.send({ a: 1 });
  port.send({ a: 2 });
  expect(socket.sent).toEqual([]);
  open(socket);
  port.send({ a: 3 });
  expect(socket.sent).toEqual(['{"a":1}', '{"a":2}', '{"a":3}']);
});

test.each([['binary', new Uint8Array(3)], ['no JSON', '{"a":']])('a frame that is %s closes the socket, and what follows is not heard', (_, data) => {
  const socket = scripted();
  const heard: unknown[] = [];
  socketPort(socket).onMessage((message) => heard.push(message));
  open(socket);
  socket.emit('message', '{"a":1}');
  socket.emit('message', data);
  socket.emit('message', '{"a":2}');
  expect(heard).toEqual([{ a: 1 }]);
  expect(socket.closedWith).toEqual([[REFUSED, expect.any(String)]]);
});

test('a slow reader has time, and is closed when it takes none of it; far too much closes at once', () => {
  vi.useFakeTimers();
  try {
    const socket = scripted();
    const port = socketPort(socket, { slowBytes: 10, mostBytes: 100, patienceMs: 1000 });
    open(socket);
    socket.bufferedAmount = 50;
    port.send(1);
    vi.advanceTimersByTime(900);
    port.send(2);
    socket.bufferedAmount = 5; // caught up
    port.send(3);
    socket.bufferedAmount = 50;
    vi.advanceTimersByTime(900);
    port.send(4);
    expect([socket.sent.length, socket.closedWith]).toEqual([4, []]);
    vi.advanceTimersByTime(1001);
    port.send(5);
    expect([socket.sent.length, socket.closedWith]).toEqual([4, [[REFUSED, expect.stringContaining('read faster')]]]);
    port.send(6); // to nobody

    const other = scripted();
    const flooded = socketPort(other, { slowBytes: 10, mostBytes: 100, patienceMs: 1000 });
    open(other);
    other.bufferedAmount = 101;
    flooded.send(1);
    expect([other.sent, other.closedWith.length]).toEqual([[], 1]);
  } finally {
    vi.useRealTimers();
  }
});

test.each(['x'.repeat(500), '“سلام” '.repeat(50), '😀'.repeat(200)])('a reason fits into a close frame: %.12s…', (reason) => {
  const socket = scripted();
  open(socket);
  socketPort(socket).close(reason);
  expect(Buffer.byteLength(socket.closedWith[0][1]!)).toBeLessThanOrEqual(123);
  expect(reason.startsWith(socket.closedWith[0][1]!)).toBe(true);
});

test('a socket that is closed already says so', () => {
  const socket = scripted();
  socket.readyState = 3;
  let told = false;
  socketPort(socket).onClose(() => (told = true));
  expect(told).toBe(true);
});
