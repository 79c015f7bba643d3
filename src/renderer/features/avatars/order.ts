/** In which order avatars are shown. */
import type { AvatarRow } from '../../../shared/contract/avatar.ts';

export const ORDERS = ['newest', 'name', 'uses', 'used', 'size'] as const;
export type Order = (typeof ORDERS)[number];

export function ordered(avatars: readonly AvatarRow[], order: Order, language: string): AvatarRow[] {
  const { compare } = new Intl.Collator(language, { numeric: true, sensitivity: 'base' });
  const by: Record<Order, (a: AvatarRow, b: AvatarRow) => number> = {
    newest: (a, b) => b.createdAt.localeCompare(a.createdAt),
    name: (a, b) => compare(a.name, b.name),
    uses: (a, b) => b.uses - a.uses,
    used: (a, b) => (b.usedAt ?? '').localeCompare(a.usedAt ?? ''),
    size: (a, b) => b.sizeBytes - a.sizeBytes,
  };
  return [...avatars].sort((a, b) => by[order](a, b) || compare(a.name, b.name));
}

/** All tags there are, in the language's order. */
export const tagsOf = (avatars: readonly AvatarRow[], language: string): string[] => [...new Set(avatars.flatMap(({ tags }) => tags))].sort(new Intl.Collator(language).compare);
