/** Files that clients bring: kept for a while under ids, for avatars, recordings and backgrounds. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat, statfs, utimes } from 'node:fs/promises';
import path from 'node:path';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { systemFailure } from '../media/wholeFile.ts';

export interface Uploads {
  /**
   * Writes the bytes to disk as they come. What fails, is too large or is broken off leaves nothing.
   * @param sizeBytes as announced; null where it was not
   * @returns what requests may name it by: `upload:ID`
   * @throws invalid-input where it is empty, too long or shorter than announced; capacity where the disk has no room; io; canceled
   */
  receive(bytes: AsyncIterable<Uint8Array>, about: { name: string | null; sizeBytes: number | null }, signal?: AbortSignal): Promise<string>;
  /**
   * Hands out a file of the studio's own, which nobody writes in: as a second name of it, which needs no room; as a copy where the disk has no such names.
   * It stays for as long as the file is there. @throws io, and capacity for a copy
   */
  lend(file: string): Promise<string>;
  /** The file that `upload:ID` names; its day begins anew. @throws invalid-input where there is none */
  resolve(upload: string): Promise<string>;
  /** Of a file of this folder: what it is named by; any other name stays as it is. */
  nameOf(file: string): string;
  /** A take was started with it, and may go on at the next start: `close` leaves it to its day. */
  leave(file: string): void;
  /** Removes what was received here and is not left. */
  close(): Promise<void>;
}

export interface UploadsOptions {
  /** For uploads alone; made where there is none. */
  folder: string;
  /** Largest file. */
  limitBytes?: number;
}

export const UPLOAD_LIMIT_BYTES = 2 * 1024 ** 3;
/** Left free for takes and the system. */
const RESERVE_BYTES = 512 << 20;
const DAY_MS = 24 * 3600 * 1000;
const SWEEP_MS = 3600 * 1000;
const UPLOAD = /^upload:([0-9a-f-]{36})$/;
const ARRIVING = '.arriving';

export const isUpload = (name: string): boolean => UPLOAD.test(name);

