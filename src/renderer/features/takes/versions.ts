/** Takes that are versions of one script stand together: those made from each other, and those of one project. */
import type { TakeInfo } from '../../../shared/contract/take.ts';

export interface Versions {
  key: string;
  /** Newest first; at least one. */
  takes: TakeInfo[];
}

/** @param takes newest first; the groups come in the order of their newest */
export function versionsOf(takes: readonly TakeInfo[]): Versions[] {
  const known = new Map(takes.map((take) => [take.id, take]));
  const groups = new Map<string, TakeInfo[]>();
  for (const take of takes) {
    const key = keyOf(take, known);
    const group = groups.get(key);
    if (group) group.push(take);
    else groups.set(key, [take]);
  }
  return [...groups].map(([key, group]) => ({ key, takes: group }));
}

function keyOf(take: TakeInfo, known: ReadonlyMap<string, TakeInfo>): string {
  const seen = new Set<string>();
  for (let current = take; ; ) {
    if (current.projectId !== null) return `project ${current.projectId}`;
    seen.add(current.id);
    const { parentId } = current;
    const parent = parentId === null || seen.has(parentId) ? undefined : known.get(parentId);
    if (!parent) return `take ${parentId ?? current.id}`;
    current = parent;
  }
}

/** What the list draws: a head for each group, and its older versions where it is open. */
export type TakeRow = { take: TakeInfo; key: string; versions: number; isOpen: boolean; isOlder: boolean };

export function rowsOf(groups: readonly Versions[], open: ReadonlySet<string>): TakeRow[] {
  return groups.flatMap(({ key, takes }) => {
    const isOpen = open.has(key);
    return (isOpen ? takes : takes.slice(0, 1)).map((take, i) => ({ take, key, versions: takes.length, isOpen, isOlder: i > 0 }));
  });
}
