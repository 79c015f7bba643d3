/** One decoding for two readers: a clip's frames are looked at and written as plates in the same pass. */
import { StudioError } from '../../shared/errors.ts';
import type { Clip } from '../media/clip.ts';
import type { I420 } from '../media/i420.ts';
import { writePlates } from '../media/plates.ts';

/** Frames that wait for the plate encoder while the other reader is ahead: memory does not grow with the clip. */
const MAX_WAITING = 3;

/**
 * Gives a clip's frames to `look` and writes each into an all-intra file as well; whoever is slower sets the pace.
 * @param file null: only looked at
 * @returns what `look` gives, when the file is whole
 * @throws what `look`, decoding or writing throws; no file is left behind then
 */
export async function withPlates<T>(clip: Clip, file: string | null, signal: AbortSignal | undefined, look: (frames: AsyncIterable<I420>) => Promise<T>): Promise<T> {
  if (file === null) return look(clip.frames());
  const waiting: I420[] = [];
  let state: 'running' | 'whole' | { failure: unknown } = 'running';
  let wakers: (() => void)[] = [];
  const wake = () => {
    const awake = wakers;
    wakers = [];
    for (const each of awake) each();
  };
  const change = () => new Promise<void>((resolve) => void wakers.push(resolve));
  const settle = (next: 'whole' | { failure: unknown }) => {
    if (state === 'running') state = next;
    wake();
  };
  const check = () => {
    if (typeof state === 'object') throw state.failure as Error;
  };

  async function* seen(): AsyncGenerator<I420> {
    try {
      for await (const frame of clip.frames()) {
        while (waiting.length >= MAX_WAITING && typeof state === 'string') await change();
        check();
        waiting.push(frame);
        wake();
        yield frame;
      }
      settle('whole');
    } finally {
      // Where it was left early, the plates so far are of no use.
      settle({ failure: new StudioError('canceled', 'The clip was left before its end.') });
    }
  }
  async function* written(): AsyncGenerator<I420> {
    for (;;) {
      const next = waiting.shift();
      if (next) {
        wake();
        yield next;
        continue;
      }
      check();
      if (state === 'whole') return;
      await change();
    }
  }
  const { width, height } = clip.info;
  const looking = look(seen());
  const writing = writePlates(file, written(), { width, height, signal });
  for (const each of [looking, writing]) each.catch((failure: unknown) => settle({ failure }));
  const [looked, wrote] = await Promise.allSettled([looking, writing]);
  // A failure of writing reaches the one who looks as its own; the other way round only the end of the frames is seen.
  if (looked.status === 'rejected') throw looked.reason;
  if (wrote.status === 'rejected') throw wrote.reason;
  return looked.value;
}
