/**
 * The render thread: plates, rigs, the composer and the encoder live here, so that raw frames never cross a thread. What comes
 * in is mouths and sound; what goes out is where the published fragments lie.
 */
import type { Quality } from '../../shared/contract/request.ts';
import { StudioError } from '../../shared/errors.ts';
import { POSE_SIZE } from '../../shared/vocabulary.ts';
import { frameStartSample, rateValue, type Rate } from '../media/rate.ts';
import { createOutlets } from '../media/fragmentMuxer.ts';
import { createI420 } from '../media/i420.ts';
import { openMp4Writer, type Fragment, type Mp4Summary, type Mp4Writer, type PublishedTake } from '../media/mp4Writer.ts';
import { placeCrop, type ColourMemory } from '../avatar/crop.ts';
import { landmarksOnPlate, openPlates, type OpenPlates, type PlateReading } from '../avatar/plates.ts';
import type { Avatar } from '../avatar/prepare.ts';
import { serveThread, startThread, type Thread } from '../threads.ts';
import { openComposer, plateOfFrame, type Composer } from './compose.ts';
import type { MouthRun } from './lipsync.ts';
import { TIMELINE_RATE } from './timeline.ts';

/** What the frames of a take are made of: a face at a size, ready to be drawn. Opening it once and rendering many takes on it is what makes a take start at once. */
export interface SceneSpec {
  avatar: Avatar;
  /** null: the avatar's own size, made even. */
  size: { width: number; height: number } | null;
  rate: Rate;
  idle: boolean;
}

export interface TakeSpec {
  sceneId: number;
  takeId: string;
  /** Grows in the same folder under the other name and gets its own when it is whole. */
  file: string;
  growingFile: string;
  quality: Quality;
  /** What was published of the growing file before, and the sound just before the next frame; null: a new take. */
  continues: PublishedTake | null;
}

export interface RenderRun extends MouthRun {
  /** Sound of exactly these frames, mono at TIMELINE_RATE. */
  pcm: Float32Array;
  /** How many frames the take has; null until its last chunk. */
  takeFrames: number | null;
  /** The first frame starts a chunk: a keyframe, so that players can start there. */
  startsChunk: boolean;
}

export interface RenderedRun {
  fragments: Fragment[];
  initBytes: number | null;
  /** Spent in the composer; and waiting for the encoder, which overlaps with composing. */
  composeMs: number;
  encodeMs: number;
}

export interface RenderApi {
  calls: {
    openScene: [SceneSpec, { sceneId: number; width: number; height: number; warnings: string[] }];
    closeScene: [number, null];
    /** The aligned crops of some frames for a Wav2Lip model of that size; frames of one plate share a crop. */
    crops: [{ sceneId: number; firstFrame: number; frames: number; size: number }, FrameCrops];
    begin: [TakeSpec, null];
    render: [{ takeId: string; run: RenderRun }, RenderedRun];
    finish: [string, Mp4Summary];
    /** Ends the take; removes what was written, unless it is kept to be gone on with. Unknown takes are fine: abort may come after a failure. */
    abort: [{ takeId: string; keep: boolean }, null];
    /** Once no take is open, before the thread is ended. */
    close: [null, null];
  };
  streams: Record<string, never>;
}

export interface FrameCrops {
  /** Per frame the plate it shows; null: no face on it. */
  plateOfFrame: (number | null)[];
  /** By plate: `[3,size,size]` planar BGR 0..1. */
  crops: Map<number, Float32Array>;
}

export type Renderer = Thread<RenderApi>;

export function openRenderer(): Renderer {
  return startThread<RenderApi>(new URL('./renderThreadEntry.ts', import.meta.url));
}

interface Scene {
  avatar: Avatar;
  plates: OpenPlates;
  /** The crops are taken some frames ahead of the composer. Opened when first asked for: only Wav2Lip models look at crops. */
  cropReading: Promise<PlateReading> | null;
  composer: Composer;
  rate: Rate;
}

interface OpenTake {
  scene: Scene;
  /** Scenes are shared, what a take remembers of its frames is not. */
  colours: ColourMemory;
  writer: Mp4Writer;
  fragments: Fragment[];
  busy: Promise<unknown>;
}

