import { clamp, clip, clipped, curve, dice, group, mirror, n, path, sample, sliver, soft, type Point } from './svg.ts';

/** Closed lips. Points run from the middle line to the viewer's right corner: x from 512, y in picture rows; the left half mirrors them. */
export interface Mouth {
  top: readonly Point[];
  seam: readonly Point[];
  bottom: readonly Point[];
  upperDark: string;
  upperLight: string;
  lowerDark: string;
  lowerLight: string;
  shine: number;
  /** Light on the skin just above the upper lip. */
  rim: number;
  edge: number;
}

export function drawMouth(mouth: Mouth): { definitions: string; picture: string } {
  const whole = (half: readonly Point[]): Point[] => {
    const right = half.map(([x, y]) => [512 + x, y] as Point);
    return [...mirror(right).reverse().slice(0, half[0][0] === 0 ? -1 : undefined), ...right];
  };
  const [top, seam, bottom] = [whole(mouth.top), whole(mouth.seam), whole(mouth.bottom)];
  const [topY, seamY, bottomY] = [mouth.top[0][1], mouth.seam[0][1], mouth.bottom[0][1]];
  const cornerX = mouth.seam[mouth.seam.length - 1][0];
  const cornerY = mouth.seam[mouth.seam.length - 1][1];
  const upper = [...top, ...[...seam].reverse().slice(1, -1)];
  const lower = [...seam, ...[...bottom].reverse().slice(1, -1)];
  const random = dice(5);
  const lines = (from: Point[], to: Point[], count: number): string => {
    const [a, b] = [sample(from, count + 2), sample(to, count + 2)];
    return a.slice(1, -1).map(([x, y], i) => {
      const [tx, ty] = b[i + 1];
      const [u, v] = [random(0.05, 0.3), random(0.6, 0.9)];
      return `M${n(x + (tx - x) * u)} ${n(y + (ty - y) * u)}L${n(x + (tx - x) * v)} ${n(y + (ty - y) * v)}`;
    }).join('');
  };
  const definitions = `${clip('upperLip', curve(upper, true))}${clip('lowerLip', curve(lower, true))}
<linearGradient id="upperFill" gradientUnits="userSpaceOnUse" x1="0" y1="${topY - 4}" x2="0" y2="${seamY + 1}"><stop offset="0" stop-color="${mouth.upperLight}"/><stop offset="1" stop-color="${mouth.upperDark}"/></linearGradient>
<linearGradient id="lowerFill" gradientUnits="userSpaceOnUse" x1="0" y1="${seamY}" x2="0" y2="${bottomY}"><stop offset="0" stop-color="${mouth.lowerDark}"/><stop offset=".42" stop-color="${mouth.lowerLight}"/><stop offset="1" stop-color="${mouth.lowerDark}"/></linearGradient>`;
  const around = path(curve([...top, ...[...bottom].reverse().slice(1, -1)], true), `fill="${mouth.upperDark}" opacity=".35" ${soft(3)}`);
  const body = group(soft(mouth.edge),
    path(curve(upper, true), 'fill="url(#upperFill)"'),
    path(curve(lower, true), 'fill="url(#lowerFill)"'));
  const sides = (opacity: number): string => [-1, 1].map((side) => `<ellipse cx="${512 + side * cornerX * 0.92}" cy="${cornerY + 4}" rx="22" ry="15" fill="#4d1a18" opacity="${opacity}" ${soft(6)}/>`).join('');
  const upperDetail = clipped('upperLip', path(lines(top, seam, 40), `stroke="#5d1f20" stroke-width=".9" opacity=".2" ${soft(0.6)}`),
    path(sliver(top.map(([x, y]) => [x, y + 3] as Point), (t) => 3 * Math.sin(Math.PI * t)), `fill="#ffd9cc" opacity=".2" ${soft(1.2)}`),
    path(sliver(seam.map(([x, y]) => [x, y - 3] as Point), (t) => 8 * Math.sin(Math.PI * t)), `fill="#4d1416" opacity=".38" ${soft(2)}`), sides(0.35));
  const lowerShine = (x: number, rx: number, ry: number, opacity: number): string => `<ellipse cx="${x}" cy="${n(seamY + (bottomY - seamY) * 0.43)}" rx="${rx}" ry="${ry}" fill="#fff1ea" opacity="${opacity * mouth.shine}" ${soft(3)}/>`;
  const lowerDetail = clipped('lowerLip', path(lines(seam, bottom, 44), `stroke="#6b2424" stroke-width=".9" opacity=".2" ${soft(0.6)}`),
    path(sliver(seam.map(([x, y]) => [x, y + 3] as Point), (t) => 8 * Math.sin(Math.PI * t)), `fill="#5a1a1b" opacity=".42" ${soft(2)}`),
    lowerShine(500, 26, 5, 0.75), lowerShine(530, 14, 4, 0.5), lowerShine(493, 9, 2.4, 0.9), sides(0.3));
  const rim = path(sliver(top.map(([x, y]) => [x, y - 2.5] as Point), (t) => 3.4 * Math.sin(Math.PI * clamp(t))), `fill="#ffe8d6" opacity="${mouth.rim}" ${soft(1.2)}`);
  const under = path(sliver(sample(bottom, 9).slice(2, 7).map(([x, y]) => [x, y + 7] as Point), (t) => 11 * Math.sin(Math.PI * t)), `fill="#8a4430" opacity=".36" ${soft(6)}`);
  const line = path(sliver(seam, (t) => 0.9 + 2.7 * Math.sin(Math.PI * clamp(t)) ** 0.7, 26), `fill="#3d0f12" opacity=".96" ${soft(0.6)}`);
  const corners = [-1, 1].map((side) => `<ellipse cx="${n(512 + side * (cornerX - 1))}" cy="${cornerY}" rx="4.5" ry="3" fill="#5a241a" opacity=".5" ${soft(2)}/>`).join('');
  return { definitions, picture: [under, around, rim, body, upperDetail, lowerDetail, corners, line].join('\n') };
}
