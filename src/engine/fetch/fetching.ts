/** Fetching what a manifest knows, one at a time for each file, over all processes that share the home. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { StudioError } from '../../shared/errors.ts';
import { lockedIn } from '../library/lock.ts';
import { createChange } from '../change.ts';
import { download, type DownloadOptions, type Progress, type Source } from './download.ts';

export interface Fetching extends DownloadOptions {
  home: string;
  /** Of what is fetched: one of that name at a time. */
  name: string;
  source: Source;
  /** The folder that it is for; the part lies there, hidden. */
  folder: string;
  /** Whether it came meanwhile, brought by somebody else: then there is nothing to do. */
  isThere: () => Promise<boolean>;
  /** Takes the whole, checked file to its place, or copies it. What it refuses as invalid-input is removed. */
  install: (file: string) => Promise<void>;
}

/** Tells how far it is, and ends when it is installed. @throws what `download` and `install` throw; canceled */
export async function* fetchAndInstall({ home, name, source, folder, isThere, install, ...options }: Fetching): AsyncGenerator<Progress, void, void> {
  const part = path.join(folder, `.${name}.fetch.part`);
  const { signal } = options;
  const steps = createChange();
  let progress: Progress = { doneBytes: 0, totalBytes: source.bytes };
  let over = false;
  const leave = new AbortController();
  const stopped = signal ? AbortSignal.any([signal, leave.signal]) : leave.signal;
  // The lock is held for as long as a function runs, so what is told goes by a side way.
  const work = lockedIn(home, `fetch-${name}`, stopped, async () => {
    if (await isThere()) return;
    for await (const step of download(source, part, { ...options, signal: stopped })) {
      progress = step;
      steps.announce();
    }
    try {
      await install(part);
    } catch (error) {
      if (error instanceof StudioError && error.code === 'invalid-input') await rm(part, { force: true });
      throw error;
    }
    await rm(part, { force: true });
  }).finally(() => {
    over = true;
    steps.announce();
  });
  work.catch(() => undefined); // thrown below
  try {
    for (let seen = -1; !over; ) {
      await steps.after(seen);
      seen = steps.count;
      if (!over) yield progress;
    }
    await work;
  } finally {
    leave.abort();
    await work.catch(() => undefined); // the part is closed before anyone begins anew
  }
}
