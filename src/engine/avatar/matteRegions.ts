/** Connected regions of a matte: what floats apart from the person goes, and pinholes in the person close. */

export interface Grid {
  width: number;
  height: number;
  /** 0..1, changed in place. */
  values: Float32Array;
}

/** A region apart stays if it is at least this share of the largest: a raised hand, a second person. */
const WORTH_KEEPING = 0.03;
/** A gap inside the person up to this share of the picture is a mistake of the network; a larger one is the space under an arm. */
const PINHOLE = 0.004;

/** Sets small regions of person (with their soft seam) to 0. */
export function dropSpecks(grid: Grid): void {
  const { values } = grid;
  const { labels, count } = label(grid, (value) => value > 0.02);
  const weights = new Float64Array(count);
  for (let i = 0; i < values.length; i++) if (labels[i] >= 0 && values[i] > 0.5) weights[labels[i]]++;
  const least = WORTH_KEEPING * weights.reduce((most, weight) => Math.max(most, weight), 0);
  for (let i = 0; i < values.length; i++) if (labels[i] >= 0 && weights[labels[i]] < least) values[i] = 0;
}

/** Sets small regions of background inside the person to 1. They may touch the lower border, where a body goes on, but no other. */
export function fillHoles(grid: Grid): void {
  const { width, height, values } = grid;
  const { labels, count } = label(grid, (value) => value < 0.98);
  const areas = new Float64Array(count);
  for (let i = 0; i < values.length; i++) {
    if (labels[i] < 0) continue;
    const col = i % width;
    const border = col === 0 || col === width - 1 || i < width;
    areas[labels[i]] += border ? Infinity : 1;
  }
  const most = PINHOLE * width * height;
  for (let i = 0; i < values.length; i++) if (labels[i] >= 0 && areas[labels[i]] <= most) values[i] = 1;
}

/** Numbers the 4-connected regions of pixels that belong; −1: does not. */
function label({ width, height, values }: Grid, belongs: (value: number) => boolean): { labels: Int32Array; count: number } {
  const labels = new Int32Array(values.length).fill(-1);
  const stack = new Int32Array(values.length);
  let count = 0;
  for (let start = 0; start < values.length; start++) {
    if (labels[start] >= 0 || !belongs(values[start])) continue;
    let depth = 0;
    const visit = (i: number) => {
      if (labels[i] >= 0 || !belongs(values[i])) return;
      labels[i] = count;
      stack[depth++] = i;
    };
    visit(start);
    while (depth > 0) {
      const i = stack[--depth];
      const col = i % width;
      if (col > 0) visit(i - 1);
      if (col < width - 1) visit(i + 1);
      if (i >= width) visit(i - width);
      if (i < width * (height - 1)) visit(i + width);
    }
    count++;
  }
  return { labels, count };
}
