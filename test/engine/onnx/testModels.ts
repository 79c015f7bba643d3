/** Models made for tests, as the session room takes them. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { sha256OfFile } from '../../../src/engine/fileHash.ts';
import type { Graph } from '../../../models/make/onnxGraph.ts';
import type { InstalledModel, ModelKind } from '../../../src/engine/onnx/manifest.ts';

/** A folder that is gone after the tests of the file. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sima-onnx-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An entry for the file as it is; only what the session room reads is true. */
export async function installedModel(id: string, file: string, kind: ModelKind = 'wav2lip'): Promise<InstalledModel> {
  return {
    id, kind, path: file, file: path.basename(file), origin: 'imported', use: 'optional',
    bytes: (await stat(file)).size, sha256: await sha256OfFile(file), licence: 'test', source: 'test', tensors: { inputs: [], outputs: [] },
  };
}

export async function savedModel(folder: string, id: string, graph: Graph, kind?: ModelKind): Promise<InstalledModel> {
  const file = path.join(folder, `${id}.onnx`);
  await graph.save(file);
  return installedModel(id, file, kind);
}
