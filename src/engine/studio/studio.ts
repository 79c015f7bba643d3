/**
 * The studio: what a host opens. It owns the library of takes and avatars, the engine process, the seats of its users and the figures,
 * and answers the contract. It does no heavy work itself, so that the host's thread always answers.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { StudioServerApi } from '../../shared/contract.ts';
import type { PausesMs, RenderRequest } from '../../shared/contract/request.ts';
import type { StudioSettings } from '../../shared/contract/settings.ts';
import { isOver, type TakeEvent, type TakeInfo, type TakeState } from '../../shared/contract/take.ts';
import { errorData, StudioError } from '../../shared/errors.ts';
import type { Handlers } from '../../shared/rpc.ts';
import { tryDevice, type TryDevice } from '../doctor/tryDevice.ts';
import { openExports, type Exports } from '../export/exportQueue.ts';
import { sweepBackgrounds } from '../library/backgrounds.ts';
import type { LibraryEvent } from '../library/room.ts';
import { openLibrary, type Library } from '../library/avatars.ts';
import { openProjects, type ProjectStore } from '../library/projects.ts';
import { openTakes, TAKES_BUDGET_BYTES, type TakeStore } from '../library/takes.ts';
import type { DeviceRequest } from '../onnx/devices.ts';
import { modelFolders } from '../onnx/manifest.ts';
import type { RenderEvent } from '../process/api.ts';
import { forkEngineProcess, type StartEngineProcess } from '../process/child.ts';
import { ownEngineProcess, type EngineOwner, type Patience } from '../process/owner.ts';
import { createSeats, type Seats } from '../schedule/seats.ts';
import { createTurns } from '../schedule/turns.ts';
import { readSettings, type EngineSettings } from '../settings.ts';
import { openTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { usableDefaults } from '../voice/piper/imported.ts';
import { openLexicon, withLexicon, type LexiconStore } from '../voice/lexicon/lexiconStore.ts';
import { createChanges, type Changes } from './changes.ts';
import { counted } from './counted.ts';
import { studioHandlers } from './handlers/handlers.ts';
import { keepWithinMemory } from './memoryWatch.ts';
import { forEngine, memoryBudgets, openPreferences, type Preferences } from './preferences.ts';
import { packProject } from './projectPackage.ts';
import { createSpeedometer } from './speedometer.ts';
import { beginEdit, type TakeEdit } from './takeEdit.ts';
import { createTakeFeed, type TakeFeed } from './takeFeed.ts';
import { runTake } from './takeRunner.ts';
import { openVoiceShelf, type VoiceShelf } from './voiceShelf.ts';

export interface StudioOptions {
  /** The data folder, made where there is none. */
  home: string;
  /** `auto`: as the settings say, which is all of them in turn unless the user chose one. */
  device?: DeviceRequest;
  maxSessions?: number;
  /** How the engine process is started; a fork unless given. */
  start?: StartEngineProcess;
  /** How a device is tried in a process of its own; a fork unless given. */
  tryDevice?: TryDevice;
  /** How long it may be silent, and how soon it is started again. */
  patience?: Patience;
  /** Goes on with takes that a host which ended has left. */
  goOn?: boolean;
  /** Told of what the library repairs, so that it can be said aloud. */
  onLibraryEvent?: (event: LibraryEvent) => void;
}

/** How a take is to be rendered. */
export interface Wish {
  sessionId: string;
  request: RenderRequest;
  /** Seconds that may be rendered ahead of the player; null: as fast as possible. */
  leadSec: number | null;
  /** Kept when room is needed. */
  kept?: boolean;
  projectId?: string | null;
}

/** How a finished take is to be changed. */
export interface EditWish extends TakeEdit {
  sessionId: string;
  leadSec: number | null;
}

export interface Studio {
  readonly handlers: Handlers<StudioServerApi>;
  readonly engine: EngineOwner;
  readonly takes: TakeStore;
  readonly projects: ProjectStore;
  readonly exports: Exports;
  readonly seats: Seats;
  readonly telemetry: Telemetry;
  readonly preferences: Preferences;
  readonly lexicon: LexiconStore;
  readonly voices: VoiceShelf;
  /** The outdated engine is started again: at once where nothing is made in it, else after the last take, export or face, or when the user restarts it. */
  renewEngine(): void;
  /** Work that begins anew where the engine ends: it is not started again by itself before this is called back. */
  occupyEngine(): () => void;
  /** The host's own hand on the avatars, for lists; preparing is the engine's. */
  library(): Promise<Library>;
  /** Queues a take. @throws capacity, invalid-input */
  start(wish: Wish): TakeInfo;
  /** Queues a child take. @throws capacity, invalid-input */
  edit(wish: EditWish): Promise<TakeInfo>;
  /** The take as it is, then all that happens to it. */
  watch(takeId: string, signal: AbortSignal): AsyncGenerator<TakeEvent, void, void>;
  want(takeId: string, playheadSec: number): void;
  cancel(takeId: string): Promise<TakeInfo>;
  /** The project in one file with everything that it needs (projectPackage.ts). @returns its name. @throws invalid-input, missing-asset, io, canceled */
  packProject(id: string, to: string, signal?: AbortSignal): Promise<string>;
  /** The take's MP4: growing, or whole. */
  takeFile(takeId: string): string;
  metrics(): Promise<string>;
  /** Takes under way stay as they are, to be gone on with by a studio that is opened later. */
  close(): Promise<void>;
}

