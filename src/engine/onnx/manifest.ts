/**
 * Which models there are: those shipped in `models/` and those the user imported into `<home>/models/`. Each folder has a
 * manifest.json of the same form; the shipped one also names models that are known but must be brought by the user.
 */
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { sourceSchema } from '../fetch/download.ts';
import { sha256OfFile } from '../fileHash.ts';
import { lockedIn } from '../library/lock.ts';
import { PROJECT } from '../places.ts';

export const MODEL_KINDS = ['wav2lip', 'rig', 'face-detector', 'face-mesh', 'matte'] as const;
export type ModelKind = (typeof MODEL_KINDS)[number];

const modelId = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'ids are lower-case letters, digits, dot, dash and underscore');
const tensorInfo = z.object({ name: z.string(), type: z.string(), dims: z.array(z.union([z.number().int(), z.string()])) });

const modelEntry = z.object({
  id: modelId,
  kind: z.enum(MODEL_KINDS),
  /** Name of the file beside the manifest. */
  file: z.string().regex(/^[^/\\]+\.onnx$/, 'a plain file name ending in .onnx'),
  bytes: z.number().int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  licence: z.string().min(1),
  /** Where it came from: package and version, and the script that made it. */
  source: z.string().min(1),
  tensors: z.object({ inputs: z.array(tensorInfo), outputs: z.array(tensorInfo) }),
  /** `default`: what its kind uses unless told otherwise. */
  use: z.enum(['default', 'optional']),
  /** wav2lip only: the mel window of frame i is that of frame i + offset. */
  syncOffsetFrames: z.number().int().min(-10).max(10).optional(),
});
/** `fetch`: where its file may be had, for who accepts the licence; without it the user must bring it. */
const knownEntry = z.object({ id: modelId, kind: z.enum(MODEL_KINDS), licence: z.string(), source: z.string(), fetch: sourceSchema.optional() });

const manifestSchema = z.object({ version: z.literal(1), models: z.array(modelEntry), known: z.array(knownEntry).default([]) });

export type ModelEntry = z.infer<typeof modelEntry>;
/** A model that Sima knows by name and the user must bring. */
export type KnownModel = z.infer<typeof knownEntry>;
export type Manifest = z.infer<typeof manifestSchema>;

/** A model whose file is there: what openSessions() takes. */
export interface InstalledModel extends ModelEntry {
  path: string;
  origin: 'shipped' | 'imported';
}
export type ListedModel = (InstalledModel & { installed: true }) | (KnownModel & { installed: false });

export interface ModelFolders {
  shipped: string;
  imported: string;
}

/** @param shipped folder of the shipped models; the default is that of a checkout */
export function modelFolders(home: string, shipped = path.join(PROJECT, 'models')): ModelFolders {
  return { shipped, imported: path.join(home, 'models') };
}

/** Reads a folder's manifest; a folder without one has no models. */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = path.join(folder, 'manifest.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { version: 1, models: [], known: [] };
    throw new StudioError('io', `The list of models ${file} cannot be read.`, { cause: error });
  }
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (error) {
    const reasons = error instanceof z.ZodError ? error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) : [String(error)];
    throw new StudioError('invalid-input', `The list of models ${file} is damaged: restore it, or delete it and import your models again.`, { cause: error, details: { reasons } });
  }
}

/** Writes a folder's manifest whole or not at all. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const file = path.join(folder, 'manifest.json');
  await inFolder(folder, async () => {
    await mkdir(folder, { recursive: true });
    const part = `${file}.${process.pid}.part`;
    const handle = await open(part, 'w');
    try {
      const text = JSON.stringify(manifestSchema.parse(manifest), null, 2);
      await handle.writeFile(`${text.replace(/\[\s+([^[\]{}]+?)\s+\]/g, (_, dims: string) => `[${dims.replace(/\s+/g, ' ')}]`)}\n`); // sizes on one line
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, file);
  });
}

/**
 * Changes the list of the user's models: one change at a time, over all processes, so that none is lost.
 * @param change gets the list as it is now and gives the new one; other work on the folder may be done in it
 */
export async function changeImported(folders: ModelFolders, signal: AbortSignal | undefined, change: (manifest: Manifest) => Promise<Manifest> | Manifest): Promise<void> {
  const folder = folders.imported;
  await lockedIn(path.dirname(folder), 'models', signal, async () => writeManifest(folder, await change(await readManifest(folder))));
}

/** Runs file work in a folder of models; failures become `io` with the folder's name. */
export async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (error instanceof StudioError || code === undefined) throw error;
    const reason = code === 'ENOSPC' ? 'the disk is full' : code === 'EACCES' || code === 'EPERM' || code === 'EROFS' ? 'it may not be written' : code;
    throw new StudioError('io', `The folder of models ${folder} cannot be changed: ${reason}.`, { cause: error });
  }
}

