import { clamp, n, rgb, type Colour } from './svg.ts';

/** Something with a surface: height in pixels toward the viewer at a point of the picture. */
export type Height = (x: number, y: number) => number;

export interface Area { x: number; y: number; width: number; height: number }

export interface Light {
  /** Step of the shading cells in pixels. */
  cell: number;
  /** Number of tones. */
  tones: number;
  /** How strongly hollows darken (0–1), and their size in cells. */
  hollow: number;
  hollowCells: number;
  /** Strength of the soft shine added to the tone, 0–1. */
  shine: number;
  /** Sharpness of the shine. */
  gloss: number;
}

const unit = (x: number, y: number, z: number): readonly [number, number, number] => {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
};
/** One studio for everybody: a large soft key from the upper left, a weak fill from the right, some light from above. */
const key = unit(-0.42, -0.5, 0.76);
const fill = unit(0.7, -0.05, 0.72);
const half = unit(key[0], key[1], key[2] + 1);

/** Tone 0–1 of a lit surface on a grid of cells, row by row. */
export function shade(height: Height, area: Area, light: Light): { columns: number; rows: number; tone: Float32Array } {
  const columns = Math.ceil(area.width / light.cell);
  const rows = Math.ceil(area.height / light.cell);
  const depth = new Float32Array(columns * rows);
  const tone = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      depth[row * columns + column] = height(area.x + (column + 0.5) * light.cell, area.y + (row + 0.5) * light.cell);
    }
  }
  const around = blurGrid(depth, columns, rows, light.hollowCells);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const x = area.x + (column + 0.5) * light.cell;
      const y = area.y + (row + 0.5) * light.cell;
      const [nx, ny, nz] = unit(height(x - 1.5, y) - height(x + 1.5, y), height(x, y - 1.5) - height(x, y + 1.5), 3);
      const lambert = (l: readonly number[], wrap: number): number => Math.max(0, (nx * l[0] + ny * l[1] + nz * l[2] + wrap) / (1 + wrap));
      const at = row * columns + column;
      const open = clamp(1 + ((depth[at] - around[at]) / (light.hollowCells * light.cell)) * 1.6 * light.hollow, 0.3, 1.12);
      const gleam = light.shine * Math.max(0, nx * half[0] + ny * half[1] + nz * half[2]) ** light.gloss;
      tone[at] = clamp((0.66 * lambert(key, 0.25) + 0.22 * lambert(fill, 0.3) + 0.1 + 0.06 * -ny) * open + gleam);
    }
  }
  return { columns, rows, tone };
}

/** The surface as SVG: one path of merged cell runs per tone. Put a blur of about one cell on the group that holds it. */
export function relief(height: Height, area: Area, light: Light, colours: (tone: number) => Colour): string {
  const { columns, rows, tone } = shade(height, area, light);
  const byTone = new Map<number, string[]>();
  for (let row = 0; row < rows; row += 1) {
    let start = 0;
    for (let column = 1; column <= columns; column += 1) {
      const level = Math.round(tone[row * columns + start] * light.tones);
      if (column < columns && Math.round(tone[row * columns + column] * light.tones) === level) continue;
      const width = (column - start) * light.cell;
      const runs = byTone.get(level) ?? [];
      runs.push(`M${n(area.x + start * light.cell)} ${n(area.y + row * light.cell)}h${n(width)}v${n(light.cell)}h${n(-width)}`);
      byTone.set(level, runs);
      start = column;
    }
  }
  return [...byTone].map(([level, runs]) => `<path d="${runs.join('')}" fill="${rgb(colours(level / light.tones))}"/>`).join('\n');
}

function blurGrid(grid: Float32Array, columns: number, rows: number, radius: number): Float32Array {
  const reach = Math.ceil(radius * 2);
  const weights = Array.from({ length: reach * 2 + 1 }, (_, i) => Math.exp(-(((i - reach) / radius) ** 2)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const pass = (from: Float32Array, stepX: number, stepY: number): Float32Array => {
    const to = new Float32Array(from.length);
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        let sum = 0;
        for (let k = -reach; k <= reach; k += 1) {
          const c = clamp(column + k * stepX, 0, columns - 1);
          const r = clamp(row + k * stepY, 0, rows - 1);
          sum += weights[k + reach] * from[r * columns + c];
        }
        to[row * columns + column] = sum / total;
      }
    }
    return to;
  };
  return pass(pass(grid, 1, 0), 0, 1);
}
