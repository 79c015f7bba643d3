/** What doctor says about one thing. */

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
}

export interface CheckWords {
  ok: (name: string, found: string, why?: string) => Check;
  advise: (name: string, found: string, advice: string, why: string) => Check;
  wanting: (name: string, found: string, advice: string, why: string) => Check;
  unknown: (name: string, found: string, why?: string) => Check;
}

/** The four states of a group's checks. */
export function checksOf(group: CheckGroup): CheckWords {
  const check = (state: CheckState) => (name: string, found: string, advice: string | null, why: string | null): Check => ({
    id: `${group}.${name}`, group, state, found, advice, why,
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
export function readableBytes(bytes: number): string {
  const [unit, name] = bytes >= 1e9 ? [1e9, 'GB'] : bytes >= 1e6 ? [1e6, 'MB'] : [1e3, 'kB'];
  const value = bytes / unit;
  return `${value >= 100 ? Math.round(value) : Number(value.toFixed(1))} ${name}`;
}
