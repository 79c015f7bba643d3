/** Acronyms as the voice says them: letter by letter, whether it spells them by itself or is given the letters; the usual words among them as words. */
import { beforeAll, expect, test } from 'vitest';
import { openEspeak, type Espeak } from '../../../src/engine/voice/espeak.ts';
import { A } from '../../../src/engine/voice/normalise/enSpelling.ts';
import { utterances } from '../../../src/engine/voice/normalise/utterances.ts';

/** Spelled by the voice itself, and by us: where a sentence begins it says most acronyms that have a vowel as words. */
const SPELLED = "AI API ATM CEOs CIA EU FAQs FBI HTML IAEA ID IMF IP IRGC IT KFC LED MBA NGO PDF's PhD QA SOS UAE UFO UK UPS URLs US USA USB-C UX VIP WHO".split(' ');
const WORDS = ['NASA', 'NATO', 'UNESCO', 'OPEC', 'COVID', 'PIN', 'RAM', 'BIG', 'STOP'];

let espeak: Espeak;
beforeAll(async () => void (espeak = await openEspeak()));

/** In the middle of a sentence, or where it begins; without stress, and an r between vowels once. */
function sounds(text: string, begins = false): string {
  const { events } = espeak.say(`${begins ? '' : 'Now '}${text} begins.`, 'gmw/en-US', 2, 1);
  return events.flatMap(({ type, id }) => (type === 'phoneme' ? [String(id)] : [])).join('').replace(/[ˈˌ ]/g, '').replace(/ɹ+/g, 'ɹ').replace(begins ? '' : 'naʊ', '');
}
const given = (written: string): string => utterances(written, undefined, 'en').map(({ text }) => text).join(' ');
/** The names of the letters, one after the other. */
const named = (written: string): string => {
  const [, capitals, ending] = /^([A-Z]+)('?s)?$/.exec(written.replace('PhD', 'PHD').replace('-', ''))!;
  return Array.from(capitals, (letter) => (letter === 'A' ? A : letter)).join(' ') + (ending ? "'s" : '');
};

test('are heard letter by letter', () => {
  const wrong: string[] = [];
  for (const written of SPELLED) {
    const right = sounds(named(written));
    for (const begins of [false, true]) if (sounds(given(written), begins) !== right) wrong.push(`${written} as “${given(written)}”: ${sounds(given(written), begins)}, not ${right}`);
  }
  expect(wrong).toEqual([]);
});

test('are heard as words where everybody says so', () => {
  for (const written of WORDS) expect([written, sounds(given(written))]).toEqual([written, sounds(written.toLowerCase())]);
});

test('the letter A is no article, in the morning and on paper', () => {
  expect(sounds(given('3 a.m.'))).toBe(sounds('three AM'));
  expect(sounds(given('A4 and R&A'))).toContain('eɪ');
  expect(sounds(given('A4'))).toBe(sounds('eigh four'));
});
