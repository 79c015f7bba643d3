/** How fast this machine renders, all takes together, measured on the chunks that it has rendered lately. */
import type { ChunkTimes } from '../../shared/contract/take.ts';

export interface Speedometer {
  chunk(durationSec: number, times: ChunkTimes): void;
  /** Seconds of video per second; null until a chunk has been rendered. */
  value(): number | null;
}

/** What lies so many seconds of video back counts half. */
const HALF_LIFE_SEC = 60;

/**
 * Stages overlap, so the slowest one sets the pace, however many takes share it. A stage's time holds what it waited for others in its thread: under
 * load this is the speed that is sure, less than what is possible.
 */
export function createSpeedometer(): Speedometer {
  let videoSec = 0;
  let workSec = 0;
  return {
    chunk(durationSec, { speechMs, inferenceMs, composeMs, encodeMs }) {
      const kept = 0.5 ** (durationSec / HALF_LIFE_SEC);
      videoSec = videoSec * kept + durationSec;
      workSec = workSec * kept + Math.max(speechMs, inferenceMs, composeMs + encodeMs) / 1000;
    },
    value: () => (workSec > 0 ? videoSec / workSec : null),
  };
}
