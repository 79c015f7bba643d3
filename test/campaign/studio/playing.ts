/** Playback while a take is made: how soon it shows, and whether it ever waits. */
import { percentilesOf } from '../../../src/engine/bench/figure.ts';
import { firstPictureMs, playbackOf, untilPlayback, type Playback } from '../../support/playback.ts';
import { figure, percent } from '../campaign.ts';
import { newText, openScript, rewrite, speak } from './speaking.ts';
import type { StudioPart } from './part.ts';

const FIRST_PICTURES = 10;
const RUNS = 5;
/** About 13 s each. */
const TEXTS_OF_A_MINUTE = 5;

export const firstPicture: StudioPart = {
  title: 'The first picture',
  about: `Ctrl+Enter in the script to the first picture that the browser puts on the screen, ${FIRST_PICTURES} texts that were never spoken before, 512×512, warm.`,
  async run(pages, log) {
    const page = await openScript(pages, 'Hello there.');
    try {
      const waits: number[] = [];
      // The first take opens the scene; it is not one of the ten.
      await speak(page);
      await untilPlayback(page, 'ended');
      while (waits.length < FIRST_PICTURES) {
        await rewrite(page, newText());
        await page.getByText(/^about/).waitFor(); // it is planned
        await speak(page);
        waits.push(await firstPictureMs(page));
        // Nothing is under way when the next is asked for.
        for (const { id } of pages.studio.takes.list({ limit: 1 })) await pages.studio.cancel(id);
      }
      log(`  ${waits.map(Math.round).join(', ')} ms`);
      const { p50, p95, max } = percentilesOf(waits);
      return [figure('Ctrl+Enter to the first picture: p50, p95, slowest', `${FIRST_PICTURES} takes`, `${Math.round(p50!)} ms, ${Math.round(p95!)} ms, ${Math.round(max!)} ms`, 'p50 ≤ 800 ms', p50! <= 800)];
    } finally {
      await page.context().close();
    }
  },
};

export const minute: StudioPart = {
  title: 'A minute that plays while it is made',
  about: `A script of about a minute in both languages, ${RUNS} times, none of its sentences spoken before; 512×512, played from its first moment to its end.`,
  async run(pages, log) {
    const runs: Playback[] = [];
    for (let i = 0; i < RUNS; i++) {
      const page = await openScript(pages, Array.from({ length: TEXTS_OF_A_MINUTE }, newText).join(' '));
      try {
        await speak(page);
        await untilPlayback(page, 'ended', { timeoutMs: 240_000 });
        runs.push(await playbackOf(page));
        log(`  ${runs.at(-1)!.dropped} of ${runs.at(-1)!.total} dropped, ${waitsOf(runs.at(-1)!)} waits, ${runs.at(-1)!.frames.at(-1)!.sec.toFixed(1)} s`);
      } finally {
        await page.context().close();
      }
    }
    const dropped = runs.map(({ dropped: lost, total }) => lost / total).sort((a, b) => a - b);
    const median = dropped[dropped.length >> 1];
    const smooth = runs.filter((run) => waitsOf(run) === 0).length;
    return [
      figure('Runs without a `waiting` after the start', `${RUNS} takes of ${Math.round(runs[0].frames.at(-1)!.sec)} s`, `${smooth} of ${RUNS}`, 'all', smooth === RUNS),
      figure('Dropped pictures: median, most', `${RUNS} takes`, `${percent(median, 2)}, ${percent(dropped.at(-1)!, 2)}`, 'median ≤ 1 %', median <= 0.01),
    ];
  },
};

/** After it first ran. */
function waitsOf({ events }: Playback): number {
  const start = events.findIndex(({ name }) => name === 'playing');
  return events.slice(start).filter(({ name }) => name === 'waiting').length;
}
