/** What a finished take is, kept as take.json in its folder: what was asked, what was said when, and where each fragment lies. Never changed. */
import { z } from 'zod';
import { chunkTimes, takeInfo, type Fragment, type SaidSegment } from '../../shared/contract/take.ts';
import { seal, unseal } from './seal.ts';


/** As it is kept: the rest follows from those before it. */
type PackedFragment = [frames: number, keyframe: boolean, bytes: number];
/** By hand: there are 20,000 in two hours, and finishing a take must not keep the process that answers everybody. */
const isPacked = (value: unknown): value is PackedFragment =>
  Array.isArray(value) && value.length === 3 && Number.isSafeInteger(value[0]) && typeof value[1] === 'boolean' && Number.isSafeInteger(value[2]);

const count = z.int().min(0);
const sec = z.number();

const takeRecordSchema = z.object({
  /** `kept` is the user's mark and may change: a file of its own beside this one. */
  take: takeInfo.omit({ kept: true }).extend({ state: z.literal('finished') }),
  /** The header before the first fragment. */
  initBytes: count,
  /** In order, without gaps. */
  fragments: z.custom<PackedFragment[]>((value) => Array.isArray(value) && value.every(isPacked)),
  /** On the take's clock; a recording has no segment. */
  segments: z.array(z.object({
    /** `voice`: null of a recording; older takes do not say it. */
    segment: z.object({ index: count, text: z.string(), lang: z.enum(['fa', 'en']), voice: z.string().nullable().optional(), estimated: z.boolean().optional() }).nullable(),
    startSec: sec, endSec: sec,
    words: z.array(z.object({ text: z.string(), startSec: sec, endSec: sec })),
  })),
  /** `times`: null where nobody measured them. */
  chunks: z.array(z.object({ index: count, firstFrame: count, frames: count, times: chunkTimes.nullable() })),
  /** Milliseconds per stage of the whole take. */
  times: z.record(z.string(), z.number()),
  /** false: a recording without speech; null: not a recording. */
  speechFound: z.boolean().nullable(),
});
export type TakeRecord = z.infer<typeof takeRecordSchema>;

/** @throws StudioError invalid-input for values out of range, whose fields it names */
export const sealTake = (record: TakeRecord): string => seal(takeRecordSchema, record, `The take ${record.take.id}`);

/** null where the text is not exactly what was sealed. */
export const unsealTake = (text: string): TakeRecord | null => unseal(takeRecordSchema, text);

export const packFragments = (fragments: readonly Fragment[]): TakeRecord['fragments'] => fragments.map(({ frames, keyframe, bytes }) => [frames, keyframe, bytes]);

/** What is said in it, as its watchers are told. */
export function saidOf({ take: { request }, segments }: Pick<TakeRecord, 'take' | 'segments'>): SaidSegment[] {
  const isRecording = request.audio !== undefined;
  const said = segments.flatMap(({ segment, startSec, endSec, words }): SaidSegment[] => {
    if (!segment) return [];
    const { index, text, lang, voice = isRecording ? null : (request.voice ?? lang), estimated = false } = segment;
    return [{ index, text, lang, voice, startSec, endSec, words, estimated }];
  });
  if (said.length > 0 || !isRecording || segments.length === 0) return said;
  return [{ index: 0, text: '', lang: 'en', voice: null, startSec: 0, endSec: segments.at(-1)!.endSec, words: [], estimated: true }];
}

export function fragmentsOf({ initBytes, fragments }: Pick<TakeRecord, 'initBytes' | 'fragments'>): Fragment[] {
  let firstFrame = 0;
  let offset = initBytes;
  return fragments.map(([frames, keyframe, bytes], index) => {
    const fragment = { index, firstFrame, frames, keyframe, offset, bytes };
    firstFrame += frames;
    offset += bytes;
    return fragment;
  });
}

/** What of `fragment` does not follow on the one before it, for the error; null: all does. @param initBytes where the first one lies */
export function fragmentFault(before: Fragment | undefined, fragment: Fragment, initBytes: number): string | null {
  const expected: [name: string, found: number, wanted: number][] = [
    ['index', fragment.index, before ? before.index + 1 : 0],
    ['firstFrame', fragment.firstFrame, before ? before.firstFrame + before.frames : 0],
    ['offset', fragment.offset, before ? before.offset + before.bytes : initBytes],
  ];
  for (const [name, found, wanted] of expected) if (found !== wanted) return `its ${name} is ${found} where ${wanted} follows`;
  // A take's last fragment may hold the end of its sound alone.
  for (const [name, found, least] of [['frames', fragment.frames, 0], ['bytes', fragment.bytes, 1], ['offset', fragment.offset, 1]] as const) {
    if (!Number.isSafeInteger(found) || found < least) return `its ${name} is ${found}`;
  }
  return null;
}

/** Whether each follows on the one before it. */
export const areUnbroken = (fragments: readonly Fragment[]): boolean =>
  fragments.every((fragment, i) => fragmentFault(fragments[i - 1], fragment, fragments[0].offset) === null);
