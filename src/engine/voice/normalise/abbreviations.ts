/** Words whose full stop ends no sentence, in both languages: asked where a text is cut into words and into segments. */
import { enStopped } from './enShort.ts';

export { enMayClose as mayEndSentence } from './enShort.ts';

/**
 * Whether the full stop after this word belongs to the word: `Dr`, `e.g`, an initial, `U.S`, `No` before a number, «ه.ش».
 * @param next what follows after the stop and the space
 */
export function isAbbreviation(word: string, next = ''): boolean {
  return enStopped(word, next) || /^(?:[ء-ی]|صص|رک|نک)$/u.test(word) || /^(?:\p{L}\u200D?\.)+\p{L}$/u.test(word);
}
