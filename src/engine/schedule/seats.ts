/** Admission: so many users at once, and for each a bounded queue of takes that are rendered one after the other. */
import { randomUUID } from 'node:crypto';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { createList, type List } from './list.ts';

/** What is known of the work under way. Unknown is null. */
export interface Forecast {
  /** Seconds of video that the machine makes per second, all takes together. */
  speed(): number | null;
  /** Seconds of video that the seat's takes, rendered and queued, still need. */
  secondsLeft(seatId: string): number | null;
}

export interface SeatsOptions {
  maxSeats?: number;
  /** Takes of one seat that wait while one is rendered. */
  queueLimit?: number;
  forecast: Forecast;
}

export interface Seats {
  /**
   * Takes a seat. `realTime`: its takes should keep up with playback while no more users than now are here; else `notice` says why not.
   * @throws capacity with `details: { retryAfterSec }` where all seats are taken
   */
  open(): { seatId: string; realTime: boolean; notice: string | null };
  /** Refuses what `enqueue` would refuse. */
  check(seatId: string): void;
  /**
   * Runs the take when those before it in its seat are done, and gives what it gives. Refusals are thrown at once, before anything waits.
   * A take that is canceled while it waits leaves the queue; once begun it must watch the signal itself.
   * @param onAwaited told, perhaps more than once, once its turn has come and its end is waited for: by another take of the seat, or because the seat is closing
   * @throws invalid-input (no such seat, or closed), capacity with `details: { retryAfterSec }` (its queue is full), canceled, what the take throws
   */
  enqueue<T>(seatId: string, take: () => Promise<T>, signal?: AbortSignal, onAwaited?: () => void): Promise<T>;
  /** No further takes; the seat is free for another user once its last take is done. Closing a closed seat does nothing. */
  close(seatId: string): void;
  /** So many users from now on; nobody who has a seat loses it. */
  resize(maxSeats: number): void;
  figures(): { users: number; maxUsers: number; takesQueued: number; takesRendering: number };
}

/** Of the measured speed that is promised: the rest is for what the machine does besides. */
const PROMISED_SHARE = 0.8;
/** Told where nothing better is known: about the length of a usual take. */
const RETRY_UNKNOWN_SEC = 30;
const RETRY_LONGEST_SEC = 600;

/** How many users can be promised real time at that speed (multiples of real time); unknown is null. */
export function realTimeUsers(measuredSpeed: number | null): number | null {
  return measuredSpeed === null ? null : Math.floor(PROMISED_SHARE * measuredSpeed);
}

interface Turn {
  begin: () => void;
  onAwaited: () => void;
}

interface Seat {
  id: string;
  closing: boolean;
  rendering: Turn | null;
  waiting: List<Turn>;
}

export function createSeats({ maxSeats: seatsAtFirst = 5, queueLimit = 10, forecast }: SeatsOptions): Seats {
  let maxSeats = seatsAtFirst;
  const seats = new Map<string, Seat>();

  /** The seats with work share the machine evenly, so the one with least left is done first. Those that will be free then come before all others. */
  const retryAfterSec = (among: readonly Seat[]): number => {
    const busy = [...seats.values()].filter(({ rendering }) => rendering).length;
    const closing = among.filter((seat) => seat.closing);
    const left = (closing.length > 0 ? closing : among.filter(({ rendering }) => rendering)).flatMap(({ id }) => forecast.secondsLeft(id) ?? []);
    const speed = forecast.speed();
    if (left.length === 0 || speed === null || speed <= 0) return RETRY_UNKNOWN_SEC;
    return Math.min(RETRY_LONGEST_SEC, Math.max(1, Math.ceil((Math.min(...left) * busy) / speed)));
  };
  /** A take that waits for its player would keep the others waiting with it. */
  const tellIfAwaited = ({ rendering, closing, waiting }: Seat): void => {
    if (closing || waiting.length > 0) rendering?.onAwaited();
  };
  const startNext = (seat: Seat): void => {
    const next = seat.waiting.first;
    if (next) {
      seat.waiting.remove(next);
      seat.rendering = next.value;
      next.value.begin();
      tellIfAwaited(seat);
    } else if (seat.closing) seats.delete(seat.id);
  };
  const wait = (seat: Seat, signal: AbortSignal | undefined, onAwaited: () => void): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        seat.waiting.remove(link);
        reject(new StudioError('canceled', 'Canceled.'));
      };
      const begin = (): void => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const link = seat.waiting.append({ begin, onAwaited });
      signal?.addEventListener('abort', leave, { once: true });
      if (seat.rendering) tellIfAwaited(seat);
      else startNext(seat);
    });
  const render = async <T>(seat: Seat, take: () => Promise<T>, signal: AbortSignal | undefined, onAwaited: () => void): Promise<T> => {
    await wait(seat, signal, onAwaited);
    try {
      throwIfCanceled(signal);
      return await take();
    } finally {
      seat.rendering = null;
      startNext(seat);
    }
  };

  const seatFor = (seatId: string): Seat => {
    const seat = seats.get(seatId);
    if (!seat || seat.closing) throw new StudioError('invalid-input', 'This session is closed, or was never open. Open another one first.');
    if (seat.rendering && seat.waiting.length >= queueLimit) {
      const retry = retryAfterSec([seat]);
      throw new StudioError('capacity', `${queueLimit} takes of this session are waiting, and no more may. Try again in about ${retry} s, or cancel one.`, { details: { retryAfterSec: retry } });
    }
    return seat;
  };

  return {
    check: (seatId) => void seatFor(seatId),
    open() {
      if (seats.size >= maxSeats) {
        const retry = retryAfterSec([...seats.values()]);
        throw new StudioError('capacity', `All ${maxSeats} seats of this studio are taken. Try again in about ${retry} s.`, { details: { retryAfterSec: retry } });
      }
      const seat: Seat = { id: randomUUID(), closing: false, rendering: null, waiting: createList() };
      seats.set(seat.id, seat);
      const speed = forecast.speed();
      const promised = realTimeUsers(speed);
      const realTime = promised !== null && seats.size <= promised;
      return { seatId: seat.id, realTime, notice: realTime ? null : slowNotice(speed, promised, seats.size) };
    },
    enqueue(seatId, take, signal, onAwaited = () => undefined) {
      throwIfCanceled(signal);
      return render(seatFor(seatId), take, signal, onAwaited);
    },
    close(seatId) {
      const seat = seats.get(seatId);
      if (!seat) return;
      seat.closing = true;
      if (seat.rendering) tellIfAwaited(seat);
      else startNext(seat);
    },
    resize: (limit) => void (maxSeats = limit),
    figures: () => {
      const all = [...seats.values()];
      return {
        users: all.length, maxUsers: maxSeats,
        takesQueued: all.reduce((sum, { waiting }) => sum + waiting.length, 0),
        takesRendering: all.filter(({ rendering }) => rendering).length,
      };
    },
  };
}

function slowNotice(speed: number | null, promised: number | null, users: number): string {
  if (speed === null || promised === null) return 'How fast this machine renders is not known yet, so playback may have to wait for rendering.';
  const enough = promised === 0 ? 'which is too slow to play along' : `enough for ${promised} ${promised === 1 ? 'user' : 'users'} at once`;
  return `This machine renders at ${speed.toFixed(1)} times real time, ${enough}, and ${users} ${users === 1 ? 'is' : 'are'} here: playback may have to wait for rendering.`;
}
