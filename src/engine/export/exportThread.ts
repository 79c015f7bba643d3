/** The export thread of the engine process: whatever it does, nobody's event loop waits for it, and it can be ended at any moment. */
import { createChange } from '../change.ts';
import { serveThread, startThread, type Thread } from '../threads.ts';
import type { ExportApi, ExportStep, Made } from './api.ts';
import { spokenIn } from './exportedTake.ts';
import { makeExport } from './makeExport.ts';

export type Exporter = Thread<ExportApi>;

export function openExporter(): Exporter {
  return startThread<ExportApi>(new URL('./exportThreadEntry.ts', import.meta.url));
}

/** Progress is told in steps of this size. */
const STEP = 0.005;

/** Serves the ExportApi inside the worker thread. */
export function serveExporter(): void {
  const held = new Map<string, boolean>();
  const holds = createChange();

  serveThread<ExportApi>({
    calls: {
      hold: ({ id, held: isHeld }) => {
        if (held.has(id)) held.set(id, isHeld);
        holds.announce();
        return null;
      },
    },
    streams: {
      async *export(order, signal) {
        held.set(order.id, order.held);
        const gate = async () => {
          for (;;) {
            const seen = holds.count;
            if (held.get(order.id) !== true) return;
            await holds.after(seen, signal);
          }
        };
        const changed = createChange();
        let done = 0;
        let made: Made | null = null;
        let over = false;
        const working = gate().then(() =>
          makeExport({ ...order, spoken: () => spokenIn(order.takesRoot, order.take.id) }, {
            signal, gate,
            onProgress: (now) => {
              if (now < 1 && Math.abs(now - done) < STEP) return;
              done = now;
              changed.announce();
            },
          }),
        );
        void working
          .then((result) => (made = result))
          .catch(() => undefined)
          .finally(() => {
            over = true;
            changed.announce();
          });
        try {
          let told = -1;
          while (!over) {
            const seen = changed.count;
            if (told !== done) yield { type: 'progress', done: (told = done) } satisfies ExportStep;
            if (!over) await changed.after(seen);
          }
          await working;
          yield { type: 'made', made: made! } satisfies ExportStep;
        } finally {
          // Whoever closes the stream may remove the work folder: nothing is written there any more.
          await working.catch(() => undefined);
          held.delete(order.id);
        }
      },
    },
  });
}
