import { drawCloth, drawNeck, type Fold } from './cloth.ts';
import { drawEyes } from './eyes.ts';
import { drawFace, type Head } from './face.ts';
import { drawHair, type Sheet } from './hair.ts';
import { drawMouth } from './mouth.ts';
import { studio } from './studio.ts';
import { bell, clip, clipped, curve, dice, group, mirror, mix, n, path, ramp, sliver, soft, type Point } from './svg.ts';

const skin = ramp([[0, '#3f1b13'], [0.2, '#7c432f'], [0.4, '#ae6e4f'], [0.58, '#cc9069'], [0.74, '#e0af89'], [0.88, '#efcba9'], [1, '#fdeadb']]);
const hairTone = ramp([[0, '#0c0807'], [0.3, '#1b1311'], [0.55, '#35261f'], [0.78, '#634b3d'], [1, '#a1836b']]);
const jacketTone = ramp([[0, '#0b1220'], [0.35, '#1b2a44'], [0.6, '#2d4266'], [0.8, '#48618c'], [1, '#8fa6c8']]);
const shirtTone = ramp([[0, '#6f7680'], [0.4, '#b4bcc6'], [0.65, '#dfe4ea'], [0.85, '#f5f7fa'], [1, '#ffffff']]);

const head: Head = {
  outline: [[190, 118], [240, 158], [300, 178], [370, 187], [440, 189], [510, 187], [570, 181], [620, 169], [660, 148], [692, 121], [718, 88], [738, 48], [748, 0]],
  chinY: 748, skin, noseHalf: 41, noseBase: 566, noseBridge: 0.86, browRidge: 8, cheek: 10, chin: 13, mouthY: 630, blush: '#c9503c', blushOpacity: 0.14,
};

/** Hair brushed up and back from the forehead: guides run from the hairline over the top, left temple to right temple. */
const topGuides: Point[][] = [
  [[342, 372], [334, 330], [328, 285], [332, 245], [346, 212]],
  [[348, 318], [340, 272], [344, 226], [364, 188], [396, 160]],
  [[372, 276], [368, 226], [384, 180], [420, 148], [466, 132]],
  [[420, 256], [420, 200], [446, 156], [494, 128], [548, 122]],
  [[480, 250], [488, 190], [524, 146], [574, 128], [620, 142]],
  [[546, 250], [562, 192], [600, 152], [640, 148], [668, 178]],
  [[606, 258], [630, 212], [658, 182], [680, 188], [692, 226]],
  [[650, 280], [672, 244], [688, 228], [697, 244], [700, 280]],
  [[676, 330], [690, 300], [698, 290], [702, 310], [700, 340]],
  [[684, 376], [694, 352], [700, 342], [702, 356], [700, 376]],
];
const top: Sheet = {
  guides: topGuides, locks: 44, strandsPerLock: 26, lockWidth: 0.075, wave: 5, waves: 1.1, strandWidth: 1.5, seed: 61, gather: 0.35, shortest: 0.86, steps: 18,
  light: (t, k) => (0.3 + 0.62 * bell(t - 0.42, 0.2) * mix(1.1, 0.72, k)) * mix(1.05, 0.85, k),
};

function ear(side: 1 | -1): string {
  const at = (points: Point[]): Point[] => points.map(([x, y]) => [512 + side * x, y]);
  const shape = at([[178, 424], [192, 404], [210, 404], [219, 424], [216, 458], [206, 492], [196, 516], [184, 522], [178, 500]]);
  const tone = side < 0 ? '#cf946f' : '#b47a58';
  return [
    path(curve(shape, true), `fill="${tone}"`),
    path(sliver(at([[190, 500], [204, 470], [211, 436], [205, 416], [194, 416]]), () => 7), `fill="#eec3a0" opacity="${side < 0 ? 0.55 : 0.3}" ${soft(3)}`),
    path(sliver(at([[186, 428], [199, 424], [203, 446], [196, 476], [188, 486]]), (t) => 9 * Math.sin(Math.PI * t)), `fill="#5f2a1d" opacity=".6" ${soft(3)}`),
    path(curve(at([[180, 410], [184, 450], [182, 520]])), `fill="none" stroke="#48201a" stroke-width="14" opacity=".5" ${soft(6)}`),
  ].join('');
}

