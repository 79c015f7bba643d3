import type { Square } from '../avatar/sample.ts';
import type { Similarity } from '../avatar/smooth.ts';

/** Where a square goes with the face that it lies on. */
export const movedSquare = ({ x, y, side, angle }: Square, { a, b, tx, ty }: Similarity): Square => ({
  x: a * x - b * y + tx, y: b * x + a * y + ty, side: side * Math.hypot(a, b), angle: angle + Math.atan2(b, a),
});