/** Serves the RenderApi inside the worker thread. */
export function serveRenderer(): void {
  const scenes = new Map<number, Scene>();
  const takes = new Map<string, OpenTake>();
  const outlets = createOutlets();
  let nextScene = 1;

  const sceneOf = (sceneId: number): Scene => {
    const scene = scenes.get(sceneId);
    if (!scene) throw new StudioError('bug', `Scene ${sceneId} is not open in the render thread.`);
    return scene;
  };
  const takeOf = (takeId: string): OpenTake => {
    const take = takes.get(takeId);
    if (!take) throw new StudioError('bug', `Take ${takeId} is not open in the render thread.`);
    return take;
  };

  serveThread<RenderApi>({
    calls: {
      async openScene({ avatar, size, rate, idle }, signal) {
        const plates = await openPlates(avatar, size, signal);
        try {
          const composer = await openComposer({ avatar, plates, fps: rateValue(rate), idle }, signal);
          const sceneId = nextScene++;
          scenes.set(sceneId, { avatar, plates, cropReading: null, composer, rate });
          return { sceneId, width: plates.width, height: plates.height, warnings: composer.warnings };
        } catch (error) {
          await plates.close();
          throw error;
        }
      },
      async closeScene(sceneId) {
        const scene = scenes.get(sceneId);
        scenes.delete(sceneId);
        scene?.composer.close();
        await (await scene?.cropReading?.catch(() => null))?.close();
        await scene?.plates.close();
        return null;
      },
      crops: ({ sceneId, firstFrame, frames, size }) => cropsOf(sceneOf(sceneId), firstFrame, frames, size),
      async begin({ sceneId, takeId, file, growingFile, quality, continues }) {
        const scene = sceneOf(sceneId);
        const fragments: Fragment[] = [];
        const { width, height } = scene.plates;
        const writer = await openMp4Writer({
          file, growingFile, width, height, fps: scene.rate, quality, marking: { takeId }, outlets, ...(continues ? { continues } : {}),
          onFragment: (fragment) => void fragments.push(fragment),
        });
        takes.set(takeId, { scene, colours: { match: null }, writer, fragments, busy: Promise.resolve() });
        return null;
      },
      async render({ takeId, run }, signal) {
        const take = takeOf(takeId);
        const work = renderRun(take, run, signal);
        take.busy = work.catch(() => undefined);
        const times = await work;
        return { fragments: take.fragments.splice(0), initBytes: take.writer.initBytes, ...times };
      },
      async finish(takeId) {
        const take = takeOf(takeId);
        takes.delete(takeId);
        return take.writer.finish();
      },
      async abort({ takeId, keep }) {
        const take = takes.get(takeId);
        takes.delete(takeId);
        await take?.busy;
        await take?.writer.abort({ keep });
        return null;
      },
      close() {
        outlets.close();
        return null;
      },
    },
    streams: {},
  });
}

async function cropsOf(scene: Scene, firstFrame: number, frames: number, size: number): Promise<FrameCrops> {
  const { avatar, plates, rate } = scene;
  const opening = (scene.cropReading ??= plates.openReading());
  const reading = await opening.catch((error: unknown) => {
    if (scene.cropReading === opening) scene.cropReading = null;
    throw error;
  });
  const shown: (number | null)[] = [];
  const crops = new Map<number, Float32Array>();
  for (let frame = firstFrame; frame < firstFrame + frames; frame++) {
    const index = plateOfFrame(frame, avatar, rateValue(rate), plates.count);
    const face = avatar.faces[index];
    shown.push(face ? index : null);
    if (face && !crops.has(index)) crops.set(index, placeCrop(await reading.at(index), landmarksOnPlate(face.landmarks, plates), size).crop);
  }
  return { plateOfFrame: shown, crops };
}

/** Composes frame after frame while the frame before is being encoded. */
async function renderRun({ scene, colours, writer }: OpenTake, run: RenderRun, signal: AbortSignal): Promise<{ composeMs: number; encodeMs: number }> {
  const { composer, plates, rate } = scene;
  const frame = createI420(plates.width, plates.height);
  const firstSample = frameStartSample(run.firstFrame, rate, TIMELINE_RATE);
  let composeMs = 0;
  let encodeMs = 0;
  let encoding: Promise<void> = Promise.resolve();
  for (let i = 0; i < run.frames; i++) {
    if (signal.aborted) throw new StudioError('canceled', 'Canceled.');
    const frameIndex = run.firstFrame + i;
    const t0 = performance.now();
    await composer.compose(frameIndex, mouthOf(run, i), frame, { frames: run.takeFrames, colours });
    const t1 = performance.now();
    await encoding;
    encodeMs += performance.now() - t1;
    composeMs += t1 - t0;
    writer.addAudio(run.pcm.subarray(frameStartSample(frameIndex, rate, TIMELINE_RATE) - firstSample, frameStartSample(frameIndex + 1, rate, TIMELINE_RATE) - firstSample));
    encoding = writer.addFrame(frame, { keyframe: run.startsChunk && i === 0 });
    encoding.catch(() => undefined); // seen at the next await
  }
  const t = performance.now();
  await encoding;
  return { composeMs, encodeMs: encodeMs + performance.now() - t };
}

function mouthOf(run: RenderRun, i: number): Parameters<Composer['compose']>[1] {
  if (run.mouths.kind === 'pose') return { kind: 'pose', pose: run.mouths.poses.subarray(i * POSE_SIZE, (i + 1) * POSE_SIZE) };
  const { size, patches } = run.mouths;
  const values = 3 * size * size;
  return { kind: 'patch', size, patch: patches.subarray(i * values, (i + 1) * values) };
}