/** A shadow of beard: soft tone and very short hairs along the jaw, above the lip and on the chin, never on the lips. */
function stubble(): string {
  const random = dice(404);
  const jaw = (x: number): number => 748 - (Math.abs(x) / 181) ** 2.6 * 230;
  const dots: string[] = [];
  while (dots.length < 1500) {
    const x = random(-178, 178);
    const y = random(560, 744);
    const side = Math.abs(x);
    const insideMouth = (x / 84) ** 2 + ((y - 632) / 30) ** 2 < 1;
    const cheekLine = side > 74 ? 566 + (178 - side) * 0.62 : y < 640 ? 587 + side * 0.12 : 676 - side * 0.35;
    const patch = side < 24 && y > 655 && y < 668;
    if (insideMouth || patch || y < cheekLine || y > jaw(x) - 3 || random() > 0.5 + (y - 560) / 300) continue;
    const lean = (x / 178) * 1.6 + random(-0.5, 0.5);
    dots.push(`M${n(512 + x)} ${n(y)}l${n(lean)} ${n(random(1.6, 3.2))}`);
  }
  const shade = [
    `<path d="${curve([[340, 560], [352, 620], [392, 688], [452, 732], [512, 742], [572, 732], [632, 688], [672, 620], [684, 560], [700, 700], [512, 790], [324, 700]], true)}" fill="#2e2a2c" opacity=".3" ${soft(12)}/>`,
    path(sliver([[440, 622], [470, 600], [512, 592], [554, 600], [584, 622]], (t) => 13 * Math.sin(Math.PI * t)), `fill="#2e2a2c" opacity=".2" ${soft(6)}`),
    `<ellipse cx="512" cy="706" rx="46" ry="26" fill="#2e2a2c" opacity=".2" ${soft(12)}/>`,
  ];
  return clipped('face', ...shade, path(dots.join(''), 'fill="none" stroke="#211512" stroke-width=".9" stroke-linecap="round" opacity=".34"'));
}

function jacket(side: 1 | -1): { definitions: string; picture: string } {
  const at = (points: readonly Point[]): Point[] => (side < 0 ? [...points] : mirror(points));
  const body = at([[404, 826], [340, 858], [240, 894], [150, 926], [98, 980], [80, 1040], [486, 1040], [470, 980], [430, 900]]);
  const lapel = at([[404, 822], [386, 846], [372, 880], [352, 908], [386, 930], [370, 950], [440, 1040], [490, 1040], [466, 980], [432, 904]]);
  const folds: Fold[] = [
    { line: at([[330, 872], [262, 940], [226, 1040]]), width: 20, height: 9 },
    { line: at([[250, 898], [186, 958], [160, 1040]]), width: 24, height: 13 },
    { line: at([[176, 922], [130, 970], [116, 1040]]), width: 16, height: 9 },
    { line: at([[370, 950], [330, 990], [312, 1040]]), width: 16, height: 8 },
  ];
  const surface = (x: number, y: number): number => 150 * Math.sqrt(Math.max(0.02, 1 - ((x - 512) / 460) ** 2)) - Math.max(0, 930 - y) * 0.55;
  const name = side < 0 ? 'L' : 'R';
  const area = { x: side < 0 ? 70 : 500, y: 810, width: 454, height: 216 };
  const cloth = drawCloth(`jacket${name}`, curve(body, true), area, surface, folds, jacketTone);
  const flap = drawCloth(`lapel${name}`, `M${lapel.map(([x, y]) => `${x} ${y}`).join('L')}Z`, area, (x, y) => surface(x, y) + 0.24 * (side < 0 ? x : 1024 - x), [{ line: at([[404, 830], [428, 900], [478, 1030]]), width: 12, height: 7 }], jacketTone);
  const shadow = path(`M${lapel.map(([x, y]) => `${x} ${y}`).join('L')}Z`, `fill="#050a14" opacity=".6" transform="translate(${side < 0 ? -5 : 3} 6)" ${soft(4)}`);
  const rim = path(`M${lapel.map(([x, y]) => `${x} ${y}`).join('L')}Z`, 'fill="none" stroke="#0a1120" stroke-width="1.4" opacity=".7"');
  return { definitions: cloth.definitions + flap.definitions, picture: cloth.picture + clipped(`jacket${name}`, shadow) + flap.picture + rim };
}

