/**
 * Draws warped regions: per cell of the coarse grid the offsets are interpolated and the picture is sampled once. Cells
 * that a lip or lid line crosses mix the two layers and what lies behind them by their signed distance to the lines.
 */
import type { Frame } from './landmarks.ts';
import { cubicSample, linearSample } from './sample.ts';
import type { Sheet } from './sheet.ts';
import type { Slit } from './slit.ts';
import type { HeadOffsets, SlitMotion } from './warp.ts';

/** What is seen between the two layers. The result of `look` is read from the fields. */
export interface Behind {
  /** Share of the picture's own pixels (as the head's motion leaves them) in the result, 0..1. */
  keep: number;
  /** How bright those pixels are, 1 as they are. */
  keptLight: number;
  y: number;
  u: number;
  v: number;
  /**
   * @param x place in the slit's frame, in pixels (as the head's motion leaves it)
   * @param y
   * @param toUpper distance in pixels below the upper line (≥ 0 inside)
   * @param toLower distance in pixels above the lower line (≥ 0 inside)
   */
  look(x: number, y: number, toUpper: number, toLower: number): void;
}

/** Draws the head's motion everywhere but in the given rectangles (x0, y0, x1, y1), which are drawn later. */
export function drawHead(sheet: Sheet, head: HeadOffsets, skip: readonly (readonly [number, number, number, number])[]): void {
  const { step, columns, rows, offsets } = head;
  const plane = columns * rows;
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const a = row * columns + column, c = a + columns;
      if (still(offsets, a, c, plane)) continue;
      const x = column * step, y = row * step;
      if (skip.some(([x0, y0, x1, y1]) => x >= x0 && y >= y0 && x + step <= x1 && y + step <= y1)) continue;
      drawPlain(sheet, x, y, step, offsets, a, c, plane);
    }
  }
}

/** The rectangle that drawSlit covers. */
export function slitRectangle(slit: Slit): [x0: number, y0: number, x1: number, y1: number] {
  return [slit.x0, slit.y0, slit.x0 + (slit.columns - 1) * slit.step, slit.y0 + (slit.rows - 1) * slit.step];
}

/** Draws a slit's region over the target. Cells that do not move are left as they are. */
export function drawSlit(sheet: Sheet, slit: Slit, motion: SlitMotion, behind: Behind): void {
  const { columns, rows, step } = slit;
  const plane = columns * rows;
  const distances = lineDistances(slit, motion);
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const a = row * columns + column, c = a + columns;
      const kind = cellKind(distances, a, c, plane, step, slit.softness);
      const x = slit.x0 + column * step, y = slit.y0 + row * step;
      if (kind === UPPER || kind === LOWER) {
        const offsets = kind === UPPER ? motion.upper : motion.lower;
        if (!still(offsets, a, c, plane)) drawPlain(sheet, x, y, step, offsets, a, c, plane);
      } else if (!still(motion.upper, a, c, plane) || !still(motion.lower, a, c, plane)) {
        drawMixed(sheet, slit, motion, behind, x, y, a, c);
      }
    }
  }
}

function still(offsets: Float32Array, a: number, c: number, plane: number): boolean {
  return (
    offsets[a] === 0 && offsets[a + 1] === 0 && offsets[c] === 0 && offsets[c + 1] === 0 &&
    offsets[a + plane] === 0 && offsets[a + 1 + plane] === 0 && offsets[c + plane] === 0 && offsets[c + 1 + plane] === 0
  );
}

function drawPlain(sheet: Sheet, x0: number, y0: number, step: number, offsets: Float32Array, a: number, c: number, plane: number): void {
  const { width, height, kernel } = sheet;
  const x1 = Math.min(width, x0 + step), y1 = Math.min(height, y0 + step);
  if (x1 <= x0 || y1 <= y0) return;
  const inverse = 1 / step;
  const ax = offsets[a], bx = offsets[a + 1], cx = offsets[c], dx = offsets[c + 1];
  const ay = offsets[a + plane], by = offsets[a + 1 + plane], cy = offsets[c + plane], dy = offsets[c + 1 + plane];
  const left = x0 + Math.min(ax, bx, cx, dx), right = x1 + Math.max(ax, bx, cx, dx);
  const top = y0 + Math.min(ay, by, cy, dy), bottom = y1 + Math.max(ay, by, cy, dy);
  if (left < 2 || top < 2 || right >= width - 3 || bottom >= height - 3) {
    drawAtBorder(sheet, x0, y0, x1, y1, step, offsets, a, c, plane);
    return;
  }
  // Offsets are bilinear in the cell: value at its corner, change per row, change per pixel, and change of that per row.
  const rowX = (cx - ax) * inverse, rowY = (cy - ay) * inverse;
  const slopeX = (bx - ax) * inverse, slopeY = (by - ay) * inverse;
  const twistX = (dx - cx - bx + ax) * inverse * inverse, twistY = (dy - cy - by + ay) * inverse * inverse;
  const at = y0 * width + x0;
  kernel.cubicCell(
    sheet.sourceAt, sheet.targetAt + at, width, x1 - x0, y1 - y0,
    fixed(x0 + ax), fixed(y0 + ay), fixed(rowX), fixed(1 + rowY), fixed(1 + slopeX), fixed(slopeY), fixed(twistX), fixed(twistY),
  );
  // A chroma sample sits in the middle of its 2×2 pixels, half a pixel right and down of the first; its own steps are 2 pixels.
  const luma = width * height, w = width >> 1;
  const cornerX = ax + 0.5 * (rowX + slopeX) + 0.25 * twistX, cornerY = ay + 0.5 * (rowY + slopeY) + 0.25 * twistY;
  kernel.linearCells(
    sheet.sourceAt + luma, sheet.targetAt + luma + (y0 >> 1) * w + (x0 >> 1), luma / 4, w, (x1 - x0) >> 1, (y1 - y0) >> 1,
    fixed((x0 + cornerX) / 2), fixed((y0 + cornerY) / 2), fixed(rowX + 0.5 * twistX), fixed(1 + rowY + 0.5 * twistY),
    fixed(1 + slopeX + 0.5 * twistX), fixed(slopeY + 0.5 * twistY), fixed(2 * twistX), fixed(2 * twistY),
  );
}

