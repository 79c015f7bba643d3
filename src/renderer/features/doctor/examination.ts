/** The last examination: it goes on while the user is elsewhere, and stays to be looked at again. */
import { create } from 'zustand';
import type { CheckRow } from '../../../shared/contract/settings.ts';
import { client } from '../../studio/connection.ts';

interface Examination {
  checks: readonly CheckRow[];
  state: 'never' | 'running' | 'done' | 'failed';
  error: unknown;
}

export const useExamination = create<Examination>(() => ({ checks: [], state: 'never', error: null }));

let running: AbortController | null = null;

export async function examine(): Promise<void> {
  running?.abort();
  const abort = new AbortController();
  running = abort;
  useExamination.setState({ checks: [], state: 'running', error: null });
  try {
    for await (const check of (await client()).stream('doctor.run', null, { signal: abort.signal })) {
      useExamination.setState(({ checks }) => ({ checks: [...checks, check] }));
    }
    useExamination.setState({ state: 'done' });
  } catch (error) {
    if (running === abort && !abort.signal.aborted) useExamination.setState({ state: 'failed', error });
  }
}

export function stopExamining(): void {
  running?.abort();
  useExamination.setState({ state: 'never' }); // begun again at the next look
}
