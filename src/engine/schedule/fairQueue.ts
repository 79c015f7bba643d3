/**
 * Who is next: deficit round-robin over seats (M. Shreedhar and G. Varghese, “Efficient fair queueing using deficit round
 * robin”, SIGCOMM 1995), counted in cost, with a lane for first words.
 *
 * In its turn a seat is granted a quantum and served while its credit pays for the item at its head; what is left is kept for its
 * next turn, and a seat without work holds no credit. So, while two seats both have work waiting from the start, what they were served differs by
 * at most a quantum and the dearest item (by one more dearest item in a stretch that begins anywhere).
 *
 * An urgent item at the head of its seat goes before everything that is not, one per seat in turn. It is paid for all the same: the
 * credit goes below zero and is earned back in later rounds, by seats that are away as well, so that starting take after take
 * brings nothing. Once a seat owes `advance`, its urgent items wait like others. The bound: while a seat has work
 * waiting, no other seat is served more than a quantum, `advance` and three of the dearest items above it.
 */
import { StudioError } from '../../shared/errors.ts';
import { createList, type Link, type List } from './list.ts';

export interface Asked<T> {
  seat: string;
  /** Above zero; the unit is the queue's owner's (frames, characters). */
  cost: number;
  /** First words of a take. It never overtakes what its own seat asked for before. */
  urgent: boolean;
  item: T;
}

/** What waits for a seat. */
export interface SeatLoad {
  seat: string;
  items: number;
  cost: number;
}

export interface FairQueueOptions {
  /** Granted per turn. Every operation is O(1) where no item costs more; a dearer one is passed over for some rounds first. */
  quantum: number;
  /** How much a seat may owe before its urgent items wait like others. Twice the quantum unless given. */
  advance?: number;
}

declare const ticket: unique symbol;
/** Names an item that was added. */
export interface Ticket {
  readonly [ticket]: never;
}

export interface FairQueue<T> {
  /** @throws bug where the cost is no number above zero */
  add(asked: Asked<T>): Ticket;
  /** Takes out the item whose turn it is; null: nothing waits. Items of one seat come in the order in which they were added. */
  next(): T | null;
  /** Takes an item out unserved and without charge; false: it is not waiting any more. */
  remove(item: Ticket): boolean;
  readonly items: number;
  readonly urgentItems: number;
  readonly cost: number;
  /** Only seats for which something waits. */
  seats(): SeatLoad[];
}

interface Seat<T> {
  name: string;
  entries: List<Entry<T>>;
  cost: number;
  credit: number;
  /** Its turn has begun and is not over. */
  inTurn: boolean;
  /** Where it waits for its turn; null: it has no work. */
  at: { lane: List<Seat<T>>; link: Link<Seat<T>> } | null;
  /** Round of its last turn, and round in which it ran out of work; −1: none. */
  visited: number;
  left: number;
}

interface Entry<T> extends Asked<T> {
  of: Seat<T>;
  waiting: boolean;
}

export function createFairQueue<T>({ quantum, advance = 2 * quantum }: FairQueueOptions): FairQueue<T> {
  if (!(quantum > 0 && advance >= 0)) throw new StudioError('bug', `A fair queue needs a quantum above zero and an advance of at least zero, got ${quantum} and ${advance}.`);
  const seats = new Map<string, Seat<T>>();
  const ordinary = createList<Seat<T>>();
  const urgent = createList<Seat<T>>();
  let items = 0, urgentItems = 0, cost = 0;
  /** A new round begins when a seat comes to its second turn in one. */
  let round = 0;

  const seatOf = (name: string): Seat<T> => {
    const seat: Seat<T> = seats.get(name) ?? { name, entries: createList(), cost: 0, credit: 0, inTurn: false, at: null, visited: -1, left: -1 };
    seats.set(name, seat);
    return seat;
  };
  const headOf = (seat: Seat<T>): Entry<T> => seat.entries.first!.value;
  const overtakes = (seat: Seat<T>): boolean => headOf(seat).urgent && seat.credit > -advance;

  const move = (seat: Seat<T>, lane: List<Seat<T>> | null): void => {
    seat.at?.lane.remove(seat.at.link);
    seat.at = lane && { lane, link: lane.append(seat) };
  };
  /** Puts a seat whose head changed where it belongs. */
  const place = (seat: Seat<T>): void => {
    if (seat.entries.length === 0) {
      move(seat, null);
      seat.inTurn = false;
      seat.credit = Math.min(0, seat.credit);
      seat.left = round;
      if (items === 0) seats.clear(); // nobody waits, so nobody is owed anything
    } else if (!seat.inTurn) {
      const lane = overtakes(seat) ? urgent : ordinary;
      if (seat.at?.lane !== lane) move(seat, lane);
    }
  };
  const takeOut = (link: Link<Entry<T>>): void => {
    const entry = link.value;
    entry.waiting = false;
    entry.of.entries.remove(link);
    entry.of.cost -= entry.cost;
    cost -= entry.cost;
    items -= 1;
    if (entry.urgent) urgentItems -= 1;
  };
  const serve = (seat: Seat<T>): T => {
    const link = seat.entries.first!;
    takeOut(link);
    seat.credit -= link.value.cost;
    if (seat.at?.lane === urgent) move(seat, null); // behind the other urgent seats
    place(seat);
    return link.value.item;
  };
  const beginTurn = (seat: Seat<T>): void => {
    if (seat.visited === round) round += 1;
    seat.visited = round;
    seat.inTurn = true;
    seat.credit += quantum;
  };

  return {
    add(asked) {
      if (!(asked.cost > 0 && Number.isFinite(asked.cost))) throw new StudioError('bug', `An item that waits for its turn needs a cost above zero, got ${asked.cost}.`);
      const seat = seatOf(asked.seat);
      // Rounds in which it was away count towards what it owes; the one of its coming turn is granted then.
      if (seat.entries.length === 0 && seat.credit < 0) seat.credit = Math.min(0, seat.credit + quantum * Math.max(0, round - seat.left - 1));
      const link = seat.entries.append({ ...asked, of: seat, waiting: true });
      seat.cost += asked.cost;
      cost += asked.cost;
      items += 1;
      if (asked.urgent) urgentItems += 1;
      if (seat.entries.length === 1) place(seat);
      return link as unknown as Ticket;
    },
    next() {
      if (urgent.first) return serve(urgent.first.value);
      for (;;) {
        const seat = ordinary.first?.value;
        if (!seat) return null;
        if (!seat.inTurn) beginTurn(seat);
        if (headOf(seat).cost <= seat.credit || overtakes(seat)) return serve(seat);
        seat.inTurn = false;
        move(seat, ordinary);
      }
    },
    remove(item) {
      const link = item as unknown as Link<Entry<T>>;
      if (!link.value.waiting) return false;
      takeOut(link);
      place(link.value.of);
      return true;
    },
    get items() {
      return items;
    },
    get urgentItems() {
      return urgentItems;
    },
    get cost() {
      return cost;
    },
    seats: () => [...seats.values()].filter(({ entries }) => entries.length > 0).map((seat) => ({ seat: seat.name, items: seat.entries.length, cost: seat.cost })),
  };
}
