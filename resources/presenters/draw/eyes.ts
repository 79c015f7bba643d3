import { EYE_X } from './face.ts';
import { clamp, clip, clipped, curve, dice, group, mix, n, path, sample, sliver, soft, type Point } from './svg.ts';

/** Points are given for the eye on the picture's right, x outward from the eye's middle, y down from row 440. */
export interface Eyes {
  y: number;
  upper: readonly Point[];
  lower: readonly Point[];
  crease: readonly Point[];
  irisRadius: number;
  irisY: number;
  irisDark: string;
  iris: string;
  irisLight: string;
  lash: number;
  liner: number;
  shadow: string;
  shadowOpacity: number;
  brow: readonly Point[];
  browThickness: number;
  browColour: string;
  browHairs: number;
}

export function drawEyes(eyes: Eyes): { definitions: string; picture: string } {
  const parts = ([-1, 1] as const).map((side) => drawEye(eyes, side));
  const definitions = `<radialGradient id="iris" cx=".5" cy=".5" r=".5"><stop offset="0" stop-color="${eyes.irisDark}"/><stop offset=".34" stop-color="${eyes.irisDark}"/><stop offset=".5" stop-color="${eyes.iris}"/><stop offset=".82" stop-color="${eyes.iris}"/><stop offset=".96" stop-color="${eyes.irisDark}"/><stop offset="1" stop-color="#140b08"/></radialGradient>
<radialGradient id="glow" cx=".5" cy=".78" r=".5"><stop offset="0" stop-color="${eyes.irisLight}" stop-opacity=".95"/><stop offset="1" stop-color="${eyes.irisLight}" stop-opacity="0"/></radialGradient>
<radialGradient id="white" cx=".5" cy=".55" r=".62"><stop offset="0" stop-color="#fbf6f1"/><stop offset=".55" stop-color="#efe6df"/><stop offset="1" stop-color="#bfa69b"/></radialGradient>`;
  return { definitions: definitions + parts.map((part) => part.definitions).join(''), picture: parts.map((part) => part.picture).join('\n') };
}

