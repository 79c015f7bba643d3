/** What is asked of the studio so that it renders a project. */
import type { StudioApi } from '../../shared/contract.ts';
import type { Project } from '../../shared/contract/project.ts';
import type { ScriptPlan } from '../../shared/contract/voice.ts';
import { textOf } from './segments.ts';

export type RequestInput = StudioApi['calls']['takes.start'][0]['request'];

/** Whether the languages' voices differ by segment, so that the plan must be known. */
export const needsPlan = ({ audio, voices }: Project): boolean => audio === null && (voices.fa !== null || voices.en !== null);

/**
 * @param plan of this very script; needed where `needsPlan`
 * @param avatar the project's, or what the shelf chose for it
 */
export function requestOf(project: Project, avatar: string, plan: ScriptPlan | null): RequestInput {
  const { rate, pitch, model, fps, size, background, idle, quality, lexicon } = project;
  return {
    avatar, rate, pitch, background, idle, quality,
    ...(model === null ? {} : { model }),
    ...(fps === null ? {} : { fps }),
    ...(size === null ? {} : { size }),
    ...(lexicon.length === 0 ? {} : { lexicon }),
    ...whatIsSaid(project, plan),
  };
}

function whatIsSaid({ audio, segments, voices }: Project, plan: ScriptPlan | null): Pick<RequestInput, 'audio' | 'asRecorded' | 'transcript' | 'script' | 'segments' | 'voice'> {
  if (audio !== null) return { audio: audio.file, ...(audio.asRecorded ? { asRecorded: true } : {}), ...(audio.transcript?.trim() ? { transcript: audio.transcript } : {}) };
  const isUniform = segments.every(({ voice, rate, pitch }) => voice === undefined && rate === undefined && pitch === undefined);
  if (!plan || !(voices.fa !== null || voices.en !== null)) return isUniform ? { script: textOf(segments) } : { segments };
  const spoken = plan.segments.map(({ text, from, lang }) => {
    const { voice = voices[lang] ?? undefined, rate, pitch } = segments[from];
    return { text, ...(voice === undefined ? {} : { voice }), ...(rate === undefined ? {} : { rate }), ...(pitch === undefined ? {} : { pitch }) };
  });
  const [first] = spoken;
  const oneVoice = isUniform && spoken.every(({ voice }) => voice === first.voice);
  return oneVoice ? { script: textOf(segments), ...(first?.voice === undefined ? {} : { voice: first.voice }) } : { segments: spoken };
}
