import { importModel } from '../../engine/onnx/importModel.ts';
import { defaultLipSync, listWithDefaults, makeDefaultLipSync } from '../../engine/onnx/defaultLipSync.ts';
import { fetchModel } from '../../engine/onnx/fetchModel.ts';
import { listModels, modelFolders, removeModel, verifyModels } from '../../engine/onnx/manifest.ts';
import { StudioError } from '../../shared/errors.ts';
import { EXIT } from '../exit.ts';
import type { Context } from '../context.ts';

const PROGRESS_MS = 2000;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

export async function modelsList({ home, json }: Context): Promise<void> {
  const models = await listWithDefaults(modelFolders(home));
  if (json) return console.log(JSON.stringify({ models }));
  for (const model of models) {
    const state = model.installed ? `${model.origin}, ${megabytes(model.bytes)}` : 'not installed';
    console.log(`${(model.isDefault ? '* ' : '  ') + model.id.padEnd(16)} ${model.kind.padEnd(14)} ${state.padEnd(22)} ${model.licence}`);
  }
  console.log('* what is used unless a take names another model. Change the lip-sync model with: sima models default ID');
}

export async function modelsImport(file: string, options: { id?: string }, { home, json, signal }: Context): Promise<void> {
  const folders = modelFolders(home);
  const model = await importModel(folders, file, { ...options, signal });
  if (json) return console.log(JSON.stringify({ id: model.id, model }));
  console.log(`Imported ${model.id} (${model.kind}, ${megabytes(model.bytes)}). Licence: ${model.licence}. Use it with: sima render --model ${model.id} …`);
  if ((await defaultLipSync(folders)).id !== model.id) console.log(`To use it for all takes: sima models default ${model.id}`);
}

/** @throws invalid-input with the licence where it was not accepted */
export async function modelsFetch(id: string, { acceptLicence = false }: { acceptLicence?: boolean }, { home, json, signal }: Context): Promise<void> {
  const folders = modelFolders(home);
  const known = (await listModels(folders)).find((model) => model.id === id);
  if (known && !known.installed && known.fetch && !acceptLicence) {
    throw new StudioError('invalid-input', `The licence of “${id}” must be accepted first: ${known.licence} (${known.source}). Say so with --accept-licence.`);
  }
  let toldMs = -Infinity;
  for await (const { doneBytes, totalBytes } of fetchModel(folders, id, (file, about) => importModel(folders, file, { ...about, signal }), signal)) {
    if (performance.now() - toldMs < PROGRESS_MS && doneBytes < totalBytes) continue;
    toldMs = performance.now();
    process.stderr.write(`${megabytes(doneBytes)} of ${megabytes(totalBytes)}\n`);
  }
  console.log(json ? JSON.stringify({ id, fetched: true }) : `Fetched ${id}. Use it with: sima render --model ${id} …`);
}

export async function modelsDefault(id: string, { home, json, signal }: Context): Promise<void> {
  const model = await makeDefaultLipSync(modelFolders(home), id, signal);
  console.log(json ? JSON.stringify({ id: model.id, isDefault: true }) : `Takes use ${model.id} unless they name another model.`);
}

export async function modelsVerify({ home, json, signal }: Context): Promise<void> {
  const verdicts = await verifyModels(modelFolders(home), signal);
  const wanting = verdicts.filter(({ ok }) => !ok);
  if (json) console.log(JSON.stringify({ ok: wanting.length === 0, models: verdicts }));
  else for (const { id, problem } of verdicts) console.log(`${id.padEnd(16)} ${problem ?? 'ok'}`);
  if (wanting.length > 0) process.exitCode = EXIT.wanting;
}

export async function modelsRemove(id: string, { home, json }: Context): Promise<void> {
  await removeModel(modelFolders(home), id);
  console.log(json ? JSON.stringify({ id, removed: true }) : `Removed ${id}.`);
}
