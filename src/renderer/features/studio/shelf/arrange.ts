/** Which avatars the shelf shows, in which order. */
import type { AvatarRow } from '../../../../shared/contract/avatar.ts';

const folded = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/ي/g, 'ی').replace(/ك/g, 'ک').replace(/\u200c/g, ' ');

/** By name and tags; every word of the search must be found. */
export function matching(avatars: readonly AvatarRow[], search: string, tag: string | null): AvatarRow[] {
  const words = folded(search).split(/\s+/).filter((word) => word !== '');
  return avatars.filter(({ name, tags }) => {
    const text = folded([name, ...tags].join(' '));
    return (tag === null || tags.includes(tag)) && words.every((word) => text.includes(word));
  });
}

/** Favourites first, then by age: an order that does not change under the pointer. */
export function arranged(avatars: readonly AvatarRow[]): AvatarRow[] {
  return avatars.toSorted((a, b) => Number(b.favourite) - Number(a.favourite) || a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id));
}

export const tagsOf = (avatars: readonly AvatarRow[]): string[] => [...new Set(avatars.flatMap(({ tags }) => tags))].sort((a, b) => a.localeCompare(b));
