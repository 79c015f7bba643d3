/**
 * The engine: threads, sessions and voices opened once, takes rendered on them. Hosts (command line, tests, later the service and
 * the app) use this and nothing deeper.
 */
import { randomUUID } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { RenderRequest } from '../shared/contract.ts';
import { StudioError } from '../shared/errors.ts';
import { parseBackground } from './avatar/background.ts';
import { variantOf } from './avatar/plateVariant.ts';
import { FACE_MODELS, type Avatar } from './avatar/prepare.ts';
import { openLibrary, type AvatarInUse, type Library } from './library/avatars.ts';
import type { LibraryEvent } from './library/room.ts';
import { decodeAudio } from './media/audio.ts';
import { loudnessGain, measureLoudness, type LoudnessGain } from './media/loudness.ts';
import { remux } from './media/remux.ts';
import { toRate, type Rate } from './media/rate.ts';
import type { DeviceRequest } from './onnx/devices.ts';
import { defaultModel, findModel, listModels, modelFolders, type InstalledModel, type ModelFolders } from './onnx/manifest.ts';
import { openSessions, type LoadedModel, type Sessions } from './onnx/sessions.ts';
import { openLipSync } from './pipeline/drivers.ts';
import { openRenderer, type Renderer } from './pipeline/renderThread.ts';
import { checkScript } from './pipeline/script.ts';
import { TIMELINE_RATE } from './pipeline/timeline.ts';
import { renderTake, type TakeEvent, type TakeJob } from './pipeline/take.ts';
import { findVoice } from './voice/catalogue.ts';
import { openVoices, type Voices } from './voice/voices.ts';
import { openWorkFolder } from './workFolder.ts';

export interface EngineOptions {
  /** The data folder, made where there is none. */
  home: string;
  device?: DeviceRequest;
  /** Told of everything in the library that is repaired, so that it can be said aloud. */
  onLibraryEvent?: (event: LibraryEvent) => void;
}

/** What can be known before the first frame. */
export interface PreparedTake {
  takeId: string;
  avatar: Avatar;
  modelId: string;
  /** null where the take needs no network and no device was asked for by name. */
  model: LoadedModel | null;
  width: number;
  height: number;
  rate: Rate;
  warnings: string[];
  /** Milliseconds of what came before the take: finding the face, building its rig. 0 where it was at hand. */
  times: { prepareMs: number; sceneMs: number };
}

export type EngineEvent = { type: 'stage'; stage: string } | { type: 'prepared'; prepared: PreparedTake } | TakeEvent;

export interface Engine {
  readonly folders: ModelFolders;
  readonly voices: Voices;
  readonly sessions: Sessions;
  readonly library: Library;
  /** Loads and warms what a built-in take needs, and the faces used most, so that the first request finds them ready. */
  warmUp(signal?: AbortSignal): Promise<LoadedModel[]>;
  /**
   * Renders a take into a work file of its own; the `finished` event names it. The caller exports it and then calls `discard`.
   * A file is registered in the library first, which is done at once where its bytes are known. Plates and rigs stay at hand,
   * so a second take of the same face starts at once.
   */
  render(request: RenderRequest, signal?: AbortSignal): AsyncGenerator<EngineEvent, void, void>;
  /** Copies the finished take to its final place: same frames, no re-encode, faststart, all or nothing. */
  exportTake(takeFile: string, to: string, signal?: AbortSignal): Promise<void>;
  discard(takeFile: string): Promise<void>;
  /** Ends the threads and removes the work folder. */
  close(): Promise<void>;
}

const PHOTO_FPS = 25;
/** Scenes that stay open though nobody uses them. */
const SCENES_KEPT = 4;

/** A scene of the renderer, shared by the takes that show the same face alike. */
interface OpenScene {
  key: string;
  opened: Promise<{ sceneId: number; width: number; height: number; warnings: string[] }>;
  /** Takes that are using it now; it is never closed under them. */
  users: number;
}

