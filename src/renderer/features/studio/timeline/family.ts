/** Which takes are versions of one another. */

interface Made {
  id: string;
  parentId: string | null;
  createdAt: string;
}

/** All that go back to the same first take, oldest first; the take alone where it has no relatives. */
export function familyOf<T extends Made>(takes: readonly T[], takeId: string): T[] {
  const byId = new Map(takes.map((take) => [take.id, take]));
  const rootOf = (id: string): string => {
    const seen = new Set<string>();
    let at = id;
    for (let take = byId.get(at); take?.parentId != null && !seen.has(at); take = byId.get(at)) {
      seen.add(at);
      at = take.parentId;
    }
    return at;
  };
  const root = rootOf(takeId);
  return takes.filter(({ id }) => rootOf(id) === root).sort((a, b) => a.createdAt.localeCompare(b.createdAt));
}
