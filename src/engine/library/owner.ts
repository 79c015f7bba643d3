/** Which process a lock or a work folder belongs to, and whether that one still lives. */
import { readFileSync } from 'node:fs';

export interface Owner {
  pid: number;
  /** When the process began, in the system's own units, so that a process number used again is told apart; '' where it cannot be known. */
  started: string;
}

/** Whose work nobody does any more. */
export const NOBODY: Owner = { pid: 0, started: '-' };

export function thisProcess(): Owner {
  return { pid: process.pid, started: startOf(process.pid) };
}

/** A process in another container with the same home counts as dead: its number means nothing here. */
export function isAlive({ pid, started }: Owner): boolean {
  if (pid === NOBODY.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, but another user's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return started === '' || startOf(pid) === started;
}

/**
 * Clock ticks from boot to the process's start: field 22 of /proc/PID/stat, counted after the name in brackets. Linux only. '' for one that has
 * ended and whose parent has not asked how.
 */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return /^[ZX]/.test(fields[0]) ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}
