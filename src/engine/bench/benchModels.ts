/** Models on their way into memory: the performance baseline, those that the user has imported included. */
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { ModelReadiness } from '../../shared/contract/engine.ts';
import { StudioError } from '../../shared/errors.ts';
import { listModels, modelFolders, type InstalledModel } from '../onnx/manifest.ts';
import type { EngineOwner } from '../process/owner.ts';
import { bytesPerNumberOf, type MeasuredWav2Lip } from './reach.ts';

export interface BenchModel extends Pick<ModelReadiness, 'id' | 'kind' | 'state' | 'device' | 'refused' | 'loadMs' | 'warmUpMs' | 'message'> {
  /** One warmed run of each batch size. `isUsed`: quick enough for live frames. */
  buckets: { batch: number; ms: number; framesPerSec: number; isUsed: boolean }[];
}

/** Waits until the last model is loaded, has failed, or is left for want of memory. @throws canceled */
export async function loadedModels(engine: EngineOwner, signal: AbortSignal): Promise<BenchModel[]> {
  for await (const { models } of engine.watch(signal)) {
    if (models.length === 0 || models.some(({ state, message }) => state === 'loading' || (state === 'waiting' && message === null))) continue;
    return models.map(({ id, kind, state, device, refused, loadMs, warmUpMs, message, warmup, batches }) => ({
      id, kind, state, device, refused, loadMs, warmUpMs, message,
      buckets: warmup.map(({ batch, ms }) => ({ batch, ms, framesPerSec: (1000 * batch) / ms, isUsed: batches.includes(batch) })),
    }));
  }
  throw new StudioError('bug', 'The engine ended while its models were loaded.');
}

export async function importedWav2Lip(home: string): Promise<InstalledModel[]> {
  return (await listModels(modelFolders(home))).filter((model): model is InstalledModel & { installed: true } => model.installed && model.origin === 'imported' && model.kind === 'wav2lip');
}

/** Makes a data folder in which the models of another one can be seen, and nothing else of it. */
export async function makeHomeWithModelsOf(home: string, fresh: string): Promise<void> {
  await mkdir(fresh);
  await symlink(path.resolve(modelFolders(home).imported), modelFolders(fresh).imported, 'junction');
}

/** Those whose operations are counted: the full-size network. */
export function measuredWav2Lip(models: readonly BenchModel[], imported: readonly InstalledModel[]): MeasuredWav2Lip[] {
  return models.flatMap(({ id, device, buckets }) => {
    const file = imported.find((model) => model.id === id);
    const bytesPerNumber = file ? bytesPerNumberOf(file) : null;
    return bytesPerNumber === null || device === null ? [] : [{ device, bytesPerNumber, warmup: buckets }];
  });
}