interface Running {
  feed: TakeFeed;
  seat: string;
  /** The furthest that its player has been; Infinity: no player is waited for any more. */
  playheadSec: number;
  abort: AbortController;
  /** Never rejects; null: the studio was closed before. */
  over: Promise<TakeInfo | null>;
}

const DEFAULT_SEATS = 5;

export async function openStudio(options: StudioOptions): Promise<Studio> {
  const { home, start = forkEngineProcess, goOn = false, onLibraryEvent, patience } = options;
  const settings = await readSettings(home);
  const lexicon = await openLexicon(home, onLibraryEvent, () => preferences.current().starterLexicon);
  const voices = await openVoiceShelf(home);
  /** What was asked for by name goes before the settings. */
  const deviceOf = (now: EngineSettings): DeviceRequest => (options.device === undefined || options.device === 'auto' ? (now.device ?? 'auto') : options.device);
  const takesBudget = ({ budgetsGb }: EngineSettings): number => (budgetsGb.takes === undefined ? TAKES_BUDGET_BYTES : budgetsGb.takes * 1e9);
  const takes = openTakes(home, { budgetBytes: takesBudget(settings), ...(onLibraryEvent ? { onEvent: onLibraryEvent } : {}) });
  await sweepBackgrounds(home, () => takes.list({ limit: -1 }).map(({ request }) => request)).catch(() => undefined); // they go another time
  const changes: Changes = createChanges();
  const engine = ownEngineProcess({
    home, device: deviceOf(settings), settings: forEngine(settings), start, ...(patience ? { patience } : {}),
    onLibraryEvent: (event) => {
      changes.announce('avatars');
      onLibraryEvent?.(event);
    },
    onCrash: () => telemetry.countError('bug'),
  });
  const running = new Map<string, Running>();
  const suspects = createTurns({ slots: 1 });
  const speed = createSpeedometer();
  const maxSeats = options.maxSessions ?? settings.maxSessions ?? DEFAULT_SEATS;
  const seats = createSeats({ maxSeats, forecast: { speed: () => speed.value(), secondsLeft } });
  /** Takes that an earlier studio left: as many at once as there are seats. */
  const leftTakes = createTurns({ slots: maxSeats });
  let library: Promise<Library> | null = null;
  const takesIn = (...states: TakeState[]): number => [...running.values()].filter(({ feed }) => states.includes(feed.take.state)).length;

  const telemetry = openTelemetry({
    budgets: memoryBudgets(settings),
    processes: () => [{ name: 'host', pid: process.pid }, ...(engine.pid() === null ? [] : [{ name: 'engine', pid: engine.pid()! }])],
    studio: () => {
      const figures = engine.figures();
      return {
        ...seats.figures(),
        // A take that memory holds back has its seat's turn, but is not rendered: who waits for others to end must not wait for itself.
        takesQueued: takesIn('queued'), takesRendering: takesIn('rendering', 'paused'),
        framesQueued: figures?.framesQueued ?? 0,
        cacheMemoryHitRate: figures?.cache.memoryHitRate ?? null, cacheHitRate: figures?.cache.hitRate ?? null,
        cacheBytes: figures?.cache.bytes ?? 0, cacheBudgetBytes: figures?.cache.budgetBytes ?? 0,
        engineRssBytes: figures?.rssBytes ?? null, engineWarmRssBytes: engine.warmRssBytes(),
        engineUsesGpu: engine.status().models.some(({ device: on }) => on !== null && on !== 'cpu'),
      };
    },
  });
  const ending = new AbortController();
  void recordModelLoads(engine, telemetry, ending.signal).catch(() => undefined); // the end of the studio ends it
  const memory = keepWithinMemory({ engine, telemetry });
  const preferences = openPreferences({
    home, settings, engine, deviceOf,
    onChange: (now) => {
      telemetry.setBudgets(memoryBudgets(now));
      seats.resize(now.maxSessions ?? DEFAULT_SEATS);
      takes.setBudget(takesBudget(now));
      changes.announce('settings');
      void trim();
    },
  });
  const trim = async (): Promise<void> => {
    const trimmed = await takes.trim().catch(() => []); // room is made another time
    if (trimmed.length > 0) changes.announce('takes');
  };
  /** What the engine read at its start is no longer so, and it is to be started again by itself. */
  let isStale = false;
  /** Who occupies the engine. */
  const occupants = new Set<symbol>();
  /** Nobody has to wait for a restart while nothing is rendered, and exports and faces are not thrown back to their beginning. */
  const renewIfIdle = (): void => {
    if (!isStale || running.size > 0 || occupants.size > 0 || studio.exports.busy || engine.closed) return;
    isStale = false;
    if (engine.outdated) void engine.restart('What it works with has changed: its models, or the default voices.');
  };

  function secondsLeft(seatId: string): number | null {
    let left: number | null = null;
    for (const { seat, feed: { take } } of running.values()) {
      if (seat !== seatId || take.framesExpected === null || take.rate === null) continue;
      left = (left ?? 0) + ((take.framesExpected - take.framesDone) * take.rate.den) / take.rate.num;
    }
    return left;
  }

  /** What the figures are made of. */
  const observer = (startedMs: number) => {
    let firstMs: number | undefined;
    return (take: TakeInfo, event: RenderEvent): void => {
      if (event.type === 'prepared' && event.prepared.avatarId.startsWith(take.request.avatar)) telemetry.recordCacheAccess(event.prepared.times.prepareMs);
      if (event.type === 'fragment') firstMs ??= performance.now() - startedMs;
      if (event.type !== 'chunk') return;
      telemetry.recordChunk(event.times, event.chunk.index === 0 && event.times.processingMs !== null ? (firstMs ?? null) : null);
      if (take.rate) speed.chunk(event.chunk.frames * (take.rate.den / take.rate.num), event.times);
    };
  };

  /** @param seat null: a take that somebody left under way; it waits for nobody's seat */
  const begin = (take: TakeInfo, seat: string | null, leadSec: number | null): TakeInfo => {
    const feed = createTakeFeed(takes.soFar(take.id));
    const abort = new AbortController();
    const { signal } = abort;
    const playheadSec = () => running.get(take.id)?.playheadSec ?? 0;
    const run = async (): Promise<TakeInfo> => {
      await memory.room(signal);
      telemetry.countTake('started');
      return runTake(feed, { owner: engine, store: takes, seat: seat ?? take.id, leadSec, playheadSec, suspects, onEvent: observer(performance.now()), signal });
    };
    // Its player may be gone for good, and then nobody would ever give it the credit to end.
    const hurry = (): void => studio.want(take.id, Infinity);
    const queued = seat === null ? leftTakes.turn({ seat: take.id, cost: 1, signal }, run) : seats.enqueue(seat, run, signal, hurry);
    const over = queued
      .catch(async (error: unknown) => {
        if (engine.closed) return null; // it goes on another time
        const ended = signal.aborted ? await takes.cancel(take.id) : await takes.fail(take.id, errorData(error));
        feed.set(ended);
        return ended;
      })
      .catch((error: unknown) => {
        // Not even that could be written: who watches is told all the same.
        const ended: TakeInfo = { ...feed.take, state: 'failed', error: errorData(error), endedAt: new Date().toISOString() };
        feed.set(ended);
        return ended;
      })
      .then(async (ended) => {
        running.delete(take.id);
        changes.announce('takes');
        if (ended === null) return null;
        telemetry.countTake(ended.state as 'finished' | 'failed' | 'canceled', ended.error?.code);
        renewIfIdle();
        await trim();
        return ended;
      });
    running.set(take.id, { feed, seat: seat ?? take.id, playheadSec: 0, abort, over });
    changes.announce('takes');
    return take;
  };

  const studio: Omit<Studio, 'handlers'> = {
    engine,
    takes,
    projects: openProjects(home, () => changes.announce('projects')),
    exports: openExports({ home, takes, engine, folder: () => preferences.current().exportFolder, goOn, onIdle: renewIfIdle }),
    seats,
    telemetry,
    preferences,
    lexicon,
    voices,
    library: () =>
      (library ??= openLibrary(home).catch((error: unknown) => {
        library = null; // tried anew by who asks next
        throw error;
      })),
    start({ sessionId, request, leadSec, kept = false, projectId = null }) {
      seats.check(sessionId);
      return begin(takes.begin({ id: randomUUID(), request: withPauses(withLoudness(withLexicon(request, lexicon.applied()), preferences.current()), preferences.pauses()), kept, projectId }), sessionId, leadSec);
    },
    async edit({ sessionId, leadSec, ...change }) {
      seats.check(sessionId);
      const avatars = await studio.library();
      const hasAvatar = (id: string) => avatars.list().some((avatar) => avatar.id === id);
      const child = await beginEdit({ takes, hasAvatar, defaultVoices: usableDefaults(preferences.defaultVoices(), voices.imported()), voiceOf: (id) => voices.find(id), completed: (request) => withLexicon(request, lexicon.applied()) }, change);
      try {
        seats.check(sessionId); // others may have come while it was copied
      } catch (error) {
        await takes.cancel(child.id);
        throw error;
      }
      return begin(child, sessionId, leadSec);
    },
    renewEngine() {
      isStale = true;
      renewIfIdle();
      changes.announce('settings'); // whether a restart is needed
    },
    occupyEngine() {
      const occupant = Symbol();
      occupants.add(occupant);
      return () => {
        if (occupants.delete(occupant)) renewIfIdle();
      };
    },
    async *watch(takeId, signal) {
      const { id } = takes.show(takeId);
      const live = running.get(id);
      if (live) return yield* live.feed.watch(AbortSignal.any([signal, ending.signal]));
      if (!isOver(takes.show(id).state)) throw new StudioError('invalid-input', `The take ${id} is being rendered by another program.`);
      yield* createTakeFeed(takes.soFar(id)).watch(signal);
    },
    want(takeId, playheadSec) {
      const live = running.get(takeId);
      if (!live) return;
      live.playheadSec = Math.max(live.playheadSec, playheadSec);
      void engine.life().then(({ client }) => client.call('want', { takeId, playheadSec })).catch(() => undefined); // asked again by the next one who plays
    },
    async cancel(takeId) {
      const { id } = takes.show(takeId);
      const live = running.get(id);
      if (!live) return takes.show(id);
      live.abort.abort(new StudioError('canceled', 'Canceled.'));
      return (await live.over) ?? takes.show(id);
    },
    takeFile(takeId) {
      const { id, state } = takes.show(takeId);
      // It has its name once it is whole, which may be long before the take is finished: see takeRunner.ts.
      return state === 'finished' || existsSync(takes.file(id)) ? takes.file(id) : takes.growingFile(id);
    },
    packProject: (id, to, signal) => packProject({ home, projects: studio.projects, library: () => studio.library() }, id, to, signal),
    metrics: () => telemetry.metricsText(),
    async close() {
      ending.abort();
      memory.close();
      await studio.exports.close();
      await engine.close();
      await Promise.all([...running.values()].map(({ over }) => over));
      await telemetry.close();
      await takes.close();
      await (await library?.catch(() => null))?.close();
    },
  };
  if (goOn) {
    for (const { id } of takes.interrupted()) {
      const adopted = await takes.adopt(id).catch((error: unknown) => {
        // One take that cannot be gone on with keeps no studio closed.
        onLibraryEvent?.({ kind: 'damaged', id: null, sentence: `The take ${id} cannot be gone on with: ${errorData(error).message}` });
        return null;
      });
      if (adopted && !isOver(adopted.state)) begin(takes.change(id, { state: 'queued', restarts: adopted.restarts + 1 }), null, null);
    }
  }
  return { ...studio, handlers: counted(studioHandlers({ studio, changes, folders: modelFolders(home), home, tryDevice: options.tryDevice ?? tryDevice }), (code) => telemetry.countError(code)) };
}

/** The user's silences, where the request names none. */
const withPauses = (request: RenderRequest, pauses: PausesMs | undefined): RenderRequest => (request.audio !== undefined || request.pauses || !pauses ? request : { ...request, pauses });

/** What the user wants recordings to be brought to, for those of which nothing is said: a take stays what it was when the setting changes. */
function withLoudness(request: RenderRequest, { loudnessLufs }: StudioSettings): RenderRequest {
  return request.audio === undefined || request.loudnessLufs !== undefined || loudnessLufs === null ? request : { ...request, loudnessLufs };
}

/** Each model's load, once for each time that the engine was started. */
async function recordModelLoads(engine: EngineOwner, telemetry: Telemetry, signal: AbortSignal): Promise<void> {
  let recorded = new Set<string>();
  let restarts = 0;
  for await (const status of engine.watch(signal)) {
    if (status.restarts !== restarts) recorded = new Set();
    restarts = status.restarts;
    for (const { id, state, loadMs, warmUpMs } of status.models) {
      if (state !== 'ready' || loadMs === null || recorded.has(id)) continue;
      recorded.add(id);
      telemetry.recordModelLoad(loadMs + (warmUpMs ?? 0));
    }
  }
}
