/** Pictures of takes, as a function from Request to Response, for node:http and for Electron's protocols alike. What was published never changes, so neither do they. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { type Fragment, isOver, type TakeInfo } from '../../shared/contract/take.ts';
import { StudioError } from '../../shared/errors.ts';
import { createCache } from '../library/cache.ts';
import { rateValue } from '../media/rate.ts';
import type { FramePictureJob } from '../media/framePicture.ts';
import type { FramePictureApi } from '../media/framePictureThread.ts';
import { startThread, type Thread } from '../threads.ts';
import { takeOf, type TakeMediaParts } from './takeMedia.ts';
import { HttpError } from './web.ts';

/** JPEGs kept in memory: some thousand small ones. */
const KEPT_BYTES = 32 << 20;
/** Fragment tables of finished takes that are at hand. */
const KEPT_TABLES = 8;
const HEIGHTS = { least: 16, most: 2160, default: 180 };
/** The thread and its decoders go when no picture was made for this long. */
const IDLE_MS = 30_000;
const FOR_A_DAY = 'private, max-age=86400, immutable';

interface Table {
  initBytes: number;
  fragments: readonly Fragment[];
}

export interface TakeFrames {
  /** Answers `/takes/ID/frame.jpg` with `?frame=N` or `?at=SEC`, and `&height=H`. GET and HEAD. */
  answer(takeId: string, request: Request): Promise<Response>;
  /** Once the picture that is being made is made. */
  close(): Promise<void>;
}

export function createTakeFrames({ handlers, takeFile, workFolder }: TakeMediaParts): TakeFrames {
  const tables = new Map<string, Promise<Table>>();
  let thread: { client: Thread<FramePictureApi>; idle: NodeJS.Timeout; working: Set<Promise<unknown>> } | null = null;
  let isClosed = false;

  const begun = (): NonNullable<typeof thread> => {
    const client = startThread<FramePictureApi>(new URL('../media/framePictureThread.ts', import.meta.url));
    const idle = setTimeout(() => {
      if (thread!.working.size > 0) return; // a thread that is ended while a codec works in it takes the whole process along
      thread = null;
      void client.terminate();
    }, IDLE_MS).unref();
    return { client, idle, working: new Set() };
  };
  const make = async (job: FramePictureJob): Promise<Uint8Array> => {
    if (isClosed) throw new HttpError(503, 'The studio is closing.');
    const { client, idle, working } = (thread ??= begun());
    const picture = client.call('picture', job);
    working.add(picture);
    try {
      return await picture;
    } finally {
      working.delete(picture);
      if (!isClosed) idle.refresh();
    }
  };

  /** The fragments up to the one that holds the frame. */
  const readTable = async (takeId: string, upTo: number, signal: AbortSignal): Promise<Table> => {
    const fragments: Fragment[] = [];
    let initBytes = 0;
    for await (const event of handlers.streams['takes.watch']({ takeId }, signal)) {
      if (event.type === 'fragment') {
        initBytes = event.initBytes;
        fragments.push(event.fragment);
        if (event.fragment.firstFrame + event.fragment.frames > upTo) break;
      }
    }
    return { initBytes, fragments };
  };
  const tableOf = async ({ id, state, framesDone }: TakeInfo, frame: number, signal: AbortSignal): Promise<Table> => {
    if (state !== 'finished') return readTable(id, frame, signal);
    const known = tables.get(id) ?? readTable(id, framesDone - 1, new AbortController().signal);
    tables.delete(id);
    tables.set(id, known);
    known.catch(() => tables.delete(id));
    for (const oldest of tables.keys()) if (tables.size > KEPT_TABLES) tables.delete(oldest);
    return known;
  };
  const pictures = createCache<Uint8Array>({
    budgetBytes: KEPT_BYTES,
    async load(key) {
      const { id, height, ...piece } = JSON.parse(key) as { id: string; height: number; initBytes: number; offset: number; bytes: number; frame: number };
      for (let attempt = 0; ; attempt++) {
        try {
          // It may get its final name between the question and the opening.
          const job = { ...piece, height, file: await takeFile(id), pieceFile: path.join(workFolder, `${randomUUID()}.mp4`) };
          const value = await make(job);
          return { value, bytes: value.length, tier: 'prepared' };
        } catch (error) {
          if (attempt === 1 || !(error instanceof StudioError) || error.code !== 'io') throw error;
        }
      }
    },
  });

  const answer: TakeFrames['answer'] = async (takeId, request) => {
    const { searchParams } = new URL(request.url);
    const height = wholeNumber(searchParams.get('height') ?? String(HEIGHTS.default), 'height', HEIGHTS.least, HEIGHTS.most);
    const take = await takeOf(handlers, takeId, request.signal);
    const at = searchParams.get('at');
    const wanted = at === null ? wholeNumber(searchParams.get('frame') ?? '0', 'frame', 0, 1e9) : frameAt(at, take);
    const isFinished = isOver(take.state);
    const { framesDone } = take;
    // A moment at the very end is the last picture's.
    const frame = at !== null && isFinished ? Math.min(wanted, framesDone - 1) : wanted;
    if (frame >= framesDone) throw new HttpError(404, isFinished ? `The take has ${framesDone} frames; there is no frame ${frame}.` : `Frame ${frame} of the take is not rendered yet.`);
    const table = await tableOf(take, frame, request.signal);
    const last = table.fragments.findIndex((fragment) => fragment.firstFrame + fragment.frames > frame);
    const first = table.fragments.findLastIndex(({ keyframe, index }) => keyframe && index <= last);
    const [from, to] = [table.fragments[first], table.fragments[last]];
    const etag = `"${encodeURIComponent(take.id)}-${frame}-${height}"`;
    const headers = { 'content-type': 'image/jpeg', etag, 'cache-control': isFinished ? FOR_A_DAY : 'private, no-cache' };
    if ((request.headers.get('if-none-match') ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)) return new Response(null, { status: 304, headers });
    if (request.method === 'HEAD') return new Response(null, { headers });
    const key = JSON.stringify({ id: take.id, height, initBytes: table.initBytes, offset: from.offset, bytes: to.offset + to.bytes - from.offset, frame: frame - from.firstFrame });
    const picture = await pictures.get(key, request.signal);
    return new Response(Uint8Array.from(picture), { headers: { ...headers, 'content-length': String(picture.length) } });
  };

  return {
    answer,
    async close() {
      isClosed = true;
      if (!thread) return;
      const { client, idle, working } = thread;
      clearTimeout(idle);
      await Promise.allSettled(working);
      await client.terminate();
    },
  };
}

function wholeNumber(text: string, name: string, least: number, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most)) throw new StudioError('invalid-input', `${name} must be a whole number from ${least} to ${most}.`);
  return value;
}

/** The frame that is shown at that moment. */
function frameAt(text: string, { rate }: TakeInfo): number {
  const sec = /^\d{1,6}(?:\.\d{1,9})?$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(sec)) throw new StudioError('invalid-input', 'at must be seconds from the start of the take, e.g. 12.5.');
  if (rate === null) throw new HttpError(404, 'Nothing of the take is rendered yet.');
  return Math.floor(sec * rateValue(rate) + 1e-6);
}
