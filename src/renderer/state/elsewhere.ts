/** A project that is open in several windows, or programs: who saves last must not win unseen. */
import { projectSchema, type Project } from '../../shared/contract/project.ts';
import { backgroundFile } from '../../shared/contract/request.ts';
import { errorData, StudioError } from '../../shared/errors.ts';

/** When it was saved elsewhere, as the studio says where it refuses to save; null: it failed for another reason. */
export function savedElsewhereAt(error: unknown): string | null {
  const { savedAt } = (errorData(error).details ?? {}) as { savedAt?: unknown };
  return typeof savedAt === 'string' ? savedAt : null;
}

/** When the studio kept what it could not write into the user's own file as well; null: it did not. */
export function keptAt(error: unknown): string | null {
  const { kept } = (errorData(error).details ?? {}) as { kept?: unknown };
  return typeof kept === 'string' ? kept : null;
}

/** As the studio would refuse. */
export const savedElsewhere = (savedAt: string): StudioError => new StudioError('invalid-input', 'It was changed in another window.', { details: { savedAt } });

/** Whether they say the same. Files have another name whenever they are brought out. */
export const isSameWork = (a: Project, b: Project): boolean => written(a) === written(b);

function written(project: Project): string {
  // One that is too long to be saved is compared as it is.
  const { audio, background, ...rest } = projectSchema.safeParse(project).data ?? project;
  return JSON.stringify([rest, audio && { ...audio, file: '' }, backgroundFile(background) === undefined ? background : 'picture']);
}
