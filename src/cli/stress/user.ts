/** One user of the service, as a program would be: a seat over the WebSocket, takes one after another, each read over HTTP while it is made. */
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StudioApi } from '../../shared/contract.ts';
import { isOver, type ChunkTimes, type TakeInfo } from '../../shared/contract/take.ts';
import { StudioError } from '../../shared/errors.ts';
import { connect, type Client } from '../../shared/rpc.ts';
import { socketPort } from '../../shared/socketPort.ts';

export interface ServiceAddress {
  port: number;
  token: string;
}

export interface TakeReport {
  state: TakeInfo['state'];
  error: string | null;
  framesDone: number;
  restarts: number;
  /** From asking for the take to the first playable bytes in this process; null where none came. */
  firstBytesMs: number | null;
  chunks: ChunkTimes[];
  /** What was read over HTTP. */
  file: string;
  /** Whether all that was published came over HTTP. */
  whole: boolean;
}

/** Frames that the user had got by then, for comparing users. */
export type Progress = [atMs: number, frames: number];

export interface Connection {
  client: Client<StudioApi>;
  address: ServiceAddress;
  close(): void;
}

export function connectTo(address: ServiceAddress): Connection {
  const socket = new WebSocket(`ws://127.0.0.1:${address.port}/api?token=${address.token}`);
  const client = connect<StudioApi>(socketPort(socket));
  return { client, address, close: () => socket.close() };
}

const urlOf = ({ port, token }: ServiceAddress, route: string): string => `http://127.0.0.1:${port}${route}${route.includes('?') ? '&' : '?'}token=${token}`;

/** Brings a picture and registers it. @returns the avatar's id */
export async function registerPicture({ client, address }: Connection, picture: Uint8Array, name: string): Promise<string> {
  const response = await fetch(urlOf(address, `/uploads?name=${encodeURIComponent(name)}`), { method: 'PUT', body: picture });
  const { upload } = (await response.json()) as { upload: string };
  for await (const event of client.stream('avatars.register', { file: upload })) if (event.type === 'registered') return event.avatar.id;
  throw new StudioError('bug', `${name} was not registered.`);
}

/** Makes one take and reads it whole. Refusals and failures are part of the report. */
export async function makeTake(
  { client, address }: Connection,
  wish: { sessionId: string; avatar: string; voice: string; script: string; size: number; folder: string },
  onProgress: (frames: number) => void = () => undefined,
): Promise<TakeReport> {
  const { sessionId, avatar, voice, script, size, folder } = wish;
  const askedMs = performance.now();
  const chunks: ChunkTimes[] = [];
  let take: TakeInfo;
  try {
    take = await client.call('takes.start', { sessionId, request: { avatar, voice, script, size: { width: size, height: size } } });
  } catch (error) {
    return { state: 'failed', error: error instanceof Error ? error.message : String(error), framesDone: 0, restarts: 0, firstBytesMs: null, chunks, file: '', whole: false };
  }
  const file = path.join(folder, `${take.id}.mp4`);
  /** When how many bytes had come. */
  const arrivals: [atMs: number, bytes: number][] = [];
  let playableBytes: number | null = null;
  let publishedBytes = 0;

  const reading = (async () => {
    const response = await fetch(urlOf(address, `/takes/${take.id}.mp4`));
    let bytes = 0;
    const counted = async function* (source: AsyncIterable<Uint8Array>) {
      for await (const part of source) {
        bytes += part.length;
        if (playableBytes === null || arrivals.length === 0 || arrivals.at(-1)![1] < playableBytes) arrivals.push([performance.now(), bytes]);
        yield part;
      }
    };
    await pipeline(Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]), counted, createWriteStream(file));
    return bytes;
  })();
  reading.catch(() => undefined); // part of the report below; a take that fails breaks its video off before its watch ends
  for await (const event of client.stream('takes.watch', { takeId: take.id }, { credit: 64 })) {
    if (event.type === 'take') take = event.take;
    else if (event.type === 'chunk') chunks.push(event.times);
    else if (event.type === 'fragment') {
      publishedBytes = event.fragment.offset + event.fragment.bytes;
      playableBytes ??= publishedBytes;
      onProgress(event.fragment.firstFrame + event.fragment.frames);
    }
  }
  const readBytes = await reading.catch(() => 0);
  const first = arrivals.find(([, bytes]) => playableBytes !== null && bytes >= playableBytes);
  return {
    state: take.state, error: take.error?.message ?? (isOver(take.state) ? null : 'The watch ended before the take.'), framesDone: take.framesDone, restarts: take.restarts,
    firstBytesMs: first ? first[0] - askedMs : null, chunks, file, whole: readBytes === publishedBytes,
  };
}
