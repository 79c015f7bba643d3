/** How long a megabyte of text takes to be turned into what is spoken, as one text, in a thread that has never done it. */
import { Worker } from 'node:worker_threads';
import type { Lang } from '../../../src/shared/vocabulary.ts';
import { newsSentences, numbersText } from '../../support/longTexts.ts';
import { figure, type Figure } from '../campaign.ts';
import type { VoicesPart } from './part.ts';

const BYTES = 1e6;
const RUNS = 5;
const TARGET_SEC = 1;

const KINDS: Record<string, (lang: Lang) => string> = {
  news: (lang) => newsSentences(lang, BYTES).join(''),
  'hardly anything but numbers': (lang) => numbersText(lang, BYTES),
};

export const megabyte: VoicesPart = {
  title: 'A megabyte of text',
  about: `From the text to all that is spoken for it, as one text, tables read from their files too: seconds, ${RUNS} runs, each in a thread of its own that never did it before.`,
  async run(log) {
    const figures: Figure[] = [];
    for (const lang of ['fa', 'en'] as const) {
      for (const [kind, textOf] of Object.entries(KINDS)) {
        const text = textOf(lang);
        const sec: number[] = [];
        for (let i = 0; i < RUNS; i++) sec.push(await secondsToRead(text, lang));
        sec.sort((a, b) => a - b);
        const [median, most] = [sec[Math.floor(RUNS / 2)], sec[RUNS - 1]];
        figures.push(figure('a megabyte read: median, slowest', `${kind}, ${lang}, ${(Buffer.byteLength(text) / 1e6).toFixed(2)} MB`, `${median.toFixed(2)} s, ${most.toFixed(2)} s`, `≤ ${TARGET_SEC} s`, most <= TARGET_SEC));
        log(`${kind}, ${lang}: ${median.toFixed(2)} s`);
      }
    }
    return figures;
  },
};

function secondsToRead(text: string, lang: Lang): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./megabyteThread.ts', import.meta.url), { workerData: { text, lang } });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}
