/**
 * Idle motion of a photo as a function of time: blinks and a breath of head motion. Any frame can be asked for alone, in any
 * order, and the same seed gives the same motion, so a resumed take goes on as it would have.
 */

/** How eyes and head stand in one frame; all zero is the picture itself. */
export interface IdlePose {
  /** 0 open .. 1 shut. */
  blink: number;
  /** Shift right and down (in E), roll (radians, clockwise), turn right and nod down (in E at the nose), brows up (in E). */
  head: Float32Array;
}

export interface IdleTrack {
  /**
   * @param frameIndex from the take's start
   * @param frames how many frames the take has; null while that is not known. The motion fades out over the last FADE_OUT_SEC,
   * so it must be known by then.
   * @param speech how much is being said, 0..1, and how far the jaw is down, 0..1: who speaks moves more than who listens
   */
  at(frameIndex: number, frames: number | null, speech?: { act: number; jaw: number }): IdlePose;
}

/** A take starts and ends on the picture itself. */
const FADE_IN_SEC = 1.4;
const FADE_OUT_SEC = 0.76;

/** One blink in each slot of 4 s, up to 1 s off its middle: intervals of 2–6 s. */
const BLINK_SLOT_SEC = 4;
const BLINK_SPREAD_SEC = 2;
/** A lid falls faster than it rises; shut for a moment between. */
const BLINK_CLOSE_SEC = 0.075;
const BLINK_HOLD_SEC = 0.02;
const BLINK_OPEN_SEC = 0.125;

/** Amplitudes in the order of the head's motions, and the periods of the two waves that each is the sum of, in seconds. */
const SWAY = [
  { amplitude: 0.012, periods: [7.3, 3.1] },
  { amplitude: 0.008, periods: [4.1, 9.7] },
  { amplitude: 0.016, periods: [8.9, 3.7] },
  { amplitude: 0.022, periods: [6.1, 2.9] },
  { amplitude: 0.016, periods: [5.3, 2.6] },
  { amplitude: 0, periods: [1, 1] },
];
/** What speaking adds: quicker nods and tilts, brows that rise now and then, and a chin that lifts the head as the jaw drops. */
const SPEECH_SWAY = [
  { amplitude: 0.004, periods: [1.9, 1.1] },
  { amplitude: 0.005, periods: [1.3, 0.83] },
  { amplitude: 0.007, periods: [2.3, 1.4] },
  { amplitude: 0.01, periods: [1.7, 2.9] },
  { amplitude: 0.012, periods: [1.2, 0.9] },
  { amplitude: 0, periods: [1, 1] },
];
const JAW_LIFT = 0.008;
const BROW_RISE = 0.026;
const BROW_PERIODS_SEC = [2.7, 4.3];

/**
 * @param fps frames per second of the take
 * @param seed any whole number; the same seed gives the same motion
 */
export function idleTrack(fps: number, seed: number): IdleTrack {
  return {
    at(frameIndex, frames, speech) {
      const sec = frameIndex / fps;
      const leftSec = frames === null ? Infinity : (frames - 1 - frameIndex) / fps;
      const present = ease(sec / FADE_IN_SEC) * ease(leftSec / FADE_OUT_SEC);
      const head = new Float32Array(SWAY.length);
      if (present > 0) {
        SWAY.forEach(({ amplitude, periods }, i) => {
          const wave = (k: number) => Math.sin(2 * Math.PI * (sec / periods[k] + chance(seed, 16 * i + k)));
          head[i] = amplitude * present * (0.65 * wave(0) + 0.35 * wave(1));
        });
        if (speech) addSpeech(head, sec, present, speech);
      }
      return { blink: blinkAt(frameIndex, sec, leftSec), head };
    },
  };

  function addSpeech(head: Float32Array, sec: number, present: number, { act, jaw }: { act: number; jaw: number }): void {
    const share = present * act;
    SPEECH_SWAY.forEach(({ amplitude, periods }, i) => {
      const wave = (k: number) => Math.sin(2 * Math.PI * (sec / periods[k] + chance(seed, 500 + 16 * i + k)));
      head[i] += amplitude * share * (0.6 * wave(0) + 0.4 * wave(1));
    });
    head[4] -= JAW_LIFT * share * jaw;
    // Two waves whose crests meet now and then: most of the time the brows rest.
    const crest = BROW_PERIODS_SEC.reduce((sum, period, k) => sum + Math.sin(2 * Math.PI * (sec / period + chance(seed, 700 + k))), 0) / 2;
    head[5] += BROW_RISE * share * ease((crest - 0.25) / 0.75);
  }

  function blinkAt(frameIndex: number, sec: number, leftSec: number): number {
    const slot = Math.floor(sec / BLINK_SLOT_SEC);
    const middleSec = BLINK_SLOT_SEC * (slot + 0.5) + BLINK_SPREAD_SEC * (chance(seed, 1000 + slot) - 0.5);
    // Shut on a whole frame, or at 25 fps many a blink would never quite close.
    const shutFrame = Math.round(middleSec * fps);
    // A blink that the take's end would cut off does not begin.
    if (leftSec !== Infinity && shutFrame / fps + BLINK_HOLD_SEC + BLINK_OPEN_SEC >= sec + leftSec) return 0;
    const fromShut = (frameIndex - shutFrame) / fps;
    if (fromShut < 0) return ease(1 + fromShut / BLINK_CLOSE_SEC);
    return ease(1 - (fromShut - BLINK_HOLD_SEC) / BLINK_OPEN_SEC);
  }
}

/** A number 0..1 that depends on seed and index alone: two rounds of a 32-bit integer mix. */
function chance(seed: number, index: number): number {
  let h = Math.imul(seed ^ 0x5bd1e995, 0x27d4eb2f) ^ Math.imul(index + 1, 0x165667b1);
  for (let round = 0; round < 2; round++) {
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
    h = Math.imul(h ^ (h >>> 13), 0x297a2d39);
  }
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

function ease(t: number): number {
  const c = Math.min(1, Math.max(0, t));
  return c * c * (3 - 2 * c);
}
