/** One take as a user of the studio sees it: when its first bytes were there, what its chunks took, how long it was in all. */
import { parse } from '../../shared/contract/common.ts';
import { renderRequest, type RenderRequest } from '../../shared/contract/request.ts';
import type { ChunkTimes } from '../../shared/contract/take.ts';
import { fromErrorData, StudioError } from '../../shared/errors.ts';
import { rateValue } from '../media/rate.ts';
import type { Studio } from '../studio/studio.ts';

export interface BenchTake {
  /** From the request to the first published fragment, milliseconds. */
  firstBytesMs: number;
  /** From the request to the finished take. */
  wallMs: number;
  durationSec: number;
  frames: number;
  /** Finding the face and opening its scene: 0 where they were at hand. */
  prepareMs: number;
  sceneMs: number;
  chunks: ChunkTimes[];
}

/** The performance guide's two texts, with the number of chunks that it names for each. */
export const GUIDE_TEXTS = [
  { text: 'سلام چطورید؟', chunks: 1 },
  { text: 'متن طولانی برای تست عملکرد سیستم', chunks: 2 },
] as const;

/**
 * About ten seconds, Persian and English in turn. Every sentence carries a number that no other text has, so that none was spoken
 * before: speech is kept, and what is kept costs nothing.
 */
export function createTexts(): () => string {
  let number = 0;
  return () => {
    number += 1;
    const n = 100 + number;
    return number % 2 === 1
      ? `گزارش شمارهٔ ${n} آماده است. این ابزار از یک عکس ساده ویدیوی ${n} را می‌سازد که در آن چهره سخن می‌گوید. برای ساختن بخش ${n} نه کارت گرافیک لازم است و نه اینترنت.`
      : `Report number ${n} is ready. This tool takes a simple photo and makes video ${n}, in which the face speaks. It needs neither a graphics card nor the internet for part ${n}.`;
  };
}

export interface Size {
  width: number;
  height: number;
}

export const SMALL: Size = { width: 512, height: 512 };
export const LARGE: Size = { width: 1920, height: 1080 };
export const nameOf = ({ width, height }: Size): string => `${width}×${height}`;

export const benchRequest = (avatar: string, script: string, size: Size): RenderRequest => parse(renderRequest, { avatar, script, size }, 'The bench request');

/** Renders a take to its end, as fast as it goes. @throws why the take failed; canceled */
export async function renderBenchTake(studio: Studio, seatId: string, request: RenderRequest, signal: AbortSignal): Promise<BenchTake> {
  const began = performance.now();
  const { id } = studio.start({ sessionId: seatId, request, leadSec: null });
  const take: BenchTake = { firstBytesMs: 0, wallMs: 0, durationSec: 0, frames: 0, prepareMs: 0, sceneMs: 0, chunks: [] };
  for await (const event of studio.watch(id, signal)) {
    if (event.type === 'fragment') take.firstBytesMs ||= performance.now() - began;
    else if (event.type === 'chunk') take.chunks.push(event.times);
    else if (event.type === 'prepared') Object.assign(take, { prepareMs: event.prepareMs, sceneMs: event.sceneMs });
    else if (event.type === 'take' && event.take.error) throw fromErrorData(event.take.error);
    else if (event.type === 'take' && event.take.state === 'finished') {
      const { framesDone, rate } = event.take;
      return { ...take, wallMs: performance.now() - began, frames: framesDone, durationSec: framesDone / rateValue(rate!) };
    }
  }
  throw new StudioError('bug', 'A take of the bench ended without a result.');
}

/**
 * Kills the engine process once two seconds of a take are published.
 * @returns milliseconds from the kill to the next published fragment of that take. @throws why the take failed; canceled
 */
export async function killAmidTake(studio: Studio, request: RenderRequest, signal: AbortSignal): Promise<number> {
  const { id } = studio.start({ sessionId: studio.seats.open().seatId, request, leadSec: null });
  let killedMs: number | null = null;
  let isRenderingAgain = false;
  for await (const event of studio.watch(id, signal)) {
    if (event.type === 'take') {
      if (event.take.error) throw fromErrorData(event.take.error);
      isRenderingAgain ||= event.take.restarts > 0 && event.take.state === 'rendering';
    }
    if (event.type !== 'fragment') continue;
    const { firstFrame, frames } = event.fragment;
    if (killedMs === null && firstFrame + frames >= KILL_AT_FRAME) {
      const pid = studio.engine.pid();
      if (pid === null) throw new StudioError('bug', 'The engine process was gone before the bench ended it.');
      process.kill(pid, 'SIGKILL');
      killedMs = performance.now();
    } else if (killedMs !== null && isRenderingAgain) {
      // Fragments that were on their way when the process ended came before the new one began.
      const recoveredMs = performance.now() - killedMs;
      await studio.cancel(id);
      return recoveredMs;
    }
  }
  throw new StudioError('bug', 'The take ended before the engine could be killed amid it.');
}

const KILL_AT_FRAME = 50;