export function man(): string {
  const face = drawFace(head);
  const neck = drawNeck({ outline: [[640, 128], [700, 116], [760, 108], [806, 106], [832, 118], [852, 140], [880, 160], [1040, 190]], chinY: 748, notchY: 908, half: 104, skin });
  const eyes = drawEyes({
    y: 440,
    upper: [[-44, 6], [-36, -3], [-22, -11.5], [-3, -15], [15, -13.5], [31, -7.5], [43, 0]],
    lower: [[-44, 6], [-30, 9], [-9, 12], [13, 11.6], [30, 7], [43, 0]],
    crease: [[-41, -5], [-32, -13], [-15, -20.5], [4, -22.5], [24, -19.5], [40, -11], [50, -2]],
    irisRadius: 17.8, irisY: -1.2, irisDark: '#22110a', iris: '#4a2917', irisLight: '#9c6a3c', lash: 6.5, liner: 0.7,
    shadow: '#7c4636', shadowOpacity: 0.22,
    brow: [[-47, -41], [-28, -46.5], [-4, -51], [20, -52], [43, -46], [64, -33]], browThickness: 14.5, browColour: '#1a100d', browHairs: 300,
  });
  const mouth = drawMouth({
    top: [[0, 618.5], [6, 617.5], [15, 614.5], [25, 615], [42, 618.5], [58, 621.5], [74, 622.5]],
    seam: [[0, 631.5], [10, 631], [24, 630.2], [42, 629.8], [58, 627], [74, 622]],
    bottom: [[0, 653], [14, 652.8], [30, 649.5], [48, 641.5], [62, 632], [74, 623]],
    upperDark: '#7e4437', upperLight: '#ab6d58', lowerDark: '#9c5f4d', lowerLight: '#bf8570', shine: 0.34, edge: 2,
  });
  const skull = curve([[326, 420], [322, 330], [328, 236], [366, 168], [432, 130], [520, 118], [612, 128], [672, 174], [700, 250], [704, 340], [698, 420], [676, 400], [664, 330], [640, 288], [560, 262], [460, 262], [384, 288], [360, 330], [350, 400]], true);
  const hairBase = path(skull, `fill="#120c0a" ${soft(2)}`);
  const random = dice(88);
  const sideHair = [-1, 1].map((side) => {
    const hairs = Array.from({ length: 900 }, () => {
      const y = random(270, 468);
      const edge = y < 420 ? mix(0, 17, (y - 270) / 150) : mix(17, 9, (y - 420) / 48);
      const x = 512 + side * (random(158 + edge * 0.6, 190 - (y > 400 ? 4 : 0)) - (y < 330 ? (330 - y) * 0.22 : 0));
      return `M${n(x)} ${n(y)}l${n(side * random(-1.5, 2.5))} ${n(random(7, 13))}`;
    });
    return path(hairs.slice(0, 450).join(''), `stroke="#15100e" stroke-width="1.3" opacity=".6" stroke-linecap="round"`) + path(hairs.slice(450).join(''), `stroke="#3a2b24" stroke-width=".9" opacity=".5" stroke-linecap="round"`);
  }).join('');
  const sideTone = [-1, 1].map((side) => path(curve([[512 + side * 196, 260], [512 + side * 150, 300], [512 + side * 164, 360], [512 + side * 172, 410], [512 + side * 176, 470], [512 + side * 192, 470], [512 + side * 200, 380]], true), `fill="#1a1210" opacity=".8" ${soft(4)}`)).join('');
  const hairShadow = clipped('face', path(curve([[346, 420], [354, 330], [380, 284], [440, 262], [512, 256], [584, 262], [644, 284], [668, 330], [678, 420]]), `fill="none" stroke="#2a0f0a" stroke-width="30" opacity=".5" ${soft(12)}`));
  const hair = drawHair(top, hairTone);
  const shirtOutline = curve([[398, 816], [430, 872], [512, 940], [594, 872], [626, 816], [680, 880], [620, 1040], [404, 1040], [344, 880]], true);
  const shirt = drawCloth('shirt', shirtOutline, { x: 340, y: 800, width: 344, height: 226 }, (x, y) => 80 * Math.sqrt(Math.max(0.02, 1 - ((x - 512) / 240) ** 2)) + (y - 900) * 0.1,
    [{ line: [[512, 930], [513, 980], [512, 1040]], width: 12, height: 4 }, { line: [[470, 920], [476, 980], [470, 1040]], width: 10, height: 5 }, { line: [[560, 920], [552, 980], [556, 1040]], width: 10, height: 5 }], shirtTone);
  const collar = ([-1, 1] as const).map((side) => {
    const points: Point[] = (side < 0 ? (p: Point[]) => p : (p: Point[]) => mirror(p))([[400, 800], [394, 826], [410, 880], [446, 948], [470, 936], [508, 944], [452, 884], [418, 838]]);
    const d = `M${points.map(([x, y]) => `${x} ${y}`).join('L')}Z`;
    const cloth = drawCloth(`collar${side < 0 ? 'L' : 'R'}`, d, { x: side < 0 ? 380 : 500, y: 790, width: 144, height: 170 }, (x, y) => 0.22 * (side < 0 ? x : 1024 - x) + 26 * bell(y - 850, 90), [], shirtTone);
    return { definitions: cloth.definitions, picture: path(d, `fill="#39414d" opacity=".5" transform="translate(0 7)" ${soft(4)}`) + cloth.picture + path(d, 'fill="none" stroke="#8c96a3" stroke-width="1.2" opacity=".7"') };
  });
  const button = '<circle cx="512" cy="986" r="5.5" fill="#e9edf2" stroke="#8f98a5" stroke-width="1.2"/><circle cx="510.5" cy="985" r="1" fill="#7a838f"/><circle cx="513.8" cy="987" r="1" fill="#7a838f"/>';
  const [left, right] = [jacket(-1), jacket(1)];
  return studio('Presenter: a man', { light: '#eceef0', middle: '#cfd4d9', dark: '#979ea6' },
    [face.definitions, neck.definitions, eyes.definitions, mouth.definitions, shirt.definitions, left.definitions, right.definitions, ...collar.map((part) => part.definitions), clip('skull', skull)],
    [ear(-1), ear(1), neck.picture, shirt.picture, button, right.picture, left.picture, ...collar.map((part) => part.picture), face.picture, stubble(), hairShadow, eyes.picture, mouth.picture, group('', sideTone, sideHair, hairBase, hair)]);
}
