/** The part of a face crop that a lip-sync patch may replace: lower face, feathered, from the landmarks. */

/** Square grids over the crop, row by row; positions are continuous grid pixels (a pixel's centre lies at .5). */
export interface Mask {
  size: number;
  /** 0..1, 0 along the whole border. */
  alpha: Float32Array;
  /** Weight of the skin around the mouth, for the colour match. */
  ring: Float32Array;
  /** Box of all alpha > 0, as shares 0..1 of the crop. */
  bounds: { left: number; top: number; right: number; bottom: number };
}

const GRID = 96;
/** Width of the soft edge as a share of the crop: what a blur of 5–10 % of the face's width gives, all of it inside the outline. */
const FEATHER = 0.13;
/** The patch's jaw may open further than the plate's: the outline reaches this much further down. */
const BELOW_CHIN = 0.05;
/** Nothing is replaced nearer than this to the crop's border, or above its middle: the network saw the upper half and copies it. */
const LIMITS = { left: 0.02, right: 0.98, top: 0.51, bottom: 0.985 };

/** Face outline from the viewer's left cheekbone down over the chin (152) to the right one. */
const JAW = [93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323];
const NOSE_BASE = 2;
const OUTER_LIPS = [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185];
/** The ring keeps off the lips by this much, as they move and are of another colour. */
const RING_GAP = 0.03;

type Point = [x: number, y: number];

/** @param landmarks 468 × x,y as shares 0..1 of the crop */
export function lowerFaceMask(landmarks: Float32Array): Mask {
  const point = (index: number): Point => [landmarks[index * 2], landmarks[index * 2 + 1]];
  const within = ([x, y]: Point): Point => [Math.min(LIMITS.right, Math.max(LIMITS.left, x)), Math.min(LIMITS.bottom, Math.max(LIMITS.top, y))];
  // The soft edge lies inside the outline, so the outline starts half an edge above the nose base.
  const nose = point(NOSE_BASE);
  const brim = Math.max(LIMITS.top, nose[1] - FEATHER * 0.6);
  const jaw = JAW.map(point)
    .filter(([, y]) => y > brim)
    .map(([x, y]): Point => within([x, y + BELOW_CHIN * Math.max(0, (y - brim) / (LIMITS.bottom - brim))]));
  const outline: Point[] = [[jaw[0]?.[0] ?? LIMITS.left, brim], ...jaw, [jaw.at(-1)?.[0] ?? LIMITS.right, brim]];
  const lips = OUTER_LIPS.map(point);

  const alpha = new Float32Array(GRID * GRID);
  const ring = new Float32Array(GRID * GRID);
  let [left, top, right, bottom] = [GRID, GRID, 0, 0];
  for (let row = Math.floor(brim * GRID); row < GRID; row++) {
    for (let col = 0; col < GRID; col++) {
      const x = (col + 0.5) / GRID;
      const y = (row + 0.5) / GRID;
      const depth = insideDepth(x, y, outline);
      if (depth <= 0) continue;
      const t = Math.min(1, depth / FEATHER);
      const value = t * t * (3 - 2 * t);
      alpha[row * GRID + col] = value;
      if (value > 0.1 && insideDepth(x, y, lips) < -RING_GAP) ring[row * GRID + col] = value;
      left = Math.min(left, col);
      right = Math.max(right, col + 1);
      top = Math.min(top, row);
      bottom = Math.max(bottom, row + 1);
    }
  }
  return { size: GRID, alpha, ring, bounds: { left: (left - 1) / GRID, top: (top - 1) / GRID, right: (right + 1) / GRID, bottom: (bottom + 1) / GRID } };
}

/** Bilinear; 0 outside the grid. */
export function sampleMask({ size, alpha }: Mask, x: number, y: number): number {
  const px = x - 0.5;
  const py = y - 0.5;
  if (px < 0 || py < 0 || px >= size - 1 || py >= size - 1) return 0;
  const xi = px | 0;
  const yi = py | 0;
  const fx = px - xi;
  const at = yi * size + xi;
  const upper = alpha[at] + (alpha[at + 1] - alpha[at]) * fx;
  const lower = alpha[at + size] + (alpha[at + size + 1] - alpha[at + size]) * fx;
  return upper + (lower - upper) * (py - yi);
}

/** Distance to a polygon's edge, positive inside. Plain arithmetic: it runs for each cell of the grid. */
function insideDepth(x: number, y: number, polygon: Point[]): number {
  let inside = false;
  let nearest = Infinity;
  let [ax, ay] = polygon[polygon.length - 1];
  for (const [bx, by] of polygon) {
    if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
    const dx = bx - ax;
    const dy = by - ay;
    const t = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1);
    const clamped = t < 0 ? 0 : t > 1 ? 1 : t;
    const ex = x - ax - clamped * dx;
    const ey = y - ay - clamped * dy;
    const square = ex * ex + ey * ey;
    if (square < nearest) nearest = square;
    ax = bx;
    ay = by;
  }
  return inside ? Math.sqrt(nearest) : -Math.sqrt(nearest);
}
