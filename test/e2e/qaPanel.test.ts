/** The quality panel in real Chromium over the real engine: a take is made, played, measured by itself, reviewed, compared, and reported. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, NO_CHROMIUM } from '../support/chromium.ts';
import { openStudioPages, type StudioPages } from '../support/page.ts';

const executable = findChromium();
if (executable === null) console.warn(NO_CHROMIUM);

describe.skipIf(executable === null)('the quality of a take', () => {
  let pages: StudioPages;
  let page: Page;
  beforeAll(async () => {
    pages = await openStudioPages(executable!);
    const { id } = await pages.project({ segments: [{ text: 'Maybe Bob. Hello, Pam.' }], size: { width: 256, height: 256 } });
    page = await pages.window({ width: 1440, height: 900 });
    await page.addInitScript(`localStorage.setItem('sima-project', '${id}')`);
    await page.goto(pages.service.url);
    await page.locator('.cm-content', { hasText: 'Maybe' }).click();
    await page.keyboard.press('Control+Enter');
  });
  afterAll(() => pages?.close());
  const panel = () => page.getByRole('region', { name: 'Quality', exact: true });

  test('is measured by itself when the take has been played, and told in words', async () => {
    await panel().getByText(/Lips close on \d+ of \d+ m\/b\/p\./).waitFor({ timeout: 220_000 });
    expect(await panel().getByRole('img', { name: 'Good' }).count()).toBeGreaterThan(4);
    await panel().getByRole('button', { name: 'The numbers behind the words' }).click();
    await panel().getByText('good:').first().waitFor();
    await panel().getByRole('button', { name: /not known/ }).click();
    await panel().getByText(/Too little speech to tell it from chance/).first().waitFor();
  }, 240_000);

  test('a press goes to the moment and repeats it; a sentence gets a mark and a note, which the project keeps', async () => {
    await panel().getByRole('button', { name: /^Sentence 2/ }).click();
    await page.getByRole('button', { name: /repeat/i, pressed: true }).first().waitFor();
    const review = panel().getByRole('group', { name: 'Your verdict', exact: true });
    await review.getByRole('button', { name: 'Fail' }).click();
    // It need not be left: the page may go at any moment.
    await review.getByRole('textbox').fill('Slower, please.');
    await expect.poll(async () => {
      const [row] = await pages.studio.handlers.calls['projects.list'](null, new AbortController().signal);
      return (await pages.studio.handlers.calls['projects.open']({ id: row.id }, new AbortController().signal)).marks;
    }, { timeout: 20_000 }).toMatchObject([{ segmentIndex: 1, verdict: 'fail', note: 'Slower, please.' }]);
    await review.getByRole('textbox').blur();
  });

  test('the frame stands beside its source picture and what differs, and the report is saved with the note', async () => {
    await page.keyboard.press('Escape');
    await panel().getByRole('button', { name: /Frame beside its source picture/ }).click();
    const pictures = page.getByRole('dialog').locator('img');
    await expect.poll(() => pictures.evaluateAll((all) => (all as HTMLImageElement[]).filter((each) => each.complete && each.naturalWidth > 0).length), { timeout: 30_000 }).toBe(3);
    await page.getByRole('dialog').getByRole('button', { name: 'One frame back' }).click();
    await page.getByRole('dialog').locator('img[src*="difference.jpg"]').waitFor();
    await page.keyboard.press('Escape');
    const [download] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), panel().getByRole('button', { name: 'Save as a page (HTML)' }).click()]);
    const html = await readFile(await download.path(), 'utf8');
    expect(download.suggestedFilename()).toMatch(/\.html$/);
    expect(html).toContain('Slower, please.');
    expect(html).toContain('data:image/jpeg;base64,');
  });
});
