/**
 * The owner of the engine process: starts it, warms it, watches its heartbeat, and starts it again when it is gone. Nobody else reaches
 * it. Who works with it gets one *life* of it; when that life is over the owner has the next one soon.
 */
import { isDeepStrictEqual } from 'node:util';
import { connect, type Client } from '../../shared/rpc.ts';
import { orCanceled, StudioError } from '../../shared/errors.ts';
import type { EngineStatus } from '../../shared/contract/engine.ts';
import { createChange } from '../change.ts';
import type { LibraryEvent } from '../library/room.ts';
import type { EngineApi, EngineFigures, EngineProcessOptions, Readiness } from './api.ts';
import type { EngineChild, StartEngineProcess } from './child.ts';

/** One process from its start to its end. */
export interface EngineLife {
  client: Client<EngineApi>;
  /** Over, or about to be: what fails now fails because of that, and may be tried again on the next life. */
  readonly over: boolean;
  /** It is being ended, or was, on purpose. */
  readonly planned: boolean;
  /** It is being ended, or was, for the memory that it had taken: what works in it may be what takes it. */
  readonly outgrown: boolean;
  /** How it ended, once it has. */
  readonly exit: Promise<string>;
  /** Once it has ended: somebody else's kill ended it, not what it was doing. */
  readonly killed: boolean;
}

export interface EngineOwner {
  /** The process as it is now, or the next one when there is none; loading goes on in it. @throws io once the owner is closed; canceled */
  life(signal?: AbortSignal): Promise<EngineLife>;
  /** Resolves when the models that every take needs are warm. @throws what keeps the engine from becoming ready */
  ready(signal?: AbortSignal): Promise<void>;
  status(): EngineStatus;
  /** The status now and whenever it changes; a slow reader gets the latest. */
  watch(signal: AbortSignal): AsyncGenerator<EngineStatus, void, void>;
  /** null until the first beat of a life. */
  figures(): EngineFigures | null;
  /** Resident memory once the life's models, those in the background too, were loaded; null before. */
  warmRssBytes(): number | null;
  pid(): number | null;
  readonly closed: boolean;
  /** The process was started before something changed that counts only in the next one; one that is ending is followed by one that knows. */
  readonly outdated: boolean;
  /** What the next process is started with; without a change, something else that it reads at its start is new, such as the list of models. */
  renew(change?: Pick<EngineProcessOptions, 'device' | 'settings'>): void;
  /** A planned restart: takes end after their last fragment and go on in the next life. @param outgrown for the memory that it has taken */
  restart(reason: string, outgrown?: boolean): Promise<void>;
  close(): Promise<void>;
}

export interface OwnerOptions extends EngineProcessOptions {
  start: StartEngineProcess;
  onLibraryEvent?: (event: LibraryEvent) => void;
  /** Told of every process that ended by itself, or cannot become ready. */
  onCrash?: (reason: string) => void;
  patience?: Patience;
}

/** Milliseconds. */
export interface Patience {
  /** No beat for so long: the process hangs (beats come every 250 ms from a thread that only schedules). */
  hangMs: number;
  /** A life that lasted so long, or whose models were ever warm, was no failed start. */
  steadyMs: number;
  /** Wait before the start that follows so many failed ones in a row; the last one for all more. */
  backOffMs: readonly number[];
}
export const PATIENCE: Patience = { hangMs: 10_000, steadyMs: 30_000, backOffMs: [0, 250, 1000, 4000, 15_000] };
/** Looks without a beat that make a hang. Looks are counted, not time: a machine that slept, or a host that stood still, looked once. */
const SILENT_LOOKS = 10;
/** Before its first beat it loads its code, from a disk that may be slow. */
const SILENT_LOOKS_AT_FIRST = 60;
/** For closing in order; then by force. */
const CLOSE_MS = 3000;

