/** A sentence of a take in the script that it was made from. Pure. */
import type { ScriptSegment } from '../../../../shared/contract/request.ts';
import type { SaidSegment, TakeInfo } from '../../../../shared/contract/take.ts';
import { overrideAt, withChange, withOverride, type Override } from '../../../state/segments.ts';

export interface SentenceDraft {
  text: string;
  /** undefined: the take's. */
  voice: string | undefined;
  rate: number | undefined;
}

/** UTF-16 offsets in the script, end exclusive. */
export interface Place {
  from: number;
  to: number;
}

/** The take's script in the pieces that it was asked for in; null: it is a recording. */
export function piecesOf({ request }: Pick<TakeInfo, 'request'>): ScriptSegment[] | null {
  return request.segments ?? (request.script === undefined ? null : [{ text: request.script }]);
}

/** Of the sentence's words, without the space around them. */
export function placeOf(said: readonly SaidSegment[], index: number): Place {
  const start = said.slice(0, index).reduce((sum, { text }) => sum + text.length, 0);
  const { text } = said[index];
  const from = start + (text.length - text.trimStart().length);
  return { from, to: Math.max(from, start + text.trimEnd().length) };
}

/** As the take has it, before anything is changed. */
export function draftOf(pieces: readonly ScriptSegment[], said: readonly SaidSegment[], index: number): SentenceDraft {
  const { voice, rate } = overrideAt(pieces, placeOf(said, index).from);
  return { text: said[index].text.trim(), voice, rate };
}

/** Those pieces with the sentence changed; all else keeps its words and its voice. */
export const sentenceChanged = (pieces: readonly ScriptSegment[], { from, to }: Place, { text, voice, rate }: SentenceDraft): ScriptSegment[] =>
  withChange(withOverride(pieces, from, to, { voice, rate }), { from, to, insert: text.trim() });

/** What of the draft the project keeps: the take names a voice for every sentence, the project only where its user chose one. @param before the draft as it began */
export const ownOf = (draft: SentenceDraft, before: SentenceDraft, ofProject: Override): SentenceDraft => ({
  text: draft.text,
  voice: draft.voice === before.voice ? ofProject.voice : draft.voice,
  rate: draft.rate === before.rate ? ofProject.rate : draft.rate,
});