function drawEye(eyes: Eyes, side: 1 | -1): { definitions: string; picture: string } {
  const centre: Point = [512 + side * EYE_X, eyes.y];
  const place = (points: readonly Point[]): Point[] => points.map(([x, y]) => [centre[0] + side * x, centre[1] + y]);
  const upper = place(eyes.upper);
  const lower = place(eyes.lower);
  const opening = [...upper, ...lower.slice(1, -1).reverse()];
  const id = side < 0 ? 'eyeL' : 'eyeR';
  // Both eyes turn a touch inward: they look at somebody near.
  const [ix, iy] = [centre[0] - side * 1.2, centre[1] + eyes.irisY];
  const r = eyes.irisRadius;
  const random = dice(side < 0 ? 11 : 23);
  const fibres = Array.from({ length: 64 }, (_, i) => {
    const angle = (i / 64) * Math.PI * 2 + random(-0.04, 0.04);
    const [from, to] = [r * random(0.42, 0.52), r * random(0.7, 0.92)];
    return `M${n(ix + Math.cos(angle) * from)} ${n(iy + Math.sin(angle) * from)}L${n(ix + Math.cos(angle) * to)} ${n(iy + Math.sin(angle) * to)}`;
  }).join('');
  const corner = place([[eyes.upper[0][0] + 1, eyes.upper[0][1] + 0.5], [eyes.upper[0][0] + 7, eyes.upper[0][1] - 3], [eyes.upper[0][0] + 10, eyes.upper[0][1] + 0.5], [eyes.upper[0][0] + 7, eyes.upper[0][1] + 3.5]]);
  const ball = clipped(
    id,
    path(curve(opening, true), 'fill="url(#white)"'),
    group(soft(1.2), path(curve(corner, true), 'fill="#c9806f" opacity=".9"')),
    `<circle cx="${n(ix)}" cy="${n(iy)}" r="${n(r + 0.8)}" fill="#2a1712" opacity=".45" ${soft(1.2)}/>`,
    `<circle cx="${n(ix)}" cy="${n(iy)}" r="${r}" fill="url(#iris)"/>`,
    `<circle cx="${n(ix)}" cy="${n(iy)}" r="${n(r * 0.93)}" fill="url(#glow)"/>`,
    path(fibres, `stroke="${eyes.irisLight}" stroke-width=".7" opacity=".34"`),
    `<circle cx="${n(ix)}" cy="${n(iy)}" r="${n(r * 0.42)}" fill="#0d0706"/>`,
    // The lid's shadow lies on the ball.
    path(sliver(upper.map(([x, y]) => [x, y + 2] as Point), () => 15), `fill="#2d1712" opacity=".42" ${soft(3)}`),
    path(sliver(lower.map(([x, y]) => [x, y - 1] as Point), () => 7), `fill="#7a4a3c" opacity=".3" ${soft(2)}`),
    path(curve([[ix - 8, iy - 9], [ix - 2, iy - 10.5], [ix - 1.5, iy - 4], [ix - 7.5, iy - 3]], true), 'fill="#fff" opacity=".95"'),
    `<ellipse cx="${n(ix + 5.5)}" cy="${n(iy + 6.5)}" rx="3.2" ry="2.2" fill="#fff" opacity=".4" ${soft(0.6)}/>`,
    `<circle cx="${n(ix + 6)}" cy="${n(iy - 5)}" r="1.4" fill="#fff" opacity=".7"/>`,
  );
  const wet = path(sliver(lower.map(([x, y]) => [x, y + 1] as Point), (t) => 2 * Math.sin(Math.PI * clamp(t * 0.96 + 0.02)) + 0.3), `fill="#dba48e" opacity=".8" ${soft(0.6)}`);
  const under = path(sliver(lower.map(([x, y]) => [x, y + 3.6] as Point), (t) => 2.4 * Math.sin(Math.PI * t) + 0.5), `fill="#5a2c20" opacity=".38" ${soft(1.2)}`);
  const bag = path(sliver(place([[-34, 17], [-14, 24], [10, 24.5], [34, 15]]), (t) => 5 * Math.sin(Math.PI * t)), `fill="#8a4a36" opacity=".28" ${soft(3)}`);
  const lidTint = path(curve([...upper, ...place(eyes.crease).reverse()], true), `fill="${eyes.shadow}" opacity="${eyes.shadowOpacity}" ${soft(3)}`);
  const outer = eyes.upper[eyes.upper.length - 1];
  const lidShine = `<ellipse cx="${n(centre[0] - 3)}" cy="${n(centre[1] - 21)}" rx="17" ry="2.6" fill="#ffe9d6" opacity=".34" ${soft(2)}/>`;
  const socket = path(sliver(place(eyes.crease.map(([x, y]) => [x, y - 5] as Point)), (t) => 12 * Math.sin(Math.PI * clamp(t + 0.05))), `fill="#7a3f2e" opacity=".3" ${soft(4)}`);
  const crease = path(sliver(place(eyes.crease), (t) => 4.2 * Math.sin(Math.PI * clamp(t * 0.9 + 0.1)) + 0.3), `fill="#5b2a1f" opacity=".68" ${soft(1.2)}`);
  const wing = eyes.liner > 1 ? place([[outer[0] + 8, outer[1] - 6]]) : [];
  const liner = path(sliver([...upper, ...wing], (t) => eyes.liner * (t < 0.72 ? mix(1.2, 4.6, t / 0.72) : mix(4.6, 0.2, (t - 0.72) / 0.28))), `fill="#1c0f0c" ${soft(0.6)}`);
  return {
    definitions: clip(id, curve(opening, true)),
    picture: [bag, socket, lidTint, lidShine, ball, under, wet, crease, liner, lashes(upper, lower, eyes.lash, side, random), brow(eyes, place, side)].join('\n'),
  };
}

