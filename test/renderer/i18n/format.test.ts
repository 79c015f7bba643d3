/** Figures as the page writes them. */
import { expect, test } from 'vitest';
import { formatFor } from '../../../src/renderer/i18n/format.ts';

test('each frame of a minute has its own hundredths on the clock', () => {
  const clock = (sec: number | null, hundredths = false) => formatFor('en').clock(sec, hundredths);
  for (let frame = 0; frame < 25 * 60; frame++) expect(clock(frame / 25, true)).toBe(`00:${String(Math.floor(frame / 25)).padStart(2, '0')}.${String((frame % 25) * 4).padStart(2, '0')}`);
  expect([clock(8.7, true), clock(3599.999), clock(null)]).toEqual(['00:08.70', '59:59', '–']);
});
