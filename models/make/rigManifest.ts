/** node models/make/rigManifest.ts: writes the entry of models/rig.onnx into the manifest, after training. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256OfFile } from '../../src/engine/fileHash.ts';
import { readManifest, writeManifest, type ModelEntry } from '../../src/engine/onnx/manifest.ts';
import { POSE_SIZE } from '../../src/shared/vocabulary.ts';
import { CONTEXT, MEL_BANDS, WINDOW_POSES } from './rigNetwork.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));

/** Adds or replaces the entry of rig.onnx. */
export async function listRig(): Promise<void> {
  const file = path.join(folder, 'rig.onnx');
  const entry: ModelEntry = {
    id: 'rig',
    kind: 'rig',
    file: 'rig.onnx',
    bytes: (await stat(file)).size,
    sha256: await sha256OfFile(file),
    licence: 'GPL-3.0-or-later (our own)',
    source: 'Trained on synthesised speech by models/make/rigTrain.ts (npm run train:rig)',
    tensors: {
      inputs: [{ name: 'mel', type: 'float32', dims: ['N', WINDOW_POSES + 2 * CONTEXT, MEL_BANDS] }],
      outputs: [{ name: 'poses', type: 'float32', dims: ['N', WINDOW_POSES, POSE_SIZE] }],
    },
    use: 'default',
  };
  const manifest = await readManifest(folder);
  await writeManifest(folder, { ...manifest, models: [...manifest.models.filter(({ id }) => id !== entry.id), entry] });
}

if (import.meta.main) await listRig();
