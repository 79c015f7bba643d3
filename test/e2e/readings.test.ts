/** Homographs in the editor of the real page: each reading is one click away, and a word can be taught by its sounds. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, NO_CHROMIUM } from '../support/chromium.ts';
import { openStudioPages, type StudioPages } from '../support/page.ts';

const chromium = findChromium();
if (chromium === null) console.log(NO_CHROMIUM);

describe.skipIf(chromium === null)('readings in the editor', () => {
  let pages: StudioPages;
  let page: Page;
  let projectId: string;
  beforeAll(async () => {
    pages = await openStudioPages(chromium!);
    ({ id: projectId } = await pages.project({ segments: [{ text: 'ملک را دیدم. کتاب خوب را خواندم.' }] }));
    page = await pages.window({ width: 1280, height: 860 });
    await page.addInitScript((project) => {
      localStorage.setItem('sima-view', JSON.stringify({ state: { language: 'en', theme: 'dark' }, version: 0 }));
      localStorage.setItem('sima-project', project);
    }, projectId);
    await page.goto(pages.service.url);
  });
  afterAll(() => pages.close());

  test('an ezafe is shown; a homograph’s hint writes the vowel marks of the reading that is chosen', async () => {
    await page.locator('.cm-said-ezafe', { hasText: 'کتاب' }).waitFor();
    await page.locator('.cm-said-readings', { hasText: 'ملک' }).hover();
    await page.getByRole('button', { name: 'مُلک' }).click();
    await page.locator('.cm-content', { hasText: 'مُلک را دیدم' }).waitFor();
    await page.locator('.cm-said-readings').waitFor({ state: 'detached' });
  });

  test('“say it otherwise” offers the readings, and takes phonemes', async () => {
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText('ملک');
    await page.locator('.cm-said-readings', { hasText: 'ملک' }).waitFor();
    await page.keyboard.press('Control+Period');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'مَلِک' }).click();
    expect(await dialog.getByLabel('Say it as').inputValue()).toBe('مَلِک');
    await dialog.getByRole('radio', { name: 'Phonemes' }).click();
    await dialog.getByLabel('Say it as').fill('maˈlek');
    await dialog.getByRole('button', { name: 'Say it so' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('.cm-said-lexicon', { hasText: 'ملک' }).waitFor();
    await expect.poll(async () => (await pages.studio.handlers.calls['projects.open']({ id: projectId }, new AbortController().signal)).lexicon, { timeout: 10_000 }).toEqual([{ lang: 'fa', word: 'ملک', phonemes: 'maˈlek' }]);
  });
});