function lashes(upper: Point[], lower: Point[], length: number, side: 1 | -1, random: (low?: number, high?: number) => number): string {
  const top = sample(upper, 58).map(([x, y], i) => {
    const t = i / 57;
    if (t < 0.2) return '';
    const reach = length * (0.12 + 0.9 * t ** 1.6) * random(0.75, 1.2);
    const lean = side * mix(-0.15, 1.35, t) + random(-0.15, 0.15);
    return path(sliver([[x, y], [x + lean * reach * 0.5, y - reach * 0.16], [x + lean * reach, y - reach * mix(0.85, 0.55, t)]], (u) => 1.5 * (1 - u) + 0.1, 5), 'fill="#160b09" opacity=".85"');
  });
  // Short lashes have no visible lower row.
  const bottom = length < 8 ? [] : sample(lower, 26).map(([x, y], i) => {
    const t = i / 25;
    if (t < 0.4 || i % 2 === 1) return '';
    const reach = length * 0.36 * random(0.7, 1.1);
    return path(sliver([[x, y + 1.5], [x + side * mix(-0.1, 0.6, t) * reach, y + 1.5 + reach * 0.85]], (u) => 0.9 * (1 - u) + 0.1, 4), 'fill="#2a1611" opacity=".45"');
  });
  return top.join('') + bottom.join('');
}

function brow(eyes: Eyes, place: (points: readonly Point[]) => Point[], side: 1 | -1): string {
  const random = dice(side < 0 ? 71 : 97);
  const spine = place(side < 0 ? eyes.brow.map(([x, y]) => [x, y - 1.2] as Point) : eyes.brow);
  const width = (t: number): number => eyes.browThickness * (t < 0.2 ? mix(0.45, 0.95, t / 0.2) : t < 0.55 ? 1 : mix(1, 0.14, (t - 0.55) / 0.45));
  const line = sample(spine, 101);
  const body = path(sliver(spine, (t) => width(t) * 0.8, 24), `fill="${eyes.browColour}" opacity=".58" ${soft(3)}`);
  const hairs = Array.from({ length: eyes.browHairs }, () => {
    const pick = random(0, 0.985);
    const t = pick < 0.14 && random() > 0.25 + (pick / 0.14) * 0.75 ? random(0.14, 0.8) : pick;
    const i = Math.floor(t * 100);
    const [x, y] = line[i];
    const ahead = line[Math.min(100, i + 4)];
    const behind = line[Math.max(0, i - 4)];
    const along = Math.atan2(ahead[1] - behind[1], ahead[0] - behind[0]);
    const across = random(-0.5, 0.5);
    // Hairs stand up at the inner end and lie down toward the tail; upper ones point down, lower ones up.
    const lift = side * (t < 0.2 ? mix(-0.85, -0.5, t / 0.2) : mix(-0.42, -0.05, (t - 0.2) / 0.8)) + side * across * mix(-0.2, -0.5, t) * -1;
    const angle = along + lift;
    const reach = eyes.browThickness * random(0.75, 1.15) * (t > 0.75 ? 0.8 : t < 0.12 ? 0.7 : 1);
    const start: Point = [x, y + across * width(t)];
    const end: Point = [start[0] + Math.cos(angle) * reach, start[1] + Math.sin(angle) * reach * 0.9];
    const middle: Point = [mix(start[0], end[0], 0.5), mix(start[1], end[1], 0.5) - 0.8];
    return `M${n(start[0])} ${n(start[1])}Q${n(middle[0])} ${n(middle[1])} ${n(end[0])} ${n(end[1])}`;
  });
  const third = Math.floor(hairs.length / 3);
  return [body, ...[0, 1, 2].map((k) => path(hairs.slice(k * third, (k + 1) * third).join(''), `fill="none" stroke="${eyes.browColour}" stroke-linecap="round" stroke-width="${[1.3, 1, 0.75][k]}" opacity="${[0.5, 0.7, 0.85][k]}"`))].join('');
}
