/** The engine process as Electron's utility process: the same entry as the fork of the headless hosts. */
import { utilityProcess } from 'electron';
import { argumentOf, ENGINE_ENTRY, engineEnvironment, exitReason, lastWordsOf, type StartEngineProcess } from '../engine/process/child.ts';

export const startUtilityProcess: StartEngineProcess = (options) => {
  const child = utilityProcess.fork(ENGINE_ENTRY, [argumentOf(options)], { serviceName: 'Sima engine', env: engineEnvironment(), stdio: ['ignore', 'ignore', 'pipe'] });
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
