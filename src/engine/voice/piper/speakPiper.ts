/**
 * One text by an imported voice: phonemes from eSpeak, sound from the voice's network, times of words estimated. Runs of the other
 * language are said by that language's default voice.
 */
import { throwIfCanceled } from '../../../shared/errors.ts';
import type { Lang } from '../../../shared/vocabulary.ts';
import { applyGain } from '../../media/limiter.ts';
import { resample } from '../../media/resample.ts';
import { shippedDefault } from '../catalogue.ts';
import { ESPEAK_SAMPLE_RATE, type Espeak } from '../espeak.ts';
import { shownWord, turnsOf } from '../delivery.ts';
import type { SpokenWord, UtteranceText } from '../normalise/utterances.ts';
import { withPauses } from '../pauses.ts';
import { idsOf, signsOf, type Sign } from './piperPhonemes.ts';
import type { OpenPiperVoice } from './piperRoom.ts';
import { concatenated, LEAD_SEC, SILENCE, speakRun, TAIL_SEC, type SpokenText, type TimedWord, type SpeakOptions } from '../speakText.ts';

interface SaidRun {
  pcm: Float32Array;
  words: { word: SpokenWord; startSec: number; endSec: number }[];
  warnings: string[];
}

/** How far the end of a word may lie from where it was estimated. */
const ESTIMATE_SLACK_SEC = 0.25;

export async function speakPiper(espeak: Espeak, open: OpenPiperVoice, text: string, options: SpeakOptions, signal?: AbortSignal): Promise<SpokenText> {
  const { lang, sampleRate } = open.voice;
  const parts: Float32Array[] = [];
  const words: TimedWord[] = [];
  const warnings = new Set<string>();
  let samples = 0;
  for (const { run, rate, pitch, gapSec, isGapMarked, pauses } of turnsOf(text, options, byScript)) {
    throwIfCanceled(signal);
    const said = withPauses(run.lang === lang ? await sayRun(espeak, open, run, rate, pitch) : byEspeak(espeak, run, rate, pitch, sampleRate), sampleRate, pauses, run.lang === lang ? ESTIMATE_SLACK_SEC : 0);
    for (const warning of said.warnings) warnings.add(warning);
    if (said.pcm.length === 0) continue;
    if (gapSec > 0 && (samples > 0 || isGapMarked)) {
      const gap = new Float32Array(Math.round(gapSec * sampleRate));
      parts.push(gap);
      samples += gap.length;
    }
    const offsetSec = samples / sampleRate;
    for (const { word, startSec, endSec } of said.words) words.push({ text: shownWord(text, word, options.marked), startSec: startSec + offsetSec, endSec: endSec + offsetSec, start: word.start, end: word.end });
    parts.push(said.pcm);
    samples += said.pcm.length;
  }
  return { pcm: concatenated(parts, samples), sampleRate, words: joinedWords(words), phonemes: [], estimated: true, ...(warnings.size > 0 ? { warnings: [...warnings] } : {}) };
}

/** A word that two runs share is one. */
function joinedWords(words: readonly TimedWord[]): TimedWord[] {
  const whole: TimedWord[] = [];
  for (const word of words) {
    const before = whole.at(-1);
    if (before?.start === word.start) before.endSec = word.endSec;
    else whole.push({ ...word });
  }
  return whole;
}

/** Persian utterances hold Latin words for eSpeak, whose Persian voice reads both; a network knows the sounds of one language. */
function byScript(run: UtteranceText): UtteranceText[] {
  const langOf = (token: string): Lang => (run.lang === 'fa' && /\p{Script=Latin}/u.test(token) && !token.includes('[[') ? 'en' : run.lang);
  const runs: UtteranceText[] = [];
  let index = 0;
  let afterBreak = run.afterBreak;
  for (const { 0: token, index: start } of run.text.matchAll(/ ?[^ ]+/g)) {
    // A sign without letters belongs to what is before it.
    const lang = /\p{L}/u.test(token) ? langOf(token) : (runs.at(-1)?.lang ?? run.lang);
    while (run.words[index].textEnd < start + token.length) index++;
    const word = run.words[index];
    let into = runs.at(-1);
    if (into?.lang !== lang) {
      into = { lang, text: '', words: [], afterBreak };
      runs.push(into);
    }
    const spoken = into.text === '' ? token.trimStart() : token;
    into.text += lang === run.lang ? spoken : spoken.replaceAll('،', ',').replaceAll('؟', '?');
    const before = into.words.at(-1);
    if (before?.start === word.start) Object.assign(before, { spoken: `${before.spoken} ${token.trim()}`, textEnd: into.text.length });
    else into.words.push({ ...word, spoken: token.trim(), textEnd: into.text.length });
    afterBreak = /[,،.?؟!]\s*$/u.test(token);
  }
  return runs;
}

