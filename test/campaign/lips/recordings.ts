/** The recorded-speech path: sound without phoneme times, heard by the network. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readAudio } from '../../support/sounds.ts';
import { loudnessGain, measureLoudness } from '../../../src/engine/media/loudness.ts';
import type { Sessions } from '../../../src/engine/onnx/sessions.ts';
import { rigFromPhonemes, rigFromSound } from '../../../src/engine/pipeline/lipsync.ts';
import { listen } from '../../../src/engine/pipeline/listen.ts';
import { TIMELINE_RATE } from '../../../src/engine/pipeline/timeline.ts';
import { correlation, rangeOf, shareOfRange } from '../../../src/engine/qa/curves.ts';
import { CLOSED } from '../../../src/engine/qa/speechSounds.ts';
import type { Phoneme } from '../../../src/shared/vocabulary.ts';
import { figure, percent, type Figure } from '../campaign.ts';
import { closureText } from './closureText.ts';
import { bilabialTokens, closuresOf, speechFrames } from './measures.ts';
import { watch, type Said } from './speaker.ts';
import type { Stage } from './stage.ts';
import { countClosures } from './summary.ts';
import { envelopeOf, FPS, poseTrack, RATE, type PoseTrack, type Spoken } from './takes.ts';

const LANG_NAME = { fa: 'Persian', en: 'English' } as const;

type Hear = (spoken: Spoken) => Promise<PoseTrack>;

export async function recordedFigures(stage: Stage, sessions: Sessions, modelId: string, said: readonly Said[], fixtures: string | null): Promise<Figure[]> {
  const hear: Hear = (spoken) => poseTrack(spoken, rigFromSound(RATE, listen({ sessions, fps: FPS, modelId })), false);
  const figures: Figure[] = [];
  for (const each of said) figures.push(...(await voiceFigures(stage, hear, each)));
  figures.push(...(await levelFigures(hear, stage, said[0].spoken)));
  const human = fixtures === null ? null : path.join(fixtures, 'speech/austen_0880_16k.wav');
  if (human !== null && existsSync(human)) figures.push(...(await humanFigures(stage, hear, human)));
  return figures;
}

async function voiceFigures(stage: Stage, hear: Hear, { lang, spoken }: Said): Promise<Figure[]> {
  const track = await hear(spoken);
  const { found, commanded } = await watch(stage, track);
  const teacher = stage.commanded(await poseTrack(spoken, rigFromPhonemes(RATE), true));
  const { from, to } = speechFrames(spoken.phonemes);
  const range = rangeOf(found.subarray(from, to));
  const counted = countClosures({ found, spoken }, range);
  const envelope = envelopeOf(spoken.pcm, track.frames);
  const plain = countClosures({ found: envelope, spoken }, rangeOf(envelope.subarray(from, to)));
  const on = `${LANG_NAME[lang]} voice as a recording, woman, ${counted.seconds.toFixed(0)} s`;
  const ends = Math.max(...[0, track.frames - 1].map((i) => shareOfRange(found[i], range)));
  return [
    figure('m b p seen closed', on, closureText(counted), '≥ 88 %', counted.closed / counted.tokens >= 0.88),
    figure('Vowels that stay closed', on, `${counted.falselyClosed} of ${counted.vowels}`, '≤ 3 %', counted.falselyClosed / counted.vowels <= 0.03),
    figure('A plain envelope instead: m b p closed', on, closureText(plain)),
    figure('r, opening commanded by the network against that by phoneme times', on, correlation(commanded.subarray(from, to), teacher.subarray(from, to)).toFixed(2)),
    figure('Opening in the first and last frame, of the range', on, percent(ends), '≤ 10 %', ends <= 0.1),
  ];
}

async function levelFigures(hear: Hear, stage: Stage, spoken: Spoken): Promise<Figure[]> {
  const some: Spoken = { ...spoken, pcm: spoken.pcm.slice(0, 15 * TIMELINE_RATE) };
  const loud = stage.commanded(await hear(some));
  const soft = stage.commanded(await hear({ ...some, pcm: some.pcm.map((sample) => sample / 10) }));
  const silence = await hear({ pcm: new Float32Array(5 * TIMELINE_RATE), phonemes: [] });
  const r = correlation(loud, soft);
  const moved = silence.poses.some((value) => value !== 0);
  return [
    figure('r of the opening at a tenth of the level with that at full level', 'Persian voice as a recording, 15 s', r.toFixed(3), '≥ .99', r >= 0.99),
    figure('Silence moves the mouth', '5 s', moved ? 'yes' : 'no', 'no', !moved),
  ];
}

/**
 * “He was not an ill-disposed young man”: m b p and vowels of one reader, marked by hand on the spectrogram (±10 ms). Two closures
 * prove nothing; they show what to expect.
 */
const MARKED: readonly (readonly [symbol: string, startSec: number, endSec: number])[] = [
  ['iː', 0.285, 0.345], ['ɒ', 0.4, 0.455], ['ɒ', 0.63, 0.86], ['a', 1.15, 1.24], ['ɪ', 1.29, 1.4], ['p', 1.715, 1.74], ['oʊ', 1.745, 2], ['ʌ', 2.15, 2.25], ['m', 2.33, 2.405], ['æ', 2.415, 2.65],
];

async function humanFigures(stage: Stage, hear: Hear, file: string): Promise<Figure[]> {
  const samples = await readAudio(file, { sampleRate: TIMELINE_RATE });
  const { gain } = loudnessGain(await measureLoudness(samples, TIMELINE_RATE));
  const phonemes: Phoneme[] = MARKED.map(([symbol, startSec, endSec]) => ({ symbol, startSec, endSec }));
  const spoken: Spoken = { pcm: samples.map((sample) => sample * gain), phonemes };
  const track = await hear(spoken);
  const { found } = await watch(stage, track);
  const { from, to } = speechFrames(phonemes);
  const count = (curve: Float64Array) => {
    const range = rangeOf(curve.subarray(from, to));
    const { closed, tokens, failed } = closuresOf(curve, range, bilabialTokens(phonemes));
    const vowels = phonemes.filter(({ symbol }) => !/[mp]/u.test(symbol));
    const open = vowels.filter(({ startSec, endSec }) => Math.max(...curve.subarray(Math.floor(startSec * FPS), Math.ceil(endSec * FPS)).map((value) => shareOfRange(value, range))) >= CLOSED);
    return `${closed} of ${tokens} closed${failed.length > 0 ? ` (${failed.map(({ phoneme, lowest }) => `${phoneme.symbol} at ${percent(lowest, 0)}`).join(', ')})` : ''}, ${open.length} of ${vowels.length} vowels open`;
  };
  const on = 'a human reader, one sentence, marked by hand';
  return [figure('m p closed, vowels open', on, count(found)), figure('The same with a plain envelope', on, count(envelopeOf(spoken.pcm, track.frames)))];
}
