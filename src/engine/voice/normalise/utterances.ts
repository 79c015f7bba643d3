/**
 * A text as what is handed to eSpeak: one utterance, or several where English text holds Persian words. (The Persian voice reads
 * Latin words by itself, with English phonemes and the same speaker; the English one would spell Persian letters by their names.)
 */
import type { Lang } from '../../../shared/vocabulary.ts';
import { espeakPhonemes } from '../ipa.ts';
import type { Lexicon } from '../lexicon/lexicon.ts';
import { Neighbours } from './around.ts';
import { faEzafe } from './faEzafe.ts';
import { faJoined, isSpokenVerb } from './faJoins.ts';
import { asciiDigits, dominantLang, plainLetters } from './letters.ts';
import { spokenPieces } from './spoken.ts';
import { writtenWords, type Break } from './written.ts';

export interface SpokenWord {
  /** UTF-16 offsets in the original text, end exclusive. */
  start: number;
  end: number;
  spoken: string;
  /** Where its share of the utterance’s text ends, exclusive, with what stands between it and the next; it begins where the one before it ends. */
  textEnd: number;
  /** A lexicon says so: the user's, which decides alone, or the starter lexicon, whose reading may take an ezafe. */
  own?: 'lexicon' | 'starter';
}

export interface UtteranceText {
  lang: Lang;
  /** Letters, spaces and `, . ? !` (or the Persian ones); of the lexicon also `[[…]]`, eSpeak's own names of sounds. */
  text: string;
  words: SpokenWord[];
  /** Whether punctuation stands between the utterance before and this one. */
  afterBreak: boolean;
}

const MARKS: Record<Lang, Record<Break, string>> = {
  fa: { '': '', ',': '،', '.': '.', '?': '؟', '!': '!' },
  en: { '': '', ',': ',', '.': '.', '?': '?', '!': '!' },
};

const ZWNJ = '\u200C';

/**
 * @param lexicon the user's pronunciations: last, they decide what the words that they name are said as
 * @param base the language in which numbers and symbols are read, if not the text's own
 */
export function utterances(text: string, lexicon?: Lexicon, base: Lang = dominantLang(text) ?? 'en'): UtteranceText[] {
  const found: UtteranceText[] = [];
  let lastBreak: Break = '';
  const written = writtenWords(text);
  const plain = written.map((word) => asciiDigits(plainLetters(word.text)));
  const words = { text, written, plain };
  let said = '';
  for (let i = 0; i < written.length; i++) {
    const own = lexicon?.at(written, i, base);
    const last = own ? written[i + own.words - 1] : written[i];
    const word = own ? { ...written[i], end: last.end, breakAfter: last.breakAfter } : written[i];
    if (own) i += own.words - 1;
    const phonemes = own?.entry.phonemes;
    const around = new Neighbours(words, i, said);
    const pieces = own && phonemes !== undefined ? [{ text: espeakPhonemes(phonemes, own.entry.lang), lang: own.entry.lang }] : spokenPieces(own?.entry.say ?? word.text, base, around, own ? undefined : plain[i]);
    for (const { text: given, lang: pieceLang } of pieces) {
      // Sounds are those of their own language's voice.
      const lang = base === 'fa' && phonemes === undefined ? 'fa' : pieceLang;
      const spoken = phonemes === undefined ? given : `/${phonemes}/`;
      let run = found.at(-1);
      if (run?.lang !== lang) {
        run = { lang, text: '', words: [], afterBreak: lastBreak !== '' };
        found.push(run);
      }
      if (run.words.at(-1)?.start === word.start) run.words.at(-1)!.spoken += ` ${spoken}`;
      else run.words.push({ start: word.start, end: word.end, spoken, textEnd: 0, ...(own ? { own: own.entry.starter ? 'starter' : 'lexicon' } : {}) });
      append(run, run.text === '' ? given : (base === 'fa' && !own ? joint(said, firstToken(given)) : ' ') + given);
      said = own && !own.entry.starter ? '' : lastToken(given);
    }
    if (word.breakAfter !== '') said = '';
    const run = found.at(-1);
    if (run && pieces.length > 0) append(run, MARKS[run.lang][word.breakAfter]);
    if (pieces.length > 0) lastBreak = word.breakAfter;
  }
  return found.map(faEzafe);
}

/** What stands between two words that are said: «می‌روم», but «میره», which only so is read right. */
const joint = (said: string, token: string): string => (!faJoined(said, token) ? ' ' : said.endsWith('می') && isSpokenVerb(token) ? '' : ZWNJ);
const firstToken = (text: string): string => text.slice(0, (text + ' ').indexOf(' '));
const lastToken = (text: string): string => text.slice(text.lastIndexOf(' ') + 1);

function append(run: UtteranceText, text: string): void {
  run.text += text;
  run.words.at(-1)!.textEnd = run.text.length;
}

/** What of the text is each word, with what stands between it and the next. */
export const shares = ({ text, words }: UtteranceText): string[] => words.map(({ textEnd }, i) => text.slice(words[i - 1]?.textEnd ?? 0, textEnd));

/** @returns of the place that eSpeak tells (in code points, the first is 1) the index of the word */
export function wordFinder(run: UtteranceText): (position: number) => number {
  let length = 0;
  const ends = shares(run).map((share) => (length += Array.from(share).length));
  return (position) => {
    const word = ends.findIndex((end) => position <= end);
    return word < 0 ? run.words.length - 1 : word;
  };
}
