import { drawCloth, drawNeck } from './cloth.ts';
import { drawEyes } from './eyes.ts';
import { drawFace, type Head } from './face.ts';
import { drawHair, type Sheet } from './hair.ts';
import { drawMouth } from './mouth.ts';
import { studio } from './studio.ts';
import { bell, clip, clipped, curve, dice, group, mirror, mix, n, path, ramp, sliver, soft, type Point } from './svg.ts';

const skin = ramp([[0, '#3f1b13'], [0.2, '#7c432f'], [0.4, '#ae6e4f'], [0.58, '#cc9069'], [0.76, '#dca982'], [0.92, '#e9c19d'], [1, '#f4d6b9']]);
const hairTone = ramp([[0, '#0c0807'], [0.3, '#1b1311'], [0.55, '#35261f'], [0.78, '#634b3d'], [1, '#a1836b']]);
const jacketTone = ramp([[0, '#080d17'], [0.4, '#131e33'], [0.65, '#1f2f4e'], [0.85, '#34496f'], [1, '#6f87ae']]);
const shirtTone = ramp([[0, '#6f7680'], [0.4, '#b4bcc6'], [0.65, '#dfe4ea'], [0.85, '#f5f7fa'], [1, '#ffffff']]);

const head: Head = {
  outline: [[190, 118], [240, 158], [300, 178], [370, 187], [440, 189], [510, 186], [570, 179], [620, 166], [660, 146], [692, 120], [718, 89], [736, 57], [746, 26], [748, 0]],
  chinY: 748, skin, noseHalf: 41, noseBase: 566, noseBridge: 0.74, browRidge: 8, cheek: 8.5, chin: 13, hollow: 9, socket: 18, fold: 2.6, mouthY: 630, blush: '#c9503c', blushOpacity: 0.14,
};

/** Hair brushed up and back from the forehead: guides run from the hairline over the top, left temple to right temple. */
const topGuides: Point[][] = [
  [[338, 308], [328, 280], [324, 250], [332, 218], [350, 190]],
  [[352, 296], [342, 258], [348, 216], [372, 180], [410, 154]],
  [[380, 276], [376, 228], [394, 182], [432, 148], [484, 128]],
  [[420, 260], [424, 202], [452, 156], [502, 126], [560, 118]],
  [[480, 254], [492, 190], [532, 144], [584, 124], [632, 138]],
  [[546, 254], [566, 192], [606, 150], [648, 150], [676, 180]],
  [[606, 262], [632, 212], [660, 180], [684, 196], [698, 240]],
  [[648, 280], [672, 240], [690, 222], [702, 250], [704, 292]],
  [[676, 300], [690, 272], [700, 262], [706, 284], [704, 310]],
];
const top: Sheet = {
  guides: topGuides, locks: 44, strandsPerLock: 34, lockWidth: 0.075, wave: 5, waves: 1.1, strandWidth: 1.4, seed: 61, softRoot: 0.07, gather: 0.35, shortest: 0.86, steps: 18,
  light: (t, k) => (0.38 + 0.16 * t + 0.46 * bell(t - 0.42, 0.2) * mix(1.1, 0.72, k)) * mix(1.05, 0.85, k),
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
  while (dots.length < 3400) {
    const x = random(-178, 178);
    const y = random(560, 744);
    const side = Math.abs(x);
    const insideMouth = (x / 84) ** 2 + ((y - 632) / 30) ** 2 < 1;
    const cheekLine = side > 74 ? 566 + (178 - side) * 0.62 : y < 640 ? 587 + side * 0.12 : 676 - side * 0.35;
    const patch = (side < 24 && y > 655 && y < 668) || (y < 626 && side < 80);
    if (insideMouth || patch || y < cheekLine || y > jaw(x) - 3 || random() > 0.5 + (y - 560) / 300) continue;
    const lean = (x / 178) * 0.8 + random(-0.3, 0.3);
    dots.push(`M${n(512 + x)} ${n(y)}l${n(lean)} ${n(random(0.5, 1.3))}`);
  }
  const shade = [
    `<ellipse cx="512" cy="612" rx="84" ry="24" fill="#c5814f" opacity=".5" ${soft(12)}/>`,
    `<ellipse cx="512" cy="682" rx="60" ry="22" fill="#c5814f" opacity=".45" ${soft(12)}/>`,
    `<path d="${curve([[340, 560], [352, 620], [392, 688], [452, 732], [512, 742], [572, 732], [632, 688], [672, 620], [684, 560], [700, 700], [512, 790], [324, 700]], true)}" fill="#7c3f26" opacity=".42" ${soft(12)}/>`,
    path(sliver([[436, 626], [468, 606], [512, 598], [556, 606], [588, 626]], (t) => 24 * Math.sin(Math.PI * t)), `fill="#96502f" opacity=".5" ${soft(6)}`),
    `<ellipse cx="512" cy="706" rx="46" ry="26" fill="#8a4628" opacity=".4" ${soft(12)}/>`,
  ];
  return clipped('face', ...shade, path(dots.join(''), 'fill="none" stroke="#211512" stroke-width=".9" stroke-linecap="round" opacity=".2"'));
}

