/** Processes of the engine's as Electron's utility processes: the same entries as the forks of the headless hosts. */
import { utilityProcess } from 'electron';
import { tryDevice, type StartTrial, type TryDevice } from '../engine/doctor/tryDevice.ts';
import { argumentOf, ENGINE_ENTRY, ENGINE_FLAGS, engineEnvironment, exitReason, lastWordsOf, type StartEngineProcess } from '../engine/process/child.ts';

/** For the doctor: a device is tried in a utility process, too, because the app's program runs no plain Node. */
export const tryDeviceHere: TryDevice = (trial, signal) => tryDevice(trial, signal, undefined, startTrial);

const startTrial: StartTrial = (file, argument) => {
  const child = utilityProcess.fork(file, [argument], { serviceName: 'Sima device trial', stdio: 'ignore' });
  return {
    onMessage: (listener) =>
      void child.on('message', (message: unknown) => {
        listener(message);
        child.kill(); // it has said what it had to
      }),
    onEnd: (listener) => void child.once('exit', (code) => listener({ code, killedBy: null })),
    kill: () => void child.kill(),
  };
};

export const startUtilityProcess: StartEngineProcess = (options) => {
  const child = utilityProcess.fork(ENGINE_ENTRY, [argumentOf(options)], { serviceName: 'Sima engine', env: engineEnvironment(), execArgv: [...ENGINE_FLAGS], stdio: ['ignore', 'ignore', 'pipe'] });
  const lastWords = lastWordsOf(child.stderr);
  return {
    port: {
      send: (message) => child.postMessage(message),
      onMessage: (listener) => void child.on('message', listener),
      onClose: (listener) => void child.once('exit', listener),
      close: () => undefined, // its port goes with it
    },
    get pid() {
      return child.pid ?? null;
    },
    kill: () => {
      // Its own kill() asks, and a process that hangs does not listen.
      if (child.pid === undefined) return;
      try {
        process.kill(child.pid, 'SIGKILL');
      } catch {
        // It was gone already; its exit is about to be told.
      }
    },
    onExit: (listener) => void child.once('exit', (code) => listener(exitReason(code, null, lastWords()), false)),
  };
};
