/** What doctor says about one thing. */
import { say, textOf, type Phrase } from '../../shared/phrase.ts';

/** In the order in which they are told. */
export const CHECK_GROUPS = ['machine', 'gpu', 'system', 'studio'] as const;
export type CheckGroup = (typeof CHECK_GROUPS)[number];

/**
 * `ok`: nothing to do. `advice`: Sima works, and would work better otherwise. `wanting`: Sima does not work as asked. `unknown`: it
 * could not be found out here.
 */
export type CheckState = 'ok' | 'advice' | 'wanting' | 'unknown';

export interface Check {
  /** Stable, e.g. `gpu.driver`: scripts may look for it. */
  id: string;
  group: CheckGroup;
  state: CheckState;
  /** What was found, a sentence that names the thing. */
  found: string;
  /** The exact command or step; null where there is nothing to do. */
  advice: string | null;
  /** Why it matters; on `ok` and `unknown`: what is good to know all the same, e.g. where the guide's advice does not fit. */
  why: string | null;
  /** The same, to be said in other languages. */
  phrases: { found: Phrase; advice: Phrase | null; why: Phrase | null };
}

export interface CheckWords {
  ok: (name: string, found: Phrase, why?: Phrase) => Check;
  advise: (name: string, found: Phrase, advice: Phrase, why: Phrase) => Check;
  wanting: (name: string, found: Phrase, advice: Phrase, why: Phrase) => Check;
  unknown: (name: string, found: Phrase, why?: Phrase) => Check;
}

/** The four states of a group's checks. */
export function checksOf(group: CheckGroup): CheckWords {
  const check = (state: CheckState) => (name: string, found: Phrase, advice: Phrase | null, why: Phrase | null): Check => ({
    id: `${group}.${name}`, group, state, found: textOf(found), advice: advice && textOf(advice), why: why && textOf(why), phrases: { found, advice, why },
  });
  const [ok, unknown] = [check('ok'), check('unknown')];
  return {
    ok: (name, found, why) => ok(name, found, null, why ?? null),
    unknown: (name, found, why) => unknown(name, found, null, why ?? null),
    advise: check('advice'),
    wanting: check('wanting'),
  };
}

/** Bytes as people read them, decimal as on disks and cards: `9.4 GB`. */
export function readableBytes(bytes: number): Phrase {
  const inUnits = (unit: number) => (bytes / unit >= 100 ? Math.round(bytes / unit) : Number((bytes / unit).toFixed(1)));
  return bytes >= 1e9 ? say`${inUnits(1e9)} GB` : bytes >= 1e6 ? say`${inUnits(1e6)} MB` : say`${inUnits(1e3)} kB`;
}