function jacket(side: 1 | -1): { definitions: string; picture: string } {
  const at = (points: readonly Point[]): Point[] => (side < 0 ? [...points] : mirror(points));
  const body = at([[404, 826], [340, 858], [240, 894], [150, 926], [98, 984], [70, 1060], [486, 1060], [470, 980], [430, 900]]);
  const lapel = at([[404, 822], [386, 846], [372, 880], [352, 908], [386, 930], [370, 950], [440, 1040], [490, 1040], [466, 980], [432, 904]]);
  const surface = (x: number, y: number): number => 150 * Math.sqrt(Math.max(0.02, 1 - ((x - 512) / 460) ** 2)) + 0.0009 * Math.min(0, y - 1000) * (1000 - y);
  const name = side < 0 ? 'L' : 'R';
  const area = { x: side < 0 ? 40 : 500, y: 810, width: 484, height: 250 };
  const cloth = drawCloth(`jacket${name}`, curve(body, true), area, surface, [], jacketTone);
  const flap = drawCloth(`lapel${name}`, `M${lapel.map(([x, y]) => `${x} ${y}`).join('L')}Z`, area, (x, y) => surface(x, y) + 0.24 * (side < 0 ? x : 1024 - x), [{ line: at([[404, 830], [428, 900], [478, 1030]]), width: 12, height: 7 }], jacketTone);
  const shadow = path(`M${lapel.map(([x, y]) => `${x} ${y}`).join('L')}Z`, `fill="#050a14" opacity=".6" transform="translate(${side < 0 ? -5 : 3} 6)" ${soft(4)}`);
  const rim = path(`M${lapel.map(([x, y]) => `${x} ${y}`).join('L')}Z`, 'fill="none" stroke="#0a1120" stroke-width="1.4" opacity=".7"');
  const crease = (points: Point[], width: number, opacity: number): string =>
    path(sliver(at(points), (t) => width * Math.sin(Math.PI * t)), `fill="#050a14" opacity="${opacity}" ${soft(4)}`) + path(sliver(at(points.map(([x, y]) => [x - 9, y - 2] as Point)), (t) => width * 0.8 * Math.sin(Math.PI * t)), `fill="#8ea6cd" opacity="${opacity * 0.4}" ${soft(4)}`);
  const seam = path(curve(at([[206, 900], [224, 946], [230, 1000], [222, 1060]])), 'fill="none" stroke="#060b16" stroke-width="1.6" opacity=".75"') + path(curve(at([[203, 902], [221, 948], [227, 1000], [219, 1060]])), `fill="none" stroke="#93a9cd" stroke-width="1.4" opacity=".3" ${soft(0.6)}`);
  const creases = clipped(`jacket${name}`, crease([[232, 950], [270, 985], [300, 1030]], 15, 0.5), crease([[222, 930], [196, 970], [186, 1040]], 13, 0.4), crease([[150, 944], [136, 990], [140, 1050]], 15, 0.35), crease([[330, 930], [320, 980], [330, 1040]], 12, 0.25), seam);
  const buttonhole = path(curve(at([[392, 944], [404, 951]])), 'fill="none" stroke="#0a1120" stroke-width="2" opacity=".8"');
  return { definitions: cloth.definitions + flap.definitions, picture: cloth.picture + creases + clipped(`jacket${name}`, shadow) + flap.picture + rim + buttonhole };
}

