/** Worker-thread entry that examines the machine for a studio: what it calls blocks for longer than a host may. */
import { serveThread } from '../threads.ts';
import type { Check } from './check.ts';
import { examining } from './doctor.ts';

export interface DoctorThreadApi {
  calls: {
    /** Answers when nothing is being examined any more, broken off or not: before that, the thread may not be ended. */
    idle: [null, null];
  };
  streams: { examine: [home: string, Check] };
}

let underWay: Promise<void> = Promise.resolve();

serveThread<DoctorThreadApi>({
  calls: {
    async idle() {
      await underWay;
      return null;
    },
  },
  streams: {
    async *examine(home, signal) {
      const over = Promise.withResolvers<void>();
      underWay = over.promise;
      try {
        yield* examining(home, signal);
      } finally {
        over.resolve();
      }
    },
  },
});
