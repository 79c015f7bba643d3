/** Tells the few people of one clip apart, so that after a cut the chosen one is found again: proportions of the face, skin and hair. */
import { i420Planes, type I420 } from '../media/i420.ts';
import type { Face } from './faces.ts';

/** Pairs of points on bone and cartilage, whose distance in space hardly changes with turn and expression. */
const LENGTHS: readonly (readonly [number, number])[] = [[33, 133], [362, 263], [133, 362], [168, 2], [98, 327], [234, 454], [172, 397], [10, 168], [2, 152], [127, 356]];
/** Points on bare skin: cheeks, nose, forehead. */
const SKIN = [50, 280, 101, 330, 4, 151, 9];
const [FOREHEAD, CHIN, LEFT_EYE, RIGHT_EYE] = [10, 152, 33, 263];
/** Differences between two pictures of one person that mean nothing: shares of E for lengths, steps for colours. */
const NOISE = { length: 0.05, luma: 25, chroma: 5 };

/** What somebody looks like: each number in units of its noise. */
export type Likeness = Float32Array;

export function likenessOf(frame: I420, { landmarks, box }: Face): Likeness {
  const distance = (a: number, b: number) => Math.hypot(...[0, 1, 2].map((axis) => landmarks[a * 3 + axis] - landmarks[b * 3 + axis]));
  const eyes = distance(LEFT_EYE, RIGHT_EYE);
  const skin = SKIN.map((point) => colourAt(frame, landmarks[point * 3], landmarks[point * 3 + 1], box.width * 0.04));
  const [upX, upY] = [0, 1].map((axis) => landmarks[FOREHEAD * 3 + axis] - landmarks[CHIN * 3 + axis]);
  // Where the hair is, or a bald head or a hat: above the forehead, and lower at the temples.
  const hair = [[FOREHEAD, 0.12], [FOREHEAD, 0.2], [67, 0.12], [297, 0.12]].map(([point, share]) =>
    colourAt(frame, landmarks[point * 3] + share * upX, landmarks[point * 3 + 1] + share * upY, box.width * 0.05));
  const colours = [meanOf(skin), meanOf(hair)].flatMap(([y, u, v]) => [y / NOISE.luma, u / NOISE.chroma, v / NOISE.chroma]);
  return Float32Array.from([...LENGTHS.map(([a, b]) => distance(a, b) / eyes / NOISE.length), ...colours]);
}

/** 0: the same; about 1 between two pictures of one person. */
export function unlikeness(a: Likeness, b: Likeness): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length);
}

function meanOf(colours: [number, number, number][]): [number, number, number] {
  return [0, 1, 2].map((channel) => colours.reduce((sum, colour) => sum + colour[channel], 0) / colours.length) as [number, number, number];
}

/** Mean Y, U, V of 5×5 samples around a place, as near as the frame has it. */
function colourAt(frame: I420, x: number, y: number, reach: number): [number, number, number] {
  const planes = i420Planes(frame);
  const sum: [number, number, number] = [0, 0, 0];
  for (let row = -2; row <= 2; row++) {
    for (let col = -2; col <= 2; col++) {
      const px = Math.min(frame.width - 1, Math.max(0, Math.floor(x + (col / 2) * reach)));
      const py = Math.min(frame.height - 1, Math.max(0, Math.floor(y + (row / 2) * reach)));
      const chroma = (py >> 1) * (frame.width >> 1) + (px >> 1);
      sum[0] += planes.y[py * frame.width + px] / 25;
      sum[1] += planes.u[chroma] / 25;
      sum[2] += planes.v[chroma] / 25;
    }
  }
  return sum;
}
