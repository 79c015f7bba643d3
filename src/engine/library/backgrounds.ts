/**
 * Pictures behind takes: `<home>/backgrounds/<sha256>.<ending>`, one for each picture however often it is brought. A take is changed, gone on with
 * and measured long after the upload that brought its picture has gone.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { backgroundFile, type RenderRequest } from '../../shared/contract/request.ts';
import { sha256OfFile } from '../fileHash.ts';
import { copyDurably, storageFailure } from './durable.ts';

/** Far more than a photo that can be opened has. */
const LARGEST_BYTES = 256e6;
/** One that no take names yet may be that of a take that is about to begin. */
const SPARED_MS = 24 * 3600 * 1000;

const folderIn = (home: string): string => path.join(home, 'backgrounds');

/** The request with a kept picture in place of the one that it names. One that cannot be kept stays as it is: who draws it says why it cannot be used. @throws io */
export async function keepBackground(home: string, request: RenderRequest): Promise<RenderRequest> {
  const file = backgroundFile(request.background);
  const about = file === undefined ? null : await stat(file).catch(() => null);
  if (file === undefined || !about?.isFile() || about.size > LARGEST_BYTES) return request;
  const folder = folderIn(home);
  const part = path.join(folder, `.${randomUUID()}.part`);
  try {
    const kept = path.join(folder, `${await sha256OfFile(file)}${/^\.[a-z0-9]{1,8}$/.exec(path.extname(file).toLowerCase())?.[0] ?? ''}`);
    const now = new Date();
    if ((await stat(kept).catch(() => null))?.size === about.size) await utimes(kept, now, now);
    else {
      await mkdir(folder, { recursive: true });
      await copyDurably(file, part);
      await rename(part, kept);
    }
    return { ...request, background: `picture:${kept}` };
  } catch (error) {
    await rm(part, { force: true });
    throw storageFailure(error, `The folder ${folder}`);
  }
}

/** Removes those that no take has any more. @param requests of all takes that are listed, asked only where there is one that may go */
export async function sweepBackgrounds(home: string, requests: () => readonly RenderRequest[]): Promise<void> {
  const folder = folderIn(home);
  const old: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const about = await stat(path.join(folder, name)).catch(() => null);
    if (about && Date.now() - about.mtimeMs > SPARED_MS) old.push(path.join(folder, name));
  }
  if (old.length === 0) return;
  const used = new Set(requests().map(({ background }) => backgroundFile(background)));
  for (const file of old) if (!used.has(file)) await rm(file, { force: true });
}
