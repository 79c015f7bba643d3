/** How far a mouth is open, as a mesh reads it: the gap of the inner lips over the mouth's width. */

const UPPER_LIP = 13;
const LOWER_LIP = 14;
const LEFT_CORNER = 78;
const RIGHT_CORNER = 308;

/**
 * Crops around the one that the mesh was trained for; the mean of their readings is taken. One crop alone reads a half-open mouth
 * anywhere between half and all of what is there, depending on a few pixels of its place (docs/LIPSYNC.md). Offsets are shares of the side.
 */
export const MOUTH_CROPS: readonly { x: number; y: number; scale: number }[] = [
  { x: -0.03, y: 0.03, scale: 0.8 },
  { x: 0.03, y: -0.03, scale: 0.9 },
  { x: -0.03, y: -0.03, scale: 1 },
  { x: 0.03, y: 0.03, scale: 1.1 },
];
/** Half of them, in half of the time. */
export const QUICK_CROPS = MOUTH_CROPS.slice(1, 3);

/** @param points 468 × x,y,z in any one scale */
export function openingOf(points: ArrayLike<number>): number {
  return distance(points, UPPER_LIP, LOWER_LIP) / distance(points, LEFT_CORNER, RIGHT_CORNER);
}

const distance = (points: ArrayLike<number>, a: number, b: number): number => Math.hypot(points[a * 3] - points[b * 3], points[a * 3 + 1] - points[b * 3 + 1]);
