/** Takes that this process renders, from `begin` or `adopt` to their end. */
import { constants, renameSync, rmSync } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import type { RenderRequest } from '../../shared/contract/request.ts';
import { type Fragment, isOver, type SaidSegment, type TakeInfo } from '../../shared/contract/take.ts';
import { StudioError, type ErrorData } from '../../shared/errors.ts';
import type { Chunk } from '../../shared/vocabulary.ts';
import type { MouthTrack } from '../mouthTrack.ts';
import { replaceDurably, syncFile } from './durable.ts';
import { removeFolder } from './store.ts';
import type { TimedChunk } from './takeCatalogue.ts';
import { dropOwner, growingFile, markKept, markOwner, recordFile, sizeOf, takeFile, TAKE_ID } from './takeFolder.ts';
import { areUnbroken, fragmentFault, packFragments, sealTake, type TakeRecord } from './takeRecord.ts';
import type { OwnTake, TakeRoom } from './takeRoom.ts';
import { dropGrowingTrack, sealTrack, writeTrack } from './takeTrack.ts';

/** Failed and canceled takes that are still listed, with their reasons. */
const REASONS_KEPT = 500;

/** What becomes known of a take under way. */
export type TakeChange = Partial<Pick<TakeInfo, 'avatarId' | 'modelId' | 'device' | 'width' | 'height' | 'rate' | 'framesExpected' | 'warnings' | 'restarts'>> & {
  state?: 'queued' | 'rendering' | 'paused';
};

/** What a finished take keeps beside what was journaled. */
export type TakeOutcome = Pick<TakeRecord, 'segments' | 'times' | 'speechFound'> & { chunks: readonly Chunk[] };

/** The take's video is whole, and what is known of it cannot be written now: `finish` may be asked again. */
export class Unsealed extends StudioError {}

export interface NewTake {
  id: string;
  request: RenderRequest;
  kept: boolean;
  parentId?: string | null;
  projectId?: string | null;
}

export function beginTake(room: TakeRoom, { id, request, kept, parentId = null, projectId = null }: NewTake): TakeInfo {
  if (!TAKE_ID.test(id)) throw new StudioError('bug', `“${id}” cannot be a take's id.`);
  if (room.ask((takes) => takes.find(id))) throw new StudioError('bug', `There is a take ${id} already.`);
  const take: TakeInfo = {
    id, request, kept, parentId, projectId, state: 'queued', avatarId: null, modelId: null, device: null, width: null, height: null, rate: null, framesDone: 0, framesExpected: null,
    sizeBytes: 0, restarts: 0, warnings: [], createdAt: new Date().toISOString(), endedAt: null, error: null,
  };
  room.hold(take);
  try {
    room.ask((takes) => takes.put(take, room.me));
    room.inStorage(() => {
      markOwner(room.root, id, room.me);
      markKept(room.root, id, kept);
    });
  } catch (error) {
    room.letGo(id);
    room.ask((takes) => takes.remove(id));
    throw error;
  }
  return take;
}

export function changeTake(room: TakeRoom, id: string, change: TakeChange): TakeInfo {
  const known = room.mine(id);
  const take = { ...known.take, ...change };
  room.ask((takes) => takes.put(take, room.me));
  known.take = take;
  return room.find(id).take;
}

export function publishFragment(room: TakeRoom, id: string, fragment: Fragment, initBytes: number): void {
  const { fragments } = room.mine(id);
  const fault = fragmentFault(fragments.at(-1), fragment, initBytes);
  if (fault) throw new StudioError('bug', `Fragment ${fragment.index} of the take ${id} cannot be published: ${fault}.`);
  room.ask((takes) => takes.addFragment(id, fragment));
  fragments.push(fragment);
}

export function keepChunk(room: TakeRoom, id: string, timed: TimedChunk): void {
  const { chunks } = room.mine(id);
  room.ask((takes) => takes.addChunk(id, timed));
  chunks.set(timed.chunk.index, timed);
}

/** Journals a segment; one that was told keeps what was told of it. */
export function keepSaid(room: TakeRoom, id: string, segment: SaidSegment): void {
  const { said } = room.mine(id);
  if (said.has(segment.index)) return;
  room.ask((takes) => takes.addSaid(id, segment));
  said.set(segment.index, segment);
}

export function keepTrack(room: TakeRoom, id: string, track: MouthTrack): void {
  room.mine(id);
  room.inStorage(() => writeTrack(room.root, id, track));
}

