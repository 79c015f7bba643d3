/**
 * Takes as media, as functions from Request to Response, for node:http and for Electron's protocols alike: a growing take as it grows, a
 * finished one in ranges, and as a file to keep.
 */
import { open, stat, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StudioApi } from '../../shared/contract.ts';
import type { TakeInfo } from '../../shared/contract/take.ts';
import { errorData, StudioError } from '../../shared/errors.ts';
import type { Handlers } from '../../shared/rpc.ts';
import { rateValue } from '../media/rate.ts';
import { fileBytes, PIECE_BYTES, read } from './fileBytes.ts';
import { madeFiles } from './madeFile.ts';
import { bodyOf, failure, HttpError } from './web.ts';

export interface TakeMediaParts {
  /** Checked: take ids come from addresses. */
  handlers: Handlers<StudioApi>;
  /** Where the take's MP4 lies, or grows. It may be renamed, or grow on in another file, at any time. */
  takeFile: (takeId: string) => string | Promise<string>;
  /** For downloads under way. */
  workFolder: string;
}

const MOST_OPENINGS = 8;
const MP4 = { 'content-type': 'video/mp4' };

/** Answers `/takes/ID.mp4`, with `?from=FRAGMENT` or `?download=1`. GET and HEAD. */
export function createTakeMedia({ handlers, takeFile, workFolder }: TakeMediaParts): (takeId: string, request: Request) => Promise<Response> {
  const send = madeFiles({ workFolder, ending: '.mp4', busy: 'Other takes are being prepared for download. Try again in a moment.' });

  const download = (take: TakeInfo, request: Request): Promise<Response> | Response => {
    const headers = { ...MP4, 'content-disposition': `attachment; filename="take-${take.id.replace(/[^\w-]/g, '_')}.mp4"` };
    if (request.method === 'HEAD') return new Response(null, { headers });
    return send(async (file) => {
      // Loaded on first use: a host that serves no downloads holds no codecs.
      const { remux } = await import('../media/remux.ts');
      await remux(await takeFile(take.id), file, { signal: request.signal });
      return headers;
    }, request.signal);
  };

  const growing = (take: TakeInfo, from: number, request: Request): Response =>
    request.method === 'HEAD'
      ? new Response(null, { headers: MP4 })
      : new Response(bodyOf((signal) => growingBytes(take, from, { handlers, takeFile }, signal), request.signal), { headers: MP4 });

  return async (takeId, request) => {
    const { searchParams } = new URL(request.url);
    const take = await takeOf(handlers, takeId, request.signal);
    const isFinished = take.state === 'finished';
    if (searchParams.get('download') === '1') {
      if (!isFinished) throw new HttpError(409, 'The take is still being rendered: it can be downloaded when it is finished.');
      return download(take, request);
    }
    const from = searchParams.get('from');
    if (from !== null && !/^\d{1,9}$/.test(from)) throw new StudioError('invalid-input', 'from must be the index of a fragment.');
    const piece = isFinished || from !== null ? null : closedRangeOf(request.headers.get('range'));
    if (piece && request.method === 'GET') return pieceOfGrowing(take.id, piece, takeFile, request.signal);
    if (!isFinished || from !== null) return growing(take, Number(from ?? 0), request);
    // A finished take never changes: its id is its tag.
    return wholeFile({ file: await takeFile(take.id), etag: `"${encodeURIComponent(take.id)}"`, headers: MP4, gone: 'The video of this take is no longer there.' }, request);
  };
}

/** @throws HttpError 404 where there is no such take; 409 with the reason where nothing is left of it */
export async function takeOf({ calls }: Handlers<StudioApi>, takeId: string, signal: AbortSignal): Promise<TakeInfo> {
  const take = await Promise.resolve(calls['takes.show']({ takeId }, signal)).catch((error: unknown) => {
    throw errorData(error).code === 'invalid-input' ? new HttpError(404, 'There is no such take.') : error;
  });
  if (take.state === 'failed' || take.state === 'canceled') throw new HttpError(409, `The take is ${take.state}${take.error ? `: ${take.error.message}` : '.'}`);
  return take;
}

