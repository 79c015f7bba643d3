/**
 * Lists a shipped model in models/manifest.json, with the size, sha256 and tensors of its file:
 *
 *   node models/make/manifest.ts add --id rig --kind rig --file rig.onnx --licence GPL-3.0-or-later \
 *     --source "trained by models/make/rigTrain.ts" [--optional]
 *   node models/make/manifest.ts remove --id rig
 *
 * An entry of the same id is replaced. Scripts may call addShippedModel() instead.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sha256OfFile } from '../../src/engine/fileHash.ts';
import { MODEL_KINDS, readManifest, writeManifest, type ModelEntry, type ModelKind } from '../../src/engine/onnx/manifest.ts';
import { loadModel, type ValueInfo } from './onnxGraph.ts';

export const MODELS_FOLDER = fileURLToPath(new URL('../', import.meta.url));

/** What a person has to say about a model; the rest is read from the file. */
export type ModelDescription = Pick<ModelEntry, 'id' | 'kind' | 'file' | 'licence' | 'source' | 'use' | 'syncOffsetFrames'>;

export async function addShippedModel(description: ModelDescription, folder = MODELS_FOLDER): Promise<ModelEntry> {
  const file = path.join(folder, description.file);
  const { inputs, outputs } = await loadModel(file);
  const entry: ModelEntry = {
    ...description,
    bytes: (await stat(file)).size,
    sha256: await sha256OfFile(file),
    tensors: { inputs: inputs.map(tensor), outputs: outputs.map(tensor) },
  };
  const manifest = await readManifest(folder);
  await writeManifest(folder, { ...manifest, models: [...manifest.models.filter(({ id }) => id !== entry.id), entry].sort((a, b) => a.id.localeCompare(b.id)) });
  return entry;
}

export async function removeShippedModel(id: string, folder = MODELS_FOLDER): Promise<void> {
  const manifest = await readManifest(folder);
  await writeManifest(folder, { ...manifest, models: manifest.models.filter((entry) => entry.id !== id) });
}

function tensor({ name, type, dims }: ValueInfo): { name: string; type: string; dims: (number | string)[] } {
  return { name, type: type ?? 'unknown', dims };
}

function isKind(text: string): text is ModelKind {
  return (MODEL_KINDS as readonly string[]).includes(text);
}

async function main(): Promise<void> {
  const text = { type: 'string', default: '' } as const;
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { id: text, kind: text, file: text, licence: text, source: text, optional: { type: 'boolean', default: false } },
  });
  const { id, kind, file, licence, source, optional } = values;
  if (positionals[0] === 'remove') await removeShippedModel(id);
  else if (positionals[0] === 'add' && isKind(kind)) {
    console.log(await addShippedModel({ id, kind, file, licence, source, use: optional ? 'optional' : 'default' }));
  } else throw new Error(`Usage: manifest.ts add --id … --kind ${MODEL_KINDS.join('|')} --file NAME.onnx --licence … --source … [--optional] | remove --id …`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
