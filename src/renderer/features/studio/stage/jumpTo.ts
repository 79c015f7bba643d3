import { usePlayer, type TimeRange } from '../../../player/player.ts';

/** A moment is repeated with so much around it: a single frame cannot be watched. */
const AROUND_SEC = 0.6;

/** Goes to a moment, and repeats it. */
export function jumpTo({ startSec, endSec }: TimeRange): void {
  const player = usePlayer.getState();
  const isShort = endSec - startSec < 2 * AROUND_SEC;
  const middle = (startSec + endSec) / 2;
  const range = isShort ? { startSec: Math.max(0, middle - AROUND_SEC), endSec: Math.min(player.durationSec || Infinity, middle + AROUND_SEC) } : { startSec, endSec };
  player.seek(range.startSec);
  player.loop(range);
}
