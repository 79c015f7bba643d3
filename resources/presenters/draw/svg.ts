/** Small vocabulary for writing SVG by hand from code: numbers, paths, colours, strokes and a fixed dice. Units are pixels of a 1024 × 1024 picture. */

export type Point = readonly [x: number, y: number];
export type Colour = readonly [red: number, green: number, blue: number];

export const clamp = (value: number, low = 0, high = 1): number => Math.min(high, Math.max(low, value));
export const mix = (a: number, b: number, t: number): number => a + (b - a) * t;
export const smoothstep = (low: number, high: number, value: number): number => {
  const t = clamp((value - low) / (high - low));
  return t * t * (3 - 2 * t);
};
/** A bell of height 1 at 0. */
export const bell = (distance: number, width: number): number => Math.exp(-(distance / width) * (distance / width));

/** A number as short text with one decimal. */
export const n = (value: number): string => String(Math.round(value * 10) / 10).replace(/^(-?)0\./, '$1.');

/** A repeatable dice: the same seed gives the same drawing on every machine. */
export function dice(seed: number): (low?: number, high?: number) => number {
  let state = seed >>> 0;
  return (low = 0, high = 1) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return low + (high - low) * (((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296);
  };
}

export const rgb = (colour: Colour): string => `#${colour.map((part) => Math.round(clamp(part, 0, 255)).toString(16).padStart(2, '0')).join('')}`;
export const hex = (text: string): Colour => [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16)) as unknown as Colour;

/** A colour ramp: stops are [position 0–1, '#rrggbb'] in rising order. */
export function ramp(stops: readonly (readonly [number, string])[]): (t: number) => Colour {
  const parsed = stops.map(([at, text]) => ({ at, colour: hex(text) }));
  return (t) => {
    const upper = parsed.findIndex((stop) => stop.at >= t);
    if (upper === 0) return parsed[0].colour;
    if (upper < 0) return parsed[parsed.length - 1].colour;
    const [from, to] = [parsed[upper - 1], parsed[upper]];
    const part = (t - from.at) / (to.at - from.at);
    return [0, 1, 2].map((i) => mix(from.colour[i], to.colour[i], part)) as unknown as Colour;
  };
}

/** Piecewise smooth function through [position, value] knots (monotone between knots, flat outside). */
export function knots(points: readonly Point[]): (at: number) => number {
  const slope = points.map((_, i) => {
    if (i === 0 || i === points.length - 1) return 0;
    const left = (points[i][1] - points[i - 1][1]) / (points[i][0] - points[i - 1][0]);
    const right = (points[i + 1][1] - points[i][1]) / (points[i + 1][0] - points[i][0]);
    return left * right <= 0 ? 0 : (2 * left * right) / (left + right);
  });
  return (at) => {
    if (at <= points[0][0]) return points[0][1];
    const i = points.findIndex((point) => point[0] > at);
    if (i < 0) return points[points.length - 1][1];
    const [x0, y0] = points[i - 1];
    const [x1, y1] = points[i];
    const h = x1 - x0;
    const t = (at - x0) / h;
    return y0 * (1 + 2 * t) * (1 - t) ** 2 + y1 * t * t * (3 - 2 * t) + h * slope[i - 1] * t * (1 - t) ** 2 + h * slope[i] * t * t * (t - 1);
  };
}

/** A smooth line through the points (Catmull-Rom written as cubic Béziers). */
export function curve(points: readonly Point[], closed = false): string {
  const count = points.length;
  const at = (i: number): Point => (closed ? points[(i + count) % count] : points[clamp(i, 0, count - 1)]);
  let text = `M${n(points[0][0])} ${n(points[0][1])}`;
  for (let i = 0; i < (closed ? count : count - 1); i += 1) {
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    text += `C${n(b[0] + (c[0] - a[0]) / 6)} ${n(b[1] + (c[1] - a[1]) / 6)} ${n(c[0] - (d[0] - b[0]) / 6)} ${n(c[1] - (d[1] - b[1]) / 6)} ${n(c[0])} ${n(c[1])}`;
  }
  return closed ? `${text}Z` : text;
}

/** Points on the same smooth line, `count` of them, evenly spread over the knots. */
export function sample(points: readonly Point[], count: number): Point[] {
  const last = points.length - 1;
  return Array.from({ length: count }, (_, k) => {
    const at = (k / (count - 1)) * last;
    const i = Math.min(last - 1, Math.floor(at));
    const t = at - i;
    const [a, b, c, d] = [points[Math.max(0, i - 1)], points[i], points[i + 1], points[Math.min(last, i + 2)]];
    const spline = (axis: 0 | 1): number =>
      0.5 * (2 * b[axis] + (c[axis] - a[axis]) * t + (2 * a[axis] - 5 * b[axis] + 4 * c[axis] - d[axis]) * t * t + (3 * b[axis] - a[axis] - 3 * c[axis] + d[axis]) * t ** 3);
    return [spline(0), spline(1)];
  });
}

/** A closed sliver along a line: thickness `width(t)` for t from 0 to 1 along it. */
export function sliver(points: readonly Point[], width: (t: number) => number, steps = 14): string {
  const line = sample(points, steps);
  const left: Point[] = [];
  const right: Point[] = [];
  line.forEach(([x, y], i) => {
    const [before, after] = [line[Math.max(0, i - 1)], line[Math.min(steps - 1, i + 1)]];
    const length = Math.hypot(after[0] - before[0], after[1] - before[1]) || 1;
    const [nx, ny] = [-(after[1] - before[1]) / length, (after[0] - before[0]) / length];
    const half = width(i / (steps - 1)) / 2;
    left.push([x + nx * half, y + ny * half]);
    right.unshift([x - nx * half, y - ny * half]);
  });
  return curve([...left, ...right], true);
}

/** The points mirrored at the vertical line x = axis. */
export const mirror = (points: readonly Point[], axis = 512): Point[] => points.map(([x, y]) => [2 * axis - x, y]);

export const path = (d: string, attributes: string): string => `<path d="${d}" ${attributes}/>`;
export const soft = (radius: number): string => `filter="url(#blur${String(radius).replace('.', '_')})"`;
export const group = (attributes: string, ...inside: string[]): string => `<g ${attributes}>${inside.join('\n')}</g>`;
export const clip = (id: string, d: string): string => `<clipPath id="${id}"><path d="${d}"/></clipPath>`;
export const clipped = (id: string, ...inside: string[]): string => group(`clip-path="url(#${id})"`, ...inside);

/** Gaussian blurs #blurR for the radii in use; the region is generous so that nothing is cut. */
export const blurs = (radii: readonly number[]): string =>
  radii.map((radius) => `<filter id="blur${String(radius).replace('.', '_')}" x="-60%" y="-60%" width="220%" height="220%" color-interpolation-filters="sRGB"><feGaussianBlur stdDeviation="${radius}"/></filter>`).join('');