/** Opens the folder and removes what is older than a day. @throws io */
export async function openUploads({ folder, limitBytes = UPLOAD_LIMIT_BYTES }: UploadsOptions): Promise<Uploads> {
  // Others may use the folder too: another studio of the same home.
  const received = new Set<string>();
  const arriving = new Set<string>();
  /** What was lent, by its upload's id. */
  const lent = new Map<string, { file: string; state: string | null }>();
  const remove = (id: string) => rm(path.join(folder, id), { recursive: true, force: true });
  /** Its day begins anew, also for who shares the folder. @returns whether it is there */
  const renew = async (id: string): Promise<boolean> => {
    const now = new Date();
    return utimes(path.join(folder, id), now, now).then(() => true, () => false);
  };
  const isLent = async (id: string): Promise<boolean> => {
    const source = lent.get(id);
    return source !== undefined && source.state !== null && (await stateOf(source.file)) === source.state;
  };
  const sweep = async () => {
    for (const id of await readdir(folder)) {
      if ((await isLent(id)) && (await renew(id))) continue;
      const about = await stat(path.join(folder, id)).catch(() => null);
      if (!about || arriving.has(id) || Date.now() - about.mtimeMs <= DAY_MS) continue;
      await remove(id);
      lent.delete(id);
    }
  };
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw systemFailure(folder, error);
  });
  await sweep();
  const sweeping = setInterval(() => void sweep().catch(() => undefined), SWEEP_MS);
  sweeping.unref();

  /** A new one, whole or not at all. @returns its id */
  const bring = async (name: string | null, write: (file: string) => Promise<void>): Promise<string> => {
    const id = randomUUID();
    const temporary = `${id}${ARRIVING}`;
    arriving.add(temporary);
    try {
      await mkdir(path.join(folder, temporary));
      await write(path.join(folder, temporary, safeName(name)));
      await rename(path.join(folder, temporary), path.join(folder, id));
      received.add(id);
      return id;
    } catch (error) {
      await remove(temporary);
      throw error;
    } finally {
      arriving.delete(temporary);
    }
  };
  const receive = async (bytes: AsyncIterable<Uint8Array>, { name, sizeBytes }: { name: string | null; sizeBytes: number | null }, signal?: AbortSignal): Promise<string> => {
    if (sizeBytes !== null && sizeBytes > limitBytes) throw tooLarge(limitBytes);
    const room = await statfs(folder);
    const freeBytes = room.bavail * room.bsize - RESERVE_BYTES;
    if ((sizeBytes ?? 1) > freeBytes) throw noRoom();
    const write = async (target: string) => {
      const file = await open(target, 'wx');
      let got = 0;
      try {
        for await (const piece of bytes) {
          throwIfCanceled(signal);
          got += piece.length;
          if (got > limitBytes) throw tooLarge(limitBytes);
          if (got > freeBytes) throw noRoom();
          await file.appendFile(piece);
        }
      } finally {
        await file.close();
      }
      throwIfCanceled(signal);
      if (got === 0) throw new StudioError('invalid-input', 'The upload is empty.');
      if (sizeBytes !== null && got !== sizeBytes) throw new StudioError('invalid-input', `The upload broke off: ${got} of ${sizeBytes} bytes arrived. Send it again.`);
    };
    try {
      return await bring(name, write);
    } catch (error) {
      throwIfCanceled(signal);
      throw systemFailure('The upload', error);
    }
  };

  return {
    receive: async (...given) => `upload:${await receive(...given)}`,
    async lend(file) {
      const state = await stateOf(file);
      // Who opens a project again and again is given the same.
      for (const [id, source] of lent) if (source.file === file && source.state === state && (await renew(id))) return `upload:${id}`;
      const name = path.basename(file);
      const copy = async () => receive(bytesOf(file), { name, sizeBytes: (await stat(file).catch(() => null))?.size ?? null });
      const id = await bring(name, (target) => link(file, target)).catch(copy);
      lent.set(id, { file, state });
      return `upload:${id}`;
    },
    async resolve(upload) {
      const id = UPLOAD.exec(upload)?.[1];
      const [name] = id === undefined ? [] : await readdir(path.join(folder, id)).catch(() => []);
      if (id === undefined || name === undefined) throw new StudioError('invalid-input', `There is no upload “${upload.slice(0, 60)}”. Uploads go a day after they were last used: send the file again.`);
      await renew(id);
      return path.join(folder, id, name);
    },
    nameOf(file) {
      const [id, name, ...more] = path.relative(folder, file).split(path.sep);
      return name !== undefined && more.length === 0 && isUpload(`upload:${id}`) ? `upload:${id}` : file;
    },
    leave: (file) => void received.delete(path.basename(path.dirname(file))),
    async close() {
      clearInterval(sweeping);
      for (const id of received) await remove(id);
    },
  };
}

/** Opened when it is asked for. */
async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(file) as AsyncIterable<Uint8Array>;
}

/** By which a file is known again; null: there is none. */
async function stateOf(file: string): Promise<string | null> {
  const about = await stat(file).catch(() => null);
  return about && `${about.ino} ${about.size} ${about.mtimeMs}`;
}

const tooLarge = (limitBytes: number) =>
  new StudioError('invalid-input', `The upload is larger than the ${Math.floor(limitBytes / 1024 ** 2)} MB that are allowed.`, { details: { limitBytes } });
const noRoom = () => new StudioError('capacity', 'The disk has no room for this upload. Free some space and try again.');

/** A file name that every disk takes and that leads nowhere else: the last part, without signs that mean something to a system. Of a long one the beginning stays, and what kind of file it is. */
function safeName(name: string | null): string {
  const last = (name ?? '').split(/[\\/]/).at(-1)!;
  const plain = last.replace(/[\x00-\x1f<>:"|?*\x7f]/g, '_').replace(/[. ]+$/, '').replace(/^\.+/, '');
  const { name: stem, ext } = path.parse(plain);
  const ending = /^\.\w{1,8}$/.test(ext) ? ext : '';
  const short = (Array.from(ending === '' ? plain : stem).slice(0, 48 - ending.length).join('') + ending).replace(/[. ]+$/, '').replace(/^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i, '_$1');
  return short === '' ? 'upload' : short;
}
