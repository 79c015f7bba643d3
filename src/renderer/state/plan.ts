/** How the script will be spoken, as the studio says: asked a moment after each change, the older question given up. */
import { create } from 'zustand';
import type { Project } from '../../shared/contract/project.ts';
import type { ScriptPlan } from '../../shared/contract/voice.ts';
import { errorData, type ErrorData } from '../../shared/errors.ts';
import { call } from '../studio/connection.ts';
import { textOf } from './segments.ts';

type Planned = Pick<Project, 'segments' | 'rate' | 'pitch' | 'lexicon'>;

interface Plan {
  plan: ScriptPlan | null;
  /** The text that it is the plan of. */
  text: string;
  failure: ErrorData | null;
}

const PAUSE_MS = 150;

export const usePlan = create<Plan>(() => ({ plan: null, text: '', failure: null }));

let timer: ReturnType<typeof setTimeout> | undefined;
let asking = new AbortController();

/** @param at once: not after a pause in typing */
export function askForPlan(project: Planned, { now = false }: { now?: boolean } = {}): void {
  clearTimeout(timer);
  asking.abort();
  const { signal } = (asking = new AbortController());
  timer = setTimeout(() => {
    planOf(project, signal).then(
      (plan) => signal.aborted || usePlan.setState({ plan, text: textOf(project.segments), failure: null }),
      (error: unknown) => signal.aborted || usePlan.setState({ plan: null, text: '', failure: errorData(error) }),
    );
  }, now ? 0 : PAUSE_MS);
}

export function planOf({ segments, rate, pitch, lexicon }: Planned, signal?: AbortSignal): Promise<ScriptPlan> {
  return call('script.plan', { segments, rate, pitch, ...(lexicon.length === 0 ? {} : { lexicon }) }, signal);
}
