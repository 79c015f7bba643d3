/** Picks the lip-sync driver of a take by its model's kind and by what is said. */
import { StudioError } from '../../shared/errors.ts';
import type { Avatar } from '../avatar/prepare.ts';
import type { Rate } from '../media/rate.ts';
import type { LoadedModel, Sessions } from '../onnx/sessions.ts';
import { rigFromPhonemes, type LipSync } from './lipsync.ts';

export interface LipSyncJob {
  model: LoadedModel;
  sessions: Sessions;
  avatar: Avatar;
  rate: Rate;
  /** A recording is followed; there are no phoneme times. */
  recorded: boolean;
  signal?: AbortSignal | undefined;
}

export function openLipSync({ model, rate, recorded }: LipSyncJob): Promise<LipSync> {
  if (model.kind === 'rig' && !recorded) return Promise.resolve(rigFromPhonemes(rate));
  throw new StudioError('bug', 'Not wired yet.');
}
