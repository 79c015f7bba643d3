/** A face brings its voice. */
import type { AvatarRow } from '../../shared/contract/avatar.ts';
import type { Project } from '../../shared/contract/project.ts';

/**
 * What changes in a project when a face is chosen for it: in each language, the new face's voice takes the place of the old one's, and of the
 * default. A voice that the user chose for the project stays.
 * @param before the face that it had; undefined for none, and for one that is gone
 */
export function choosing({ voices }: Pick<Project, 'voices'>, next: Pick<AvatarRow, 'id' | 'voices'>, before?: Pick<AvatarRow, 'voices'>): Pick<Project, 'avatarId' | 'voices'> {
  const voice = (lang: 'fa' | 'en') => (voices[lang] === null || voices[lang] === before?.voices[lang] ? next.voices[lang] : voices[lang]);
  return { avatarId: next.id, voices: { fa: voice('fa'), en: voice('en') } };
}
