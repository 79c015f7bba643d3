/** The words of a text as written, each with its place and the break that follows it. */
import { isSpeakable } from './letters.ts';
import { isAbbreviation } from './abbreviations.ts';

/** How the voice goes on after a word: '' at once, ',' short, the others end a sentence. */
export type Break = '' | ',' | '.' | '?' | '!';

export interface WrittenWord {
  text: string;
  /** UTF-16 offsets in the text, end exclusive. */
  start: number;
  end: number;
  breakAfter: Break;
}

/** Symbols that are read even when they stand alone between spaces. */
const LONE_SYMBOL = /^[&+=×÷%]$/u;
const DIGIT = '[0-9۰-۹٠-٩]';
/** Links and addresses whole, then numbers with their separators, then anything up to a space or a mark that separates. */
const CLUSTER = new RegExp(
  [
    String.raw`(?:https?://|www\.)[^\s<>«»"“”،؛]+`,
    String.raw`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`,
    `[-+−$€£#]?${DIGIT}+(?:[.,٫٬،:/\\-]${DIGIT}+)*[%٪$€£]?(?!${DIGIT}|[\\p{L}\\p{M}\\u200C@+_])`,
    String.raw`[^\s\p{Cc}…،؛؟?!«»"“”„()\[\]{}<>—–۔]+`,
  ].join('|'),
  'giu',
);
/** Marks that also separate without a space: «سلام.خوبی», `one,two`, but not `3,5` or `12:30`. */
const INNER_SEPARATOR = /(?<![0-9۰-۹٠-٩])[,;:]|[,;:](?![0-9۰-۹٠-٩])|(?<=(?=\p{L})\p{Script=Arabic})\.(?=(?=\p{L})\p{Script=Arabic})|\.{2,}/gu;
const EDGE = /[.,;:'’‘`*_~|\\/=^−-]/u;
const SIGNED = /^[-−][0-9۰-۹٠-٩]/u;

export function writtenWords(text: string): WrittenWord[] {
  const words: WrittenWord[] = [];
  for (const match of text.matchAll(CLUSTER)) {
    const whole = /^(?:https?:|www\.)|@/i.test(match[0]);
    for (const [start, end] of whole ? [[0, match[0].length]] : parts(match[0])) {
      const word = trimmedWord(match[0].slice(start, end), match.index + start);
      if (word) words.push(word);
    }
  }
  words.forEach((word, i) => {
    word.breakAfter = breakIn(text.slice(word.end, words[i + 1]?.start ?? text.length), word.text);
  });
  return words;
}

function parts(cluster: string): [start: number, end: number][] {
  const found: [number, number][] = [];
  let start = 0;
  for (const separator of cluster.matchAll(INNER_SEPARATOR)) {
    found.push([start, separator.index]);
    start = separator.index + separator[0].length;
  }
  found.push([start, cluster.length]);
  return found;
}

function trimmedWord(raw: string, offset: number): WrittenWord | null {
  if (LONE_SYMBOL.test(raw)) return { text: raw, start: offset, end: offset + 1, breakAfter: '' };
  let lead = 0;
  while (lead < raw.length && EDGE.test(raw[lead]) && !SIGNED.test(raw.slice(lead, lead + 2))) lead++;
  let trail = 0;
  while (trail < raw.length - lead && EDGE.test(raw[raw.length - 1 - trail])) trail++;
  const text = raw.slice(lead, raw.length - trail);
  return isSpeakable(text) ? { text, start: offset + lead, end: offset + raw.length - trail, breakAfter: '' } : null;
}

/** The strongest break in what stands between two words. */
function breakIn(gap: string, word: string): Break {
  if (/[?؟]/u.test(gap)) return '?';
  if (gap.includes('!')) return '!';
  if (gap.includes('\n') || (/^\.(?!\.)|[^.]\.(?!\.)|۔/u.test(gap) && !isAbbreviation(word))) return '.';
  if (/[,،;؛:…()[\]{}—–]|\.\.|\s[-−]\s/u.test(gap)) return ',';
  return '';
}
