/**
 * eSpeak's events as a clean list of phonemes: contiguous, in order, from 0 to the end of the sound.
 *
 * What eSpeak gives, seen on Persian and English text:
 * - a phoneme event marks its start; its end is the next one's start. p t k tʃ start at the burst: their silent closure is the
 *   last 20–45 ms of the phoneme before (energy −90 dB there). b d ɡ dʒ m n start where the mouth closes, and open 20–60 ms
 *   later. Diphthongs, r-coloured vowels, syllabic consonants and affricates are one event each;
 * - `''` is a pause; every clause ends with two, and a glottal onset may make one of a few milliseconds, which is no pause;
 * - `(en)` and `(fa)` mark that the words that follow are read with the other language's phonemes; they are no sound;
 * - `1` is a link of 0–12 ms after q; stress marks precede the vowel; one accent writes `:` for the length mark `ː`.
 *
 * Symbols after cleaning:
 * - Persian: vowels a ɑ e i o u; consonants p b t d k ɡ q ʔ m n f v s z ʃ ʒ x h tʃ dʒ l r j;
 * - English (US, GB, RP): vowels iː i ɪ ᵻ e ɛ æ a ɐ ʌ ə ɚ ɜ ɜː ɑː ɒ ɔ ɔː ʊ u uː; diphthongs eɪ aɪ ɔɪ aʊ oʊ əʊ iə eə ʊə aɪə aɪɚ;
 *   with r: ɑːɹ ɔːɹ oːɹ ɛɹ ɪɹ ʊɹ; consonants p b t d k ɡ ʔ ɾ m n ŋ f v θ ð s z ʃ ʒ x h tʃ dʒ l əl n̩ ɹ r j w; nasal ɑ̃ in loans.
 */
import type { EspeakEvent } from '@echogarden/espeak-ng-emscripten';
import type { Phoneme } from '../../shared/vocabulary.ts';

/** A pause shorter than this is the onset of the next sound, not silence: it goes to the phoneme before. */
const SHORTEST_PAUSE_SEC = 0.03;

/**
 * @param events in eSpeak's order, audio_position in ms
 * @param durationSec of the utterance; the list covers it from 0
 */
export function phonemesOf(events: readonly EspeakEvent[], durationSec: number): Phoneme[] {
  const starts: { symbol: string; startSec: number }[] = [{ symbol: '', startSec: 0 }];
  for (const event of events) {
    if (event.type !== 'phoneme' || typeof event.id !== 'string') continue;
    const symbol = cleaned(event.id);
    if (symbol === null) continue;
    const startSec = Math.min(durationSec, Math.max(event.audio_position / 1000, starts.at(-1)!.startSec));
    starts.push({ symbol, startSec });
  }
  const phonemes: Phoneme[] = [];
  starts.forEach(({ symbol, startSec }, i) => {
    const endSec = starts[i + 1]?.startSec ?? durationSec;
    const before = phonemes.at(-1);
    if (endSec <= startSec) return;
    const pause = symbol === '';
    if (before && pause && (before.symbol === '' || endSec - startSec < SHORTEST_PAUSE_SEC)) before.endSec = endSec;
    else phonemes.push({ symbol, startSec, endSec });
  });
  return phonemes;
}

/** The plain IPA symbol, '' for a pause, null for what is no sound of its own. */
function cleaned(id: string): string | null {
  if (id.startsWith('(')) return null;
  const symbol = id.replace(/[ˈˌ'_|\d]/gu, '').replaceAll(':', 'ː').trim();
  return symbol === '' && id !== '' ? null : symbol;
}
