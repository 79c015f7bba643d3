/** Calls and streams as hooks. What the studio says has changed is asked for again by itself (changes.watch). */
import { QueryClient, useMutation, useQuery, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, useEffectEvent } from 'react';
import type { StudioApi } from '../../shared/contract.ts';
import { errorData } from '../../shared/errors.ts';
import { call, client, useConnection } from './connection.ts';

type Calls = StudioApi['calls'];
type Streams = StudioApi['streams'];
type CallName = keyof Calls;
type StreamName = keyof Streams;

export const queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity, refetchOnWindowFocus: false }, mutations: { retry: false } } });

/** @param enabled false: not asked yet */
export function useCall<K extends CallName>(name: K, input: Calls[K][0], { enabled = true }: { enabled?: boolean } = {}): UseQueryResult<Calls[K][1]> {
  return useQuery({ queryKey: [name, input], queryFn: ({ signal }) => call(name, input, signal), enabled });
}

/** To be made by the user's hand: a mutation. Failures are the caller's to show. */
export function useAct<K extends CallName>(name: K): UseMutationResult<Calls[K][1], Error, Calls[K][0]> {
  return useMutation({ mutationFn: (input: Calls[K][0]) => call(name, input) });
}

/** Watches while the component lives, and again after the connection broke. null as input: not now. */
export function useWatch<K extends StreamName>(name: K, input: Streams[K][0] | undefined, onItem: (item: Streams[K][1]) => void, onEnd?: (error: ReturnType<typeof errorData> | null) => void): void {
  const told = useEffectEvent(onItem);
  const ended = useEffectEvent((error: ReturnType<typeof errorData> | null) => onEnd?.(error));
  const connected = useConnection(({ client: now }) => now);
  const key = input === undefined ? undefined : JSON.stringify(input);
  useEffect(() => {
    if (key === undefined || !connected) return;
    const abort = new AbortController();
    void (async () => {
      try {
        for await (const item of connected.stream(name, JSON.parse(key) as Streams[K][0], { signal: abort.signal, credit: 64 })) told(item);
        if (!abort.signal.aborted) ended(null);
      } catch (error) {
        if (!abort.signal.aborted) ended(errorData(error));
      }
    })();
    return () => abort.abort();
  }, [name, key, connected]);
}

/** Lists that hang on each kind of change. */
const ASKED_AGAIN: Record<Streams['changes.watch'][1], string[]> = {
  avatars: ['avatars.'], takes: ['takes.'], models: ['models.', 'engine.'], voices: ['voices.', 'script.'], lexicon: ['lexicon.', 'script.'], projects: ['projects.'], settings: ['settings.', 'recordings.'],
};

/** Called once, by the page's entry: for as long as the page lives. */
export async function followChanges(): Promise<void> {
  for (;;) {
    try {
      const now = await client();
      await queries.invalidateQueries(); // whatever happened while nobody listened
      for await (const kind of now.stream('changes.watch', null)) {
        void queries.invalidateQueries({ predicate: ({ queryKey: [name] }) => ASKED_AGAIN[kind].some((prefix) => String(name).startsWith(prefix)) });
      }
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 300)); // the connection is being opened again
    }
  }
}