export function ownEngineProcess({ start, onLibraryEvent, onCrash, patience = PATIENCE, ...options }: OwnerOptions): EngineOwner {
  const changed = createChange();
  /** What the next process is started with, and what this one was. */
  let orders: EngineProcessOptions = options;
  let bornWith = orders;
  let hasNews = false;
  let life: Life | null = null;
  let next = promised();
  let readiness: Readiness = { ready: false, progress: 0, models: [], defaultModelId: null };
  let state: EngineStatus['state'] = 'starting';
  let readyMs: number | null = null;
  let restarts = 0;
  let failedStarts = 0;
  let lastCrash: EngineStatus['lastCrash'] = null;
  let closed = false;
  /** Why the engine cannot become ready, though its process lives. */
  let unfit: StudioError | null = null;
  let waiting: NodeJS.Timeout | null = null;

  const begin = (): void => {
    waiting = null;
    const born = new Life(start(orders));
    bornWith = orders;
    hasNews = false;
    life = born;
    readiness = { ready: false, progress: 0, models: [], defaultModelId: null };
    readyMs = null;
    unfit = null;
    state = restarts === 0 ? 'starting' : 'restarting';
    void follow(born);
    const awaited = next;
    next = promised();
    awaited.resolve(born);
    changed.announce();
  };

  const follow = async (born: Life): Promise<void> => {
    const untilOver = { signal: born.ended.signal };
    const reading = async () => {
      for await (const found of born.client.stream('readiness', null, untilOver)) {
        if (closed) return;
        readiness = found;
        if (found.ready && state !== 'ready') {
          state = 'ready';
          born.wasReady = true;
          readyMs = performance.now() - born.startedMs;
        } else if (!found.ready && state === 'starting') state = 'loading';
        changed.announce();
      }
    };
    const beating = async () => {
      for await (const figures of born.client.stream('figures', null, untilOver)) {
        born.figures = figures;
        born.silentLooks = 0;
        born.longestSilence = SILENT_LOOKS;
        if (readiness.ready && readiness.models.every(isSettled)) born.warmRssBytes ??= figures?.rssBytes ?? null;
      }
    };
    const listening = async () => {
      for await (const event of born.client.stream('libraryEvents', null, untilOver)) onLibraryEvent?.(event);
    };
    reading().catch((error: unknown) => {
      if (born.over) return; // seen below
      unfit = error instanceof StudioError ? error : new StudioError('bug', String(error), { cause: error });
      lastCrash = { at: new Date().toISOString(), reason: unfit.message };
      onCrash?.(unfit.message);
      state = 'stopped';
      changed.announce();
    });
    for (const work of [beating, listening]) work().catch(() => undefined); // the end of the life is seen below
    const reason = await born.exit;
    if (life === born) life = null;
    if (closed) return;
    restarts += 1;
    if (!born.planned) {
      lastCrash = { at: new Date().toISOString(), reason };
      onCrash?.(reason);
    }
    state = 'restarting';
    const isSteady = born.planned || born.wasReady || performance.now() - born.startedMs > patience.steadyMs;
    failedStarts = isSteady ? 0 : failedStarts + 1;
    waiting = setTimeout(begin, patience.backOffMs[Math.min(failedStarts, patience.backOffMs.length - 1)]);
    changed.announce();
  };

  const lookMs = patience.hangMs / SILENT_LOOKS;
  const watchdog = setInterval(() => {
    if (!life) return;
    life.silentLooks += 1;
    if (life.silentLooks >= life.longestSilence) life.kill(`it gave no sign of life for ${(life.longestSilence * lookMs) / 1000} s`);
  }, lookMs);
  watchdog.unref();
  begin();

  const owner: EngineOwner = {
    async life(signal) {
      for (;;) {
        if (closed) throw gone();
        const now = life ?? (await orCanceled(next.promise, signal));
        if (!now.over) return now;
        await orCanceled(next.promise, signal);
      }
    },
    async ready(signal) {
      while (state !== 'ready') {
        if (closed) throw gone();
        if (unfit) throw unfit;
        await changed.after(changed.count, signal);
      }
    },
    status: () => ({ state, ...statusOf(readiness), readyMs, restarts, lastCrash }),
    async *watch(signal) {
      while (!signal.aborted) {
        const seen = changed.count;
        yield owner.status();
        if (closed) return;
        await changed.after(seen, signal);
      }
    },
    figures: () => life?.figures ?? null,
    warmRssBytes: () => life?.warmRssBytes ?? null,
    pid: () => life?.child.pid ?? null,
    get closed() {
      return closed;
    },
    get outdated() {
      return life !== null && !life.over && (hasNews || !isDeepStrictEqual(orders, bornWith));
    },
    renew(change) {
      if (change) orders = { ...orders, ...change };
      else hasNews = true;
    },
    async restart(reason, outgrown = false) {
      const old = life;
      if (!old || old.planned) return;
      old.planned = true;
      old.outgrown = outgrown;
      lastCrash = { at: new Date().toISOString(), reason };
      await old.end('drain');
    },
    async close() {
      if (closed) return;
      closed = true;
      state = 'stopped';
      clearInterval(watchdog);
      if (waiting) clearTimeout(waiting);
      next.reject(gone());
      await life?.end('close');
      changed.announce();
    },
  };
  return owner;
}

