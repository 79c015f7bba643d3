/**
 * Starts the rows of the open project's batch as the queue has room, in a seat of its own, so that its user can still speak meanwhile. Which
 * rows have been started is kept in the project, and that a batch is running in the browser: after a reload it goes on.
 */
import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import type { BatchRow } from '../../../../shared/contract/project.ts';
import { isOver } from '../../../../shared/contract/take.ts';
import { errorData, type ErrorData } from '../../../../shared/errors.ts';
import { useProject } from '../../../state/project.ts';
import { planOf } from '../../../state/plan.ts';
import { needsPlan, requestOf } from '../../../state/renderRequest.ts';
import { call, useConnection } from '../../../studio/connection.ts';
import { MOST_AVATARS } from '../../avatars/useAvatars.ts';
import { problemOf, projectOfRow } from './rows.ts';

interface Batch {
  /** The project whose rows are being started; null: none. */
  projectId: string | null;
  /** Why rows were refused. One that is changed is another row. */
  failures: ReadonlyMap<BatchRow, ErrorData>;
  /** It waits for a seat, or for room in the queue. */
  waiting: 'seat' | 'room' | null;
  start: () => void;
  /** No row more; those that are queued or being rendered are canceled. */
  cancel: () => Promise<void>;
}

export const useBatch = create<Batch>()(
  persist(
    (set, get) => ({
      projectId: null,
      failures: new Map(),
      waiting: null,
      start() {
        const { project } = useProject.getState();
        if (!project) return;
        set({ projectId: project.id, failures: new Map(), waiting: null });
        void goOn();
      },
      async cancel() {
        const rows = useProject.getState().project?.batch ?? [];
        set({ projectId: null, waiting: null });
        for (const { takeId } of [...rows].reverse()) {
          if (takeId === null || get().projectId !== null) continue;
          const take = await call('takes.show', { takeId }).catch(() => null);
          if (take && !isOver(take.state)) await call('takes.cancel', { takeId }).catch(() => undefined); // it is over by now
        }
      },
    }),
    { name: 'sima-batch', partialize: ({ projectId }) => ({ projectId }) },
  ),
);

const WAIT_SEC = { least: 1, usual: 3, most: 10 };
let seatId: string | null = null;
let isAtWork = false;

/** Called when the page opens a project, too: a batch that was cut off by a reload goes on. */
export async function goOn(): Promise<void> {
  if (isAtWork) return;
  isAtWork = true;
  try {
    while (await startNext());
  } finally {
    isAtWork = false;
    // Takes that are in its queue are finished all the same.
    if (seatId !== null) void call('sessions.close', { sessionId: seatId }).catch(() => undefined);
    seatId = null;
  }
}

/** @returns false where there is nothing more to start */
async function startNext(): Promise<boolean> {
  const { projectId, failures } = useBatch.getState();
  const { project } = useProject.getState();
  if (projectId === null || project?.id !== projectId) return false; // it goes on when that project is open again
  const [avatars, voices] = [await call('avatars.list', { limit: MOST_AVATARS }), await call('voices.list', null)];
  const index = project.batch.findIndex((row) => row.takeId === null && !failures.has(row) && problemOf(row, { avatars, voices }, project.avatarId) === null);
  if (index < 0) {
    useBatch.setState({ projectId: null, waiting: null });
    return false;
  }
  const row = project.batch[index];
  try {
    seatId ??= (await call('sessions.open', { name: 'batch' })).sessionId;
    const asked = projectOfRow(project, row, avatars);
    const request = requestOf(asked, asked.avatarId ?? '', needsPlan(asked) ? await planOf(asked) : null);
    const take = await call('takes.start', { sessionId: seatId, request });
    useBatch.setState({ waiting: null });
    keepTake(row, index, take.id);
  } catch (error) {
    const failure = errorData(error);
    if (failure.code === 'capacity') {
      useBatch.setState({ waiting: seatId === null ? 'seat' : 'room' });
      await pause((failure.details as { retryAfterSec?: number } | undefined)?.retryAfterSec);
    } else if (useConnection.getState().state !== 'open' || /session is closed/.test(failure.message)) {
      seatId = null; // it went with the connection
      await pause(undefined);
    } else {
      useBatch.setState((now) => ({ failures: new Map(now.failures).set(row, failure) }));
    }
  }
  return true;
}

/** The table may have been changed meanwhile. */
function keepTake(row: BatchRow, index: number, takeId: string): void {
  const { project, setBatch } = useProject.getState();
  if (!project) return;
  const at = project.batch[index] === row ? index : project.batch.indexOf(row);
  if (at < 0) void call('takes.cancel', { takeId }).catch(() => undefined);
  else setBatch(project.batch.map((each, i) => (i === at ? { ...each, takeId } : each)));
}

/** Until there may be room, or the batch is canceled. */
function pause(retryAfterSec: number | undefined): Promise<void> {
  const ms = Math.min(WAIT_SEC.most, Math.max(WAIT_SEC.least, retryAfterSec ?? WAIT_SEC.usual)) * 1000;
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(end, ms);
    const stop = useBatch.subscribe(({ projectId }) => projectId === null && end());
  });
}

// Whenever a project is opened, also by a reload.
useProject.subscribe(({ project }, before) => {
  if (project && project.id !== before.project?.id && project.id === useBatch.getState().projectId) void goOn();
});
