import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { KERNEL_BASE64 } from '../../../src/engine/avatar/rig/kernelBytes.ts';
import { cubicSample, linearSample } from '../../../src/engine/avatar/rig/sample.ts';
import { createSheet } from '../../../src/engine/avatar/rig/sheet.ts';
import { createI420 } from '../../../src/engine/media/i420.ts';
import { assembleKernel } from './assembleKernel.ts';

const WIDTH = 64, HEIGHT = 48;

function noise() {
  const picture = createI420(WIDTH, HEIGHT);
  let state = 12345;
  for (let i = 0; i < picture.data.length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    picture.data[i] = state >>> 24;
  }
  return picture;
}

const fixed = (value: number) => Math.round(value * 65536);

describe('sampling kernel', () => {
  it('is kernel.wat, assembled', async () => {
    const source = await readFile(new URL('../../../src/engine/avatar/rig/kernel.wat', import.meta.url), 'utf8');
    expect(await assembleKernel(source)).toBe(KERNEL_BASE64);
  });

  it('samples luma as cubicSample does', () => {
    const sheet = createSheet(noise());
    sheet.kernel.cubicCell(sheet.sourceAt, sheet.targetAt, WIDTH, 20, 9, fixed(5.3), fixed(7.9), fixed(-0.11), fixed(1.02), fixed(1.07), fixed(0.03), fixed(0.004), fixed(-0.002));
    for (let row = 0; row < 9; row++) {
      for (let column = 0; column < 20; column++) {
        const x = 5.3 - 0.11 * row + column * (1.07 + 0.004 * row), y = 7.9 + 1.02 * row + column * (0.03 - 0.002 * row);
        const expected = Math.min(255, Math.max(0, cubicSample(sheet.sourceY, WIDTH, HEIGHT, x, y)));
        expect(Math.abs(sheet.target[row * WIDTH + column] - expected)).toBeLessThanOrEqual(3);
      }
    }
  });

  it('samples both chroma planes as linearSample does', () => {
    const sheet = createSheet(noise());
    const luma = WIDTH * HEIGHT, apart = luma / 4, width = WIDTH / 2;
    sheet.kernel.linearCells(sheet.sourceAt + luma, sheet.targetAt + luma, apart, width, 12, 8, fixed(3.4), fixed(4.6), fixed(0.02), fixed(0.98), fixed(0.97), fixed(0.01), 0, 0);
    for (let row = 0; row < 8; row++) {
      for (let column = 0; column < 12; column++) {
        const x = 3.4 + 0.02 * row + 0.97 * column, y = 4.6 + 0.98 * row + 0.01 * column;
        expect(Math.abs(sheet.targetU[row * width + column] - linearSample(sheet.sourceU, width, HEIGHT / 2, x, y))).toBeLessThanOrEqual(2);
        expect(Math.abs(sheet.targetV[row * width + column] - linearSample(sheet.sourceV, width, HEIGHT / 2, x, y))).toBeLessThanOrEqual(2);
      }
    }
  });

  it('is exact at whole pixels', () => {
    const sheet = createSheet(noise());
    sheet.target.fill(0);
    sheet.kernel.cubicCell(sheet.sourceAt, sheet.targetAt, WIDTH, 30, 20, fixed(6), fixed(5), 0, fixed(1), fixed(1), 0, 0, 0);
    for (let row = 0; row < 20; row++) for (let column = 0; column < 30; column++) expect(sheet.target[row * WIDTH + column]).toBe(sheet.source[(row + 5) * WIDTH + column + 6]);
  });
});