/** All models: the shipped, the user's, and the known ones that are not installed. An imported id hides a known one. */
export async function listModels(folders: ModelFolders): Promise<ListedModel[]> {
  const shipped = await readManifest(folders.shipped);
  const imported = await readManifest(folders.imported);
  const installed = (origin: InstalledModel['origin'], manifest: Manifest) =>
    manifest.models.map((entry) => ({ ...entry, origin, path: path.join(folders[origin], entry.file), installed: true as const }));
  const models = [...installed('shipped', shipped), ...installed('imported', imported)];
  const missing = shipped.known.filter(({ id }) => !models.some((model) => model.id === id));
  return [...models, ...missing.map((entry) => ({ ...entry, installed: false as const }))];
}

/**
 * The installed model of that id.
 * @throws missing-asset where it is known but not installed, or its file is gone; invalid-input where nobody knows it
 */
export async function findModel(folders: ModelFolders, id: string): Promise<InstalledModel> {
  const models = await listModels(folders);
  const model = models.find((entry) => entry.id === id);
  if (!model) {
    const ids = models.filter(({ installed }) => installed).map((entry) => entry.id);
    throw new StudioError('invalid-input', `There is no model “${id}”. Installed: ${ids.join(', ') || 'none'}.`);
  }
  if (!model.installed) {
    throw new StudioError('missing-asset', `The model “${id}” is not installed: its weights may not be shipped (${model.licence}). Get the ONNX file (${model.source}) and run: sima models import FILE.`);
  }
  if (!(await stat(model.path).catch(() => null))?.isFile()) {
    throw new StudioError('missing-asset', `The file of model “${id}” is gone: ${model.path}. ${cureOf(model)}`);
  }
  return model;
}

/** The model that a kind uses unless told otherwise. @throws missing-asset where there is none */
export async function defaultModel(folders: ModelFolders, kind: ModelKind): Promise<InstalledModel> {
  const ofKind = (await listModels(folders)).filter((entry) => entry.kind === kind && entry.installed);
  const model = ofKind.find((entry) => entry.installed && entry.use === 'default') ?? ofKind[0];
  if (!model) throw new StudioError('missing-asset', `No model of kind “${kind}” is installed. See: sima models list.`);
  return findModel(folders, model.id);
}

export interface Verdict {
  id: string;
  path: string;
  ok: boolean;
  /** null when ok. */
  problem: string | null;
}

/** Compares every installed model's file with its size and sha256. */
export async function verifyModels(folders: ModelFolders, signal?: AbortSignal): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const model of await listModels(folders)) {
    if (!model.installed) continue;
    throwIfCanceled(signal);
    const problem = await problemOf(model, signal);
    verdicts.push({ id: model.id, path: model.path, ok: problem === null, problem });
  }
  return verdicts;
}

/** What is wrong with a model's file, compared with its size and sha256; null: nothing. Reads it in pieces of a few milliseconds. */
export async function problemOf(model: InstalledModel, signal?: AbortSignal): Promise<string | null> {
  const bytes = (await stat(model.path).catch(() => null))?.size ?? null;
  if (bytes === null) return 'the file is missing';
  if (bytes !== model.bytes) return `the file has ${bytes} bytes instead of ${model.bytes}`;
  return (await sha256OfFile(model.path, signal)) === model.sha256 ? null : 'the content has changed (sha256 differs)';
}

/** How to get a model again whose file is gone or damaged. */
export function cureOf({ origin }: Pick<InstalledModel, 'origin'>): string {
  return origin === 'shipped' ? 'Install Sima again.' : 'Import it again: sima models import FILE.';
}

/** Removes an imported model. @throws invalid-input for shipped and unknown ones, missing-asset for those not installed */
export async function removeModel(folders: ModelFolders, id: string): Promise<void> {
  const model = (await listModels(folders)).find((entry) => entry.id === id);
  if (!model) throw new StudioError('invalid-input', `There is no model “${id}”.`);
  if (!model.installed) throw new StudioError('missing-asset', `The model “${id}” is not installed.`);
  if (model.origin === 'shipped') throw new StudioError('invalid-input', `The model “${id}” ships with Sima and cannot be removed.`);
  // First the entry, then the file: an interruption leaves a file too many, never an entry without its file.
  await changeImported(folders, undefined, (manifest) => ({ ...manifest, models: manifest.models.filter((entry) => entry.id !== id) }));
  await inFolder(folders.imported, () => rm(model.path, { force: true }));
}
