/** `sima bench`: what this machine does, beside what is asked of it. */
import { styleText } from 'node:util';
import type { BenchModel } from '../../engine/bench/benchModels.ts';
import { BENCH_GROUPS, type BenchFigure, type BenchGroup } from '../../engine/bench/figure.ts';
import { BENCH_PLANS, measureSpeed, type BenchReport } from '../../engine/bench/measureSpeed.ts';
import { GUIDE_CHUNK, type Roofline } from '../../engine/doctor/roofline.ts';
import type { DeviceRequest } from '../../engine/onnx/devices.ts';
import type { Context } from '../context.ts';
import { PRESENTERS } from './demo.ts';

export interface BenchCommandOptions {
  device: DeviceRequest;
  /** More of everything, and the user's own Wav2Lip models too. */
  full?: boolean;
}

export async function bench({ device, full = false }: BenchCommandOptions, { home, json, signal }: Context): Promise<void> {
  const report = await measureSpeed({
    plan: full ? BENCH_PLANS.full : BENCH_PLANS.quick,
    device,
    photos: [PRESENTERS.woman, PRESENTERS.man],
    importedFrom: full ? home : null,
    startedMs: 0,
    onStage: (stage) => void process.stderr.write(`${stage} …\n`),
    signal,
  });
  console.log(json ? JSON.stringify(report) : pageOf(report));
}

const TITLES: Record<BenchGroup, string> = {
  cold: 'Cold start',
  faces: 'Faces',
  cache: 'Cache',
  firstBytes: 'First playable bytes',
  chunks: 'Chunks',
  speed: 'Speed',
  texts: 'The guide’s texts',
  restart: 'Engine killed',
};
const COLUMNS = [11, 11, 11, 7] as const;

function pageOf({ machine, models, figures, reach, durationSec }: BenchReport): string {
  const { cpu, cores, memoryBytes, gpus, platform, node, loadBefore } = machine;
  const lines = [`${cpu}, ${cores} cores, ${Math.round(memoryBytes / 2 ** 30)} GiB, ${gpus.length > 0 ? gpus.join(', ') : 'no GPU found'}; ${platform}, Node ${node}`];
  if (loadBefore !== null && loadBefore > cores / 2) lines.push(styleText('yellow', `Load ${loadBefore.toFixed(1)} before the bench: this machine was busy, and the figures are worse than it can do.`));
  const width = Math.max(...figures.map(({ what }) => what.length)) + 2;
  for (const group of BENCH_GROUPS) {
    const ofGroup = figures.filter((figure) => figure.group === group);
    for (const on of new Set(ofGroup.map((figure) => figure.on))) {
      lines.push('', heading(`${TITLES[group]}, ${on}`, width));
      lines.push(...ofGroup.filter((figure) => figure.on === on).map((figure) => figureLine(figure, width)));
    }
    if (group === 'cold') lines.push('', styleText('bold', 'Models, one warmed run at each batch size'), ...models.map(modelLine), ...refusalLines(models));
  }
  lines.push('', styleText('bold', `The guide’s ${GUIDE_CHUNK.ms} ms for the inference of a chunk: the full-size Wav2Lip network on this machine`), ...reach.flatMap(reachLines));
  const judged = figures.filter(({ met }) => met !== null);
  lines.push('', `${judged.filter(({ met }) => met).length} of ${judged.length} targets met. Measured in ${durationSec.toFixed(0)} s.`);
  return lines.join('\n');
}

function heading(title: string, width: number): string {
  const names = ['median', 'p95', 'worst', 'of'].map((name, index) => name.padStart(COLUMNS[index]));
  return styleText('bold', title.padEnd(width + 2)) + styleText('gray', names.join(''));
}

