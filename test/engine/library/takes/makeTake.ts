/** Takes as a host makes them, of bytes that mean nothing. */
import { appendFileSync, renameSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import type { RenderRequest } from '../../../../src/shared/contract/request.ts';
import type { TakeStore } from '../../../../src/engine/library/takes.ts';
import type { TakeOutcome } from '../../../../src/engine/library/takesUnderWay.ts';
import type { Fragment } from '../../../../src/shared/contract/take.ts';

export const REQUEST: RenderRequest = { avatar: 'sara.png', script: 'سلام. Hello.', rate: 1, pitch: 1, background: 'keep', idle: true, quality: 'live' };
export const INIT_BYTES = 700;

export const CHUNK = { index: 0, firstFrame: 0, frames: 30 };
export const TIMES = { processingMs: 90, speechMs: 20, queueMs: 1, inferenceMs: 0, composeMs: 50, encodeMs: 30, gapMs: null };
export const OUTCOME: TakeOutcome = {
  segments: [
    { segment: { index: 0, text: 'سلام. ', lang: 'fa' }, startSec: 0.28, endSec: 1, words: [{ text: 'سلام', startSec: 0.3, endSec: 0.8 }] },
    { segment: { index: 1, text: 'Hello.', lang: 'en' }, startSec: 1, endSec: 2, words: [{ text: 'Hello', startSec: 1.1, endSec: 1.6 }] },
  ],
  chunks: [CHUNK, { index: 1, firstFrame: 30, frames: 20 }],
  times: { speechMs: 40, totalMs: 200 },
  speechFound: null,
};

/** The fragment after `last`; frames and bytes vary. */
export function nextFragment(last: Fragment | undefined): Fragment {
  const index = last ? last.index + 1 : 0;
  return {
    index, firstFrame: last ? last.firstFrame + last.frames : 0, frames: 5 + (index % 6), keyframe: index % 3 === 0,
    offset: last ? last.offset + last.bytes : INIT_BYTES, bytes: 1000 + 37 * (index % 11),
  };
}

/** Writes the next fragment's bytes, then publishes it. */
export function publishNext(takes: TakeStore, id: string, last: Fragment | undefined): Fragment {
  const fragment = nextFragment(last);
  if (!last) appendFileSync(takes.growingFile(id), Buffer.alloc(INIT_BYTES, 'i'));
  appendFileSync(takes.growingFile(id), Buffer.alloc(fragment.bytes, fragment.index % 256));
  takes.publish(id, fragment, INIT_BYTES);
  return fragment;
}

/** A take under way with so many fragments. */
export function beginTake(takes: TakeStore, { fragments = 3, kept = false, request = REQUEST, id = randomUUID() }: { fragments?: number; kept?: boolean; request?: RenderRequest; id?: string } = {}): string {
  takes.begin({ id, request, kept });
  takes.change(id, { state: 'rendering', width: 512, height: 512, rate: { num: 25, den: 1 } });
  let last: Fragment | undefined;
  for (let i = 0; i < fragments; i++) last = publishNext(takes, id, last);
  return id;
}

/** As the writer does when the file is whole. */
export const nameFile = (takes: TakeStore, id: string): void => renameSync(takes.growingFile(id), takes.file(id));

export async function finishedTake(takes: TakeStore, options: Parameters<typeof beginTake>[1] = {}): Promise<string> {
  const id = beginTake(takes, options);
  takes.addChunk(id, CHUNK, TIMES);
  nameFile(takes, id);
  await takes.finish(id, OUTCOME);
  return id;
}
