/** Exports: a queue of files to be made of takes. */
import { notBuilt, type Area, type HandlerParts } from './area.ts';

export function exportHandlers(_parts: HandlerParts): Area<'exports'> {
  return {
    calls: {
      'exports.start': notBuilt('exports.start'),
      'exports.list': () => [],
      'exports.pause': notBuilt('exports.pause'),
      'exports.resume': notBuilt('exports.resume'),
      'exports.cancel': notBuilt('exports.cancel'),
      'exports.move': notBuilt('exports.move'),
      'exports.remove': notBuilt('exports.remove'),
    },
    streams: { 'exports.watch': notBuilt('exports.watch') },
  };
}
