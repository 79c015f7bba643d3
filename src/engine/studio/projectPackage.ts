/** A project with everything that it needs, to be taken to another machine: its recording, its background picture, the photos and clips of its avatars. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Project } from '../../shared/contract/project.ts';
import { backgroundFile } from '../../shared/contract/request.ts';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import type { Library } from '../library/avatars.ts';
import { readPackage, writePackage, type PackedFile } from '../library/packageFile.ts';
import type { ProjectStore } from '../library/projects.ts';
import { avatarsFolder, folderOf } from '../library/store.ts';

export interface PackageParts {
  home: string;
  projects: ProjectStore;
  library: () => Promise<Pick<Library, 'list' | 'show'>>;
}

export interface UnpackParts extends PackageParts {
  /** @returns the avatar's id */
  register: (file: string, about: { name: string; face?: number }, signal: AbortSignal) => Promise<string>;
}

/** Its takes stay here. @returns its name. @throws invalid-input where there is no such project; missing-asset where a file of it is gone; io, canceled */
export async function packProject({ home, projects, library }: PackageParts, id: string, to: string, signal?: AbortSignal): Promise<string> {
  const project = await projects.open(id);
  const picture = backgroundFile(project.background);
  const files: PackedFile[] = [];
  if (project.audio) files.push({ purpose: 'recording', id: '', name: project.audio.name, path: project.audio.file });
  if (picture !== undefined) files.push({ purpose: 'background', id: '', name: path.basename(picture), path: picture });
  for (const { name, path: file } of files) {
    if (!(await stat(file).catch(() => null))?.isFile()) throw new StudioError('missing-asset', `“${name}” of this project is no longer there. Choose it again, then make the package.`);
  }
  const known = await library();
  const there = new Set(known.list().map((row) => row.id));
  for (const avatarId of new Set([project.avatarId, ...project.batch.map((row) => row.avatarId)])) {
    if (avatarId === null || !there.has(avatarId)) continue; // one that was removed is missed by the project here, too
    const { row, record } = known.show(avatarId);
    files.push({ purpose: 'avatar', id: avatarId, name: row.name, path: path.join(folderOf(avatarsFolder(home), avatarId), record.files.source.name) });
  }
  await writePackage({ text: JSON.stringify(forOthers(project)), files }, to, signal);
  return project.name;
}

/** Where this machine has its files, and what was said of its takes, is nobody else's matter: what is packed can be read, whatever becomes of it there. */
const forOthers = (project: Project): Project => ({
  ...project,
  audio: project.audio && { ...project.audio, file: '' },
  background: backgroundFile(project.background) === undefined ? project.background : 'keep',
  ...withoutTakes(project),
});

const withoutTakes = ({ batch }: Project): Pick<Project, 'takeIds' | 'marks' | 'batch'> => ({ takeIds: [], marks: [], batch: batch.map((row) => ({ ...row, takeId: null })) });

/** As a project of this studio, which has its avatars then. @throws invalid-input where it is damaged or its faces are not found any more; io, canceled */
export async function unpackProject({ home, projects, library, register }: UnpackParts, file: string, signal: AbortSignal): Promise<Project> {
  const folder = await unpackingFolder(path.join(home, 'projects'));
  try {
    const { text, files } = await readPackage(file, folder, signal);
    const known = new Set((await library()).list().map(({ id }) => id));
    const ids = new Map<string, string>();
    for (const { id, name, path: source } of files.filter(({ purpose }) => purpose === 'avatar')) {
      const face = /-(\d{1,3})$/.exec(id)?.[1];
      if (!known.has(id)) ids.set(id, await register(source, { name, ...(face === undefined ? {} : { face: Number(face) }) }, signal));
      throwIfCanceled(signal);
    }
    const recording = files.find(({ purpose }) => purpose === 'recording');
    const picture = files.find(({ purpose }) => purpose === 'background');
    const here = (id: string | null): string | null => (id === null ? null : (ids.get(id) ?? id));
    const { id } = await projects.adopt(text, `The project in ${path.basename(file)}`, (given) => {
      const { audio, background, avatarId } = given;
      const { batch, ...rest } = withoutTakes(given);
      return {
        ...rest,
        audio: audio && recording ? { ...audio, file: recording.path } : null,
        background: picture ? `picture:${picture.path}` : backgroundFile(background) === undefined ? background : 'keep',
        avatarId: here(avatarId),
        batch: batch.map((row) => ({ ...row, avatarId: here(row.avatarId) })),
      };
    });
    return await projects.open(id);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const UNPACKING = '.unpacking';
const DAY_MS = 24 * 3600 * 1000;

/** A new one; those that somebody who was killed has left go. */
async function unpackingFolder(projects: string): Promise<string> {
  const folder = path.join(projects, `${randomUUID()}${UNPACKING}`);
  await mkdir(folder, { recursive: true });
  for (const name of (await readdir(projects)).filter((each) => each.endsWith(UNPACKING))) {
    const about = await stat(path.join(projects, name)).catch(() => null);
    if (about && Date.now() - about.mtimeMs > DAY_MS) await rm(path.join(projects, name), { recursive: true, force: true });
  }
  return folder;
}
