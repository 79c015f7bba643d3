/** The one connection of the page, opened again whenever it breaks. Everything that asks or watches goes through here. */
import { create } from 'zustand';
import type { StudioApi } from '../../shared/contract.ts';
import { openClient, type StudioClient } from './host.ts';

interface Connection {
  state: 'connecting' | 'open' | 'lost';
  client: StudioClient | null;
  /** The page's seat in the scheduler; null: not taken yet, or none is free. */
  sessionId: string | null;
  /** Why takes may not keep up, or why there is no seat. */
  notice: string | null;
}

export const useConnection = create<Connection>(() => ({ state: 'connecting', client: null, sessionId: null, notice: null }));

const RETRY_MS = [300, 1000, 2000, 5000];
let attempts = 0;

/** Called once, by the page's entry. */
export async function keepConnected(): Promise<void> {
  try {
    const client = await openClient(() => {
      useConnection.setState({ state: 'lost', client: null, sessionId: null });
      retry();
    });
    attempts = 0;
    useConnection.setState({ state: 'open', client });
  } catch {
    useConnection.setState({ state: 'lost', client: null, sessionId: null });
    retry();
  }
}

function retry(): void {
  setTimeout(() => void keepConnected(), RETRY_MS[Math.min(attempts++, RETRY_MS.length - 1)]);
}

/** The client, once there is one. */
export function client(): Promise<StudioClient> {
  const now = useConnection.getState().client;
  if (now) return Promise.resolve(now);
  return new Promise((resolve) => {
    const stop = useConnection.subscribe(({ client: opened }) => {
      if (!opened) return;
      stop();
      resolve(opened);
    });
  });
}

export async function call<K extends keyof StudioApi['calls']>(name: K, input: StudioApi['calls'][K][0], signal?: AbortSignal): Promise<StudioApi['calls'][K][1]> {
  return (await client()).call(name, input, signal);
}

/** The seat, taken when it is first needed and given back by the host when the page goes. @throws capacity with the reason where none is free */
export async function seat(): Promise<string> {
  const { sessionId } = useConnection.getState();
  if (sessionId !== null) return sessionId;
  const opened = await call('sessions.open', { name: 'studio' });
  useConnection.setState({ sessionId: opened.sessionId, notice: opened.notice });
  return opened.sessionId;
}
