/** The engine, the machine's figures, settings, the doctor. */
import type { DoctorThreadApi } from '../../doctor/doctorThread.ts';
import { startThread } from '../../threads.ts';
import type { Area, HandlerParts } from './area.ts';

export function machineHandlers({ studio, changes, home, tryDevice }: HandlerParts): Area<'engine' | 'telemetry' | 'settings' | 'doctor' | 'changes'> {
  const { engine, telemetry, preferences } = studio;
  const settings = () => ({ settings: preferences.current(), home, restartNeeded: engine.outdated });
  return {
    calls: {
      'engine.restart': async () => {
        await engine.restart('The user asked for it.');
        await engine.life(); // the next one has what is new
        changes.announce('settings');
        return null;
      },
      'telemetry.history': () => telemetry.history(),
      'settings.get': settings,
      'settings.set': async ({ change }) => {
        await preferences.change(change);
        return settings();
      },
    },
    streams: {
      'engine.watch': (_, signal) => engine.watch(signal),
      'telemetry.watch': (_, signal) => telemetry.watch(signal),
      // In a thread of the host's, not in the engine process: it must also tell why that one does not start.
      async *'doctor.run'(_, signal) {
        const thread = startThread<DoctorThreadApi>(new URL('../../doctor/doctorThread.ts', import.meta.url));
        try {
          for await (const item of thread.stream('examine', home, { signal })) {
            if (!('trial' in item)) yield item;
            else await thread.call('tried', await tryDevice(item.trial, signal));
          }
        } finally {
          // A thread that is ended while a codec works in it takes the whole process along.
          await thread.call('idle', null).catch(() => undefined);
          await thread.terminate();
        }
      },
      'changes.watch': (_, signal) => changes.watch(signal),
    },
  };
}
