/** What takes took, as figures. */
import type { ChunkTimes } from '../../shared/contract/take.ts';
import { GUIDE_TEXTS, nameOf, SMALL, type BenchTake, type Size } from './benchTake.ts';
import { benchFigure, guideTarget, simaTarget, type BenchFigure, type BenchTarget } from './figure.ts';

/** Of a chunk, whole. */
const STAGES = [
  ['speech', 'speech of the whole chunk', 'speechMs'],
  ['queue', 'its waiting for turns', 'queueMs'],
  ['inference', 'its mouths, without a network', 'inferenceMs'],
  ['compose', 'composing its frames', 'composeMs'],
  ['encode', 'its waiting for the encoder', 'encodeMs'],
] as const;

/**
 * @param first takes of the guide's texts in order, by faces that were new at this size
 * @param takes warm ones
 */
export function takeFigures(size: Size, first: readonly BenchTake[], takes: readonly BenchTake[]): BenchFigure[] {
  const isSmall = nameOf(size) === nameOf(SMALL);
  const said = { on: `${nameOf(size)}, built-in model`, unit: 'ms' } as const;
  const key = `${size.width}x${size.height}`;
  /** Where a target is for one size only. */
  const atSmall = (target: BenchTarget) => (isSmall ? target : null);
  const firstBytes = (name: string, what: string, values: (number | null)[], target: BenchTarget | null = null) =>
    benchFigure({ ...said, name: `firstBytes.${key}${name}`, group: 'firstBytes', what }, known(values), target);
  const ofFirstChunks = (stage: keyof ChunkTimes) => takes.map(({ chunks }) => chunks.at(0)?.[stage] ?? null);
  const chunks = (name: string, what: string, stage: keyof ChunkTimes, target: BenchTarget | null = null) =>
    benchFigure({ ...said, name: `chunks.${key}.${name}`, group: 'chunks', what }, known(takes.flatMap((take) => take.chunks.map((times) => times[stage]))), target);
  const perFrame = (name: string, what: string, stage: 'composeMs' | 'encodeMs', target: BenchTarget | null = null) =>
    benchFigure({ ...said, name: `speed.${key}.${name}`, group: 'speed', what }, takes.map((take) => take.chunks.reduce((sum, times) => sum + times[stage], 0) / take.frames), target);
  return [
    firstBytes('', 'From the request to the first playable bytes, warm', takes.map(({ firstBytesMs }) => firstBytesMs), atSmall(guideTarget('firstChunk'))),
    firstBytes('.prepare', '… finding the face and its scene', takes.map(({ prepareMs, sceneMs }) => prepareMs + sceneMs)),
    ...STAGES.map(([name, what, stage]) => firstBytes(`.${name}`, `… first chunk: ${what}`, ofFirstChunks(stage))),
    firstBytes('.newScene', 'The same with a face that is new at this size', first.map(({ firstBytesMs }) => firstBytesMs)),
    chunks('processing', 'From a chunk wanted to its first playable bytes', 'processingMs'),
    ...STAGES.map(([name, what, stage]) => chunks(name, `… ${what}`, stage)),
    chunks('gap', 'How much later than its player needed it a chunk was there', 'gapMs', simaTarget('at-most', 0, 'p95')),
    benchFigure({ ...said, name: `speed.${key}`, group: 'speed', what: 'A whole take', unit: 'times real time' }, takes.map(({ durationSec, wallMs }) => durationSec / (wallMs / 1000)), atSmall(simaTarget('at-least', 4, 'p50'))),
    perFrame('compose', 'Composing a frame', 'composeMs', atSmall(simaTarget('at-most', 6, 'p50'))),
    perFrame('encode', 'Waiting for the encoder, per frame', 'encodeMs'),
    ...(isSmall ? GUIDE_TEXTS.map(guideTextFigure) : []),
  ];

  function guideTextFigure({ text, chunks: wanted }: (typeof GUIDE_TEXTS)[number], index: number): BenchFigure {
    const counted = first.slice(index, index + 1).map((take) => take.chunks.length);
    return benchFigure({ name: `texts.${index + 1}`, group: 'texts', what: `Chunks of the guide’s text «${text}»`, on: said.on, unit: 'chunks' }, counted, { limit: 'exactly', value: wanted, of: 'p50', by: 'guide' });
  }
}

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);
