/** One sentence of a take made anew: what is asked of the studio, and what becomes of the script. */
import type { ScriptSegment } from '../../../../shared/contract/request.ts';
import type { SaidSegment, TakeInfo } from '../../../../shared/contract/take.ts';
import { usePlayer } from '../../../player/player.ts';
import type { TakeData } from '../../../player/takeData.ts';
import { useCurrentTake } from '../../../state/currentTake.ts';
import { useProject } from '../../../state/project.ts';
import { overrideAt, textOf, withChange, withOverride, type Override } from '../../../state/segments.ts';
import { call, seat } from '../../../studio/connection.ts';

export interface SegmentDraft {
  text: string;
  /** undefined: as it was. */
  voice: string | undefined;
  rate: number | undefined;
}

const LEAD_SEC = 60;

/** The take's script in the pieces that it was asked for in; null: it is a recording. */
export function piecesOf({ request }: TakeInfo): ScriptSegment[] | null {
  return request.segments ?? (request.script === undefined ? null : [{ text: request.script }]);
}

/** UTF-16 offsets in the script of a sentence's words, without the space around them. */
export function placeOf(said: readonly SaidSegment[], index: number): { from: number; to: number } {
  const start = said.slice(0, index).reduce((sum, { text }) => sum + text.length, 0);
  const { text } = said[index];
  const from = start + (text.length - text.trimStart().length);
  return { from, to: Math.max(from, start + text.trimEnd().length) };
}

/** As the take has it: the fields of a sentence before anything is changed. */
export function draftOf(take: TakeInfo, said: readonly SaidSegment[], index: number): SegmentDraft {
  const { from } = placeOf(said, index);
  const { voice, rate } = overrideAt(piecesOf(take) ?? [], from);
  return { text: said[index].text.trim(), voice, rate };
}

/** Those pieces with the sentence changed; all else keeps its words and its voice. */
export function withDraft(pieces: readonly ScriptSegment[], { from, to }: { from: number; to: number }, { text, voice, rate }: SegmentDraft): ScriptSegment[] {
  const override: Override = { voice, rate };
  return withChange(withOverride(pieces, from, to, override), { from, to, insert: text.trim() });
}

/** Asks for the child take and shows it from the sentence on. @throws what the studio says */
export async function renderSegmentAgain(data: TakeData, index: number, draft: SegmentDraft): Promise<void> {
  const { take } = data.facts.getState();
  const pieces = take && piecesOf(take);
  if (!take || !pieces) return;
  const place = placeOf(data.said, index);
  const { startSec } = data.said[index];
  const child = await call('takes.edit', { sessionId: await seat(), takeId: take.id, segments: withDraft(pieces, place, draft), leadSec: LEAD_SEC });
  usePlayer.getState().open(child.id, { sec: startSec, playing: true });
  useCurrentTake.getState().show(child.id);
  useCurrentTake.getState().select(index);
  const { project, edit, addTake } = useProject.getState();
  // The script follows as long as it is still the take's.
  if (project && textOf(project.segments) === textOf(pieces)) edit({ segments: withDraft(project.segments, place, draft) });
  addTake(child.id);
}
