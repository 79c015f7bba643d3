/** The beginning of a finished take as the beginning of another one: the same pictures and sound, byte for byte, under the other's name. */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { trackBefore, unknownTrack } from '../mouthTrack.ts';
import { growingFile, takeFile } from './takeFolder.ts';
import { fragmentsOf, saidOf } from './takeRecord.ts';
import type { TakeRoom } from './takeRoom.ts';
import { sealedTrack, writeTrack } from './takeTrack.ts';

export interface Beginning {
  /** Fragments of which the last frame lies before this one. */
  frames: number;
  /** So many segments. */
  segments: number;
}

/**
 * Copies what is published of `parentId` before a frame into the new take `id`, and journals it as its own. Nothing is copied where no whole
 * fragment lies before the frame, or the header cannot be made the other take's.
 */
export async function copyBeginning(room: TakeRoom, id: string, parentId: string, { frames, segments }: Beginning): Promise<void> {
  const { root } = room;
  const record = room.recordOf(parentId);
  const all = fragmentsOf(record);
  const after = all.findIndex((fragment) => fragment.firstFrame + fragment.frames > frames);
  const fragments = after < 0 ? all : all.slice(0, after);
  const last = fragments.at(-1);
  if (!last) return;
  const [from, to] = [takeFile(root, parentId), growingFile(root, id)];
  const header = await renamedHeader(from, record.initBytes, parentId, id);
  if (!header) return;
  try {
    const target = createWriteStream(to);
    target.write(header);
    await pipeline(createReadStream(from, { start: record.initBytes, end: last.offset + last.bytes - 1, highWaterMark: 1 << 20 }), target);
  } catch (error) {
    await rm(to, { force: true });
    throw error;
  }
  const end = last.firstFrame + last.frames;
  const track = sealedTrack(root, parentId);
  room.inStorage(() => writeTrack(root, id, track ? trackBefore(track, end) : unknownTrack(end)));
  const own = room.mine(id);
  await inParts(saidOf(record).slice(0, segments), (part) => {
    room.ask((takes) => takes.together(() => part.forEach((segment) => takes.addSaid(id, segment))));
    for (const segment of part) own.said.set(segment.index, segment);
  });
  await inParts(fragments, (part) => {
    room.ask((takes) => takes.together(() => part.forEach((fragment) => takes.addFragment(id, fragment))));
    own.fragments.push(...part);
  });
}

const PART = 500;

/** A little at a time: there are 9,000 fragments in an hour, and the process that journals them answers everybody. */
async function inParts<T>(all: readonly T[], work: (part: readonly T[]) => void): Promise<void> {
  for (let from = 0; from < all.length; from += PART) {
    work(all.slice(from, from + PART));
    await setImmediate();
  }
}

/** The header with the one id in the other's place; null where they are not of one length. */
async function renamedHeader(file: string, bytes: number, parentId: string, id: string): Promise<Buffer | null> {
  if (parentId.length !== id.length) return null;
  const header = Buffer.alloc(bytes);
  const handle = await open(file);
  try {
    await handle.read(header, 0, bytes, 0);
  } finally {
    await handle.close();
  }
  const renamed = Buffer.from(id);
  for (let at = header.indexOf(parentId); at >= 0; at = header.indexOf(parentId, at + renamed.length)) renamed.copy(header, at);
  return header;
}
