/** Words begin where the sound does. The campaign (voices) measures it over all voices and some thousand words; this is its short form. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openVoices, type Voices } from '../../../src/engine/voice/voices.ts';
import { onsetFigures, wordOnsets, type WordOnset } from '../../support/wordOnsets.ts';

const TEXTS = {
  fa: ['پدر، پیش از ظهر، به تهران رفت و برگشت.', 'تا شب، پس از باران، چای داغ خورد.', 'پرسید: کجا بودید؟ کتاب پسرم تازه رسید!'],
  en: ['Peter came to town, drank tea, and took the train back.', 'Please be quiet: two cats keep to the kitchen.', 'Can you tell me, perhaps, who called ten people?'],
};

let voices: Voices;
beforeAll(async () => {
  voices = await openVoices();
});
afterAll(() => voices.close());

test.each(['espeak-fa', 'espeak-fa-woman-2', 'espeak-en-us', 'espeak-en-gb-woman'] as const)('%s', async (voice) => {
  const onsets: WordOnset[] = [];
  const elsewhere: WordOnset[] = [];
  for (const text of TEXTS[voice.includes('-fa') ? 'fa' : 'en']) {
    const said = await voices.speak(text, { voice });
    onsets.push(...wordOnsets(said));
    elsewhere.push(...wordOnsets(said, 0.2));
  }
  const afterPause = onsets.filter(({ after }) => after === 'pause');
  const bursts = onsets.filter(({ after, sound }) => after === 'plosive' && ['p', 't', 'k', 'q', 'tʃ'].includes(sound));
  expect(Math.min(afterPause.length, bursts.length)).toBeGreaterThanOrEqual(3);
  expect(onsetFigures(afterPause).mostMs).toBeLessThanOrEqual(15);
  expect(onsetFigures(bursts).mostMs).toBeLessThanOrEqual(15);
  // Voiced ones sound through their closure: what is heard of them is the burst after it.
  const { medianMs, within60 } = onsetFigures(onsets);
  expect(medianMs).toBeLessThanOrEqual(25);
  expect(within60).toBeGreaterThanOrEqual(0.95);
  expect(medianMs).toBeLessThan(onsetFigures(elsewhere).medianMs / 2);
});
