/** What a Node process really holds: its memory right after all of its isolates were made to collect their garbage, through the inspector that Node opens on a signal. */
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** Where Node's inspector listens unless told otherwise. */
const INSPECTOR = 'http://127.0.0.1:9229/json';
/** A thread that computes answers when it is done. */
const PATIENCE_MS = 5000;

interface Message {
  id?: number;
  method?: string;
  params?: { sessionId: string; message?: string };
}

export interface Inspected {
  /** Resident bytes after a collection in every isolate that answered. */
  residentBytes(): Promise<number>;
  close(): void;
}

/** @param pid a Node process of this machine, with no other one under an inspector */
export async function inspectProcess(pid: number): Promise<Inspected> {
  const socket = new WebSocket(await opened(pid));
  await once(socket, 'open');
  const waiting = new Map<string, () => void>();
  const workers: string[] = [];
  let last = 0;
  const answered = (name: string): void => {
    waiting.get(name)?.();
    waiting.delete(name);
  };
  socket.on('message', (data: Buffer) => {
    const { id, method, params } = JSON.parse(data.toString()) as Message;
    if (id !== undefined) answered(`main ${id}`);
    else if (method === 'NodeWorker.attachedToWorker') workers.push(params!.sessionId);
    else if (method === 'NodeWorker.receivedMessageFromWorker') answered(`${params!.sessionId} ${(JSON.parse(params!.message!) as Message).id}`);
  });
  const ask = (method: string, params: object, name = 'main', id = ++last): Promise<unknown> => {
    socket.send(JSON.stringify({ id: name === 'main' ? id : ++last, method, params }));
    return Promise.race([new Promise<void>((resolve) => waiting.set(`${name} ${id}`, resolve)), sleep(PATIENCE_MS)]);
  };
  await ask('NodeWorker.enable', { waitForDebuggerOnStart: false });
  return {
    async residentBytes() {
      await ask('HeapProfiler.collectGarbage', {});
      for (const sessionId of workers) {
        const id = ++last;
        await ask('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' }) }, sessionId, id);
      }
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024;
    },
    close: () => socket.close(),
  };
}

/** null: nobody listens there. */
const targetNow = (): Promise<string | null> =>
  fetch(INSPECTOR).then(async (answer) => ((await answer.json()) as { webSocketDebuggerUrl: string }[])[0]?.webSocketDebuggerUrl ?? null, () => null);

async function opened(pid: number): Promise<string> {
  if ((await targetNow()) !== null) throw new Error(`Another process is under an inspector already (${INSPECTOR}).`);
  process.kill(pid, 'SIGUSR1');
  for (let i = 0; i < 100; i++) {
    const target = await targetNow();
    if (target !== null) return target;
    await sleep(50);
  }
  throw new Error(`Process ${pid} opened no inspector at ${INSPECTOR}.`);
}
