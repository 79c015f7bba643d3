/**
 * The engine: threads, sessions and voices opened once, takes rendered on them. Hosts (command line, tests, later the service and
 * the app) use this and nothing deeper.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { RenderRequest } from '../shared/contract.ts';
import { StudioError } from '../shared/errors.ts';
import { FACE_MODELS, prepare, type Avatar } from './avatar/prepare.ts';
import { decodeAudio } from './media/audio.ts';
import { loudnessGain, measureLoudness } from './media/loudness.ts';
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

export interface EngineOptions {
  /** The data folder; created when something is first kept there. */
  home: string;
  device?: DeviceRequest;
}

/** What can be known before the first frame. */
export interface PreparedTake {
  takeId: string;
  avatar: Avatar;
  modelId: string;
  /** null where the take needs no network. */
  model: LoadedModel | null;
  width: number;
  height: number;
  rate: Rate;
  warnings: string[];
  /** Milliseconds of what came before the take: finding the face, building its rig. 0 where it was at hand. */
  times: { prepareMs: number; stageMs: number };
}

export type EngineEvent = { type: 'stage'; stage: string } | { type: 'prepared'; prepared: PreparedTake } | TakeEvent;

export interface Engine {
  readonly folders: ModelFolders;
  readonly voices: Voices;
  readonly sessions: Sessions;
  /** Loads and warms what a built-in take needs, so that the first request finds it ready. */
  warmUp(signal?: AbortSignal): Promise<LoadedModel[]>;
  /**
   * Renders a take into a work file of its own; the `finished` event names it. The caller exports it and then calls `discard`.
   * Avatars and rigs stay at hand, so a second take of the same face starts at once.
   */
  render(request: RenderRequest, signal?: AbortSignal): AsyncGenerator<EngineEvent, void, void>;
  /** Copies the finished take to its final place: same frames, no re-encode, faststart, all or nothing. */
  exportTake(takeFile: string, to: string, signal?: AbortSignal): Promise<void>;
  discard(takeFile: string): Promise<void>;
  /** Ends the threads and removes the work folder. */
  close(): Promise<void>;
}

const PHOTO_FPS = 25;
/** Faces whose plates and rigs stay open. */
const STAGES_KEPT = 4;

interface Stage {
  key: string;
  stageId: number;
  width: number;
  height: number;
  warnings: string[];
}

/** Opens the threads; models load on `warmUp` or on first use. The opener closes. */
export async function openEngine({ home, device = 'auto' }: EngineOptions): Promise<Engine> {
  const folders = modelFolders(home);
  const models = (await listModels(folders)).filter((model): model is InstalledModel & { installed: true } => model.installed);
  const workFolder = await mkdtemp(path.join(os.tmpdir(), 'sima-'));
  const [voices, sessions] = await Promise.all([openVoices(), openSessions({ models, device })]);
  const renderer: Renderer = openRenderer();

  const avatars = new Map<string, Avatar>();
  const stages: Stage[] = [];

  const avatarOf = async (file: string, faceIndex: number | undefined, signal?: AbortSignal): Promise<Avatar> => {
    const key = `${path.resolve(file)}#${faceIndex ?? ''}`;
    const known = avatars.get(key);
    if (known) return known;
    const avatar = await prepare(file, { sessions, ...(faceIndex === undefined ? {} : { faceIndex }), ...(signal ? { signal } : {}) });
    avatars.set(key, avatar);
    return avatar;
  };

  const stageOf = async (avatar: Avatar, size: RenderRequest['size'], rate: Rate, idle: boolean, signal?: AbortSignal): Promise<Stage> => {
    const key = JSON.stringify([avatar.id, avatar.source, size ?? null, rate, idle]);
    const known = stages.findIndex((stage) => stage.key === key);
    if (known >= 0) {
      const [stage] = stages.splice(known, 1);
      stages.push(stage);
      return stage;
    }
    const opened = await renderer.call('openStage', { avatar, size: size ?? null, rate, idle }, signal);
    const stage = { key, ...opened };
    stages.push(stage);
    if (stages.length > STAGES_KEPT) await renderer.call('closeStage', stages.shift()!.stageId);
    return stage;
  };

  return {
    folders,
    voices,
    sessions,
    async warmUp(signal) {
      const rig = await defaultModel(folders, 'rig');
      return Promise.all([...FACE_MODELS, rig.id].map((id) => sessions.load(id, signal)));
    },

    async *render(request, signal) {
      const takeId = randomUUID();
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
      // Loads beside the face models. The rig's network listens to recordings; a voice's phonemes need none.
      const loading = modelEntry.kind === 'rig' && request.audio === undefined ? Promise.resolve(null) : sessions.load(modelEntry.id, signal);
      loading.catch(() => undefined);
      const avatar = await avatarOf(request.avatar, request.face, signal);
      const model = await loading;
      const t1 = performance.now();
      const rate = toRate(request.fps ?? avatar.fps ?? PHOTO_FPS);
      const stage = await stageOf(avatar, request.size, rate, request.idle, signal);
      const stageMs = performance.now() - t1;

      const said: TakeJob['said'] =
        request.audio === undefined
          ? { script: request.script!, voice: request.voice, rate: request.rate, pitch: request.pitch }
          : { recording: request.audio, ...(await measureRecording(request.audio, signal)) };
      const lipSync = openLipSync({ model, sessions, renderer, stageId: stage.stageId, rate });
      yield {
        type: 'prepared',
        prepared: { takeId, avatar, modelId: modelEntry.id, model, width: stage.width, height: stage.height, rate, warnings: stage.warnings, times: { prepareMs: t1 - t0, stageMs } },
      };
      const file = path.join(workFolder, `${takeId}.mp4`);
      yield* renderTake({ takeId, stageId: stage.stageId, rate, said, lipSync, quality: request.quality, file }, { voices, renderer }, signal);
    },

    exportTake: (takeFile, to, signal) => remux(takeFile, to, signal ? { signal } : {}),
    discard: (takeFile) => rm(takeFile, { force: true }),

    async close() {
      // A clip's plates lie in a temporary folder that goes with its stage.
      await Promise.all(stages.map(({ stageId }) => renderer.call('closeStage', stageId).catch(() => null)));
      await Promise.all([voices.close(), sessions.close(), renderer.terminate()]);
      await rm(workFolder, { recursive: true, force: true });
    },
  };
}


/** Own audio is measured before it is used: one gain for the whole take. */
async function measureRecording(file: string, signal?: AbortSignal): Promise<{ gain: number }> {
  const sound = decodeAudio(file, { sampleRate: TIMELINE_RATE, ...(signal ? { signal } : {}) });
  return { gain: loudnessGain(await measureLoudness(sound, TIMELINE_RATE, signal)).gain };
}
