/** Takes: asked for, watched, kept, changed. */
import { statfs } from 'node:fs/promises';
import { keepBackground } from '../../library/backgrounds.ts';
import { createTakeReports } from '../../qa/takeReports.ts';
import type { Area, HandlerParts } from './area.ts';

export function takeHandlers({ studio, changes, home }: HandlerParts): Area<'takes'> {
  const { takes } = studio;
  return {
    calls: {
      'takes.start': async (wish) => studio.start({ ...wish, request: await keepBackground(home, wish.request) }),
      'takes.edit': (wish) => studio.edit(wish),
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
      'takes.disk': async () => {
        const free = await statfs(home).catch(() => null);
        return { usedBytes: takes.usage(), budgetBytes: takes.budget(), freeBytes: free && free.bavail * free.bsize };
      },
      'takes.report': async ({ takeId, marks, lang }, signal) => ({ html: await createTakeReports(studio).takePage(takeId, marks, lang, signal) }),
    },
    streams: { 'takes.watch': ({ takeId }, signal) => studio.watch(takeId, signal) },
  };
}
