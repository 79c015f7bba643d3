/** Something has changed: whoever waits is woken. Nothing is queued, so a slow reader looks at what is true now. */
import { StudioError } from '../shared/errors.ts';

export interface Change {
  announce(): void;
  /** How often it was announced. Read it before looking, or a change in between is missed. */
  readonly count: number;
  /**
   * Resolves once it was announced more often than `count` times. A wait that is canceled leaves nothing behind, however rare changes are
   * and however many came to wait. @throws canceled
   */
  after(count: number, signal?: AbortSignal): Promise<void>;
  /** Resolves at the next `announce`. Ask for it before looking, or a change in between is missed. */
  next(): Promise<void>;
}

export function createChange(): Change {
  let count = 0;
  const waiting = new Set<() => void>();
  const after: Change['after'] = (seen, signal) =>
    new Promise((resolve, reject) => {
      const leave = () => {
        waiting.delete(wake);
        reject(new StudioError('canceled', 'Canceled.'));
      };
      const wake = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      if (signal?.aborted) leave();
      else if (count > seen) resolve();
      else {
        waiting.add(wake);
        signal?.addEventListener('abort', leave, { once: true });
      }
    });
  return {
    announce() {
      count += 1;
      for (const wake of waiting) wake();
      waiting.clear();
    },
    get count() {
      return count;
    },
    after,
    next: () => after(count),
  };
}
