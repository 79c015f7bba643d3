/** The recordings and pictures of projects, as clients name them: an upload on the way in, another on the way out. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Project } from '../../shared/contract/project.ts';
import { backgroundFile } from '../../shared/contract/request.ts';
import { StudioError } from '../../shared/errors.ts';
import { isUpload, type Uploads } from './uploads.ts';

async function naming(project: Project, name: (file: string, what: string) => Promise<string>): Promise<Project> {
  const picture = backgroundFile(project.background);
  return {
    ...project,
    audio: project.audio && { ...project.audio, file: await name(project.audio.file, 'project.audio') },
    background: picture === undefined ? project.background : `picture:${await name(picture, 'project.background')}`,
  };
}

/** For the store, which keeps the bytes. What has gone keeps its name: a project is saved all the same. @throws invalid-input where a path is given */
export const projectInward = (project: Project, uploads: Pick<Uploads, 'resolve'>): Promise<Project> =>
  naming(project, (file, what) => {
    if (!isUpload(file)) throw new StudioError('invalid-input', `${what}: files of the studio’s machine cannot be named here. Upload it (PUT /uploads) and give the id, upload:….`);
    return uploads.resolve(file).catch(() => file);
  });

/** For the client: what the store kept, as uploads of today. */
export const projectOutward = (project: Project, uploads: Pick<Uploads, 'lend'>): Promise<Project> =>
  naming(project, async (file) => {
    if (isUpload(file)) return file;
    const { size } = path.isAbsolute(file) ? await stat(file).catch(() => GONE) : GONE;
    // An upload’s form, of which there is none: asked for it says that the file is to be sent again. Any other name could not be saved again.
    if (size === 0) return 'upload:00000000-0000-0000-0000-000000000000';
    return uploads.lend(file);
  });

const GONE = { size: 0 };
