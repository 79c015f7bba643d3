/**
 * Half an hour of what a user clicks, by a script: speaks, seeks, changes a sentence, undoes, walks through the screens, opens and closes sheets.
 * What the page's heap and the engine's resident memory do meanwhile, both after their garbage was collected: what waits for that swings by 100 MB. Writes docs/CLICKS.md.
 */
import { writeFile } from 'node:fs/promises';
import type { CDPSession, Page } from 'playwright-core';
import { slope } from '../../src/cli/stress/stress.ts';
import { SCREENS } from '../../src/renderer/state/view.ts';
import { findChromium, NO_CHROMIUM } from '../support/chromium.ts';
import type { Studio } from '../../src/engine/studio/studio.ts';
import { inspectProcess } from '../support/collected.ts';
import { openStudioPages } from '../support/page.ts';
import { until } from '../support/processes.ts';
import { figure, figureTable, machineLine, type Campaign } from './campaign.ts';
import { newText, openScript, rewrite, speak } from './studio/speaking.ts';

/** Of clicks, and of those the first that are not counted: caches fill. */
const MINUTES = Number(process.env.SIMA_CLICK_MINUTES ?? 30);
const WARM_UP_SHARE = 1 / 4;
/** Between looks at what the engine holds: each makes it collect. */
const LOOK_SEC = 30;

export const campaign: Campaign = {
  about: 'Half an hour of clicks in a real browser: what page and engine do to the memory.',
  async run({ log }) {
    const executable = findChromium();
    if (executable === null) throw new Error(NO_CHROMIUM);
    const pages = await openStudioPages(executable);
    const heap: [sec: number, bytes: number][] = [];
    const engine: [sec: number, bytes: number][] = [];
    const held: [sec: number, bytes: number][] = [];
    let rounds = 0;
    const thrown: string[] = [];
    try {
      const page = await openScript(pages, newText());
      page.on('pageerror', ({ message }) => thrown.push(message));
      page.setDefaultTimeout(60_000);
      const devtools = await page.context().newCDPSession(page);
      await devtools.send('Performance.enable');
      const inspected = await inspectProcess(pages.studio.engine.pid()!);
      const beganMs = performance.now();
      const sec = () => (performance.now() - beganMs) / 1000;
      while (sec() < MINUTES * 60) {
        await round(page, pages.studio);
        rounds += 1;
        heap.push([sec(), await heapBytes(devtools)]);
        engine.push([sec(), pages.studio.engine.figures()?.rssBytes ?? 0]);
        if (sec() - (held.at(-1)?.[0] ?? 0) >= LOOK_SEC) held.push([sec(), await inspected.residentBytes()]);
        log(`${Math.round(sec())} s, round ${rounds}: page ${(heap.at(-1)![1] / 1e6).toFixed(1)} MB, engine ${(engine.at(-1)![1] / 1e6).toFixed(0)} MB, of it held ${((held.at(-1)?.[1] ?? 0) / 1e6).toFixed(0)} MB`);
      }
      inspected.close();
    } finally {
      await pages.close();
    }
    const between = (points: [number, number][]) => points.filter(([at]) => at > MINUTES * 60 * WARM_UP_SHARE).map(([, bytes]) => bytes / 1e6);
    const counted = (points: [number, number][]) => slope(points.filter(([at]) => at > MINUTES * 60 * WARM_UP_SHARE));
    const line = (what: string, value: number | null) =>
      figure(what, `${MINUTES} min, ${rounds} rounds of clicks`, value === null ? 'not known' : `${value.toFixed(2)} MB/min`, '≤ 1 MB/min', value !== null && value <= 1);
    const figures = [
      line('The page’s heap, after a collection', counted(heap)),
      line('The engine’s resident memory, after a collection', counted(held)),
      figure('… as it is between collections, least and most', `${MINUTES} min`, `${Math.min(...between(engine)).toFixed(0)} to ${Math.max(...between(engine)).toFixed(0)} MB`),
      figure('Failures that the page told nobody of', `${rounds} rounds`, String(thrown.length), '0', thrown.length === 0),
    ];
    await writeFile(new URL('../../docs/CLICKS.md', import.meta.url), `# Half an hour of clicks\n\nMeasured by \`npm run campaign -- clicks\` on ${machineLine()}. The first quarter is not counted.\n\n${figureTable(figures)}\n`);
    return figures;
  },
};

/** One user's few minutes, in seconds: what is spoken is played to its end. */
async function round(page: Page, studio: Studio): Promise<void> {
  const newest = () => studio.takes.list({ limit: 1, offset: 0 }).at(0)?.id;
  const rail = page.getByRole('navigation').first().getByRole('button');
  await rail.nth(0).click();
  const before = newest();
  await rewrite(page, newText());
  await speak(page);
  await until(() => newest() !== before);
  for await (const event of studio.watch(newest()!, new AbortController().signal)) if (event.type === 'take' && event.take.error) throw new Error(event.take.error.message);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+y');
  for (let i = 1; i < SCREENS.length; i++) {
    await rail.nth(i).click();
    await page.locator('main h1').first().waitFor({ state: 'attached' });
  }
  await page.keyboard.press('Shift+?');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

async function heapBytes(devtools: CDPSession): Promise<number> {
  await devtools.send('HeapProfiler.collectGarbage');
  const { metrics } = await devtools.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'JSHeapUsedSize')!.value;
}
