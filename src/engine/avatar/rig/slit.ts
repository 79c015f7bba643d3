/**
 * A slit is the one moving thing of the rig: two layers of the picture that part or meet along two lines. The mouth is
 * one (upper and lower lip), each eye is one (upper and lower lid). Each layer's motion is a sum of displacement bases in
 * rest space, sampled on a coarse grid over a region of the plate.
 */
import { fromFrame, toFrame, type Curve, type Frame } from './landmarks.ts';

export interface Slit {
  frame: Frame;
  /** The grid's first node (even plate pixels), step (even pixels) and size in nodes. The region is what lies between. */
  x0: number;
  y0: number;
  step: number;
  columns: number;
  rows: number;
  /** How many bases each layer has. */
  bases: number;
  /** `[bases, 2, rows, columns]`: dx and dy in plate pixels for a weight of 1. */
  upper: Float32Array;
  lower: Float32Array;
  /** Rest lines in pixels of the frame (E·unit): y at `lineX0 + i·lineStep`. Equal outside the slit. */
  lineX0: number;
  lineStep: number;
  lineUpper: Float32Array;
  lineLower: Float32Array;
  /** Half the width of the lines' edge in pixels. */
  softness: number;
  /** Where layers that overlap meet: 0.5 halfway (lips), 1 the upper covers the lower (lids). */
  overlap: number;
}

/** Displacement at a place of the frame (all in E) for a weight of 1. */
export type Field = (x: number, y: number) => [dx: number, dy: number];

/** Region in the frame, in E. */
export interface Extent {
  left: number;
  right: number;
  top: number;
  bottom: number;
}


/** Lays the grid over the extent (clipped to the plate) and samples the fields on it. */
export function makeSlit(options: {
  frame: Frame;
  extent: Extent;
  width: number;
  height: number;
  /** Grid steps per E. */
  density: number;
  lines: { upper: Curve; lower: Curve };
  overlap: number;
  upper: Field[];
  lower: Field[];
}): Slit {
  const { frame, extent, width, height } = options;
  const { unit, axisX, axisY } = frame;
  const corners = [
    fromFrame(frame, extent.left, extent.top),
    fromFrame(frame, extent.right, extent.top),
    fromFrame(frame, extent.left, extent.bottom),
    fromFrame(frame, extent.right, extent.bottom),
  ];
  const step = Math.max(2, 2 * Math.round(unit / options.density / 2));
  const even = (value: number) => 2 * Math.floor(value / 2);
  const x0 = Math.max(0, even(Math.min(...corners.map(([x]) => x))) - 2);
  const y0 = Math.max(0, even(Math.min(...corners.map(([, y]) => y))) - 2);
  const x1 = Math.min(width, Math.max(...corners.map(([x]) => x)) + 2);
  const y1 = Math.min(height, Math.max(...corners.map(([, y]) => y)) + 2);
  // The last cell may reach over the picture's border: drawing stops there.
  const columns = Math.max(2, Math.ceil((x1 - x0) / step) + 1);
  const rows = Math.max(2, Math.ceil((y1 - y0) / step) + 1);
  const bases = options.upper.length;
  const nodes = columns * rows;
  const sample = (fields: Field[]): Float32Array => {
    const out = new Float32Array(bases * 2 * nodes);
    for (let row = 0, node = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, node++) {
        const [x, y] = toFrame(frame, x0 + column * step, y0 + row * step);
        // The region's outline never moves, so that its inside meets the untouched plate without a seam.
        if (x < extent.left || x > extent.right || y < extent.top || y > extent.bottom) continue;
        for (let k = 0; k < bases; k++) {
          const [dx, dy] = fields[k](x, y);
          out[k * 2 * nodes + node] = unit * (dx * axisX - dy * axisY);
          out[(k * 2 + 1) * nodes + node] = unit * (dx * axisY + dy * axisX);
        }
      }
    }
    return out;
  };
  const { upper, lower } = options.lines;
  return {
    frame, x0, y0, step, columns, rows, bases,
    upper: sample(options.upper),
    lower: sample(options.lower),
    lineX0: upper.x0 * unit,
    lineStep: upper.step * unit,
    lineUpper: upper.y.map((y) => y * unit),
    lineLower: lower.y.map((y) => y * unit),
    softness: Math.max(0.9, unit / 150),
    overlap: options.overlap,
  };
}
