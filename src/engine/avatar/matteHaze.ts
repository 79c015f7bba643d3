/**
 * Clears the haze that a soft matte leaves on an even background: where a half-covered pixel has the colour of the sure background
 * around it, and the person beside it has another, it is background.
 */
import { boxMean, colourPlanes, combine, pixelReader, shrunk, workingSize, type Plane } from './planes.ts';
import type { Picture } from './sample.ts';

/** Statistics are taken in a picture of this longer side, over this radius in its pixels (3 % of the picture). */
const SIDE = 128;
const RADIUS = 4;
/** Alpha up to which a pixel is surely background, and from which surely person. */
const SURE = { background: 0.03, person: 0.97 };
/** Variance of the three colours together (0..1): the camera's grain at least, and beyond the limit a background is too busy to say. */
const GRAIN = 0.0006;
const BUSY = 0.008;
/** Squared distance of both sides' mean colours from which they are told apart with full trust. */
const APART = 0.06;
/** Alpha from which a pixel is left alone, and up to which it may be cleared whole. */
const LEAVE = { from: 0.5, to: 0.9 };

/** Changes `alpha` (0..1, one per pixel of the picture) in place. */
export function clearHaze(picture: Picture, alpha: Plane): void {
  const { width, height, rgb } = picture;
  const size = workingSize(width, height, SIDE);
  const colours = colourPlanes(picture, size.width, size.height);
  const small = shrunk(alpha, size.width, size.height).values;
  const sides = (belongs: (value: number) => boolean) => {
    const weight = combine(colours, (i) => (belongs(small[i]) ? 1 : 0));
    const share = boxMean(weight, RADIUS);
    const mean = (value: (i: number) => number) => {
      const sum = boxMean(combine(colours, (i) => weight.values[i] * value(i)), RADIUS).values;
      return combine(colours, (i) => (share.values[i] > 1e-3 ? sum[i] / share.values[i] : 0));
    };
    return { share, means: colours.map((colour) => mean((i) => colour.values[i])), squares: mean((i) => colours.reduce((sum, { values }) => sum + values[i] ** 2, 0)) };
  };
  const outside = sides((value) => value < SURE.background);
  const inside = sides((value) => value > SURE.person);
  const variance = combine(colours, (i) => Math.max(0, outside.squares.values[i] - outside.means.reduce((sum, { values }) => sum + values[i] ** 2, 0)));
  const trust = combine(colours, (i) => {
    if (outside.share.values[i] < 0.02 || inside.share.values[i] < 0.02) return 0;
    const distance = outside.means.reduce((sum, { values }, c) => sum + (values[i] - inside.means[c].values[i]) ** 2, 0);
    return Math.min(1, distance / APART) * Math.max(0, 1 - variance.values[i] / BUSY);
  });

  const [trustAt, varianceAt] = [trust, variance].map((plane) => pixelReader(plane, width, height));
  const behind = outside.means.map((plane) => pixelReader(plane, width, height));
  for (let row = 0, o = 0; row < height; row++) {
    for (let col = 0; col < width; col++, o++) {
      const a = alpha.values[o];
      if (a <= 0 || a >= LEAVE.to) continue;
      const trusted = trustAt(col, row);
      if (trusted <= 0) continue;
      let distance = 0;
      for (let c = 0; c < 3; c++) distance += (rgb[o * 3 + c] / 255 - behind[c](col, row)) ** 2;
      const alike = Math.exp(-distance / (2 * (GRAIN + varianceAt(col, row))));
      alpha.values[o] = a * (1 - alike * trusted * Math.min(1, (LEAVE.to - a) / (LEAVE.to - LEAVE.from)));
    }
  }
}
