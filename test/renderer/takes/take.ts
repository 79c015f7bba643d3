import type { TakeInfo } from '../../../src/shared/contract/take.ts';

/** A finished take of 10 s, 1920×1080. */
export const take = (id: string, known: Partial<TakeInfo> = {}): TakeInfo => ({
  id, parentId: null, projectId: null, state: 'finished', request: { avatar: 'abcd', script: 'Hello there, everyone.', rate: 1, pitch: 1, background: 'keep', idle: true, quality: 'live' },
  avatarId: 'abcd', modelId: 'rig', device: null, width: 1920, height: 1080, rate: { num: 25, den: 1 }, framesDone: 250, framesExpected: 250, sizeBytes: 4_000_000, restarts: 0, warnings: [],
  createdAt: new Date(0).toISOString(), endedAt: new Date(0).toISOString(), error: null, kept: false, ...known,
});
