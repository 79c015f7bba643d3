/** What axe-core finds on a page. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What it calls serious or worse on the screen that is shown. @param place a selector */
export async function violations(page: Page, place = 'main'): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async (where) => {
    const { violations: found } = await (globalThis as unknown as { axe: { run: (place: string) => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> } }).axe.run(where);
    return found.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  }, place);
}
