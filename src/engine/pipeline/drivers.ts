/** Picks the lip-sync driver of a take by its model's kind and by what is said. */
import { rateValue, type Rate } from '../media/rate.ts';
import type { LoadedModel, Sessions } from '../onnx/sessions.ts';
import { rigFromPhonemes, rigFromSound, wav2lipFromSound, type LipSync } from './lipsync.ts';
import { listen } from './listen.ts';
import type { Renderer } from './renderThread.ts';

export interface LipSyncJob {
  /** null: the rig on a voice with phoneme times needs no network. */
  model: LoadedModel | null;
  sessions: Sessions;
  renderer: Renderer;
  sceneId: number;
  rate: Rate;
}

export function openLipSync({ model, sessions, renderer, sceneId, rate }: LipSyncJob): LipSync {
  if (model === null) return rigFromPhonemes(rate);
  if (model.wav2lip === null) return rigFromSound(rate, listen({ sessions, fps: rateValue(rate), modelId: model.id }));
  const crops = (firstFrame: number, frames: number, size: number) => renderer.call('crops', { sceneId, firstFrame, frames, size });
  return wav2lipFromSound(rate, { model, sessions, crops });
}
