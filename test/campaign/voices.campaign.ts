/** How texts become speech: how soon, how well read, how exactly timed. Writes docs/SPEECH.md. A further part is a file in voices/ and a line in PARTS. */
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import { figureTable, machineLine, type Campaign, type Figure } from './campaign.ts';
import { ezafe } from './voices/ezafe.ts';
import { firstAudio } from './voices/firstAudio.ts';
import { megabyte } from './voices/megabyte.ts';
import type { VoicesPart } from './voices/part.ts';
import { readings } from './voices/readings.ts';
import { wordTimes } from './voices/wordTimes.ts';

const PARTS: readonly VoicesPart[] = [firstAudio, megabyte, wordTimes, readings, ezafe];

export const campaign: Campaign = {
  about: 'How texts become speech: how soon the first sound is there, how well they are read, how exactly words are timed.',
  async run({ log }) {
    const loadBefore = os.loadavg()[0];
    const sections: string[] = [];
    const all: Figure[] = [];
    for (const part of PARTS) {
      log(part.title);
      const result = await part.run(log);
      const { figures, below } = Array.isArray(result) ? { figures: result, below: '' } : result;
      all.push(...figures);
      sections.push([`## ${part.title}`, part.about, figureTable(figures), below].filter((text) => text !== '').join('\n\n'));
    }
    await writeFile(new URL('../../docs/SPEECH.md', import.meta.url), page(sections, loadBefore));
    return all;
  },
};

const page = (sections: readonly string[], load: number): string => `# Speech, measured

Measured by \`npm run campaign -- voices\` on ${machineLine()}; load average before it ${load.toFixed(1)}. How texts are read is told in docs/VOICES.md.

${sections.join('\n\n')}
`;
