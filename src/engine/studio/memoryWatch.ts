/** Does what the memory budgets ask for: smaller batches, new takes that wait, and in the end a planned restart of the engine. */
import { createChange } from '../change.ts';
import type { EngineLife, EngineOwner } from '../process/owner.ts';
import type { MemoryAction } from '../telemetry/memory.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

export interface MemoryWatch {
  /** Waits while new takes are held back; no longer than until `close`. @throws canceled */
  room(signal: AbortSignal): Promise<void>;
  close(): void;
}

/** Looks whenever the telemetry does. */
export function keepWithinMemory({ engine, telemetry }: { engine: EngineOwner; telemetry: Telemetry }): MemoryWatch {
  const ending = new AbortController();
  const change = createChange();
  let action: MemoryAction = 'none';
  /** The process that was told to keep its batches small: a new one knows nothing of it. */
  let limited: EngineLife | null = null;

  const limit = async (isScarce: boolean): Promise<void> => {
    const life = await engine.life(ending.signal);
    if (isScarce === (limited === life)) return;
    limited = isScarce ? life : null;
    const largest = Math.max(1, ...engine.status().models.flatMap(({ batches }) => batches));
    await life.client.call('limitBatch', isScarce ? Math.max(1, Math.floor(largest / 2)) : null);
  };
  const watch = async (): Promise<void> => {
    for await (const { advice } of telemetry.watch(ending.signal)) {
      const now = telemetry.memory().action;
      if (now !== action) {
        action = now;
        change.announce();
      }
      if (action === 'restart-engine') await engine.restart(advice[0] ?? 'Its memory had grown over its budget.', true);
      else if (action !== 'none' || limited !== null) await limit(action !== 'none');
    }
  };
  const watchOn = async (): Promise<void> => {
    // A process that goes while it is being told is no reason to stop looking.
    while (!ending.signal.aborted) await watch().catch(() => undefined);
  };
  void watchOn();

  return {
    async room(signal) {
      for (;;) {
        const seen = change.count;
        if (action !== 'hold-new-takes' || ending.signal.aborted) return;
        await change.after(seen, signal);
      }
    },
    close() {
      ending.abort();
      change.announce(); // who waits for room goes on, and finds the studio closed
    },
  };
}
