/** A child take: a finished take with some of its segments said otherwise. What comes before the first change is copied, the rest is rendered on. */
import { randomUUID } from 'node:crypto';
import type { LexiconEntry, RenderRequest, ScriptSegment } from '../../shared/contract/request.ts';
import type { SaidSegment, TakeInfo } from '../../shared/contract/take.ts';
import { StudioError } from '../../shared/errors.ts';
import type { Lang } from '../../shared/vocabulary.ts';
import { shortId } from '../library/room.ts';
import type { TakeStore } from '../library/takes.ts';
import { rateValue } from '../media/rate.ts';
import { checkScript } from '../pipeline/script.ts';
import { ownVoice, planSpeech, textOf, type PlannedSegment, type SpokenScript } from '../pipeline/speechPlan.ts';
import { findVoice, type Voice } from '../voice/catalogue.ts';
import { entriesIn } from '../voice/lexicon/lexicon.ts';
import { pauseTable } from '../voice/pauses.ts';

/** The mouth knows so much of what comes: frames this close to a change are drawn again. */
const LOOK_AHEAD_SEC = 0.3;

export interface TakeEdit {
  takeId: string;
  segments: readonly ScriptSegment[];
  /** The project's pronunciations as they are now; undefined: as they were. */
  lexicon?: readonly LexiconEntry[] | undefined;
}

export interface EditParts {
  takes: TakeStore;
  hasAvatar: (avatarId: string) => boolean;
  /** With the user's own pronunciations. */
  completed: (request: RenderRequest) => RenderRequest;
  /** What `fa` and `en` mean to the user. */
  defaultVoices: Partial<Record<Lang, string>>;
  /** Of all voices that there are; the shipped ones unless given. */
  voiceOf?: (id: string) => Voice;
}

/**
 * Begins the take, queued, with what it has in common with its parent.
 * @throws invalid-input where the parent cannot be edited, or nothing of it would change
 */
export async function beginEdit({ takes, hasAvatar, completed, defaultVoices, voiceOf = findVoice }: EditParts, { takeId, segments, lexicon }: TakeEdit): Promise<TakeInfo> {
  const parent = takes.show(takeId);
  const name = `The take ${shortId(parent.id)}`;
  const { avatarId, modelId, rate, state } = parent;
  if (state !== 'finished' || avatarId === null || rate === null) throw new StudioError('invalid-input', `${name} is ${state}, not finished. Segments can be changed once it is.`);
  if (parent.request.audio !== undefined) throw new StudioError('invalid-input', `${name} follows a recording, so it has no segments to speak again. Start a new take with another recording.`);
  if (!hasAvatar(avatarId)) throw new StudioError('invalid-input', `The face of ${name.toLowerCase()} was removed from the library. Register it again, then change the take.`);
  // What was left open then is settled now: another face or model from here on would be seen.
  const changed: RenderRequest = { ...parent.request, script: undefined, face: undefined, segments: [...segments], avatar: avatarId, ...(modelId === null ? {} : { model: modelId }), ...(lexicon ? { lexicon: [...lexicon] } : {}) };
  checkScript(textOf(changed));
  for (const { voice } of segments) if (voice !== undefined) voiceOf(voice);
  const request = completed(changed);
  const { said } = takes.soFar(parent.id);
  const same = sameSegments(parent.request, request, said, (voice) => wholeId(ownVoice(voice, defaultVoices), voiceOf));
  if (same === null) throw new StudioError('invalid-input', `Nothing of ${name.toLowerCase()} would change: text, voices, speed, pitch and pronunciations are what they were.`);

  const child = takes.begin({ id: randomUUID(), request, kept: false, parentId: parent.id, projectId: parent.projectId });
  try {
    const changeSec = said[same]?.startSec ?? 0;
    await takes.copyBeginning(child.id, parent.id, { frames: Math.max(0, Math.floor((changeSec - LOOK_AHEAD_SEC) * rateValue(rate))), segments: same });
    return takes.show(child.id);
  } catch (error) {
    await takes.cancel(child.id).catch(() => undefined); // the first failure is the one to tell
    throw error;
  }
}

/** How many segments from the first on are said as they were; null: all, and there are no others. @param said what was really said in the one before @param voiceId the whole id of a voice */
function sameSegments(before: SpokenScript, now: SpokenScript, said: readonly Pick<SaidSegment, 'text' | 'voice'>[], voiceId: (name: string) => string): number | null {
  const applied = ({ lexicon = [], pauses }: SpokenScript, { text, marked }: PlannedSegment) => JSON.stringify([entriesIn(marked?.plain ?? text, lexicon), pauseTable(pauses), marked]);
  const isSame = (a: PlannedSegment, b: PlannedSegment): boolean =>
    a.text === b.text && a.rate === b.rate && a.pitch === b.pitch && a.pauseSec === b.pauseSec && voiceId(a.voice) === voiceId(b.voice) && applied(before, a) === applied(now, b);
  const [planned, wanted] = [before, now].map(planSpeech);
  // Another version may have split the text otherwise: then its plan says nothing of what was said.
  const first = wanted.findIndex((segment, i) => !planned[i] || said[i]?.text !== segment.text || !isSame({ ...planned[i], voice: said[i].voice ?? planned[i].voice }, segment));
  if (first >= 0) return first;
  return wanted.length === planned.length ? null : wanted.length;
}

/** A voice that is gone is still another than the others. */
function wholeId(voice: string, voiceOf: (id: string) => Voice): string {
  try {
    return voiceOf(voice).id;
  } catch {
    return voice;
  }
}
