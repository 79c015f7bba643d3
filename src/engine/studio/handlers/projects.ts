/** Projects: what users are making, saved as they make it. */
import { readFile } from 'node:fs/promises';
import type { Area, HandlerParts } from './area.ts';

export function projectHandlers({ studio: { projects } }: HandlerParts): Area<'projects'> {
  return {
    calls: {
      'projects.list': () => projects.list(),
      'projects.create': (about) => projects.create(about),
      'projects.open': ({ id }) => projects.open(id),
      'projects.save': ({ project }) => projects.save(project),
      'projects.remove': async ({ id }) => {
        await projects.remove(id);
        return null;
      },
      'projects.import': async ({ file }) => projects.adopt(await readFile(file, 'utf8'), 'The file'),
    },
    streams: {},
  };
}