/** Opens the threads; models load on `warmUp` or on first use. The opener closes. */
export async function openEngine({ home, device = 'auto', onLibraryEvent }: EngineOptions): Promise<Engine> {
  const folders = modelFolders(home);
  const models = (await listModels(folders)).filter((model): model is InstalledModel & { installed: true } => model.installed);
  const work = await openWorkFolder();
  const ready = Promise.withResolvers<Sessions>();
  const library = await openLibrary(home, { sessions: () => ready.promise, ...(onLibraryEvent ? { onEvent: onLibraryEvent } : {}) }).catch(async (error: unknown) => {
    await work.remove();
    throw error;
  });
  const [voices, sessions] = await Promise.all([openVoices(), openSessions({ models, device })]);
  ready.resolve(sessions);
  const renderer: Renderer = openRenderer();
  const scenes: OpenScene[] = [];

  /** The avatar in use; a file is registered first. `release` it once its plates are open. */
  const avatarOf = async (named: string, faceIndex: number | undefined, signal?: AbortSignal): Promise<Pick<AvatarInUse, 'variantsFolder' | 'release'> & { avatar: Avatar; warnings: string[] }> => {
    const isFile = (await stat(named).catch(() => null)) !== null;
    if (!isFile && !/^[0-9a-f]{4,}(-\d*)?$/i.test(named)) {
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

  /** Opens the face's plates and rig, or finds them open. `leave` when the take is over. */
  const sceneOf = async (avatar: Avatar, variantsFolder: string, request: Pick<RenderRequest, 'size' | 'idle' | 'background'>, rate: Rate, signal?: AbortSignal) => {
    const { size = null, idle } = request;
    const key = JSON.stringify([avatar.id, size, idle, request.background, rate]);
    const known = scenes.find((each) => each.key === key);
    const open = async () => {
      const variant = await variantOf(avatar, size, parseBackground(request.background), { folder: variantsFolder, sessions, ...(signal ? { signal } : {}) });
      return renderer.call('openScene', { avatar: variant, size, rate, idle }, signal);
    };
    const scene = known ?? { key, opened: open(), users: 0 };
    // Most recently used last; a failed one is tried anew next time.
    if (known) scenes.splice(scenes.indexOf(known), 1);
    scenes.push(scene);
    if (!known) scene.opened.catch(() => scenes.splice(scenes.indexOf(scene), 1));
    scene.users += 1;
    const leave = async () => {
      scene.users -= 1;
      const idleScenes = scenes.filter((each) => each.users === 0);
      for (const old of idleScenes.slice(0, Math.max(0, idleScenes.length - SCENES_KEPT))) {
        scenes.splice(scenes.indexOf(old), 1);
        await renderer.call('closeScene', (await old.opened).sceneId);
      }
    };
    return { ...(await scene.opened), leave };
  };

  return {
    folders,
    voices,
    sessions,
    library,
    async warmUp(signal) {
      const rig = await defaultModel(folders, 'rig');
      const [loaded] = await Promise.all([Promise.all([...FACE_MODELS, rig.id].map((id) => sessions.load(id, signal))), library.preload(signal)]);
      return loaded;
    },

    async *render(request, signal) {
      const takeId = randomUUID();
      parseBackground(request.background); // said before any work
      if (request.script !== undefined) {
        checkScript(request.script);
        if (request.voice !== undefined) findVoice(request.voice);
      }
      const modelEntry = request.model === undefined ? await defaultModel(folders, 'rig') : await findModel(folders, request.model);
      if (modelEntry.kind !== 'rig' && modelEntry.kind !== 'wav2lip') {
        throw new StudioError('invalid-input', `The model “${modelEntry.id}” is a ${modelEntry.kind} model and cannot move lips. See: sima models list.`);
      }
      yield { type: 'stage', stage: 'finding the face' };
      const t0 = performance.now();
      // Loads beside the face models. The rig's network listens to recordings; a voice's phonemes need none, but a device that was
      // asked for by name is tried all the same, so that it is never ignored in silence.
      const needsNone = modelEntry.kind === 'rig' && request.audio === undefined;
      const loading = needsNone && device === 'auto' ? Promise.resolve(null) : sessions.load(modelEntry.id, signal);
      loading.catch(() => undefined);
      const { avatar, warnings, variantsFolder, release } = await avatarOf(request.avatar, request.face, signal);
      const t1 = performance.now();
      const rate = toRate(request.fps ?? avatar.fps ?? PHOTO_FPS);
      const scene = await sceneOf(avatar, variantsFolder, request, rate, signal).finally(release);
      try {
        const model = await loading;
        const sceneMs = performance.now() - t1;
        if (request.audio !== undefined) yield { type: 'stage', stage: 'measuring the recording' };
        const measured = request.audio === undefined ? null : await measureRecording(request.audio, signal);
        const said: TakeJob['said'] =
          measured === null
            ? { script: request.script!, voice: request.voice, rate: request.rate, pitch: request.pitch }
            : { recording: request.audio!, gain: measured.gain };
        const lipSync = openLipSync({ model: needsNone ? null : model, sessions, renderer, sceneId: scene.sceneId, rate });
        const { width, height } = scene;
        yield {
          type: 'prepared',
          prepared: { takeId, avatar, modelId: modelEntry.id, model, width, height, rate, warnings: [...new Set([...warnings, ...scene.warnings, ...(measured?.warning ? [measured.warning] : [])])], times: { prepareMs: t1 - t0, sceneMs } },
        };
        const file = path.join(work.folder, `${takeId}.mp4`);
        yield* renderTake({ takeId, sceneId: scene.sceneId, rate, said, lipSync, quality: request.quality, file }, { voices, renderer }, signal);
      } finally {
        await scene.leave();
      }
    },

    exportTake: (takeFile, to, signal) => remux(takeFile, to, signal ? { signal } : {}),
    discard: (takeFile) => rm(takeFile, { force: true }),

    async close() {
      await Promise.allSettled(scenes.map(async ({ opened }) => renderer.call('closeScene', (await opened).sceneId)));
      await library.close();
      await Promise.all([voices.close(), sessions.close(), renderer.terminate()]);
      await work.remove();
    },
  };
}

/** Own audio is measured before it is used: one gain for the whole take. */
async function measureRecording(file: string, signal?: AbortSignal): Promise<LoudnessGain> {
  const sound = decodeAudio(file, { sampleRate: TIMELINE_RATE, ...(signal ? { signal } : {}) });
  return loudnessGain(await measureLoudness(sound, TIMELINE_RATE, signal));
}
