/**
 * From a started process to warm models. The lip-sync model and the face models load side by side; ready means that they are warm
 * at every batch size. Other models follow in the background and give way to requests. Nothing is loaded on a request after that.
 */
import type { ModelReadiness } from '../../shared/contract/engine.ts';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import type { InstalledModel } from './manifest.ts';
import type { LoadedModel, Sessions } from './sessions.ts';

/** How far the models are on their way. */
export interface ColdStartState {
  ready: boolean;
  /** 0..1 of what must be there before `ready`. */
  progress: number;
  models: ModelReadiness[];
  /** The lip-sync model that takes use unless they name one; null until it is known. */
  defaultModelId: string | null;
}

export interface ColdStartOptions {
  sessions: Sessions;
  /** All installed models, as the sessions know them. */
  models: readonly InstalledModel[];
  /** Ids of those that find faces: none of them may be missing. */
  faceModels: readonly string[];
  /** Id of the lip-sync model that takes should use. */
  wanted: string;
  /** For loaded models, bytes; the background loads no more once it is spent. No limit unless given. */
  budgetBytes?: number;
  signal?: AbortSignal;
  /** Told of every step, until the last model is loaded or has failed. */
  onReadiness?: (state: ColdStartState) => void;
}

/** What stands in for a lip-sync model that is missing or damaged, best first; then the built-in rig. */
const SUBSTITUTES = ['wav2lip_gan', 'wav2lip'];
/** A Wav2Lip in memory against its file: weights, their rearranged copy, and room for a run (measured: 145 MB on disk, 380 in memory). */
const MEMORY_PER_FILE_BYTE = 2.6;

/**
 * Resolves when all that every take needs is warm; the rest goes on loading.
 * @throws missing-asset, invalid-input, device or capacity where a face model, or every lip-sync model, cannot be used: with what to do; canceled
 */
export async function coldStart({ sessions, models, faceModels, wanted, budgetBytes = Infinity, signal, onReadiness }: ColdStartOptions): Promise<ColdStartState> {
  const rows = new Map(models.map((model): [string, ModelReadiness] => [model.id, waiting(model)]));
  if (!rows.has(wanted)) rows.set(wanted, waiting({ id: wanted, kind: 'wav2lip' })); // its failure is told
  const shares = new Map<string, number>();
  let required = [...faceModels, wanted];
  let defaultModelId: string | null = null;
  let ready = false;
  const state = (): ColdStartState => ({
    ready, defaultModelId,
    progress: ready ? 1 : required.reduce((sum, id) => sum + (shares.get(id) ?? 0), 0) / required.length,
    models: [...rows.values()],
  });
  const tell = (id: string, change: Partial<ModelReadiness> & { share?: number }): void => {
    const { share, ...row } = change;
    if (share !== undefined) shares.set(id, share);
    const before = rows.get(id);
    if (before) rows.set(id, { ...before, ...row });
    onReadiness?.(state());
  };
  const load = async (id: string, background = false): Promise<LoadedModel> => {
    tell(id, { state: 'loading' });
    try {
      if (!models.some((model) => model.id === id)) throw new StudioError('missing-asset', `The model “${id}” is not installed. See: sima models list.`);
      const loaded = await sessions.load(id, signal, { background, onProgress: (share) => tell(id, { share }) });
      const { device, refused, loadMs, warmUpMs, warmup, batches } = loaded;
      tell(id, { state: 'ready', share: 1, device, refused, loadMs, warmUpMs, warmup, batches });
      return loaded;
    } catch (error) {
      throwIfCanceled(signal);
      tell(id, { state: 'failed', message: sentenceOf(error) });
      throw error;
    }
  };

  const loadFaces = async (): Promise<void> => {
    for (const id of faceModels) {
      try {
        await load(id);
      } catch (error) {
        throwIfCanceled(signal);
        throw sayingWhy(error, `No face can be found without the model “${id}”: ${sentenceOf(error)}`);
      }
    }
  };
  /** The wanted one, or the best that works. */
  const loadLipSync = async (): Promise<string> => {
    const rigs = models.filter(({ kind }) => kind === 'rig').map(({ id }) => id);
    const candidates = [...new Set([wanted, ...SUBSTITUTES.filter((id) => rows.has(id)), ...rigs])];
    const failures: { id: string; error: unknown }[] = [];
    for (const id of candidates) {
      required = [...faceModels, id];
      try {
        await load(id);
        for (const failed of failures) tell(failed.id, { message: `${sentenceOf(failed.error)} Takes use “${id}” instead.` });
        return id;
      } catch (error) {
        throwIfCanceled(signal);
        failures.push({ id, error });
      }
    }
    throw sayingWhy(failures[0].error, `No lip-sync model can be used: ${failures.map(({ error }) => sentenceOf(error)).join(' ')}`);
  };
  const loadRest = async (): Promise<void> => {
    let spentBytes = 0;
    const spend = ({ residentBytes }: LoadedModel, { bytes }: InstalledModel): void => {
      spentBytes += residentBytes ?? bytes * MEMORY_PER_FILE_BYTE;
    };
    const isLoaded = ({ id }: InstalledModel): boolean => rows.get(id)?.state === 'ready';
    for (const model of models.filter(isLoaded)) spend(await sessions.load(model.id), model);
    for (const model of models.filter(({ id }) => rows.get(id)?.state === 'waiting').sort(byImportance)) {
      if (spentBytes + model.bytes * MEMORY_PER_FILE_BYTE > budgetBytes) {
        tell(model.id, { message: 'The memory for models is spent: it is loaded when a take names it.' });
        continue;
      }
      const loaded = await load(model.id, true).catch(() => null); // its row says why
      if (signal?.aborted) return;
      if (loaded) spend(loaded, model);
    }
  };

  [defaultModelId] = await Promise.all([loadLipSync(), loadFaces()]);
  ready = true;
  onReadiness?.(state());
  void loadRest().catch(() => undefined); // canceled, or the sessions were closed
  return state();
}

function waiting({ id, kind }: Pick<InstalledModel, 'id' | 'kind'>): ModelReadiness {
  return { id, kind, state: 'waiting', device: null, refused: [], loadMs: null, warmUpMs: null, warmup: [], batches: [], message: null };
}

/** Lip-sync before the rest, and of those the best first. */
function byImportance(a: InstalledModel, b: InstalledModel): number {
  const place = ({ id, kind }: InstalledModel): number => (SUBSTITUTES.includes(id) ? SUBSTITUTES.indexOf(id) : kind === 'wav2lip' ? 2 : kind === 'rig' ? 3 : 4);
  return place(a) - place(b);
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function sayingWhy(error: unknown, sentence: string): StudioError {
  return error instanceof StudioError ? new StudioError(error.code, sentence, { cause: error, details: error.details }) : new StudioError('bug', sentence, { cause: error });
}
