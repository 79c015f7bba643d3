/** From nothing to warm models, the start of the engine process included. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { importModel } from '../../../src/engine/onnx/importModel.ts';
import { modelFolders } from '../../../src/engine/onnx/manifest.ts';
import { openStudio, type Studio } from '../../../src/engine/studio/studio.ts';
import type { EngineStatus } from '../../../src/shared/contract/engine.ts';

export interface ColdStart {
  readyMs: number;
  /** Until every installed model was warm. */
  allWarmMs: number;
  status: EngineStatus;
}

/** @param model a file to import first, so that it is warmed too */
export async function coldStarts(count: number, model: string | null): Promise<ColdStart[]> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'sima-cold-'));
  try {
    if (model !== null) await importModel(modelFolders(home), model);
    const starts: ColdStart[] = [];
    for (let i = 0; i < count; i++) {
      const startedMs = performance.now();
      const studio = await openStudio({ home });
      try {
        await studio.engine.ready();
        const readyMs = performance.now() - startedMs;
        const status = await allWarm(studio);
        starts.push({ readyMs, allWarmMs: performance.now() - startedMs, status });
      } finally {
        await studio.close();
      }
    }
    return starts;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function allWarm(studio: Studio): Promise<EngineStatus> {
  for await (const status of studio.engine.watch(new AbortController().signal)) {
    if (status.state === 'ready' && status.models.every(({ state }) => state === 'ready' || state === 'failed')) return status;
  }
  throw new Error('The studio was closed before all its models were warm.');
}
