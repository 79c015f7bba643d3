/** A project with everything that it needs, as a file to keep: packed when it is asked for, and gone when it was sent. */
import { randomUUID } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { StudioError } from '../../shared/errors.ts';
import { PACKAGE_ENDING } from '../library/packageFile.ts';
import { attachment } from './exportMedia.ts';
import { fileBytes } from './takeMedia.ts';
import { bodyOf } from './web.ts';

export interface ProjectMediaParts {
  /** @returns the project's name. @throws invalid-input, missing-asset, io, canceled */
  packProject: (id: string, to: string, signal: AbortSignal) => Promise<string>;
  /** For work files; it is there. */
  workFolder: string;
}

/** Being made or sent at a time. Each copies all that its project has. */
const MOST_PACKAGES = 4;

/** Answers `/projects/ID.simapack`. */
export function createProjectMedia({ packProject, workFolder }: ProjectMediaParts): (id: string, request: Request) => Promise<Response> {
  let packages = 0;
  return async (id, { signal }) => {
    if (packages >= MOST_PACKAGES) throw new StudioError('capacity', 'Other packages are being made. Try again in a moment.');
    const file = path.join(workFolder, `${randomUUID()}${PACKAGE_ENDING}`);
    packages += 1;
    const remove = async () => {
      packages -= 1;
      await rm(file, { force: true });
    };
    try {
      const name = await packProject(id, file, signal);
      const { size } = await stat(file);
      const headers = { 'content-type': 'application/octet-stream', 'content-length': String(size), 'content-disposition': attachment(`${name || 'Sima'}${PACKAGE_ENDING}`) };
      return new Response(bodyOf((given) => fileBytes(file, 0, size, given), signal, remove), { headers });
    } catch (error) {
      await remove();
      throw error;
    }
  };
}
