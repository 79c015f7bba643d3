/**
 * Snaps the mesh's lip lines, which are 3–8 px off on a portrait, to the picture: the parting line of closed lips by its
 * dark ridge, the two edges of an open mouth by their vertical gradient; each the cheapest path through the columns.
 */
import { i420Planes, type I420 } from '../../media/i420.ts';
import { curveAt, curveThrough, fromFrame, LOWER_INNER, makeCurve, ramp, smoothCurve, UPPER_INNER, type Curve, type Frame } from './landmarks.ts';

export interface LipLines {
  /** Lower edge of the upper lip and upper edge of the lower lip; equal for a closed mouth and at the corners. */
  upper: Curve;
  lower: Curve;
  closed: boolean;
  /** 0 (no line in the picture where the mesh expects one) .. 1 (a clear line all along). */
  certainty: number;
}

/** Samples of a lip line over the mouth. */
const SAMPLES = 161;
/** A gap up to this (in E) in the mesh is a closed mouth: the mesh draws one of 0.02–0.05 between touching lips. */
const CLOSED_GAP = 0.06;
/** The mesh is trusted beyond this share of the half-width, where lips fade into the corner. */
const TRUSTED_FROM = 0.88;

/**
 * @param half half of the mouth's width in E
 */
export function snapLipLines(plate: I420, frame: Frame, landmarks: Float32Array, half: number): LipLines {
  const reach = half * 1.3;
  const meshUpper = curveThrough(frame, landmarks, UPPER_INNER, -reach, reach, SAMPLES);
  const meshLower = curveThrough(frame, landmarks, LOWER_INNER, -reach, reach, SAMPLES);
  const look = pictureIn(plate, frame);
  const gap = Math.max(...[-0.3, -0.15, 0, 0.15, 0.3].map((x) => curveAt(meshLower, x * half) - curveAt(meshUpper, x * half)));

  if (gap <= CLOSED_GAP) {
    const mesh = makeCurve(-reach, reach, SAMPLES, (x) => (curveAt(meshUpper, x) + curveAt(meshLower, x)) / 2);
    const near = 0.026;
    const { line, certainty } = cheapestLine(mesh, half, -0.06, 0.06, frame.unit, (x, y) => {
      const here = look.luma(x, y);
      return 0.8 * (here - 0.5 * (look.luma(x, y - near) + look.luma(x, y + near))) + 0.2 * here;
    });
    return { upper: line, lower: line, closed: true, certainty };
  }

  const step = Math.max(0.75 / frame.unit, 0.009);
  const redStep = Math.max(1.2 / frame.unit, 0.012);
  const edge = (sign: number) => (x: number, y: number) => {
    // Lips are red; teeth, the dark and gaps between teeth are not, so that only a lip's own edge changes the red.
    const red = look.red(x, y + redStep) - look.red(x, y - redStep);
    const redless = look.redless(x, y + step) - look.redless(x, y - step);
    const luma = look.luma(x, y + step) - look.luma(x, y - step);
    return sign * (4 * red - 0.3 * redless) - 0.2 * Math.abs(luma);
  };
  const upper = cheapestLine(meshUpper, half, -0.04, 0.05, frame.unit, edge(1));
  const lower = cheapestLine(meshLower, half, -0.1, 0.04, frame.unit, edge(-1));
  // Half a pixel into the lip: the mixed pixels of the edge belong to the teeth, or they would shine between sealed lips.
  const rim = 0.5 / frame.unit + 0.004;
  const joined = joinAtCorners(upper.line, lower.line, half, rim);
  return { ...joined, closed: false, certainty: Math.min(upper.certainty, lower.certainty) };
}

/** U = L at the corners and beyond; never L above U. */
function joinAtCorners(upper: Curve, lower: Curve, half: number, rim: number): { upper: Curve; lower: Curve } {
  const blend = (x: number) => ramp(half, half * 0.88, Math.abs(x));
  const side = (own: Curve, push: number) =>
    makeCurve(own.x0, own.x0 + own.step * (own.y.length - 1), own.y.length, (x) => {
      const u = curveAt(upper, x), l = curveAt(lower, x);
      const middle = (u + l) / 2;
      const open = Math.max(0, l - u) * blend(x);
      return middle + push * (open / 2 + rim * blend(x));
    });
  return { upper: side(upper, -1), lower: side(lower, 1) };
}

interface Look {
  /** Brightness and G + B − 0.9 R at a place of the frame, averaged a little along x. */
  luma(x: number, y: number): number;
  redless(x: number, y: number): number;
  /** V, which is high on lips. */
  red(x: number, y: number): number;
}

