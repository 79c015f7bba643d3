/**
 * How fast Sima is on this machine: the bench figures of the built-in model, and a Wav2Lip model of full size (random
 * weights: same graph, same work, meaningless mouths) against nothing but its own runs. Writes docs/BENCHMARKS.md.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fullWav2Lip } from '../../models/make/wav2lipFull.ts';
import { measureSpeed, type SpeedReport } from '../../src/cli/commands/bench.ts';
import { PRESENTERS } from '../../src/cli/commands/demo.ts';
import { openEngine, type Engine } from '../../src/engine/engine.ts';
import { importModel } from '../../src/engine/onnx/importModel.ts';
import type { LoadedModel } from '../../src/engine/onnx/sessions.ts';
import { sharedTensor } from '../../src/engine/onnx/tensor.ts';
import { parse, renderRequest } from '../../src/shared/contract.ts';
import { figure, figureTable, machineLine, type Campaign, type Figure } from './campaign.ts';

const ROUNDS = 3;
const TEXT = 'This take is driven by a Wav2Lip model of full size, so that its speed can be compared with nothing but its runs.';
/** Frames per run that the pipeline asks for; see RUN_FRAMES in pipeline/lipsync.ts. */
const RUN_FRAMES = 25;

export const campaign: Campaign = {
  about: 'Speed of the built-in model, and of a full-size Wav2Lip graph with random weights.',
  async run({ log }) {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'sima-speed-'));
    try {
      const loadBefore = os.loadavg()[0];
      const startedMs = performance.now();
      const engine = await openEngine({ home: folder });
      const speed = await measureSpeed(engine, startedMs, AbortSignal.timeout(600_000));
      log(`first bytes ${speed.sizes[0].firstBytesMs} ms, ${speed.sizes[0].realTime}× real time`);
      const file = path.join(folder, 'full.onnx');
      await fullWav2Lip().graph.save(file);
      await importModel(engine.folders, file, {});
      await engine.close();
      const withModel = await openEngine({ home: folder, device: 'cpu' });
      const wav2lip = await measureWav2Lip(withModel, log);
      await withModel.close();
      const figures = figuresOf(speed, wav2lip);
      await writeFile(new URL('../../docs/BENCHMARKS.md', import.meta.url), page(figures, loadBefore));
      return figures;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Wav2LipSpeed {
  model: LoadedModel;
  /** Per round: the whole take over the sum of its runs alone, and milliseconds per frame of each. */
  ratios: number[];
  takeMsPerFrame: number[];
  runMsPerFrame: number[];
}

async function measureWav2Lip(engine: Engine, log: (line: string) => void): Promise<Wav2LipSpeed> {
  const model = await engine.sessions.load('full');
  const request = parse(renderRequest, { avatar: PRESENTERS.woman, script: TEXT, model: 'full', size: { width: 512, height: 512 } }, 'The request');
  const result: Wav2LipSpeed = { model, ratios: [], takeMsPerFrame: [], runMsPerFrame: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    let takeMs = 0;
    let frames = 0;
    let began = 0;
    for await (const event of engine.render(request)) {
      if (event.type === 'prepared') began = performance.now();
      if (event.type !== 'finished') continue;
      takeMs = performance.now() - began;
      frames = event.result.summary.frames;
      await engine.discard(event.result.summary.file);
    }
    const runMs = await pureRuns(engine, model, frames);
    if (round === 0) continue; // the first round finds the face and builds the rig
    result.ratios.push(takeMs / runMs);
    result.takeMsPerFrame.push(takeMs / frames);
    result.runMsPerFrame.push(runMs / frames);
    log(`round ${round}: take ${(takeMs / frames).toFixed(1)} ms per frame, its runs alone ${(runMs / frames).toFixed(1)} ms`);
  }
  return result;
}

/** The same batches as in a take of that many frames, and nothing else. */
async function pureRuns(engine: Engine, model: LoadedModel, frames: number): Promise<number> {
  const { size } = model.wav2lip!;
  let elapsedMs = 0;
  for (let at = 0; at < frames; ) {
    let left = Math.min(at === 0 ? 6 : RUN_FRAMES, frames - at);
    at += left;
    while (left > 0) {
      const batch = model.batches.findLast((each) => each <= left) ?? model.batches[0];
      const mel = sharedTensor({ type: 'float32', dims: [batch, 1, 80, 16], data: new Float32Array(batch * 1280).fill(-1) });
      const face = sharedTensor({ type: 'float32', dims: [batch, 6, size, size], data: new Float32Array(batch * 6 * size * size).fill(0.4) });
      const inputs = Object.fromEntries(model.inputs.map((input) => [input.name, input.dims.at(-1) === 16 ? mel : face]));
      const t = performance.now();
      await engine.sessions.run(model.id, inputs);
      elapsedMs += performance.now() - t;
      left -= Math.min(batch, left);
    }
  }
  return elapsedMs;
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

function figuresOf(speed: SpeedReport, wav2lip: Wav2LipSpeed): Figure[] {
  const [small, large] = speed.sizes;
  const rig = (where: typeof small, on: string): Figure[] => [
    figure('first playable bytes, warm, median', on, `${where.firstBytesMs} ms`, where === small ? '≤ 500 ms' : '', where === small ? where.firstBytesMs <= 500 : null),
    figure('first playable bytes, warm, slowest', on, `${where.firstBytesSlowestMs} ms`),
    figure('first playable bytes of a new face', on, `${where.newFaceMs} ms`),
    figure('whole take against real time', on, `${where.realTime}×`, where === small ? '≥ 4×' : '', where === small ? where.realTime >= 4 : null),
    figure('composing a frame (mouth, blinks, head)', on, `${where.composeMsPerFrame} ms`, where === small ? '≤ 6 ms' : '', where === small ? where.composeMsPerFrame <= 6 : null),
    figure('waiting for the encoder, per frame', on, `${where.encodeWaitMsPerFrame} ms`),
    figure('share of the wall time (stages overlap)', on, Object.entries(where.share).map(([stage, share]) => `${stage} ${share} %`).join(', ')),
  ];
  const ratio = median(wav2lip.ratios);
  return [
    figure('ready from cold (face models and the rig’s network)', 'this machine', `${speed.readyMs} ms`),
    ...rig(small, '512×512'),
    ...rig(large, '1920×1080'),
    figure('full-size Wav2Lip graph, batches used', wav2lip.model.device, wav2lip.model.batches.join(', ')),
    figure('full-size Wav2Lip graph, its runs alone', '512×512, 96 px', `${median(wav2lip.runMsPerFrame).toFixed(1)} ms per frame`),
    figure('full-size Wav2Lip graph, whole take', '512×512, 96 px', `${median(wav2lip.takeMsPerFrame).toFixed(1)} ms per frame`),
    figure('whole take over its runs alone, median of 3', '512×512, 96 px', ratio.toFixed(3), '≤ 1.15', ratio <= 1.15),
  ];
}

function page(figures: Figure[], load: number): string {
  return `# Benchmarks

Measured by \`npm run campaign -- speed\` on ${machineLine()}; load average before it ${load.toFixed(1)}.
Machines are noisy: figures are medians of one run, and ratios are taken inside it. \`sima bench\` prints the built-in model's part in under a minute.

${figureTable(figures)}

Warm means: the engine is open, the models are loaded and the face was rendered before. “First playable bytes” is the time from the
request to the first published fragment (header and pictures with their sound), which a player can show. The built-in model needs no network for a text; its
time goes into composing and encoding. A Wav2Lip model on a CPU is bound by its own network, so the pipeline around it is judged
by the ratio in the last line.
`;
}
