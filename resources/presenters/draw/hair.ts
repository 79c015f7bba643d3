import { clamp, curve, dice, mix, n, path, rgb, sample, sliver, type Colour, type Point } from './svg.ts';

/** A sheet of hair: strands lie between neighbouring guides (all with the same number of points, root to tip) and gather in locks. */
export interface Sheet {
  guides: readonly (readonly Point[])[];
  locks: number;
  strandsPerLock: number;
  /** Width of a lock as a share of the sheet. */
  lockWidth: number;
  /** Sideways wave in pixels at the tip, and number of waves from root to tip. */
  wave: number;
  waves: number;
  strandWidth: number;
  seed: number;
  /** Light on the hair, 0–1, by place along the strand (t) and across the sheet (k). */
  light: (t: number, k: number) => number;
  /** How far tips of a lock draw together, 0–1. */
  gather: number;
  /** Steps along a strand. */
  steps?: number;
  /** Roots: the first share of a lock shows skin between the strands. */
  softRoot?: number;
  /** Uneven tips: shortest strand as a share of the guide. */
  shortest?: number;
}

const TONES = 16;

export function drawHair(sheet: Sheet, colours: (tone: number) => Colour): string {
  const random = dice(sheet.seed);
  const steps = sheet.steps ?? 21;
  const lines = sheet.guides.map((guide) => sample(guide, 40));
  const at = (k: number, t: number): Point => {
    const place = clamp(k) * (lines.length - 1);
    const left = Math.min(lines.length - 2, Math.floor(place));
    const along = clamp(t) * 39;
    const i = Math.min(38, Math.floor(along));
    const spot = (line: Point[], axis: 0 | 1): number => mix(line[i][axis], line[i + 1][axis], along - i);
    return [mix(spot(lines[left], 0), spot(lines[left + 1], 0), place - left), mix(spot(lines[left], 1), spot(lines[left + 1], 1), place - left)];
  };
  const locks = Array.from({ length: sheet.locks }, (_, i) => ({ k: (i + random(0.1, 0.9)) / sheet.locks, phase: 0.9 * ((i + 0.5) / sheet.locks) + random(-0.35, 0.35), shift: random(-0.06, 0.06), brightness: random(-0.08, 0.08), order: random() }));
  locks.sort((a, b) => a.order - b.order);
  return locks.map((lock) => {
    const reach = random(sheet.shortest ?? 0.93, 1);
    const point = (offset: number, t: number): Point => {
      const narrow = 1 - sheet.gather * t ** 2.2;
      const [x, y] = at(lock.k + offset * sheet.lockWidth * narrow, t);
      const swing = Math.sin((t * sheet.waves + lock.phase * 0.35) * Math.PI * 2) * sheet.wave * t ** 1.2;
      return [x + swing, y];
    };
    const root = sheet.softRoot ?? 0;
    const along = (t: number): number => mix(root, reach, t);
    const body = sliver(Array.from({ length: 12 }, (_, i) => point(0, along(i / 11))), (t) => {
      const [a, b] = [point(-0.5, along(t)), point(0.5, along(t))];
      return Math.hypot(a[0] - b[0], a[1] - b[1]) * (t > 0.8 ? mix(1, 0.06, (t - 0.8) / 0.2) : 1);
    }, 16);
    const byTone = new Map<number, string[]>();
    for (let s = 0; s < sheet.strandsPerLock; s += 1) {
      const offset = random(-0.52, 0.52);
      const length = reach * random(0.88, 1.02);
      const own = random(-0.09, 0.09) + lock.brightness;
      const start = root > 0 ? random(0, root * 0.9) : 0;
      let tone = -1;
      let run: Point[] = [];
      const close = (): void => {
        if (run.length > 1) (byTone.get(tone) ?? byTone.set(tone, []).get(tone)!).push(open(run));
      };
      for (let i = 0; i <= steps; i += 1) {
        const t = start + (i / steps) ** 1.4 * (length - start);
        const bulge = Math.cos((t * sheet.waves + lock.phase * 0.35) * Math.PI * 2) * Math.min(1, sheet.wave / 14) * 0.12 * Math.min(1, t * 2);
        const round = Math.sqrt(Math.max(0, 1 - (offset * 1.75) ** 2));
        const value = clamp(sheet.light(clamp(t + lock.shift), lock.k) * (0.58 + 0.42 * round) + own + bulge + (offset < 0 ? 0.03 : -0.03));
        const level = Math.round(value * TONES);
        const next = point(offset, t);
        run.push(next);
        if (level !== tone && i > 0) {
          close();
          run = [next];
        }
        tone = level;
      }
      close();
    }
    const strands = [...byTone].sort(([a], [b]) => a - b).map(([level, runs]) => path(runs.join(''), `stroke="${rgb(colours(level / TONES))}"`)).join('');
    return `${path(body, `fill="${rgb(colours(0.1))}"`)}<g fill="none" stroke-linecap="round" stroke-width="${sheet.strandWidth}" stroke-opacity=".58">${strands}</g>`;
  }).join('\n');
}

const open = (run: readonly Point[]): string => (run.length < 3 ? `M${n(run[0][0])} ${n(run[0][1])}L${n(run[1][0])} ${n(run[1][1])}` : thin(run));
/** A polyline as short relative steps: strands are many and nearly straight, so Béziers would only make the file bigger. */
function thin(run: readonly Point[]): string {
  let [px, py] = [Math.round(run[0][0] * 10), Math.round(run[0][1] * 10)];
  let text = `M${px / 10} ${py / 10}l`;
  run.slice(1).forEach(([x, y], i) => {
    const [qx, qy] = [Math.round(x * 10), Math.round(y * 10)];
    text += `${i > 0 ? ' ' : ''}${n((qx - px) / 10)} ${n((qy - py) / 10)}`;
    [px, py] = [qx, qy];
  });
  return text;
}

/** Single fly-away hairs along a line, for a soft outline. */
export function flyaway(lines: readonly (readonly Point[])[], colour: string, width: number, opacity: number): string {
  return path(lines.map((line) => curve(line)).join(''), `fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round" opacity="${opacity}"`);
}
