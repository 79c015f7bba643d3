/** Ways in which a file breaks. */
import { readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';

export const DAMAGES = ['flip', 'truncate', 'delete'] as const;
export type Damage = (typeof DAMAGES)[number];

/** @param at 0..1: where in the file */
export function damage(file: string, how: Damage, at = 0.5): void {
  if (how === 'delete') return rmSync(file);
  const bytes = readFileSync(file);
  const place = Math.min(bytes.length - 1, Math.floor(at * bytes.length));
  if (how === 'truncate') return truncateSync(file, place);
  bytes[place] ^= 0x10;
  writeFileSync(file, bytes);
  utimesSync(file, new Date(), new Date());
}
