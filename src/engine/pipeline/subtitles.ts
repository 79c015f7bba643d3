/**
 * Subtitles from the times of the words: cues of at most two lines, broken where the sentence allows it. Characters are counted as readers do: a
 * letter with its vowel marks is one, a direction mark that is added none.
 */
import type { Word } from '../../shared/vocabulary.ts';

/** A spoken segment on the take's clock. */
export interface SubtitledSegment {
  text: string;
  /** In order; seconds from the start of the take; each `text` as it stands in the segment's text. */
  words: readonly Word[];
}

export interface Cue {
  startSec: number;
  endSec: number;
  /** One or two, each at most 42 characters, or as many as were asked for. None begins or ends with a half-space. */
  lines: string[];
  /** When each line's words are said, in order; `at`: where in the line the word begins. */
  words: { line: number; at: number; startSec: number }[];
}

const LINE_CHARACTERS = 42;
const SHORTEST_SEC = 1;
const LONGEST_SEC = 6;
/** What viewers read while they look at a picture, too: a cue that comes faster stays longer, where the next one leaves room. */
const READ_CHARACTERS_PER_SEC = 20;
/** Also where words are told at one and the same moment, each cue lasts so long; shorter only where the sound has no room for them all. */
const LEAST_SEC = 0.1;
/** A silence in which the cue before may already go. */
const GAP_SEC = 0.5;
const [ZWNJ, LRM, RLM] = ['\u200C', '\u200E', '\u200F'];

/** One word with everything that is written up to the next one. */
interface Piece {
  text: string;
  /** Characters that a reader sees. */
  width: number;
  startSec: number;
  endSec: number;
  /** Written without a space before it: the second half of `<b>Tom`. */
  glued: boolean;
  /** How good it is to break after it: 0 anywhere, 1 clause, 2 sentence, 3 segment. */
  breakAfter: number;
}

/**
 * Cues in order, without overlap, within the sound. A cue starts with its first word and ends with its last one, or so much later, where the next one leaves
 * room, that it is there for 1 s and can be read. A word that no line can hold is cut: after a sign in it where there is one (addresses), else between letters.
 * @param durationSec of the sound
 * @param lineCharacters the most in a line
 */
export function subtitleCues(segments: readonly SubtitledSegment[], durationSec: number, lineCharacters = LINE_CHARACTERS): Cue[] {
  const groups = joinShort(segments.flatMap((segment) => grouped(segment, lineCharacters)), lineCharacters);
  // Files tell milliseconds, and none beyond the sound.
  const lastSec = Math.floor(durationSec * 1000) / 1000;
  const starts = spaced(groups.map(([first]) => first.startSec), lastSec);
  return groups.map((group, i) => {
    const startSec = starts[i];
    const readSec = startSec + Math.max(SHORTEST_SEC, widthOf(group) / READ_CHARACTERS_PER_SEC);
    const endSec = Math.min(starts[i + 1] ?? lastSec, Math.max(group.at(-1)!.endSec, readSec), startSec + LONGEST_SEC);
    const lines = linesOf(group, lineCharacters) ?? [group];
    return { startSec, endSec, lines: lines.map(textOf), words: lines.flatMap(wordsIn) };
  });
}

/** The times, each at least LEAST_SEC before the next one and the end: the sound of a word may be as short as one likes, its text may not. */
function spaced(starts: readonly number[], endSec: number): number[] {
  const least = Math.min(LEAST_SEC, endSec / starts.length);
  const moved: number[] = [];
  for (const [i, start] of starts.entries()) moved.push(Math.min(Math.max(start, (moved.at(-1) ?? -least) + least), endSec - least * (starts.length - i)));
  return moved;
}

/** Where the words of a line stand in it. */
const wordsIn = (pieces: readonly Piece[], line: number): Cue['words'] =>
  pieces.map(({ text, startSec }, i) => ({ line, at: textOf(pieces.slice(0, i + 1)).length - text.length, startSec }));

/** SubRip. @param durationSec of the sound */
export function srt(segments: readonly SubtitledSegment[], durationSec: number): string {
  return subtitleCues(segments, durationSec)
    .map((cue, i) => `${i + 1}\n${clock(cue.startSec, ',')} --> ${clock(cue.endSec, ',')}\n${directedLines(cue).join('\n')}\n`)
    .join('\n');
}

/**
 * WebVTT. `&`, `<` and `>` are escaped: text is never markup.
 * @param durationSec of the sound
 * @param options.karaoke each word is marked with the time at which it is said, for players that show it then
 */
export function vtt(segments: readonly SubtitledSegment[], durationSec: number, { karaoke = false }: { karaoke?: boolean } = {}): string {
  const linesIn = (cue: Cue) => (karaoke ? wordTimed(cue) : directedLines(cue).map(escaped));
  const cues = subtitleCues(segments, durationSec).map((cue) => `\n${clock(cue.startSec, '.')} --> ${clock(cue.endSec, '.')}\n${linesIn(cue).join('\n')}\n`);
  return `WEBVTT\n${cues.join('')}`;
}

