/** A drawn face with the mesh points that the rig reads: the tests' own input. */
import {
  CHIN, FOREHEAD, LEFT_BROW, LEFT_CHEEK, LEFT_EYE_LOWER, LEFT_EYE_UPPER, LEFT_OUTLINE, LOWER_INNER, LOWER_OUTER, NOSE_BASE, NOSE_TIP, RIGHT_BROW, RIGHT_CHEEK,
  RIGHT_EYE_LOWER, RIGHT_EYE_UPPER, RIGHT_OUTLINE, UPPER_INNER, UPPER_OUTER,
} from '../../../src/engine/avatar/rig/landmarks.ts';
import { rgbToI420, type I420 } from '../../../src/engine/media/i420.ts';

/** Distance between the outer eye corners, and the mouth's place, in pixels of a 256×288 picture. */
export const UNIT = 100;
export const WIDTH = 256;
export const HEIGHT = 288;
export const MOUTH_X = 128;
export const MOUTH_Y = 180;
const HALF = 28;

export interface DrawnFace {
  plate: I420;
  landmarks: Float32Array;
}

/** @param gap half the height of the open mouth at rest in pixels; 0: closed lips with a dark seam */
export function drawnFace(gap = 0): DrawnFace {
  const arch = (x: number) => 1 - (x / HALF) ** 2;
  const rgb = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const dx = x - MOUTH_X, dy = y - MOUTH_Y;
      // A little texture, so that every motion changes pixels.
      const grain = 6 * Math.sin(x * 0.9) * Math.sin(y * 0.7) + 4 * Math.sin(x * 0.23 + y * 0.31);
      const inHead = (dx / 82) ** 2 + ((y - 135) / 118) ** 2 < 1;
      let colour = inHead ? [205, 160, 138] : [90, 110, 130];
      const lip = arch(dx);
      if (lip > 0 && dy > -gap - 9 * lip - 1 && dy < gap + 11 * lip + 1) colour = [170, 84, 84];
      if (lip > 0 && gap === 0 && Math.abs(dy) < 1.2) colour = [74, 30, 32];
      if (lip > 0 && gap > 0 && Math.abs(dy) < gap * lip) colour = [228, 220, 205];
      for (const eyeX of [MOUTH_X - 33, MOUTH_X + 33]) {
        const ex = x - eyeX, ey = y - 110;
        const lid = 7 * (1 - (ex / 17) ** 2);
        if (lid > 0 && Math.abs(ey) < lid) colour = ex * ex + ey * ey < 36 ? [60, 40, 30] : [235, 235, 235];
      }
      const o = (y * WIDTH + x) * 3;
      for (let c = 0; c < 3; c++) rgb[o + c] = colour[c] + grain;
    }
  }
  return { plate: rgbToI420(rgb, WIDTH, HEIGHT), landmarks: points(gap, arch) };
}

function points(gap: number, arch: (x: number) => number): Float32Array {
  const landmarks = new Float32Array(468 * 3);
  // Landmarks count from the picture's corner: a pixel's centre is at +0.5.
  const put = (index: number, x: number, y: number) => {
    landmarks[index * 3] = x + 0.5;
    landmarks[index * 3 + 1] = y + 0.5;
  };
  const along = (indices: readonly number[], half: number, x0: number, y: (dx: number) => number) =>
    indices.forEach((index, i) => {
      const dx = -half + (2 * half * i) / (indices.length - 1);
      put(index, x0 + dx, y(dx));
    });
  along(UPPER_INNER, HALF - 1, MOUTH_X, (dx) => MOUTH_Y - gap * arch(dx));
  along(LOWER_INNER, HALF - 1, MOUTH_X, (dx) => MOUTH_Y + gap * arch(dx));
  along(UPPER_OUTER, HALF, MOUTH_X, (dx) => MOUTH_Y - (gap + 9) * arch(dx));
  along(LOWER_OUTER, HALF, MOUTH_X, (dx) => MOUTH_Y + (gap + 11) * arch(dx));
  const eye = (upper: readonly number[], lower: readonly number[], x0: number) => {
    along(upper, 17, x0, (dx) => 110 - 7 * (1 - (dx / 17) ** 2));
    along(lower, 17, x0, (dx) => 110 + 7 * (1 - (dx / 17) ** 2));
  };
  eye(LEFT_EYE_UPPER, LEFT_EYE_LOWER, MOUTH_X - 33);
  eye(RIGHT_EYE_UPPER, RIGHT_EYE_LOWER, MOUTH_X + 33);
  along(LEFT_BROW, 18, MOUTH_X - 33, () => 86);
  along(RIGHT_BROW, 18, MOUTH_X + 33, () => 86);
  LEFT_OUTLINE.forEach((index, i) => put(index, MOUTH_X - 78 + 7 * i, 140 + 18 * i));
  RIGHT_OUTLINE.forEach((index, i) => put(index, MOUTH_X + 78 - 7 * i, 140 + 18 * i));
  put(LEFT_CHEEK, MOUTH_X - 45, 155);
  put(RIGHT_CHEEK, MOUTH_X + 45, 155);
  put(NOSE_TIP, MOUTH_X, 142);
  put(NOSE_BASE, MOUTH_X, 155);
  put(CHIN, MOUTH_X, 240);
  put(FOREHEAD, MOUTH_X, 50);
  return landmarks;
}
