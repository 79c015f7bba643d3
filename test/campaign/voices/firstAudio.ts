/** How soon a long text is heard, and that speaking it, drawing it and encoding it go on at the same time. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PRESENTERS } from '../../../src/cli/commands/demo.ts';
import { openEngine, type Engine } from '../../../src/engine/engine.ts';
import { rateValue } from '../../../src/engine/media/rate.ts';
import { planSpeech } from '../../../src/engine/pipeline/speechPlan.ts';
import { StudioError } from '../../../src/shared/errors.ts';
import type { Lang } from '../../../src/shared/vocabulary.ts';
import { orderOf } from '../../support/rendered.ts';
import { figure, type Figure } from '../campaign.ts';
import type { VoicesPart } from './part.ts';

const WORDS = 5000;
const RUNS = 10;
const TARGET_MS = 250;
const WARM_UPS = 3;
/** Segments of the table. */
const WATCHED = 12;

const SENTENCES: Record<Lang, readonly ((n: number) => string)[]> = {
  fa: [
    (n) => `بخش ${n} این گزارش دربارهٔ آب و هوای شهرهای بزرگ است.`,
    (n) => `در هفتهٔ ${n} سال، باران بیشتر در کوه‌ها می‌بارد و جاده‌ها لغزنده می‌شوند؛ رانندگان باید آهسته‌تر بروند.`,
    (n) => `از ${n} نفر پرسیدیم که چه می‌خواهند، و بیشترشان گفتند که هوای پاک، خیابان آرام و درختان سبز.`,
    (n) => `پاسخ شمارهٔ ${n} از همه کوتاه‌تر بود: «مدرسهٔ نزدیک».`,
  ],
  en: [
    (n) => `Part ${n} of this report is about the weather in the large cities.`,
    (n) => `In week ${n} of the year it rains mostly in the mountains, and the roads get slippery; drivers should go more slowly.`,
    (n) => `We asked ${n} people what they want, and most of them said clean air, quiet streets and green trees.`,
    (n) => `Answer number ${n} was the shortest of all: “a school nearby”.`,
  ],
};

/** So many words, in sentences that no other text has: what was spoken before is kept. */
function longText(lang: Lang, run: number): string {
  const sentences: string[] = [];
  for (let i = 0, words = 0; words < WORDS; i++) {
    sentences.push(SENTENCES[lang][i % SENTENCES[lang].length](5000 + 500 * run + i));
    words += sentences.at(-1)!.split(' ').length;
  }
  return sentences.join(' ');
}

/** Milliseconds since the request. */
interface Watched {
  firstAudioMs: number;
  /** Of all threads, up to then: what a busy machine cannot lengthen. */
  firstAudioCpuMs: number;
  firstFragmentMs: number;
  segments: { spokenMs: number; startSec: number; endSec: number; drawnMs: number | null; encodedMs: number | null }[];
}

/** Renders until so many segments lie in published fragments, then gives up. */
async function watch(engine: Engine, folder: string, lang: Lang, run: number, watched: number): Promise<Watched> {
  const abort = new AbortController();
  const speak = engine.voices.speak.bind(engine.voices);
  const began = performance.now();
  const sinceMs = () => performance.now() - began;
  const spokenMs: number[] = [];
  const cpuBefore = process.cpuUsage();
  let firstAudioCpuMs = 0;
  engine.voices.speak = async (...input) => {
    const spoken = await speak(...input);
    spokenMs.push(sinceMs());
    if (spokenMs.length === 1) firstAudioCpuMs = cpuMs(process.cpuUsage(cpuBefore));
    return spoken;
  };
  const found: Watched = { firstAudioMs: 0, firstAudioCpuMs: 0, firstFragmentMs: 0, segments: [] };
  let fps = 0;
  let published = 0;
  try {
    for await (const event of engine.render(orderOf(folder, { avatar: PRESENTERS.woman, script: longText(lang, run), size: { width: 512, height: 512 } }), abort.signal)) {
      if (event.type === 'prepared') fps = rateValue(event.prepared.rate);
      else if (event.type === 'said') found.segments.push({ spokenMs: spokenMs[event.segment.index], startSec: event.segment.startSec, endSec: event.segment.endSec, drawnMs: null, encodedMs: null });
      else if (event.type === 'progress') for (const segment of found.segments) if (event.framesDone > segment.startSec * fps) segment.drawnMs ??= sinceMs();
      if (event.type !== 'fragment') continue;
      found.firstFragmentMs ||= sinceMs();
      published += event.fragment.frames;
      for (const segment of found.segments) if (published >= segment.endSec * fps) segment.encodedMs ??= sinceMs();
      if (watched === 0 || (found.segments[watched - 1]?.encodedMs ?? null) !== null) abort.abort();
    }
  } catch (error) {
    if (!(error instanceof StudioError) || error.code !== 'canceled') throw error;
  } finally {
    engine.voices.speak = speak;
  }
  return { ...found, firstAudioMs: spokenMs[0], firstAudioCpuMs };
}

