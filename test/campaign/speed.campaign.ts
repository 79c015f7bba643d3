/**
 * How fast Sima is on this machine: the figures of `sima bench`, and a Wav2Lip model of full size (random weights: same graph, same work,
 * meaningless mouths) against nothing but its own runs, and several takes at once against one after the other. Writes docs/BENCHMARKS.md.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fullWav2Lip } from '../../models/make/wav2lipFull.ts';
import { targetText, valueText } from '../../src/cli/commands/bench.ts';
import { PRESENTERS } from '../../src/cli/commands/demo.ts';
import type { BenchFigure } from '../../src/engine/bench/figure.ts';
import { BENCH_PLANS, measureSpeed, type BenchReport } from '../../src/engine/bench/measureSpeed.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { importModel } from '../../src/engine/onnx/importModel.ts';
import { modelFolders } from '../../src/engine/onnx/manifest.ts';
import { figure, figureTable, machineLine, type Campaign, type Figure } from './campaign.ts';
import { measureWav2Lip, type Wav2LipSpeed } from './speed/wav2lip.ts';

const MODEL = 'full';

export const campaign: Campaign = {
  about: 'The figures of the bench in full, and a full-size Wav2Lip graph with random weights. About ten minutes on two quiet cores.',
  async run({ log }) {
    const home = await mkdtemp(path.join(os.tmpdir(), 'sima-speed-'));
    try {
      const file = path.join(home, `${MODEL}.onnx`);
      await fullWav2Lip().graph.save(file);
      await importModel(modelFolders(home), file, {});
      const report = await measureSpeed({
        plan: BENCH_PLANS.full, device: 'auto', photos: [PRESENTERS.woman, PRESENTERS.man], importedFrom: home, startedMs: performance.now(),
        onStage: log, signal: new AbortController().signal,
      });
      const engine = await openEngine({ home });
      try {
        await engine.warmUp();
        const wav2lip = await measureWav2Lip(engine, { model: MODEL, folder: home, rounds: 3, sentences: 2, log });
        const figures = [...report.figures.map(tableFigure), ...modelFigures(report), ...wav2lipFigures(wav2lip)];
        await writeFile(new URL('../../docs/BENCHMARKS.md', import.meta.url), page(figures, report));
        return figures;
      } finally {
        await engine.close();
      }
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  },
};

function tableFigure(measured: BenchFigure): Figure {
  const { what, on, unit, count, p50, p95, p99, max, min, met } = measured;
  const text = (value: number | null) => valueText(value, unit);
  const rest = unit === 'ms' ? `, p95 ${text(p95)}, p99 ${text(p99)}, slowest ${text(max)}` : `, slowest ${text(min)}`;
  const value = count <= 1 ? text(p50) : `median ${text(p50)}${rest} of ${count}`;
  return figure(what, on, value, targetText(measured), met);
}

function modelFigures({ models, reach }: BenchReport): Figure[] {
  const rounded = (value: number | null, digits = 1) => (value === null ? '–' : value.toFixed(digits));
  return [
    ...models.map(({ id, device, state, message, loadMs, warmUpMs, buckets }) =>
      figure(`model ${id}`, device ?? 'nowhere', state === 'ready'
        ? `loaded in ${rounded(loadMs, 0)} ms, warmed in ${rounded(warmUpMs, 0)} ms; ${buckets.map(({ batch, ms, framesPerSec, isUsed }) => `batch ${batch}: ${rounded(ms)} ms, ${rounded(framesPerSec)} frames/s${isUsed ? '' : ' (too slow to use)'}`).join('; ')}`
        : (message ?? state))),
    ...reach.flatMap(({ device, chunks, batches }) => [
      ...batches.map(({ batch, ceilingFramesPerSec, measuredFramesPerSec, shareReached }) =>
        figure(`roofline of the full-size Wav2Lip network, batch ${batch}`, device.name, `at most ${rounded(ceilingFramesPerSec)} frames/s, measured ${rounded(measuredFramesPerSec)}${shareReached === null ? '' : ` (${rounded(100 * shareReached, 0)} %)`}`)),
      ...chunks.map(({ durationSec, verdict }) => figure(`guide’s 150 ms for inference, chunk of ${durationSec} s`, device.name, verdict)),
    ]),
  ];
}

function wav2lipFigures({ model, take, mixed }: Wav2LipSpeed): Figure[] {
  const ratio = median(take.map(({ ratio: each }) => each));
  const gain = median(mixed.map(({ ratio: each }) => each));
  const on = `${model.device}, 512×512, 96 px, batches ${model.batches.join(', ')}`;
  return [
    figure('full-size Wav2Lip graph, its runs alone', on, `${median(take.map(({ runMsPerFrame }) => runMsPerFrame)).toFixed(1)} ms per frame`),
    figure('full-size Wav2Lip graph, whole take', on, `${median(take.map(({ takeMsPerFrame }) => takeMsPerFrame)).toFixed(1)} ms per frame`),
    figure(`whole take over its runs alone, median of ${take.length}`, on, ratio.toFixed(3), '≤ 1.15', ratio <= 1.15),
    figure('four takes at once, and one after the other', on, `${median(mixed.map(({ atOnce }) => atOnce)).toFixed(1)} and ${median(mixed.map(({ oneByOne }) => oneByOne)).toFixed(1)} frames/s`),
    figure(`mixed over one at a time in frames/s, median of ${mixed.length}`, on, gain.toFixed(3), '≥ 0.95', gain >= 0.95),
  ];
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

function page(figures: Figure[], { machine, durationSec }: BenchReport): string {
  return `# Benchmarks

Measured by \`npm run campaign -- speed\` on ${machineLine()}${machine.gpus.length > 0 ? `, ${machine.gpus.join(', ')}` : ''}; load average before it ${machine.loadBefore?.toFixed(1) ?? 'unknown'}; the bench took ${durationSec.toFixed(0)} s.
Machines are noisy: ratios are taken inside one run. \`sima bench\` prints the first part in under a minute, \`sima bench --full\` as here.

${figureTable(figures)}

Warm means: the engine process is up, the models are loaded and the face was rendered at this size before; the text was never spoken before. “First playable bytes” is the
time from the request to the first published fragment (header and pictures with their sound), which a player can show. What its lines with “…” say is of the whole first
chunk, of which the first fragment is a quarter of a second. The built-in model needs no network for a text; its time goes into composing and encoding. A Wav2Lip
model on a CPU is bound by its own network, so the pipeline around it is judged by the ratios in the last lines: a whole take against the very runs that it made,
repeated with nothing else going on; and the frames of four users' takes mixed in runs against the same takes one after the other. A target by the guide is the performance
guide's; one by Sima is what the project asks of itself.${machine.gpus.length > 0 ? '' : '\n\nThis machine has no GPU: how the full-size graph does on one at batches of 8 to 128 is not measured here.'}
`;
}
