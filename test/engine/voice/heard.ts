/** What eSpeak really says, word by word, as letters that can be compared with a table. */
import type { Espeak } from '../../../src/engine/voice/espeak.ts';

/** Far faster than speech: nobody listens. */
const RATE = 2.5;

/** The sounds of each word that the voice tells apart, in order: `ketɑbe`. */
export function heardWords(espeak: Espeak, text: string): string[] {
  const words: string[] = [];
  for (const { type, id } of espeak.say(text, 'fa', RATE, 1).events) {
    if (type === 'word') words.push('');
    else if (type === 'phoneme' && typeof id === 'string' && !id.startsWith('(') && words.length > 0) words[words.length - 1] += id;
  }
  return words.map(comparable);
}

/**
 * Without stress, length, doubling, glottal stops and whether i or j leads to a vowel, which Persian spelling does not settle; one sign for each sound.
 * The voice has no diphthong ow: it says dolat, as many do, for dowlat.
 */
export const comparable = (ipa: string): string =>
  ipa
    .replace(/[ˈˌ'_|\d\sːʔ:]/gu, '')
    .replaceAll('ɹ', 'r')
    .replaceAll('ɾ', 'r')
    .replaceAll('g', 'ɡ')
    .replace(/o[wu]/gu, 'o')
    .replace(/(\p{L})\1/gu, '$1')
    .replace(/(?:ij|i|j)(?=[ɑaeou])/gu, 'j');
