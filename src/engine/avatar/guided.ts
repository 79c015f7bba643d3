/**
 * The guided filter with a colour guide (He, Sun, Tang 2010; the coefficients from a smaller picture as in their "Fast Guided
 * Filter", 2015): around each pixel the matte is explained as a linear function of the picture's colour, so its edge moves onto the
 * picture's edge and follows single strands of hair.
 */
import { boxMean, createPlane, pixelReader, productMean, type Plane } from './planes.ts';
import type { Picture } from './sample.ts';

/** alpha = r·R + g·G + b·B + offset, colours 0..1; planes of the working size. */
export interface ColourModel {
  r: Plane;
  g: Plane;
  b: Plane;
  offset: Plane;
}

/**
 * @param guide R, G, B of the working size, 0..1
 * @param matte of the same size
 * @param radius of the windows in working pixels
 * @param epsilon variance of colour below which a window counts as flat: there the matte is only averaged
 */
export function guidedModel([r, g, b]: [Plane, Plane, Plane], matte: Plane, radius: number, epsilon: number): ColourModel {
  const mean = (plane: Plane) => boxMean(plane, radius);
  const product = (x: Plane, y: Plane) => productMean(x, y, radius);
  const [mr, mg, mb, mp] = [mean(r).values, mean(g).values, mean(b).values, mean(matte).values];
  const [rp, gp, bp] = [product(r, matte).values, product(g, matte).values, product(b, matte).values];
  const [rr, rg, rb] = [product(r, r).values, product(r, g).values, product(r, b).values];
  const [gg, gb, bb] = [product(g, g).values, product(g, b).values, product(b, b).values];
  const { width, height } = matte;
  const [ar, ag, ab, offset] = [createPlane(width, height), createPlane(width, height), createPlane(width, height), createPlane(width, height)];
  for (let i = 0; i < mp.length; i++) {
    // Covariance of the colours (symmetric 3×3, with epsilon on its diagonal) and of colours and matte.
    const xx = rr[i] - mr[i] * mr[i] + epsilon, xy = rg[i] - mr[i] * mg[i], xz = rb[i] - mr[i] * mb[i];
    const yy = gg[i] - mg[i] * mg[i] + epsilon, yz = gb[i] - mg[i] * mb[i], zz = bb[i] - mb[i] * mb[i] + epsilon;
    const cx = rp[i] - mr[i] * mp[i], cy = gp[i] - mg[i] * mp[i], cz = bp[i] - mb[i] * mp[i];
    const ixx = yy * zz - yz * yz, ixy = xz * yz - xy * zz, ixz = xy * yz - xz * yy;
    const iyy = xx * zz - xz * xz, iyz = xy * xz - xx * yz, izz = xx * yy - xy * xy;
    const det = 1 / (xx * ixx + xy * ixy + xz * ixz);
    const x = (ixx * cx + ixy * cy + ixz * cz) * det;
    const y = (ixy * cx + iyy * cy + iyz * cz) * det;
    const z = (ixz * cx + iyz * cy + izz * cz) * det;
    ar.values[i] = x;
    ag.values[i] = y;
    ab.values[i] = z;
    offset.values[i] = mp[i] - x * mr[i] - y * mg[i] - z * mb[i];
  }
  return { r: mean(ar), g: mean(ag), b: mean(ab), offset: mean(offset) };
}

/** The model's alpha of single pixels of the full picture, unclamped. */
export function modelReader(model: ColourModel, { width, height, rgb }: Picture): (col: number, row: number) => number {
  const [r, g, b, offset] = [model.r, model.g, model.b, model.offset].map((plane) => pixelReader(plane, width, height));
  return (col, row) => {
    const i = (row * width + col) * 3;
    return (r(col, row) * rgb[i] + g(col, row) * rgb[i + 1] + b(col, row) * rgb[i + 2]) / 255 + offset(col, row);
  };
}
