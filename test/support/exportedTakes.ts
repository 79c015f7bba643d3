/** Finished takes in a library, small and real: pictures that differ, a click with a white frame, and words at known times. */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { openTakes } from '../../src/engine/library/takes.ts';
import type { RenderRequest } from '../../src/shared/contract/request.ts';
import { writeClickTake, type ClickTake } from './clickTake.ts';

export interface LibraryTake extends ClickTake {
  id: string;
}

export interface TakeOptions {
  frames?: number;
  width?: number;
  height?: number;
  clickFrame?: number;
  script?: string;
  /** Follows a recording instead. */
  audio?: string;
  /** Of what was asked for besides. */
  request?: Partial<RenderRequest>;
}

export const FRAME_SIZE = { width: 192, height: 108 };
const FPS = 25;

export async function addTakes(home: string, wanted: TakeOptions[]): Promise<LibraryTake[]> {
  mkdirSync(home, { recursive: true });
  const takes = openTakes(home);
  const made: LibraryTake[] = [];
  for (const { frames = 50, clickFrame = 10, script = 'سلام به همه. Hello everybody!', audio, request: more = {}, ...size } of wanted) {
    const id = randomUUID();
    const { width, height } = { ...FRAME_SIZE, ...size };
    const request: RenderRequest = { avatar: 'sara.png', ...(audio === undefined ? { script } : { audio }), rate: 1, pitch: 1, background: 'keep', idle: true, quality: 'live', ...more };
    takes.begin({ id, request, kept: false });
    takes.change(id, { state: 'rendering', avatarId: 'ab12', modelId: 'rig', width, height, rate: { num: FPS, den: 1 }, framesExpected: frames });
    const take = await writeClickTake({ file: takes.file(id), growingFile: takes.growingFile(id), frames, clickFrame, width, height, marking: { takeId: id } });
    for (const fragment of take.summary.fragments) takes.publish(id, fragment, take.summary.initBytes);
    const spoken = audio === undefined ? spokenOver(script, frames / FPS) : null;
    await takes.finish(id, {
      segments: [{ segment: spoken && { index: 0, text: script, lang: 'fa' }, startSec: 0, endSec: frames / FPS, words: spoken ?? [] }],
      chunks: [{ index: 0, firstFrame: 0, frames }], times: { totalMs: 1 }, speechFound: null,
    });
    made.push({ ...take, id });
  }
  await takes.close();
  return made;
}

/** The words, one after the other, evenly, in the middle nine tenths. */
export function spokenOver(text: string, seconds: number): { text: string; startSec: number; endSec: number }[] {
  const words = text.match(/[\p{L}\p{M}\p{N}\u200c']+/gu) ?? [];
  const each = (0.9 * seconds) / words.length;
  return words.map((word, i) => ({ text: word, startSec: 0.05 * seconds + i * each, endSec: 0.05 * seconds + (i + 1) * each }));
}
