/** Saves documents a moment after they were changed: one save at a time, of each the newest version last, and again while it fails. */
import { errorData, type ErrorData } from '../../shared/errors.ts';

/** Of all of them. `unsaved`: about to be saved. `failed`: and tried again by itself. */
export type Saving = { state: 'saved' | 'unsaved' | 'saving'; failure: null } | { state: 'failed'; failure: ErrorData };

export interface Autosave<T> {
  changed(document: T): void;
  /** What is not saved yet is saved now. */
  flush(): Promise<void>;
  /** What is not saved yet of that document is given up. */
  drop(id: string): void;
  /** The version of that document that is not saved yet. */
  unsaved(id: string): T | undefined;
}

export interface AutosaveParts<T> {
  save: (document: T) => Promise<unknown>;
  idOf: (document: T) => string;
  onState: (saving: Saving) => void;
  delayMs?: number;
  retryMs?: number;
}

export function createAutosave<T>({ save, idOf, onState, delayMs = 800, retryMs = 4000 }: AutosaveParts<T>): Autosave<T> {
  /** By id: what fails of one does not give way to another. What was changed last comes last. */
  const waiting = new Map<string, T>();
  /** What is being saved, unless it has been given up. */
  const taken = new Map<string, T>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let busy = false;
  let running = Promise.resolve();

  const later = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => void flush(), ms);
  };

  /** @throws what `save` does, unless it has been given up meanwhile */
  async function saveOne(id: string): Promise<void> {
    const document = waiting.get(id)!;
    waiting.delete(id);
    taken.set(id, document);
    try {
      await save(document);
    } catch (error) {
      if (!taken.has(id)) return;
      if (!waiting.has(id)) waiting.set(id, document);
      throw error;
    } finally {
      taken.delete(id);
    }
  }

  async function work(): Promise<void> {
    const failures = new Map<string, ErrorData>();
    // The last changed first: it need not wait for one that fails slowly.
    const next = () => [...waiting.keys()].findLast((id) => !failures.has(id));
    for (let id = next(); id !== undefined; id = next()) {
      onState({ state: 'saving', failure: null });
      try {
        await saveOne(id);
      } catch (error) {
        failures.set(id, errorData(error));
      }
    }
    busy = false;
    const failed = [...failures].find(([id]) => waiting.has(id));
    if (failed) later(retryMs);
    onState(failed ? { state: 'failed', failure: failed[1] } : { state: 'saved', failure: null });
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    if (busy || waiting.size === 0) return running;
    busy = true;
    return (running = work());
  }

  return {
    changed(document) {
      const id = idOf(document);
      waiting.delete(id);
      waiting.set(id, document);
      if (busy) return; // it goes on with this one
      onState({ state: 'unsaved', failure: null });
      later(delayMs);
    },
    flush,
    drop(id) {
      waiting.delete(id);
      taken.delete(id);
      if (busy || waiting.size > 0) return;
      clearTimeout(timer);
      onState({ state: 'saved', failure: null });
    },
    unsaved: (id) => waiting.get(id) ?? taken.get(id),
  };
}
