/**
 * How fast Sima is on this machine: everything that a user waits for, measured on the real studio with its engine process, on a data
 * folder of its own, so that nothing is at hand that the bench has not put there.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Roofline } from '../doctor/roofline.ts';
import type { DeviceRequest } from '../onnx/devices.ts';
import { openStudio, type Studio } from '../studio/studio.ts';
import { importedWav2Lip, loadedModels, makeHomeWithModelsOf, measuredWav2Lip, type BenchModel } from './benchModels.ts';
import { benchRequest, createTexts, GUIDE_TEXTS, killAmidTake, LARGE, nameOf, renderBenchTake, SMALL, type BenchTake, type Size } from './benchTake.ts';
import { freshPhotos, measureCache, measureRegistration } from './faces.ts';
import { benchFigure, guideTarget, simaTarget, type BenchFigure } from './figure.ts';
import { reachOf } from './reach.ts';
import { takeFigures } from './takeFigures.ts';

/** How often each thing is measured. */
export interface BenchPlan {
  /** Warm takes of about ten seconds, Persian and English in turn. */
  takesAt512: number;
  takesAt1080: number;
  /** Photos with bytes that nobody knows, made of each presenter. */
  newPhotos: number;
  memoryReads: number;
  diskReads: number;
  /** Times that an engine is killed, each time one that was just started. */
  kills: number;
}

/** `quick` takes less than a minute on two quiet cores. */
export const BENCH_PLANS = {
  quick: { takesAt512: 10, takesAt1080: 2, newPhotos: 1, memoryReads: 1000, diskReads: 50, kills: 1 },
  full: { takesAt512: 50, takesAt1080: 10, newPhotos: 3, memoryReads: 10_000, diskReads: 200, kills: 5 },
} as const satisfies Record<string, BenchPlan>;

export interface BenchOptions {
  plan: BenchPlan;
  device: DeviceRequest;
  /** Photos of one face each. */
  photos: readonly string[];
  /** The data folder whose imported Wav2Lip models are loaded and warmed too; null: none. */
  importedFrom: string | null;
  /** performance.now() when the program began: 0 for the start of this process. */
  startedMs: number;
  /** Told what is measured next. */
  onStage?: (stage: string) => void;
  signal: AbortSignal;
}

/** What `sima bench --json` prints. Unknown is null. */
export interface BenchReport {
  machine: {
    cpu: string; cores: number; memoryBytes: number; gpus: string[]; platform: string; node: string;
    /** Load average of the minute before the bench; null where the system does not tell. */
    loadBefore: number | null;
  };
  device: DeviceRequest;
  plan: BenchPlan;
  /** How long the bench took. */
  durationSec: number;
  models: BenchModel[];
  figures: BenchFigure[];
  /** The guide's target for inference against what each device of this machine can do at its best. */
  reach: Roofline[];
}

