/** Takes that play while they are made, in real Chromium over the real engine: what the element tells, which pictures are shown. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openClip } from '../../src/engine/media/clip.ts';
import { PATIENCE } from '../../src/engine/process/owner.ts';
import { openStudio } from '../../src/engine/studio/studio.ts';
import { findChromium, launchChromium, NO_CHROMIUM } from '../support/chromium.ts';
import { openStudioPages, type StudioPages } from '../support/page.ts';
import { countOf, notePlayback, playbackOf, shownPicture, untilLoaded, untilPlayback, untilShown } from '../support/playback.ts';
import { until } from '../support/processes.ts';
import { requestOf } from '../support/studios.ts';

const SIZE = { width: 256, height: 256 };
const SHORT = 'Hello there. My mother bought five blue lamps.';
const FINE = 'What a fine day it is. Nobody knows when the rain will come.';
const PERSIAN = 'سلام! امروز هوا خیلی خوب است.';
const LONG = `${PERSIAN} مادرم پنج چراغ آبی خرید و روی میز گذاشت. هیچ‌کس نمی‌داند باران کی می‌آید.`;

const executable = findChromium();
if (executable === null) console.warn(NO_CHROMIUM);

describe.skipIf(executable === null)('a take in the studio’s page', () => {
  let pages: StudioPages;
  beforeAll(async () => {
    pages = await openStudioPages(executable!, { patience: { ...PATIENCE, backOffMs: [100] } });
  });
  afterAll(() => pages?.close());

  /** A window with a project of that text, ready for Ctrl+Enter. */
  async function opened(text: string, { page, size = SIZE, takeIds = [] }: { page?: Page; size?: typeof SIZE; takeIds?: string[] } = {}): Promise<Page> {
    const { id } = await pages.project({ segments: [{ text }], size, takeIds });
    page ??= await pages.window();
    await page.addInitScript(`localStorage.setItem('sima-project', '${id}')`);
    await notePlayback(page);
    await page.goto(pages.service.url);
    await page.locator('.cm-content', { hasText: text.slice(0, 5) }).click();
    return page;
  }
  const speak = (page: Page) => page.keyboard.press('Control+Enter');

  /** Begun with its first picture and ended with its last. Whether it ever waited is measured where nothing else runs: `npm run campaign -- studio`. */
  async function expectPlayed(page: Page): Promise<void> {
    await untilPlayback(page, 'ended');
    const playback = await playbackOf(page);
    expect(playback.events.filter(({ name }) => name === 'error')).toEqual([]);
    expect(playback.total).toBeGreaterThan(25);
    expect(playback.frames[0].sec).toBe(0);
    // It ran from its first moment to its end without the user's doing.
    expect(playback.frames.at(-1)!.sec).toBeGreaterThan(playback.total / 25 - 0.2);
  }

  let first: Page;
  test('two windows render and play at once, each its own take, from its first picture to its last', async () => {
    first = await opened(SHORT);
    const second = await opened(PERSIAN);
    await Promise.all([speak(first), speak(second)]);
    await Promise.all([expectPlayed(first), expectPlayed(second)]);
    const [a, b] = await Promise.all([first, second].map((page) => page.locator('[data-testid=clock]').textContent()));
    expect(a).not.toBe(b);
    await second.context().close();
  });

  test('a seek, forth and back, shows exactly the frame that is meant', async () => {
    const take = pages.studio.takes.list({ limit: 10 }).find(({ request }) => request.script === SHORT)!;
    const clip = await openClip(pages.studio.takes.file(take.id));
    const frames: number[][] = [];
    for await (const { data, width, height } of clip.frames()) frames.push(shrunk(data, width, height));
    await clip.close();
    /** What is shown now is the frame at the place where the element stands. */
    const expectExact = async (): Promise<number> => {
      const at = Math.floor((await playbackOf(first)).sec * 25);
      const shown = await shownPicture(first);
      const errors = frames.map((frame) => frame.reduce((sum, value, i) => sum + Math.abs(value - shown[i]), 0) / frame.length);
      expect(errors.indexOf(Math.min(...errors))).toBe(at);
      return at;
    };
    const seeking = async (act: () => Promise<void>): Promise<void> => {
      const after = countOf(await playbackOf(first), 'seeked');
      await act();
      await untilPlayback(first, 'seeked', { after });
    };
    const bar = first.getByRole('slider', { name: 'Place in the take' });
    const { width, height } = (await bar.boundingBox())!;
    for (const share of [0.7, 0.1, 0.9, 0.4]) {
      await seeking(() => bar.click({ position: { x: share * width, y: height / 2 } }));
      expect(Math.abs((await expectExact()) - share * frames.length)).toBeLessThan(2);
    }
    let at = await expectExact();
    for (const step of [1, 1, -1, -1, -1]) {
      await seeking(() => first.keyboard.press(step > 0 ? 'ArrowRight' : 'ArrowLeft'));
      expect(await expectExact()).toBe((at += step));
    }
    await first.context().close();
  });

  test('a browser that refuses more video than it has room for is given less at a time: the take plays to its end', async () => {
    // Its buffer for pictures holds half of this take.
    const browser = await launchChromium(executable!, ['--mse-video-buffer-size-limit-mb=1']);
    try {
      const page = await browser.newPage();
      await page.addInitScript(`(() => {
        const { appendBuffer } = SourceBuffer.prototype;
        window.refusals = 0;
        SourceBuffer.prototype.appendBuffer = function (bytes) {
          try {
            return appendBuffer.call(this, bytes);
          } catch (error) {
            if (error.name === 'QuotaExceededError') window.refusals += 1;
            throw error;
          }
        };
      })()`);
      await opened(`${LONG} ${SHORT}`, { page, size: { width: 640, height: 640 } });
      await speak(page);
      await expectPlayed(page);
      expect(await page.evaluate('window.refusals')).toBeGreaterThan(0);
    } finally {
      await browser.close();
    }
  });

  test('an engine that is killed is a pause that is told, and a reload in the middle goes on where it was', async () => {
    const page = await opened(`${LONG} ${SHORT} ${LONG}`);
    const { studio } = pages;
    const newest = () => studio.takes.list({ limit: 1 }).at(0)?.id;
    const before = newest();
    await speak(page);
    await until(() => newest() !== before);
    // Early, while most of it is still to be made.
    for await (const event of studio.watch(newest()!, new AbortController().signal)) if (event.type === 'fragment' && event.fragment.index === 1) break;
    const told = page.getByText('The engine is being started again.').first().waitFor(); // looked for before it is there: it is soon gone again
    process.kill(studio.engine.pid()!, 'SIGKILL');
    await told;
    await untilShown(page, 2);
    await page.reload();
    await untilPlayback(page, 'playing');
    const [frame] = (await playbackOf(page)).frames;
    expect(frame.sec).toBeGreaterThan(1.2);
    const [take] = studio.takes.list({ limit: 1 });
    expect(take.restarts).toBe(1);
    // To its end, wherever that is.
    await page.getByRole('slider', { name: 'Place in the take' }).focus();
    await page.keyboard.press('End');
    await untilPlayback(page, 'ended');
    const { frames } = await playbackOf(page);
    expect(studio.takes.show(take.id)).toMatchObject({ state: 'finished' });
    expect(frames.at(-1)!.sec).toBeCloseTo((studio.takes.show(take.id).framesDone - 1) / 25, 1);
    expect(countOf(await playbackOf(page), 'error')).toBe(0);
    await page.context().close();
  });

  test('a sentence that is made anew does not wait for what the page makes for the project meanwhile', async () => {
    const { takes } = pages.studio;
    const newest = () => takes.list({ limit: 1 }).at(0)?.id ?? '';
    const before = newest();
    const page = await opened(FINE);
    await speak(page);
    await until(() => newest() !== before && takes.show(newest()).state === 'finished', 60_000);
    const first = newest();
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(LONG.repeat(20)); // longer than it is rendered ahead
    await speak(page);
    await until(() => newest() !== first && takes.show(newest()).framesDone > 0);
    const long = newest();

    await page.keyboard.press('Control+3');
    await page.getByRole('button', { name: '2 versions' }).first().click(); // of the latest script
    await page.getByRole('button', { name: FINE }).first().click();
    await page.getByRole('button', { name: 'Open in studio' }).click();
    await page.getByRole('button', { name: /^Sentence 1:/ }).click();
    const editor = page.getByRole('dialog');
    await editor.getByLabel('What is said').fill('What a long day it is.');
    await editor.getByRole('button', { name: 'Re-render this sentence' }).click();
    await until(() => takes.show(newest()).parentId === first);
    await until(() => takes.show(newest()).state === 'finished', 60_000);
    expect(takes.show(long)).toMatchObject({ state: 'canceled' });
    await page.context().close();
  });

  test('a take that another program has finished by now is had by trying again', async () => {
    const other = await openStudio({ home: pages.home });
    try {
      const { id } = other.start({ sessionId: other.seats.open().seatId, request: requestOf({ avatar: pages.avatarId, script: LONG }), leadSec: 1 }); // nobody plays it, so it does not end
      await until(() => other.takes.show(id).framesDone > 0, 60_000);
      const page = await opened(SHORT, { takeIds: [id] });
      await page.getByText('is being rendered by another program').waitFor();
      other.want(id, Infinity);
      await until(() => other.takes.show(id).state === 'finished', 60_000);
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('button', { name: /^Sentence 1:/ }).waitFor();
      await untilLoaded(page);
      await page.context().close();
    } finally {
      await other.close();
    }
  });
});

/** Brightness, 32×32, full range, of a decoded frame. */
function shrunk(data: Uint8Array, width: number, height: number): number[] {
  const [w, h] = [width / 32, height / 32];
  return Array.from({ length: 1024 }, (_, i) => {
    const [x0, y0] = [(i % 32) * w, Math.floor(i / 32) * h];
    let sum = 0;
    for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) sum += data[(y0 + y) * width + x0 + x];
    return ((sum / (w * h) - 16) * 255) / 219;
  });
}
