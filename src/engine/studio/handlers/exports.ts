/** Exports: a queue of files to be made of takes. */
import type { Area, HandlerParts } from './area.ts';

export function exportHandlers({ studio: { exports } }: HandlerParts): Area<'exports'> {
  return {
    calls: {
      'exports.start': (wish) => exports.start(wish),
      'exports.list': () => exports.list(),
      'exports.pause': ({ id }) => exports.pause(id),
      'exports.resume': ({ id }) => exports.resume(id),
      'exports.cancel': ({ id }) => exports.cancel(id),
      'exports.move': ({ id, before }) => {
        exports.move(id, before);
        return null;
      },
      'exports.remove': async ({ id }) => {
        await exports.remove(id);
        return null;
      },
    },
    streams: { 'exports.watch': (_, signal) => exports.watch(signal) },
  };
}
