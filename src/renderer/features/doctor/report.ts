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

/** What is to be known of its one command; null: nothing, or there are several steps, which stay together. */
export function remarkOf(advice: string): string | null {
  const [, ...remarks] = advice.split(/ {3}\(/);
  return remarks.length === 1 && remarks[0].endsWith(')') ? remarks[0].slice(0, -1) : null;
}

/** Commands begin with the small letters of a program's name. */
export const isCommand = (advice: string): boolean => /^[a-z]/.test(advice);
