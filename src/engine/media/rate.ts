/** Frame rates as exact fractions: the time of a frame is frameIndex · den / num, never a sum. */
import { StudioError } from '../../shared/errors.ts';

export interface Rate {
  num: number;
  den: number;
}

const MAX_FPS = 120;

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/**
 * A frame rate as a fraction: 25 → 25/1, 29.97 → 30000/1001 (the NTSC family is meant by its decimals), others to the
 * thousandth.
 * @throws `invalid-input` outside 1..120 frames per second
 */
export function toRate(fps: number | Rate): Rate {
  const value = typeof fps === 'number' ? fps : fps.num / fps.den;
  if (!(value >= 1 && value <= MAX_FPS)) {
    throw new StudioError('invalid-input', `A frame rate of ${value} is not possible: give 1 to ${MAX_FPS} frames per second.`);
  }
  if (typeof fps !== 'number') {
    const divisor = gcd(fps.num, fps.den);
    return { num: fps.num / divisor, den: fps.den / divisor };
  }
  if (Number.isInteger(fps)) return { num: fps, den: 1 };
  const ntsc = Math.round(fps);
  if (ntsc % 6 === 0 && Math.abs(fps - (ntsc * 1000) / 1001) < 0.005) return { num: ntsc * 1000, den: 1001 };
  const thousandths = Math.round(fps * 1000);
  const divisor = gcd(thousandths, 1000);
  return { num: thousandths / divisor, den: 1000 / divisor };
}

export const rateValue = (rate: Rate): number => rate.num / rate.den;

/** Seconds from the start of the video to the start of the frame. */
export const frameStartSec = (frameIndex: number, rate: Rate): number => (frameIndex * rate.den) / rate.num;

/** Audio samples before the start of the frame, rounded: the only place where frames become samples. */
export const frameStartSample = (frameIndex: number, rate: Rate, sampleRate: number): number =>
  Math.round((frameIndex * rate.den * sampleRate) / rate.num);
