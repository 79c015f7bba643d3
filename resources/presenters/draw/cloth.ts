import { relief, type Area } from './relief.ts';
import { bell, clip, clipped, curve, group, knots, mirror, path, rgb, sample, smoothstep, soft, type Colour, type Point } from './svg.ts';

/** A fold: a ridge (or, with negative height, a valley) along a line. */
export interface Fold { line: readonly Point[]; width: number; height: number }

/** A piece of cloth inside an outline: body shape plus folds, lit like everything else. */
export function drawCloth(id: string, outline: string, area: Area, body: (x: number, y: number) => number, folds: readonly Fold[], colours: (tone: number) => Colour): { definitions: string; picture: string } {
  const lines = folds.map((fold) => ({ ...fold, points: sample(fold.line, 14) }));
  const height = (x: number, y: number): number => {
    let z = body(x, y);
    for (const fold of lines) {
      const { distance, along } = nearest(fold.points, x, y);
      // One flank is steeper than the other, and folds run out at their ends.
      const flank = distance < 0 ? fold.width * 0.5 : fold.width;
      z += fold.height * bell(distance, flank) * smoothstep(-0.02, 0.2, along) * smoothstep(1.02, 0.8, along);
    }
    return z;
  };
  return {
    definitions: clip(id, outline),
    // The plain tone below keeps the blur from fading at the picture's edge.
    picture: clipped(id, path(outline, `fill="${rgb(colours(0.52))}"`), group(soft(2), relief(height, area, { cell: 4, tones: 60, hollow: 0.8, hollowCells: 4, shine: 0.04, gloss: 12 }, colours))),
  };
}

function nearest(points: readonly Point[], x: number, y: number): { distance: number; along: number } {
  let best = Infinity;
  let distance = Infinity;
  let along = 0;
  for (let i = 0; i < points.length - 1; i += 1) {
    const [ax, ay] = points[i];
    const [dx, dy] = [points[i + 1][0] - ax, points[i + 1][1] - ay];
    const t = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
    const [ex, ey] = [x - ax - t * dx, y - ay - t * dy];
    const far = ex * ex + ey * ey;
    if (far < best) {
      best = far;
      distance = Math.sqrt(far) * (dx * ey - dy * ex < 0 ? -1 : 1);
      along = (i + t) / (points.length - 1);
    }
  }
  return { distance, along };
}

export interface Neck {
  /** Half width by row, from behind the jaw to the bottom of the picture. */
  outline: readonly Point[];
  chinY: number;
  notchY: number;
  half: number;
  skin: (tone: number) => Colour;
}

/** Neck, collarbones and chest in the shadow of the chin. */
export function drawNeck(neck: Neck): { definitions: string; picture: string } {
  const halfAt = knots(neck.outline.map(([y, half]) => [y, half] as Point));
  const right = neck.outline.map(([y, half]) => [512 + half, y] as Point);
  const outline = curve([...right, ...mirror(right).reverse()], true);
  const { notchY, half } = neck;
  const height = (pictureX: number, y: number): number => {
    const x = pictureX - 512;
    const side = Math.abs(x);
    let z = 105 * Math.sqrt(Math.max(0.03, 1 - (side / (Math.min(halfAt(y), half * 1.9) * 1.06)) ** 2.2));
    if (y > notchY - 40) z = Math.max(z, 60 + (y - notchY) * 0.25 - side * 0.12);
    const muscle = 14 + ((notchY - 12 - y) / (notchY - 740)) * (half * 0.72);
    z += 3.2 * bell(side - muscle, 17) * smoothstep(notchY + 2, notchY - 30, y);
    z -= 6 * bell(Math.hypot(x / 1.15, y - notchY), 22);
    z += 6 * bell(y - notchY - 6 + side * 0.09, 11) * smoothstep(14, 34, side) * smoothstep(250, 120, side);
    z -= 4 * bell(y - notchY + 20 + side * 0.05, 16) * bell(side - 92, 50);
    z += 2 * bell(x, 24) * bell(y - (notchY - 80), 34);
    return z;
  };
  const area = { x: 100, y: 600, width: 824, height: 424 };
  const shadow = `<path d="${curve([[512 - half * 1.3, 640], [512 - half * 1.02, neck.chinY + 2], [512 - half * 0.5, neck.chinY + 46], [520, neck.chinY + 62], [512 + half * 0.66, neck.chinY + 52], [512 + half * 1.12, neck.chinY + 16], [512 + half * 1.3, 640]], true)}" fill="#6a2a18" opacity=".6"/>`;
  return {
    definitions: clip('neck', outline),
    picture: clipped('neck', group(soft(4), relief(height, area, { cell: 4, tones: 80, hollow: 0.8, hollowCells: 5, shine: 0.05, gloss: 14 }, neck.skin)), group(soft(12), shadow)),
  };
}
