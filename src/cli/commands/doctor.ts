import { styleText } from 'node:util';
import { CHECK_GROUPS, type Check, type CheckGroup, type CheckState } from '../../engine/doctor/check.ts';
import { examine, isWell } from '../../engine/doctor/doctor.ts';
import { EXIT } from '../exit.ts';
import type { Context } from '../context.ts';

const TITLES: Record<CheckGroup, string> = { machine: 'This machine', gpu: 'Graphics card', system: 'System settings', studio: 'Sima' };
const SIGNS: Record<CheckState, { sign: string; colour: 'green' | 'yellow' | 'red' | 'gray' }> = {
  ok: { sign: '✓', colour: 'green' },
  advice: { sign: '!', colour: 'yellow' },
  wanting: { sign: '✗', colour: 'red' },
  unknown: { sign: '–', colour: 'gray' },
};

export async function doctor({ home, json, signal }: Context): Promise<void> {
  const checks = await examine(home, signal);
  const ok = isWell(checks);
  if (json) console.log(JSON.stringify({ ok, checks }));
  else print(checks);
  if (!ok) process.exitCode = EXIT.wanting;
}

function print(checks: readonly Check[]): void {
  for (const group of CHECK_GROUPS) {
    const ofGroup = checks.filter((check) => check.group === group);
    if (ofGroup.length === 0) continue;
    console.log(styleText('bold', TITLES[group]));
    for (const { state, found, advice, why } of ofGroup) {
      const { sign, colour } = SIGNS[state];
      console.log(`  ${styleText(colour, sign)} ${found}`);
      if (advice !== null) console.log(`      do:  ${advice}`);
      if (why !== null) console.log(styleText('gray', hanging(advice === null ? 'note:' : 'why: ', why)));
    }
    console.log('');
  }
  console.log(summary(checks));
}

/** Broken between words where the terminal is narrower; commands are not, so that they can be copied. */
function hanging(label: string, sentence: string): string {
  const width = Math.max(40, process.stdout.columns ?? Infinity);
  const lines = [`      ${label}`];
  for (const word of sentence.split(' ')) {
    if (lines.at(-1)!.length + 1 + word.length < width) lines[lines.length - 1] += ` ${word}`;
    else lines.push(`            ${word}`);
  }
  return lines.join('\n');
}

function summary(checks: readonly Check[]): string {
  const count = (state: CheckState) => checks.filter((check) => check.state === state).length;
  const [wanting, advice] = [count('wanting'), count('advice')];
  const could = `${advice} thing${advice === 1 ? '' : 's'} could be better (!)`;
  if (wanting > 0) return `${wanting} thing${wanting === 1 ? ' keeps' : 's keep'} Sima from working as it should (✗)${advice > 0 ? `; ${could}` : ''}.`;
  return advice > 0 ? `Sima works here. ${could}, none of them needed.` : 'Sima works here. All is well.';
}
