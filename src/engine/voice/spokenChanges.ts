/** Where a text will be said otherwise than it is written, and why: what the studio shows before anything is spoken. */
import type { AppliedEntry } from '../../shared/contract/request.ts';
import type { SpokenChange } from '../../shared/contract/voice.ts';
import { shownWord, turnsOf } from './delivery.ts';
import { asciiDigits, plainLetters } from './normalise/letters.ts';
import type { Marked } from './ssml/ssml.ts';
import { readingsOf } from './lexicon/starter.ts';

/** Every written word whose letters are not those that the voice is given, and every homograph, in the order of the text; `written` is without markup. */
export function spokenChanges(text: string, lexicon: readonly AppliedEntry[] = [], marked?: Marked): SpokenChange[] {
  const words = turnsOf(text, { lexicon, marked }).flatMap(({ run }) => run.words).sort((a, b) => a.start - b.start);
  const changes: SpokenChange[] = [];
  for (const [i, { start, end, spoken, own }] of words.entries()) {
    const written = shownWord(text, { start, end }, marked);
    if (words[i - 1]?.start === start) {
      // A word of two languages is in two utterances, and one change.
      const before = changes.at(-1);
      if (before?.start === start) before.spoken += ` ${spoken}`;
      continue;
    }
    // Who has an entry of their own has chosen.
    const readings = own === 'lexicon' ? [] : [...readingsOf(written)];
    const isChanged = own !== undefined || lettersOf(spoken) !== lettersOf(written);
    if (!isChanged && readings.length === 0) continue;
    const reason = own === 'lexicon' ? (marked?.standIns.some((standIn) => standIn.start === start) ? 'mark' : 'lexicon') : (own ?? (isChanged ? reasonOf(written, spoken) : 'readings'));
    changes.push({ start, end, written, spoken, reason, ...(readings.length === 0 ? {} : { readings }) });
  }
  return changes;
}

const lettersOf = (text: string): string => plainLetters(text).toLowerCase().replace(/[^\p{L}\p{M}]/gu, '');

/** What kind of thing was written; texts in other languages hang on these. */
function reasonOf(written: string, spoken: string): 'ezafe' | 'number' | 'symbol' | 'word' {
  if (lettersOf(spoken).replace(/[\u0650\u0654]$/, '') === lettersOf(written)) return 'ezafe';
  const plain = asciiDigits(plainLetters(written));
  return /\d/.test(plain) ? 'number' : /[\p{S}/@]/u.test(plain) ? 'symbol' : 'word';
}
