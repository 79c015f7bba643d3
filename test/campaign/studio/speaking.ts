/** A window of the studio with a script in it, ready for Ctrl+Enter. */
import type { Page } from 'playwright-core';
import { createTexts } from '../../../src/engine/bench/benchTake.ts';
import type { Project } from '../../../src/shared/contract/project.ts';
import type { StudioPages } from '../../support/page.ts';
import { notePlayback } from '../../support/playback.ts';

export const SIZE = { width: 512, height: 512 };

/** One that was never spoken before, by any part. */
export const newText = createTexts();

export async function openScript(pages: StudioPages, text: string, wishes: Partial<Project> = {}): Promise<Page> {
  const { id } = await pages.project({ segments: [{ text }], size: SIZE, ...wishes });
  const page = await pages.window({ width: 1440, height: 900 });
  await page.addInitScript(`localStorage.setItem('sima-project', '${id}')`);
  await notePlayback(page);
  await page.goto(pages.service.url);
  await page.locator('.cm-content', { hasText: text.slice(0, 4) }).click();
  return page;
}

export const speak = (page: Page): Promise<void> => page.keyboard.press('Control+Enter');

/** Writes another script over the one that is there. */
export async function rewrite(page: Page, text: string): Promise<void> {
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
}
