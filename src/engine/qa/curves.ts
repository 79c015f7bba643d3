/** Statistics of curves that have one value per frame; a frame without a value is NaN. */
export type Curve = ArrayLike<number>;

export interface Range {
  low: number;
  high: number;
}

export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  return sorted[below] + (sorted[Math.min(sorted.length - 1, below + 1)] - sorted[below]) * (at - below);
}

export const median = (values: ArrayLike<number>): number => quantile(values, 0.5);

/** p2–p95: single frames at the ends say nothing. */
export const rangeOf = (values: ArrayLike<number>): Range => ({ low: quantile(values, 0.02), high: quantile(values, 0.95) });

export const shareOfRange = (value: number, { low, high }: Range): number => (value - low) / (high - low);

export const known = (values: ArrayLike<number>): number[] => Array.from(values).filter((value) => !Number.isNaN(value));

/** Pearson's r over the frames that have both; NaN where one of them never changes. */
export function correlation(a: Curve, b: Curve): number {
  return shifted(a, b, 0, 0, Math.min(a.length, b.length));
}

/** r of a[from + lag …] with b[from …]. */
function shifted(a: Curve, b: Curve, lag: number, from: number, to: number): number {
  let [n, sumA, sumB] = [0, 0, 0];
  for (let i = from; i < to; i++) {
    const [x, y] = [a[i + lag], b[i]];
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    n += 1;
    sumA += x;
    sumB += y;
  }
  const [meanA, meanB] = [sumA / n, sumB / n];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = from; i < to; i++) {
    const [x, y] = [a[i + lag] - meanA, b[i] - meanB];
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : NaN;
}

export interface Lag {
  r: number;
  /** Frames that the first curve comes after the second, to a fraction. */
  lag: number;
}

/** Where two curves fit best, of all lags up to `most` frames; r is NaN where nothing can be compared. */
export function bestLag(a: Curve, b: Curve, most: number): Lag {
  const rs = Array.from({ length: 2 * most + 1 }, (_, i) => shifted(a, b, i - most, most, Math.min(a.length, b.length) - most));
  let best = -1;
  rs.forEach((r, i) => {
    if (!Number.isNaN(r) && (best < 0 || r > rs[best])) best = i;
  });
  if (best < 0) return { r: NaN, lag: 0 };
  // The top of a parabola through the best lag and its neighbours; none at the ends.
  const [before, at, after] = [rs[best - 1] ?? NaN, rs[best], rs[best + 1] ?? NaN];
  const bend = before - 2 * at + after;
  const part = bend < 0 ? (before - after) / (2 * bend) : 0;
  return { r: at, lag: best - most + part };
}

/** Shifts tried for what chance gives. */
const SHIFTS = 120;

/**
 * What `bestLag` finds by chance: the 95th percentile of its r where the second curve is shifted around by `apart` frames and more. A long
 * search over few frames finds something in anything, so r counts only above this.
 */
export function lagByChance(a: Curve, b: Curve, most: number, apart: number): number {
  const length = Math.min(a.length, b.length);
  const last = length - apart;
  const found: number[] = [];
  for (let shift = apart; shift < last; shift += Math.max(1, Math.floor((last - apart) / SHIFTS))) {
    const { r } = bestLag(a, Float64Array.from({ length }, (_, i) => b[(i + shift) % length]), most);
    if (!Number.isNaN(r)) found.push(r);
  }
  return found.length === 0 ? NaN : quantile(found, 0.95);
}
