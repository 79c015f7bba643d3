/** The statistics: a shift is found, chance is known, and neither is found in nothing. */
import { describe, expect, it } from 'vitest';
import { bestLag, correlation, lagByChance, quantile } from '../../../src/engine/qa/curves.ts';

/** Repeatable, smooth over a few frames as speech is. */
function speechLike(length: number, seed: number): Float64Array {
  let state = seed >>> 0;
  const noise = Array.from({ length: length + 4 }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32);
  return Float64Array.from({ length }, (_, i) => (noise[i] + 2 * noise[i + 1] + 3 * noise[i + 2] + 2 * noise[i + 3] + noise[i + 4]) / 9);
}

describe('a lag between two curves', () => {
  it.each([-5, -1, 0, 3, 5])('of %i frames is found to a fraction', (shift) => {
    const sound = speechLike(300, 5);
    const opening = Float64Array.from({ length: 300 }, (_, i) => sound[Math.min(299, Math.max(0, i - shift))] + 0.02 * Math.sin(i * 7));
    const { r, lag } = bestLag(opening, sound, 8);
    expect(Math.abs(lag - shift)).toBeLessThan(0.2);
    expect(r).toBeGreaterThan(0.95);
  });

  it('passes over frames without a value, and says nothing where a curve stands still', () => {
    const sound = speechLike(200, 9);
    const opening = sound.map((value, i) => (i % 7 === 0 ? NaN : value));
    expect(bestLag(opening, sound, 8)).toMatchObject({ r: expect.closeTo(1, 6) as number });
    expect(bestLag(new Float64Array(200), sound, 8).r).toBeNaN();
    expect(correlation(new Float64Array(9), sound)).toBeNaN();
  });

  it('is no more than chance between curves that have nothing to do with each other', () => {
    const excess = Array.from({ length: 20 }, (_, seed) => {
      const [a, b] = [speechLike(300, 100 + seed), speechLike(300, 900 + seed)];
      return bestLag(a, b, 8).r - lagByChance(a, b, 8, 50);
    });
    expect(quantile(excess, 0.5)).toBeLessThan(0);
    const sound = speechLike(300, 1);
    expect(bestLag(sound, sound, 8).r).toBeGreaterThan(lagByChance(sound, sound, 8, 50) + 0.4);
  });
});
