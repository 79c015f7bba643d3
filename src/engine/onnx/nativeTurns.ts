/**
 * Turns at a session thread. Native calls block it, so there is one at a time; that also makes their measured times their own.
 * Warming up in the background gives way to requests: it starts only where no request waits, or after it has waited for long.
 */
import { setImmediate } from 'node:timers/promises';
import { StudioError } from '../../shared/errors.ts';

export type Lane = 'request' | 'background';

export interface NativeTurns {
  /** Does the work (one native call) when it is its turn, and gives what it gives. */
  turn: <T>(lane: Lane, work: () => Promise<T>) => Promise<T>;
  /** Resolves once the work under way is over; what waits, and what comes later, fails with `io`. */
  close: () => Promise<void>;
}

const gone = (): StudioError => new StudioError('io', 'The session room was closed before the work was done.');

/** Under steady requests a warm-up run still comes at this pace: a take that names the model waits for it. */
const PATIENCE_MS = 1000;

export function createNativeTurns(now: () => number = () => performance.now()): NativeTurns {
  const waiting: { lane: Lane; sinceMs: number; work: () => Promise<void>; refuse: (error: StudioError) => void }[] = [];
  let working: Promise<void> | null = null;
  let closed = false;
  const firstDue = (): number => waiting.findIndex(({ lane, sinceMs }) => lane === 'request' || now() - sinceMs >= PATIENCE_MS);

  const workOff = async (): Promise<void> => {
    while (waiting.length > 0) {
      // A request may lie in the thread's port, unread while the call before blocked: one turn of the event loop brings it in.
      if (firstDue() === -1) await setImmediate();
      if (closed) break;
      const [next] = waiting.splice(Math.max(0, firstDue()), 1);
      await next.work();
    }
    working = null;
  };

  return {
    turn(lane, work) {
      return new Promise((resolve, reject) => {
        if (closed) throw gone();
        waiting.push({ lane, sinceMs: now(), work: () => work().then(resolve, reject), refuse: reject });
        working ??= Promise.resolve().then(workOff);
      });
    },
    async close() {
      closed = true;
      for (const { refuse } of waiting.splice(0)) refuse(gone());
      await working;
    },
  };
}
