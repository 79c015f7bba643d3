/** Saves a document a moment after it was changed: one save at a time, the newest version last, and again while it fails. */
import { errorData, type ErrorData } from '../../shared/errors.ts';

/** `unsaved`: about to be saved. `failed`: and tried again by itself. */
export type Saving = { state: 'saved' | 'unsaved' | 'saving'; failure: null } | { state: 'failed'; failure: ErrorData };

export interface Autosave<T> {
  changed(document: T): void;
  /** What is not saved yet is saved now. */
  flush(): Promise<void>;
  /** What is not saved yet is given up. */
  drop(): void;
}

export interface AutosaveParts<T> {
  save: (document: T) => Promise<unknown>;
  onState: (saving: Saving) => void;
  delayMs?: number;
  retryMs?: number;
}

export function createAutosave<T>({ save, onState, delayMs = 800, retryMs = 4000 }: AutosaveParts<T>): Autosave<T> {
  let waiting: { document: T } | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let busy = false;
  let running = Promise.resolve();

  const later = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => void flush(), ms);
  };

  async function work(): Promise<void> {
    while (waiting) {
      const taken: { document: T } = waiting;
      waiting = null;
      onState({ state: 'saving', failure: null });
      try {
        await save(taken.document);
      } catch (error) {
        waiting ??= taken;
        busy = false;
        later(retryMs);
        onState({ state: 'failed', failure: errorData(error) });
        return;
      }
    }
    busy = false;
    onState({ state: 'saved', failure: null });
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    if (busy || !waiting) return running;
    busy = true;
    return (running = work());
  }

  return {
    changed(document) {
      waiting = { document };
      if (busy) return; // it goes on with this one
      onState({ state: 'unsaved', failure: null });
      later(delayMs);
    },
    flush,
    drop() {
      clearTimeout(timer);
      waiting = null;
      if (!busy) onState({ state: 'saved', failure: null });
    },
  };
}
