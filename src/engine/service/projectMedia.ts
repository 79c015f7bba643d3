/** A project with everything that it needs, as a file to keep: packed when it is asked for, and gone when it was sent. */
import { PACKAGE_ENDING } from '../library/packageFile.ts';
import { attachment } from './exportMedia.ts';
import { madeFiles } from './madeFile.ts';

export interface ProjectMediaParts {
  /** @returns the project's name. @throws invalid-input, missing-asset, io, canceled */
  packProject: (id: string, to: string, signal: AbortSignal) => Promise<string>;
  /** For work files; it is there. */
  workFolder: string;
}

/** Answers `/projects/ID.simapack`. */
export function createProjectMedia({ packProject, workFolder }: ProjectMediaParts): (id: string, request: Request) => Promise<Response> {
  const send = madeFiles({ workFolder, ending: PACKAGE_ENDING, busy: 'Other packages are being made. Try again in a moment.' });
  return (id, { signal }) =>
    send(async (file) => {
      const name = await packProject(id, file, signal);
      return { 'content-type': 'application/octet-stream', 'content-disposition': attachment(`${name || 'Sima'}${PACKAGE_ENDING}`) };
    }, signal);
}
