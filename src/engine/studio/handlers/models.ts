/** Models: which there are, which is the default, the user's own. */
import { isOver } from '../../../shared/contract/take.ts';
import type { ModelRow } from '../../../shared/contract/model.ts';
import { StudioError } from '../../../shared/errors.ts';
import { listWithDefaults, makeDefaultLipSync } from '../../onnx/defaultLipSync.ts';
import { fetchModel } from '../../onnx/fetchModel.ts';
import { removeModel, verifyModels, type InstalledModel } from '../../onnx/manifest.ts';
import type { Area, HandlerParts } from './area.ts';

export function modelHandlers({ studio, changes, folders }: HandlerParts): Area<'models'> {
  const { engine, takes } = studio;
  /** A running engine knows the models that there were at its start. */
  const changed = (): void => {
    changes.announce('models');
    engine.renew();
    studio.renewEngine();
  };

  const rows = async (): Promise<ModelRow[]> =>
    (await listWithDefaults(folders)).map((model) => ({
      id: model.id, kind: model.kind, installed: model.installed, licence: model.licence, source: model.source,
      fetchable: !model.installed && model.fetch !== undefined,
      isDefault: model.isDefault && (model.kind === 'rig' || model.kind === 'wav2lip'),
      origin: model.installed ? model.origin : 'known',
      sizeBytes: model.installed ? model.bytes : (model.fetch?.bytes ?? null),
      sha256: model.installed ? model.sha256 : (model.fetch?.sha256 ?? null),
    }));

  /** Loading a network blocks, and a broken one may take its process along: that is the engine's to do. */
  const install = async (file: string, about: { id?: string | undefined; source?: string }, signal: AbortSignal): Promise<InstalledModel> => {
    for (;;) {
      const life = await engine.life(signal);
      try {
        const model = await life.client.call('importModel', { file, ...about }, signal);
        changed();
        return model;
      } catch (error) {
        if (!life.over || signal.aborted) throw error;
        const reason = await life.exit;
        if (!life.planned) throw new StudioError('invalid-input', `The engine ended while it tried the model ${file}: ${reason}. It was not imported; get another export of it.`, { cause: error });
      }
    }
  };

  return {
    calls: {
      'models.list': rows,
      'models.import': async ({ file, id }, signal) => {
        const model = await install(file, { id }, signal);
        return (await rows()).find((row) => row.id === model.id)!;
      },
      'models.remove': async ({ id }) => {
        const user = takes.list({ limit: -1 }).find(({ state, modelId }) => !isOver(state) && modelId === id);
        if (user) throw new StudioError('invalid-input', `The model “${id}” moves the lips of a take that is being rendered. Wait for it, or cancel it, and remove the model then.`);
        await removeModel(folders, id);
        changed();
        return null;
      },
      'models.setDefault': async ({ id }, signal) => {
        await makeDefaultLipSync(folders, id, signal);
        changed();
        return null;
      },
      'models.verify': async (_, signal) => (await verifyModels(folders, signal)).map(({ id, ok, problem }) => ({ id, ok, problem })),
    },
    streams: {
      async *'models.fetch'({ id }, signal) {
        for await (const { doneBytes, totalBytes } of fetchModel(folders, id, (file, about) => install(file, about, signal), signal)) yield { type: 'progress', doneBytes, totalBytes };
        yield { type: 'installed', id };
      },
    },
  };
}
