/** Which lip-sync model takes use unless they name one: the rig until the user makes another one the default. */
import { StudioError } from '../../shared/errors.ts';
import { changeImported, defaultModel, findModel, listModels, type InstalledModel, type ListedModel, type ModelFolders } from './manifest.ts';

/** The user's choice, else the shipped rig. Its file may have gone since. @throws missing-asset where not even a rig is installed */
export async function defaultLipSync(folders: ModelFolders): Promise<InstalledModel> {
  const chosen = (await listModels(folders)).find((model): model is InstalledModel & { installed: true } => model.installed && isChosen(model));
  return chosen ?? defaultModel(folders, 'rig');
}

/** Kept in the list of the user's models. @throws invalid-input where it cannot move lips, missing-asset where it is not installed */
export async function makeDefaultLipSync(folders: ModelFolders, id: string, signal?: AbortSignal): Promise<InstalledModel> {
  const model = await findModel(folders, id);
  if (model.kind !== 'rig' && model.kind !== 'wav2lip') {
    throw new StudioError('invalid-input', `The model “${id}” is a ${model.kind} model and cannot move lips: choose a wav2lip model, or the rig.`);
  }
  await changeImported(folders, signal, (manifest) => ({
    ...manifest,
    models: manifest.models.map((entry) => ({ ...entry, use: entry.id === id ? 'default' : 'optional' })),
  }));
  return model;
}

/** All models, and of each whether it is what its kind uses unless told otherwise; of the lip-sync models just one is. */
export async function listWithDefaults(folders: ModelFolders): Promise<(ListedModel & { isDefault: boolean })[]> {
  const lipSync = await defaultLipSync(folders).catch(() => null);
  return (await listModels(folders)).map((model) => {
    const movesLips = model.kind === 'rig' || model.kind === 'wav2lip';
    return { ...model, isDefault: model.installed && (movesLips ? model.id === lipSync?.id : model.use === 'default') };
  });
}

function isChosen({ kind, origin, use }: InstalledModel): boolean {
  return kind === 'wav2lip' && origin === 'imported' && use === 'default';
}