function fixed(value: number): number {
  return Math.round(value * 65536);
}

/** The same for cells whose sources come near the picture's border, which repeats. */
function drawAtBorder(sheet: Sheet, x0: number, y0: number, x1: number, y1: number, step: number, offsets: Float32Array, a: number, c: number, plane: number): void {
  const { width, height } = sheet;
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const s = (x - x0) / step, t = (y - y0) / step;
      sheet.targetY[y * width + x] = cubicSample(sheet.sourceY, width, height, x + between(offsets, a, c, s, t), y + between(offsets, a + plane, c + plane, s, t));
    }
  }
  const w = width >> 1, h = height >> 1;
  for (let y = y0 >> 1; y < y1 >> 1; y++) {
    for (let x = x0 >> 1; x < x1 >> 1; x++) {
      const s = (2 * x + 0.5 - x0) / step, t = (2 * y + 0.5 - y0) / step;
      const sx = x + between(offsets, a, c, s, t) / 2, sy = y + between(offsets, a + plane, c + plane, s, t) / 2;
      sheet.targetU[y * w + x] = linearSample(sheet.sourceU, w, h, sx, sy);
      sheet.targetV[y * w + x] = linearSample(sheet.sourceV, w, h, sx, sy);
    }
  }
}

const UPPER = 1, LOWER = 2, MIXED = 3;

/** Signed distances in pixels at each node: below the upper line, then above the lower line (each at its own source). */
function lineDistances(slit: Slit, motion: SlitMotion): Float32Array {
  const { columns, rows, step, frame } = slit;
  const nodes = columns * rows;
  const out = new Float32Array(2 * nodes);
  for (let row = 0, node = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, node++) {
      const px = slit.x0 + column * step, py = slit.y0 + row * step;
      out[node] = below(slit, frame, slit.lineUpper, px + motion.upper[node], py + motion.upper[nodes + node]);
      out[nodes + node] = -below(slit, frame, slit.lineLower, px + motion.lower[node], py + motion.lower[nodes + node]);
    }
  }
  return out;
}

/** How far a source pixel lies below a line, in pixels of the frame. */
function below(slit: Slit, frame: Frame, line: Float32Array, px: number, py: number): number {
  const dx = px - frame.originX, dy = py - frame.originY;
  const t = (dx * frame.axisX + dy * frame.axisY - slit.lineX0) / slit.lineStep;
  const last = line.length - 1;
  const c = t < 0 ? 0 : t > last - 0.001 ? last - 0.001 : t;
  const i = c | 0;
  return dy * frame.axisX - dx * frame.axisY - (line[i] + (line[i + 1] - line[i]) * (c - i));
}

function cellKind(distances: Float32Array, a: number, c: number, plane: number, step: number, softness: number): number {
  const margin = 2 * softness + 0.35 * step;
  const upperMost = Math.max(distances[a], distances[a + 1], distances[c], distances[c + 1]);
  const upperLeast = Math.min(distances[a], distances[a + 1], distances[c], distances[c + 1]);
  const b = a + plane, d = c + plane;
  const lowerMost = Math.max(distances[b], distances[b + 1], distances[d], distances[d + 1]);
  const lowerLeast = Math.min(distances[b], distances[b + 1], distances[d], distances[d + 1]);
  if (upperMost < -margin && lowerLeast > margin) return UPPER;
  if (lowerMost < -margin && upperLeast > margin) return LOWER;
  return MIXED;
}

