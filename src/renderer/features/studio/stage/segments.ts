/** From sentence to sentence. */
import { usePlayer, type TimeRange } from '../../../player/player.ts';
import type { TakeData } from '../../../player/takeData.ts';
import { useCurrentTake } from '../../../state/currentTake.ts';

/** Nearer than this to its start, “the sentence before” means the one before that. */
const AT_START_SEC = 0.5;

/** Of the sentence that is said then; −1: none yet. */
export function segmentAt(said: readonly { startSec: number }[], sec: number): number {
  let found = -1;
  for (const [i, { startSec }] of said.entries()) if (startSec <= sec + 1e-3) found = i;
  return found;
}

export function segmentRangeAt(data: TakeData | null, sec: number): TimeRange | null {
  const segment = data?.said[Math.max(0, segmentAt(data.said, sec))];
  return segment ? { startSec: segment.startSec, endSec: segment.endSec } : null;
}

export function goToSegment(data: TakeData | null, step: 1 | -1): void {
  const { currentSec, seek } = usePlayer.getState();
  if (!data || data.said.length === 0) return seek(step < 0 ? 0 : usePlayer.getState().durationSec);
  const now = segmentAt(data.said, currentSec);
  const isAtStart = now >= 0 && currentSec - data.said[now].startSec < AT_START_SEC;
  const to = step > 0 ? now + 1 : isAtStart ? now - 1 : now;
  const segment = data.said[Math.min(data.said.length - 1, Math.max(0, to))];
  useCurrentTake.getState().select(segment.index);
  seek(segment.startSec);
}
