/** Work that one at a time may do, over all processes that share a home: a row of the library's index says who is at it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfCanceled } from '../../shared/errors.ts';
import { catalogueOver, type Catalogue } from './catalogue.ts';
import { openIndex } from './database.ts';
import { thisProcess } from './owner.ts';

/** How often a lock that another one holds is looked at again. */
const LOCK_POLL_MS = 40;
/** Locks that this process holds: one that could not be given back, on a full disk, must not last. */
const held = new Set<string>();

/** Asks the index; how its failures are treated is the caller's matter. */
export type AskIndex = <T>(question: (catalogue: Catalogue) => T) => T;

/** Takes the lock of that name, or gives null where somebody has it now. @returns gives it back */
export function tryLock(ask: AskIndex, name: string): (() => void) | null {
  const holder = randomUUID();
  held.add(holder);
  const release = () => {
    held.delete(holder);
    try {
      ask((index) => index.unlock(name, holder));
    } catch {
      // A lock is worth nothing without its holder.
    }
  };
  try {
    if (ask((index) => index.tryLock(name, holder, thisProcess(), (other) => held.has(other)))) return release;
  } catch (error) {
    held.delete(holder);
    throw error;
  }
  held.delete(holder);
  return null;
}

/** Waits for the lock and works under it. @throws canceled while waiting; what `work` throws */
export async function locked<T>(ask: AskIndex, name: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  let release: (() => void) | null;
  while ((release = tryLock(ask, name)) === null) {
    throwIfCanceled(signal);
    await sleep(LOCK_POLL_MS);
  }
  try {
    return await work();
  } finally {
    release();
  }
}

/** `locked` for who has no open library. @param home its folder must exist @throws io where the index cannot be used */
export async function lockedIn<T>(home: string, name: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  // A broken index is set aside without a word: whoever opens the library next finds it empty, fills it and says so.
  const index = openIndex(home, { tables: catalogueOver, refill: () => undefined, onSetAside: () => undefined });
  try {
    return await locked((question) => index.ask(question), name, signal, work);
  } finally {
    index.close();
  }
}