function figureLine(figure: BenchFigure, width: number): string {
  const { what, p50, count, unit, met } = figure;
  const cells = [valueText(p50, unit), unit === 'ms' ? valueText(figure.p95, unit) : '', valueText(worstOf(figure), unit), String(count)];
  const line = `  ${what.padEnd(width)}${cells.map((cell, index) => cell.padStart(COLUMNS[index])).join('')}`;
  const target = targetText(figure);
  if (target === '') return line;
  return `${line}   ${met === null ? styleText('gray', `– ${target}`) : met ? styleText('green', `✓ ${target}`) : styleText('red', `✗ ${target}`)}`;
}

/** More is better only for speed. */
const worstOf = ({ unit, min, max }: BenchFigure): number | null => (unit === 'times real time' ? min : max);

/** `145 ms`, `9.0×`, `2`; “–” where nothing was measured. */
export function valueText(value: number | null, unit: BenchFigure['unit']): string {
  if (value === null) return '–';
  if (unit === 'chunks') return String(value);
  if (unit === 'times real time') return `${value.toFixed(value < 100 ? 1 : 0)}×`;
  const size = Math.abs(value);
  return `${value.toFixed(size === 0 || size >= 100 ? 0 : size >= 1 ? 1 : size >= 0.1 ? 2 : 3)} ms`;
}

/** `p95 ≤ 500 ms (guide)`; '' where there is none. */
export function targetText({ target, unit }: BenchFigure): string {
  if (target === null) return '';
  const sign = { 'at-most': '≤', 'at-least': '≥', exactly: '=' }[target.limit];
  const of = { min: 'worst', max: 'worst', p50: 'median', p95: 'p95', p99: 'p99' }[target.of];
  return `${unit === 'chunks' ? '' : `${of} `}${sign} ${unit === 'ms' ? `${target.value} ms` : valueText(target.value, unit)} (${target.by})`;
}

function modelLine({ id, state, device, loadMs, warmUpMs, message, buckets }: BenchModel): string {
  if (state !== 'ready') return `  ${id}: ${message ?? state}`;
  const batches = buckets.map(({ batch, ms, framesPerSec, isUsed }) => `${batch}: ${valueText(ms, 'ms')} (${framesPerSec.toFixed(framesPerSec < 100 ? 1 : 0)}/s)${isUsed ? '' : ' too slow to use'}`);
  return `  ${id} on ${device}: loaded in ${valueText(loadMs, 'ms')}, warmed in ${valueText(warmUpMs, 'ms')}; ${batches.join(', ')}`;
}

/** Why models do not run on other devices, each reason once. */
function refusalLines(models: readonly BenchModel[]): string[] {
  const ids = new Map<string, string[]>();
  for (const { id, refused } of models) {
    for (const { device, reason } of refused) {
      const line = `  not on ${device}: ${reason}`;
      ids.set(line, [...(ids.get(line) ?? []), id]);
    }
  }
  return [...ids].map(([line, of]) => (of.length === models.length ? line : `${line} (${of.join(', ')})`));
}

function reachLines({ device, batches, chunks }: Roofline): string[] {
  const { name, flopsPerSec, bytesPerSec } = device;
  const peaks = [flopsPerSec === null ? 'arithmetic unknown' : `${(flopsPerSec / 1e12).toFixed(flopsPerSec < 1e13 ? 2 : 0)} TFLOP/s`, bytesPerSec === null ? 'memory unknown' : `${(bytesPerSec / 1e9).toFixed(0)} GB/s`];
  const frames = (value: number | null) => (value === null ? '–' : value.toFixed(value < 100 ? 1 : 0));
  return [
    `  ${name} (${peaks.join(', ')} at its best)`,
    ...batches.map(({ batch, ceilingFramesPerSec, boundBy, measuredFramesPerSec, shareReached }) =>
      `    batch ${String(batch).padStart(3)}: at most ${frames(ceilingFramesPerSec)} frames/s${boundBy === null ? '' : ` (${boundBy})`}, measured ${frames(measuredFramesPerSec)}${shareReached === null ? '' : ` (${Math.round(100 * shareReached)} %)`}`),
    ...chunks.map(({ reach, verdict }) => `    ${reach === 'impossible' ? styleText('yellow', `not on this machine: ${verdict}`) : verdict}`),
  ];
}
