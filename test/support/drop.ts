/** Files dragged from the desktop onto the page, as the browser itself tells of them: by their places on the disk, folders too. */
import type { Locator } from 'playwright-core';

/** Lets go of them over the middle of `place`. */
export async function dropFiles(place: Locator, files: readonly string[]): Promise<void> {
  const page = place.page();
  const { x, y, width, height } = (await place.boundingBox())!;
  const browser = await page.context().newCDPSession(page);
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await browser.send('Input.dispatchDragEvent', { type, x: Math.round(x + width / 2), y: Math.round(y + height / 2), data });
  await browser.detach();
}
