/** Uses each of Sima's own parts once, for real, and tells what came of it. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { throwIfCanceled } from '../../shared/errors.ts';
import { FACE_MODELS } from '../avatar/prepare.ts';
import { filesOf } from '../library/record.ts';
import { avatarsFolder, folderOf, idsIn, looksWhole, readRecord, RECORD_FILE } from '../library/store.ts';
import { openClip } from '../media/clip.ts';
import { rgbToI420 } from '../media/i420.ts';
import { openMp4Writer } from '../media/mp4Writer.ts';
import { hasNvenc } from '../media/nvenc.ts';
import { probe } from '../media/probe.ts';
import { listModels, readManifest, verifyModels, type InstalledModel, type ModelFolders } from '../onnx/manifest.ts';
import type { SessionSettings } from '../onnx/sessionSettings.ts';
import { openVoices } from '../voice/voices.ts';
import type { StudioFacts } from './studioChecks.ts';
import { tryDevice, type TryDevice } from './tryDevice.ts';

/** The words that the voices are asked to say. */
const WORDS = [{ voice: 'fa', text: 'سلام' }, { voice: 'en', text: 'hello' }];
const PICTURE = { side: 64, count: 2, fps: 25 };
/** Of full scale: below, a voice is silent. */
const AUDIBLE = 0.01;

export interface StudioSettings {
  /** Why the settings file cannot be used; `sessions` are then the defaults. */
  problem: string | null;
  sessions: SessionSettings;
}

/** @param rig the lip-sync network that ships; null where the list of models cannot be read or does not hold it */
export async function readStudio(home: string, folders: ModelFolders, rig: InstalledModel | null, settings: StudioSettings, signal: AbortSignal | undefined, trying: TryDevice = tryDevice): Promise<StudioFacts> {
  return {
    settingsProblem: settings.problem,
    codecs: { problem: await problemOf(tryCodecs(signal), signal), nvenc: await hasNvenc() },
    models: await readModels(folders, signal),
    network: await tryNetwork(rig, settings.sessions, signal, trying),
    voices: await tryVoices(signal),
    avatars: await readAvatars(home, signal),
  };
}

/** The model that `tryDevice` runs: small, and there in every installation. */
export async function rigModel(folders: ModelFolders): Promise<InstalledModel | null> {
  const shipped = await readManifest(folders.shipped).catch(() => null);
  const rig = shipped?.models.find(({ kind }) => kind === 'rig');
  return rig ? { ...rig, origin: 'shipped', path: path.join(folders.shipped, rig.file) } : null;
}

async function problemOf(work: Promise<string | null>, signal: AbortSignal | undefined): Promise<string | null> {
  try {
    return await work;
  } catch (error) {
    throwIfCanceled(signal);
    return reasonOf(error);
  }
}

/** An error's sentence without its full stop. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).replace(/[.\s]+$/, '');

/** Writes two pictures, white then black, with a tone, and reads them back. @returns what came back otherwise than it was written */
async function tryCodecs(signal: AbortSignal | undefined): Promise<string | null> {
  const work = await mkdtemp(path.join(os.tmpdir(), 'sima-doctor-'));
  try {
    const { side, count, fps } = PICTURE;
    const file = path.join(work, 'doctor.mp4');
    const writer = await openMp4Writer({ file, width: side, height: side, fps, quality: 'live', marking: { takeId: 'doctor' } });
    try {
      writer.addAudio(Float32Array.from({ length: (count / fps) * 48_000 }, (_, i) => 0.3 * Math.sin(i * 0.06)));
      for (let i = 0; i < count; i++) await writer.addFrame(rgbToI420(new Uint8Array(3 * side * side).fill(i === 0 ? 255 : 0), side, side));
      await writer.finish();
    } finally {
      await writer.abort();
    }
    const { video, audio } = await probe(file, { packets: true, ...(signal ? { signal } : {}) });
    if (video?.codec !== 'h264' || video.frames !== count) return `the video that came back is ${video ? `${video.frames ?? 0} pictures of ${video.codec}` : 'not there'}`;
    if (audio?.codec !== 'aac') return `the sound that came back is ${audio ? audio.codec : 'not there'}`;
    const clip = await openClip(file);
    const lumas: number[] = [];
    try {
      for await (const picture of clip.frames()) lumas.push(picture.data[(side / 2) * side + side / 2]);
    } finally {
      await clip.close();
    }
    return lumas.length === count && lumas[0] > 200 && lumas[1] < 50 ? null : `a white and a black picture came back with brightness ${lumas.join(' and ')}`;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A damaged list is told, not thrown. */
export async function readModels(folders: ModelFolders, signal?: AbortSignal): Promise<StudioFacts['models']> {
  try {
    const models = await listModels(folders);
    const lipSync = models.filter((model) => model.installed && model.kind === 'wav2lip').map(({ id }) => id);
    const rigs = models.filter((model) => model.kind === 'rig' && model.installed && model.use === 'default').map(({ id }) => id);
    return { verdicts: await verifyModels(folders, signal), needed: [...FACE_MODELS, ...(rigs.length > 0 ? rigs : ['rig'])], lipSync };
  } catch (error) {
    throwIfCanceled(signal);
    return { problem: reasonOf(error) };
  }
}

async function tryNetwork(rig: InstalledModel | null, settings: SessionSettings, signal: AbortSignal | undefined, trying: TryDevice): Promise<StudioFacts['network']> {
  if (rig === null) return { problem: 'the built-in lip-sync network is not in the list of models' };
  const { problem, runMs } = await trying({ model: rig, device: 'cpu', settings }, signal);
  return problem === null ? { id: rig.id, runMs } : { problem };
}

async function tryVoices(signal: AbortSignal | undefined): Promise<StudioFacts['voices']> {
  const voices = await openVoices();
  try {
    const spoken: StudioFacts['voices'] = [];
    for (const { voice, text } of WORDS) {
      let durationSec: number | null = null;
      const problem = await problemOf(voices.speak(text, { voice }, signal).then(({ pcm, sampleRate, words }) => {
        durationSec = pcm.length / sampleRate;
        if (pcm.length === 0 || !pcm.some((sample) => Math.abs(sample) > AUDIBLE)) return `“${text}” comes out silent`;
        return words.length === 1 ? null : `“${text}” comes out as ${words.length} words`;
      }), signal);
      spoken.push({ voice, problem, durationSec });
    }
    return spoken;
  } finally {
    await voices.close();
  }
}

/** Reads the folders only: opening the library would repair it. */
export async function readAvatars(home: string, signal?: AbortSignal): Promise<StudioFacts['avatars']> {
  const root = avatarsFolder(home);
  try {
    if (!existsSync(root)) return null;
    await readdir(root);
    const ids = idsIn(root);
    const damaged = ids.flatMap((id) => {
      throwIfCanceled(signal);
      const record = readRecord(root, id);
      if (!record) return { id, problem: `${RECORD_FILE} is missing or damaged`, repairable: false };
      if (looksWhole(root, record)) return [];
      const sourceIsThere = existsSync(path.join(folderOf(root, id), record.files.source.name));
      const missing = filesOf(record).filter(({ name }) => !existsSync(path.join(folderOf(root, id), name))).map(({ name }) => name);
      return { id, problem: missing.length > 0 ? `${missing.join(', ')} missing` : 'a file of another size than it was', repairable: sourceIsThere };
    });
    return { count: ids.length, damaged };
  } catch (error) {
    throwIfCanceled(signal);
    return { problem: reasonOf(error) };
  }
}
