/** What the studio does not have yet, kept by the browser, so that nothing is lost when either of them dies. */
import { projectSchema, type Project } from '../../shared/contract/project.ts';

const PREFIX = 'sima-unsaved-';
const LAST = 'sima-project';

export interface Unsaved {
  project: Project;
  /** When it was written here, ISO 8601. */
  at: string;
}

/** A project that the studio could not be asked to create yet. */
export const DRAFT = 'draft-';
export const isDraft = ({ id }: Pick<Project, 'id'>): boolean => id.startsWith(DRAFT);

export function keepUnsaved(project: Project): void {
  write(PREFIX + project.id, JSON.stringify({ project, at: new Date().toISOString() } satisfies Unsaved));
}

export function forgetUnsaved(id: string): void {
  localStorage.removeItem(PREFIX + id);
}

export function readUnsaved(id: string): Unsaved | null {
  try {
    const { project, at } = JSON.parse(localStorage.getItem(PREFIX + id) ?? 'null') as Unsaved;
    return { project: projectSchema.parse(project), at };
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
