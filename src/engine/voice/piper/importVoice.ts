/** Brings a Piper voice into `<home>/voices/`: both files are checked and the voice is heard once before it gets its name. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { StudioError, throwIfCanceled } from '../../../shared/errors.ts';
import { copyDurably, syncFolder, writeDurably } from '../../library/durable.ts';
import { lockedIn } from '../../library/lock.ts';
import { loudnessGain, measureLoudness } from '../../media/loudness.ts';
import { PIPER_PREFIX, type PiperVoice } from '../catalogue.ts';
import { inVoices, piperVoice, readImportedVoices, voiceManifest, voicesFolder, type VoiceManifest } from './imported.ts';
import { readPiperConfig } from './piperConfig.ts';
import { openVoices } from '../voices.ts';

/** Shown wherever a voice is imported. */
export const VOICE_LICENCE = 'As its maker gives it: see the voice’s model card';
/** Piper's largest are 120 MB. */
const MOST_BYTES = 500e6;
const MOST_CONFIG_BYTES = 5e6;
/** By which it is heard and levelled. */
const SAMPLE = { fa: 'سلام، من سیما هستم. امروز هوا خوب است و ما به باغ می‌رویم.', en: 'Hello, I am Sima. It is a fine day today, and we are going to the garden.' };

export interface VoiceFiles {
  /** NAME.onnx */
  file: string;
  /** NAME.onnx.json */
  config: string;
}

/**
 * Of one or two files that were dropped or named, which is which; beside a lone NAME.onnx lies NAME.onnx.json.
 * @throws invalid-input
 */
export async function voiceFiles(files: readonly string[], config?: string): Promise<VoiceFiles> {
  const file = files.find((each) => /\.onnx$/i.test(each));
  if (file === undefined) throw new StudioError('invalid-input', `A voice is a file NAME.onnx with NAME.onnx.json; of ${files.map((each) => path.basename(each)).join(' and ')} none is NAME.onnx.`);
  const given = config ?? files.find((each) => /\.json$/i.test(each));
  const beside = [`${file}.json`, file.replace(/\.onnx$/i, '.json')];
  for (const each of given === undefined ? beside : [given]) if ((await stat(each).catch(() => null))?.isFile()) return { file, config: each };
  throw new StudioError('invalid-input', `The voice ${path.basename(file)} came without its description: ${path.basename(given ?? beside[0])} is missing. Give both files.`);
}

/**
 * Copies both files, checks the copies and speaks a sentence; only then the voice gets its name, in place of one of the same name.
 * @throws invalid-input with the reason (damaged, too large, other language, other tensors, silent), io, canceled
 */
export async function importVoice(home: string, { file, config }: VoiceFiles, options: { id?: string | undefined; source?: string | undefined; signal?: AbortSignal | undefined } = {}): Promise<PiperVoice> {
  const { signal, source = `imported from ${path.basename(file)}` } = options;
  const stem = path.basename(file).replace(/\.onnx$/i, '');
  const id = options.id ?? `${PIPER_PREFIX}${stem.toLowerCase().replace(/[^a-z0-9._-]+/g, '_').replace(/^[._-]+|^piper-/g, '').slice(0, 58) || 'voice'}`;
  if (!voiceManifest.shape.id.safeParse(id).success) throw new StudioError('invalid-input', `“${id}” cannot be a voice’s id: “piper-”, then lower-case letters, digits, dot, dash and underscore.`);
  for (const [each, most] of [[file, MOST_BYTES], [config, MOST_CONFIG_BYTES]] as const) {
    const info = await stat(each).catch(() => null);
    if (!info?.isFile()) throw new StudioError('invalid-input', `There is no file ${each}.`);
    if (info.size === 0) throw new StudioError('invalid-input', `The file ${each} is empty.`);
    if (info.size > most) throw new StudioError('invalid-input', `The file ${each} is too large for a voice: ${(info.size / 1e6).toFixed(0)} MB, at most ${most / 1e6} MB.`);
  }
  const text = await readFile(config, 'utf8');
  const { lang, espeak, sampleRate } = readPiperConfig(text, config);
  const root = voicesFolder(home);
  const part = path.join(root, `.${id}.${randomUUID()}.part`);
  try {
    const copied = await inVoices(home, async () => {
      await mkdir(part, { recursive: true });
      await writeDurably(path.join(part, 'voice.json'), text);
      return copyDurably(file, path.join(part, 'voice.onnx'), signal);
    });
    const draft: VoiceManifest = { version: 1, id, name: stem.slice(0, 100) || id, lang, sampleRate, espeak, gain: 1, licence: VOICE_LICENCE, source, ...copied, configSha256: createHash('sha256').update(text).digest('hex') };
    const manifest = { ...draft, gain: await heardGain(piperVoice(part, draft), file, signal) };
    throwIfCanceled(signal);
    await lockedIn(home, 'voices', signal, () => inVoices(home, async () => {
      await writeDurably(path.join(part, 'manifest.json'), JSON.stringify(manifest, null, 2));
      const old = path.join(root, `.${id}.${randomUUID()}.gone`);
      const replaced = await rename(path.join(root, id), old).then(() => true, () => false);
      try {
        await rename(part, path.join(root, id));
      } catch (error) {
        if (replaced) await rename(old, path.join(root, id));
        throw error;
      }
      await rm(old, { recursive: true, force: true });
      await syncFolder(root);
    }));
    return (await readImportedVoices(home)).find((voice) => voice.id === id)!;
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

/** Speaks the sample by the copy; messages name the user's file. */
async function heardGain(voice: PiperVoice, file: string, signal: AbortSignal | undefined): Promise<number> {
  const voices = await openVoices([voice]);
  try {
    const { pcm, sampleRate } = await voices.speak(SAMPLE[voice.lang], { voice: voice.id }, signal);
    const loudness = await measureLoudness(pcm, sampleRate, signal);
    if (loudness.integratedLufs === null) throw new StudioError('invalid-input', `The voice ${file} says nothing that can be heard. It is damaged, or its two files do not belong together.`);
    return loudnessGain(loudness).gain;
  } catch (error) {
    if (!(error instanceof StudioError)) throw error;
    throw new StudioError(error.code, error.message.replaceAll(path.join(voice.folder, 'voice.onnx'), file), { details: error.details });
  } finally {
    await voices.close();
  }
}

/** Folders that an interrupted import or removal left. */
export async function sweepVoices(home: string): Promise<void> {
  const root = voicesFolder(home);
  for (const name of await readdir(root).catch(() => [])) {
    if (!/^\..*\.(part|gone)$/.test(name)) continue;
    const info = await stat(path.join(root, name)).catch(() => null);
    if (info && Date.now() - info.mtimeMs > 3_600_000) await rm(path.join(root, name), { recursive: true, force: true });
  }
}
