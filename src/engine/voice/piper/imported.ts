/** The user's own voices: `<home>/voices/ID/` with voice.onnx, voice.json and what is known of them in manifest.json. */
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { StudioError } from '../../../shared/errors.ts';
import type { Lang } from '../../../shared/vocabulary.ts';
import { storageFailure } from '../../library/durable.ts';
import { lockedIn } from '../../library/lock.ts';
import { ESPEAK_VERSION, findVoice, PIPER_PREFIX, type PiperVoice } from '../catalogue.ts';

export const voicesFolder = (home: string): string => path.join(home, 'voices');

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
export const voiceManifest = z.object({
  version: z.literal(1),
  id: z.string().regex(/^piper-[a-z0-9][a-z0-9._-]{0,57}$/),
  name: z.string().min(1).max(100),
  lang: z.enum(['fa', 'en']),
  sampleRate: z.int().min(8000).max(48_000),
  espeak: z.string().min(1),
  gain: z.number().positive(),
  licence: z.string().min(1),
  source: z.string().min(1),
  bytes: z.int().positive(),
  sha256,
  configSha256: sha256,
});
export type VoiceManifest = z.infer<typeof voiceManifest>;

/** Raised where imported voices are made to sound, or be timed, otherwise: kept speech of another version is not used again. */
const PIPER_VERSION = 1;

export function piperVoice(folder: string, { id, name, lang, sampleRate, espeak, gain, licence, source, bytes, sha256: sum, configSha256 }: VoiceManifest): PiperVoice {
  const version = `piper ${PIPER_VERSION} / ${sum} / ${configSha256} / ${ESPEAK_VERSION}`;
  return { id, name, lang, sampleRate, espeak, gain, licence, source, bytes, sha256: sum, engine: 'piper', default: false, folder, version };
}

/** Those whose manifest can be read, by name; a damaged one is as if it were not there, and can be imported again. */
export async function readImportedVoices(home: string): Promise<PiperVoice[]> {
  const root = voicesFolder(home);
  const names = await readdir(root).catch(() => []);
  const voices = await Promise.all(names.filter((name) => name.startsWith(PIPER_PREFIX)).map(async (name) => {
    const folder = path.join(root, name);
    try {
      const read = voiceManifest.parse(JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')));
      return read.id === name ? [piperVoice(folder, read)] : [];
    } catch {
      return [];
    }
  }));
  return voices.flat().sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What `fa` and `en` mean to the user, without those that are not there any more: such a language means its shipped voice again. */
export function usableDefaults(chosen: Partial<Record<Lang, string>> = {}, imported: readonly PiperVoice[] = []): Partial<Record<Lang, string>> {
  const isThere = (id: string): boolean => !id.startsWith(PIPER_PREFIX) || imported.some((voice) => voice.id === id);
  return Object.fromEntries(Object.entries(chosen).filter(([, id]) => isThere(id)));
}

/** @throws invalid-input for shipped and unknown ones, missing-asset for imported ones that are gone, io */
export async function removeVoice(home: string, id: string): Promise<void> {
  await lockedIn(home, 'voices', undefined, async () => {
    const voice = findVoice(id, await readImportedVoices(home));
    if (voice.engine !== 'piper') throw new StudioError('invalid-input', `The voice “${voice.id}” ships with Sima and cannot be removed.`);
    await inVoices(home, async () => {
      // Renamed first: half a removal is not half a voice.
      const gone = path.join(voicesFolder(home), `.${voice.id}.${randomUUID()}.gone`);
      await rename(voice.folder, gone);
      await rm(gone, { recursive: true, force: true });
    });
  });
}

/** Runs file work in the folder of voices; failures become `io` with its name. */
export async function inVoices<T>(home: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageFailure(error, `The folder of voices ${voicesFolder(home)}`);
  }
}

/** @throws always: of no voice are address, size and checksum known for sure, so the user brings it */
export function refuseFetch(id: string, imported: readonly PiperVoice[]): never {
  if (imported.some((voice) => voice.id === id)) throw new StudioError('invalid-input', `The voice “${id}” is installed already.`);
  throw new StudioError('missing-asset', `No checked address is known from which the voice “${id}” may be fetched. Get NAME.onnx and NAME.onnx.json from the Piper project’s collection (rhasspy/piper-voices; Persian: amir, ganji, gyro, reza_ibrahim), read its licence there, and run: sima voices import NAME.onnx`);
}
