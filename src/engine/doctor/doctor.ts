/** Looks at the machine and at Sima itself, and says what to change and why. It changes nothing. */
import path from 'node:path';
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
import { tryDevice, type TryDevice } from './tryDevice.ts';

/**
 * Each check as soon as it is known, by group, in the order to show them.
 * @param home the data folder; it need not exist and is not made. @param trying how a device is tried. @throws canceled
 */
export async function* examining(home: string, signal?: AbortSignal, trying: TryDevice = tryDevice): AsyncGenerator<Check, void, void> {
  const machine = await readMachine(home);
  yield* machineChecks(machine);
  // A data folder that is not there holds nothing, whatever stands in its way: that is told once.
  const { exists } = machine.home;
  const shipped = modelFolders(home);
  const folders = exists ? shipped : { ...shipped, imported: path.join(shipped.shipped, 'none') };
  const rig = await rigModel(folders);
  const settings: StudioSettings = await (exists ? readSettings(home) : Promise.resolve(DEFAULT_SETTINGS)).then(
    ({ sessions }) => ({ problem: null, sessions }),
    (error: unknown) => ({ problem: reasonOf(error), sessions: DEFAULT_SETTINGS.sessions }),
  );
  throwIfCanceled(signal);
  yield* gpuChecks(await readGpu(rig, settings.sessions, signal, trying));
  yield* systemChecks(readSystem());
  yield* studioChecks(await readStudio(home, folders, rig, settings, signal, trying));
}

/** All of `examining` at once. */
export async function examine(home: string, signal?: AbortSignal): Promise<Check[]> {
  const checks: Check[] = [];
  for await (const check of examining(home, signal)) checks.push(check);
  return checks;
}

/** Advice alone is no failure. */
export const isWell = (checks: readonly Check[]): boolean => checks.every(({ state }) => state !== 'wanting');
