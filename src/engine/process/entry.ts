/**
 * Entry of the engine process: a fork of Node's, or Electron's utility process. Its main thread only schedules, so it always answers;
 * it runs at a lower priority than its host, and ends when its host is gone.
 */
import os from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { StudioError } from '../../shared/errors.ts';
import { serve, type Port } from '../../shared/rpc.ts';
import { inspect } from '../avatar/facesIn.ts';
import { createChange } from '../change.ts';
import { openEngine, type Engine } from '../engine.ts';
import { openExporter, type Exporter } from '../export/exportThread.ts';
import type { LibraryEvent } from '../library/room.ts';
import { importModel } from '../onnx/importModel.ts';
import { importVoice } from '../voice/piper/importVoice.ts';
import { modelFolders } from '../onnx/manifest.ts';
import { onThreadFailure } from '../threads.ts';
import type { EngineApi, Readiness } from './api.ts';
import { optionsOf } from './child.ts';

const FIGURES_MS = 250;
/** For closing in order once the host is gone; then by force. */
const CLOSE_MS = 2000;

// The host decides when the engine ends: a signal to the whole group (Ctrl-C) is its matter.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
try {
  os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);
} catch {
  // Some systems allow no change; it then runs like any other.
}

const { home, device, settings } = optionsOf(process.argv.at(-1));
const port = hostPort();
const stopping = new AbortController();
const libraryEvents: LibraryEvent[] = [];
const heard = createChange();
const steps = createChange();
let readiness: Readiness = { ready: false, progress: 0, models: [], defaultModelId: null };
let startFailure: unknown = null;
let engine: Engine | null = null;
/** Started with the first export. */
let exporter: Exporter | null = null;

const opening = openEngine({
  home, device, settings,
  onLibraryEvent: (event) => {
    libraryEvents.push(event);
    heard.announce();
  },
});
const tell = (now: Readiness): void => {
  readiness = now;
  steps.announce();
};
opening
  .then((opened) => (engine = opened).warmUp(tell, stopping.signal))
  .catch((error: unknown) => {
    startFailure = error;
    steps.announce();
  });

const end = async (): Promise<void> => {
  if (stopping.signal.aborted) return;
  stopping.abort();
  setTimeout(leave, CLOSE_MS).unref();
  await opening.then((opened) => opened.close()).catch(() => undefined);
};

/** By hand: an orderly exit joins the threads, and waits for ever for one that FFmpeg is at work in, or takes it amid a frame and aborts. */
const leave = (): void => void process.kill(process.pid, 'SIGKILL');

const die = ({ name, message, stack }: Error): void => {
  process.stderr.write(`${stack ?? ''}\n${name}: ${message}\n`); // its last words
  leave();
};
process.on('uncaughtException', die);
// Without one of its threads every take would fail. In the next process they go on.
onThreadFailure(die);

// Before the requests of the host that is gone are aborted below, which would end its takes for good: they are gone on with by its next one.
port.onClose(() => {
  void engine?.drain();
  void end().finally(leave);
});

const loop = monitorEventLoopDelay({ resolution: 5 });
loop.enable();

serve<EngineApi>(port, {
  calls: {
    want: async ({ takeId, playheadSec }) => {
      (await opening).want(takeId, playheadSec);
      return null;
    },
    drain: async () => {
      await (await opening).drain();
      return null;
    },
    limitBatch: async (largest) => {
      (await opening).limitBatch(largest);
      return null;
    },
    examineRecording: async (wish, signal) => (await opening).examineRecording(wish, signal),
    say: async (input, signal) => (await opening).say(input, signal),
    // Of the engine nothing is needed: a model may be what keeps it from starting.
    importModel: ({ file, id, source }, signal) => importModel(modelFolders(home), file, { id, source, signal }),
    importVoice: ({ file, config, id, source }, signal) => importVoice(home, { file, config }, { id, source, signal }),
    picture: async (order, signal) => (await opening).qa.picture(order, signal),
    holdExport: async (input) => (await exporter?.call('hold', input)) ?? null,
    close: async () => {
      await end();
      // After the answer is on its way. The exporter’s thread may be in FFmpeg still, whatever became of its export.
      setImmediate(exporter === null ? () => process.exit(0) : leave);
      return null;
    },
  },
  streams: {
    async *readiness(_, signal) {
      for (;;) {
        const seen = steps.count;
        if (startFailure !== null) throw startFailure as Error;
        yield readiness;
        await steps.after(seen, signal);
      }
    },
    async *figures(_, signal) {
      for (;;) {
        const loopDelayMs = loop.max / 1e6;
        loop.reset();
        yield engine && { rssBytes: process.memoryUsage.rss(), loopDelayMs, ...engine.figures() };
        await sleep(FIGURES_MS, null, { signal, ref: false });
      }
    },
    async *libraryEvents(_, signal) {
      for (;;) {
        const seen = heard.count;
        while (libraryEvents.length > 0) yield libraryEvents.shift()!;
        await heard.after(seen, signal);
      }
    },
    render: (order, signal) => renderOn(order, signal),
    export: (order, signal) => (exporter ??= openExporter()).stream('export', order, { signal }),
    async *qa(order, signal) {
      yield* (await opening).qa.measure(order, signal);
    },
    async *inspect({ file }, signal) {
      yield { type: 'progress', done: 0 };
      yield { type: 'faces', ...(await inspect(file, { sessions: (await opening).sessions, signal })) };
    },
    async *register({ file, faceIndex, name, tags }, signal) {
      const { library } = await opening;
      const progress = createChange();
      let done = 0;
      let over = false;
      const registering = library.register(file, {
        faceIndex, name, tags, signal,
        onProgress: (now) => {
          done = now;
          progress.announce();
        },
      });
      void registering.catch(() => undefined).finally(() => {
        over = true;
        progress.announce();
      });
      while (!over) {
        const step = progress.next();
        yield { type: 'progress', done };
        if (!over) await step;
      }
      yield { type: 'registered', ...(await registering) };
    },
  },
});

async function* renderOn(...[order, signal]: Parameters<Awaited<typeof opening>['render']>): ReturnType<Awaited<typeof opening>['render']> {
  try {
    yield* (await opening).render(order, signal);
  } catch (error) {
    // A device that is lost to a process stays lost to it. In the next one the take goes on.
    if (error instanceof StudioError && (error.details as { restart?: unknown } | undefined)?.restart === true) die(error);
    throw error;
  }
}

/** Electron's utility process has a parentPort of its own; a fork talks over its IPC channel. */
function hostPort(): Port {
  const { parentPort } = process as unknown as { parentPort?: { postMessage(message: unknown): void; on(event: 'message', listener: (event: { data: unknown }) => void): void } };
  if (parentPort) {
    return {
      send: (message) => parentPort.postMessage(message),
      onMessage: (listener) => parentPort.on('message', ({ data }) => listener(data)),
      onClose: () => undefined, // a utility process ends with its app
      close: () => undefined,
    };
  }
  if (!process.send) {
    process.stderr.write('This is the entry of Sima’s engine process: the studio starts it.\n');
    process.exit(2);
  }
  return {
    send: (message) => {
      if (process.connected) process.send!(message, undefined, undefined, () => undefined); // a host that just ended is told by onClose
    },
    onMessage: (listener) => void process.on('message', listener),
    onClose: (listener) => {
      process.once('disconnect', listener);
      if (!process.connected) setImmediate(listener); // the host went while this process was starting
    },
    close: () => process.disconnect(),
  };
}
