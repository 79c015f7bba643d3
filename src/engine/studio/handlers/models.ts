/** Models: which there are, which is the default, the user's own. */
import { defaultLipSync } from '../../onnx/defaultLipSync.ts';
import { listModels } from '../../onnx/manifest.ts';
import { notBuilt, type Area, type HandlerParts } from './area.ts';

export function modelHandlers({ folders }: HandlerParts): Area<'models'> {
  return {
    calls: {
      'models.list': async () => {
        const chosen = (await defaultLipSync(folders)).id;
        return (await listModels(folders)).map((model) => ({
          id: model.id, kind: model.kind, installed: model.installed, licence: model.licence, source: model.source, fetchable: false, isDefault: model.id === chosen,
          origin: model.installed ? model.origin : ('known' as const), sizeBytes: model.installed ? model.bytes : null, sha256: model.installed ? model.sha256 : null,
        }));
      },
      'models.import': notBuilt('models.import'),
      'models.remove': notBuilt('models.remove'),
      'models.setDefault': notBuilt('models.setDefault'),
      'models.verify': notBuilt('models.verify'),
    },
    streams: { 'models.fetch': notBuilt('models.fetch') },
  };
}