/** A file that never changes, or a range of it. @param what.gone why there is none */
export async function wholeFile({ file, etag, headers: own, gone }: { file: string; etag: string; headers: Record<string, string>; gone: string }, request: Request): Promise<Response> {
  const about = await stat(file).catch(() => null);
  if (!about?.isFile()) throw new HttpError(404, gone);
  const headers = { ...own, etag, 'accept-ranges': 'bytes', 'cache-control': 'private, no-cache' };
  if ((request.headers.get('if-none-match') ?? '').split(',').some((tag) => [etag, '*'].includes(tag.trim().replace(/^W\//, '')))) return new Response(null, { status: 304, headers });
  const isCurrent = [null, etag].includes(request.headers.get('if-range'));
  const range = isCurrent ? rangeOf(request.headers.get('range'), about.size) : null;
  if (range === 'unsatisfiable') return failure(416, 'invalid-input', 'The range lies outside the file.', { ...headers, 'content-range': `bytes */${about.size}` });
  const { start, end } = range ?? { start: 0, end: about.size };
  return new Response(request.method === 'HEAD' ? null : bodyOf((signal) => fileBytes(file, start, end, signal), request.signal), {
    status: range ? 206 : 200,
    headers: { ...headers, 'content-length': String(end - start), ...(range ? { 'content-range': `bytes ${start}-${end - 1}/${about.size}` } : {}) },
  });
}

/** One range, `end` exclusive; null where all is wanted, also for what is no range and for several, as servers may. */
export function rangeOf(header: string | null, sizeBytes: number): { start: number; end: number } | 'unsatisfiable' | null {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (first === '' && last === '') return null;
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null;
  return start >= end ? 'unsatisfiable' : { start, end };
}

/** A range with both its ends: who asks so follows the fragments; any other reader of a growing take wants all of it. */
function closedRangeOf(header: string | null): { start: number; end: number } | null {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header?.trim() ?? '') ?? [];
  return first === undefined || Number(last) < Number(first) ? null : { start: Number(first), end: Number(last) + 1 };
}

/** Bytes of fragments that were told (takes.watch): they are in the file and never change. What lies beyond those is nobody's yet. */
async function pieceOfGrowing(takeId: string, { start, end }: { start: number; end: number }, takeFile: TakeMediaParts['takeFile'], signal: AbortSignal): Promise<Response> {
  const { handle, name } = await openTake(takeId, takeFile);
  const done = () => handle.close();
  try {
    const { size } = await handle.stat();
    const headers = { ...MP4, 'accept-ranges': 'bytes', 'cache-control': 'no-store' };
    if (end > size) {
      await done();
      return failure(416, 'invalid-input', 'The range lies outside what is rendered so far.', { ...headers, 'content-range': 'bytes */*' });
    }
    const pieces = async function* (reading: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
      for (let at = start; at < end && !reading.aborted; at += PIECE_BYTES) yield await read(handle, at, Math.min(PIECE_BYTES, end - at), name);
    };
    return new Response(bodyOf(pieces, signal, done), { status: 206, headers: { ...headers, 'content-length': String(end - start), 'content-range': `bytes ${start}-${end - 1}/*` } });
  } catch (error) {
    await done();
    throw error;
  }
}

/**
 * The header, then each fragment once it is published, from the first keyframe at or after fragment `from` on. Who reads this gives credit:
 * a fragment that is about to be sent is where the player is. Ends with the take; a take that ends otherwise than finished is an error, so
 * that half a video is not taken for a whole one.
 */
async function* growingBytes(take: TakeInfo, from: number, { handlers, takeFile }: Pick<TakeMediaParts, 'handlers' | 'takeFile'>, signal: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
  const takeId = take.id;
  let { state, rate } = take;
  let began = false;
  let file: { handle: FileHandle; name: string } | null = null;
  const reopen = async () => {
    await file?.handle.close();
    file = null;
    file = await openTake(takeId, takeFile);
    return file;
  };
  /** The name goes at the end, the descriptor stays; after a restart of the engine the take may grow on in another file. */
  const published = async (offset: number, bytes: number): Promise<Uint8Array> => {
    const { handle, name } = file ?? (await reopen());
    return read(handle, offset, bytes, name).catch(async () => {
      const again = await reopen();
      return read(again.handle, offset, bytes, again.name);
    });
  };
  try {
    for await (const event of handlers.streams['takes.watch']({ takeId }, signal)) {
      if (event.type === 'take') ({ state, rate } = event.take);
      if (event.type !== 'fragment') continue;
      const { fragment, initBytes } = event;
      if (!began && (fragment.index < from || !fragment.keyframe)) continue;
      if (!began) yield await published(0, initBytes);
      began = true;
      rate ??= (await handlers.calls['takes.show']({ takeId }, signal)).rate;
      if (rate) await want(handlers, takeId, fragment.firstFrame / rateValue(rate), signal);
      for (let at = 0; at < fragment.bytes; at += PIECE_BYTES) yield await published(fragment.offset + at, Math.min(PIECE_BYTES, fragment.bytes - at));
    }
    if (state !== 'finished') ({ state } = await handlers.calls['takes.show']({ takeId }, signal));
    if (state !== 'finished') throw new StudioError('io', `The take is ${state}.`);
  } finally {
    await (file as { handle: FileHandle } | null)?.handle.close();
  }
}

/** Nothing depends on it once the take is over, which is no failure of its reader. */
async function want({ calls }: Handlers<StudioApi>, takeId: string, playheadSec: number, signal: AbortSignal): Promise<void> {
  try {
    await calls['takes.want']({ takeId, playheadSec }, signal);
  } catch (error) {
    if (errorData(error).code === 'bug') throw error;
  }
}

/** It may get its final name between the question and the opening, a moment before that is known. */
async function openTake(takeId: string, takeFile: TakeMediaParts['takeFile']): Promise<{ handle: FileHandle; name: string }> {
  for (let attempt = 0; ; attempt++) {
    const name = await takeFile(takeId);
    try {
      return { handle: await open(name), name };
    } catch (error) {
      if (attempt === MOST_OPENINGS) throw new StudioError('io', `The video ${name} cannot be read.`, { cause: error });
      await sleep(attempt * 20);
    }
  }
}
