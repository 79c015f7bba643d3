/** Processes as tests look at them. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that has ended but that nobody has asked after yet is not alive. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** For what tells no event, such as the end of a process that is not ours. @throws once it has taken longer than that */
export async function until(isSo: () => boolean, limitMs = 30_000): Promise<void> {
  const sinceMs = performance.now();
  while (!isSo()) {
    if (performance.now() - sinceMs > limitMs) throw new Error(`After ${limitMs} ms it was still not so: ${isSo.toString()}`);
    await sleep(10);
  }
}