/** The cue's lines, with marks where their first letters mislead about their direction. */
export function directedLines({ lines }: Cue): string[] {
  const text = lines.join(' ');
  return lines.map((line) => {
    const [before, after] = directionMarks(line, text);
    return before + line + after;
  });
}

const escaped = (line: string): string => line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The cue's lines with `<00:00:01.000>` before each word that comes later than those before it; the cue itself begins with the first. */
function wordTimed({ lines, words, startSec, endSec }: Cue): string[] {
  let last = clock(startSec, '.');
  const end = clock(endSec, '.');
  return lines.map((line, number) => {
    const [before, after] = directionMarks(line, lines.join(' '));
    let text = before;
    let from = 0;
    for (const word of words) {
      const time = clock(word.startSec, '.');
      // Players want them to rise, within the cue.
      if (word.line !== number || time <= last || time >= end) continue;
      text += `${escaped(line.slice(from, word.at))}<${time}>`;
      [from, last] = [word.at, time];
    }
    return text + escaped(line.slice(from)) + after;
  });
}

/** The segment's words in groups that fit one cue. */
function grouped(segment: SubtitledSegment, lineCharacters: number): Piece[][] {
  const groups: Piece[][] = [];
  let left = pieces(segment, lineCharacters);
  while (left.length > 0) {
    let fits = 1;
    while (fits < left.length && left[fits].endSec - left[0].startSec <= LONGEST_SEC && linesOf(left.slice(0, fits + 1), lineCharacters)) fits++;
    let take = fits;
    if (fits < left.length) {
      // The best break in the second half of what fits. Where there is none, what is left up to the next phrase end is halved, so
      // that no lone word gets a cue of its own.
      const phraseEnd = left.findIndex((piece, i) => i >= fits && piece.breakAfter > 0) + 1 || left.length;
      const half = phraseEnd <= 2 * fits ? Math.ceil(phraseEnd / 2) : fits;
      let best = -Infinity;
      for (let n = Math.max(1, Math.ceil(fits / 2)); n <= fits; n++) {
        const worth = left[n - 1].breakAfter > 0 ? left[n - 1].breakAfter * 10 + n / fits : -Math.abs(n - half);
        if (worth >= best) [best, take] = [worth, n];
      }
    }
    groups.push(left.slice(0, take));
    left = left.slice(take);
  }
  return groups;
}

