/** Takes: asked for, watched, kept, changed. */
import { notBuilt, type Area, type HandlerParts } from './area.ts';

export function takeHandlers({ studio, changes }: HandlerParts): Area<'takes'> {
  const { takes } = studio;
  return {
    calls: {
      'takes.start': ({ sessionId, request, leadSec }) => studio.start({ sessionId, request, leadSec }),
      'takes.edit': notBuilt('takes.edit'),
      'takes.want': ({ takeId, playheadSec }) => {
        studio.want(takeId, playheadSec);
        return null;
      },
      'takes.cancel': ({ takeId }) => studio.cancel(takeId),
      'takes.list': (query) => takes.list(query),
      'takes.show': ({ takeId }) => takes.show(takeId),
      'takes.keep': ({ takeId, kept }) => {
        const take = takes.keep(takeId, kept);
        changes.announce('takes');
        return take;
      },
      'takes.remove': async ({ takeId }) => {
        await takes.remove(takeId);
        changes.announce('takes');
        return null;
      },
      'takes.disk': notBuilt('takes.disk'),
      'takes.report': notBuilt('takes.report'),
    },
    streams: { 'takes.watch': ({ takeId }, signal) => studio.watch(takeId, signal) },
  };
}
