/** Projects: what users are making, saved as they make it. */
import { StudioError } from '../../../shared/errors.ts';
import { isPackage } from '../../library/packageFile.ts';
import { readDocument } from '../../library/projects.ts';
import { unpackProject, type UnpackParts } from '../projectPackage.ts';
import type { Area, HandlerParts } from './area.ts';

export function projectHandlers({ studio, home }: HandlerParts, registering: Area<'avatars'>['streams']['avatars.register']): Area<'projects'> {
  const { projects } = studio;
  const register: UnpackParts['register'] = async (file, about, signal) => {
    for await (const event of registering({ file, ...about }, signal)) if (event.type === 'registered') return event.avatar.id;
    throw new StudioError('bug', 'An avatar of the package was registered without a result.');
  };
  return {
    calls: {
      'projects.list': () => projects.list(),
      'projects.create': (about) => projects.create(about),
      'projects.open': ({ id }) => projects.open(id),
      'projects.save': ({ project, basedOn }) => projects.save(project, basedOn),
      'projects.remove': async ({ id }) => {
        await projects.remove(id);
        return null;
      },
      'projects.import': async ({ file }, signal) =>
        (await isPackage(file)) ? unpackProject({ home, projects, library: () => studio.library(), register }, file, signal) : projects.adopt(await readDocument(file, 'The file'), 'The file'),
    },
    streams: {},
  };
}
