/** Two videos that play as one: the first leads, the second follows with an offset. */

export interface Pair {
  lead: HTMLVideoElement;
  follow: HTMLVideoElement;
  /** How much later in itself the second one is, seconds. */
  offsetSec: number;
}

/** Off by more than this while playing, the second one jumps; less is made up for by its speed. */
const JUMP_SEC = 0.25;
const DRIFT_SEC = 0.02;

/** Where the second one should be now, kept inside its video. */
const wantedSec = ({ lead, follow, offsetSec }: Pair): number => Math.min(Math.max(0, lead.currentTime + offsetSec), Number.isFinite(follow.duration) ? follow.duration : Infinity);

/** Called for each picture while they play, and whenever they stand still. */
export function bringTogether(pair: Pair): void {
  const { lead, follow } = pair;
  const wanted = wantedSec(pair);
  const behind = wanted - follow.currentTime;
  const isWithin = wanted > 0 && (!Number.isFinite(follow.duration) || wanted < follow.duration);
  if (lead.paused) {
    if (!follow.paused) follow.pause();
    if (Math.abs(behind) > 0.001) follow.currentTime = wanted;
    return;
  }
  if (follow.paused && isWithin) void follow.play().catch(() => undefined); // it was paused again meanwhile
  if (!isWithin && !follow.paused) follow.pause();
  if (Math.abs(behind) > JUMP_SEC) follow.currentTime = wanted;
  follow.playbackRate = Math.abs(behind) > DRIFT_SEC && Math.abs(behind) <= JUMP_SEC ? lead.playbackRate * (1 + Math.max(-0.1, Math.min(0.1, behind))) : lead.playbackRate;
}
