import { drawCloth, drawNeck, type Fold } from './cloth.ts';
import { drawEyes } from './eyes.ts';
import { drawFace, type Head } from './face.ts';
import { drawHair, flyaway, type Sheet } from './hair.ts';
import { drawMouth } from './mouth.ts';
import { studio } from './studio.ts';
import { bell, clip, clipped, curve, dice, mirror, mix, n, path, ramp, sample, sliver, soft, type Point } from './svg.ts';

const skin = ramp([[0, '#4a1f17'], [0.2, '#8a4a38'], [0.4, '#bd7a60'], [0.58, '#d99f81'], [0.76, '#ebbc9e'], [0.92, '#f6d3b8'], [1, '#fde6d2']]);
const hairTone = ramp([[0, '#120a08'], [0.25, '#24140f'], [0.5, '#45281c'], [0.75, '#7a4d35'], [1, '#bd8a66']]);
const shawlTone = ramp([[0, '#04282c'], [0.3, '#08464c'], [0.55, '#106c6e'], [0.78, '#26938e'], [1, '#86cdc2']]);
const blouseTone = ramp([[0, '#75604f'], [0.4, '#c2ad9a'], [0.65, '#e8dac9'], [0.85, '#f8f0e5'], [1, '#fffdf8']]);

const head: Head = {
  outline: [[190, 112], [240, 150], [300, 170], [370, 180], [440, 183], [500, 180], [550, 172], [600, 157], [640, 135], [674, 105], [702, 73], [720, 44], [728, 20], [730, 0]],
  chinY: 730, skin, noseHalf: 31.5, noseBase: 556, noseBridge: 0.6, browRidge: 5, cheek: 11, chin: 10, hollow: 6, socket: 15, fold: 1.6, mouthY: 615, blush: '#e8606a', blushOpacity: 0.15,
};

const leftGuides: Point[][] = [
  [[556, 240], [484, 242], [412, 276], [362, 340], [338, 430], [329, 520], [338, 610], [340, 700], [324, 790], [322, 870], [346, 950]],
  [[558, 208], [470, 206], [384, 248], [328, 326], [306, 425], [298, 520], [302, 620], [300, 715], [284, 805], [284, 885], [308, 965]],
  [[557, 168], [456, 162], [360, 208], [296, 302], [270, 412], [260, 520], [260, 630], [254, 730], [246, 815], [250, 900], [276, 970]],
  [[548, 121], [440, 120], [340, 166], [272, 272], [242, 394], [230, 515], [226, 630], [218, 735], [214, 825], [224, 900], [252, 965]],
];
// The other side is not a mirror image: the parting sits a little off the middle and the hair falls differently.
const rightGuides: Point[][] = leftGuides.map((guide, g) =>
  mirror(guide).map(([x, y], i) => [i === 0 ? [555, 557, 556, 547][g] : x + [0, 22, 0, 0, 0, 0, 2, 6, 10, 8, 2][i] * (0.6 + g * 0.2), y + [0, -4, -4, 0, 0, 0, 0, 4, 8, 6, 4][i]] as Point));

const light = (bright: number) => (t: number, k: number): number =>
  bright * (0.3 + 0.62 * bell(t - mix(0.2, 0.17, k), 0.075) + 0.2 * bell(t - 0.4, 0.1) + 0.26 * bell(t - 0.66, 0.09) + 0.16 * bell(t - 0.9, 0.06)) * (0.75 + 0.5 * bell(k - 0.55, 0.4));
const sheet = (guides: Point[][], seed: number, bright: number): Sheet => ({ guides, locks: 34, strandsPerLock: 34, lockWidth: 0.12, wave: 19, waves: 2.5, strandWidth: 1.5, seed, light: light(bright), gather: 0.55, shortest: 0.86 });

