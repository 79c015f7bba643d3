/**
 * What colours meet at a matte's edge: the person's and the old background's, told apart so that no rim of the old background is
 * carried over to the new one (blur fusion: Forte, "Approximate fast foreground colour estimation", 2021).
 */
import { boxMean, combine, createPlane, type Plane } from './planes.ts';

export interface EdgeColours {
  /** R, G, B of the person, 0..1, spread beyond its edge. */
  person: [Plane, Plane, Plane];
  /** R, G, B of the background, spread under the person. */
  background: [Plane, Plane, Plane];
}

/** Two passes, as in the paper: far to reach everywhere, near to be exact. Radii as shares of the longer side. */
const PASSES = [0.09, 0.006];

/**
 * @param colours R, G, B 0..1 of the working size
 * @param alpha of the same size
 */
export function edgeColours(colours: [Plane, Plane, Plane], alpha: Plane): EdgeColours {
  let person = colours;
  let background = colours;
  for (const share of PASSES) {
    const radius = Math.max(1, Math.round(share * Math.max(alpha.width, alpha.height)));
    const rest = combine([alpha], (i) => 1 - alpha.values[i]);
    const inside = boxMean(alpha, radius).values;
    const outside = boxMean(rest, radius).values;
    const next = colours.map((colour, channel) => {
      const mean = weightedMean(person[channel], alpha, inside, radius);
      const other = weightedMean(background[channel], rest, outside, radius);
      const nearer = createPlane(alpha.width, alpha.height);
      for (let i = 0; i < nearer.values.length; i++) {
        const a = alpha.values[i];
        const left = colour.values[i] - a * mean.values[i] - (1 - a) * other.values[i];
        nearer.values[i] = Math.min(1, Math.max(0, mean.values[i] + a * left));
        other.values[i] = Math.min(1, Math.max(0, other.values[i] + (1 - a) * left));
      }
      return { nearer, other };
    });
    person = [next[0].nearer, next[1].nearer, next[2].nearer];
    background = [next[0].other, next[1].other, next[2].other];
  }
  return { person, background };
}

/** Local mean of a plane, each pixel counting by its weight; where nothing counts, the plane's own plain mean. */
function weightedMean(plane: Plane, weight: Plane, weights: Float32Array, radius: number): Plane {
  const sum = boxMean(combine([plane], (i) => plane.values[i] * weight.values[i]), radius);
  for (let i = 0; i < sum.values.length; i++) sum.values[i] = weights[i] > 1e-4 ? sum.values[i] / weights[i] : plane.values[i];
  return sum;
}

/** Blurs the background only, Gaussian-like (three box means): the person's colours do not bleed into it. */
export function blurredBackground(background: [Plane, Plane, Plane], alpha: Plane, radius: number): [Plane, Plane, Plane] {
  const weight = combine([alpha], (i) => (1 - alpha.values[i]) ** 2);
  const thrice = (plane: Plane) => boxMean(boxMean(boxMean(plane, radius), radius), radius);
  const far = (plane: Plane) => boxMean(plane, radius * 6);
  const [near, wide] = [thrice(weight).values, far(weight).values];
  const blur = (plane: Plane) => {
    const weighted = combine([plane], (i) => plane.values[i] * weight.values[i]);
    const [close, distant] = [thrice(weighted).values, far(weighted).values];
    // Deep under the person nothing of the background is near: the wider mean stands in, then the estimate itself.
    return combine([plane], (i) => (close[i] + 0.02 * (distant[i] + 1e-3 * plane.values[i])) / (near[i] + 0.02 * (wide[i] + 1e-3)));
  };
  return [blur(background[0]), blur(background[1]), blur(background[2])];
}
