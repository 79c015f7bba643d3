/** The engine, the machine's figures, settings, the doctor. */
import { notBuilt, type Area, type HandlerParts } from './area.ts';

export function machineHandlers({ studio, changes }: HandlerParts): Area<'engine' | 'telemetry' | 'settings' | 'doctor' | 'changes'> {
  const { engine, telemetry } = studio;
  return {
    calls: {
      'engine.restart': notBuilt('engine.restart'),
      'telemetry.history': notBuilt('telemetry.history'),
      'settings.get': notBuilt('settings.get'),
      'settings.set': notBuilt('settings.set'),
    },
    streams: {
      'engine.watch': (_, signal) => engine.watch(signal),
      'telemetry.watch': (_, signal) => telemetry.watch(signal),
      'doctor.run': notBuilt('doctor.run'),
      'changes.watch': (_, signal) => changes.watch(signal),
    },
  };
}
