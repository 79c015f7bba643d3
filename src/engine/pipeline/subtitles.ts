/** Subtitles from the times of the words: cues of at most two lines, broken where the sentence allows it. */
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
  /** One or two, each at most 42 characters, or as many as were asked for. */
  lines: string[];
  /** When each line's words are said, in order; `at`: where in the line the word begins. */
  words: { line: number; at: number; startSec: number }[];
}

const LINE_CHARACTERS = 42;
const SHORTEST_SEC = 1;
const LONGEST_SEC = 6;
/** A silence in which the cue before may already go. */
const GAP_SEC = 0.5;
const RLM = '\u200F';

/** One word with everything that is written up to the next one. */
interface Piece {
  text: string;
  startSec: number;
  endSec: number;
  /** Written without a space before it: the second half of `<b>Tom`. */
  glued: boolean;
  /** How good it is to break after it: 0 anywhere, 1 clause, 2 sentence, 3 segment. */
  breakAfter: number;
}

/**
 * Cues in order, without overlap. A cue starts with its first word and ends with its last one, or up to 1 s after its start
 * where the next one leaves room.
 * @param lineCharacters the most in a line
 */
export function subtitleCues(segments: readonly SubtitledSegment[], lineCharacters = LINE_CHARACTERS): Cue[] {
  const groups = segments.flatMap((segment) => grouped(segment, lineCharacters));
  return joinShort(groups, lineCharacters).map((group, i, all) => {
    const startSec = group[0].startSec;
    const nextSec = all[i + 1]?.[0].startSec ?? Infinity;
    const endSec = Math.min(nextSec, Math.max(group.at(-1)!.endSec, startSec + SHORTEST_SEC));
    const lines = linesOf(textOf(group), lineCharacters) ?? [textOf(group)];
    return { startSec, endSec, lines, words: wordsIn(lines, group) };
  });
}

/** Where the words stand in lines that are the group's text, broken at a space. */
function wordsIn(lines: readonly string[], group: readonly Piece[]): Cue['words'] {
  const [first] = lines;
  return group.map((piece, i) => {
    const offset = textOf(group.slice(0, i + 1)).length - piece.text.length;
    const line = offset > first.length ? 1 : 0;
    return { line, at: line === 0 ? offset : offset - first.length - 1, startSec: piece.startSec };
  });
}

/** SubRip. */
export function srt(segments: readonly SubtitledSegment[]): string {
  return subtitleCues(segments)
    .map((cue, i) => `${i + 1}\n${clock(cue.startSec, ',')} --> ${clock(cue.endSec, ',')}\n${directedLines(cue).join('\n')}\n`)
    .join('\n');
}

/**
 * WebVTT. `&`, `<` and `>` are escaped: text is never markup.
 * @param options.karaoke each word is marked with the time at which it is said, for players that show it then
 */
export function vtt(segments: readonly SubtitledSegment[], { karaoke = false }: { karaoke?: boolean } = {}): string {
  const linesIn = (cue: Cue) => (karaoke ? wordTimed(cue) : directedLines(cue).map(escaped));
  const cues = subtitleCues(segments).map((cue) => `\n${clock(cue.startSec, '.')} --> ${clock(cue.endSec, '.')}\n${linesIn(cue).join('\n')}\n`);
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
    while (fits < left.length && left[fits].endSec - left[0].startSec <= LONGEST_SEC && linesOf(textOf(left.slice(0, fits + 1)), lineCharacters)) fits++;
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
    const shown = text.slice(start, end).replace(/[\p{Cc}\s]+/gu, ' ').trim();
    const breakAfter = last ? 3 : /[.!?؟…۔]["'”’»)\]]*$/u.test(shown) ? 2 : /[،؛,;:—–-]["'”’»)\]]*$/u.test(shown) ? 1 : 0;
    if (shown === '') return [];
    const parts = shown.length <= lineCharacters ? [shown] : cutLong(shown, lineCharacters);
    const glued = i > 0 && !/\s$/u.test(text.slice(Math.max(0, start - 1), start)) && !/^\s/u.test(text.slice(start, start + 1));
    const share = (endSec - startSec) / parts.length;
    return parts.map((part, n) => ({ text: part, startSec: startSec + share * n, endSec: startSec + share * (n + 1), glued: glued && n === 0, breakAfter: n === parts.length - 1 ? breakAfter : 0 }));
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

/** At spaces where there are some (signs between words), else between characters. */
function cutLong(text: string, lineCharacters: number): string[] {
  const parts: string[] = [];
  for (const word of text.split(' ')) {
    const before = parts.at(-1);
    if (before !== undefined && before.length + 1 + word.length <= lineCharacters) parts[parts.length - 1] = `${before} ${word}`;
    else {
      let rest = word;
      while (rest.length > lineCharacters) {
        let at = lineCharacters;
        while (at > 1 && /[\p{M}\u200C\u200D\uDC00-\uDFFF\uFE0F]/u.test(rest[at])) at--;
        parts.push(rest.slice(0, at));
        rest = rest.slice(at);
      }
      parts.push(rest);
    }
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
    if (before && near && (seconds(before) < SHORTEST_SEC || seconds(group) < SHORTEST_SEC) && seconds(both) <= LONGEST_SEC && linesOf(textOf(both), lineCharacters)) {
      joined[joined.length - 1] = both;
    } else joined.push(group);
  }
  return joined;
}

const textOf = (group: readonly Piece[]): string => group.map((piece, i) => (i === 0 || piece.glued ? piece.text : ` ${piece.text}`)).join('');

/** One line, or two as even as the words allow with a liking for phrase ends; null if the text needs more. */
function linesOf(text: string, lineCharacters: number): string[] | null {
  if (text.length <= lineCharacters) return [text];
  if (text.length > 2 * lineCharacters + 1) return null;
  let best: { at: number; cost: number } | null = null;
  for (let at = text.indexOf(' '); at > 0; at = text.indexOf(' ', at + 1)) {
    if (at > lineCharacters || text.length - at - 1 > lineCharacters) continue;
    const cost = Math.abs(text.length / 2 - at) - (/[.!?؟…،؛,;:]["'”’»)\]]*$/u.test(text.slice(0, at)) ? 12 : 0);
    if (!best || cost < best.cost) best = { at, cost };
  }
  return best && [text.slice(0, best.at), text.slice(best.at + 1)];
}

/**
 * Players take a line's direction from its first strong letter. A line of a Persian cue that begins with a Latin word or with a
 * number or sign, or ends in one followed by punctuation, gets right-to-left marks; others are left as they are.
 */
function directionMarks(line: string, cueText: string): [before: string, after: string] {
  const persian = cueText.match(/(?=\p{L})\p{Script=Arabic}/gu)?.length ?? 0;
  const latin = cueText.match(/(?=\p{L})\p{Script=Latin}/gu)?.length ?? 0;
  if (persian === 0 || persian < latin * 0.7) return ['', ''];
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