const published = ({ fragments }: OwnTake) => {
  const last = fragments.at(-1);
  return { framesDone: last ? last.firstFrame + last.frames : 0, sizeBytes: last ? last.offset + last.bytes : 0 };
};

export async function finishTake(room: TakeRoom, id: string, { segments, chunks, times, speechFound }: TakeOutcome): Promise<TakeInfo> {
  const own = room.mine(id);
  const { framesDone, sizeBytes } = published(own);
  const file = takeFile(room.root, id);
  const bytes = sizeOf(file);
  if (bytes !== sizeBytes || own.fragments.length === 0) {
    throw new StudioError('io', `The take ${id} cannot be finished: ${file} ${bytes === null ? 'is missing' : `has ${bytes} bytes`}, and ${sizeBytes} were published.`);
  }
  // The journal knows those of all processes that worked at the take.
  const untimed = chunks.filter(({ index }) => !own.chunks.has(index)).map((chunk) => ({ ...chunk, times: null }));
  const take = { ...own.take, state: 'finished' as const, framesDone, sizeBytes, endedAt: new Date().toISOString() };
  const sealed = sealTake({
    take,
    initBytes: own.fragments[0].offset,
    fragments: packFragments(own.fragments),
    segments, times, speechFound,
    chunks: [...untimed, ...[...own.chunks.values()].map(({ chunk, times: each }) => ({ ...chunk, times: each }))].sort((a, b) => a.index - b.index),
  });
  await syncFile(file);
  await sealTrack(room.root, id, framesDone).catch(() => undefined); // the take plays without it
  try {
    await replaceDurably(recordFile(room.root, id), sealed);
    room.ask((takes) => takes.putOver(take, room.me));
  } catch (error) {
    const failure = room.asStudioError(error);
    throw failure instanceof StudioError ? new Unsealed(failure.code, failure.message, { cause: error }) : failure;
  }
  room.letGo(id);
  dropOwner(room.root, id);
  dropGrowingTrack(room.root, id);
  return room.find(id).take;
}

/** Ends a take that nothing is left of to play. */
export async function endTake(room: TakeRoom, id: string, state: 'failed' | 'canceled', error: ErrorData | null): Promise<TakeInfo> {
  const own = room.mine(id);
  // Its files first: on a full disk that makes room for the row.
  await removeFolder(room.root, id);
  room.ask((takes) => {
    takes.putOver({ ...own.take, state, error, framesDone: published(own).framesDone, sizeBytes: 0, endedAt: new Date().toISOString() }, room.me);
    takes.forgetOver(REASONS_KEPT);
  });
  room.letGo(id);
  return room.find(id).take;
}

export async function adoptTake(room: TakeRoom, id: string): Promise<TakeInfo | null> {
  const { root, me } = room;
  const row = room.ask((takes) => takes.find(id));
  if (!row?.take || isOver(row.take.state) || room.isBusy(id, row.owner)) return null;
  const { take, owner } = row;
  room.hold(take); // at once: of two in this process, the other one sees it as busy from here on
  try {
    if (!room.ask((takes) => takes.takeOver(id, owner, me))) {
      room.letGo(id);
      return null;
    }
    room.hold(take, room.ask((takes) => ({ fragments: takes.fragments(id), chunks: takes.chunks(id), said: takes.said(id) })));
    markOwner(root, id, me);
  } catch (error) {
    room.letGo(id);
    throw error;
  }
  const own = room.mine(id);
  const { sizeBytes } = published(own);
  const growing = growingFile(root, id);
  // Renamed, but not finished: it is taken up again where it ended.
  if (sizeOf(growing) === null && sizeOf(takeFile(root, id)) !== null) renameSync(takeFile(root, id), growing);
  if (sizeBytes === 0) rmSync(growing, { force: true });
  const there = sizeOf(growing) ?? 0;
  if (there >= sizeBytes && areUnbroken(own.fragments)) {
    if (there > 0) await makeOurs(growing);
    return room.find(id).take;
  }
  const message = there < sizeBytes ? `its file ended after ${there} of ${sizeBytes} bytes` : 'its journal is damaged';
  return endTake(room, id, 'failed', { code: 'io', message: `What was rendered of this take is lost: ${message}. Render it again.` });
}

/** The same bytes under the same name in a file of our own: an engine whose host is gone may write to the old one for a moment longer. */
async function makeOurs(file: string): Promise<void> {
  const copy = `${file}.copy`;
  try {
    await copyFile(file, copy, constants.COPYFILE_FICLONE);
    await syncFile(copy);
    await rename(copy, file);
  } catch {
    await rm(copy, { force: true }); // no room for it: then on with the old one
  }
}
