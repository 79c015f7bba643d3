/** Picks the lip-sync driver of a take by its model's kind and by what is said. */
import { StudioError } from '../../shared/errors.ts';
import type { Avatar } from '../avatar/prepare.ts';
import type { Rate } from '../media/rate.ts';
import type { LoadedModel, Sessions } from '../onnx/sessions.ts';
import { rigFromPhonemes, type LipSync } from './lipsync.ts';

export interface LipSyncJob {
  kind: 'rig' | 'wav2lip';
  /** null: the rig on a voice with phoneme times needs no network. */
  model: LoadedModel | null;
  sessions: Sessions;
  avatar: Avatar;
  rate: Rate;
  signal?: AbortSignal | undefined;
}

export function openLipSync({ kind, model, rate }: LipSyncJob): Promise<LipSync> {
  if (kind === 'rig' && !model) return Promise.resolve(rigFromPhonemes(rate));
  throw new StudioError('bug', 'Not wired yet.');
}
