import { relief } from './relief.ts';
import { bell, clamp, clip, clipped, curve, group, knots, mirror, path, sliver, smoothstep, soft, type Colour, type Point } from './svg.ts';

/** What makes a face this face. Lengths in pixels, x measured from the middle line (512), y in picture rows. */
export interface Head {
  /** Half width of the face by row, forehead to chin. */
  outline: readonly Point[];
  chinY: number;
  skin: (tone: number) => Colour;
  /** Nose: half width at the wings, row of its base, strength of the bridge. */
  noseHalf: number;
  noseBase: number;
  noseBridge: number;
  browRidge: number;
  cheek: number;
  chin: number;
  /** Depth of the hollow between cheekbone and jaw. */
  hollow: number;
  /** Depth of the eye sockets, and of the fold from nose to mouth. */
  socket: number;
  fold: number;
  mouthY: number;
  blush: string;
  blushOpacity: number;
}

const MIDDLE = 512;
const EYE_Y = 440;
export const EYE_X = 80;

function outlinePoints(head: Head): Point[] {
  const right = head.outline.map(([y, half]) => [MIDDLE + half, y] as Point);
  return [...right, ...mirror(right).reverse().slice(1)];
}

/** The face as a surface: an egg, then everything that rises from it or sinks into it. */
function surface(head: Head): (x: number, y: number) => number {
  const halfAt = knots(head.outline.map(([y, half]) => [y, Math.max(half, 60)] as Point));
  // Toward the chin the outline closes, but the jaw's roundness must not: it keeps a wide half there and falls off by row instead.
  const jaw = knots([[300, halfAt(300)], [400, halfAt(400)], [470, halfAt(470)], [530, halfAt(530)], [590, halfAt(590)], [640, halfAt(590) * 0.93], [head.chinY + 40, halfAt(590) * 0.74]]);
  const bridge = knots([[320, 0], [395, 7], [432, 11], [470, 21], [510, 34], [head.noseBase - 26, 43], [head.noseBase - 10, 37], [head.noseBase + 6, 16], [head.noseBase + 22, 0]]);
  const bridgeWidth = knots([[340, 44], [395, 33], [440, 19], [500, 22], [head.noseBase - 20, 22], [head.noseBase + 10, 20]]);
  const { noseBase, mouthY, chinY } = head;
  return (pictureX, y) => {
    const x = pictureX - MIDDLE;
    const side = Math.abs(x);
    const half = jaw(y);
    const across = clamp(side / (half * 1.05), 0, 0.985);
    const below = clamp((y - 560) / (chinY + 14 - 560), 0, 1);
    let z = 185 * Math.sqrt(Math.max(0.02, 1 - across ** 2.15 - 0.62 * below ** 4.2));
    z -= 34 * smoothstep(380, 170, y) ** 1.4;
    // Brow and socket.
    z += head.browRidge * bell(y - 396, 22) * bell(side - 58, 62);
    z -= 4 * bell(y - 402, 20) * bell(x, 16);
    z -= head.socket * bell(y - 428, 25) * bell(side - 66, 50);
    z -= head.socket * 0.3 * bell(y - 432, 22) * bell(side - 36, 16);
    z += 13 * bell(y - EYE_Y, 22) * bell(side - EYE_X, 38);
    z -= 3.5 * bell(y - 474 - (side - EYE_X) * -0.12, 9) * bell(side - 68, 40);
    z -= 9 * bell(y - 380, 70) * bell(side - 178, 34);
    // Nose: bridge, tip, wings.
    z += head.noseBridge * bridge(y) * bell(x, bridgeWidth(y));
    z += 14 * bell(Math.hypot(x, (y - noseBase + 22) * 1.05), 19);
    z += 15 * bell(Math.hypot(side - head.noseHalf + 10, (y - noseBase + 14) * 0.95), 13);
    z -= 4 * bell(Math.hypot(side - head.noseHalf - 5, y - noseBase + 12), 9);
    // Cheeks and the fold beside the nose.
    z += head.cheek * bell(Math.hypot((side - 110) / 1.25, y - 515), 46);
    const fold = 36 + ((y - noseBase + 6) / 66) * 42;
    z -= head.fold * bell(side - fold, 10) * smoothstep(noseBase - 14, noseBase + 10, y) * smoothstep(mouthY + 16, mouthY - 22, y);
    z -= head.hollow * bell(Math.hypot((side - 124) / 1.05, y - 610), 44);
    // Muzzle, lips, chin.
    z += 17 * bell(Math.hypot(x / 1.5, y - mouthY), 48);
    z -= 2.6 * bell(x, 7) * smoothstep(noseBase + 2, noseBase + 14, y) * smoothstep(mouthY - 12, mouthY - 22, y);
    z += 4 * bell(y - mouthY + 9, 10) * bell(x, 46);
    z += 8.5 * bell(y - mouthY - 15, 12) * bell(x, 42);
    z -= 5 * bell(y - mouthY, 4) * bell(x, 52);
    z -= 9 * bell(y - mouthY - 41, 12) * bell(x, 44);
    z -= 5 * bell(Math.hypot(side - 76, y - mouthY + 1), 11);
    z += head.chin * bell(Math.hypot(x / 1.25, y - chinY + 44), 30);
    return z;
  };
}

