/**
 * The engine: threads, models and voices opened once, takes rendered on them, for several users at once. It lives in the engine process
 * (process/), where its main thread only schedules; tests open it in their own.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { RecordingReport } from '../shared/contract/recording.ts';
import { StudioError } from '../shared/errors.ts';
import { parseBackground } from './avatar/background.ts';
import { FACE_MODELS, type Avatar } from './avatar/prepare.ts';
import { openLibrary, type AvatarInUse, type Library } from './library/avatars.ts';
import type { LibraryEvent } from './library/room.ts';
import { storedVoices } from './library/speechStore.ts';
import type { RecordingWish } from './media/ownAudio.ts';
import { createRecordings } from './media/recordings.ts';
import { rateValue, toRate, type Rate } from './media/rate.ts';
import { coldStart } from './onnx/coldStart.ts';
import { defaultLipSync } from './onnx/defaultLipSync.ts';
import type { DeviceRequest } from './onnx/devices.ts';
import { findModel, listModels, modelFolders, type InstalledModel, type ModelFolders } from './onnx/manifest.ts';
import { openSessions, type LoadedModel, type Sessions } from './onnx/sessions.ts';
import { openLipSync } from './pipeline/drivers.ts';
import { openRenderer, type Renderer } from './pipeline/renderThread.ts';
import { openScenes } from './pipeline/scenes.ts';
import { checkScript } from './pipeline/script.ts';
import type { SpeakJob } from './pipeline/speech.ts';
import { ownVoice, planSpeech, textOf } from './pipeline/speechPlan.ts';
import { speechInTurn } from './pipeline/speechTurns.ts';
import { Pause, renderTake, type TakeJob } from './pipeline/take.ts';
import { TIMELINE_RATE } from './pipeline/timeline.ts';
import { speechClock, transcribed } from './pipeline/transcript.ts';
import { openBatcher, type Batcher } from './pipeline/wav2lip.ts';
import type { EngineFigures, Readiness, RenderEvent, RenderOrder } from './process/api.ts';
import { createQaRoom, type QaRoom } from './qa/room.ts';
import { createPace, type Pace } from './schedule/pace.ts';
import { createTurns } from './schedule/turns.ts';
import { DEFAULT_SETTINGS, type EngineSettings } from './settings.ts';
import { saySample, type SaidSample, type SayInput } from './voice/say.ts';
import { readImportedVoices, usableDefaults } from './voice/piper/imported.ts';
import { openVoices, type Voices } from './voice/voices.ts';

export interface EngineOptions {
  /** The data folder, made where there is none. */
  home: string;
  device?: DeviceRequest;
  settings?: EngineSettings;
  /** Told of everything in the library that is repaired, so that it can be said aloud. */
  onLibraryEvent?: (event: LibraryEvent) => void;
}

export interface Engine {
  readonly folders: ModelFolders;
  readonly voices: Voices;
  readonly sessions: Sessions;
  readonly library: Library;
  /**
   * Loads and warms the default lip-sync model and the face models, then the other lip-sync models in the background, and reads the
   * faces used most. Resolves when what every take needs is warm; `onReadiness` is told of every step until the last model is.
   */
  warmUp(onReadiness?: (readiness: Readiness) => void, signal?: AbortSignal): Promise<Readiness>;
  /**
   * Renders a take, or goes on with one, and leaves its MP4 at `order.file`. A file as avatar is registered in the library first,
   * which is done at once where its bytes are known. Plates and rigs stay at hand, so a second take of the same face starts at once.
   */
  render(order: RenderOrder, signal?: AbortSignal): AsyncGenerator<RenderEvent, void, void>;
  /** A player of the take is here now. */
  want(takeId: string, playheadSec: number): void;
  /** What a take would do with a recording. @throws as examineRecording */
  examineRecording(wish: RecordingWish, signal?: AbortSignal): Promise<RecordingReport>;
  /** Speaks a sentence to be heard at once. */
  say(input: SayInput, signal?: AbortSignal): Promise<SaidSample>;
  /** Measures videos, beside takes that are being made. */
  readonly qa: QaRoom;
  /** Ends all renders after their last published fragments; their files stay. */
  drain(): Promise<void>;
  /** No micro-batch of more frames; null: no limit. */
  limitBatch(largest: number | null): void;
  /** But for what only the process knows: its memory and how late its thread was. */
  figures(): Omit<EngineFigures, 'rssBytes' | 'loopDelayMs'>;
  close(): Promise<void>;
}

