/**
 * One large file from its source: what came stays in a part beside it when the connection breaks or the user thinks better of it, and the
 * next try goes on there. It gets its name from the caller, and only when it is what the manifest says, byte for byte.
 */
import { mkdir, open, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { sha256OfFile } from '../fileHash.ts';
import { storageFailure } from '../library/durable.ts';

/** As a manifest names it. */
export const sourceSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  bytes: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Source = z.output<typeof sourceSchema>;

export interface Progress {
  doneBytes: number;
  totalBytes: number;
}

export interface DownloadOptions {
  signal?: AbortSignal | undefined;
  /** Without a byte for so long, the connection counts as broken. */
  silentMs?: number;
  /** Tries in a row, without a byte in between, before it is given up; each waits longer than the one before. */
  tries?: number;
}

/** Left free for takes and the system. */
const RESERVE_BYTES = 256 << 20;
const SILENT_MS = 30_000;
const TRIES = 3;
/** Between two tries, times their number. */
const PAUSE_MS = 500;
/** Between two of the steps that are told. */
const STEP_MS = 100;

/**
 * Fills the part file and tells how far it is; it is whole and checked when this ends.
 * @param part grows from where it is; a hidden name in the folder that the file is for
 * @throws io (the source cannot be reached, answers otherwise, or breaks off: what came is kept; no room on the disk), invalid-input (it is not the
 * file that the manifest names: what came is removed), canceled
 */
export async function* download(source: Source, part: string, options: DownloadOptions = {}): AsyncGenerator<Progress, void, void> {
  const { signal, silentMs = SILENT_MS, tries = TRIES } = options;
  const inStorage = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw storageFailure(error, `The file ${part}`);
    }
  };
  await inStorage(() => mkdir(path.dirname(part), { recursive: true }));
  let done = await sizeOf(part);
  if (done > source.bytes) {
    await rm(part, { force: true });
    done = 0;
  }
  await inStorage(() => checkRoom(part, source.bytes - done));
  yield { doneBytes: done, totalBytes: source.bytes };
  let toldMs = performance.now();
  for (let failures = 0; done < source.bytes; ) {
    const before = done;
    try {
      const watch = new Silence(silentMs, signal);
      const file = await inStorage(() => open(part, 'a'));
      try {
        const { body, from } = await answer(source, done, watch.signal);
        if (from !== done) {
          await file.truncate(0); // the source cannot go on from the middle
          done = 0;
        }
        for await (const bytes of body) {
          watch.heard();
          if (done + bytes.length > source.bytes) throw notTheFile(source, `it goes on after the ${source.bytes} bytes that it should have`);
          await inStorage(() => file.appendFile(bytes));
          done += bytes.length;
          if (performance.now() - toldMs < STEP_MS) continue;
          toldMs = performance.now();
          yield { doneBytes: done, totalBytes: source.bytes };
        }
      } finally {
        watch.end();
        await file.close();
      }
      if (done < source.bytes) throw brokenOff(source, done);
    } catch (error) {
      throwIfCanceled(signal);
      if (error instanceof StudioError && error.code === 'invalid-input') await rm(part, { force: true });
      failures = done > before ? 1 : failures + 1;
      const mayTry = !(error instanceof StudioError) || (error.details as { again?: boolean } | undefined)?.again === true;
      if (!mayTry) throw error;
      if (failures >= tries) throw error instanceof StudioError ? error : unreachable(source, error);
      await sleep(PAUSE_MS * failures, null, signal ? { signal } : {}).catch(() => throwIfCanceled(signal));
    }
  }
  yield { doneBytes: done, totalBytes: source.bytes };
  const found = await inStorage(() => sha256OfFile(part, signal));
  if (found !== source.sha256) {
    await rm(part, { force: true });
    throw notTheFile(source, `its checksum (sha256) is ${found} instead of ${source.sha256}`);
  }
}

/** @returns where the answer begins: at `from`, or at 0 where the source knows no ranges */
async function answer(source: Source, from: number, signal: AbortSignal): Promise<{ body: AsyncIterable<Uint8Array>; from: number }> {
  // Without encoding: what is counted and checked are the file's own bytes.
  const response = await fetch(source.url, { headers: { 'accept-encoding': 'identity', ...(from > 0 ? { range: `bytes=${from}-` } : {}) }, redirect: 'follow', signal });
  const { status, headers, body } = response;
  const refuse = async (error: StudioError): Promise<never> => {
    await body?.cancel().catch(() => undefined);
    throw error;
  };
  if (status === 416) return refuse(notTheFile(source, 'the source has no bytes where it should go on'));
  if (status !== 200 && status !== 206) {
    const again = status === 429 || status >= 500;
    return refuse(new StudioError('io', `${hostOf(source)} answers ${status} instead of sending the file. Try again later; what came before is kept.`, { details: { again } }));
  }
  if (body === null) return refuse(brokenOff(source, from));
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');
  const start = status === 206 && range ? Number(range[1]) : 0;
  if (status === 206 && start !== from) return refuse(notTheFile(source, `it was asked for from byte ${from} on and came from ${start}`));
  const length = status === 206 ? range?.[2] : headers.get('content-length');
  if (length != null && length !== '*' && Number(length) !== source.bytes) return refuse(notTheFile(source, `it has ${length} bytes instead of ${source.bytes}`));
  return { body, from: start };
}

/** Ends a connection that has gone quiet, and with the user's own signal. */
class Silence {
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly signal: AbortSignal;

  constructor(silentMs: number, signal: AbortSignal | undefined) {
    this.signal = signal ? AbortSignal.any([signal, this.#abort.signal]) : this.#abort.signal;
    this.#timer = setTimeout(() => this.#abort.abort(new Error(`nothing came for ${silentMs / 1000} s`)), silentMs);
    this.#timer.unref();
  }

  heard(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

async function checkRoom(part: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(path.dirname(part));
  if (bavail * bsize - RESERVE_BYTES >= bytes) return;
  throw new StudioError('io', `The disk of ${path.dirname(part)} has no room for ${Math.ceil(bytes / 1e6)} MB more. Free some space and try again.`);
}

const sizeOf = async (file: string): Promise<number> => (await stat(file).catch(() => null))?.size ?? 0;
const hostOf = ({ url }: Source): string => new URL(url).host;

function brokenOff(source: Source, done: number): StudioError {
  return new StudioError('io', `The connection to ${hostOf(source)} broke off after ${done} of ${source.bytes} bytes. They are kept: try again, and it goes on there.`, { details: { again: true } });
}

function unreachable(source: Source, error: unknown): StudioError {
  const { message, cause } = error as Error;
  const why = cause instanceof Error ? cause.message : message;
  return new StudioError('io', `${hostOf(source)} cannot be reached (${why}). Check the connection and try again; what came before is kept.`, { cause: error });
}

function notTheFile(source: Source, how: string): StudioError {
  return new StudioError('invalid-input', `What ${hostOf(source)} sends is not the file that was announced: ${how}. It was removed; try again later, or bring the file yourself.`);
}