function shawl(side: 1 | -1): { definitions: string; picture: string } {
  const inner: Point[] = [[440, 800], [414, 846], [416, 896], [444, 960], [484, 1050]];
  const outer: Point[] = [[436, 790], [352, 846], [214, 892], [136, 950], [96, 1050]];
  const place = (points: Point[]): Point[] => (side < 0 ? points : mirror(points).map(([x, y]) => [x + 4, y + 3] as Point));
  const folds: Fold[] = [0.04, 0.16, 0.27, 0.4, 0.52, 0.66, 0.8, 0.92].map((k, i) => ({
    line: place(inner.map(([x, y], j) => [mix(x, outer[j][0], k) + Math.sin(j * 1.7 + i * 2) * 9, mix(y, outer[j][1], k)] as Point)),
    width: [12, 15, 13, 19, 15, 20, 17, 20][i],
    height: [9, 8, 10, 12, 8, 12, 9, 9][i],
  }));
  const edge = [...place(inner), ...place(outer).reverse()];
  const cloth = drawCloth(side < 0 ? 'shawlL' : 'shawlR', curve(edge, true), { x: side < 0 ? 70 : 500, y: 770, width: 454, height: 290 },
    (x, y) => 130 * Math.sqrt(Math.max(0.02, 1 - ((x - 512) / 440) ** 2)) - Math.max(0, 900 - y) * 0.5, folds, shawlTone);
  const shadow = path(curve(edge, true), `fill="#2a1712" opacity=".5" transform="translate(${side < 0 ? 7 : -5} 8)" ${soft(6)}`);
  const border = path(curve(place(inner.map(([x, y]) => [x - 5, y] as Point))), 'fill="none" stroke="#e9a23b" stroke-width="4.5" opacity=".9"') + path(curve(place(inner.map(([x, y]) => [x - 13, y] as Point))), 'fill="none" stroke="#e9a23b" stroke-width="1.6" opacity=".75"');
  // A woven row of lozenges along the border.
  const row = sample(place(inner.map(([x, y]) => [x - 23, y + 2] as Point)), 26).map(([x, y]) => `M${n(x)} ${n(y - 4.2)}l3 4.2l-3 4.2l-3 -4.2z`).join('');
  const woven = path(row, 'fill="#f0b95c" opacity=".8"');
  return { definitions: cloth.definitions, picture: shadow + cloth.picture + clipped(side < 0 ? 'shawlL' : 'shawlR', border, woven) };
}

