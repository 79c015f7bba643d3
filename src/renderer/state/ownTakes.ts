/**
 * The takes that this page has asked for. Takes of one seat are rendered one after the other, and who asks again for the same project does not
 * want to wait for the one before. What others make (a batch, another window), and what is made for another project, goes on.
 */
import type { Project } from '../../shared/contract/project.ts';
import { call } from '../studio/connection.ts';

const own = new Set<string>();

export function noteOwn(takeId: string): void {
  own.add(takeId);
}

/** Cancels what this page has under way for the project. */
export async function giveWay({ takeIds }: Pick<Project, 'takeIds'>): Promise<void> {
  const before = takeIds.filter((takeId) => own.delete(takeId));
  // One that is over stays as it is; one that was removed is no failure of who asks now.
  await Promise.all(before.map((takeId) => call('takes.cancel', { takeId }).catch(() => undefined)));
}