export function man(): string {
  const face = drawFace(head);
  const neck = drawNeck({ outline: [[640, 128], [700, 116], [760, 108], [806, 106], [832, 118], [852, 140], [880, 160], [1040, 190]], chinY: 748, notchY: 908, half: 104, skin });
  const eyes = drawEyes({
    y: 440,
    upper: [[-40, 5.5], [-32, -3.5], [-20, -12.5], [-3, -16.4], [14, -14.8], [28, -8.5], [38, -0.5]],
    lower: [[-40, 5.5], [-28, 7.2], [-8, 9.4], [12, 9.2], [27, 6], [38, -0.5]],
    crease: [[-38, -6], [-30, -14], [-14, -21.5], [4, -23.5], [22, -20.5], [36, -12.5], [46, -4]],
    irisRadius: 16.2, irisY: -3, irisDark: '#22110a', iris: '#4a2917', irisLight: '#9c6a3c', lash: 6.5, liner: 0.7,
    shadow: '#7c4636', shadowOpacity: 0.22,
    brow: [[-47, -42], [-28, -46], [-4, -49.5], [20, -50], [43, -44.5], [62, -33]], browThickness: 14, browColour: '#1a100d', browHairs: 300,
  });
  const mouth = drawMouth({
    top: [[0, 618.5], [6, 617.5], [15, 614.5], [25, 615], [42, 618], [58, 620.4], [74, 620.6]],
    seam: [[0, 631.5], [10, 631], [24, 630.2], [42, 629.8], [58, 626.4], [74, 620]],
    bottom: [[0, 653], [14, 652.8], [30, 649.5], [48, 641.5], [62, 631.4], [74, 621]],
    upperDark: '#7e4437', upperLight: '#ab6d58', lowerDark: '#9c5f4d', lowerLight: '#bf8570', shine: 0.34, rim: 0.16, edge: 2,
  });
  const skull = curve([[320, 290], [330, 236], [372, 180], [440, 146], [524, 126], [610, 136], [666, 178], [700, 240], [706, 300], [690, 300], [660, 290], [632, 256], [560, 236], [460, 236], [392, 256], [364, 290], [334, 300], [322, 300]], true);
  const hairBase = path(skull, `fill="#120c0a" ${soft(4)}`);
  const random = dice(88);
  const sideShape = (side: 1 | -1): Point[] => ([[188, 258], [150, 262], [146, 300], [154, 340], [165, 378], [172, 420], [175, 455], [179, 474], [187, 468], [190, 440], [192, 420], [195, 400], [196, 330]] as const).map(([x, y]) => [512 + side * x, y]);
  const sides = ([-1, 1] as const).map((side) => {
    const hairs = Array.from({ length: 1500 }, () => {
      const y = random(250, 466);
      const inner = y < 300 ? 148 : mix(147, 176, ((y - 300) / 170) ** 0.8);
      const x = 512 + side * (inner + random(-5, 50));
      return `M${n(x)} ${n(y)}l${n(side * random(-1.5, 2.2))} ${n(random(7, 14))}`;
    });
    return clipped(side < 0 ? 'sideL' : 'sideR', path(curve(sideShape(side), true), `fill="url(#fade)" ${soft(3)}`), path(hairs.slice(0, 900).join(''), 'stroke="#100b09" stroke-width="1.2" opacity=".55"'), path(hairs.slice(900).join(''), 'stroke="#4a382e" stroke-width=".9" opacity=".55"'));
  }).join('');
  const fine = Array.from({ length: 260 }, () => {
    const k = random();
    const x = mix(366, 660, k);
    const y = 262 + 26 * Math.abs((k - 0.5) * 2) ** 3 + 3 * Math.sin(k * 23) + random(-7, 4);
    return `M${n(x)} ${n(y)}q${n(random(-1, 3))} ${n(-random(6, 10))} ${n(random(4, 13))} ${n(-random(14, 28))}`;
  });
  const hairline = path(fine.join(''), 'fill="none" stroke="#1a110e" stroke-width=".9" stroke-linecap="round" opacity=".4"');
  const sideDefinitions = `<linearGradient id="fade" gradientUnits="userSpaceOnUse" x1="0" y1="250" x2="0" y2="476"><stop offset="0" stop-color="#120c0a"/><stop offset=".62" stop-color="#1a1210" stop-opacity=".92"/><stop offset="1" stop-color="#2a1d18" stop-opacity=".15"/></linearGradient>` + clip('sideL', 'M324 200H420V480H321L318 400L317 320Z') + clip('sideR', 'M700 200H604V480H703L706 400L707 320Z');
  const hairShadow = clipped('face', path(curve([[346, 420], [354, 330], [380, 284], [440, 262], [512, 256], [584, 262], [644, 284], [668, 330], [678, 420]]), `fill="none" stroke="#4e2012" stroke-width="30" opacity=".5" ${soft(12)}`));
  const hair = drawHair(top, hairTone);
  const shirtOutline = curve([[398, 816], [430, 872], [512, 940], [594, 872], [626, 816], [650, 880], [620, 1060], [404, 1060], [374, 880]], true);
  const shirt = drawCloth('shirt', shirtOutline, { x: 340, y: 800, width: 344, height: 260 }, (x, y) => 80 * Math.sqrt(Math.max(0.02, 1 - ((x - 512) / 240) ** 2)) + (y - 900) * 0.1,
    [{ line: [[512, 930], [513, 980], [512, 1040]], width: 12, height: 4 }, { line: [[470, 920], [476, 980], [470, 1040]], width: 10, height: 5 }, { line: [[560, 920], [552, 980], [556, 1040]], width: 10, height: 5 }], shirtTone);
  const collar = ([-1, 1] as const).map((side) => {
    const points: Point[] = (side < 0 ? (p: Point[]) => p : (p: Point[]) => mirror(p))([[400, 800], [394, 826], [410, 880], [446, 948], [470, 936], [508, 944], [452, 884], [418, 838]]);
    const d = `M${points.map(([x, y]) => `${x} ${y}`).join('L')}Z`;
    const cloth = drawCloth(`collar${side < 0 ? 'L' : 'R'}`, d, { x: side < 0 ? 380 : 500, y: 790, width: 144, height: 170 }, (x, y) => 0.22 * (side < 0 ? x : 1024 - x) + 26 * bell(y - 850, 90), [], shirtTone);
    return { definitions: cloth.definitions, picture: path(d, `fill="#39414d" opacity=".5" transform="translate(0 7)" ${soft(4)}`) + cloth.picture + path(d, 'fill="none" stroke="#8c96a3" stroke-width="1.2" opacity=".7"') };
  });
  const button = '<circle cx="512" cy="986" r="5.5" fill="#e9edf2" stroke="#8f98a5" stroke-width="1.2"/><circle cx="510.5" cy="985" r="1" fill="#7a838f"/><circle cx="513.8" cy="987" r="1" fill="#7a838f"/>';
  const square = `<path d="M646 1003l44-6v5l-44 6z" fill="#0a1120" opacity=".5" ${soft(2)}/><path d="M648 1001l9-17 11 12 8-17 12 20z" fill="#e8ecf2"/><path d="M657 984l11 12 8-17" fill="none" stroke="#a7b1bf" stroke-width="1.4"/><path d="M644 1001l47-6" stroke="#060b16" stroke-width="2.4" opacity=".8"/>`;
  const [left, right] = [jacket(-1), jacket(1)];
  return studio('Presenter: a man', { light: '#eceef0', middle: '#cfd4d9', dark: '#979ea6' },
    [face.definitions, neck.definitions, eyes.definitions, mouth.definitions, shirt.definitions, left.definitions, right.definitions, ...collar.map((part) => part.definitions), sideDefinitions],
    [ear(-1), ear(1), neck.picture, group('transform="translate(0 -16)"', shirt.picture, button, right.picture, left.picture, square, ...collar.map((part) => part.picture)), face.picture, stubble(), hairShadow, eyes.picture, mouth.picture, group('', sides, hairBase, hair, hairline)]);
}