/** Skin of the face with nose and blush; eyes, brows and lips come on top. Needs clip #face and blurs 1.2–24. */
export function drawFace(head: Head): { definitions: string; picture: string } {
  const { noseBase, noseHalf } = head;
  const area = { x: MIDDLE - 232, y: 160, width: 464, height: head.chinY - 160 + 24 };
  const skin = relief(surface(head), area, { cell: 4, tones: 110, hollow: 0.9, hollowCells: 5, shine: 0.07, gloss: 18 }, head.skin);
  const both = (draw: (side: 1 | -1) => string): string => draw(-1) + draw(1);
  const at = (side: number, x: number, y: number): Point => [MIDDLE + side * x, y];
  const blush = both((side) => `<ellipse cx="${MIDDLE + side * 112}" cy="530" rx="46" ry="32" fill="${head.blush}" opacity="${head.blushOpacity}" transform="rotate(${side * -18} ${MIDDLE + side * 118} 536)"/>`);
  const rosy = `<ellipse cx="512" cy="${noseBase - 24}" rx="30" ry="24" fill="${head.blush}" opacity="${head.blushOpacity * 0.75}"/>`;
  const nostrils = both((side) =>
    path(curve([at(side, 8.5, noseBase - 2.5), at(side, 12, noseBase - 6.5), at(side, 18, noseBase - 8), at(side, 24, noseBase - 5.5), at(side, 23, noseBase - 2.5), at(side, 16, noseBase - 1.5)], true), 'fill="#43180f" opacity=".8"'));
  const wings = both((side) =>
    path(sliver([at(side, noseHalf - 3, noseBase - 27), at(side, noseHalf + 3.5, noseBase - 17), at(side, noseHalf + 2, noseBase - 5), at(side, noseHalf - 8, noseBase)], (t) => 3.6 * Math.sin(Math.PI * clamp(t * 0.9 + 0.08)) ** 1.3), 'fill="#8a4631" opacity=".5"'));
  const underTip = path(curve([at(-1, 24, noseBase - 2), at(-1, 12, noseBase + 1), [512, noseBase + 3.5], at(1, 12, noseBase + 1), at(1, 24, noseBase - 2), at(1, 14, noseBase + 10), [512, noseBase + 12], at(-1, 14, noseBase + 10)], true), 'fill="#7a3422" opacity=".3"');
  const tipEdge = path(curve([at(-1, 15, noseBase - 9), at(-1, 8, noseBase - 3), [512, noseBase], at(1, 8, noseBase - 3), at(1, 15, noseBase - 9)]), 'fill="none" stroke="#7c3b29" stroke-width="3" stroke-linecap="round" opacity=".4"');
  const tipShine = `<ellipse cx="508" cy="${noseBase - 31}" rx="7.5" ry="6" fill="#fff6ea" opacity=".5"/>`;
  const bridgeShine = path(sliver([[507, 452], [507.5, 490], [508, noseBase - 42]], (t) => 3 + 4 * t), 'fill="#fff3e2" opacity=".2"');
  return {
    definitions: clip('face', curve(outlinePoints(head), true)),
    picture: clipped('face', group(soft(4), skin), group(soft(24), blush, rosy), group(soft(4), underTip), group(soft(2), wings), group(soft(2), tipEdge), group(soft(1.2), nostrils), group(soft(3), tipShine, bridgeShine)),
  };
}