/** It is loaded, or it is said why not: what follows in the background counts as the engine's models, not as what rendering has added. */
const isSettled = ({ state, message }: Readiness['models'][number]): boolean => state === 'ready' || message !== null;

/** Whether work that this life's end cut off, and that begins anew each time, may be what ended it; not where somebody wanted the engine started again. */
export const mayBeBlamed = ({ planned, outgrown }: Pick<EngineLife, 'planned' | 'outgrown'>): boolean => !planned || outgrown;

const gone = (): StudioError => new StudioError('io', 'The engine has been closed.');

function promised(): PromiseWithResolvers<Life> {
  const resolvers = Promise.withResolvers<Life>();
  resolvers.promise.catch(() => undefined); // whoever waits is told
  return resolvers;
}

const statusOf = ({ progress, models, defaultModelId }: Readiness): Pick<EngineStatus, 'progress' | 'models' | 'defaultModelId'> => ({ progress, models, defaultModelId });

class Life implements EngineLife {
  readonly child: EngineChild;
  readonly client: Client<EngineApi>;
  readonly exit: Promise<string>;
  readonly ended = new AbortController();
  readonly startedMs = performance.now();
  /** Since its last beat. */
  silentLooks = 0;
  longestSilence = SILENT_LOOKS_AT_FIRST;
  figures: EngineFigures | null = null;
  warmRssBytes: number | null = null;
  /** Its models were warm. */
  wasReady = false;
  /** It is being ended on purpose. */
  planned = false;
  outgrown = false;
  killed = false;
  #gone = false;
  #killedFor: string | null = null;

  constructor(child: EngineChild) {
    this.child = child;
    child.port.onClose(() => (this.#gone = true));
    this.client = connect<EngineApi>(child.port);
    this.exit = new Promise((resolve) => {
      child.onExit((reason, killed) => {
        this.#gone = true;
        this.killed = killed && this.#killedFor === null;
        child.port.close();
        this.ended.abort();
        resolve(this.#killedFor ?? reason);
      });
    });
  }

  get over(): boolean {
    return this.#gone || this.planned;
  }

  kill(reason: string): void {
    this.#killedFor ??= reason;
    this.child.kill();
  }

  /** In order, then by force. */
  async end(how: 'drain' | 'close'): Promise<void> {
    this.planned = true;
    const limit = setTimeout(() => this.child.kill(), CLOSE_MS);
    try {
      if (how === 'drain') await this.client.call('drain', null);
      await this.client.call('close', null);
    } catch {
      this.child.kill(); // it is gone, or too ill to answer
    }
    await this.exit;
    clearTimeout(limit);
  }
}
