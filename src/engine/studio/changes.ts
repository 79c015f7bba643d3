/** Which lists are no longer what they were, for watchers who then ask again. */
import { createChange } from '../change.ts';

export type ChangedKind = 'avatars' | 'takes' | 'models' | 'voices' | 'lexicon' | 'projects' | 'settings';

export interface Changes {
  announce(kind: ChangedKind): void;
  /** Each kind that has changed since it was told last; many changes may be told as one. */
  watch(signal: AbortSignal): AsyncGenerator<ChangedKind, void, void>;
}

export function createChanges(): Changes {
  const counts: Record<ChangedKind, number> = { avatars: 0, takes: 0, models: 0, voices: 0, lexicon: 0, projects: 0, settings: 0 };
  const kinds = Object.keys(counts) as ChangedKind[];
  const change = createChange();
  return {
    announce(kind) {
      counts[kind] += 1;
      change.announce();
    },
    async *watch(signal) {
      const told = { ...counts };
      for (;;) {
        const seen = change.count;
        for (const kind of kinds) {
          if (told[kind] === counts[kind]) continue;
          told[kind] = counts[kind];
          yield kind;
        }
        await change.after(seen, signal);
      }
    },
  };
}
