/** Undo and redo of a document as a line of its versions. Typing without a pause is one step. */

export interface History<T> {
  past: readonly T[];
  present: T;
  future: readonly T[];
  /** The step that the next change of the same group may still join. */
  open: { group: string; since: number; until: number } | null;
}

export const MOST_STEPS = 200;
const PAUSE_MS = 1000;
const LONGEST_STEP_MS = 8000;

export const begun = <T>(present: T): History<T> => ({ past: [], present, future: [], open: null });

/** @param group changes of one group that follow closely are one step; null: a step of its own */
export function changed<T>(history: History<T>, present: T, { group = null, at }: { group?: string | null; at: number }): History<T> {
  const { open } = history;
  const joins = group !== null && open?.group === group && at - open.until < PAUSE_MS && at - open.since < LONGEST_STEP_MS;
  return {
    past: joins ? history.past : [...history.past, history.present].slice(-MOST_STEPS),
    present,
    future: [],
    open: group === null ? null : { group, since: joins ? open.since : at, until: at },
  };
}

export function undone<T>({ past, present, future }: History<T>): History<T> {
  const before = past.at(-1);
  return before === undefined ? { past, present, future, open: null } : { past: past.slice(0, -1), present: before, future: [present, ...future], open: null };
}

export function redone<T>({ past, present, future }: History<T>): History<T> {
  const [after, ...rest] = future;
  return after === undefined ? { past, present, future, open: null } : { past: [...past, present], present: after, future: rest, open: null };
}
