/**
 * The script as pieces with voices of their own, and as the one text that the editor shows. Whatever is changed in the text, pieces that the change
 * does not touch keep their words and their voice.
 */
import type { ScriptSegment } from '../../shared/contract/request.ts';

export interface TextChange {
  /** UTF-16 offsets in the text before, end exclusive. */
  from: number;
  to: number;
  insert: string;
}

export type Override = Omit<ScriptSegment, 'text'>;

export const textOf = (segments: readonly ScriptSegment[]): string => segments.map(({ text }) => text).join('');

/** What was typed goes to the piece that it was typed in; at a border to the one before, unless that which follows is replaced. */
export function withChange(segments: readonly ScriptSegment[], { from, to, insert }: TextChange): ScriptSegment[] {
  if (segments.length === 0) return insert === '' ? [] : [{ text: insert }];
  const pieces: ScriptSegment[] = [];
  let start = 0;
  let given = false;
  segments.forEach((segment, i) => {
    const end = start + segment.text.length;
    const cutFrom = Math.min(Math.max(from, start), end) - start;
    const cutTo = Math.min(Math.max(to, start), end) - start;
    const isHome = !given && (to > from ? from < end : from <= end || i === segments.length - 1);
    given ||= isHome;
    pieces.push(cutFrom === cutTo && !isHome ? segment : { ...segment, text: segment.text.slice(0, cutFrom) + (isHome ? insert : '') + segment.text.slice(cutTo) });
    start = end;
  });
  return joined(pieces);
}

/** The text as a whole: what both texts begin and end with is left alone. */
export function withText(segments: readonly ScriptSegment[], text: string): ScriptSegment[] {
  const change = changeBetween(textOf(segments), text);
  return change ? withChange(segments, change) : [...segments];
}

/** The one change that makes `after` of `before`; null: they are the same. */
export function changeBetween(before: string, after: string): TextChange | null {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from++;
  let tail = 0;
  while (tail < shorter - from && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return { from, to: before.length - tail, insert: after.slice(from, after.length - tail) };
}

/** Gives a stretch of the text a voice, rate or pitch of its own; an undefined one is the project's again. */
export function withOverride(segments: readonly ScriptSegment[], from: number, to: number, override: Override): ScriptSegment[] {
  let start = 0;
  return joined(
    segments.flatMap((segment) => {
      const { text } = segment;
      const cutFrom = Math.min(Math.max(from - start, 0), text.length);
      const cutTo = Math.min(Math.max(to - start, 0), text.length);
      start += text.length;
      if (cutFrom >= cutTo) return [segment];
      return [{ ...segment, text: text.slice(0, cutFrom) }, plain({ ...segment, ...override, text: text.slice(cutFrom, cutTo) }), { ...segment, text: text.slice(cutTo) }];
    }),
  );
}

/** What is set for the character at `offset`. */
export function overrideAt(segments: readonly ScriptSegment[], offset: number): Override {
  let end = 0;
  for (const { text, ...override } of segments) {
    end += text.length;
    if (offset < end) return override;
  }
  return {};
}

/** Empty pieces go, and neighbours that are spoken alike are one. */
function joined(pieces: readonly ScriptSegment[]): ScriptSegment[] {
  const kept: ScriptSegment[] = [];
  for (const piece of pieces) {
    const before = kept.at(-1);
    if (piece.text === '') continue;
    if (before && before.voice === piece.voice && before.rate === piece.rate && before.pitch === piece.pitch) kept[kept.length - 1] = { ...before, text: before.text + piece.text };
    else kept.push(piece);
  }
  return kept;
}

/** Without fields that are there and undefined: the document is compared and stored as JSON. */
const plain = ({ text, voice, rate, pitch }: ScriptSegment): ScriptSegment => ({ text, ...(voice === undefined ? {} : { voice }), ...(rate === undefined ? {} : { rate }), ...(pitch === undefined ? {} : { pitch }) });
