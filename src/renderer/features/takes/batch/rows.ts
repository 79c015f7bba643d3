/** A batch's rows: what is asked for by name is found, and what is wrong with a row is known before it is started. */
import type { AvatarRow } from '../../../../shared/contract/avatar.ts';
import type { BatchRow, Project } from '../../../../shared/contract/project.ts';
import { MAX_SCRIPT_CHARACTERS } from '../../../../shared/contract/request.ts';
import type { VoiceInfo } from '../../../../shared/contract/voice.ts';
import { choosing } from '../../../state/chooseAvatar.ts';
import type { ReadRow } from './readRows.ts';

export type RowProblem = 'no-text' | 'too-long' | 'no-avatar' | 'unknown-avatar' | 'unknown-voice';

interface Known {
  avatars: readonly Pick<AvatarRow, 'id' | 'name'>[];
  voices: readonly Pick<VoiceInfo, 'id' | 'name' | 'lang' | 'isDefault'>[];
}

const SHORTEST_ID = 4;
const plain = (text: string): string => text.normalize('NFKC').replace(/[يى]/g, 'ی').replace(/ك/g, 'ک').toLowerCase().trim();

/** What names a thing: its id, the beginning of it, its name, or one of its names: “Kian · کیان” has two. What is not found stays as it is written, and is a problem. */
function idOf(written: string, things: readonly { id: string; name: string }[]): string | null {
  if (written === '') return null;
  const wanted = plain(written);
  const found = things.find(({ id }) => id === written) ?? things.find(({ name }) => plain(name) === wanted)
    ?? things.find(({ name }) => name.split('·').some((each) => plain(each) === wanted)) ?? (wanted.length < SHORTEST_ID ? undefined : things.find(({ id }) => id.startsWith(wanted)));
  return found?.id ?? written;
}

/** A language, as the command line takes it, means its default voice. */
const voiceOf = (written: string, voices: Known['voices']): string | null => voices.find(({ lang, isDefault }) => isDefault && lang === plain(written))?.id ?? idOf(written, voices);

/** @param nameOf a name for rows that have none, by their number */
export function batchRows(read: readonly ReadRow[], { avatars, voices }: Known, nameOf: (number: number) => string): BatchRow[] {
  return read.map(({ name, text, avatar, voice }, i) => ({
    name: name === '' ? nameOf(i + 1) : name, text: text.slice(0, MAX_SCRIPT_CHARACTERS), avatarId: idOf(avatar.slice(0, 200), avatars), voice: voiceOf(voice.slice(0, 200), voices), takeId: null,
  }));
}

export function problemOf({ text, avatarId, voice }: BatchRow, { avatars, voices }: Known, projectAvatarId: string | null): RowProblem | null {
  if (text.trim() === '') return 'no-text';
  if (text.length >= MAX_SCRIPT_CHARACTERS) return 'too-long';
  if (avatarId === null && projectAvatarId === null) return 'no-avatar';
  if (avatarId !== null && !avatars.some(({ id }) => id === avatarId)) return 'unknown-avatar';
  if (voice !== null && !voices.some(({ id }) => id === voice)) return 'unknown-voice';
  return null;
}

/** What a row makes a video of: its own words, face and voice; else the project's, where a face of its own brings its voices. */
export function projectOfRow(project: Project, { text, avatarId, voice }: BatchRow, avatars: readonly Pick<AvatarRow, 'id' | 'voices'>[]): Project {
  const own = avatars.find(({ id }) => id === avatarId);
  const faced = own ? { ...project, ...choosing(project, own, avatars) } : project;
  return { ...faced, audio: null, segments: [{ text, ...(voice === null ? {} : { voice }) }], ...(voice === null ? {} : { voices: { fa: null, en: null } }) };
}
