/** The studio's page in a real browser over the real engine. Writes docs/STUDIO.md. A further part is a file in studio/ and a line in PARTS. */
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import { findChromium, NO_CHROMIUM } from '../support/chromium.ts';
import { openStudioPages } from '../support/page.ts';
import { figureTable, machineLine, type Campaign, type Figure } from './campaign.ts';
import type { StudioPart } from './studio/part.ts';
import { hour } from './studio/hour.ts';
import { firstPicture, minute } from './studio/playing.ts';

const PARTS: readonly StudioPart[] = [firstPicture, minute, hour];

export const campaign: Campaign = {
  about: 'The studio’s page in a real browser: first picture, playback while it is made, an hour. About fifteen minutes.',
  async run({ log }) {
    const executable = findChromium();
    if (executable === null) throw new Error(NO_CHROMIUM);
    const loadBefore = os.loadavg()[0];
    const sections: { part: StudioPart; figures: Figure[] }[] = [];
    const pages = await openStudioPages(executable);
    try {
      for (const part of PARTS) {
        log(part.title);
        sections.push({ part, figures: await part.run(pages, log) });
      }
      await writeFile(new URL('../../docs/STUDIO.md', import.meta.url), page(sections, loadBefore, pages.browser.version()));
    } finally {
      await pages.close();
    }
    return sections.flatMap(({ figures }) => figures);
  },
};

function page(sections: readonly { part: StudioPart; figures: readonly Figure[] }[], load: number, browser: string): string {
  return `# The studio, measured

Measured by \`npm run campaign -- studio\` on ${machineLine()}, Chromium ${browser} without a screen; load average before it ${load.toFixed(1)}. Browser, service and
engine run on the same machine and share its cores.

${sections.map(({ part, figures }) => `## ${part.title}\n${part.about}\n\n${figureTable(figures)}`).join('\n\n')}
`;
}
