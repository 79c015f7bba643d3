/** Brings the user's own Wav2Lip model into `<home>/models/`. */
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { StudioError } from '../../shared/errors.ts';
import { copyDurably } from '../library/durable.ts';
import { changeImported, findModel, inFolder, listModels, type InstalledModel, type ModelEntry, type ModelFolders } from './manifest.ts';
import { openSessions } from './sessions.ts';

/** Shown wherever a Wav2Lip model is imported. */
const WAV2LIP_LICENCE = 'Wav2Lip weights are for non-commercial use only (their training data, LRS2, demands it)';
/**
 * Wav2Lip was trained on the sound from one frame before to four after each picture, while its inference starts the window
 * at the picture itself; one frame earlier gives the network what it was trained on.
 */
const TRAINED_SYNC_OFFSET_FRAMES = -1;

/**
 * Copies a model file into the user's models, checks it by loading and running the copy, and only then gives it its name.
 * @param options `id`: the model's; made from the file's name unless given (wav2lip_gan, wav2lip or the name itself). `source`: where it came from, for the list
 * @throws invalid-input (no file, damaged, or of other shapes: those found and those expected are in the message), io, canceled
 */
export async function importModel(folders: ModelFolders, file: string, options: { id?: string | undefined; source?: string | undefined; signal?: AbortSignal } = {}): Promise<InstalledModel> {
  const { signal, source = `imported from ${path.basename(file)}` } = options;
  const id = options.id ?? idOfFile(file);
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(id)) throw new StudioError('invalid-input', `“${id}” cannot be a model id: use lower-case letters, digits, dot, dash and underscore.`);
  const info = await stat(file).catch(() => null);
  if (!info?.isFile()) throw new StudioError('invalid-input', `There is no model file ${file}.`);
  if (info.size === 0) throw new StudioError('invalid-input', `The model file ${file} is empty.`);
  if ((await listModels(folders)).some((model) => model.id === id && model.installed && model.origin === 'shipped')) {
    throw new StudioError('invalid-input', `“${id}” is the id of a model that ships with Sima: choose another one for ${file}.`);
  }
  const folder = folders.imported;
  const part = path.join(folder, `.${id}.${randomUUID()}.part`);
  try {
    const { bytes, sha256 } = await inFolder(folder, async () => {
      await mkdir(folder, { recursive: true });
      return copyDurably(file, part, signal);
    });
    const entry: ModelEntry = {
      id, kind: 'wav2lip', file: `${id}.onnx`, bytes, sha256, licence: WAV2LIP_LICENCE, source,
      tensors: { inputs: [], outputs: [] }, use: 'optional', syncOffsetFrames: TRAINED_SYNC_OFFSET_FRAMES,
    };
    entry.tensors = await checkedTensors({ ...entry, origin: 'imported', path: part }, file, signal);
    await publish(folders, part, entry, signal);
    return await findModel(folders, id);
  } finally {
    await rm(part, { force: true });
  }
}

function idOfFile(file: string): string {
  const name = path.basename(file).toLowerCase().replace(/\.onnx$/, '').replace(/[^a-z0-9._-]+/g, '_').replace(/^[._-]+/, '').slice(0, 64);
  if (/^wav2lip[-_.]?gan$/.test(name)) return 'wav2lip_gan';
  return name || 'wav2lip';
}

/** Loads and runs the copy on the CPU; messages name the user's file. */
async function checkedTensors(draft: InstalledModel, file: string, signal: AbortSignal | undefined): Promise<ModelEntry['tensors']> {
  const sessions = await openSessions({ models: [draft], device: 'cpu' });
  try {
    const { inputs, outputs } = await sessions.load(draft.id, signal);
    return { inputs, outputs };
  } catch (error) {
    if (!(error instanceof StudioError)) throw error;
    throw new StudioError(error.code, error.message.replaceAll(draft.path, file), { details: error.details });
  } finally {
    await sessions.close();
  }
}

/** Gives the checked copy its name and lists it; a model of the same id is replaced. */
async function publish(folders: ModelFolders, part: string, entry: ModelEntry, signal: AbortSignal | undefined): Promise<void> {
  await changeImported(folders, signal, async (manifest) => {
    await inFolder(folders.imported, () => rename(part, path.join(folders.imported, entry.file)));
    const before = manifest.models.find(({ id }) => id === entry.id); // a new file is no less the default
    return { ...manifest, models: [...manifest.models.filter(({ id }) => id !== entry.id), { ...entry, use: before?.use ?? entry.use }] };
  });
}
