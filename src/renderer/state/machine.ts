/** The last thing heard of the engine and of the machine: watched once, by the line at the top, for all that ask. */
import { create } from 'zustand';
import type { EngineStatus } from '../../shared/contract/engine.ts';
import type { TelemetrySample } from '../../shared/contract/telemetry.ts';

interface Machine {
  /** null: not heard yet, or the connection is lost. */
  engine: EngineStatus | null;
  sample: TelemetrySample | null;
  /** CPU load of the last minute or so, oldest first; null: unknown. */
  loads: readonly (number | null)[];
}

const KEPT = 60;

export const useMachine = create<Machine>(() => ({ engine: null, sample: null, loads: [] }));

export const heardEngine = (engine: EngineStatus): void => useMachine.setState({ engine });
export const heardSample = (sample: TelemetrySample): void => useMachine.setState(({ loads }) => ({ sample, loads: [...loads, busiest(sample)].slice(-KEPT) }));
export const heardNothing = (): void => useMachine.setState({ engine: null, sample: null });

/** The GPU's load where there is one that tells, else the processor's. */
export const gpuLoad = ({ gpus }: TelemetrySample): number | null => gpus.reduce<number | null>((most, { load }) => (load === null ? most : Math.max(most ?? 0, load)), null);
const busiest = (sample: TelemetrySample): number | null => gpuLoad(sample) ?? sample.cpuLoad;
