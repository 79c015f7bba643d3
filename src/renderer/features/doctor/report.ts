/** All checks as a text that can be sent to somebody: as the command line prints them. */
import type { CheckRow } from '../../../shared/contract/settings.ts';

const SIGNS: Record<CheckRow['state'], string> = { ok: '✓', advice: '!', wanting: '✗', unknown: '–' };
export const GROUPS = ['machine', 'gpu', 'system', 'studio'] as const;

/** @param about the studio's version and the like, its first line */
export function reportOf(checks: readonly CheckRow[], about: string): string {
  const lines = [about];
  for (const group of GROUPS) {
    const ofGroup = checks.filter((check) => check.group === group);
    if (ofGroup.length === 0) continue;
    lines.push('', group);
    for (const { id, state, found, advice, why } of ofGroup) {
      lines.push(`  ${SIGNS[state]} ${found}  [${id}]`);
      if (advice !== null) lines.push(`      do:  ${advice}`);
      if (why !== null) lines.push(`      ${advice === null ? 'note' : 'why'}: ${why}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The command of an advice, without the words around it: what stands before the first bracketed remark. */
export const commandOf = (advice: string): string => advice.replace(/ {3}\(.*$/s, '').trim();
