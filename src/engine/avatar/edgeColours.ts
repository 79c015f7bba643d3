/**
 * What colours meet at a matte's edge: the person's and the old background's, told apart so that no rim of the old background is
 * carried over to the new one (blur fusion: Forte, "Approximate fast foreground colour estimation", 2021).
 */
import { boxMean, combine, enlarged, productMean, shrunk, workingSize, type Plane } from './planes.ts';

/** R, G, B, 0..1. */
export type Colours = [r: Plane, g: Plane, b: Plane];

export interface EdgeColours {
  /** Spread beyond the person's edge. */
  person: Colours;
  /** Spread under the person. */
  background: Colours;
}

/** Two passes, as in the paper: far to reach everywhere (in a small picture), near to be exact. Radii as shares of the longer side. */
const FAR = { radius: 0.09, side: 160 };
const NEAR = 0.006;

/**
 * @param colours R, G, B 0..1 of the working size
 * @param alpha of the same size
 */
export function edgeColours(colours: Colours, alpha: Plane): EdgeColours {
  const { width, height } = alpha;
  const small = workingSize(width, height, FAR.side);
  const smaller = colours.map((plane) => shrunk(plane, small.width, small.height)) as Colours;
  const far = pass(smaller, { person: smaller, background: smaller }, shrunk(alpha, small.width, small.height), FAR.radius);
  const spread = (planes: Colours) => planes.map((plane) => enlarged(plane, width, height)) as Colours;
  return pass(colours, { person: spread(far.person), background: spread(far.background) }, alpha, NEAR);
}

/** One blur and correction: local means of either side, then as much of the rest as each side's share of the pixel. */
function pass(colours: Colours, { person, background }: EdgeColours, alpha: Plane, share: number): EdgeColours {
  const radius = Math.max(1, Math.round(share * Math.max(alpha.width, alpha.height)));
  const rest = combine([alpha], (i) => 1 - alpha.values[i]);
  const [inside, outside] = [boxMean(alpha, radius).values, boxMean(rest, radius).values];
  const next = colours.map((colour, channel) => {
    const near = weightedMean(person[channel], alpha, inside, radius);
    const behind = weightedMean(background[channel], rest, outside, radius);
    for (let i = 0; i < near.values.length; i++) {
      const a = alpha.values[i];
      const left = colour.values[i] - a * near.values[i] - (1 - a) * behind.values[i];
      near.values[i] = Math.min(1, Math.max(0, near.values[i] + a * left));
      behind.values[i] = Math.min(1, Math.max(0, behind.values[i] + (1 - a) * left));
    }
    return { near, behind };
  });
  return { person: next.map(({ near }) => near) as Colours, background: next.map(({ behind }) => behind) as Colours };
}

/** Local mean of a plane, each pixel counting by its weight; where nothing counts, the plane's own plain mean. */
function weightedMean(plane: Plane, weight: Plane, weights: Float32Array, radius: number): Plane {
  const sum = productMean(plane, weight, radius);
  for (let i = 0; i < sum.values.length; i++) sum.values[i] = weights[i] > 1e-4 ? sum.values[i] / weights[i] : plane.values[i];
  return sum;
}

/** Blurs the background only, Gaussian-like (three box means): the person's colours do not bleed into it. */
export function blurredBackground(background: Colours, alpha: Plane, radius: number): Colours {
  const weight = combine([alpha], (i) => (1 - alpha.values[i]) ** 2);
  const twice = (plane: Plane) => boxMean(boxMean(plane, radius), radius);
  const [near, wide] = [twice(boxMean(weight, radius)).values, boxMean(weight, radius * 6).values];
  const blur = (plane: Plane) => {
    const close = twice(productMean(plane, weight, radius));
    const distant = productMean(plane, weight, radius * 6).values;
    // Deep under the person nothing of the background is near: the wider mean stands in, then the estimate itself.
    const { values } = close;
    for (let i = 0; i < values.length; i++) values[i] = (values[i] + 0.02 * (distant[i] + 1e-3 * plane.values[i])) / (near[i] + 0.02 * (wide[i] + 1e-3));
    return close;
  };
  return background.map(blur) as Colours;
}
