/** Looks at the machine and at Sima itself, and says what to change and why. It changes nothing. */
import { throwIfCanceled } from '../../shared/errors.ts';
import { modelFolders } from '../onnx/manifest.ts';
import { DEFAULT_SETTINGS, readSettings } from '../settings.ts';
import type { Check } from './check.ts';
import { gpuChecks } from './gpuChecks.ts';
import { machineChecks } from './machineChecks.ts';
import { readGpu } from './readGpu.ts';
import { readMachine, readSystem } from './readMachine.ts';
import { reasonOf, readStudio, rigModel, type StudioSettings } from './readStudio.ts';
import { studioChecks } from './studioChecks.ts';
import { systemChecks } from './systemChecks.ts';

/**
 * @param home the data folder; it need not exist and is not made
 * @returns checks by group, in the order to show them. @throws canceled
 */
export async function examine(home: string, signal?: AbortSignal): Promise<Check[]> {
  const folders = modelFolders(home);
  const rig = await rigModel(folders);
  const settings: StudioSettings = await readSettings(home).then(
    ({ sessions }) => ({ problem: null, sessions }),
    (error: unknown) => ({ problem: reasonOf(error), sessions: DEFAULT_SETTINGS.sessions }),
  );
  throwIfCanceled(signal);
  return [
    ...machineChecks(await readMachine(home)),
    ...gpuChecks(await readGpu(rig, settings.sessions, signal)),
    ...systemChecks(readSystem()),
    ...studioChecks(await readStudio(home, folders, rig, settings, signal)),
  ];
}

/** Advice alone is no failure. */
export const isWell = (checks: readonly Check[]): boolean => checks.every(({ state }) => state !== 'wanting');
