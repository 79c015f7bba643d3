/** What a newcomer trips over, in real Chromium over the real studio: a screen that scrolls away, focus that is gone, words without their beginning. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { presenterFile } from '../../src/engine/studio/presenters.ts';
import type { Screen } from '../../src/renderer/state/view.ts';
import { findChromium, NO_CHROMIUM } from '../support/chromium.ts';
import { openStudioPages, type StudioPages } from '../support/page.ts';

const executable = findChromium();
if (executable === null) console.warn(NO_CHROMIUM);
/** On a machine that others use, too. */
const PATIENCE_MS = 30_000;
const SAID = 'Hello there, and welcome. Today we look at three small things, which are many more than two, or one, and take a while to tell.';

describe.skipIf(executable === null)('a newcomer', { timeout: 240_000 }, () => {
  let pages: StudioPages;
  let page: Page;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-newcomer-'));
  const thrown: string[] = [];
  beforeAll(async () => {
    pages = await openStudioPages(executable!);
    const { id } = await pages.project({ name: 'First', segments: [{ text: SAID }], size: { width: 256, height: 256 } });
    page = await open({ id });
  }, 240_000);
  afterAll(async () => {
    await pages?.close();
    rmSync(folder, { recursive: true, force: true });
    expect(thrown).toEqual([]);
  });

  async function open({ id, language = 'en', screen = 'studio' }: { id?: string; language?: 'en' | 'fa'; screen?: Screen }): Promise<Page> {
    const opened = await pages.window({ width: 1024, height: 700 });
    opened.setDefaultTimeout(PATIENCE_MS);
    opened.on('pageerror', (error) => thrown.push(error.message));
    await opened.addInitScript(([view, project]) => {
      localStorage.setItem('sima-view', JSON.stringify({ state: view, version: 0 }));
      if (project !== undefined) localStorage.setItem('sima-project', project);
    }, [{ language, theme: 'dark', screen }, id] as const);
    await opened.goto(pages.service.url);
    await opened.locator('main h1').waitFor({ state: 'attached' });
    return opened;
  }
  const go = (screen: string) => page.getByRole('navigation').getByRole('button', { name: screen }).click();
  const hasFocus = (place: Locator) => expect.poll(() => place.evaluate((element) => element === document.activeElement)).toBe(true);

  test('the screen stays where it is when a sentence of the quality panel is opened, and its heading in sight', async () => {
    await page.locator('.cm-content', { hasText: 'Hello' }).click();
    await page.keyboard.press('Control+Enter');
    const panel = page.getByRole('region', { name: 'Quality', exact: true });
    await panel.getByRole('button', { name: /^Sentence 2/ }).click();
    await panel.getByRole('group', { name: 'Your verdict', exact: true }).waitFor();
    expect(await page.locator('main').evaluate(({ scrollHeight, clientHeight, scrollTop }) => [scrollHeight - clientHeight, scrollTop])).toEqual([0, 0]);
    expect(await panel.getByRole('heading', { name: 'Quality' }).evaluate((element) => {
      const { left, top } = element.getBoundingClientRect();
      return document.elementFromPoint(left + 2, top + 2) === element;
    })).toBe(true);
  });

  test('at its end, the timeline grows no scrollbar', async () => {
    const strip = page.getByRole('group', { name: /^Sound and mouth over time/ });
    await page.getByRole('button', { name: 'Stop repeating' }).click();
    for (const key of ['End', 'j', 'l']) await page.locator('body').press(key); // played to its end
    await expect.poll(() => page.getByTestId('clock').textContent(), { timeout: PATIENCE_MS }).toMatch(/^(\S+) \/ \1$/);
    expect(await strip.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
  });

  test('a closed dialog gives the focus back to what opened it, a menu’s to its button', async () => {
    const shortcuts = page.getByRole('button', { name: 'All shortcuts' });
    await shortcuts.click();
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
    await hasFocus(shortcuts);
    const menu = page.getByRole('button', { name: 'First', exact: true });
    await menu.click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await page.getByRole('dialog').getByRole('textbox').press('Escape');
    await hasFocus(menu);
  });

  test('a picture is exported of the moment that is on the stage; a number can be cleared, and typed in Persian digits', async () => {
    await page.locator('body').press('Home');
    for (let i = 0; i < 10; i++) await page.locator('body').press('ArrowRight');
    await page.getByTestId('clock').filter({ hasText: /^00:00\.40 / }).waitFor();
    await page.getByRole('button', { name: 'Export this take' }).click();
    const sheet = page.getByRole('dialog');
    await sheet.getByRole('button', { name: /^Poster/ }).click();
    await sheet.getByText('00:00.40').waitFor();
    await sheet.getByRole('button', { name: /^Original/ }).click();
    for (const [field, choice] of [['Picture', 'Encode again'], ['Bitrate', 'Bits per second']]) {
      await sheet.getByRole('combobox', { name: field }).click();
      await page.getByRole('option', { name: choice }).click();
    }
    const rate = sheet.getByLabel('kbit/s');
    await rate.fill('');
    expect(await rate.inputValue()).toBe('');
    await rate.pressSequentially('۸۰۰۰');
    await rate.blur();
    expect(await rate.inputValue()).toBe('8,000');
    await page.keyboard.press('Escape');
  });

  test('in the Persian page, English words keep their beginning where there is no room for all; its question mark opens the shortcuts', async () => {
    await pages.project({ name: 'Second' });
    const persian = await open({ language: 'fa', screen: 'takes' });
    /** Whether the first letters are within what is seen of the element that cuts them off. */
    const beginsInSight = (words: Locator): Promise<boolean> =>
      words.evaluate((element) => {
        const [text] = Array.from(element.childNodes).filter(({ nodeType }) => nodeType === Node.TEXT_NODE);
        const range = document.createRange();
        range.setStart(text, 0);
        range.setEnd(text, 3);
        const letters = range.getBoundingClientRect();
        let box = element;
        while (getComputedStyle(box).overflowX === 'visible') box = box.parentElement!;
        const seen = box.getBoundingClientRect();
        return box.scrollWidth > box.clientWidth && letters.left >= seen.left - 1 && letters.right <= seen.right + 1;
      });
    await persian.setViewportSize({ width: 760, height: 700 });
    expect(await beginsInSight(persian.locator('main li bdi', { hasText: SAID.slice(0, 20) }).first())).toBe(true);
    await persian.locator('header button').first().click();
    expect(await beginsInSight(persian.getByRole('menuitem').locator('bdi', { hasText: SAID.slice(0, 20) }))).toBe(true);
    await persian.keyboard.press('Escape');
    await persian.getByRole('menu').waitFor({ state: 'detached' }); // while it is open, keys are its own
    await persian.evaluate(() => window.dispatchEvent(new KeyboardEvent('keydown', { key: '؟', code: 'Slash', shiftKey: true })));
    await persian.getByRole('dialog', { name: 'صفحه‌کلید' }).waitFor();
    await persian.context().close();
  });

  test('two faces of one picture are called differently', async () => {
    const [woman, man] = await Promise.all((['woman', 'man'] as const).map((key) => sharp(presenterFile(key)).resize(500, 500).toBuffer()));
    const file = path.join(folder, 'pair.jpg');
    await sharp({ create: { width: 1000, height: 500, channels: 3, background: '#999' } }).composite([{ input: woman, left: 0, top: 0 }, { input: man, left: 500, top: 0 }]).jpeg().toFile(file);
    await go('Avatars');
    await page.locator('input[type=file]').last().setInputFiles(file);
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('1');
    await page.keyboard.press('2');
    await page.getByRole('dialog').getByRole('button', { name: 'Register 2 faces' }).click();
    for (const name of ['pair 1', 'pair 2']) await page.locator('main bdi', { hasText: new RegExp(`^${name}$`) }).waitFor();
  });

  test('the details of an avatar give the focus back to its card, and to the one beside it once it is removed; what is told then covers no button of the studio', async () => {
    const card = (name: string) => page.locator('[data-avatar]', { hasText: name });
    const details = page.getByRole('complementary');
    await card('pair 1').click();
    await details.getByRole('button', { name: 'Close' }).click();
    await hasFocus(card('pair 1'));
    await card('pair 1').click();
    await details.getByRole('button', { name: 'Remove' }).click();
    const told = page.locator('[data-sonner-toast]').filter({ hasText: 'pair 1' });
    await told.waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.matches('[data-avatar]'))).toBe(true);
    await go('Studio');
    const speak = page.getByRole('button', { name: /^Speak/ });
    await speak.waitFor();
    const [{ x }, button] = [(await told.boundingBox())!, (await speak.boundingBox())!];
    expect(x).toBeGreaterThanOrEqual(button.x + button.width);
  });

  test('Stop ends the voice, too, not the rendering alone', async () => {
    await go('Studio');
    await page.locator('.cm-content').fill(Array.from({ length: 12 }, () => SAID).join(' '));
    await page.keyboard.press('Control+Enter');
    const silent = () => page.locator('video').evaluate((video) => (video as HTMLVideoElement).paused);
    await expect.poll(silent, { timeout: PATIENCE_MS }).toBe(false);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect.poll(silent).toBe(true);
    await page.keyboard.press('Control+z');
  });

  test('in full screen, lists are seen; a list that has the focus has the letters', async () => {
    await page.locator('body').press('f');
    await page.waitForFunction(() => document.fullscreenElement !== null);
    const speed = page.getByRole('combobox', { name: 'Speed' });
    await speed.click();
    const option = page.getByRole('option', { name: '1.5×' });
    await option.waitFor();
    expect(await option.evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
    })).toBe(true);
    await option.click();
    await hasFocus(speed);
    await page.evaluate(() => document.exitFullscreen());
    await page.keyboard.press('r');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await speed.click();
    await page.getByRole('option', { name: '1×', exact: true }).click();
  });

  test('a recording is not lost by a key: it ends, is asked about, and is there when the microphone has gone', async () => {
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => {
        const context = new AudioContext();
        const [tone, place] = [context.createOscillator(), context.createMediaStreamDestination()];
        tone.connect(place);
        tone.start();
        const { stream } = place;
        window.addEventListener('unplug', () => stream.getTracks().forEach((track) => track.stop()), { once: true });
        return Promise.resolve(stream);
      };
    });
    const dialog = page.getByRole('dialog');
    const press = (name: string) => dialog.getByRole('button', { name }).click();
    await page.getByRole('button', { name: 'Use a recording' }).click();
    await page.getByRole('menuitem', { name: 'Record…' }).click();
    await press('Start recording');
    await dialog.getByText('00:01').waitFor();
    await page.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'Use this recording' }).waitFor();
    await page.keyboard.press('Escape');
    await press('Keep it');
    await press('Record again');
    await press('Start recording');
    await dialog.getByText('00:01').waitFor();
    await page.evaluate(() => window.dispatchEvent(new Event('unplug')));
    await dialog.getByRole('button', { name: 'Use this recording' }).waitFor();
    await page.keyboard.press('Escape');
    await press('Throw away');
    await dialog.waitFor({ state: 'detached' });
  });

  test('what cannot be had back is asked about, what can is undone: exports, the rows of a batch', async () => {
    const { calls } = pages.studio.handlers;
    const { signal } = new AbortController();
    const take = (await calls['takes.list']({ limit: 10, offset: 0 }, signal)).find(({ state }) => state === 'finished')!;
    const { id } = await calls['exports.start']({ takeId: take.id, name: 'kept', settings: { kind: 'subtitles', format: 'srt', karaoke: false } }, signal);
    await expect.poll(async () => (await calls['exports.list'](null, signal)).find((each) => each.id === id)?.state, { timeout: PATIENCE_MS }).toBe('finished');
    await go('Takes');
    await page.getByRole('tab', { name: 'Exports' }).click();
    await page.getByRole('button', { name: 'Clear finished' }).click();
    await page.keyboard.press('Escape');
    expect(await calls['exports.list'](null, signal)).toHaveLength(1);
    await page.getByRole('button', { name: 'Clear finished' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await expect.poll(async () => (await calls['exports.list'](null, signal)).length).toBe(0);

    await page.getByRole('tab', { name: 'Batch' }).click();
    await page.getByLabel('Paste text here').fill('One.\n\nTwo.\n\nThree.');
    await page.getByRole('button', { name: 'Read it' }).click();
    const rows = page.getByRole('row').filter({ has: page.getByRole('button', { name: /^Remove row/ }) });
    await expect.poll(() => rows.count()).toBe(3);
    await rows.nth(1).getByRole('button', { name: /^Remove row/ }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => rows.count()).toBe(2);
    await hasFocus(rows.nth(1).getByRole('button', { name: /^Remove row/ }));
    await page.getByRole('button', { name: 'Undo', exact: true }).last().click();
    await expect.poll(() => rows.nth(1).textContent()).toContain('Two.');
    await page.getByRole('button', { name: 'Clear table' }).click();
    await rows.first().waitFor({ state: 'detached' });
    await page.locator('[data-sonner-toast]', { hasText: 'cleared' }).getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => rows.count()).toBe(3);
  });
});