const PHOTO_FPS = 25;
/** Of an avatar. A file of such a name is reached as ./NAME. */
const MAY_BE_ID = /^[0-9a-f]{4,}(-\d*)?$/i;
/** Takes drawn at the same time in the one render thread: while one waits for its encoder, the other composes. Measured on 2 cores: a fifth more frames than with one. */
const RENDER_SLOTS = 2;

/** Opens the threads; models load on `warmUp` or on first use. The opener closes. */
export async function openEngine({ home, device = 'auto', settings = DEFAULT_SETTINGS, onLibraryEvent }: EngineOptions): Promise<Engine> {
  const folders = modelFolders(home);
  const models = (await listModels(folders)).filter((model): model is InstalledModel & { installed: true } => model.installed);
  const ready = Promise.withResolvers<Sessions>();
  const { models: modelsGb, avatars: avatarsGb } = settings.budgetsGb;
  const library = await openLibrary(home, {
    sessions: () => ready.promise, ...(avatarsGb === undefined ? {} : { budgetBytes: avatarsGb * 1e9 }), ...(onLibraryEvent ? { onEvent: onLibraryEvent } : {}),
  });
  const imported = await readImportedVoices(home);
  const defaultVoices = usableDefaults(settings.defaultVoices, imported);
  const [spoken, sessions] = await Promise.all([openVoices(imported), openSessions({ models, device, settings: settings.sessions })]);
  ready.resolve(sessions);
  const voices = storedVoices(spoken, path.join(home, 'speech'), { defaults: defaultVoices });
  const renderer: Renderer = openRenderer();
  const scenes = openScenes(renderer, sessions);
  const recordings = createRecordings(TIMELINE_RATE);
  const turns = { speech: createTurns({ slots: 1 }), render: createTurns({ slots: RENDER_SLOTS }) };
  const batchers = new Map<string, Batcher>();
  const ending = new AbortController();
  let largestBatch: number | null = null;
  /** Takes that are being rendered. */
  const rendering = new Map<string, { pace: Pace | null; playheadSec: number; pause: AbortController; done: Promise<void>; notices: string[] }>();
  let chosen: string | null = null;

  const say = (sentence: string): void => {
    for (const { notices } of rendering.values()) notices.push(sentence);
  };
  /** All takes of a Wav2Lip model share its batcher. */
  const batcherOf = (model: LoadedModel): Batcher => {
    const batcher = batchers.get(model.id) ?? openBatcher({ sessions, model, toCpu: () => sessions.fallBackToCpu(model.id), onNotice: say });
    if (!batchers.has(model.id)) batcher.limitBatch(largestBatch);
    batchers.set(model.id, batcher);
    return batcher;
  };

  /** The avatar in use; a file is registered first. `release` it once its plates are open. */
  const avatarOf = async (named: string, faceIndex: number | undefined, signal?: AbortSignal): Promise<Pick<AvatarInUse, 'variantsFolder' | 'release'> & { avatar: Avatar; warnings: string[] }> => {
    // What may be an id, or its beginning, is never a path: whatever lies in the folder that Sima was started in, it names an avatar.
    const isFile = !MAY_BE_ID.test(named);
    if (isFile && (await stat(named).catch(() => null)) === null) {
      throw new StudioError('invalid-input', `There is no file “${named}”, and no avatar of that id. Give a photo, a clip, or an id of: sima avatars list.`);
    }
    const id = isFile ? (await library.register(named, { faceIndex, signal })).record.id : named;
    const { record, face, platesFile, variantsFolder, release } = await library.use(id, signal);
    if (!isFile && faceIndex !== undefined && faceIndex !== record.faceIndex) {
      release();
      throw new StudioError('invalid-input', `The avatar ${named} is face ${record.faceIndex} of its picture: leave --face out, or register the other face.`);
    }
    return { avatar: platesFile === null ? face.avatar : { ...face.avatar, platesFile }, warnings: face.warnings, variantsFolder, release };
  };

  const qa = createQaRoom({ sessions, voices, avatarOf: (id, signal) => avatarOf(id, undefined, signal), isBusy: () => rendering.size > 0 });

  const lipSyncModel = async (named: string | undefined): Promise<InstalledModel> => {
    const entry = named === undefined && chosen === null ? await defaultLipSync(folders) : await findModel(folders, named ?? chosen!);
    if (entry.kind !== 'rig' && entry.kind !== 'wav2lip') {
      throw new StudioError('invalid-input', `The model “${entry.id}” is a ${entry.kind} model and cannot move lips. See: sima models list.`);
    }
    return entry;
  };

  /** Whether every voice of the take tells its phonemes' times: else the network listens to all of it, so that the mouth has one manner. */
  const hasTimes = ({ request, said }: RenderOrder): boolean => {
    const ids = [...planSpeech(request).map(({ voice }) => ownVoice(voice, defaultVoices)), ...said.flatMap(({ voice }) => voice ?? [])];
    return ids.every((id) => voices.find(id).engine === 'espeak');
  };

  async function* render(order: RenderOrder, notices: string[], onPace: (pace: Pace) => void, signal: AbortSignal): AsyncGenerator<RenderEvent, void, void> {
    const warned = new Set<string>();
    const onWarning = (sentence: string): void => {
      if (!warned.has(sentence)) notices.push(sentence);
      warned.add(sentence);
    };
    const { request, takeId, seat } = order;
    const askedMs = performance.now();
    parseBackground(request.background); // said before any work
    if (request.audio === undefined) {
      checkScript(textOf(request));
      for (const { voice } of [request, ...(request.segments ?? [])]) if (voice !== undefined) voices.find(voice);
    }
    const modelEntry = await lipSyncModel(request.model);
    yield { type: 'stage', stage: 'finding the face' };
    const t0 = performance.now();
    // Loads beside the face models. The rig's network listens to recordings; a voice's phonemes need none, but a device that was
    // asked for by name is tried all the same, so that it is never ignored in silence.
    const needsNone = modelEntry.kind === 'rig' && request.audio === undefined && hasTimes(order);
    const loading = needsNone && device === 'auto' ? Promise.resolve(null) : sessions.load(modelEntry.id, signal);
    loading.catch(() => undefined);
    const { avatar, warnings, variantsFolder, release } = await avatarOf(request.avatar, request.face, signal);
    const t1 = performance.now();
    const rate = toRate(request.fps ?? avatar.fps ?? PHOTO_FPS);
    const scene = await scenes.use(avatar, variantsFolder, request, rate, signal).finally(release);
    try {
      const model = await loading;
      const sceneMs = performance.now() - t1;
      if (request.audio !== undefined) yield { type: 'stage', stage: 'listening to the recording' };
      const recording = request.audio === undefined ? null : await recordings({ ...request, file: request.audio }, signal);
      const { width, height, sceneId } = scene;
      const allWarnings = [...new Set([...warnings, ...scene.warnings, ...(recording?.report.warning ? [recording.report.warning] : [])])];
      yield {
        type: 'prepared',
        prepared: { avatarId: avatar.id, modelId: modelEntry.id, device: model?.device ?? null, width, height, rate, warnings: allWarnings, times: { prepareMs: t1 - t0, sceneMs } },
      };
      const pace = createPace({ fps: rateValue(rate), leadSec: order.leadSec });
      onPace(pace);
      const job: TakeJob = {
        takeId, seat, sceneId, rate, pace, askedMs, published: order.published, file: order.file, growingFile: order.growingFile, quality: request.quality,
        said: recording === null
          ? { ...request, defaultVoices, voiceOf: (id) => voices.find(id), onWarning, ...settledBy(order, rate, modelEntry.kind === 'rig' && !needsNone) }
          : { recording, transcribed: transcribed(request.transcript, speechClock(recording.levels, recording.durationSec)) },
        openLipSync: (onTimes) => openLipSync({ model: needsNone ? null : model, sessions, batcherOf, renderer, sceneId, rate, seat, onTimes }),
      };
      for await (const event of renderTake(job, { voices: speechInTurn(voices, turns.speech, seat), renderer, turns: turns.render }, signal)) {
        while (notices.length > 0) yield { type: 'notice', sentence: notices.shift()! };
        yield event;
      }
    } finally {
      await scene.leave();
    }
  }

  return {
    folders,
    voices,
    sessions,
    library,
    qa,
    async warmUp(onReadiness = () => undefined, signal) {
      void library.preload(signal).catch(() => undefined); // whoever uses one is told
      return coldStart({
        sessions, models, faceModels: FACE_MODELS, wanted: (await defaultLipSync(folders)).id,
        ...(modelsGb === undefined ? {} : { budgetBytes: modelsGb * 1e9 }),
        signal: signal ? AbortSignal.any([signal, ending.signal]) : ending.signal,
        onReadiness: (readiness) => {
          chosen = readiness.defaultModelId;
          onReadiness(readiness);
        },
      });
    },

    async *render(order, signal) {
      if (rendering.has(order.takeId)) throw new StudioError('bug', `The take ${order.takeId} is being rendered already.`);
      const pause = new AbortController();
      const done: PromiseWithResolvers<void> = Promise.withResolvers();
      const underWay = { pace: null as Pace | null, playheadSec: order.playheadSec, pause, done: done.promise, notices: [] as string[] };
      rendering.set(order.takeId, underWay);
      try {
        const onPace = (pace: Pace) => {
          underWay.pace = pace;
          pace.want(underWay.playheadSec); // wanted before there was a pace
        };
        yield* render(order, underWay.notices, onPace, signal ? AbortSignal.any([signal, pause.signal]) : pause.signal);
      } finally {
        rendering.delete(order.takeId);
        done.resolve();
      }
    },
    want(takeId, playheadSec) {
      const underWay = rendering.get(takeId);
      if (!underWay) return;
      underWay.playheadSec = Math.max(underWay.playheadSec, playheadSec);
      underWay.pace?.want(playheadSec);
    },
    examineRecording: async (wish, signal) => (await recordings(wish, signal)).report,
    say: (input, signal) => saySample(input, { ...speechInTurn(voices, turns.speech, 'say'), find: (id) => voices.find(id) }, signal),
    async drain() {
      const all = [...rendering.values()];
      for (const { pause } of all) pause.abort(new Pause());
      await Promise.all(all.map(({ done }) => done));
    },
    limitBatch(largest) {
      largestBatch = largest;
      for (const batcher of batchers.values()) batcher.limitBatch(largest);
    },
    figures() {
      const { modelsLoaded, runs } = sessions.counters();
      return {
        framesQueued: turns.render.waiting().cost + [...batchers.values()].reduce((sum, batcher) => sum + batcher.waiting().frames, 0),
        takesRendering: rendering.size,
        cache: library.metrics(),
        counters: { modelsLoaded, faceRuns: FACE_MODELS.reduce((sum, id) => sum + (runs[id] ?? 0), 0), scenesOpened: scenes.opened },
      };
    },

    async close() {
      ending.abort(new StudioError('canceled', 'The engine is closing.'));
      for (const { pause } of rendering.values()) pause.abort(new Pause());
      await Promise.all([...rendering.values()].map(({ done }) => done));
      await Promise.all([scenes.close(), qa.close()]);
      await Promise.all([...batchers.values()].map((batcher) => batcher.close()));
      await library.close();
      await renderer.call('close', null).catch(() => undefined); // a thread that has failed is ended anyhow
      await Promise.all([voices.close(), sessions.close(), renderer.terminate()]);
    },
  };
}

/** So much sound before the frame that it goes on with matters to a take: to its mouth, and to the encoder. */
const HEARD_BEFORE_SEC = 3;

/** What of its speech is settled when a take is rendered on. @param isListenedTo by a network that gets used to the voice: it must hear all of it */
function settledBy({ said, copied, published }: RenderOrder, rate: Rate, isListenedTo: boolean): Pick<SpeakJob, 'placed' | 'unheardBeforeSec'> {
  const placed = new Map(said.map((segment) => [segment.index, segment]));
  const frames = published?.fragments.reduce((sum, fragment) => sum + fragment.frames, 0) ?? 0;
  return { placed, ...(copied && !isListenedTo ? { unheardBeforeSec: frames / rateValue(rate) - HEARD_BEFORE_SEC } : {}) };
}
