/** The last five minutes of figures, for as long as somebody looks at them: what the studio kept, then what it tells every second. */
import { create } from 'zustand';
import type { TelemetrySample } from '../../../shared/contract/telemetry.ts';

export const WINDOW_SEC = 300;

interface Samples {
  /** Oldest first. */
  samples: readonly TelemetrySample[];
  /** Replaces all; what was told meanwhile comes after. */
  begin: (history: readonly TelemetrySample[]) => void;
  add: (sample: TelemetrySample) => void;
}

export const useSamples = create<Samples>((set) => ({
  samples: [],
  begin: (history) => set(({ samples }) => ({ samples: inWindow([...history, ...samples.filter(({ at }) => at > (history.at(-1)?.at ?? ''))]) })),
  add: (sample) => set(({ samples }) => (sample.at > (samples.at(-1)?.at ?? '') ? { samples: inWindow([...samples, sample]) } : {})),
}));

function inWindow(samples: readonly TelemetrySample[]): readonly TelemetrySample[] {
  const from = Date.parse(samples.at(-1)?.at ?? '') - WINDOW_SEC * 1000;
  const first = samples.findIndex(({ at }) => Date.parse(at) >= from);
  return first > 0 ? samples.slice(first) : samples;
}
