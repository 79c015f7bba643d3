/** What the studio does not have yet, kept by the browser, so that nothing is lost when either of them dies. */
import { z } from 'zod';
import { projectSchema, type Project } from '../../shared/contract/project.ts';

const PREFIX = 'sima-unsaved-';
const LAST = 'sima-project';

const unsaved = z.object({
  project: projectSchema,
  /** When the version was saved that it was made from, as the studio says; not known of what was kept by older pages. */
  basedOn: z.string().optional(),
  /** Another version that was sent after that one, whose answer is not known: the studio may have it. */
  sent: projectSchema.optional(),
});
export type Unsaved = z.output<typeof unsaved>;

/** A project that the studio could not be asked to create yet. */
export const DRAFT = 'draft-';
export const isDraft = ({ id }: Pick<Project, 'id'>): boolean => id.startsWith(DRAFT);

export function keepUnsaved(kept: Unsaved): void {
  write(PREFIX + kept.project.id, JSON.stringify(kept));
}

export function forgetUnsaved(id: string): void {
  localStorage.removeItem(PREFIX + id);
}

export function readUnsaved(id: string): Unsaved | null {
  try {
    return unsaved.parse(JSON.parse(localStorage.getItem(PREFIX + id) ?? 'null'));
  } catch {
    return null; // nothing, or what another version wrote
  }
}

export const lastProjectId = (): string | null => localStorage.getItem(LAST);
export const rememberLast = (id: string): void => write(LAST, id);

/** The browser's room is small; the studio's own copy is what counts, and the page says when that fails. */
function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
