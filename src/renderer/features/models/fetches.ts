/** Models being fetched: they go on while the user is elsewhere. What is broken off is kept by the studio, and gone on with. */
import { create } from 'zustand';
import { toast } from 'sonner';
import i18next from 'i18next';
import { client } from '../../studio/connection.ts';
import { tellFailure } from '../../ui/states.tsx';

export interface Fetch {
  doneBytes: number;
  totalBytes: number | null;
}

/** By the model's id. */
export const useFetches = create<Record<string, Fetch>>(() => ({}));
const running = new Map<string, AbortController>();

/** For who has accepted the licence. */
export async function fetchModel(id: string): Promise<void> {
  if (running.has(id)) return;
  const abort = new AbortController();
  running.set(id, abort);
  useFetches.setState({ [id]: { doneBytes: 0, totalBytes: null } });
  try {
    for await (const event of (await client()).stream('models.fetch', { id, acceptedLicence: true }, { signal: abort.signal })) {
      if (event.type === 'progress') useFetches.setState({ [id]: event });
      else toast.success(i18next.t('models:models.fetched', { id }));
    }
  } catch (error) {
    if (!abort.signal.aborted) tellFailure(error);
  } finally {
    running.delete(id);
    useFetches.setState((all) => Object.fromEntries(Object.entries(all).filter(([name]) => name !== id)), true);
  }
}

export const stopFetching = (id: string): void => running.get(id)?.abort();
