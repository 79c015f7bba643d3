/** Picks the lip-sync driver of a take by its model's kind and by what is said. */
import { rateValue, type Rate } from '../media/rate.ts';
import type { LoadedModel, Sessions } from '../onnx/sessions.ts';
import { rigFromPhonemes, rigFromSound, wav2lipFromSound, type InferenceTimes, type LipSync } from './lipsync.ts';
import { listen } from './listen.ts';
import type { Renderer } from './renderThread.ts';
import type { Batcher } from './wav2lip.ts';

export interface LipSyncJob {
  /** null: the rig on a voice with phoneme times needs no network. */
  model: LoadedModel | null;
  sessions: Sessions;
  /** The one batcher of a Wav2Lip model; asked for only where `model` is one. */
  batcherOf: (model: LoadedModel) => Batcher;
  renderer: Renderer;
  sceneId: number;
  rate: Rate;
  seat: string;
  onTimes: (times: InferenceTimes) => void;
}

export function openLipSync({ model, sessions, batcherOf, renderer, sceneId, rate, seat, onTimes }: LipSyncJob): LipSync {
  if (model === null) return rigFromPhonemes(rate);
  if (model.wav2lip === null) return rigFromSound(rate, listen({ sessions, fps: rateValue(rate), modelId: model.id }));
  const crops = (firstFrame: number, frames: number, size: number) => renderer.call('crops', { sceneId, firstFrame, frames, size });
  return wav2lipFromSound(rate, { batcher: batcherOf(model), seat, onTimes, crops });
}