function byEspeak(espeak: Espeak, run: UtteranceText, rate: number, pitch: number, sampleRate: number): SaidRun {
  const { pcm, words } = speakRun(espeak, run, shippedDefault(run.lang), rate, pitch);
  return { pcm: resample(pcm, ESPEAK_SAMPLE_RATE, sampleRate), words, warnings: [] };
}

async function sayRun(espeak: Espeak, { voice, config, session }: OpenPiperVoice, run: UtteranceText, rate: number, pitch: number): Promise<SaidRun> {
  const signs = signsOf(run, espeak.say(run.text, config.espeak, 1, 1).events);
  const { ids, unknown } = idsOf(signs, config.ids);
  const warnings = [...unknown].map(([sign, word]) => `The voice “${voice.id}” does not know the sound /${sign}/ (in “${run.words[word].spoken}”): it was left out. Choose another voice, or say the word otherwise in the lexicon.`);
  if (signs.every(({ sign }) => unknown.has(sign) || /^[ ,.?!]$/.test(sign))) return { pcm: new Float32Array(0), words: [], warnings };
  // A VITS network has no pitch of its own: it speaks slower by the factor and is played faster by it, formants and all.
  const raw = await session.say(ids, { noise: config.noise, noiseW: config.noiseW, length: (config.length * pitch) / rate });
  const shifted = pitch === 1 ? raw : resample(raw, Math.round(config.sampleRate * pitch), config.sampleRate);
  const pcm = withoutSilence(applyGain(shifted, voice.gain, config.sampleRate), config.sampleRate);
  return { pcm, words: estimated(run, signs, pcm, config.sampleRate), warnings };
}

function withoutSilence(pcm: Float32Array, sampleRate: number): Float32Array {
  const isSound = (sample: number) => Math.abs(sample) >= SILENCE / 32768;
  const first = pcm.findIndex(isSound);
  if (first === -1) return new Float32Array(0);
  return pcm.slice(Math.max(0, first - Math.round(LEAD_SEC * sampleRate)), Math.min(pcm.length, pcm.findLastIndex(isSound) + Math.round(TAIL_SEC * sampleRate)));
}

const WINDOW_SEC = 0.01;
/** Below the loudest window: a pause. */
const QUIET = 10 ** (-35 / 20);

/** Words share the time in which something is heard, by how many phonemes each has. */
function estimated(run: UtteranceText, signs: readonly Sign[], pcm: Float32Array, sampleRate: number): SaidRun['words'] {
  const counts = run.words.map(() => 0);
  for (const { sign, word } of signs) if (/\p{L}/u.test(sign)) counts[word] += 1;
  // Of words that were read as one, the first has all phonemes: they share by their letters.
  const weights = counts.slice();
  for (let i = 0; i < counts.length; ) {
    let end = i + 1;
    while (end < counts.length && counts[end] === 0) end++;
    const letters = run.words.slice(i, end).reduce((sum, { spoken }) => sum + spoken.length, 0);
    for (let w = i; w < end; w++) weights[w] = (Math.max(1, counts[i]) * run.words[w].spoken.length) / Math.max(1, letters);
    i = end;
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const heard = heardWindows(pcm, sampleRate);
  const timeAt = (share: number, isEnd: boolean): number => {
    const nth = share * heard.length;
    // A border in a pause: a word ends before it, and the next begins after it.
    const window = isEnd ? heard[Math.max(0, Math.ceil(nth - 1e-9) - 1)] + 1 : heard[Math.min(heard.length - 1, Math.floor(nth + 1e-9))];
    const part = isEnd ? Math.ceil(nth - 1e-9) - nth : Math.floor(nth + 1e-9) - nth;
    return Math.min(pcm.length / sampleRate, (window - part) * WINDOW_SEC);
  };
  let done = 0;
  return run.words.map((word, i) => {
    const startSec = timeAt(done / total, false);
    done += weights[i];
    return { word, startSec, endSec: Math.max(startSec, timeAt(Math.min(1, done / total), true)) };
  });
}

/** Indices of the windows in which something is heard. */
function heardWindows(pcm: Float32Array, sampleRate: number): number[] {
  const length = Math.round(WINDOW_SEC * sampleRate);
  const levels: number[] = [];
  for (let at = 0; at < pcm.length; at += length) {
    const part = pcm.subarray(at, at + length);
    levels.push(Math.sqrt(part.reduce((sum, sample) => sum + sample * sample, 0) / part.length));
  }
  const least = levels.reduce((most, level) => Math.max(most, level), 0) * QUIET;
  return levels.flatMap((level, i) => (level >= least && level > 0 ? [i] : []));
}
