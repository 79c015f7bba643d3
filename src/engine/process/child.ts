/** The engine process seen from its owner: a port, a number, and how it ended. Electron starts it in its own way (src/main). */
import { fork } from 'node:child_process';
import type { Port } from '../../shared/rpc.ts';
import { entryOf } from '../places.ts';
import type { EngineProcessOptions } from './api.ts';

export interface EngineChild {
  port: Port;
  /** null once it is gone. */
  readonly pid: number | null;
  /** At once, whatever it is doing. */
  kill(): void;
  /**
   * How it ended, in words, with its last lines. Called once.
   * @param killed by SIGKILL, which no crash of its own does: by whoever owns it, its user, or a system out of memory
   */
  onExit(listener: (reason: string, killed: boolean) => void): void;
}
export type StartEngineProcess = (options: EngineProcessOptions) => EngineChild;

/** Options travel as the one argument. */
export const argumentOf = (options: EngineProcessOptions): string => JSON.stringify(options);
export const optionsOf = (argument: string | undefined): EngineProcessOptions => JSON.parse(argument ?? '{}') as EngineProcessOptions;

/** Of what a dying process prints, its last lines tell why. */
const LAST_WORDS_CHARACTERS = 2000;

export const ENGINE_ENTRY = entryOf(new URL('./entry.ts', import.meta.url));

/**
 * glibc gives each of the process's many threads a heap of its own, and keeps freed blocks of up to 32 MB in them for good, so that frames and
 * sound of many sizes leave holes: five users grew the process by 31 MB a minute at first. With two heaps, and blocks of 64 kB and more (a colour plane of a 512×512 frame) taken from
 * the system and given back to it, they stay where they were (docs/ENGINE.md, docs/CLICKS.md). From 256 kB on, half an hour of clicks still left a heap
 * 30 MB larger; it costs no speed that can be measured. Other systems do not look at these names.
 */
export const engineEnvironment = (): NodeJS.ProcessEnv => ({ MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: String(64 << 10), ...process.env });

/**
 * V8 doubles the room for young objects of each of the five or so isolates whenever much survives a collection, from 2 MB to 2 × 32 MB, and what
 * lives for long never grows here: 250 MB by and by for nothing. 8 MB are enough for what a chunk's work leaves behind.
 */
export const ENGINE_FLAGS: readonly string[] = ['--max-semi-space-size=8'];

/** As a Node process of its own, for the command line, the service and the tests. */
export const forkEngineProcess: StartEngineProcess = (options) => forkEntry(ENGINE_ENTRY, options);

export function forkEntry(file: string, options: EngineProcessOptions): EngineChild {
  const child = fork(file, [argumentOf(options)], {
    // Typed arrays cross as they are.
    serialization: 'advanced',
    env: engineEnvironment(),
    execArgv: [...process.execArgv, ...ENGINE_FLAGS],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // A group of its own: Ctrl-C is for the host, which then ends the engine in order.
    detached: true,
  });
  const lastWords = lastWordsOf(child.stderr);
  return {
    port: {
      send: (message) => {
        if (child.connected) child.send(message as object, () => undefined); // a process that just ended is told by onClose
      },
      onMessage: (listener) => void child.on('message', listener),
      onClose: (listener) => {
        child.once('disconnect', listener);
        child.once('error', listener); // one that could not be started was never connected
      },
      close: () => {
        if (child.connected) child.disconnect();
      },
    },
    get pid() {
      return child.exitCode === null && child.signalCode === null ? (child.pid ?? null) : null;
    },
    kill: () => {
      // Without a process the signal would go to the host's own group.
      if (child.pid !== undefined) child.kill('SIGKILL');
    },
    onExit: (listener) => {
      // 'close' comes when stderr is read to its end; a process that could not even be started has no other event than 'error'.
      let told = false;
      const tell = (reason: string, killed: boolean) => {
        if (!told) listener(reason, killed);
        told = true;
      };
      child.once('close', (code, signal) => tell(exitReason(code, signal, lastWords()), signal === 'SIGKILL'));
      child.once('error', (error) => tell(`it could not be started: ${error.message}`, false));
    },
  };
}

/** @param code exit code, null where a signal ended it */
export function exitReason(code: number | null, signal: string | null, lastWords: string): string {
  const how = signal !== null ? `it was ended by ${signal}` : `it ended with code ${code}`;
  const words = lastWords.trim().split('\n').slice(-4).join(' / ');
  return words === '' ? how : `${how}: ${words}`;
}

/** What was printed last, whenever asked. */
export function lastWordsOf(stream: NodeJS.ReadableStream | null): () => string {
  let words = '';
  stream?.on('data', (bytes: Buffer) => {
    words = (words + bytes.toString()).slice(-LAST_WORDS_CHARACTERS);
  });
  return () => words;
}