function drawMixed(sheet: Sheet, slit: Slit, motion: SlitMotion, behind: Behind, x0: number, y0: number, a: number, c: number): void {
  const { width, height } = sheet;
  const { step } = slit;
  const w = width >> 1, h = height >> 1;
  const x1 = Math.min(width, x0 + step), y1 = Math.min(height, y0 + step);
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      mix(slit, motion, behind, x, y, (x - x0) / step, (y - y0) / step, a, c);
      let value = 0;
      if (shares.upper > 0) value += shares.upper * cubicSample(sheet.sourceY, width, height, shares.upperX, shares.upperY);
      if (shares.lower > 0) value += shares.lower * cubicSample(sheet.sourceY, width, height, shares.lowerX, shares.lowerY);
      if (shares.behind > 0) {
        const kept = behind.keep > 0 ? 16 + (cubicSample(sheet.sourceY, width, height, shares.behindX, shares.behindY) - 16) * behind.keptLight : 0;
        value += shares.behind * (behind.y + (kept - behind.y) * behind.keep);
      }
      sheet.targetY[y * width + x] = value;
    }
  }
  for (let y = y0 >> 1; y < y1 >> 1; y++) {
    for (let x = x0 >> 1; x < x1 >> 1; x++) {
      const px = 2 * x + 0.5, py = 2 * y + 0.5;
      mix(slit, motion, behind, px, py, (px - x0) / step, (py - y0) / step, a, c);
      let u = 0, v = 0;
      if (shares.upper > 0) {
        const sx = (shares.upperX - 0.5) / 2, sy = (shares.upperY - 0.5) / 2;
        u += shares.upper * linearSample(sheet.sourceU, w, h, sx, sy);
        v += shares.upper * linearSample(sheet.sourceV, w, h, sx, sy);
      }
      if (shares.lower > 0) {
        const sx = (shares.lowerX - 0.5) / 2, sy = (shares.lowerY - 0.5) / 2;
        u += shares.lower * linearSample(sheet.sourceU, w, h, sx, sy);
        v += shares.lower * linearSample(sheet.sourceV, w, h, sx, sy);
      }
      if (shares.behind > 0) {
        const sx = (shares.behindX - 0.5) / 2, sy = (shares.behindY - 0.5) / 2;
        const keptU = behind.keep > 0 ? linearSample(sheet.sourceU, w, h, sx, sy) : 0;
        const keptV = behind.keep > 0 ? linearSample(sheet.sourceV, w, h, sx, sy) : 0;
        u += shares.behind * (behind.u + (keptU - behind.u) * behind.keep);
        v += shares.behind * (behind.v + (keptV - behind.v) * behind.keep);
      }
      sheet.targetU[y * w + x] = u;
      sheet.targetV[y * w + x] = v;
    }
  }
}

/** Result of `mix`: the three shares (their sum is 1) and where each is sampled. One object, so that nothing is allocated. */
const shares = { upper: 0, lower: 0, behind: 0, upperX: 0, upperY: 0, lowerX: 0, lowerY: 0, behindX: 0, behindY: 0 };

function mix(slit: Slit, motion: SlitMotion, behind: Behind, x: number, y: number, s: number, t: number, a: number, c: number): void {
  const { frame, softness } = slit;
  const plane = slit.columns * slit.rows;
  shares.upperX = x + between(motion.upper, a, c, s, t);
  shares.upperY = y + between(motion.upper, a + plane, c + plane, s, t);
  shares.lowerX = x + between(motion.lower, a, c, s, t);
  shares.lowerY = y + between(motion.lower, a + plane, c + plane, s, t);
  let toUpper = below(slit, frame, slit.lineUpper, shares.upperX, shares.upperY);
  let toLower = -below(slit, frame, slit.lineLower, shares.lowerX, shares.lowerY);
  const overlap = Math.min(0, toUpper + toLower);
  toUpper -= overlap * (1 - slit.overlap);
  toLower -= overlap * slit.overlap;
  const upper = 1 - soft(toUpper, softness);
  const lower = Math.min(1 - upper, 1 - soft(toLower, softness));
  shares.upper = upper;
  shares.lower = lower;
  shares.behind = 1 - upper - lower;
  if (shares.behind < 1e-4) {
    shares.behind = 0;
    shares.lower = 1 - upper;
    return;
  }
  shares.behindX = x + between(motion.behind, a, c, s, t);
  shares.behindY = y + between(motion.behind, a + plane, c + plane, s, t);
  const dx = shares.behindX - frame.originX, dy = shares.behindY - frame.originY;
  behind.look(dx * frame.axisX + dy * frame.axisY, dy * frame.axisX - dx * frame.axisY, toUpper, toLower);
}

function between(grid: Float32Array, a: number, c: number, s: number, t: number): number {
  const top = grid[a] + (grid[a + 1] - grid[a]) * s;
  return top + (grid[c] + (grid[c + 1] - grid[c]) * s - top) * t;
}

function soft(distance: number, softness: number): number {
  const t = (distance + softness) / (2 * softness);
  return t <= 0 ? 0 : t >= 1 ? 1 : t * t * (3 - 2 * t);
}
