/** What the meters ask, each with the figures that answer it. Unknown is null, which leaves a gap in its line. */
import type { TelemetrySample } from '../../../shared/contract/telemetry.ts';
import type { Format } from '../../i18n/format.ts';

export type QuestionId = 'busy' | 'memory' | 'gpuMemory' | 'heat' | 'queue' | 'firstChunk' | 'chunkTime' | 'gap' | 'cache' | 'users';
export type LineId =
  | 'gpu' | 'cpu' | 'engine' | 'machine' | 'gpuMemory' | 'temperature' | 'power' | 'queued' | 'rendering' | 'p50' | 'p95' | 'cache' | 'cacheMemory' | 'users';
export type TargetId = 'budget' | 'target' | 'seats' | 'powerLimit';

export interface Line {
  id: LineId;
  of: (sample: TelemetrySample) => number | null;
  /** Of the theme; two lines of one chart differ in dash, too. */
  colour: 'accent' | 'good' | 'warn';
  dashed?: boolean;
  /** Its own scale at the other side, where it has another unit. */
  unit?: Unit;
}

export type Unit = 'share' | 'bytes' | 'ms' | 'count' | 'celsius' | 'watt';

export interface Question {
  id: QuestionId;
  unit: Unit;
  /** The first that is known is the figure that is shown large. */
  lines: readonly Line[];
  /** Where it should stay below (or above); null: unknown now, or there is none. */
  target: { id: TargetId; of: (sample: TelemetrySample) => number | null; side: 'below' | 'above' } | null;
  /** The least upper end of the scale. */
  top: number;
  /** Only where a graphics card tells figures. */
  needsGpu?: boolean;
}

const MS_FIRST_CHUNK = 500;
const MS_GAP = 50;
const SHARE_HITS = 0.95;
const kpi = (name: string, share: 'p50' | 'p95') => (sample: TelemetrySample): number | null => sample.kpis[name]?.[share] ?? null;
const both = (name: string): readonly Line[] => [
  { id: 'p95', of: kpi(name, 'p95'), colour: 'accent' },
  { id: 'p50', of: kpi(name, 'p50'), colour: 'good', dashed: true },
];

export const QUESTIONS: readonly Question[] = [
  {
    id: 'busy', unit: 'share', top: 1, target: null,
    lines: [{ id: 'gpu', of: ({ gpus }) => gpus[0]?.load ?? null, colour: 'accent' }, { id: 'cpu', of: ({ cpuLoad }) => cpuLoad, colour: 'good', dashed: true }],
  },
  {
    id: 'memory', unit: 'bytes', top: 1e9,
    target: { id: 'budget', side: 'below', of: ({ memoryBudgets, gpus }) => (gpus.length > 0 ? null : memoryBudgets.total) },
    lines: [
      { id: 'engine', of: ({ processes }) => processes.find(({ name }) => name === 'engine')?.rssBytes ?? null, colour: 'accent' },
      { id: 'machine', of: ({ memoryUsedBytes }) => memoryUsedBytes, colour: 'good', dashed: true },
    ],
  },
  {
    id: 'gpuMemory', unit: 'bytes', top: 1e9, needsGpu: true,
    target: { id: 'budget', side: 'below', of: ({ memoryBudgets }) => memoryBudgets.total },
    lines: [{ id: 'gpuMemory', of: ({ gpus }) => gpus[0]?.memoryUsedBytes ?? null, colour: 'accent' }],
  },
  {
    id: 'heat', unit: 'celsius', top: 90, needsGpu: true, target: null,
    lines: [{ id: 'temperature', of: ({ gpus }) => gpus[0]?.temperature ?? null, colour: 'accent' }, { id: 'power', of: ({ gpus }) => gpus[0]?.powerWatts ?? null, colour: 'good', dashed: true, unit: 'watt' }],
  },
  { id: 'firstChunk', unit: 'ms', top: 600, target: { id: 'target', side: 'below', of: () => MS_FIRST_CHUNK }, lines: both('firstChunk') },
  { id: 'chunkTime', unit: 'ms', top: 500, target: null, lines: both('processingLatency') },
  { id: 'gap', unit: 'ms', top: 100, target: { id: 'target', side: 'below', of: () => MS_GAP }, lines: both('chunkGap') },
  {
    id: 'queue', unit: 'count', top: 4, target: null,
    lines: [{ id: 'queued', of: ({ takesQueued }) => takesQueued, colour: 'accent' }, { id: 'rendering', of: ({ takesRendering }) => takesRendering, colour: 'good', dashed: true }],
  },
  {
    id: 'cache', unit: 'share', top: 1, target: { id: 'target', side: 'above', of: () => SHARE_HITS },
    lines: [{ id: 'cache', of: ({ cacheHitRate }) => cacheHitRate, colour: 'accent' }, { id: 'cacheMemory', of: ({ cacheMemoryHitRate }) => cacheMemoryHitRate, colour: 'good', dashed: true }],
  },
  { id: 'users', unit: 'count', top: 2, target: { id: 'seats', side: 'below', of: ({ maxUsers }) => maxUsers }, lines: [{ id: 'users', of: ({ users }) => users, colour: 'accent' }] },
];

/** As it is shown, with its unit. */
export function shown(value: number | null, unit: Unit, format: Format): string {
  if (value === null) return format.number(null);
  switch (unit) {
    case 'share': return format.percent(value);
    case 'bytes': return format.bytes(value);
    case 'ms': return Math.abs(value) >= 10_000 ? format.seconds(value / 1000, 0) : Math.abs(value) >= 1000 ? format.seconds(value / 1000, 1) : format.milliseconds(value);
    case 'celsius': return format.celsius(value);
    case 'watt': return format.watts(value);
    case 'count': return format.number(value);
  }
}

/** At an axis, which names its unit once. */
export function marked(value: number, unit: Unit, format: Format): string {
  if (unit === 'share') return format.percent(value);
  if (unit === 'bytes') return format.number(value / 1e9, value !== 0 && value < 1e9 ? 1 : 0);
  return format.number(value, Number.isInteger(value) ? 0 : 1);
}

/** Whether the first known figure keeps to the target; null: one of them is not known. */
export function keepsTarget({ target, lines }: Question, sample: TelemetrySample): boolean | null {
  const limit = target?.of(sample) ?? null;
  const value = lines[0].of(sample);
  if (target === null || limit === null || value === null) return null;
  return target.side === 'below' ? value <= limit : value >= limit;
}