export const firstAudio: VoicesPart = {
  title: 'First sound of a long text',
  about: `A text of ${WORDS} words that was never spoken before, by an engine that is warm: models loaded, the face rendered at this size, three such texts begun. From the request to the first segment’s
sound in the pipeline, and to the first published fragment, which a player plays. ${RUNS} runs in each language.`,
  async run(log) {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'sima-first-audio-'));
    const engine = await openEngine({ home: folder });
    try {
      await engine.warmUp();
      const figures: Figure[] = [];
      const tables: string[] = [];
      for (const lang of ['fa', 'en'] as const) {
        for (let i = 1; i <= WARM_UPS; i++) await watch(engine, folder, lang, -i, 0); // finds the face, opens its scene, lets the code be compiled
        const runs: Watched[] = [];
        for (let run = 1; run <= RUNS; run++) runs.push(await watch(engine, folder, lang, run, 0));
        const on = `${lang === 'fa' ? 'Persian' : 'English'}, ${WORDS} words in ${planSpeech({ script: longText(lang, 0), rate: 1, pitch: 1 }).length} segments`;
        const audio = spread(runs.map(({ firstAudioMs }) => firstAudioMs));
        figures.push(figure('request to the first sound: median, slowest', on, audio.text, `≤ ${TARGET_MS} ms`, audio.slowest <= TARGET_MS));
        figures.push(figure('… processor time of all threads up to then: median, most', on, spread(runs.map(({ firstAudioCpuMs }) => firstAudioCpuMs)).text));
        figures.push(figure('request to the first published fragment: median, slowest', on, spread(runs.map(({ firstFragmentMs }) => firstFragmentMs)).text));
        log(`${on}: first sound ${audio.text}`);
        const { segments } = await watch(engine, folder, lang, RUNS + 1, WATCHED);
        const shown = segments.slice(0, WATCHED);
        const overlapped = shown.slice(1).filter(({ spokenMs }, i) => spokenMs < shown[i].encodedMs!).length;
        figures.push(figure('segments spoken before the one before them was encoded', `${on}, the first ${WATCHED}`, `${overlapped} of ${WATCHED - 1}`, 'all', overlapped === WATCHED - 1));
        tables.push(timeline(lang, shown));
      }
      return { figures, below: tables.join('\n\n') };
    } finally {
      await engine.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    }
  },
};

const cpuMs = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000;

function spread(ms: readonly number[]): { text: string; slowest: number } {
  const sorted = [...ms].sort((a, b) => a - b);
  return { text: `${sorted[sorted.length >> 1].toFixed(0)} ms, ${sorted.at(-1)!.toFixed(0)} ms`, slowest: sorted.at(-1)! };
}

/** Which segment was where when: the columns rise together, so the stages ran beside each other. */
function timeline(lang: Lang, segments: readonly Watched['segments'][number][]): string {
  const ms = (value: number | null) => (value === null ? '–' : value.toFixed(0));
  const rows = segments.map(({ startSec, endSec, spokenMs, drawnMs, encodedMs }, i) => `| ${i + 1} | ${startSec.toFixed(2)}–${endSec.toFixed(2)} | ${ms(spokenMs)} | ${ms(drawnMs)} | ${ms(encodedMs)} |`);
  return `The first ${segments.length} segments of one ${lang === 'fa' ? 'Persian' : 'English'} text, milliseconds since the request:\n\n| Segment | On the take’s clock, s | Spoken | First frame drawn | Encoded to its end |\n|---|---|---|---|---|\n${rows.join('\n')}`;
}
