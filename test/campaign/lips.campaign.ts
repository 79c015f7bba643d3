/** Are the lips right? Presenters (and further portraits) speak; a mesh reads their mouths again from the pictures. Writes docs/LIPSYNC.md. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rigFromPhonemes } from '../../src/engine/pipeline/lipsync.ts';
import { rangeOf } from '../../src/engine/qa/curves.ts';
import { openVoices } from '../../src/engine/voice/voices.ts';
import type { Campaign, CampaignOptions, Figure } from './campaign.ts';
import { checkRest, type RestCheck } from './lips/geometry.ts';
import { bilabialTokens, closuresOf, speechFrames } from './lips/measures.ts';
import { createGapReader } from './lips/pixels.ts';
import { recordedFigures } from './lips/recordings.ts';
import { writeReport } from './lips/report.ts';
import { blinkSheet, firstWord, framesSheet, tokenSheet, visemeSheet } from './lips/sheets.ts';
import { LANGS, watch, type Portrait, type Said, type TextKind, type Watch } from './lips/speaker.ts';
import { openShippedSessions, openStage, type Stage } from './lips/stage.ts';
import { summarise, type SpeakerResult } from './lips/summary.ts';
import { FPS, poseTrack, RATE, speak, withPause, type PoseTrack, type Spoken } from './lips/takes.ts';
import { DENSE_TEXTS, ORDINARY_TEXTS, SHORT_TEXTS } from './lips/texts.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SHEETS = path.join(ROOT, 'docs/lipsync');

/** Pairs: the first of each speaks the odd paragraphs, the second the even ones. */
function portraitsOf(fixtures: string | null): Portrait[] {
  const own = ['woman', 'man'].map((name) => ({ name, file: path.join(ROOT, `resources/presenters/${name}.png`), smile: false, own: true }));
  if (fixtures === null) return own;
  const further = [
    { name: 'photo with an open smile', file: path.join(fixtures, 'portraits/astronaut.png'), smile: true, own: false },
    { name: 'photo with closed lips', file: path.join(fixtures, 'portraits/grace_hopper.jpg'), smile: false, own: false },
  ];
  return [...own, ...further.filter(({ file }) => existsSync(file))];
}

export const campaign: Campaign = {
  about: 'Are the lips right? The built-in rig speaks Persian and English; a face mesh reads the mouths again from the drawn frames.',
  async run(options) {
    const startedMs = performance.now();
    const { sessions, models } = await openShippedSessions();
    const voices = await openVoices();
    try {
      const byText = await speakAll(voices);
      const long = withPause(await speak(SHORT_TEXTS.fa, voices), await speak(SHORT_TEXTS.en, voices), 2.4);
      const longTrack = await poseTrack(long, rigFromPhonemes(RATE), true);

      const results: SpeakerResult[] = [];
      const listener = models.find(({ kind }) => kind === 'rig');
      const heard: Figure[] = [];
      for (const [index, portrait] of portraitsOf(options.fixtures).entries()) {
        const stage = await openStage(portrait.file, sessions);
        const watches: Watch[] = [];
        for (const { lang, text, parity, spoken, track } of byText) {
          if (parity !== null && parity !== index % 2) continue;
          const t = performance.now();
          watches.push({ lang, text, spoken, track, ...(await watch(stage, track)) });
          options.log(`${portrait.name}: ${text} ${lang}, ${track.frames} frames in ${((performance.now() - t) / 1000).toFixed(0)} s`);
        }
        const rest: RestCheck = await checkRest(stage, longTrack, long.phonemes);
        const [restOpening] = await stage.readMouths([stage.plate]);
        const readGap = createGapReader(stage.rig);
        results.push(summarise(portrait, watches, rest, restOpening, readGap));
        await lookAtFailures(stage, portrait, watches, options);
        if (portrait.own) await drawSheets(portrait, stage, sessions, long, longTrack);
        if (portrait.name === 'woman' && listener) {
          heard.push(...(await recordedFigures(stage, sessions, listener.id, byText.filter(({ text, parity }) => text === 'dense' && parity === 0), options.fixtures)));
        }
        await stage.close();
      }
      return await writeReport(path.join(ROOT, 'docs/LIPSYNC.md'), results, heard, (performance.now() - startedMs) / 1000);
    } finally {
      await voices.close();
      await sessions.close();
    }
  },
};

async function speakAll(voices: Parameters<typeof speak>[1]): Promise<Said[]> {
  const said: Said[] = [];
  for (const lang of LANGS) {
    const paragraphs = DENSE_TEXTS[lang].split('\n');
    const scripts: { text: TextKind; parity: number | null; script: string }[] = [0, 1].map((parity) => ({ text: 'dense', parity, script: paragraphs.filter((_, i) => i % 2 === parity).join('\n') }));
    scripts.push({ text: 'ordinary', parity: null, script: ORDINARY_TEXTS[lang] });
    for (const { text, parity, script } of scripts) {
      const spoken = await speak(script, voices);
      said.push({ lang, text, parity, spoken, track: await poseTrack(spoken, rigFromPhonemes(RATE), true) });
    }
  }
  return said;
}

async function drawSheets(portrait: Portrait, stage: Stage, sessions: Parameters<typeof openStage>[1], spoken: Spoken, track: PoseTrack): Promise<void> {
  await visemeSheet(stage, path.join(SHEETS, `visemes-${portrait.name}.png`));
  if (portrait.name === 'woman') await framesSheet(stage, track, spoken.phonemes, firstWord(spoken.phonemes, 24), path.join(SHEETS, 'word.png'));
  if (portrait.name === 'man') {
    const idle = await openStage(portrait.file, sessions, { idle: true });
    await blinkSheet(idle, path.join(SHEETS, 'blink.png'));
    await idle.close();
  }
}

async function lookAtFailures(stage: Stage, portrait: Portrait, watches: readonly Watch[], { lookFolder, log }: CampaignOptions): Promise<void> {
  if (lookFolder === null) return;
  for (const { lang, text, spoken, track, found } of watches) {
    const { from, to } = speechFrames(spoken.phonemes);
    const { failed } = closuresOf(found, rangeOf(found.subarray(from, to)), bilabialTokens(spoken.phonemes));
    for (const token of failed.slice(0, 4)) {
      const file = path.join(lookFolder, `${portrait.name}-${lang}-${text}-${token.phoneme.symbol}-${(token.closure.from / FPS).toFixed(2)}.png`);
      await tokenSheet(stage, track, spoken.phonemes, token, file);
      log(`open at ${(100 * token.lowest).toFixed(0)} % of the range: ${file}`);
    }
  }
}
