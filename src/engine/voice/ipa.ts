/**
 * IPA as eSpeak takes it between double brackets: its own names of sounds, one table for each language's voices. What is not in the table
 * is refused by name, so that nothing reaches the voice but these.
 */
import { StudioError } from '../../shared/errors.ts';
import type { Lang } from '../../shared/vocabulary.ts';

const CONSONANTS = { p: 'p', b: 'b', t: 't', d: 'd', k: 'k', ɡ: 'g', g: 'g', ʔ: '?', m: 'm', n: 'n', ŋ: 'N', f: 'f', v: 'v', s: 's', z: 'z', ʃ: 'S', ʒ: 'Z', x: 'x', h: 'h', tʃ: 'tS', 't͡ʃ': 'tS', dʒ: 'dZ', 'd͡ʒ': 'dZ', l: 'l', r: 'r', j: 'j' };
const VOWELS: Record<Lang, Record<string, string>> = {
  fa: { a: 'a', æ: 'a', ɑ: 'A', ɑː: 'A', ɒ: 'A', ɒː: 'A', e: 'e', i: 'i', iː: 'i', o: 'o', u: 'u', uː: 'u', ə: '@' },
  en: {
    iː: 'i:', i: 'i', ɪ: 'I', e: 'E', ɛ: 'E', æ: 'a', a: 'a', ɐ: 'a#', ʌ: 'V', ə: '@', ɚ: '3', ɜ: '3:', ɜː: '3:', ɝ: '3:', ɑ: 'A:', ɑː: 'A:', ɒ: '0', ɔ: 'O:', ɔː: 'O:', ʊ: 'U', u: 'u:', uː: 'u:',
    eɪ: 'eI', aɪ: 'aI', ɔɪ: 'OI', aʊ: 'aU', oʊ: 'oU', əʊ: 'oU', iə: 'i@', ɪə: 'i@', eə: 'e@', ʊə: 'U@',
  },
};
const SOUNDS: Record<Lang, Record<string, string>> = {
  fa: { ...CONSONANTS, ...VOWELS.fa, q: 'q', ɢ: 'q', ɣ: 'Q', χ: 'x', ɾ: 'r', ɹ: 'r' },
  en: { ...CONSONANTS, ...VOWELS.en, θ: 'T', ð: 'D', ɹ: 'r', w: 'w', ɾ: 't#' },
};
const STRESS: Record<string, string> = { ˈ: "'", "'": "'", ˌ: ',' };
const LONGEST = 3;

/**
 * @param ipa sounds, with stress marks before their syllables where wanted; words apart by spaces
 * @returns `[[…]]` for each word
 * @throws invalid-input with the first sign that is no sound of these voices
 */
export function espeakPhonemes(ipa: string, lang: Lang): string {
  const words = ipa.normalize('NFC').replace(/^[/[\s]+|[\]/\s]+$/g, '').split(/\s+/);
  return words.map((word) => `[[${soundsOf(word, ipa, lang)}]]`).join(' ');
}

function soundsOf(word: string, ipa: string, lang: Lang): string {
  let sounds = '';
  /** Written before the syllable, said on its vowel. */
  let stress = '';
  for (let at = 0; at < word.length; ) {
    if (word[at] in STRESS) {
      stress = STRESS[word[at++]];
      continue;
    }
    if (word[at] === '.') {
      at += 1;
      continue;
    }
    let length = LONGEST;
    while (length > 0 && !Object.hasOwn(SOUNDS[lang], word.slice(at, at + length))) length--;
    if (length === 0) {
      throw new StudioError('invalid-input', `“${Array.from(word.slice(at))[0]}” in the phonemes “${ipa}” is no sound of the ${lang === 'fa' ? 'Persian' : 'English'} voices. They know: ${Object.keys(SOUNDS[lang]).join(' ')}.`);
    }
    const sound = word.slice(at, at + length);
    if (Object.hasOwn(VOWELS[lang], sound)) {
      sounds += stress;
      stress = '';
    }
    sounds += SOUNDS[lang][sound];
    at += length;
  }
  if (sounds === '') throw new StudioError('invalid-input', `The phonemes “${ipa}” hold no sound.`);
  return sounds;
}
