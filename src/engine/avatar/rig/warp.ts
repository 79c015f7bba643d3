/**
 * From displacements in rest space to where each pixel comes from: the weighted bases on the coarse grid, then for every
 * node the place q with q + D(q) = h, where h is the pixel as the head's own motion left it. So lips, lids and head are one
 * map, and the picture is sampled once.
 */
import type { Slit } from './slit.ts';

/** Where pixels come from, per node of a slit's grid: offsets in plate pixels, `[2, rows, columns]` (x then y). */
export interface SlitMotion {
  displacement: Float32Array;
  /** Source minus pixel, for each layer and for what lies behind the slit (the head's motion alone). */
  upper: Float32Array;
  lower: Float32Array;
  behind: Float32Array;
}

export function createMotion(slit: Slit): SlitMotion {
  const size = slit.columns * slit.rows * 2;
  return { displacement: new Float32Array(size), upper: new Float32Array(size), lower: new Float32Array(size), behind: new Float32Array(size) };
}

/** Offsets of the head's own motion on its grid; not `active`: no motion at all, and the offsets mean nothing. */
export interface HeadOffsets {
  active: boolean;
  step: number;
  columns: number;
  rows: number;
  /** `[2, rows, columns]` from the plate's top left. */
  offsets: Float32Array;
}

/** Fills `motion` for the weights; `head` null or inactive leaves the head still. */
export function moveSlit(slit: Slit, weights: ArrayLike<number>, head: HeadOffsets | null, motion: SlitMotion): void {
  headAtNodes(slit, head, motion.behind);
  sumBases(slit, slit.upper, weights, motion.displacement);
  invert(slit, motion.displacement, motion.behind, motion.upper);
  sumBases(slit, slit.lower, weights, motion.displacement);
  invert(slit, motion.displacement, motion.behind, motion.lower);
}

function sumBases(slit: Slit, bases: Float32Array, weights: ArrayLike<number>, out: Float32Array): void {
  out.fill(0);
  const size = out.length;
  for (let k = 0; k < slit.bases; k++) {
    const weight = weights[k];
    if (weight === 0) continue;
    const from = k * size;
    for (let i = 0; i < size; i++) out[i] += weight * bases[from + i];
  }
}

function headAtNodes(slit: Slit, head: HeadOffsets | null, out: Float32Array): void {
  if (!head?.active) {
    out.fill(0);
    return;
  }
  const { columns, rows, step } = head;
  const nodes = slit.columns * slit.rows;
  const plane = columns * rows;
  for (let row = 0, node = 0; row < slit.rows; row++) {
    const v = Math.min(rows - 1.0001, (slit.y0 + row * slit.step) / step);
    const iv = Math.floor(v), fv = v - iv;
    for (let column = 0; column < slit.columns; column++, node++) {
      const u = Math.min(columns - 1.0001, (slit.x0 + column * slit.step) / step);
      const iu = Math.floor(u), fu = u - iu, o = iv * columns + iu;
      out[node] = bilinear(head.offsets, o, columns, fu, fv);
      out[nodes + node] = bilinear(head.offsets, plane + o, columns, fu, fv);
    }
  }
}

function bilinear(grid: Float32Array, o: number, columns: number, fu: number, fv: number): number {
  const a = grid[o], b = grid[o + 1], c = grid[o + columns], d = grid[o + columns + 1];
  const top = a + (b - a) * fu;
  return top + (c + (d - c) * fu - top) * fv;
}

/** Newton on the piecewise bilinear displacement; plain steps would not converge where a lid stretches to twice its height. */
const ROUNDS = 5;

function invert(slit: Slit, displacement: Float32Array, behind: Float32Array, out: Float32Array): void {
  const { columns, rows, step } = slit;
  const nodes = columns * rows;
  const inverse = 1 / step;
  const maxU = columns - 1.0001, maxV = rows - 1.0001;
  for (let row = 0, node = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, node++) {
      // In grid coordinates: h is the target, (u, v) the unknown source.
      const hu = column + behind[node] * inverse, hv = row + behind[nodes + node] * inverse;
      let u = hu - displacement[node] * inverse, v = hv - displacement[nodes + node] * inverse;
      if (displacement[node] === 0 && displacement[nodes + node] === 0 && behind[node] === 0 && behind[nodes + node] === 0) {
        // A still node may yet be reached from a moving neighbour, but only through a fold: keep it still.
        out[node] = 0;
        out[nodes + node] = 0;
        continue;
      }
      for (let round = 0; round < ROUNDS; round++) {
        const cu = u < 0 ? 0 : u > maxU ? maxU : u, cv = v < 0 ? 0 : v > maxV ? maxV : v;
        const iu = cu | 0, iv = cv | 0, fu = cu - iu, fv = cv - iv;
        const o = iv * columns + iu;
        const ax = displacement[o], bx = displacement[o + 1], cx = displacement[o + columns], dx = displacement[o + columns + 1];
        const p = o + nodes;
        const ay = displacement[p], by = displacement[p + 1], cy = displacement[p + columns], dy = displacement[p + columns + 1];
        const topX = ax + (bx - ax) * fu, lowX = cx + (dx - cx) * fu;
        const topY = ay + (by - ay) * fu, lowY = cy + (dy - cy) * fu;
        const eu = u + (topX + (lowX - topX) * fv) * inverse - hu;
        const ev = v + (topY + (lowY - topY) * fv) * inverse - hv;
        // Jacobian of q + D(q).
        const xu = 1 + (bx - ax + (dx - cx - bx + ax) * fv) * inverse, xv = (lowX - topX) * inverse;
        const yu = (by - ay + (dy - cy - by + ay) * fv) * inverse, yv = 1 + (lowY - topY) * inverse;
        const determinant = xu * yv - xv * yu;
        if (determinant > 0.25) {
          // A step beyond two cells has left the place where the Jacobian was true.
          u -= limited((yv * eu - xv * ev) / determinant);
          v -= limited((xu * ev - yu * eu) / determinant);
        } else {
          u -= 0.5 * eu;
          v -= 0.5 * ev;
        }
      }
      out[node] = (u - column) * step;
      out[nodes + node] = (v - row) * step;
    }
  }
}

function limited(step: number): number {
  return step > 2 ? 2 : step < -2 ? -2 : step;
}
