/** Fetches a model that the manifest knows, for a user who has accepted its licence. */
import path from 'node:path';
import { StudioError } from '../../shared/errors.ts';
import type { Progress } from '../fetch/download.ts';
import { fetchAndInstall } from '../fetch/fetching.ts';
import { listModels, type ModelFolders } from './manifest.ts';

/** Checks the file and brings it among the user's models, as importModel() does. */
export type InstallModel = (file: string, about: { id: string; source: string }) => Promise<unknown>;

/** @throws invalid-input (nobody knows it, or it is there already), missing-asset (it must be brought by the user), io, canceled */
export async function* fetchModel(folders: ModelFolders, id: string, install: InstallModel, signal?: AbortSignal): AsyncGenerator<Progress, void, void> {
  const isInstalled = async () => (await listModels(folders)).some((model) => model.id === id && model.installed);
  const model = (await listModels(folders)).find((each) => each.id === id);
  if (!model) throw new StudioError('invalid-input', `There is no model “${id}”. See: sima models list.`);
  if (model.installed) throw new StudioError('invalid-input', `The model “${id}” is installed already.`);
  const source = model.fetch;
  if (!source) throw new StudioError('missing-asset', `No public address is known from which the model “${id}” may be fetched. Get its ONNX file (${model.source}) and import it.`);
  yield* fetchAndInstall({
    home: path.dirname(folders.imported), name: id, source, folder: folders.imported, isThere: isInstalled, signal,
    install: async (file) => {
      await install(file, { id, source: `fetched from ${source.url}` });
    },
  });
}
