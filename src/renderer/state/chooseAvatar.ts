/** A face brings its voice. */
import type { AvatarRow } from '../../shared/contract/avatar.ts';
import type { Project } from '../../shared/contract/project.ts';

type VoicedAvatar = Pick<AvatarRow, 'id' | 'voices'>;

/**
 * What changes in a project when a face is chosen for it: in each language, the new face's voice takes the place of the old one's, and of the
 * default. A voice that the user chose for the project stays.
 * @param avatars all: where the face that the project had is among them, so are its voices
 */
export function choosing({ avatarId, voices }: Pick<Project, 'avatarId' | 'voices'>, next: VoicedAvatar, avatars: readonly VoicedAvatar[]): Pick<Project, 'avatarId' | 'voices'> {
  const before = avatars.find(({ id }) => id === avatarId);
  const voice = (lang: 'fa' | 'en') => (voices[lang] === null || voices[lang] === before?.voices[lang] ? next.voices[lang] : voices[lang]);
  return { avatarId: next.id, voices: { fa: voice('fa'), en: voice('en') } };
}
