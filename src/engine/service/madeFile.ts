/** Files that are made to be sent, and gone when they were. */
import { randomUUID } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { StudioError } from '../../shared/errors.ts';
import { fileBytes } from './fileBytes.ts';
import { bodyOf } from './web.ts';

/** Being made or sent at a time, of one kind. Each copies a whole take, or all that a project has. */
const MOST = 4;

export interface MadeFiles {
  /** For work files; it is there. */
  workFolder: string;
  ending: string;
  /** The sentence for one too many. */
  busy: string;
}

/** @returns an answer with the file that `make` writes, under the headers that it gives. @throws capacity, and what `make` throws */
export function madeFiles({ workFolder, ending, busy }: MadeFiles): (make: (file: string) => Promise<Record<string, string>>, signal: AbortSignal) => Promise<Response> {
  let underWay = 0;
  return async (make, signal) => {
    if (underWay >= MOST) throw new StudioError('capacity', busy);
    const file = path.join(workFolder, `${randomUUID()}${ending}`);
    underWay += 1;
    const done = async () => {
      underWay -= 1;
      await rm(file, { force: true });
    };
    try {
      const headers = await make(file);
      const { size } = await stat(file);
      return new Response(bodyOf((given) => fileBytes(file, 0, size, given), signal, done), { headers: { ...headers, 'content-length': String(size) } });
    } catch (error) {
      await done();
      throw error;
    }
  };
}
