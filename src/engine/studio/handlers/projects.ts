/** Projects: what users are making, saved as they make it. */
import { notBuilt, type Area, type HandlerParts } from './area.ts';

export function projectHandlers(_parts: HandlerParts): Area<'projects'> {
  return {
    calls: {
      'projects.list': () => [],
      'projects.create': notBuilt('projects.create'),
      'projects.open': notBuilt('projects.open'),
      'projects.save': notBuilt('projects.save'),
      'projects.remove': notBuilt('projects.remove'),
      'projects.import': notBuilt('projects.import'),
    },
    streams: {},
  };
}