function pictureIn(plate: I420, frame: Frame): Look {
  const { width, height } = plate;
  const planes = i420Planes(plate);
  const at = (plane: Uint8Array, w: number, h: number, x: number, y: number): number => {
    const cx = Math.min(w - 1.001, Math.max(0, x)), cy = Math.min(h - 1.001, Math.max(0, y));
    const ix = Math.floor(cx), iy = Math.floor(cy), fx = cx - ix, fy = cy - iy, o = iy * w + ix;
    return (plane[o] * (1 - fx) + plane[o + 1] * fx) * (1 - fy) + (plane[o + w] * (1 - fx) + plane[o + w + 1] * fx) * fy;
  };
  const along = [-0.014, -0.007, 0, 0.007, 0.014];
  const mean = (x: number, y: number, value: (px: number, py: number) => number): number => {
    let sum = 0;
    for (const dx of along) {
      const [px, py] = fromFrame(frame, x + dx, y);
      sum += value(px, py);
    }
    return sum / along.length;
  };
  const luma = (x: number, y: number) => at(planes.y, width, height, x, y) * 1.164;
  return {
    luma: (x, y) => mean(x, y, luma),
    red: (x, y) => mean(x, y, (px, py) => at(planes.v, width / 2, height / 2, (px - 0.5) / 2, (py - 0.5) / 2)),
    // BT.709: G = Y' − .213 U − .533 V, B = Y' + 2.112 U, R = Y' + 1.793 V.
    redless: (x, y) =>
      mean(x, y, (px, py) => {
        const u = at(planes.u, width / 2, height / 2, (px - 0.5) / 2, (py - 0.5) / 2) - 128;
        const v = at(planes.v, width / 2, height / 2, (px - 0.5) / 2, (py - 0.5) / 2) - 128;
        return 1.1 * luma(px, py) + 1.9 * u - 2.15 * v;
      }),
  };
}

/**
 * The cheapest line near `mesh`: one place per column between `above` and `below` (in E from the mesh), minimising the
 * picture's cost, the distance from the mesh and the change of that distance from column to column.
 */
function cheapestLine(
  mesh: Curve,
  half: number,
  above: number,
  below: number,
  unit: number,
  cost: (x: number, y: number) => number,
): { line: Curve; certainty: number } {
  const columns = 61;
  const rowStep = Math.max(0.3 / unit, 0.004);
  const rows = Math.max(3, Math.round((below - above) / rowStep) + 1);
  const x = (column: number) => -half * TRUSTED_FROM + (2 * half * TRUSTED_FROM * column) / (columns - 1);
  const offset = (row: number) => above + row * rowStep;
  const raw = new Float64Array(columns * rows);
  for (let c = 0; c < columns; c++) {
    const base = curveAt(mesh, x(c));
    for (let r = 0; r < rows; r++) raw[c * rows + r] = cost(x(c), base + offset(r));
  }
  const spread = Math.max(6, deviation(raw));
  const place = (c: number, r: number) => raw[c * rows + r] / spread + 0.5 * (offset(r) / 0.06) ** 2;
  // A change of offset by one E-hundredth within one E-hundredth of width (a slope of 1) costs about one deviation.
  const columnStep = (2 * half * TRUSTED_FROM) / (columns - 1);
  const bend = (d: number) => 3 * ((d * rowStep) / columnStep) ** 2;
  const best = new Float64Array(columns * rows);
  const from = new Int32Array(columns * rows);
  for (let r = 0; r < rows; r++) best[r] = place(0, r);
  for (let c = 1; c < columns; c++) {
    for (let r = 0; r < rows; r++) {
      let low = Infinity, source = r;
      for (let k = Math.max(0, r - 6); k <= Math.min(rows - 1, r + 6); k++) {
        const total = best[(c - 1) * rows + k] + bend(r - k);
        if (total < low) {
          low = total;
          source = k;
        }
      }
      best[c * rows + r] = low + place(c, r);
      from[c * rows + r] = source;
    }
  }
  const found = new Float64Array(columns);
  let row = 0;
  for (let r = 1; r < rows; r++) if (best[(columns - 1) * rows + r] < best[(columns - 1) * rows + row]) row = r;
  let contrast = 0;
  for (let c = columns - 1; c >= 0; c--) {
    found[c] = offset(row);
    let mean = 0;
    for (let r = 0; r < rows; r++) mean += raw[c * rows + r] / rows;
    if (Math.abs(x(c)) < half * 0.7) contrast += Math.min(1, Math.max(0, (mean - raw[c * rows + row]) / spread));
    row = from[c * rows + row];
  }
  const offsets: Curve = { x0: x(0), step: columnStep, y: Float32Array.from(found) };
  const line = makeCurve(mesh.x0, mesh.x0 + mesh.step * (mesh.y.length - 1), mesh.y.length, (at) => {
    const trust = ramp(half, half * TRUSTED_FROM * 0.9, Math.abs(at));
    return curveAt(mesh, at) + curveAt(offsets, at) * trust;
  });
  const inner = found.reduce((n, _, c) => n + (Math.abs(x(c)) < half * 0.7 ? 1 : 0), 0);
  return { line: smoothCurve(line, 0.012), certainty: contrast / inner };
}

function deviation(values: Float64Array): number {
  let sum = 0, squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  return Math.sqrt(Math.max(0, squares / values.length - (sum / values.length) ** 2));
}
