/** Asks for a take with one sentence made anew. */
import { usePlayer } from '../../../player/player.ts';
import type { TakeData } from '../../../player/takeData.ts';
import { useCurrentTake } from '../../../state/currentTake.ts';
import { giveWay, noteOwn } from '../../../state/ownTakes.ts';
import { useProject } from '../../../state/project.ts';
import { overrideAt, textOf } from '../../../state/segments.ts';
import { call, seat } from '../../../studio/connection.ts';
import { draftOf, ownOf, piecesOf, placeOf, sentenceChanged, type SentenceDraft } from './sentence.ts';

const LEAD_SEC = 60;

/** Shows the child take from the sentence on. @throws what the studio says */
export async function renderSentenceAgain(data: TakeData, index: number, draft: SentenceDraft): Promise<void> {
  const { take } = data.facts.getState();
  const pieces = take && piecesOf(take);
  if (!take || !pieces) return;
  const place = placeOf(data.said, index);
  const { startSec } = data.said[index];
  const before = useProject.getState().project;
  // Words that the project says otherwise by now are said so.
  const lexicon = before && before.id === take.projectId ? { lexicon: before.lexicon } : {};
  const child = await call('takes.edit', { sessionId: await seat(), takeId: take.id, segments: sentenceChanged(pieces, place, draft), ...lexicon, leadSec: LEAD_SEC });
  // Not before: nothing is to be lost where the change is refused.
  if (before) await giveWay(before);
  noteOwn(child.id);
  usePlayer.getState().open(child.id, { sec: startSec, playing: true });
  useCurrentTake.getState().show(child.id);
  useCurrentTake.getState().select(index);
  const { project, edit, addTake } = useProject.getState();
  // The script follows as long as it is still the take's.
  if (project && textOf(project.segments) === textOf(pieces)) edit({ segments: sentenceChanged(project.segments, place, ownOf(draft, draftOf(pieces, data.said, index), overrideAt(project.segments, place.from))) });
  addTake(child.id);
}
