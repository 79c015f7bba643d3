import { percent } from '../campaign.ts';
import type { ClosureCount } from './summary.ts';

/** `237 of 237 (100.0 %; …)` */
export function closureText({ tokens, closed, closedStrictly, chance, chanceStrictly }: ClosureCount): string {
  return `${closed} of ${tokens} (${percent(closed / tokens)}; without the ± 1 frame ${percent(closedStrictly / tokens)}; by chance ${percent(chance / tokens, 0)} and ${percent(chanceStrictly / tokens, 0)})`;
}
