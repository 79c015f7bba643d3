/** Where things lie on the timeline: seconds against pixels. Pure. */

export interface View {
  /** Of what is seen, pixels. */
  width: number;
  pxPerSec: number;
  /** Of the whole, at the left edge; pixels. */
  scrollLeft: number;
}

/** A short take does not fill the line at first: it grows into it. */
const SHORTEST_SEC = 4;
const CLOSEST_PX_PER_SEC = 480;

/** @param zoom 0: all is seen; 1: closest */
export function pxPerSecAt(zoom: number, width: number, durationSec: number): number {
  const fit = Math.max(1, width) / Math.max(SHORTEST_SEC, durationSec);
  return fit * Math.max(1, CLOSEST_PX_PER_SEC / fit) ** zoom;
}

/** The scroll that keeps what lies under the pointer there while the scale changes. */
export const scrollFor = (anchorSec: number, anchorX: number, pxPerSec: number): number => Math.max(0, anchorSec * pxPerSec - anchorX);

const TICKS_SEC = [0.04, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600];

/** Seconds between two figures of the ruler, which need some room. */
export const tickSecOf = (pxPerSec: number, roomPx = 72): number => TICKS_SEC.find((sec) => sec * pxPerSec >= roomPx) ?? 1800;

export interface Spoken {
  startSec: number;
  endSec: number;
}

/** Those that can be seen: first and last + 1. They follow on each other. */
export function visible(items: readonly Spoken[], fromSec: number, toSec: number): { first: number; end: number } {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle].endSec < fromSec) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < items.length && items[end].startSec <= toSec) end += 1;
  return { first: low, end };
}
