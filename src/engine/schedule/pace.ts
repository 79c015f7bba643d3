/** Credit from the consumer: rendering stays within a lead ahead of the player, so that nobody renders minutes for a player that is paused. */
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';

export interface Pace {
  /**
   * The player is here now, seconds. Only the furthest place counts: credit once given is not taken back by a player that
   * goes back, and of several players the foremost sets the pace. Infinity: no player is waited for any more.
   */
  want(playheadSec: number): void;
  /**
   * Waits until the frame is wanted: frame / fps ≤ playhead + lead. The first lead is granted from the start.
   * @throws canceled
   */
  until(frame: number, signal?: AbortSignal): Promise<void>;
}

/** @param leadSec null: no limit, as fast as possible */
export function createPace({ fps, leadSec }: { fps: number; leadSec: number | null }): Pace {
  let playhead = 0;
  const waiting = new Set<{ frame: number; go: () => void }>();
  const isWanted = (frame: number): boolean => leadSec === null || frame / fps <= playhead + leadSec;

  return {
    want(playheadSec) {
      if (!(playheadSec > playhead)) return;
      playhead = playheadSec;
      for (const waiter of [...waiting]) if (isWanted(waiter.frame)) waiter.go();
    },
    async until(frame, signal) {
      throwIfCanceled(signal);
      if (isWanted(frame)) return;
      await new Promise<void>((resolve, reject) => {
        const end = (): void => {
          waiting.delete(waiter);
          signal?.removeEventListener('abort', leave);
        };
        const leave = (): void => {
          end();
          reject(new StudioError('canceled', 'Canceled.'));
        };
        const waiter = { frame, go: () => {
          end();
          resolve();
        } };
        waiting.add(waiter);
        signal?.addEventListener('abort', leave, { once: true });
      });
    },
  };
}