/** @throws device where a named device does not work; io; canceled. Whatever it throws, all is closed and removed. */
export async function measureSpeed({ plan, device, photos, importedFrom, startedMs, onStage = () => undefined, signal }: BenchOptions): Promise<BenchReport> {
  const beganMs = performance.now();
  const loadBefore = process.platform === 'win32' ? null : os.loadavg()[0];
  const folder = await mkdtemp(path.join(os.tmpdir(), 'sima-bench-'));
  const home = path.join(folder, 'home');
  const texts = createTexts();
  const models: BenchModel[] = [];
  const figures: BenchFigure[] = [];
  const times = { ready: [] as number[], engineReady: [] as number[], allReady: [] as number[], recovered: [] as number[] };
  let avatars: string[] = [];
  let gpus: string[] = [];

  /** A studio whose engine is ready, for as long as the work takes. */
  const withStudio = async (at: string, work: (studio: Studio) => Promise<void>): Promise<void> => {
    const studio = await openStudio({ home: at, device });
    try {
      await studio.engine.ready(signal);
      await work(studio);
    } finally {
      await studio.close();
    }
  };
  const measureTakes = async (studio: Studio, seatId: string, size: Size, count: number): Promise<void> => {
    const [first, takes]: BenchTake[][] = [[], []];
    if (count > 0) {
      onStage(`Takes at ${nameOf(size)}`);
      const render = (index: number, script: string) => renderBenchTake(studio, seatId, benchRequest(avatars[index % avatars.length], script, size), signal);
      for (const [index, { text }] of GUIDE_TEXTS.entries()) first.push(await render(index, text));
      for (let i = 0; i < count; i++) takes.push(await render(i, texts()));
    }
    figures.push(...takeFigures(size, first, takes));
  };

  try {
    onStage('Cold start');
    await withStudio(home, async (studio) => {
      times.ready.push(performance.now() - startedMs);
      times.engineReady.push(studio.engine.status().readyMs!);
      models.push(...(await loadedModels(studio.engine, signal)));
      onStage('Photos registered');
      const registered = await measureRegistration(studio, await freshPhotos(photos, plan.newPhotos, folder), signal);
      avatars = registered.ids.slice(0, photos.length);
      figures.push(...registered.figures);
      onStage('Faces from memory and disk');
      figures.push(...(await measureCache(home, avatars, plan, signal)));
      const { seatId } = studio.seats.open();
      await measureTakes(studio, seatId, SMALL, plan.takesAt512);
      await measureTakes(studio, seatId, LARGE, plan.takesAt1080);
      gpus = studio.telemetry.sample().gpus.map(({ name }) => name);
    });
    for (let i = 1; i <= plan.kills; i++) {
      onStage(`Engine killed amid a take, ${i} of ${plan.kills}`);
      await withStudio(home, async (studio) => {
        times.engineReady.push(studio.engine.status().readyMs!);
        times.recovered.push(await killAmidTake(studio, benchRequest(avatars[0], texts(), SMALL), signal));
      });
    }
    const imported = importedFrom === null ? [] : await importedWav2Lip(importedFrom);
    if (importedFrom !== null && imported.length > 0) {
      onStage('Cold start with the imported models');
      const other = path.join(folder, 'imported');
      await makeHomeWithModelsOf(importedFrom, other);
      const began = performance.now();
      await withStudio(other, async (studio) => {
        const loaded = await loadedModels(studio.engine, signal);
        times.allReady.push(performance.now() - began);
        models.push(...loaded.filter(({ id }) => imported.some((model) => model.id === id)));
      });
    }
    onStage('What this machine can reach');
    const reach = await reachOf(measuredWav2Lip(models, imported), gpus, signal);
    return {
      machine: {
        cpu: os.cpus()[0]?.model.trim() ?? 'unknown CPU', cores: os.availableParallelism(), memoryBytes: os.totalmem(), gpus,
        platform: `${process.platform} ${process.arch}`, node: process.version, loadBefore,
      },
      device, plan, durationSec: (performance.now() - beganMs) / 1000, models, figures: [...startFigures(times, models), ...figures], reach,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function startFigures({ ready, engineReady, allReady, recovered }: Record<'ready' | 'engineReady' | 'allReady' | 'recovered', number[]>, models: readonly BenchModel[]): BenchFigure[] {
  const said = { group: 'cold', on: 'shipped models', unit: 'ms' } as const;
  const loads = models.flatMap(({ loadMs, warmUpMs }) => (loadMs === null ? [] : [loadMs + (warmUpMs ?? 0)]));
  return [
    benchFigure({ ...said, name: 'cold.ready', what: 'Ready from cold, from the start of the program' }, ready, simaTarget('at-most', 3000, 'max')),
    benchFigure({ ...said, name: 'cold.engineReady', what: 'Ready from cold, from the start of the engine process' }, engineReady, simaTarget('at-most', 3000, 'max')),
    ...(allReady.length === 0 ? [] : [benchFigure({ ...said, name: 'cold.allReady', what: 'All models warm', on: 'shipped and imported models' }, allReady, simaTarget('at-most', 5000, 'max'))]),
    benchFigure({ ...said, name: 'cold.model', what: 'Loading a model and warming it at every batch size', on: 'each model' }, loads, guideTarget('modelLoad')),
    benchFigure({ name: 'restart.recovered', group: 'restart', what: 'From kill −9 amid a take to its next playable bytes', on: '512×512, an engine that was just started', unit: 'ms' }, recovered),
  ];
}