/** Words with the punctuation that follows them. A word that no line can hold is cut. */
function pieces(segment: SubtitledSegment, lineCharacters: number): Piece[] {
  const text = undirected(segment.text);
  const words = segment.words.map((word) => ({ ...word, text: undirected(word.text) }));
  const starts: number[] = [];
  let from = 0;
  for (const word of words) {
    const at = text.indexOf(word.text, from);
    starts.push(at < 0 ? from : at);
    from = Math.max(from, at + word.text.length);
  }
  return words.flatMap(({ startSec, endSec }, i) => {
    const last = i === words.length - 1;
    const start = i === 0 ? 0 : beforeOpening(text, starts[i]);
    const end = last ? text.length : beforeOpening(text, starts[i + 1]);
    // A half-space parts the letters of one word: at a space there is nothing to part.
    const shown = text.slice(start, end).replace(/\u200C*[\p{Cc}\s]+\u200C*/gu, ' ').replace(/^[ \u200C]+|[ \u200C]+$/gu, '');
    const breakAfter = last ? 3 : /[.!?؟…۔]["'”’»)\]]*$/u.test(shown) ? 2 : /[،؛,;:—–-]["'”’»)\]]*$/u.test(shown) ? 1 : 0;
    if (shown === '') return [];
    const parts = charactersIn(shown) <= lineCharacters ? [{ text: shown, glued: false }] : shown.split(' ').flatMap((part) => cutLong(part, lineCharacters).map((each, n) => ({ text: each, glued: n > 0 })));
    const glued = i > 0 && !/\s$/u.test(text.slice(Math.max(0, start - 1), start)) && !/^\s/u.test(text.slice(start, start + 1));
    const share = (endSec - startSec) / parts.length;
    return parts.map((part, n) => ({ ...part, width: charactersIn(part.text), glued: n === 0 ? glued : part.glued, startSec: startSec + share * n, endSec: startSec + share * (n + 1), breakAfter: n === parts.length - 1 ? breakAfter : 0 }));
  });
}

/** Without embeddings, overrides and isolates: they would turn what a player shows after them. ZWNJ and single marks stay. */
function undirected(text: string): string {
  return text.replace(/[\u202A-\u202E\u2066-\u2069]/gu, '');
}

/** Opening quotes and brackets belong to the word after them. */
function beforeOpening(text: string, at: number): number {
  return at - /[«“"'(<[{\-–—#$@&]*$/u.exec(text.slice(Math.max(0, at - 8), at))![0].length;
}

const GRAPHEMES = new Intl.Segmenter();
/** Where characters may be more or less than letters: marks, joined pictures, Korean syllables. */
const CLUSTERED = /[\p{M}\p{Cf}\u1100-\u11FF\u{10000}-\u{10FFFF}]/u;
const graphemes = (text: string): string[] => Array.from(GRAPHEMES.segment(text), ({ segment }) => segment);

function charactersIn(text: string): number {
  const plain = text.replaceAll(ZWNJ, '_'); // else it would be one with the letter before it
  return CLUSTERED.test(plain) ? graphemes(plain).length : plain.length;
}

/** A word in parts that lines can hold: after a sign in the second half of what fits, else between letters, never at a half-space. */
function cutLong(word: string, lineCharacters: number): string[] {
  const letters = graphemes(word);
  const parts: string[] = [];
  for (let from = 0; from < letters.length; ) {
    let to = from + 1;
    for (let width = charactersIn(letters[from]); to < letters.length && (width += charactersIn(letters[to])) <= lineCharacters; ) to++;
    if (to < letters.length) {
      const middle = Math.ceil((from + to) / 2);
      const sign = letters.slice(middle, to).findLastIndex((letter) => /^[-/\\._&?=+,;:@#]/.test(letter));
      if (sign >= 0) to = middle + sign + 1;
      while (to > from + 1 && letters[to - 1].endsWith(ZWNJ)) to--;
    }
    parts.push(letters.slice(from, to).join('').replace(/\u200C+$/u, ''));
    from = to;
  }
  return parts;
}

/** Cues shorter than 1 s go with a neighbour that is near in time, if both fit. */
function joinShort(groups: Piece[][], lineCharacters: number): Piece[][] {
  const joined: Piece[][] = [];
  const seconds = (group: Piece[]) => group.at(-1)!.endSec - group[0].startSec;
  for (const group of groups) {
    const before = joined.at(-1);
    const near = before && group[0].startSec - before.at(-1)!.endSec < GAP_SEC;
    const both = before ? [...before, ...group] : group;
    if (before && near && (seconds(before) < SHORTEST_SEC || seconds(group) < SHORTEST_SEC) && seconds(both) <= LONGEST_SEC && linesOf(both, lineCharacters)) {
      joined[joined.length - 1] = both;
    } else joined.push(group);
  }
  return joined;
}

const textOf = (group: readonly Piece[]): string => group.map((piece, i) => (i === 0 || piece.glued ? piece.text : ` ${piece.text}`)).join('');
const spaceBefore = ({ glued }: Piece): number => (glued ? 0 : 1);
const widthOf = (group: readonly Piece[]): number => group.reduce((sum, piece) => sum + spaceBefore(piece) + piece.width, -spaceBefore(group[0]));

/** In one line, or in two as even as the words allow with a liking for phrase ends; null if the group needs more. */
function linesOf(group: readonly Piece[], lineCharacters: number): (readonly Piece[])[] | null {
  const width = widthOf(group);
  if (width <= lineCharacters) return [group];
  if (width > 2 * lineCharacters + 1) return null;
  let best: { at: number; cost: number } | null = null;
  let first = group[0].width;
  for (let at = 1; at < group.length; first += spaceBefore(group[at]) + group[at].width, at++) {
    const second = width - first - spaceBefore(group[at]);
    if (first > lineCharacters || second > lineCharacters) continue;
    const cost = Math.abs(first - second) / 2 - (group[at - 1].breakAfter > 0 ? 12 : 0) + (group[at].glued ? lineCharacters : 0);
    if (!best || cost < best.cost) best = { at, cost };
  }
  return best && [group.slice(0, best.at), group.slice(best.at)];
}

/**
 * Players take a line's direction from its first strong letter. A line of a Persian cue that begins with a Latin word or with a
 * number or sign, or ends in one followed by punctuation, gets right-to-left marks; a line of an English cue whose first letter is Persian gets a left-to-right
 * mark; others are left as they are.
 */
function directionMarks(line: string, cueText: string): [before: string, after: string] {
  const persian = cueText.match(/(?=\p{L})\p{Script=Arabic}/gu)?.length ?? 0;
  const latin = cueText.match(/(?=\p{L})\p{Script=Latin}/gu)?.length ?? 0;
  if (persian === 0 || persian < latin * 0.7) return [/\p{Script=Arabic}/u.test(/\p{L}/u.exec(line)?.[0] ?? '') ? LRM : '', ''];
  const before = /^(?=\p{L})\p{Script=Arabic}/u.test(line) ? '' : RLM;
  const after = /[\p{Script=Latin}0-9][^\p{L}\p{N}]+$/u.test(line) ? RLM : '';
  return [before, after];
}

/** Hours:minutes:seconds and milliseconds. */
function clock(sec: number, separator: ',' | '.'): string {
  const ms = Math.round(sec * 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(ms / 3_600_000))}:${two(Math.floor(ms / 60_000) % 60)}:${two(Math.floor(ms / 1000) % 60)}${separator}${String(ms % 1000).padStart(3, '0')}`;
}
