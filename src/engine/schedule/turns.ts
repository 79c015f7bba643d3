/** Turns at a resource that takes share (the speech thread, the render thread): at most `slots` works at once, in the fair queue's order. */
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { createFairQueue, type SeatLoad } from './fairQueue.ts';

export interface TurnAsked {
  seat: string;
  /** In the resource's own unit: characters to speak, frames to draw. Above zero. */
  cost: number;
  /** First words of a take. */
  urgent?: boolean;
  signal?: AbortSignal | undefined;
}

export interface Turns {
  /**
   * Runs the work when it is this seat's turn, and gives what it gives. A cancel while waiting leaves at once; once begun, the work
   * must watch the signal itself, and holds its slot until it settles. A work that fails harms no other.
   * @param work gets how long it waited, milliseconds
   * @throws canceled, what the work throws
   */
  turn<T>(asked: TurnAsked, work: (waitedMs: number) => Promise<T>): Promise<T>;
  /** What waits now, in all and for each seat, and how many works are under way. */
  waiting(): { items: number; cost: number; seats: SeatLoad[]; running: number };
}

/** Cost granted per turn unless given: a second of frames, or about two seconds of characters. Dearer items work too. */
const QUANTUM = 25;

/** @param slots how many works the resource does at once */
export function createTurns({ slots, quantum = QUANTUM }: { slots: number; quantum?: number }): Turns {
  const queue = createFairQueue<() => void>({ quantum });
  let running = 0;
  const startNext = (): void => {
    while (running < slots) {
      const start = queue.next();
      if (!start) return;
      running += 1;
      start();
    }
  };
  const wait = ({ seat, cost, urgent = false, signal }: TurnAsked): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        if (queue.remove(ticket)) reject(new StudioError('canceled', 'Canceled.'));
      };
      const ticket = queue.add({ seat, cost, urgent, item: () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      } });
      signal?.addEventListener('abort', leave, { once: true });
      startNext();
    });

  return {
    async turn(asked, work) {
      throwIfCanceled(asked.signal);
      const askedAt = performance.now();
      await wait(asked);
      try {
        throwIfCanceled(asked.signal); // between its turn and here
        return await work(performance.now() - askedAt);
      } finally {
        running -= 1;
        startNext();
      }
    },
    waiting: () => ({ items: queue.items, cost: queue.cost, seats: queue.seats(), running }),
  };
}
