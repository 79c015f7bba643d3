/**
 * Worker-thread entry that examines the machine for a studio: what it calls blocks for longer than a host may. Only the host can start processes
 * in every kind of host, so it is asked to try devices, in the midst of the checks, and answers with `tried`.
 */
import { orCanceled } from '../../shared/errors.ts';
import { createChange } from '../change.ts';
import { serveThread } from '../threads.ts';
import type { Check } from './check.ts';
import { examining } from './doctor.ts';
import type { DeviceTrial, DeviceTrialResult } from './tryDevice.ts';

export interface DoctorThreadApi {
  calls: {
    tried: [result: DeviceTrialResult, null];
    /** Answers when nothing is being examined any more, broken off or not: before that, the thread may not be ended. */
    idle: [null, null];
  };
  streams: { examine: [home: string, Check | { trial: DeviceTrial }] };
}

let answer: ((result: DeviceTrialResult) => void) | null = null;
let underWay: Promise<void> = Promise.resolve();

serveThread<DoctorThreadApi>({
  calls: {
    tried: (result) => {
      answer?.(result);
      return null;
    },
    async idle() {
      await underWay;
      return null;
    },
  },
  streams: { examine },
});

async function* examine(home: string, signal: AbortSignal): AsyncGenerator<Check | { trial: DeviceTrial }, void, void> {
  const items: (Check | { trial: DeviceTrial })[] = [];
  const added = createChange();
  const add = (item: Check | { trial: DeviceTrial }) => {
    items.push(item);
    added.announce();
  };
  let isOver = false;
  const look = async () => {
    const checks = examining(home, signal, (trial) => {
      const tried = new Promise<DeviceTrialResult>((resolve) => (answer = resolve));
      add({ trial });
      return orCanceled(tried, signal); // a host that went away answers no more
    });
    for await (const check of checks) add(check);
  };
  const looked = look().finally(() => {
    isOver = true;
    added.announce();
  });
  underWay = looked.catch(() => undefined); // thrown below, to whoever still listens
  for (;;) {
    const seen = added.count;
    for (let item = items.shift(); item; item = items.shift()) yield item;
    if (isOver) return looked;
    await added.after(seen, signal);
  }
}