export function woman(): string {
  const face = drawFace(head);
  const neck = drawNeck({ outline: [[640, 92], [700, 82], [760, 76], [806, 80], [838, 98], [862, 150], [884, 230], [912, 310], [960, 360], [1040, 380]], chinY: 730, notchY: 902, half: 78, skin });
  const eyes = drawEyes({
    y: 440,
    upper: [[-41, 4.5], [-33, -5], [-21, -14.5], [-4, -19.5], [14, -17.6], [29, -10.5], [40, -2.5]],
    lower: [[-41, 4.5], [-29, 6.4], [-9, 9], [12, 8.8], [28, 5], [40, -2.5]],
    crease: [[-40, -7], [-31, -16.5], [-16, -26], [4, -28.5], [22, -25.5], [37, -16.5], [48, -7]],
    irisRadius: 17.4, irisY: -4.2, irisDark: '#26110a', iris: '#4c2814', irisLight: '#ab6c38', lash: 12, liner: 1.15,
    shadow: '#8a4a3d', shadowOpacity: 0.3,
    brow: [[-46, -55], [-28, -60], [-4, -65.5], [19, -67.5], [42, -61.5], [61, -50]], browThickness: 10.5, browColour: '#2a1711', browHairs: 240,
  });
  const mouth = drawMouth({
    top: [[0, 600], [6, 598.6], [15, 594.6], [26, 595.6], [42, 600.6], [58, 604.6], [72, 605.4]],
    seam: [[0, 618], [10, 617.5], [24, 616.4], [42, 615.2], [58, 611.4], [72, 605]],
    bottom: [[0, 645], [14, 645], [30, 641.6], [48, 632.5], [62, 619.4], [72, 606]],
    upperDark: '#94363a', upperLight: '#c2605d', lowerDark: '#b85554', lowerLight: '#de8a80', shine: 0.62, rim: 0.36, edge: 1.2,
  });
  const parting = path(sliver([[561, 239], [563, 205], [562, 170], [551, 128]], (t) => 5 * (1 - t) + 0.8), `fill="#8f6249" opacity=".8" ${soft(1.2)}`);
  const backHair = path(curve([[512, 132], [400, 146], [300, 230], [256, 400], [244, 600], [236, 800], [280, 930], [512, 900], [744, 930], [790, 800], [780, 600], [768, 400], [724, 230], [624, 146]], true), 'fill="#170c09"');
  const back = drawHair({ guides: [[[330, 480], [344, 620], [352, 760], [372, 900]], [[420, 480], [424, 620], [420, 760], [424, 900]], [[604, 480], [600, 620], [604, 760], [600, 900]], [[694, 480], [680, 620], [672, 760], [652, 900]]], locks: 26, strandsPerLock: 20, lockWidth: 0.09, wave: 12, waves: 2, strandWidth: 1.6, seed: 3, gather: 0.2, light: (t) => 0.2 + 0.1 * bell(t - 0.75, 0.2) }, hairTone);
  const [leftHair, rightHair] = [drawHair(sheet(leftGuides, 31, 1), hairTone), drawHair(sheet(rightGuides, 47, 0.86), hairTone)];
  // Loose hairs: along the temples inside the face's edge, and outside the silhouette.
  const random = dice(19);
  const loose = (guide: Point[], count: number, low: number, high: number, from: number, to: number): Point[][] =>
    Array.from({ length: count }, () => {
      const [shift, bend, start] = [random(low, high), random(-6, 6), Math.floor(random(from, to))];
      return guide.slice(start, start + 4).map(([x, y], i) => [x + shift * (0.3 + i * 0.25) + bend * Math.sin(i), y + random(-3, 3)] as Point);
    });
  const wisps = flyaway([...loose(leftGuides[0], 16, 0, 8, 1, 5), ...loose(rightGuides[0], 16, -8, 0, 1, 5)], '#2c1812', 0.9, 0.5) +
    flyaway([...loose(leftGuides[3], 22, -7, 2, 0, 3), ...loose(rightGuides[3], 22, -2, 7, 0, 3)], '#3a2117', 0.8, 0.35);
  const hairline = (guide: Point[]): string => path(curve(guide.slice(0, 9)), `fill="none" stroke="#5e2415" stroke-width="34" opacity=".55" ${soft(12)}`);
  const shadowOnFace = clipped('face', hairline(leftGuides[0]), hairline(rightGuides[0]));
  const blouse = drawCloth('blouse', curve([[380, 870], [430, 930], [480, 972], [512, 984], [544, 972], [594, 930], [644, 870], [720, 1060], [300, 1060]], true), { x: 300, y: 860, width: 424, height: 200 },
    (x, y) => 90 * Math.sqrt(Math.max(0.02, 1 - ((x - 512) / 330) ** 2)) + (y - 900) * 0.1,
    [{ line: [[500, 980], [490, 1005], [484, 1035]], width: 10, height: 6 }, { line: [[556, 966], [560, 1000], [556, 1035]], width: 12, height: 7 }, { line: [[448, 944], [452, 990], [446, 1035]], width: 12, height: 7 }], blouseTone);
  const neckline = path(curve([[380, 870], [430, 930], [480, 972], [512, 984], [544, 972], [594, 930], [644, 870]]), `fill="none" stroke="#5a2a1c" stroke-width="9" opacity=".4" ${soft(4)}`) + path(curve([[384, 875], [430, 932], [480, 974], [512, 986], [544, 974], [594, 932], [640, 875]]), 'fill="none" stroke="#fff8ee" stroke-width="3" opacity=".8"');
  const chain = curve([[440, 822], [462, 868], [490, 902], [512, 914], [534, 902], [562, 868], [584, 822]]);
  const necklace = path(chain, `fill="none" stroke="#6a2a18" stroke-width="3" opacity=".35" transform="translate(2 4)" ${soft(1.2)}`) + path(chain, 'fill="none" stroke="#c98a2e" stroke-width="2"') + path(chain, 'fill="none" stroke="#ffe6a8" stroke-width=".9" stroke-dasharray="2.2 2.6"') +
    `<path d="M512 914c8 7 9 15 0 24c-9-9-8-17 0-24z" fill="#13797a" stroke="#d9a03f" stroke-width="1.8"/><path d="M510 919c3 3 3.5 6 0 9c-3-3-2.5-6 0-9z" fill="#aee6dc" opacity=".8"/>`;
  const [shawlLeft, shawlRight] = [shawl(-1), shawl(1)];
  const neckShade = [-1, 1].map((side) => `<ellipse cx="${512 + side * 108}" cy="770" rx="40" ry="130" fill="#1e0c08" opacity=".6" ${soft(24)}/>`).join('');
  return studio('Presenter: a woman', { light: '#efebe6', middle: '#d8d2cb', dark: '#a59d95' },
    [clip('upper', 'M0 0H1024V700H430V740H0Z'), face.definitions, neck.definitions, eyes.definitions, mouth.definitions, blouse.definitions, shawlLeft.definitions, shawlRight.definitions],
    [backHair, back, neck.picture, clipped('neck', neckShade), necklace, neckline, blouse.picture, shawlRight.picture, leftHair, shawlLeft.picture, face.picture, shadowOnFace, eyes.picture, mouth.picture, rightHair, clipped('upper', leftHair), parting, wisps]);
}
