/** Do words begin when their voice says so? Every shipped voice says over a hundred sentences; a detector that knows the sound alone looks for their onsets. */
import { ESPEAK_VOICES } from '../../../src/engine/voice/catalogue.ts';
import { openVoices } from '../../../src/engine/voice/voices.ts';
import { onsetFigures, wordOnsets, type WordOnset } from '../../support/wordOnsets.ts';
import { figure, percent, type Figure } from '../campaign.ts';
import type { VoicesPart } from './part.ts';
import { WORD_TIME_TEXTS } from './wordTimeTexts.ts';

/** Milliseconds between a word's start and its onset. */
const MOST_MS = 60;
const MEDIAN_MS = 25;
/** Where words surely do not begin: what the detector finds there, it finds anywhere. */
const ELSEWHERE_SEC = 0.2;
const WHAT = '|onset − start|: median, 95 %, most; within 60 ms';

export const wordTimes: VoicesPart = {
  title: 'Word times against the sound',
  about: `Of each word after a pause, and each that begins with a plosive, the onset in the sound against the start that the voice tells. The detector knows the sound alone, with
pre-emphasis (a voice behind closed lips is low): within 100 ms of the start it looks for dips (levels of 12 ms, a millisecond apart, that are the quietest for 30 ms before and after; a dip
lasts until it is 6 dB louder, 90 ms at most; below −60 dBFS all is silence), takes the nearest, and calls onset where levels of 3 ms have risen half-way out of it, in dB. ${WORD_TIME_TEXTS.fa.length} Persian and ${WORD_TIME_TEXTS.en.length} English sentences, each said by every shipped voice of its language. By chance: the same starts, moved by 200 ms.
A voiced plosive in running speech (b, d, g) begins where lips or tongue close while the voice goes on; what the detector finds is its burst, up to 60 ms later.`,
  async run(log) {
    const voices = await openVoices();
    const all: (WordOnset & { voice: string })[] = [];
    const elsewhere: WordOnset[] = [];
    try {
      for (const { id, lang } of ESPEAK_VOICES) {
        for (const text of WORD_TIME_TEXTS[lang]) {
          const said = await voices.speak(text, { voice: id });
          all.push(...wordOnsets(said).map((onset) => ({ ...onset, voice: id })));
          elsewhere.push(...wordOnsets(said, ELSEWHERE_SEC));
        }
        log(`${id}: ${inWords(all.filter(({ voice }) => voice === id))}`);
      }
    } finally {
      await voices.close();
    }
    const figures = ESPEAK_VOICES.map(({ id }) => measured(id, all.filter(({ voice }) => voice === id)));
    const groups: [string, (onset: WordOnset) => boolean][] = [
      ['after a pause', ({ after }) => after === 'pause'], ['p t k q tʃ in running speech', ({ after, sound }) => after === 'plosive' && VOICELESS.has(sound)],
      ['b d g dʒ in running speech', ({ after, sound }) => after === 'plosive' && !VOICELESS.has(sound)],
    ];
    for (const [name, isIn] of groups) figures.push(measured(`all voices, ${name}`, all.filter(isIn)));
    figures.push(figure(WHAT, 'all voices, by chance', inWords(elsewhere)));
    return { figures, below: missed(all) };
  },
};

const VOICELESS = new Set(['p', 't', 'k', 'q', 'tʃ']);

function measured(on: string, onsets: readonly WordOnset[]): Figure {
  const { medianMs, within60 } = onsetFigures(onsets);
  return figure(WHAT, `${on}, ${onsets.length} words`, inWords(onsets), `median ≤ ${MEDIAN_MS} ms, all within ${MOST_MS} ms`, medianMs <= MEDIAN_MS && within60 === 1);
}

function inWords(onsets: readonly WordOnset[]): string {
  const { words, medianMs, p95Ms, mostMs, within60 } = onsetFigures(onsets);
  const untold = onsets.length - words;
  return `${medianMs.toFixed(0)}, ${p95Ms.toFixed(0)}, ${mostMs.toFixed(0)} ms; ${percent(within60)}${untold === 0 ? '' : ` (${untold} without a dip)`}`;
}

/** Which words are further off, so that one can look. */
function missed(all: readonly (WordOnset & { voice: string })[]): string {
  const far = all.filter(({ startSec, onsetSec }) => onsetSec !== null && Math.abs(onsetSec - startSec) * 1000 > MOST_MS);
  if (far.length === 0) return 'No word is further off.';
  const counted = new Map<string, number>();
  for (const { word, sound, voice } of far) {
    const key = `“${word}” (${sound}, ${voice})`;
    counted.set(key, (counted.get(key) ?? 0) + 1);
  }
  return `Further off than ${MOST_MS} ms: ${[...counted].map(([key, times]) => `${key} ${times} times`).join(', ')}. After a pause: ${far.filter(({ after }) => after === 'pause').length}.`;
}
