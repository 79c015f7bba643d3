/**
 * The presenters that come along: registered once, behind everything that a user asks for, so that the shelf of a new studio is not empty. One
 * that its user removed does not come back.
 */
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { errorData, StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { createChange } from '../change.ts';
import { writeWhole } from '../media/wholeFile.ts';
import { PROJECT } from '../places.ts';
import type { Studio } from './studio.ts';

export const SHIPPED_PRESENTERS = [
  { key: 'woman', name: 'Sima · سیما', tags: ['presenter', 'مجری'], voices: { fa: 'espeak-fa-woman', en: 'espeak-en-us-woman' } },
  { key: 'man', name: 'Kian · کیان', tags: ['presenter', 'مجری'], voices: { fa: 'espeak-fa', en: 'espeak-en-us' } },
] as const;
export const presenterFile = (key: string): string => path.join(PROJECT, 'resources', 'presenters', `${key}.png`);

/** Which of them this home has had. */
const marker = z.object({ brought: z.array(z.string()) });

export interface BringParts {
  studio: Pick<Studio, 'handlers' | 'seats'>;
  home: string;
  signal: AbortSignal;
}

/** Resolves when they are there; at once where they have been, and where the library was not empty at first. @throws canceled, io */
export async function bringPresenters({ studio, home, signal }: BringParts): Promise<void> {
  const { calls, streams } = studio.handlers;
  const file = path.join(home, 'presenters.json');
  const note = async (keys: readonly string[]) => {
    await mkdir(home, { recursive: true });
    await writeWhole(file, `${JSON.stringify({ brought: keys })}\n`);
  };
  const all = SHIPPED_PRESENTERS.map(({ key }) => key);
  const brought = new Set<string>(await readFile(file, 'utf8').then((text) => marker.parse(JSON.parse(text)).brought).catch(() => []));
  if (brought.size === 0 && (await calls['avatars.list']({ limit: 1, offset: 0 }, signal)).length > 0) return note(all);
  const missing = SHIPPED_PRESENTERS.filter(({ key }) => !brought.has(key));
  if (missing.length === 0) return;
  // Models that users wait for come first.
  for await (const { state } of streams['engine.watch'](null, signal)) if (state === 'ready') break;
  for (const { key, name, tags, voices } of missing) {
    await betweenTakes(studio, signal, async (uninterrupted) => {
      let id: string | null = null;
      for await (const event of streams['avatars.register']({ file: presenterFile(key), name, tags: [...tags] }, uninterrupted)) if (event.type === 'registered') id = event.avatar.id;
      if (id === null) throw new StudioError('canceled', 'Canceled.');
      await calls['avatars.describe']({ id, voices }, uninterrupted);
    });
    brought.add(key);
    await note([...brought]);
  }
}

/** Does the work while nothing is rendered; what a take interrupts is begun again after it. */
async function betweenTakes({ handlers, seats }: BringParts['studio'], signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const isBusy = () => seats.figures().takesQueued + seats.figures().takesRendering > 0;
  const changed = createChange();
  const over = new AbortController();
  const watching = AbortSignal.any([signal, over.signal]);
  let attempt: AbortController | null = null;
  const watch = async () => {
    for await (const kind of handlers.streams['changes.watch'](null, watching)) {
      if (kind === 'takes' && isBusy()) attempt?.abort();
      changed.announce();
    }
  };
  const watched = watch().catch(() => undefined); // ended with the work
  try {
    for (;;) {
      const seen = changed.count;
      if (isBusy()) {
        await changed.after(seen, signal);
        continue;
      }
      attempt = new AbortController();
      try {
        return await work(AbortSignal.any([signal, attempt.signal]));
      } catch (error) {
        throwIfCanceled(signal);
        if (errorData(error).code !== 'canceled') throw error;
      }
    }
  } finally {
    over.abort();
    await watched;
  }
}
