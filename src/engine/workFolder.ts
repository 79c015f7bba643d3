/** Folders for work files that go with the process, however it ends, a kill aside. */
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { StudioError } from '../shared/errors.ts';

const open = new Set<string>();
process.on('exit', () => {
  for (const folder of open) rmSync(folder, { recursive: true, force: true });
});

/** Makes a folder of its own in the system's folder for temporary files. @throws io where that cannot be used */
export async function openWorkFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  let folder: string;
  try {
    folder = await mkdtemp(path.join(os.tmpdir(), 'sima-'));
  } catch (error) {
    throw new StudioError('io', `The folder for work files ${os.tmpdir()} cannot be used. Make it, or set TMPDIR to another one.`, { cause: error });
  }
  open.add(folder);
  return {
    folder,
    async remove() {
      await rm(folder, { recursive: true, force: true });
      open.delete(folder);
    },
  };
}
