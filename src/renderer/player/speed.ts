/** How fast a take is rendered, told from when its chunks were done. */

export interface ChunkArrival {
  /** Where it ends in the take, seconds. */
  sec: number;
  /** When it was done. */
  ms: number;
  /** Rendering waited for its player before it, which keeps it to a lead, or for an engine that began again: how long it took says nothing of the speed. */
  heldBack: boolean;
}

/** Chunks that come closer together are told of at once: they were made before, one after the other, or all of them before the page was opened. */
const AT_ONCE_MS = 40;

/** × real time; null: too little was seen. @param arrivals ascending, of consecutive chunks */
export function speedOf(arrivals: readonly ChunkArrival[]): number | null {
  const together: ChunkArrival[] = [];
  for (const each of arrivals) {
    const last = together.at(-1);
    if (last && each.ms - last.ms < AT_ONCE_MS) Object.assign(last, { sec: each.sec, heldBack: last.heldBack || each.heldBack });
    else together.push({ ...each });
  }
  let [sec, ms] = [0, 0];
  together.slice(1).forEach((each, i) => {
    if (each.heldBack) return;
    sec += each.sec - together[i].sec;
    ms += each.ms - together[i].ms;
  });
  return ms === 0 ? null : (1000 * sec) / ms;
}
